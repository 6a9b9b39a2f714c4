// What a switch chip puts into frames for the processor it hangs on, which of its ports they are of: Marvell's tag behind
// the MAC addresses, with and without an EtherType of its own, and Broadcom's behind or in front of them.

import { i32be, u16be } from '../bytes/endian.ts';
import { Layer, hasLinkHeader, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { decodeTags } from './vlan.ts';

const ADDRESSES_SIZE = 12;
const TYPE_SIZE = 2;
const TAG_SIZE = 4;
/** The EtherType that a driver chooses (Linux: ETH_P_EDSA), and two bytes of nothing. */
const OWN_TYPE_SIZE = 4;
/** The frame came with an 802.1Q tag, whose VLAN stands in this one. */
const TAGGED = 0x20;

export function decodeDsa(packet: Packet, cursor: Cursor): number {
  return decodeMarvell(packet, cursor, ADDRESSES_SIZE);
}

export function decodeEdsa(packet: Packet, cursor: Cursor): number {
  return decodeMarvell(packet, cursor, ADDRESSES_SIZE + OWN_TYPE_SIZE);
}

export function decodeBroadcomTag(packet: Packet, cursor: Cursor): number {
  return decodeBehind(packet, cursor, ADDRESSES_SIZE + TAG_SIZE);
}

export function decodeBroadcomTagInFront(packet: Packet, cursor: Cursor): number {
  if (!hasLinkHeader(packet, cursor, TAG_SIZE)) return Layer.none;
  skipLinkHeader(packet, cursor, TAG_SIZE);
  return Layer.ethernet;
}

function decodeMarvell(packet: Packet, cursor: Cursor, tagOffset: number): number {
  const { bytes } = packet;
  const tagAt = cursor.at + tagOffset;
  const isThere = cursor.end - tagAt >= TAG_SIZE;
  const isTagged = isThere && (bytes[tagAt]! & TAGGED) !== 0;
  const vlan = isTagged ? u16be(bytes, tagAt + 2) & 0xfff : 0;
  const layer = decodeBehind(packet, cursor, tagOffset + TAG_SIZE);
  if (vlan === 0 || !packet.hasMac) return layer;
  packet.innerVlan = packet.vlan;
  packet.vlan = vlan;
  return layer;
}

/** MAC addresses in front, and behind the tag an EtherType or a length. */
function decodeBehind(packet: Packet, cursor: Cursor, typeOffset: number): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (!hasLinkHeader(packet, cursor, typeOffset + TYPE_SIZE)) return Layer.none;
  packet.hasMac = true;
  packet.destinationMacHigh = u16be(bytes, at);
  packet.destinationMacLow = i32be(bytes, at + 2);
  packet.sourceMacHigh = u16be(bytes, at + 6);
  packet.sourceMacLow = i32be(bytes, at + 8);
  const type = u16be(bytes, at + typeOffset);
  skipLinkHeader(packet, cursor, typeOffset + TYPE_SIZE);
  return decodeTags(packet, cursor, type);
}
