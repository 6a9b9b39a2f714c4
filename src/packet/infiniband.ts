// IP over InfiniBand as Linux captures it (LINKTYPE_IPOIB): room for a global route header, then RFC 4391's EtherType.
// The receiver's address has 20 bytes and is no MAC address.

import { u16be } from '../bytes/endian.ts';
import { Layer, hasLinkHeader, layerOfEtherType, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const ROUTE_SIZE = 40;
const HEADER_SIZE = ROUTE_SIZE + 4;

export function decodeInfiniband(packet: Packet, cursor: Cursor): number {
  if (!hasLinkHeader(packet, cursor, HEADER_SIZE)) return Layer.none;
  packet.etherType = u16be(packet.bytes, cursor.at + ROUTE_SIZE);
  skipLinkHeader(packet, cursor, HEADER_SIZE);
  return layerOfEtherType(packet.etherType);
}
