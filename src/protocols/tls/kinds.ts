// Names the kinds of TLS records (RFC 8446 5.1) and of the handshake messages in them (RFC 8446 4, RFC 5246 7.4).
import { u24be } from '../../bytes/endian.ts';
import { isHandshakeType } from './messages.ts';
import { HANDSHAKE_HEADER_BYTES } from './records.ts';

const RECORDS: ReadonlyMap<number, string> = new Map([
  [20, 'change cipher spec'],
  [21, 'alert'],
  [22, 'handshake'],
  [23, 'application data'],
]);
const MESSAGES: ReadonlyMap<number, string> = new Map([
  [0, 'HelloRequest'],
  [1, 'ClientHello'],
  [2, 'ServerHello'],
  [4, 'NewSessionTicket'],
  [5, 'EndOfEarlyData'],
  [8, 'EncryptedExtensions'],
  [11, 'Certificate'],
  [12, 'ServerKeyExchange'],
  [13, 'CertificateRequest'],
  [14, 'ServerHelloDone'],
  [15, 'CertificateVerify'],
  [16, 'ClientKeyExchange'],
  [20, 'Finished'],
  [21, 'CertificateURL'],
  [22, 'CertificateStatus'],
  [23, 'SupplementalData'],
  [24, 'KeyUpdate'],
  [25, 'CompressedCertificate'],
]);

export const MESSAGE_KINDS: readonly string[] = [...RECORDS.keys()].map(recordKind).concat(...MESSAGES.values());

export function recordKind(type: number): string {
  return `${RECORDS.get(type) ?? `type ${type}`} record`;
}

export function handshakeKind(type: number): string {
  return MESSAGES.get(type) ?? `handshake type ${type}`;
}

/** The handshake messages that begin in bytes[start..end); behind what is none, the rest is encrypted. */
export function tellHandshakes(bytes: Uint8Array, start: number, end: number, tell: (kind: string) => void): void {
  let at = start;
  while (end - at >= HANDSHAKE_HEADER_BYTES && isHandshakeType(bytes[at]!)) {
    tell(handshakeKind(bytes[at]!));
    at += HANDSHAKE_HEADER_BYTES + u24be(bytes, at + 1);
  }
}
