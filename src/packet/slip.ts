// SLIP as BSD captures it (LINKTYPE_SLIP): which way the packet went, its header as it was compressed, and the packet
// with its whole header.

import { Layer, hasLinkHeader, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const HEADER_SIZE = 16;
const DIRECTION_MAX = 1;

export function decodeSlip(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (!hasLinkHeader(packet, cursor, HEADER_SIZE)) return Layer.none;
  if (bytes[at]! > DIRECTION_MAX || cursor.end - at === HEADER_SIZE) return Layer.none;
  skipLinkHeader(packet, cursor, HEADER_SIZE);
  const version = bytes[cursor.at]! >> 4;
  if (version === 4) return Layer.ipv4;
  return version === 6 ? Layer.ipv6 : Layer.none;
}
