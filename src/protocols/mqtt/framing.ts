// Cuts a stream into MQTT packets, and recognises MQTT by the packets that a beginning holds. Keeps no state.
import { u16be } from '../../bytes/endian.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { PacketType, Version } from './messages.ts';
import { variableInteger, variableIntegerSize, writtenSize } from './fields.ts';
import { areFilters } from './parse-answers.ts';
import { flagsOf } from './parse.ts';
import { areProperties } from './properties.ts';
import { hasSlash, hasWildcard, isPrintableText, isSparkplugTopic } from './text-rules.ts';

/** Longer packets are framed in pieces: a first one of this size, */
export const PIECE_BYTES = 65_536;
/** or of this where nothing in it is read but how it begins, */
const SHORT_PIECE_BYTES = 4096;
/** and further ones of as much as is there, up to this. */
export const FURTHER_PIECE_BYTES = 16_384;
const OPENING_BRACE = 0x7b;
/** A topic that alone is evidence has so many characters and a level. */
const TELLING_TOPIC_BYTES_MIN = 4;
const SHORT_ACKNOWLEDGEMENT_MAX = 65_536;

/** Size of the packet at `start`: NEED_MORE, NOT_THIS_PROTOCOL, or all its bytes (up to 256 MiB). */
export function packetSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 2) return NEED_MORE;
  const length = variableInteger(bytes, start + 1, end);
  if (length === -1) return NEED_MORE;
  if (length < 0) return NOT_THIS_PROTOCOL;
  let size = 1;
  while (bytes[start + size]! >= 0x80) size++;
  size += 1 + length;
  // What no specification allows is believed only of a packet that ends where the bytes do.
  return isPlausible(bytes[start]!, length) || start + size === end ? size : NOT_THIS_PROTOCOL;
}

/**
 * Size of the first piece of a packet that is read in pieces. It is short where the payload is taken as it comes, so that
 * the topic is known soon and little is lost with it; what is read by its members is read as far as one piece goes.
 */
export function firstPieceSize(bytes: Uint8Array, start: number, end: number, version: number): number {
  if (end - start < SHORT_PIECE_BYTES) return SHORT_PIECE_BYTES;
  if (bytes[start]! >> 4 !== PacketType.publish) return PIECE_BYTES;
  let topic = start + 2;
  while (bytes[topic - 1]! >= 0x80) topic++;
  const topicEnd = topic + 2 + u16be(bytes, topic);
  let payload = topicEnd + ((bytes[start]! & 6) === 0 ? 0 : 2);
  if (payload + 4 >= start + SHORT_PIECE_BYTES) return PIECE_BYTES;
  if (isSparkplugTopic(bytes, topic + 2, topicEnd)) return PIECE_BYTES;
  if (version >= Version.v5) {
    const properties = variableInteger(bytes, payload, end);
    if (properties < 0) return PIECE_BYTES;
    payload += writtenSize(bytes, payload) + properties;
    if (payload >= start + SHORT_PIECE_BYTES / 2) return PIECE_BYTES;
  }
  // Where the version is not known, a byte that says that there are no properties may stand before the payload.
  if (version === Version.unknown && bytes[payload] === 0) payload++;
  return bytes[payload] === OPENING_BRACE ? PIECE_BYTES : SHORT_PIECE_BYTES;
}

/** May a packet with this first byte have this remaining length? */
function isPlausible(first: number, length: number): boolean {
  const type = first >> 4;
  switch (type) {
    case 0:
      return false;
    case PacketType.publish:
      return length >= 2;
    case PacketType.connect:
      return flagsOf(type) === (first & 15) && length >= 12;
    case PacketType.pingreq:
    case PacketType.pingresp:
      return (first & 15) === 0 && length === 0;
    case PacketType.disconnect:
    case PacketType.auth:
      return (first & 15) === 0 && length <= SHORT_ACKNOWLEDGEMENT_MAX;
    case PacketType.subscribe:
    case PacketType.unsubscribe:
    case PacketType.pubrel:
      // 3.1 has DUP and QoS 1 here.
      return (first & 7) === 2 && length >= 2;
    default:
      return (first & 15) === 0 && length >= 2 && length <= SHORT_ACKNOWLEDGEMENT_MAX;
  }
}

