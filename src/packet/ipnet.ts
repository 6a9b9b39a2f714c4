// What Solaris captures of its IP layer (LINKTYPE_IPNET): an address family and which zones the packet is between.

import { Layer, hasLinkHeader, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const HEADER_SIZE = 24;
const VERSION = 1;
/** Solaris' numbers of address families. */
const FAMILY_IPV4 = 2;
const FAMILY_IPV6 = 26;

export function decodeIpnet(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (!hasLinkHeader(packet, cursor, HEADER_SIZE)) return Layer.none;
  if (bytes[at] !== VERSION) return Layer.none;
  const family = bytes[at + 1];
  skipLinkHeader(packet, cursor, HEADER_SIZE);
  if (family === FAMILY_IPV4) return Layer.ipv4;
  return family === FAMILY_IPV6 ? Layer.ipv6 : Layer.none;
}
