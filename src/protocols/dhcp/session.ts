// Keeps what a client says of itself until it is given an address, and hands it over as facts about that address; where
// the answer is not in the capture, about the address that it has or asks for.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { hex, printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim, violation } from '../facts-of-messages.ts';
import { MessageType, Option } from './messages.ts';
import { Options, looksLike } from './parse.ts';
import { Told } from './told.ts';

/** So many clients may wait for their address; the oldest is forgotten. */
const WAITING_MAX = 1024;
/** An answer that has not come by then is not in the capture. */
const ANSWER_WITHIN_US = 10e6;
const CIADDR_AT = 12;
const YIADDR_AT = 16;
const GIADDR_AT = 24;
const CHADDR_AT = 28;
/** Kind and length of the hardware address. */
const ETHERNET = 1;
const MAC_BYTES = 6;
/** A client of BOOTP names no type (RFC 1534 2). */
const ASKING: ReadonlySet<number> = new Set([
  MessageType.bootp,
  MessageType.discover,
  MessageType.request,
  MessageType.inform,
]);

interface Waiting {
  readonly words: ClientWords;
  /** The address that the client has, or asks for; 0: none. */
  readonly host: number;
  /** The host of its network card, 0: it is not on this link. */
  readonly card: number;
  readonly mac: string;
  /** It uses the address already. */
  readonly isBound: boolean;
  readonly flow: number;
  readonly timeUs: number;
  readonly frame: number;
}

interface ClientWords {
  readonly fingerprint: string;
  readonly options: string;
  readonly vendorClass: string;
  readonly name: string;
  readonly fullName: string;
}

export class DhcpSession {
  readonly #waiting = new Map<string, Waiting>();
  readonly #told = new Told();

  datagram(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (looksLike(bytes, start, end) === 0) {
      violation(context, 'dhcp', 'not-a-message', `${end - start} bytes`, bytes, start, end);
      return;
    }
    const options = new Options(bytes, start, end);
    if (options.brokenAt >= 0) {
      const detail = 'an option reaches past the end of its field';
      violation(context, 'dhcp', 'option-past-end', detail, bytes, start, end, options.brokenAt);
    }
    const type = options.values.get(Option.messageType)?.[0] ?? 0;
    const mac = hardwareAddress(bytes, start);
    const key = `${hex(bytes, start + 4, start + 8)} ${mac}`;
    if (bytes[start] === 1) {
      if (ASKING.has(type)) {
        const waiting = waitingOf(bytes, start, options, mac, context);
        this.#keep(key, waiting);
        this.#told.trait(context, context.client, 'dhcp-asks', mac);
        // What the client is called is known whether or not it is ever given an address.
        this.#names(context, waiting.card, waiting.words, Trust.selfDeclared);
      }
    } else if (type === MessageType.ack || type === MessageType.bootp) {
      this.#given(bytes, start, key, mac, options, context);
    } else if (type === MessageType.nak) {
      this.#waiting.delete(key);
    }
  }

  /** `flow` 0: those whose answer has not come in time; else those of a conversation that ends. */
  unanswered(flow: number, timeUs: number, context: MessageContext): void {
    for (const [key, waiting] of this.#waiting) {
      if (flow === 0 ? timeUs - waiting.timeUs < ANSWER_WITHIN_US : waiting.flow !== flow) continue;
      this.#waiting.delete(key);
      const of = { ...context, timeUs: waiting.timeUs, frame: waiting.frame };
      if (waiting.host === 0) this.#tell(of, waiting.card, waiting.words, Trust.selfDeclared);
      if (waiting.host === 0) continue;
      if (waiting.isBound) this.#told.trait(of, waiting.host, 'address-binding', waiting.mac);
      this.#tell(of, waiting.host, waiting.words, waiting.isBound ? Trust.selfDeclared : Trust.inferred);
    }
  }

  #keep(key: string, waiting: Waiting): void {
    this.#waiting.delete(key);
    forgetOldest(this.#waiting, WAITING_MAX);
    this.#waiting.set(key, waiting);
  }

  #names(context: MessageContext, host: number, { name, fullName }: ClientWords, trust: number): void {
    if (host === 0 || !this.#told.isNew(host, 'name', `${name} ${fullName}`)) return;
    claim(context, host, -1, 'name', name, 'dhcp 12', trust);
    claim(context, host, -1, 'name', fullName, 'dhcp 81', trust);
  }

