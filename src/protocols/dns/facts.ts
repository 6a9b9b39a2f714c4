// What all four protocols hand over alike, and names that a host announces for its addresses.
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim, violation } from '../facts-of-messages.ts';
import { PROBLEMS, RecordType, typeName, type DnsMessage } from './messages.ts';
import { isNetbiosName, nameText, netbiosName, netbiosText } from './names.ts';
import type { Told } from './told.ts';
import { domainOf, type Carrying, type Tunnels } from './tunnels.ts';

/** A message says no more than this. */
const SAYINGS_MAX = 48;
const QUESTIONS_SAID_MAX = 48;
/** A key of a text, `google-site-verification` among them, is no longer. */
const TEXT_KEY_BYTES_MAX = 40;

/** One message while it is turned into facts. */
export class Saying {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly context: MessageContext;
  readonly told: Told;
  private left = SAYINGS_MAX;

  constructor(bytes: Uint8Array, start: number, end: number, context: MessageContext, told: Told) {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.context = context;
    this.told = told;
  }

  get speaker(): number {
    return this.context.fromClient ? this.context.client : this.context.server;
  }

  name(at: number): string {
    return nameText(this.bytes, this.start, this.end, at);
  }

  claim(host: number, attribute: ClaimAttribute, value: string, source: string, trust?: number): void {
    if (this.isDue(`${host} ${attribute} ${value}`)) claim(this.context, host, -1, attribute, value, source, trust);
  }

  trait(host: number, trait: string, value: string): void {
    if (!this.isDue(`${host} ${trait} ${value}`)) return;
    const { timeUs, frame, sink } = this.context;
    sink.trait({ fact: 'trait', timeUs, frame, host, trait, value });
  }

  private isDue(text: string): boolean {
    if (this.left === 0 || !this.told.isNew(this.context.flow, text)) return false;
    this.left--;
    return true;
  }
}

export function emitProblem(saying: Saying, message: DnsMessage, protocol: string): void {
  const { rule, detail } = PROBLEMS[message.problem]!;
  violation(saying.context, protocol, rule, detail, saying.bytes, saying.start, saying.end, message.problemAt);
}

/** The questions are those of `host`. */
export function emitQuestions(saying: Saying, message: DnsMessage, host: number, isNetbios: boolean): void {
  const count = Math.min(message.questions, message.count, QUESTIONS_SAID_MAX);
  for (let entry = 0; entry < count; entry++) {
    const at = message.nameAt[entry]!;
    const name =
      isNetbios && isNetbiosName(saying.bytes, at, saying.end) ? netbiosAsked(saying.bytes, at) : saying.name(at);
    saying.trait(host, 'name-asked', `${name} ${typeName(message.type[entry]!, isNetbios)}`);
  }
}

/** The first question of a query, where it makes a tunnel of its domain. */
export function emitTunnel(saying: Saying, message: DnsMessage, tunnels: Tunnels): void {
  if (message.questions === 0 || message.count === 0) return;
  const { client, timeUs } = saying.context;
  const name = saying.name(message.nameAt[0]!);
  tellTunnel(saying, name, tunnels.asked(client, name, message.type[0]!, timeUs));
}

/** The texts of an answer, where they make a tunnel of the domain that was asked for. */
export function emitTunnelAnswer(saying: Saying, message: DnsMessage, tunnels: Tunnels): void {
  if (message.questions === 0) return;
  let bytes = 0;
  for (let entry = message.questions; entry < message.count; entry++) {
    const [start, end] = [message.dataAt[entry]!, message.dataEnd[entry]!];
    if (message.type[entry] === RecordType.txt && !isWords(saying.bytes, start, end)) bytes += end - start;
  }
  if (bytes === 0) return;
  const { client, timeUs } = saying.context;
  const name = saying.name(message.nameAt[0]!);
  tellTunnel(saying, name, tunnels.answered(client, name, bytes, timeUs));
}

/** Not among what a conversation may say: one that asks for much has said all that before. */
function tellTunnel({ context }: Saying, name: string, carrying: Carrying | null): void {
  if (carrying === null) return;
  const { timeUs, frame, client, sink } = context;
  const value = `${domainOf(name)} ${carrying}`;
  sink.trait({ fact: 'trait', timeUs, frame, host: client, trait: 'dns-tunnel', value });
}

/** `v=spf1 …`, `k=rsa; …`: a text in words begins with a key (RFC 1464), or has a space soon. */
function isWords(bytes: Uint8Array, start: number, end: number): boolean {
  const stop = Math.min(end - 1, start + 1 + TEXT_KEY_BYTES_MAX);
  for (let at = start + 2; at < stop; at++) {
    if (bytes[at] === 0x3d || bytes[at] === 0x20) return true;
    if (bytes[at]! < 0x20 || bytes[at]! > 0x7e) return false;
  }
  return false;
}

/** `wpad<00>`: the suffix is a part of the name. */
function netbiosAsked(bytes: Uint8Array, at: number): string {
  const name = netbiosName(bytes, at);
  return `${netbiosText(name, 0).toLowerCase()}<${(name[15]! + 0x100).toString(16).slice(1)}>`;
}

/** The host of an address is called so; what another host says of it is trusted less. */
export function emitAddress(saying: Saying, message: DnsMessage, entry: number, source: string): void {
  const type = message.type[entry]!;
  const at = message.dataAt[entry]!;
  const size = message.dataEnd[entry]! - at;
  const { hosts } = saying.context;
  let host = 0;
  if (type === RecordType.a && size === 4) host = hosts.ofIpv4(saying.bytes, at);
  if (type === RecordType.aaaa && size === 16) host = hosts.ofIpv6(saying.bytes, at);
  if (host === 0) return;
  const name = saying.name(message.nameAt[entry]!);
  saying.claim(host, 'name', name, source, host === saying.speaker ? Trust.selfDeclared : Trust.inferred);
}
