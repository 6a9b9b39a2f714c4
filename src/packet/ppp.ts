// The point-to-point protocol (RFC 1661), with or without the address and control bytes of its HDLC-like framing (RFC
// 1662): the packet behind its protocol number. What is encrypted or compressed has a number of its own and stays shut.

import { u16be } from '../bytes/endian.ts';
import { CISCO_BROADCAST, CISCO_UNICAST, decodeCiscoHdlc } from './cisco-hdlc.ts';
import { Layer, hasLinkHeader, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const ALL_STATIONS = 0xff;
const UNNUMBERED_INFORMATION = 0x03;
const PPP_IPV4 = 0x0021;
const PPP_IPV6 = 0x0057;
const PPP_MPLS = 0x0281;

/** A captured frame of a serial line: that it is Cisco's framing shows in its address. */
export function decodePppHdlc(packet: Packet, cursor: Cursor): number {
  if (!hasLinkHeader(packet, cursor, 1)) return Layer.none;
  const address = packet.bytes[cursor.at];
  if (address === CISCO_UNICAST || address === CISCO_BROADCAST) return decodeCiscoHdlc(packet, cursor);
  return decodePpp(packet, cursor);
}

/** In place of the address there is which way the frame went; or it stands in front of all. */
export function decodePppWithDirection(packet: Packet, cursor: Cursor): number {
  if (!hasLinkHeader(packet, cursor, 2)) return Layer.none;
  skipLinkHeader(packet, cursor, packet.bytes[cursor.at + 1] === UNNUMBERED_INFORMATION ? 2 : 1);
  return decodePpp(packet, cursor);
}

export function decodePpp(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  let at = cursor.at;
  if (cursor.end - at >= 2 && bytes[at] === ALL_STATIONS && bytes[at + 1] === UNNUMBERED_INFORMATION) at += 2;
  if (cursor.end - at < 2) return Layer.none;
  let protocol = bytes[at]!;
  let size = 1;
  // An odd first byte is a compressed protocol number (RFC 1661, 6.5).
  if ((protocol & 1) === 0) {
    protocol = u16be(bytes, at);
    size = 2;
  }
  cursor.at = at + size;
  if (!cursor.isInTunnel && packet.ipVersion === 0 && !packet.hasMac) packet.linkPayloadStart = cursor.at;
  return layerOfPpp(protocol);
}

export function layerOfPpp(protocol: number): number {
  switch (protocol) {
    case PPP_IPV4:
      return Layer.ipv4;
    case PPP_IPV6:
      return Layer.ipv6;
    case PPP_MPLS:
      return Layer.mpls;
    default:
      return Layer.none;
  }
}
