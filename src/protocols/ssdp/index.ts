// SSDP, with which UPnP devices are found: the protocol's entry in the list, and what it has told already.
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { violation } from '../facts-of-messages.ts';
import { tellOfSender } from './facts.ts';
import { Kind, SsdpMessage, kindOf, looksLikeSsdp } from './parse.ts';

/** What was told of hosts; beyond it all is told anew. */
const TOLD_MAX = 65_536;
/** More of one host is not told: it invents. */
const TOLD_PER_HOST_MAX = 64;

/** By number of `Kind`. */
const KIND_NAMES = ['', 'M-SEARCH', 'NOTIFY', 'response'];

export const ssdp: Protocol = {
  name: 'ssdp',
  title: 'SSDP (UPnP discovery)',
  transports: ['udp'],
  ports: [1900],
  frameBytesMax: 65_535,
  functionName: (code) => `function ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: KIND_NAMES.slice(1),
  summary: 'who searches for what; kinds of devices, their software and where they describe themselves',
  start: () => new SsdpDecoder(),
};

class SsdpDecoder implements ProtocolDecoder {
  readonly #message = new SsdpMessage();
  readonly #told = new Set<string>();
  readonly #toldOfHost = new Map<number, number>();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLikeSsdp(bytes, start, end, this.#message) ? Match.yes : Match.no;
  }

  /** Searches and announcements go to a group; the answer to a search comes from the one who is asked. */
  speaker(bytes: Uint8Array, start: number, end: number): number {
    return kindOf(bytes, start, end) === Kind.response ? Speaker.server : Speaker.client;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const message = this.#message;
    message.read(bytes, start, end);
    if (message.kind === Kind.none) {
      violation(context, 'ssdp', 'start-line-invalid', 'no start line of SSDP', bytes, start, end);
      return;
    }
    if (message.problem !== '')
      violation(
        context,
        'ssdp',
        message.problem,
        'a header line without a colon',
        bytes,
        start,
        end,
        message.problemAt,
      );
    const host = context.fromClient ? context.client : context.server;
    tellOfSender(message, bytes, context, (what) => this.#isNew(host, what));
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    const kind = kindOf(bytes, start, end);
    if (kind !== Kind.none) tell(KIND_NAMES[kind]!);
  }

  gap(): void {
    // Datagrams are whole.
  }

  closed(): void {
    // What was told is told of hosts, not of conversations.
  }

  tick(): void {
    // Nothing waits.
  }

  #isNew(host: number, what: string): boolean {
    const key = `${host} ${what}`;
    if (this.#told.has(key)) return false;
    const count = this.#toldOfHost.get(host) ?? 0;
    if (count >= TOLD_PER_HOST_MAX) return false;
    if (this.#told.size >= TOLD_MAX) {
      this.#told.clear();
      this.#toldOfHost.clear();
    }
    this.#told.add(key);
    this.#toldOfHost.set(host, count + 1);
    return true;
  }
}
