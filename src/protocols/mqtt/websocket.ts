// MQTT in WebSocket (MQTT 5.0 clause 6; RFC 6455): the HTTP heads of the upgrade, the frame header, and the mask. No state.
import { u16be, u32be } from '../../bytes/endian.ts';
import { LATER_BYTES_MAX, Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';

/** A longer head is none of ours. */
export const HEAD_BYTES_MAX = 8192;
/** A frame longer than the longest MQTT packet and its header is no frame. */
const PAYLOAD_BYTES_MAX = 268_435_460;

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const REQUEST = ascii('GET ');
const ANSWER = ascii('HTTP/1.1 101 ');
const HEADER = ascii('sec-websocket-protocol:');
const MQTT = ascii('mqtt');
const LF = 10;

/** `later` while a head that may ask for MQTT is not whole, `yes` when it does. */
export function looksLikeHead(bytes: Uint8Array, start: number, end: number): number {
  const isRequest = beginsWith(bytes, start, end, REQUEST);
  if (!isRequest && !beginsWith(bytes, start, end, ANSWER)) return Match.no;
  const stop = headEnd(bytes, start, Math.min(end, start + LATER_BYTES_MAX));
  if (stop < 0) return end - start < LATER_BYTES_MAX ? Match.later : Match.no;
  return namesMqtt(bytes, start, stop) ? Match.yes : Match.no;
}

/** Does text begin here, as far as there are bytes? */
export function beginsWith(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  const size = Math.min(text.length, end - start);
  if (size < 3) return false;
  for (let at = 0; at < size; at++) if (bytes[start + at] !== text[at]) return false;
  return true;
}

/** Could these bytes be the beginning of an HTTP head? */
export function isHeadStart(bytes: Uint8Array, start: number, end: number): boolean {
  const size = Math.min(4, end - start);
  let isGet = true;
  let isHttp = true;
  for (let at = 0; at < size; at++) {
    if (bytes[start + at] !== REQUEST[at]) isGet = false;
    if (bytes[start + at] !== ANSWER[at]) isHttp = false;
  }
  return isGet || isHttp;
}

/** Size of the head at `start`, its empty line included. */
export function headSize(bytes: Uint8Array, start: number, end: number): number {
  const stop = headEnd(bytes, start, Math.min(end, start + HEAD_BYTES_MAX));
  if (stop >= 0) return stop - start;
  return end - start < HEAD_BYTES_MAX ? NEED_MORE : NOT_THIS_PROTOCOL;
}

/** Behind the empty line that ends a head, -1 where there is none. */
function headEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start + 3; at < end; at++) {
    if (bytes[at] === LF && (bytes[at - 1] === LF || (bytes[at - 2] === LF && bytes[at - 1] === 13))) return at + 1;
  }
  return -1;
}

/** Sec-WebSocket-Protocol: `mqtt`, or `mqttv3.1` as 3.1 had it, in a list or alone. */
function namesMqtt(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + HEADER.length < end; at++) {
    if (bytes[at] !== LF || !beginsLower(bytes, at + 1, end, HEADER)) continue;
    for (at += 1 + HEADER.length; at < end && bytes[at] !== LF; at++) {
      if (beginsLower(bytes, at, end, MQTT)) return true;
    }
    at--;
  }
  return false;
}

function beginsLower(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start < text.length) return false;
  for (let at = 0; at < text.length; at++) {
    const byte = bytes[start + at]!;
    if ((byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte) !== text[at]) return false;
  }
  return true;
}

/** The header of a frame (RFC 6455, clause 5.2). One record, refilled. */
export class FrameHeader {
  opcode = 0;
  isFinal = false;
  reservedBits = 0;
  isMasked = false;
  /** Bytes of the header, mask included. */
  size = 0;
  payloadSize = 0;
  maskAt = 0;

  /** NEED_MORE, NOT_THIS_PROTOCOL, or the size of the header. */
  read(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < 2) return NEED_MORE;
    const first = bytes[start]!;
    this.opcode = first & 15;
    this.isFinal = first >= 0x80;
    this.reservedBits = (first >> 4) & 7;
    this.isMasked = bytes[start + 1]! >= 0x80;
    const length = bytes[start + 1]! & 0x7f;
    const lengthSize = length === 126 ? 2 : length === 127 ? 8 : 0;
    this.size = 2 + lengthSize + (this.isMasked ? 4 : 0);
    if ((this.opcode > Opcode.binary && this.opcode < Opcode.close) || this.opcode > Opcode.pong) {
      return NOT_THIS_PROTOCOL;
    }
    // A control frame is short and whole.
    if (this.opcode >= Opcode.close && (length > 125 || !this.isFinal)) return NOT_THIS_PROTOCOL;
    if (end - start < this.size) return NEED_MORE;
    if (lengthSize === 0) this.payloadSize = length;
    else if (lengthSize === 2) this.payloadSize = u16be(bytes, start + 2);
    else this.payloadSize = u32be(bytes, start + 2) * 2 ** 32 + u32be(bytes, start + 6);
    this.maskAt = start + 2 + lengthSize;
    return this.payloadSize > PAYLOAD_BYTES_MAX ? NOT_THIS_PROTOCOL : this.size;
  }
}

/**
 * Copies bytes[start..end) without their mask to `to`. `key`: the mask as 32 bits, `phase`: how many masked bytes came
 * before.
 */
export function unmask(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  phase: number,
  target: Uint8Array,
  to: number,
): void {
  for (let at = start, index = phase; at < end; at++, index++) {
    target[to + at - start] = bytes[at]! ^ ((key >>> (24 - 8 * (index & 3))) & 0xff);
  }
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
