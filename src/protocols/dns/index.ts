// DNS, multicast DNS, LLMNR and the NetBIOS name service: four entries in the list that share one parser of messages.
import {
  Match,
  Speaker,
  type KindSink,
  type MessageContext,
  type MessageKind,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { Saying, emitAddress, emitProblem, emitQuestions, emitTunnel, emitTunnelAnswer } from './facts.ts';
import { ForeignDatagrams } from './foreign.ts';
import { DnsMessage } from './messages.ts';
import { emitNetbios } from './netbios.ts';
import { FRAME_BYTES_MAX, LENGTH_BYTES, frameSize, isLikely, looksLikeDns, parseMessage } from './parse.ts';
import { emitServices } from './services.ts';
import { Told } from './told.ts';
import { Tunnels } from './tunnels.ts';
import { MESSAGE_KINDS, NETBIOS_MESSAGE_KINDS, tellKinds } from './kinds.ts';

type Name = 'dns' | 'mdns' | 'llmnr' | 'nbns';

/** Lookups are traits and claims; no kind of message becomes an operation. */
const KINDS: readonly MessageKind[] = [];

function entry(name: Name, title: string, transports: Protocol['transports'], port: number, summary: string): Protocol {
  return {
    name,
    title,
    transports,
    ports: [port],
    frameBytesMax: FRAME_BYTES_MAX,
    functionName: (code) => `function ${code}`,
    spaceName: () => '',
    codeName: (code) => `code ${code}`,
    family: 'it',
    kinds: KINDS,
    messageKinds: name === 'nbns' ? NETBIOS_MESSAGE_KINDS : MESSAGE_KINDS,
    summary,
    start: () => new NameDecoder(name),
  };
}

export const dns = entry('dns', 'DNS', ['udp', 'tcp'], 53, 'which names a host asks for');
export const mdns = entry('mdns', 'mDNS', ['udp'], 5353, 'names, services, models and firmware that devices announce');
export const llmnr = entry('llmnr', 'LLMNR', ['udp'], 5355, 'names that hosts ask for and answer to');
export const nbns = entry('nbns', 'NetBIOS name service', ['udp'], 137, 'names, groups and the status of nodes');

class NameDecoder implements ProtocolDecoder {
  private readonly name: Name;
  private readonly message = new DnsMessage();
  private readonly told = new Told();
  private readonly tunnels = new Tunnels();
  private readonly foreign = new ForeignDatagrams();

  constructor(name: Name) {
    this.name = name;
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    if (this.name === 'dns') return looksLikeDns(bytes, start, end, this.message);
    // The messages alone do not tell which of the four it is.
    // Multicast DNS puts as many questions into a message as fit: no name and its type take less than five bytes.
    const questionsMax = this.name === 'mdns' ? Math.floor((end - start) / 5) : undefined;
    return isLikely(bytes, start, end, questionsMax) ? Match.maybe : Match.no;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    // Multicast DNS is said to the group, answers too.
    if (this.name === 'mdns') return Speaker.unknown;
    const isFramed =
      this.name === 'dns' && end - start > 4 && ((bytes[start]! << 8) | bytes[start + 1]!) === end - start - 2;
    const flags = start + 2 + (isFramed ? LENGTH_BYTES : 0);
    if (flags >= end) return Speaker.unknown;
    return bytes[flags]! < 0x80 ? Speaker.client : Speaker.server;
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    return frameSize(bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const { message } = this;
    const from = context.isTcp ? Math.min(end, start + LENGTH_BYTES) : start;
    const saying = new Saying(bytes, from, end, context, this.told);
    const isParsed = parseMessage(bytes, from, end, message);
    if (this.name === 'dns' && !context.isTcp) this.foreign.heard(isParsed, end - start, context);
    if (isParsed) this.emit(saying);
    else emitProblem(saying, message, this.name);
  }

  private emit(saying: Saying): void {
    const { message } = this;
    const { isResponse } = message;
    if (this.name === 'dns') {
      // A response repeats the question of the client; what it answers is nobody's own word.
      emitQuestions(saying, message, saying.context.client, false);
      if (isResponse) emitTunnelAnswer(saying, message, this.tunnels);
      else emitTunnel(saying, message, this.tunnels);
      return;
    }
    if (!isResponse && message.opcode === 0) emitQuestions(saying, message, saying.speaker, this.name === 'nbns');
    if (this.name === 'nbns') emitNetbios(saying, message);
    else if (isResponse && this.name === 'mdns') emitServices(saying, message);
    else if (isResponse)
      for (let index = message.questions; index < message.count; index++) emitAddress(saying, message, index, 'llmnr');
  }

  // Nothing waits for the other direction.
  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    const from = context.isTcp ? Math.min(end, start + LENGTH_BYTES) : start;
    tellKinds(bytes, from, end, this.name === 'nbns', tell);
  }

  gap(): void {}

  closed(flow: number): void {
    this.told.forget(flow);
    this.foreign.forget(flow);
  }

  tick(): void {}
}