/**
 * `yes`: the packets up to `end` are well-formed and one of them alone could hardly be anything else; `maybe`: they could
 * be MQTT.
 */
export function looksLikePackets(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  let result: number = Match.no;
  while (at < end) {
    const match = matchPacket(bytes, at, end);
    if (match === Match.no) return Match.no;
    if (match === CUT) return result;
    // A CONNECT alone is enough, whatever is sent behind it.
    if (match === Match.yes && bytes[at]! >> 4 === PacketType.connect) return match;
    if (match > result) result = match;
    const size = packetSize(bytes, at, end);
    // A packet that is cut ends the evidence.
    if (size <= 0 || at + size > end) return result;
    at += size;
  }
  return result;
}

/** Too few bytes to say anything. */
const CUT = -1;

function matchPacket(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const type = first >> 4;
  if (type === 0 || (type !== PacketType.publish && (first & 7) !== flagsOf(type))) return Match.no;
  if (type === PacketType.publish && (first & 6) === 6) return Match.no;
  const length = variableInteger(bytes, at + 1, end);
  if (length === -1) return CUT;
  if (length < 0 || !isPlausible(first, length)) return Match.no;
  let body = at + 2;
  while (bytes[body - 1]! >= 0x80) body++;
  if (body - at - 1 > variableIntegerSize(length)) return Match.no;
  return matchBody(bytes, first, body, Math.min(end, body + length), body + length);
}

/** `stop`: where the bytes end; `whole`: where the packet does. */
function matchBody(bytes: Uint8Array, first: number, at: number, stop: number, whole: number): number {
  switch (first >> 4) {
    case PacketType.connect:
      return matchConnect(bytes, at, stop);
    case PacketType.publish:
      return matchPublish(bytes, first, at, stop, whole);
    case PacketType.subscribe:
    case PacketType.unsubscribe:
      return matchFilters(bytes, first >> 4, at, stop, whole);
    case PacketType.connack:
      if (stop < whole || stop - at < 2) return CUT;
      return bytes[at]! <= 1 && matchConnack(bytes, at, stop) ? Match.maybe : Match.no;
    case PacketType.pingreq:
    case PacketType.pingresp:
      return Match.maybe;
    case PacketType.disconnect:
    case PacketType.auth:
      if (stop < whole) return CUT;
      return stop === at || stop - at === 1 || isReasonWithProperties(bytes, at, stop, first >> 4)
        ? Match.maybe
        : Match.no;
    default:
      return matchAcknowledgement(bytes, first >> 4, at, stop, whole);
  }
}

function matchConnect(bytes: Uint8Array, at: number, stop: number): number {
  if (stop - at < 8) return CUT;
  const size = u16be(bytes, at);
  if (size === 4 && isText(bytes, at + 2, 0x4d, 0x51, 0x54, 0x54)) return Match.yes;
  return size === 6 && isText(bytes, at + 2, 0x4d, 0x51, 0x49, 0x73) && isText(bytes, at + 4, 0x49, 0x73, 0x64, 0x70)
    ? Match.yes
    : Match.no;
}

function isText(bytes: Uint8Array, at: number, a: number, b: number, c: number, d: number): boolean {
  return bytes[at] === a && bytes[at + 1] === b && bytes[at + 2] === c && bytes[at + 3] === d;
}

function matchConnack(bytes: Uint8Array, at: number, stop: number): boolean {
  if (stop - at === 2) return bytes[at + 1]! <= 5 || bytes[at + 1]! >= 128;
  return isReasonWithProperties(bytes, at + 1, stop, PacketType.connack);
}

function isReasonWithProperties(bytes: Uint8Array, at: number, stop: number, type: number): boolean {
  const length = variableInteger(bytes, at + 1, stop);
  if (length < 0) return false;
  const start = at + 1 + variableIntegerSize(length);
  return start + length === stop && areProperties(bytes, start, stop, type);
}