  /** An answer to DHCPINFORM gives no address: the client has the one in ciaddr (RFC 2131 4.3.5). */
  #given(bytes: Uint8Array, start: number, key: string, mac: string, options: Options, context: MessageContext): void {
    this.#server(options, context);
    const words = this.#waiting.get(key)?.words;
    this.#waiting.delete(key);
    const host = context.hosts.ofIpv4(bytes, start + YIADDR_AT) || context.hosts.ofIpv4(bytes, start + CIADDR_AT);
    if (host === 0) return;
    this.#told.trait(context, host, 'address-binding', mac);
    if (words !== undefined) this.#tell(context, host, words, Trust.selfDeclared);
  }

  #tell(context: MessageContext, host: number, words: ClientWords, trust: number): void {
    this.#told.trait(context, host, 'dhcp-fingerprint', words.fingerprint);
    this.#told.trait(context, host, 'dhcp-options', words.options);
    this.#told.trait(context, host, 'dhcp-vendor-class', words.vendorClass);
    this.#names(context, host, words, trust);
    const system = systemOf(words.vendorClass);
    if (host !== 0 && this.#told.isNew(host, 'system', system)) {
      claim(context, host, -1, 'operating-system', system, 'dhcp 60', Trust.hint);
    }
  }

  #server(options: Options, context: MessageContext): void {
    const address = options.values.get(Option.serverIdentifier);
    if (address?.length !== 4) return;
    const host = context.hosts.ofIpv4(address, 0);
    if (host === 0) return;
    const router = addresses(options.values.get(Option.router));
    const dns = addresses(options.values.get(Option.dnsServer));
    this.#told.trait(context, host, 'dhcp-server', `router ${router || 'none'}, dns ${dns || 'none'}`);
  }
}

/** In ciaddr stands an address in use, in option 50 one that is asked for (RFC 2131 4.3.2). */
function waitingOf(bytes: Uint8Array, start: number, options: Options, mac: string, context: MessageContext): Waiting {
  const bound = isAddress(bytes, start + CIADDR_AT) ? context.hosts.ofIpv4(bytes, start + CIADDR_AT) : 0;
  const requested = options.values.get(Option.requestedAddress);
  // What is asked for in a DHCPDISCOVER is a wish.
  const isAsked = bound === 0 && options.values.get(Option.messageType)?.[0] === MessageType.request;
  const asked = isAsked && requested?.length === 4 && isAddress(requested, 0) ? context.hosts.ofIpv4(requested, 0) : 0;
  const card = cardOf(bytes, start, context);
  const { flow, timeUs, frame } = context;
  return { words: wordsOf(options), host: bound || asked, card, mac, isBound: bound !== 0, flow, timeUs, frame };
}

function cardOf(bytes: Uint8Array, start: number, context: MessageContext): number {
  const isOnLink = !isAddress(bytes, start + GIADDR_AT);
  const isEthernet = bytes[start + 1] === ETHERNET && bytes[start + 2] === MAC_BYTES;
  // Some send zeros and say in an option of their own who they are.
  const isNamed = bytes.subarray(start + CHADDR_AT, start + CHADDR_AT + MAC_BYTES).some((byte) => byte !== 0);
  return isOnLink && isEthernet && isNamed ? context.hosts.ofMac(bytes, start + CHADDR_AT) : 0;
}

function isAddress(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!) !== 0;
}

function wordsOf({ values, order }: Options): ClientWords {
  return {
    fingerprint: [...(values.get(Option.parameterList) ?? [])].slice(0, 255).join(','),
    options: order.join(','),
    vendorClass: text(values.get(Option.vendorClass)),
    name: text(values.get(Option.hostName)),
    fullName: fullNameOf(values.get(Option.fullName)),
  };
}

/** Flags, two return codes, then the name: with the E flag as labels, else as text (RFC 4702 2). */
function fullNameOf(value: Uint8Array | undefined): string {
  if (value === undefined || value.length < 4) return '';
  if ((value[0]! & 4) === 0) return text(value.subarray(3));
  const labels: string[] = [];
  for (let at = 3; at < value.length && value[at] !== 0; at += 1 + value[at]!) {
    labels.push(text(value.subarray(at + 1, at + 1 + value[at]!)));
  }
  return labels.join('.');
}

/** Text may end in zeros that do not belong to it (RFC 2132 2). */
function text(value: Uint8Array | undefined): string {
  if (value === undefined) return '';
  let end = value.length;
  while (end > 0 && value[end - 1] === 0) end--;
  return printable(value, 0, end);
}

function systemOf(vendorClass: string): string {
  if (vendorClass.startsWith('MSFT ')) return 'Windows';
  if (vendorClass.startsWith('android-dhcp')) return 'Android';
  return /:(Linux-[^:]+)/.exec(vendorClass)?.[1] ?? '';
}

function addresses(value: Uint8Array | undefined): string {
  const found: string[] = [];
  for (let at = 0; value !== undefined && at + 4 <= value.length && found.length < 8; at += 4) {
    found.push(value.subarray(at, at + 4).join('.'));
  }
  return found.join(' ');
}

function hardwareAddress(bytes: Uint8Array, start: number): string {
  const at = start + CHADDR_AT;
  return hex(bytes, at, at + bytes[start + 2]!).replace(/(..)(?=.)/g, '$1:');
}
