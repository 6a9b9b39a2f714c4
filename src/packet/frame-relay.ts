// Frame relay (ITU-T Q.922): its address of two to four bytes, then what carries more than one protocol over it: RFC
// 2427, or Cisco's EtherType. Frames of several lines in a bundle (FRF.16) have a number in front.

import { u16be, u24be } from '../bytes/endian.ts';
import { Layer, hasLinkHeader, layerOfEtherType, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const ADDRESS_SIZE_MIN = 2;
const ADDRESS_SIZE_MAX = 4;
/** The lowest bit of an address byte: no further one follows. */
const LAST_OF_ADDRESS = 0x01;
const UNNUMBERED_INFORMATION = 0x03;
const PADDING = 0x00;
const PROTOCOL_IPV4 = 0xcc;
const PROTOCOL_IPV6 = 0x8e;
const PROTOCOL_SNAP = 0x80;
const OUI_ETHERNET = 0;
const OUI_BRIDGE = 0x0080c2;
/** RFC 2427, 4.2: a bridged Ethernet frame with and without its check sequence. */
const BRIDGED_ETHERNET_WITH_CHECK = 0x0001;
const BRIDGED_ETHERNET = 0x0007;
const ETHER_TYPE_MIN = 0x600;
const BUNDLE_SIZE = 2;
/** FRF.16: the frame's first and its last piece. */
const BEGIN_AND_END = 0xc0;
const CONTROL_FRAME = 0x20;

export function decodeMultilinkFrameRelay(packet: Packet, cursor: Cursor): number {
  if (!hasLinkHeader(packet, cursor, BUNDLE_SIZE)) return Layer.none;
  // Pieces of a frame are not put together.
  const isWhole = (packet.bytes[cursor.at]! & (BEGIN_AND_END | CONTROL_FRAME)) === BEGIN_AND_END;
  if (!isWhole) return Layer.none;
  skipLinkHeader(packet, cursor, BUNDLE_SIZE);
  return decodeFrameRelay(packet, cursor);
}

export function decodeFrameRelay(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  if (!hasLinkHeader(packet, cursor, ADDRESS_SIZE_MIN + 1)) return Layer.none;
  let at = cursor.at;
  const addressEnd = Math.min(cursor.end, at + ADDRESS_SIZE_MAX);
  while (at < addressEnd && (bytes[at]! & LAST_OF_ADDRESS) === 0) at++;
  if (at === addressEnd || at === cursor.at || cursor.end - at < 3) return Layer.none;
  at++;
  if (bytes[at] !== UNNUMBERED_INFORMATION) {
    const type = u16be(bytes, at);
    if (type < ETHER_TYPE_MIN) return Layer.none;
    packet.etherType = type;
    skipLinkHeader(packet, cursor, at + 2 - cursor.at);
    return layerOfEtherType(type);
  }
  at++;
  if (bytes[at] === PADDING && at + 1 < cursor.end) at++;
  skipLinkHeader(packet, cursor, at + 1 - cursor.at);
  if (bytes[at] === PROTOCOL_IPV4) return Layer.ipv4;
  if (bytes[at] === PROTOCOL_IPV6) return Layer.ipv6;
  return bytes[at] === PROTOCOL_SNAP ? decodeSnap(packet, cursor) : Layer.none;
}

function decodeSnap(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (cursor.end - at < 5) return Layer.none;
  const oui = u24be(bytes, at);
  const type = u16be(bytes, at + 3);
  skipLinkHeader(packet, cursor, 5);
  if (oui === OUI_ETHERNET) {
    packet.etherType = type;
    return layerOfEtherType(type);
  }
  if (oui !== OUI_BRIDGE) return Layer.none;
  return type === BRIDGED_ETHERNET || type === BRIDGED_ETHERNET_WITH_CHECK ? Layer.ethernet : Layer.none;
}
