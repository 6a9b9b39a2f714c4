// Reads acknowledgements, subscriptions and their answers, DISCONNECT and AUTH into the record of packet.ts.
import { u16be } from '../../bytes/endian.ts';
import { fieldEnd, properties, short, trailing, variableInteger, writtenSize } from './fields.ts';
import { PacketType, Problem, REASON_REFUSED, Version, isKnownReason } from './messages.ts';
import type { MqttPacket } from './packet.ts';
import { areProperties } from './properties.ts';
import { isFilter, isMqttText } from './text-rules.ts';

/** So many filters of one SUBSCRIBE or UNSUBSCRIBE are told. */
export const FILTERS_MAX = 128;

/** Clauses 3.4 to 3.7: reason code and properties may be left out. */
export function parseAcknowledgement(bytes: Uint8Array, at: number, end: number, packet: MqttPacket): void {
  if (end - at < 2) {
    short(packet, at, 2, end - at);
    return;
  }
  packet.packetId = u16be(bytes, at);
  if (packet.packetId === 0) packet.addProblem(Problem['packet-id-zero'], at, packet.type, 0);
  if (packet.version === Version.unknown && end - at > 2) packet.version = Version.v5;
  if (packet.version !== Version.v5) trailing(packet, at + 2, end);
  else if (end - at > 2) parseReason(bytes, at + 2, end, packet);
}

/** A reason code and properties, each of which may be missing (clauses 3.14 and 3.15 too). */
export function parseReason(bytes: Uint8Array, at: number, end: number, packet: MqttPacket): void {
  if (at === end) return;
  if (packet.version === Version.unknown) packet.version = Version.v5;
  if (packet.version !== Version.v5) {
    trailing(packet, at, end);
    return;
  }
  packet.reason = bytes[at]!;
  if (!isKnownReason(packet.reason)) packet.addProblem(Problem['return-code-unknown'], at, packet.reason, 0);
  if (at + 1 === end) return;
  const next = properties(bytes, at + 1, end, packet.type, packet);
  if (next >= 0) trailing(packet, next, end);
}

/** Clauses 3.8 and 3.10. */
export function parseFilters(bytes: Uint8Array, start: number, end: number, packet: MqttPacket): void {
  if (end - start < 2) {
    short(packet, start, 2, end - start);
    return;
  }
  packet.packetId = u16be(bytes, start);
  if (packet.packetId === 0) packet.addProblem(Problem['packet-id-zero'], start, packet.type, 0);
  let at = start + 2;
  if (packet.version === Version.unknown) packet.version = filtersVersion(bytes, at, end, packet.type);
  if (packet.version === Version.v5) {
    at = properties(bytes, at, end, packet.type, packet);
    if (at < 0) return;
  }
  packet.listStart = packet.listEnd = at;
  while (at < end) {
    if (packet.listCount === FILTERS_MAX) {
      packet.addProblem(Problem['filters-too-many'], at, FILTERS_MAX, 0);
      return;
    }
    const next = filterEnd(bytes, at, end, packet);
    if (next < 0) return;
    packet.listCount++;
    packet.listEnd = next;
    at = next;
  }
  if (packet.listCount === 0) packet.addProblem(Problem['filters-missing'], start, packet.type, 0);
}

function filterEnd(bytes: Uint8Array, at: number, end: number, packet: MqttPacket): number {
  const stop = fieldEnd(bytes, at, end, packet);
  if (stop < 0) return -1;
  if (!isMqttText(bytes, at + 2, stop)) packet.addProblem(Problem['text-not-utf8'], at + 2, stop - at - 2, 0);
  else if (!isFilter(bytes, at + 2, stop)) packet.addProblem(Problem['filter-invalid'], at + 2, stop - at - 2, 0);
  if (packet.type === PacketType.unsubscribe) return stop;
  if (stop === end) {
    short(packet, stop, 1, 0);
    return -1;
  }
  const options = bytes[stop]!;
  const isWrong =
    (options & 3) === 3 || (packet.version === Version.v5 ? (options & 0xf0) > 0x20 : (options & 0xfc) !== 0);
  if (isWrong) packet.addProblem(Problem['filter-options-invalid'], stop, options, 0);
  return stop + 1;
}

/** Filters fill the packet exactly, with properties before them or without. */
function filtersVersion(bytes: Uint8Array, at: number, end: number, type: number): number {
  if (areFilters(bytes, at, end, type)) return Version.v311;
  const length = variableInteger(bytes, at, end);
  if (length < 0) return Version.unknown;
  const start = at + writtenSize(bytes, at);
  if (start + length > end || !areProperties(bytes, start, start + length, type)) return Version.unknown;
  return areFilters(bytes, start + length, end, type) ? Version.v5 : Version.unknown;
}

/** Are bytes[start..end) one filter or more, and nothing else? */
export function areFilters(bytes: Uint8Array, start: number, end: number, type: number): boolean {
  let at = start;
  let count = 0;
  while (at < end) {
    if (end - at < 3) return false;
    const stop = at + 2 + u16be(bytes, at);
    if (stop > end || !isMqttText(bytes, at + 2, stop) || !isFilter(bytes, at + 2, stop)) return false;
    at = stop;
    if (type === PacketType.subscribe) {
      if (at === end || (bytes[at]! & 3) === 3 || bytes[at]! > 0x2e) return false;
      at++;
    }
    count++;
  }
  return count > 0;
}

/** Clauses 3.9 and 3.11; an UNSUBACK before 5.0 carries no codes. */
export function parseCodes(bytes: Uint8Array, start: number, end: number, packet: MqttPacket): void {
  if (end - start < 2) {
    short(packet, start, 2, end - start);
    return;
  }
  packet.packetId = u16be(bytes, start);
  if (packet.packetId === 0) packet.addProblem(Problem['packet-id-zero'], start, packet.type, 0);
  let at = start + 2;
  const isUnsubscribed = packet.type === PacketType.unsuback;
  if (packet.version === Version.unknown) {
    // 5.0 has a byte for the properties and one for each filter.
    if (isUnsubscribed) packet.version = at === end ? Version.v311 : Version.v5;
    else if (end - at === 1) packet.version = Version.v311;
  }
  if (packet.version === Version.v5) {
    at = properties(bytes, at, end, packet.type, packet);
    if (at < 0) return;
  } else if (isUnsubscribed) {
    trailing(packet, at, end);
    return;
  }
  packet.listStart = at;
  packet.listEnd = end;
  packet.listCount = end - at;
  for (; at < end; at++) {
    const code = bytes[at]!;
    const isKnown = packet.version === Version.v5 ? isKnownReason(code) : code <= 2 || code === REASON_REFUSED;
    if (!isKnown) packet.addProblem(Problem['return-code-unknown'], at, code, 0);
  }
}
