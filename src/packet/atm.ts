// ATM as Sun captures it (LINKTYPE_SUNATM): what kind of cell stream, its channel, and LLC where it carries several
// protocols (RFC 2684).

import { Layer, hasLinkHeader, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const HEADER_SIZE = 4;
const TRAFFIC = 0x0f;
const TRAFFIC_LLC = 2;

export function decodeSunAtm(packet: Packet, cursor: Cursor): number {
  if (!hasLinkHeader(packet, cursor, HEADER_SIZE)) return Layer.none;
  if ((packet.bytes[cursor.at]! & TRAFFIC) !== TRAFFIC_LLC) return Layer.none;
  skipLinkHeader(packet, cursor, HEADER_SIZE);
  return Layer.llc;
}
