// What the parts of MQTT packets are made of: variable byte integers, texts with their length, properties; and what is noted
// where one of them does not fit.
import { u16be } from '../../bytes/endian.ts';
import { Problem } from './messages.ts';
import type { MqttPacket } from './packet.ts';
import { WILL_PROPERTIES, readProperties } from './properties.ts';
import { isMqttText } from './text-rules.ts';

/** Value of the variable byte integer at `at` (clause 1.5.5), -1: cut, -2: longer than four bytes. */
export function variableInteger(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    if (at + index >= end) return -1;
    const byte = bytes[at + index]!;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  return -2;
}

/** Bytes that such a value takes at least. */
export function variableIntegerSize(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
}

/** Bytes that the integer at `at` takes as it stands there; it is known to be whole. */
export function writtenSize(bytes: Uint8Array, at: number): number {
  let size = 1;
  while (bytes[at + size - 1]! >= 0x80 && size < 4) size++;
  return size;
}

export function short(packet: MqttPacket, at: number, needed: number, left: number): void {
  packet.isShort = true;
  packet.addProblem(Problem['packet-cut-short'], at, needed, Math.max(0, left));
}

export function trailing(packet: MqttPacket, at: number, end: number): void {
  if (at < end) packet.addProblem(Problem['trailing-bytes'], at, end - at, packet.type);
}

/** End of the text or binary field at `at`, -1 where it is cut, which is noted. */
export function fieldEnd(bytes: Uint8Array, at: number, end: number, packet: MqttPacket): number {
  if (end - at < 2) {
    short(packet, at, 2, end - at);
    return -1;
  }
  const next = at + 2 + u16be(bytes, at);
  if (next > end) {
    short(packet, at, next - at, end - at);
    return -1;
  }
  return next;
}

export function checkText(bytes: Uint8Array, start: number, end: number, packet: MqttPacket): void {
  if (!isMqttText(bytes, start, end)) packet.addProblem(Problem['text-not-utf8'], start, end - start, 0);
}

/** Properties at `at`, their length first: where they end, -1 where they are cut. */
export function properties(bytes: Uint8Array, at: number, end: number, type: number, packet: MqttPacket): number {
  const length = variableInteger(bytes, at, end);
  if (length < 0) {
    short(packet, at, 1, end - at);
    return -1;
  }
  const start = at + writtenSize(bytes, at);
  if (start + length > end) {
    packet.isShort = true;
    packet.addProblem(Problem['properties-cut-short'], at, length, end - start);
    return -1;
  }
  if (type !== WILL_PROPERTIES) {
    packet.propertiesStart = start;
    packet.propertiesEnd = start + length;
  }
  readProperties(bytes, start, start + length, type, packet);
  return start + length;
}
