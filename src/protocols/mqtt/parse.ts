// Turns the bytes of one MQTT packet into the record of packet.ts; keeps no state. Total: whatever the bytes, every field
// that is there is read, and what is wrong is noted.
import { u16be } from '../../bytes/endian.ts';
import {
  checkText,
  fieldEnd,
  properties,
  short,
  trailing,
  variableInteger,
  variableIntegerSize,
  writtenSize,
} from './fields.ts';
import { magicClass } from './magics.ts';
import { PacketType, Problem, REASON_REFUSED, RETURN_CODE_MAX, Version, isKnownReason } from './messages.ts';
import type { MqttPacket } from './packet.ts';
import { parseAcknowledgement, parseCodes, parseFilters, parseReason } from './parse-answers.ts';
import { WILL_PROPERTIES, areProperties } from './properties.ts';
import { hasWildcard, isSparkplugTopic } from './text-rules.ts';

/** Payloads that begin by chance with so many bytes of properties are rare. */
const TELLING_PROPERTIES_MIN = 5;

/** Bits of the connect flags (clause 3.1.2.3). */
const ConnectFlag = { reserved: 1, cleanStart: 2, will: 4, willRetain: 0x20, password: 0x40, user: 0x80 } as const;

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
  // 3.1 allows the flags without the fields ("Remaining Length takes precedence").
  if (packet.version === Version.v31 && at === end) return;
  if ((flags & ConnectFlag.user) !== 0) {
    next = fieldEnd(bytes, at, end, packet);
    if (next < 0) return;
    packet.userStart = at + 2;
    packet.userEnd = next;
    packet.hasUser = true;
    checkText(bytes, at + 2, next, packet);
    at = next;
  }
  if (packet.version === Version.v31 && at === end) return;
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
    // A server that does not speak 5.0 refuses in the form of its own version.
    if (at + 2 === end && packet.reason !== 0) return;
    if (packet.reason !== 0 && (packet.reason < REASON_REFUSED || !isKnownReason(packet.reason))) {
      packet.addProblem(Problem['return-code-unknown'], at + 1, packet.reason, 0);
    }
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
  if (packet.topicEnd === packet.topicStart || length >= TELLING_PROPERTIES_MIN) return Version.v5;
  // Few or no properties, or a binary payload that begins like them.
  const payload = start + length;
  if (payload >= end) return Version.unknown;
  if (bytes[payload]! >= 0x20 && bytes[payload]! < 0x7f) return Version.v5;
  // No protocol buffers begin with a zero byte, and behind the properties an image begins as images do.
  if (length === 0 && isSparkplugTopic(bytes, packet.topicStart, packet.topicEnd)) return Version.v5;
  return magicClass(bytes, payload, end, end - payload) >= 0 ? Version.v5 : Version.unknown;
}
