// Names the kinds of messages of IPMI over LAN: presence (ASF 2.0 3.2.4), payloads (IPMI 2.0 13.27.3), and messages as requests
// or responses of a network function (5.1).
import type { KindSink } from '../../facts/protocol.ts';
import { Asf, Payload } from './messages.ts';
import { asfTypeAt, readEnvelope } from './parse.ts';

const PAYLOADS: ReadonlyMap<number, string> = new Map([
  [1, 'serial over LAN'],
  [Payload.openRequest, 'open session request'],
  [Payload.openResponse, 'open session response'],
  [Payload.rakp1, 'RAKP message 1'],
  [Payload.rakp2, 'RAKP message 2'],
  [Payload.rakp3, 'RAKP message 3'],
  [Payload.rakp4, 'RAKP message 4'],
]);
const FUNCTIONS: ReadonlyMap<number, string> = new Map([
  [0x00, 'chassis'],
  [0x02, 'bridge'],
  [0x04, 'sensor'],
  [0x06, 'application'],
  [0x08, 'firmware'],
  [0x0a, 'storage'],
  [0x0c, 'transport'],
  [0x2c, 'group extension'],
  [0x2e, 'maker'],
]);

export const ENCRYPTED = 'encrypted message';
export const MESSAGE_KINDS: readonly string[] = [
  asfKind(Asf.ping),
  asfKind(Asf.pong),
  ...PAYLOADS.values(),
  ENCRYPTED,
  ...[...FUNCTIONS.keys()].flatMap((code) => [functionKind(code), functionKind(code + 1)]),
];

export function asfKind(type: number): string {
  return type === Asf.ping ? 'presence ping' : type === Asf.pong ? 'presence pong' : `ASF type ${type}`;
}

export function payloadKind(type: number): string {
  return PAYLOADS.get(type) ?? `payload type ${type}`;
}

/** The lowest bit says that it is a response. */
export function functionKind(code: number): string {
  const name = FUNCTIONS.get(code & 0x3e) ?? `function ${code & 0x3e}`;
  return `${name} ${(code & 1) === 1 ? 'response' : 'request'}`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  const asf = asfTypeAt(bytes, start, end);
  if (asf >= 0) {
    tell(asfKind(bytes[asf]!));
    return;
  }
  const envelope = readEnvelope(bytes, start, end);
  if (envelope === null) return;
  const { payloadType, payloadStart, isEncrypted } = envelope;
  if (payloadType !== Payload.message) tell(payloadKind(payloadType));
  else if (isEncrypted) tell(ENCRYPTED);
  else tell(functionKind(bytes[payloadStart + 1]! >> 2));
}
