// A frame of Ethernet as Juniper's routers capture it (LINKTYPE_JUNIPER_ETHER): a mark, flags and what else the router
// knows of the frame.

import { u16be, u24be } from '../bytes/endian.ts';
import { Layer, hasLinkHeader, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const MARK = 0x4d4743;
const HEADER_SIZE = 4;
const HAS_EXTENSION = 0x80;
const WITHOUT_LINK_HEADER = 0x02;
const LENGTH_SIZE = 2;

export function decodeJuniperEthernet(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (!hasLinkHeader(packet, cursor, HEADER_SIZE)) return Layer.none;
  if (u24be(bytes, at) !== MARK) return Layer.none;
  const flags = bytes[at + 3]!;
  let size = HEADER_SIZE;
  if ((flags & HAS_EXTENSION) !== 0) {
    if (!hasLinkHeader(packet, cursor, size + LENGTH_SIZE)) return Layer.none;
    size += LENGTH_SIZE + u16be(bytes, at + HEADER_SIZE);
    if (!hasLinkHeader(packet, cursor, size)) return Layer.none;
  }
  if ((flags & WITHOUT_LINK_HEADER) !== 0) return Layer.none;
  skipLinkHeader(packet, cursor, size);
  return Layer.ethernet;
}
