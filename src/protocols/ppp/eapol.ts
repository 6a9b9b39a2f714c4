// EAP over LAN (IEEE 802.1X 11): who proves himself to which switch or access point before the port is opened.
import { u16be } from '../../bytes/endian.ts';
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { EapCode } from '../eap.ts';
import { EapLogins, senderOf } from './eap-logins.ts';
import { EAPOL_KINDS, tellEapol } from './kinds.ts';

const ETHER_TYPE = 0x888e;
const FRAME_BYTES_MAX = 9216;
const HEADER_BYTES = 4;
const VERSION_MAX = 3;
const Type = { packet: 0, start: 1, logoff: 2, key: 3, max: 8 } as const;
/** Hosts whose part was told. */
const HOSTS_MAX = 16_384;

export const eapol: Protocol = {
  name: 'eapol',
  title: 'EAPoL',
  transports: ['link'],
  ports: [ETHER_TYPE],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => `type ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: EAPOL_KINDS,
  summary: 'IEEE 802.1X: who asks and who answers, identities, methods of EAP and their outcome',
  start: () => new EapolDecoder(),
};

class EapolDecoder implements ProtocolDecoder {
  readonly #eap = new EapLogins('eapol');
  readonly #told = new Map<number, string>();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < HEADER_BYTES || bytes[start]! < 1 || bytes[start]! > VERSION_MAX) return Match.no;
    return bytes[start + 1]! <= Type.max && start + HEADER_BYTES + u16be(bytes, start + 2) <= end
      ? Match.yes
      : Match.no;
  }

  speaker(): number {
    return Speaker.unknown;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < HEADER_BYTES) return;
    const type = bytes[start + 1];
    const body = start + HEADER_BYTES;
    const stop = Math.min(end, body + u16be(bytes, start + 2));
    if (type === Type.start || type === Type.logoff) this.#part('supplicant', context);
    if (type !== Type.packet || stop <= body) return;
    if (bytes[body] === EapCode.request) this.#part('authenticator', context);
    else if (bytes[body] === EapCode.response) this.#part('supplicant', context);
    this.#eap.packet(bytes, body, stop, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellEapol(bytes, start, end, tell);
  }

  gap(): void {}

  closed(flow: number, context: MessageContext): void {
    this.#eap.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#eap.tick(timeUs, context);
  }

  /** What the sender is in the exchange. */
  #part(part: string, context: MessageContext): void {
    const host = senderOf(context);
    if (this.#told.get(host) === part) return;
    if (this.#told.size >= HOSTS_MAX) this.#told.clear();
    this.#told.set(host, part);
    const { timeUs, frame, sink } = context;
    sink.trait({ fact: 'trait', timeUs, frame, host, trait: 'eapol', value: part });
  }
}
