// Turns the bytes of one MQTT packet into the record of packet.ts; keeps no state. Total: whatever the bytes, every field
// that is there is read, and what is wrong is noted.
import { u16be } from '../../bytes/endian.ts';
import { PacketType, Problem, REASON_REFUSED, RETURN_CODE_MAX, Version, isKnownReason } from './messages.ts';
import type { MqttPacket } from './packet.ts';
import { WILL_PROPERTIES, areProperties, readProperties } from './properties.ts';
import { hasWildcard, isFilter, isMqttText } from './text-rules.ts';

/** So many filters of one SUBSCRIBE or UNSUBSCRIBE are told. */
export const FILTERS_MAX = 128;

/** Bits of the connect flags (clause 3.1.2.3). */
const ConnectFlag = { reserved: 1, cleanStart: 2, will: 4, willRetain: 0x20, password: 0x40, user: 0x80 } as const;

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
function writtenSize(bytes: Uint8Array, at: number): number {
  let size = 1;
  while (bytes[at + size - 1]! >= 0x80 && size < 4) size++;
  return size;
}

/** Reads bytes[start..end): a whole packet, or its first piece. `version`: see Version. */
export function parsePacket(bytes: Uint8Array, start: number, end: number, version: number, packet: MqttPacket): void {
  packet.reset();
  packet.version = version;
  if (end <= start) {
    packet.isShort = true;
    return;
  }
  packet.type = bytes[start]! >> 4;
  packet.flags = bytes[start]! & 15;
  const length = variableInteger(bytes, start + 1, end);
  if (length < 0) {
    packet.size = end - start;
    short(packet, start + 1, 1, end - start - 1);
    return;
  }
  const lengthSize = writtenSize(bytes, start + 1);
  if (lengthSize > variableIntegerSize(length)) {
    packet.addProblem(Problem['remaining-length-not-minimal'], start + 1, lengthSize, 0);
  }
  packet.size = 1 + lengthSize + length;
  const stop = Math.min(end, start + packet.size);
  checkFlags(packet, start);
  parseBody(bytes, start + 1 + lengthSize, stop, packet);
  if (packet.payloadStart > 0) packet.payloadSize = start + packet.size - packet.payloadStart;
  // What a first piece does not hold is no fault of the packet.
  if (packet.size > end - start) packet.problemCount = 0;
}

function checkFlags(packet: MqttPacket, at: number): void {
  const { type, flags } = packet;
  if (type === 0) packet.addProblem(Problem['packet-type-reserved'], at, 0, 0);
  else if (type === PacketType.auth && packet.version !== Version.unknown && packet.version < Version.v5) {
    packet.addProblem(Problem['packet-type-reserved'], at, type, 0);
  } else if (type !== PacketType.publish && flags !== flagsOf(type)) {
    // 3.1 has DUP and QoS in the headers of SUBSCRIBE, UNSUBSCRIBE and PUBREL.
    const isOld = packet.version === Version.v31 && flagsOf(type) === 2 && (flags & 7) === 2;
    if (!isOld) packet.addProblem(Problem['flags-invalid'], at, flags, type);
  }
}

/** Clause 2.1.3: what the lower half of the first byte must be; not asked for PUBLISH. */
export function flagsOf(type: number): number {
  return type === PacketType.pubrel || type === PacketType.subscribe || type === PacketType.unsubscribe ? 2 : 0;
}

function parseBody(bytes: Uint8Array, at: number, end: number, packet: MqttPacket): void {
  switch (packet.type) {
    case PacketType.connect:
      parseConnect(bytes, at, end, packet);
      break;
    case PacketType.connack:
      parseConnack(bytes, at, end, packet);
      break;
    case PacketType.publish:
      parsePublish(bytes, at, end, packet);
      break;
    case PacketType.puback:
    case PacketType.pubrec:
    case PacketType.pubrel:
    case PacketType.pubcomp:
      parseAcknowledgement(bytes, at, end, packet);
      break;
    case PacketType.subscribe:
    case PacketType.unsubscribe:
      parseFilters(bytes, at, end, packet);
      break;
    case PacketType.suback:
    case PacketType.unsuback:
      parseCodes(bytes, at, end, packet);
      break;
    case PacketType.disconnect:
    case PacketType.auth:
      parseReason(bytes, at, end, packet);
      break;
    case PacketType.pingreq:
    case PacketType.pingresp:
      trailing(packet, at, end);
      break;
    default:
  }
}

function short(packet: MqttPacket, at: number, needed: number, left: number): void {
  packet.isShort = true;
  packet.addProblem(Problem['packet-cut-short'], at, needed, Math.max(0, left));
}

function trailing(packet: MqttPacket, at: number, end: number): void {
  if (at < end) packet.addProblem(Problem['trailing-bytes'], at, end - at, packet.type);
}