function matchPublish(bytes: Uint8Array, first: number, at: number, stop: number, whole: number): number {
  if (stop - at < 2) return CUT;
  const topic = at + 2;
  const topicEnd = topic + u16be(bytes, at);
  const idSize = (first & 6) === 0 ? 0 : 2;
  if (topicEnd + idSize > whole) return Match.no;
  // Only 5.0 leaves the topic out: too little to go by.
  if (topicEnd === topic) return whole <= stop ? Match.maybe : Match.no;
  if (topicEnd > stop) return isPrintablePart(bytes, topic, stop) ? CUT : Match.no;
  if (!isPrintableText(bytes, topic, topicEnd) || hasWildcard(bytes, topic, topicEnd)) return Match.no;
  if (idSize > 0 && topicEnd + 2 <= stop && u16be(bytes, topicEnd) === 0) return Match.no;
  const isTelling = topicEnd - topic >= TELLING_TOPIC_BYTES_MIN && hasSlash(bytes, topic, topicEnd);
  return isTelling ? Match.yes : whole <= stop ? Match.maybe : CUT;
}

function isPrintablePart(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! < 0x20 || bytes[at] === 0x7f) return false;
  return true;
}

function matchFilters(bytes: Uint8Array, type: number, at: number, stop: number, whole: number): number {
  if (stop < whole || stop - at < 2) return CUT;
  if (u16be(bytes, at) === 0) return Match.no;
  if (areFilters(bytes, at + 2, stop, type)) return tellingFilter(bytes, at + 2);
  const length = variableInteger(bytes, at + 2, stop);
  if (length < 0) return Match.no;
  const start = at + 2 + variableIntegerSize(length);
  if (start + length > stop || !areProperties(bytes, start, start + length, type)) return Match.no;
  return areFilters(bytes, start + length, stop, type) ? tellingFilter(bytes, start + length) : Match.no;
}

/** A first filter of one or two characters says little. */
function tellingFilter(bytes: Uint8Array, at: number): number {
  return u16be(bytes, at) >= TELLING_TOPIC_BYTES_MIN && isPrintableText(bytes, at + 2, at + 2 + u16be(bytes, at))
    ? Match.yes
    : Match.maybe;
}

function matchAcknowledgement(bytes: Uint8Array, type: number, at: number, stop: number, whole: number): number {
  if (stop < whole || stop - at < 2) return CUT;
  if (u16be(bytes, at) === 0) return Match.no;
  const isOfList = type === PacketType.suback || type === PacketType.unsuback;
  if (!isOfList) return stop - at <= 3 || isReasonWithProperties(bytes, at + 2, stop, type) ? Match.maybe : Match.no;
  if (stop - at === 2) return type === PacketType.unsuback ? Match.maybe : Match.no;
  let codes = at + 2;
  const length = variableInteger(bytes, codes, stop);
  const start = codes + variableIntegerSize(Math.max(0, length));
  if (length >= 0 && start + length < stop && areProperties(bytes, start, start + length, type)) codes = start + length;
  for (; codes < stop; codes++) if (bytes[codes]! > 2 && bytes[codes]! < 0x80 && bytes[codes] !== 17) return Match.no;
  return Match.maybe;
}

/** Who says the first packet that one side alone may say? */
export function speakerOfPackets(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (end - at >= 2) {
    const speaker = speakerOf(bytes[at]! >> 4);
    if (speaker !== Speaker.unknown) return speaker;
    const size = packetSize(bytes, at, end);
    if (size <= 0) break;
    at += size;
  }
  return Speaker.unknown;
}

export function speakerOf(type: number): number {
  switch (type) {
    case PacketType.connect:
    case PacketType.subscribe:
    case PacketType.unsubscribe:
    case PacketType.pingreq:
      return Speaker.client;
    case PacketType.connack:
    case PacketType.suback:
    case PacketType.unsuback:
    case PacketType.pingresp:
      return Speaker.server;
    default:
      return Speaker.unknown;
  }
}
