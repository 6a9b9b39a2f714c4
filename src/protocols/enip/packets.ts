// What wraps other messages: the offsets of a Multiple Service Packet, and the trailer of Logix's signed messages.
import { u16le, u32le } from '../../bytes/endian.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import type { Exchange } from './exchange.ts';

/** Messages in messages: a route around a signature around a packet around a request, and one to spare. */
export const DEPTH_MAX = 5;

/** Messages in a packet whose data are bytes[start..end); 0 where it cannot be read. */
export function packetCount(
  exchange: Exchange,
  bytes: Uint8Array,
  start: number,
  end: number,
  depth: number,
  context: MessageContext,
): number {
  if (isTooDeep(exchange, bytes, start, depth, context) || start + 4 > end) return 0;
  const count = u16le(bytes, start);
  if (count > 0 && start + 2 + count * 2 <= end) return count;
  exchange.broken(context, 'service-count-invalid', `${count} messages in ${end - start} bytes`, bytes, start);
  return 0;
}

/** Where message `index` of a packet of `count` begins. */
export function packetFrom(bytes: Uint8Array, start: number, index: number): number {
  return start + u16le(bytes, start + 2 + index * 2);
}

/** Where it ends, if it lies where it can; -1 where not. */
export function packetTo(
  exchange: Exchange,
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  index: number,
  context: MessageContext,
): number {
  const from = packetFrom(bytes, start, index);
  const to = index + 1 < count ? packetFrom(bytes, start, index + 1) : end;
  if (from >= start + 2 + count * 2 && from < to && to <= end) return to;
  const detail = `message from ${from - start} to ${to - start} of ${end - start}`;
  exchange.broken(context, 'service-offset-invalid', detail, bytes, start + 2);
  return -1;
}

export function isTooDeep(
  exchange: Exchange,
  bytes: Uint8Array,
  at: number,
  depth: number,
  context: MessageContext,
): boolean {
  if (depth < DEPTH_MAX) return false;
  exchange.broken(context, 'nesting-too-deep', `messages in messages, ${depth} deep`, bytes, at);
  return true;
}

/** Number of the message in its session, then an HMAC-SHA1. */
export const SIGNATURE_SIZE = 24;
/** Marker and size before what an audited message carries. */
const AUDIT_SIZE = 8;

/** Services of the message router with which Logix controllers sign what they carry; see README.md. */
export const Signed = { send: 0x36, audited: 0x37, upload: 0x3a } as const;

/** Where what is signed begins: behind the envelope that an audited message has. `stop`: before the signature. */
export function signedStart(service: number, start: number, stop: number): number {
  return service === Signed.audited ? Math.min(stop, start + AUDIT_SIZE) : start;
}

/** Where it ends: an audited message tells its size. */
export function signedEnd(service: number, bytes: Uint8Array, start: number, stop: number): number {
  if (service !== Signed.audited || start + AUDIT_SIZE > stop) return stop;
  return Math.min(stop, start + AUDIT_SIZE + u32le(bytes, start + 4));
}
