// Finds the fields of connection-oriented DCE/RPC (C706 12.6, MS-RPCE 2.2.2): header, contexts of a bind, calls, the
// security trailer, and strings in stub data; keeps no state. In the byte order of nearly all: least significant first.
import { u16le, u32be, u32le } from '../bytes/endian.ts';
import { hex } from '../bytes/text.ts';
import { printableUtf16 } from '../bytes/utf16.ts';
import { RpcName } from './rpc-interfaces.ts';

export const RpcType = {
  request: 0,
  response: 2,
  fault: 3,
  bind: 11,
  bindAck: 12,
  bindNak: 13,
  alterContext: 14,
  alterContextResponse: 15,
  auth3: 16,
  shutdown: 17,
  cancel: 18,
  orphaned: 19,
} as const;

export const RPC_HEADER_BYTES = 16;
const FIRST_FRAGMENT = 1;
const HAS_OBJECT = 0x80;
/** Authentication level at which the stub data are encrypted (MS-RPCE 2.2.1.1.8). */
const PRIVACY = 6;
const CONTEXT_BYTES = 44;
const NAME_MAX = 256;

/** A header of version 5 with a known type, in ASCII, least significant byte first, IEEE numbers. */
export function isRpcHeader(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < RPC_HEADER_BYTES || bytes[start] !== 5 || bytes[start + 1]! > 1) return false;
  const type = bytes[start + 2]!;
  const isKnown = type === 0 || type === 2 || type === 3 || (type >= RpcType.bind && type <= RpcType.orphaned);
  if (!isKnown || u32be(bytes, start + 4) !== 0x1000_0000) return false;
  const size = u16le(bytes, start + 8);
  return size >= RPC_HEADER_BYTES && u16le(bytes, start + 10) + RPC_HEADER_BYTES <= size;
}

export function rpcSize(bytes: Uint8Array, start: number): number {
  return u16le(bytes, start + 8);
}

export function rpcCallId(bytes: Uint8Array, start: number): number {
  return u32le(bytes, start + 12);
}

export function isFirstFragment(bytes: Uint8Array, start: number): boolean {
  return (bytes[start + 3]! & FIRST_FRAGMENT) !== 0;
}

/** Calls `each` with the number and the interface of every context that a bind or alter context asks for. */
export function forEachContext(
  bytes: Uint8Array,
  start: number,
  end: number,
  each: (context: number, uuid: string) => void,
): void {
  if (end - start < 28) return;
  let at = start + 28;
  for (let left = bytes[start + 24]!; left > 0 && end - at >= CONTEXT_BYTES; left--) {
    each(u16le(bytes, at), uuidAt(bytes, at + 4));
    at += 24 + bytes[at + 2]! * 20;
  }
}

/** Where the stub data of a request begin. */
export function stubStart(bytes: Uint8Array, start: number): number {
  return start + ((bytes[start + 3]! & HAS_OBJECT) === 0 ? 24 : 40);
}

/** Where the authentication token begins and stub data end; `end` where there is none. */
export function tokenStart(bytes: Uint8Array, start: number, end: number): number {
  const length = u16le(bytes, start + 10);
  const whole = start + rpcSize(bytes, start);
  return length === 0 || whole > end || whole - length - 8 < start + RPC_HEADER_BYTES ? end : whole - length;
}

/** Are the stub data encrypted? */
export function isSealed(bytes: Uint8Array, start: number, end: number): boolean {
  const token = tokenStart(bytes, start, end);
  return token !== end && bytes[token - 7] === PRIVACY;
}

/** The name of the object of a call, where `RpcName` says; empty: not there. */
export function stubName(bytes: Uint8Array, start: number, end: number, where: number): string {
  if (where === RpcName.none) return '';
  if (where === RpcName.afterHandle) return stringAt(bytes, start + where, end).text;
  // A pointer comes first; 0: to nothing.
  if (end - start < 4 || u32le(bytes, start) === 0) {
    return where === RpcName.uniqueFirst ? stringAt(bytes, start + 4, end).text : '';
  }
  const one = stringAt(bytes, start + 4, end);
  return where === RpcName.first ? one.text : stringAt(bytes, one.next, end).text;
}

/** A conformant and varying string (C706 14.3.4.2): most, first, count, and so many characters; padded to four. */
function stringAt(bytes: Uint8Array, at: number, end: number): { readonly text: string; readonly next: number } {
  if (end - at < 12) return { text: '', next: end };
  const count = u32le(bytes, at + 8);
  const stop = Math.min(end, at + 12 + count * 2);
  return { text: printableUtf16(bytes, at + 12, stop, NAME_MAX), next: at + 12 + ((count * 2 + 3) & ~3) };
}

function uuidAt(bytes: Uint8Array, at: number): string {
  const part = (from: number, size: number): string => {
    const text = hex(bytes, at + from, at + from + size);
    return from >= 8 ? text : (text.match(/../g) ?? []).reverse().join('');
  };
  return [part(0, 4), part(4, 2), part(6, 2), part(8, 2), part(10, 6)].join('-');
}
