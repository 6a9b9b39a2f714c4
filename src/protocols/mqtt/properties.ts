// The properties of MQTT 5.0 (clause 2.2.2): walks over them, checks them, and notes the few that others need.
import { u16be } from '../../bytes/endian.ts';
import { PacketType, Problem } from './messages.ts';
import type { MqttPacket } from './packet.ts';

/** How a property's value lies on the wire. */
const Shape = { none: 0, byte: 1, two: 2, four: 3, varint: 4, text: 5, pair: 6 } as const;

export const Property = {
  topicAlias: 35,
  assignedClientId: 18,
  authMethod: 21,
  userProperty: 38,
  subscriptionId: 11,
} as const;

/** The CONNECT's will has properties of its own; as if it were one more packet type. */
export const WILL_PROPERTIES = 0;

const SHAPES = new Uint8Array(64);
/** By property: a bit for each packet type that may carry it (clause 2.2.2.2, table 2-4). */
const ALLOWED = new Uint16Array(64);

function define(id: number, shape: number, ...types: number[]): void {
  SHAPES[id] = shape;
  for (const type of types) ALLOWED[id]! |= 1 << type;
}

const T = PacketType;
define(1, Shape.byte, T.publish, WILL_PROPERTIES);
define(2, Shape.four, T.publish, WILL_PROPERTIES);
define(3, Shape.text, T.publish, WILL_PROPERTIES);
define(8, Shape.text, T.publish, WILL_PROPERTIES);
define(9, Shape.text, T.publish, WILL_PROPERTIES);
define(11, Shape.varint, T.publish, T.subscribe);
define(17, Shape.four, T.connect, T.connack, T.disconnect);
define(18, Shape.text, T.connack);
define(19, Shape.two, T.connack);
define(21, Shape.text, T.connect, T.connack, T.auth);
define(22, Shape.text, T.connect, T.connack, T.auth);
define(23, Shape.byte, T.connect);
define(24, Shape.four, WILL_PROPERTIES);
define(25, Shape.byte, T.connect);
define(26, Shape.text, T.connack);
define(28, Shape.text, T.connack, T.disconnect);
const REASONED = [T.puback, T.pubrec, T.pubrel, T.pubcomp, T.suback, T.unsuback];
define(31, Shape.text, T.connack, ...REASONED, T.disconnect, T.auth);
define(33, Shape.two, T.connect, T.connack);
define(34, Shape.two, T.connect, T.connack);
define(35, Shape.two, T.publish);
define(36, Shape.byte, T.connack);
define(37, Shape.byte, T.connack);
define(38, Shape.pair, WILL_PROPERTIES, T.connect, T.connack, T.publish, ...REASONED);
define(38, Shape.pair, T.subscribe, T.unsubscribe, T.disconnect, T.auth);
define(39, Shape.four, T.connect, T.connack);
define(40, Shape.byte, T.connack);
define(41, Shape.byte, T.connack);
define(42, Shape.byte, T.connack);

/** A text of two length bytes at `at`: where it ends, -1 where it passes `end`. */
function textEnd(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 2) return -1;
  const next = at + 2 + u16be(bytes, at);
  return next > end ? -1 : next;
}

/** Where the value of a property that begins at `at` ends, -1 where it passes `end`. */
export function propertyEnd(bytes: Uint8Array, id: number, at: number, end: number): number {
  let next = -1;
  switch (SHAPES[id & 63]) {
    case Shape.byte:
      next = at + 1;
      break;
    case Shape.two:
      next = at + 2;
      break;
    case Shape.four:
      next = at + 4;
      break;
    case Shape.varint:
      for (next = at; next < end && next - at < 4 && bytes[next]! >= 0x80;) next++;
      next = next - at === 4 ? -1 : next + 1;
      break;
    case Shape.text:
      next = textEnd(bytes, at, end);
      break;
    case Shape.pair:
      next = textEnd(bytes, at, end);
      if (next >= 0) next = textEnd(bytes, next, end);
      break;
    default:
  }
  return next > end ? -1 : next;
}

/** Do bytes[start..end) hold nothing but properties that a packet of this type may carry? */
export function areProperties(bytes: Uint8Array, start: number, end: number, type: number): boolean {
  let at = start;
  while (at < end) {
    const id = bytes[at]!;
    if (id > 63 || SHAPES[id] === Shape.none || (ALLOWED[id]! & (1 << type)) === 0) return false;
    at = propertyEnd(bytes, id, at + 1, end);
    if (at < 0) return false;
  }
  return true;
}

/** Reads bytes[start..end), all of them properties, into the packet. `type`: see ALLOWED. */
export function readProperties(bytes: Uint8Array, start: number, end: number, type: number, packet: MqttPacket): void {
  let at = start;
  let seenLow = 0;
  let seenHigh = 0;
  while (at < end) {
    const id = bytes[at]!;
    if (id > 63 || SHAPES[id] === Shape.none) {
      packet.addProblem(Problem['property-unknown'], at, id, 0);
      return;
    }
    if ((ALLOWED[id]! & (1 << type)) === 0) packet.addProblem(Problem['property-not-allowed'], at, id, packet.type);
    const isSeen = id < 32 ? (seenLow >>> id) & 1 : (seenHigh >>> (id - 32)) & 1;
    const mayRepeat = id === Property.userProperty || (id === Property.subscriptionId && type === PacketType.publish);
    if (isSeen === 1 && !mayRepeat) packet.addProblem(Problem['property-repeated'], at, id, 0);
    if (id < 32) seenLow |= 1 << id;
    else seenHigh |= 1 << (id - 32);
    const value = at + 1;
    at = propertyEnd(bytes, id, value, end);
    if (at < 0) {
      packet.addProblem(Problem['packet-cut-short'], value, 1, end - value);
      return;
    }
    note(bytes, id, value, at, type, packet);
  }
}

function note(bytes: Uint8Array, id: number, value: number, next: number, type: number, packet: MqttPacket): void {
  if (id === Property.topicAlias) {
    packet.topicAlias = u16be(bytes, value);
    if (packet.topicAlias === 0) packet.addProblem(Problem['topic-alias-zero'], value, 0, 0);
  } else if (id === Property.authMethod) {
    packet.authMethodStart = value + 2;
    packet.authMethodEnd = next;
  } else if (id === Property.assignedClientId) {
    packet.assignedIdStart = value + 2;
    packet.assignedIdEnd = next;
  } else if (id === Property.userProperty && type !== WILL_PROPERTIES) packet.hasUserProperties = true;
}