/** End of the text or binary field at `at`, -1 where it is cut, which is noted. */
function fieldEnd(bytes: Uint8Array, at: number, end: number, packet: MqttPacket): number {
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

function checkText(bytes: Uint8Array, start: number, end: number, packet: MqttPacket): void {
  if (!isMqttText(bytes, start, end)) packet.addProblem(Problem['text-not-utf8'], start, end - start, 0);
}

/** Properties at `at`, their length first: where they end, -1 where they are cut. */
function properties(bytes: Uint8Array, at: number, end: number, type: number, packet: MqttPacket): number {
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

/** Clause 3.1. */
function parseConnect(bytes: Uint8Array, start: number, end: number, packet: MqttPacket): void {
  packet.resetConnect();
  let at = fieldEnd(bytes, start, end, packet);
  if (at < 0) return;
  const isOldName = at - start === 8 && bytes[start + 2] === 0x4d && bytes[start + 4] === 0x49;
  const isName = at - start === 6 && bytes[start + 2] === 0x4d && bytes[start + 5] === 0x54;
  if (!isOldName && !isName) packet.addProblem(Problem['protocol-name-unknown'], start, at - start - 2, 0);
  if (end - at < 4) {
    short(packet, at, 4, end - at);
    return;
  }
  // A bridge sets the upper bit of the level, as mosquitto and others do.
  packet.level = bytes[at]!;
  const level = packet.level & 0x7f;
  if (level < Version.v31 || level > Version.v5)
    packet.addProblem(Problem['protocol-level-unknown'], at, packet.level, 0);
  packet.version = level >= Version.v5 ? Version.v5 : level === Version.v31 ? Version.v31 : Version.v311;
  packet.connectFlags = bytes[at + 1]!;
  packet.keepAlive = u16be(bytes, at + 2);
  checkConnectFlags(packet, at + 1);
  at += 4;
  if (packet.version === Version.v5) {
    at = properties(bytes, at, end, PacketType.connect, packet);
    if (at < 0) return;
  }
  parseConnectPayload(bytes, at, end, packet);
}

function checkConnectFlags(packet: MqttPacket, at: number): void {
  const flags = packet.connectFlags;
  const willQos = (flags >> 3) & 3;
  const isWillMissing = (flags & ConnectFlag.will) === 0 && (flags & (0x18 | ConnectFlag.willRetain)) !== 0;
  const isUserMissing =
    packet.version !== Version.v5 && (flags & ConnectFlag.password) !== 0 && (flags & ConnectFlag.user) === 0;
  const isReservedSet = packet.version !== Version.v31 && (flags & ConnectFlag.reserved) !== 0;
  if (isReservedSet || willQos === 3 || isWillMissing || isUserMissing) {
    packet.addProblem(Problem['connect-flags-invalid'], at, flags, 0);
  }
  packet.qos = willQos;
  packet.isRetained = (flags & ConnectFlag.willRetain) !== 0;
}

/** Clause 3.1.3: client identifier, will, user name, password. */
function parseConnectPayload(bytes: Uint8Array, start: number, end: number, packet: MqttPacket): void {
  const flags = packet.connectFlags;
  let next = fieldEnd(bytes, start, end, packet);
  if (next < 0) return;
  packet.clientIdStart = start + 2;
  packet.clientIdEnd = next;
  checkText(bytes, start + 2, next, packet);
  const isKept = (flags & ConnectFlag.cleanStart) === 0;
  if (next === start + 2 && packet.version !== Version.v5 && (isKept || packet.version === Version.v31)) {
    packet.addProblem(Problem['client-id-empty'], start, 0, 0);
  }
  let at = next;
  if ((flags & ConnectFlag.will) !== 0) {
    if (packet.version === Version.v5) at = properties(bytes, at, end, WILL_PROPERTIES, packet);
    if (at < 0) return;
    next = fieldEnd(bytes, at, end, packet);
    if (next < 0) return;
    packet.willTopicStart = at + 2;
    packet.willTopicEnd = next;
    checkTopic(bytes, at + 2, next, packet);
    at = next;
    next = fieldEnd(bytes, at, end, packet);
    if (next < 0) return;
    packet.willPayloadStart = at + 2;
    packet.willPayloadEnd = next;
    packet.hasWill = true;
    at = next;
  }
  if ((flags & ConnectFlag.user) !== 0) {
    next = fieldEnd(bytes, at, end, packet);
    if (next < 0) return;
    packet.userStart = at + 2;
    packet.userEnd = next;
    packet.hasUser = true;
    checkText(bytes, at + 2, next, packet);
    at = next;
  }
  if ((flags & ConnectFlag.password) !== 0) {
    next = fieldEnd(bytes, at, end, packet);
    if (next < 0) return;
    packet.passwordStart = at + 2;
    packet.passwordEnd = next;
    packet.hasPassword = true;
    at = next;
  }
  trailing(packet, at, end);
}

function checkTopic(bytes: Uint8Array, start: number, end: number, packet: MqttPacket): void {
  checkText(bytes, start, end, packet);
  if (hasWildcard(bytes, start, end)) packet.addProblem(Problem['topic-has-wildcard'], start, 0, 0);
}

/** Clause 3.2; 5.0 has properties behind the two bytes. */
function parseConnack(bytes: Uint8Array, at: number, end: number, packet: MqttPacket): void {
  if (end - at < 2) {
    short(packet, at, 2, end - at);
    return;
  }
  packet.reason = bytes[at + 1]!;
  if (packet.version === Version.unknown) packet.version = connackVersion(bytes, at, end);
  if (packet.version === Version.v5) {
    if (packet.reason !== 0 && (packet.reason < REASON_REFUSED || !isKnownReason(packet.reason))) {
      packet.addProblem(Problem['return-code-unknown'], at + 1, packet.reason, 0);
    }
    // A server that does not speak 5.0 refuses in the form of its own version.
    if (at + 2 === end && packet.reason !== 0) return;
    const next = properties(bytes, at + 2, end, PacketType.connack, packet);
    if (next >= 0) trailing(packet, next, end);
    return;
  }
  if (packet.reason > RETURN_CODE_MAX) packet.addProblem(Problem['return-code-unknown'], at + 1, packet.reason, 0);
  trailing(packet, at + 2, end);
}

/** 5.0 has properties that fill the rest. */
function connackVersion(bytes: Uint8Array, at: number, end: number): number {
  const length = variableInteger(bytes, at + 2, end);
  if (length < 0) return Version.unknown;
  return at + 2 + writtenSize(bytes, at + 2) + length === end ? Version.v5 : Version.unknown;
}

/** Clause 3.3. */
function parsePublish(bytes: Uint8Array, start: number, end: number, packet: MqttPacket): void {
  const { flags } = packet;
  packet.qos = (flags >> 1) & 3;
  packet.isDup = (flags & 8) !== 0;
  packet.isRetained = (flags & 1) !== 0;
  if (packet.qos === 3) packet.addProblem(Problem['qos-invalid'], start, 3, 0);
  if (packet.isDup && packet.qos === 0) packet.addProblem(Problem['dup-without-qos'], start, 0, 0);
  let at = fieldEnd(bytes, start, end, packet);
  if (at < 0) return;
  packet.topicStart = start + 2;
  packet.topicEnd = at;
  checkTopic(bytes, start + 2, at, packet);
  if (packet.qos > 0) {
    if (end - at < 2) {
      short(packet, at, 2, end - at);
      return;
    }
    packet.packetId = u16be(bytes, at);
    if (packet.packetId === 0) packet.addProblem(Problem['packet-id-zero'], at, packet.type, 0);
    at += 2;
  }
  if (packet.version === Version.unknown) packet.version = publishVersion(bytes, at, end, packet);
  if (packet.version === Version.v5) {
    at = properties(bytes, at, end, PacketType.publish, packet);
    if (at < 0) return;
  }
  if (packet.topicEnd === packet.topicStart && packet.topicAlias === 0) {
    packet.addProblem(Problem['topic-empty'], packet.topicStart, 0, 0);
  }
  packet.payloadStart = at;
  packet.payloadEnd = end;
}

/**
 * Whether properties stand before the payload, where the CONNECT was not seen. Only 5.0 leaves the topic out, and no
 * text or number begins with the length of what then reads as properties.
 */
function publishVersion(bytes: Uint8Array, at: number, end: number, packet: MqttPacket): number {
  const length = variableInteger(bytes, at, end);
  if (length < 0) return at === end ? Version.v311 : Version.unknown;
  const start = at + writtenSize(bytes, at);
  if (start + length > end || !areProperties(bytes, start, start + length, PacketType.publish)) return Version.v311;
  if (packet.topicEnd === packet.topicStart) return Version.v5;
  if (length > 0) return Version.v5;
  // No properties, or a payload that begins with a zero byte.
  return start < end && bytes[start]! >= 0x20 && bytes[start]! < 0x7f ? Version.v5 : Version.unknown;
}

/** Clauses 3.4 to 3.7: reason code and properties may be left out. */
function parseAcknowledgement(bytes: Uint8Array, at: number, end: number, packet: MqttPacket): void {
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
function parseReason(bytes: Uint8Array, at: number, end: number, packet: MqttPacket): void {
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
function parseFilters(bytes: Uint8Array, start: number, end: number, packet: MqttPacket): void {
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
function parseCodes(bytes: Uint8Array, start: number, end: number, packet: MqttPacket): void {
  if (end - start < 2) {
    short(packet, start, 2, end - start);
    return;
  }
  packet.packetId = u16be(bytes, start);
  if (packet.packetId === 0) packet.addProblem(Problem['packet-id-zero'], start, packet.type, 0);
  let at = start + 2;
  const isUnsubscribed = packet.type === PacketType.unsuback;
  if (packet.version === Version.unknown && isUnsubscribed) packet.version = at === end ? Version.v311 : Version.v5;
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
