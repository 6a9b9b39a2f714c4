// Makes further frames from real ones: other ports, other hosts, other payload, with the lengths and checksums that go
// with them.
import { addWords, internetChecksum } from '../src/bytes/checksum.ts';
import { endsOf, type Frame } from './score-frames.ts';

const TCP = 6;
const MODBUS_PORT = 502;

export const Flags = { fin: 1, syn: 2, push: 8, ack: 16 } as const;

/** The frame with another client port; the server is the side on port 502. */
export function onPort(bytes: Uint8Array, clientPort: number): Uint8Array {
  const copy = bytes.slice();
  const { transport, transportStart, targetPort } = endsOf(copy);
  if (transport !== 'tcp') return copy;
  const at = targetPort === MODBUS_PORT ? transportStart : transportStart + 2;
  copy[at] = clientPort >> 8;
  copy[at + 1] = clientPort & 255;
  return sealed(copy);
}

/** Fills in the checksums of IPv4 and TCP. */
export function sealed(bytes: Uint8Array): Uint8Array {
  const { transportStart, ipStart } = endsOf(bytes);
  const end = ipStart + ((bytes[ipStart + 2]! << 8) | bytes[ipStart + 3]!);
  put16(bytes, ipStart + 10, 0);
  put16(bytes, ipStart + 10, internetChecksum(bytes, ipStart, transportStart));
  put16(bytes, transportStart + 16, 0);
  // The pseudo-header of RFC 9293, 3.1: both addresses, the protocol, the length.
  const pseudo = addWords(bytes, ipStart + 12, ipStart + 20, TCP + end - transportStart);
  put16(bytes, transportStart + 16, internetChecksum(bytes, transportStart, end, pseudo));
  return bytes;
}

export interface Segment {
  readonly clientPort: number;
  readonly isFromClient: boolean;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** A TCP segment with the Ethernet and IPv4 headers of `real`, a frame of the same direction. */
export function forged(real: Uint8Array, segment: Segment): Uint8Array {
  const { ipStart, transportStart } = endsOf(real);
  const start = transportStart + 20;
  const bytes = new Uint8Array(Math.max(60, start + segment.payload.length));
  bytes.set(real.subarray(0, start));
  bytes.set(segment.payload, start);
  put16(bytes, ipStart + 2, start + segment.payload.length - ipStart);
  const view = new DataView(bytes.buffer);
  view.setUint16(segment.isFromClient ? transportStart : transportStart + 2, segment.clientPort);
  view.setUint32(transportStart + 4, segment.sequence);
  view.setUint32(transportStart + 8, segment.acknowledged);
  bytes[transportStart + 12] = 5 << 4;
  bytes[transportStart + 13] = segment.flags;
  put16(bytes, transportStart + 18, 0);
  return sealed(bytes);
}

/** The same frame from (or to) another host: the client's addresses end in `last`. */
export function fromOtherHost(real: Uint8Array, isFromClient: boolean, last: number): Uint8Array {
  const bytes = real.slice();
  bytes[isFromClient ? 29 : 33] = last;
  bytes[isFromClient ? 11 : 5] = last;
  return sealed(bytes);
}

export interface Exchange {
  readonly request: Uint8Array;
  readonly answer: Uint8Array;
}

/** Handshake, one exchange after the other, farewell: a connection of its own beside all others. */
export function connection(
  realRequest: Uint8Array,
  realAnswer: Uint8Array,
  clientPort: number,
  startUs: number,
  exchanges: readonly Exchange[],
): Frame[] {
  const frames: Frame[] = [];
  let timeUs = startUs;
  let client = 1000;
  let server = 9000;
  const send = (isFromClient: boolean, flags: number, payload = new Uint8Array(0)): void => {
    const [sequence, acknowledged] = isFromClient ? [client, server] : [server, client];
    const segment = { clientPort, isFromClient, sequence, acknowledged, flags, payload };
    frames.push({ number: 0, timeUs, bytes: forged(isFromClient ? realRequest : realAnswer, segment) });
    const length = payload.length + ((flags & (Flags.syn | Flags.fin)) === 0 ? 0 : 1);
    if (isFromClient) client += length;
    else server += length;
    timeUs += 2000;
  };
  send(true, Flags.syn);
  send(false, Flags.syn | Flags.ack);
  send(true, Flags.ack);
  for (const { request, answer } of exchanges) {
    send(true, Flags.push | Flags.ack, Uint8Array.from(request));
    send(false, Flags.push | Flags.ack, Uint8Array.from(answer));
  }
  send(true, Flags.fin | Flags.ack);
  send(false, Flags.fin | Flags.ack);
  send(true, Flags.ack);
  return frames;
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 255;
}
