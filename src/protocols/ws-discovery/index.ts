// WS-Discovery, with which cameras (ONVIF), printers and Windows machines are found: the protocol's entry in the list, and
// what it has told already.
import type { ClaimAttribute } from '../../facts/facts.ts';
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { claim, violation } from '../facts-of-messages.ts';
import { isDiscovery, readDiscovery, type DiscoveryMessage } from './parse.ts';

/** What was told; beyond it all is told anew. */
const TOLD_MAX = 16_384;
/** Scopes and addresses of one message that are looked at. */
const LIST_MAX = 32;
const SCOPE = /^onvif:\/\/www\.onvif\.org\/(name|hardware|location|manufacturer)\/(.+)$/i;

export const wsDiscovery: Protocol = {
  name: 'ws-discovery',
  title: 'WS-Discovery (ONVIF)',
  transports: ['udp'],
  ports: [3702],
  frameBytesMax: 65_535,
  functionName: (code) => `function ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: ['Hello', 'Bye', 'Probe', 'ProbeMatches', 'Resolve', 'ResolveMatches'],
  summary: 'who searches for what; kinds of devices, their names, hardware and where they are reached',
  start: () => new WsDiscoveryDecoder(),
};

class WsDiscoveryDecoder implements ProtocolDecoder {
  readonly #told = new Set<string>();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return isDiscovery(bytes, start, end) ? Match.yes : Match.no;
  }

  /** Searches and announcements go to a group; the answer to a search comes from the one who is asked. */
  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (!isDiscovery(bytes, start, end)) return Speaker.unknown;
    return readDiscovery(bytes, start, end).action.endsWith('Matches') ? Speaker.server : Speaker.client;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (!isDiscovery(bytes, start, end)) {
      violation(context, 'ws-discovery', 'envelope-invalid', 'no message of WS-Discovery', bytes, start, end);
      return;
    }
    const message = readDiscovery(bytes, start, end);
    const host = context.fromClient ? context.client : context.server;
    if (message.action === 'Probe' || message.action === 'Resolve') {
      this.#trait(context, host, 'ws-discovery-search', message.types === '' ? 'anything' : message.types);
      return;
    }
    this.#device(context, host, message);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    if (isDiscovery(bytes, start, end)) tell(readDiscovery(bytes, start, end).action);
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

  #device(context: MessageContext, host: number, message: DiscoveryMessage): void {
    if (message.address !== '') this.#trait(context, host, 'ws-discovery-endpoint', message.address);
    if (message.types !== '') this.#trait(context, host, 'ws-discovery-types', message.types);
    if (/NetworkVideoTransmitter/.test(message.types))
      this.#claim(context, host, 'role', 'camera', 'ws-discovery types');
    for (const url of message.xAddrs.slice(0, LIST_MAX))
      this.#claim(context, host, 'url', url, 'ws-discovery addresses');
    for (const scope of message.scopes.slice(0, LIST_MAX)) {
      const found = SCOPE.exec(scope);
      if (found === null) continue;
      const kind = found[1]!.toLowerCase();
      const value = decoded(found[2]!);
      if (kind === 'location') this.#trait(context, host, 'location', value);
      else this.#claim(context, host, ATTRIBUTES[kind]!, value, `onvif scope ${kind}`);
    }
  }

  #claim(context: MessageContext, host: number, attribute: ClaimAttribute, value: string, source: string): void {
    if (this.#isNew(`${host} ${attribute} ${value}`)) claim(context, host, -1, attribute, value, source);
  }

  #trait(context: MessageContext, host: number, trait: string, value: string): void {
    if (!this.#isNew(`${host} ${trait} ${value}`)) return;
    const { timeUs, frame } = context;
    context.sink.trait({ fact: 'trait', timeUs, frame, host, trait, value: value.slice(0, 256) });
  }

  #isNew(key: string): boolean {
    if (this.#told.has(key)) return false;
    if (this.#told.size >= TOLD_MAX) this.#told.clear();
    this.#told.add(key);
    return true;
  }
}

const ATTRIBUTES: Readonly<Record<string, ClaimAttribute>> = {
  name: 'name',
  hardware: 'model',
  manufacturer: 'vendor',
};

/** Scopes are addresses: `%20` is a space. What is no such escape stays as it is; only what can be shown is decoded. */
function decoded(text: string): string {
  return text.replace(/%([2-7][0-9a-f])/gi, (escape, digits: string) => {
    const code = Number.parseInt(digits, 16);
    return code === 0x7f ? escape : String.fromCharCode(code);
  });
}
