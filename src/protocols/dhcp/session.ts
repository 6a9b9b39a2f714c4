// Keeps what a client says of itself until it is given an address, and hands it over as facts about that address.
import { hex, printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim, violation } from '../facts-of-messages.ts';
import { MessageType, Option } from './messages.ts';
import { Options, looksLike } from './parse.ts';

/** So many clients may wait for their address; the oldest is forgotten. */
const WAITING_MAX = 1024;
/** Of so many hosts it is known what was told last. */
const TOLD_MAX = 4096;
const CIADDR_AT = 12;
const YIADDR_AT = 16;
const GIADDR_AT = 24;
const CHADDR_AT = 28;
/** Kind and length of the hardware address. */
const ETHERNET = 1;
const MAC_BYTES = 6;

interface ClientWords {
  readonly fingerprint: string;
  readonly options: string;
  readonly vendorClass: string;
  readonly name: string;
  readonly fullName: string;
}

export class DhcpSession {
  readonly #waiting = new Map<string, ClientWords>();
  readonly #told = new Map<string, string>();

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
      const asks = type === MessageType.discover || type === MessageType.request || type === MessageType.inform;
      if (asks) this.#asks(bytes, start, key, wordsOf(options), context);
    } else if (type === MessageType.ack) {
      this.#given(bytes, start, key, mac, options, context);
    } else if (type === MessageType.nak) {
      this.#waiting.delete(key);
    }
  }

  /** What the client is called is known whether or not it is ever given an address. */
  #asks(bytes: Uint8Array, start: number, key: string, words: ClientWords, context: MessageContext): void {
    const mac = key.slice(key.indexOf(' ') + 1);
    if (this.#isNew(context.client, `asks ${mac}`, '.')) {
      context.sink.trait({
        ...{ fact: 'trait', timeUs: context.timeUs, frame: context.frame, host: context.client },
        ...{ trait: 'dhcp-asks', value: mac },
      });
    }
    this.#waiting.delete(key);
    forgetOldest(this.#waiting, WAITING_MAX);
    this.#waiting.set(key, words);
    const isOnLink = bytes.subarray(start + GIADDR_AT, start + GIADDR_AT + 4).every((byte) => byte === 0);
    if (!isOnLink || bytes[start + 1] !== ETHERNET || bytes[start + 2] !== MAC_BYTES) return;
    const card = context.hosts.ofMac(bytes, start + CHADDR_AT);
    if (card !== 0) this.#names(context, card, words);
  }

  #names(context: MessageContext, host: number, { name, fullName }: ClientWords): void {
    if (!this.#isNew(host, 'name', `${name} ${fullName}`)) return;
    claim(context, host, -1, 'name', name, 'dhcp 12');
    claim(context, host, -1, 'name', fullName, 'dhcp 81');
  }

  /** An answer to DHCPINFORM gives no address: the client has the one in ciaddr (RFC 2131 4.3.5). */
  #given(bytes: Uint8Array, start: number, key: string, mac: string, options: Options, context: MessageContext): void {
    this.#server(options, context);
    const words = this.#waiting.get(key);
    this.#waiting.delete(key);
    const host = context.hosts.ofIpv4(bytes, start + YIADDR_AT) || context.hosts.ofIpv4(bytes, start + CIADDR_AT);
    if (host === 0) return;
    this.#trait(context, host, 'address-binding', mac);
    if (words === undefined) return;
    this.#trait(context, host, 'dhcp-fingerprint', words.fingerprint);
    this.#trait(context, host, 'dhcp-options', words.options);
    this.#trait(context, host, 'dhcp-vendor-class', words.vendorClass);
    this.#names(context, host, words);
    const system = systemOf(words.vendorClass);
    if (this.#isNew(host, 'system', system)) {
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
    this.#trait(context, host, 'dhcp-server', `router ${router || 'none'}, dns ${dns || 'none'}`);
  }

  #trait(context: MessageContext, host: number, trait: string, value: string): void {
    if (value === '' || !this.#isNew(host, trait, value)) return;
    context.sink.trait({ fact: 'trait', timeUs: context.timeUs, frame: context.frame, host, trait, value });
  }

  #isNew(host: number, what: string, value: string): boolean {
    const key = `${host} ${what}`;
    if (this.#told.get(key) === value) return false;
    this.#told.delete(key);
    forgetOldest(this.#told, TOLD_MAX);
    this.#told.set(key, value);
    return true;
  }
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

function forgetOldest(table: Map<string, unknown>, limit: number): void {
  if (table.size < limit) return;
  for (const key of table.keys()) {
    table.delete(key);
    return;
  }
}
