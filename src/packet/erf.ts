// The record of a capture card of Endace (LINKTYPE_ERF): its kind, further headers of eight bytes, and the frame.

import { u16be } from '../bytes/endian.ts';
import { Layer, hasLinkHeader, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const HEADER_SIZE = 16;
const TYPE_AT = 8;
const WIRE_LENGTH_AT = 14;
const EXTENSION_SIZE = 8;
const EXTENSIONS_MAX = 16;
/** Of the type and of each further header's first byte: another header follows. */
const MORE = 0x80;
/** In front of Ethernet: how far the frame was from a full word. */
const ETHERNET_PADDING_SIZE = 2;
const CHECK_SEQUENCE_SIZE = 4;

const ErfType = { ethernet: 2, coloured: 11, dsmColoured: 16, hashed: 20, ipv4: 22, ipv6: 23 } as const;

export function decodeErf(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (!hasLinkHeader(packet, cursor, HEADER_SIZE)) return Layer.none;
  let more = bytes[at + TYPE_AT]!;
  const type = more & ~MORE;
  let size = HEADER_SIZE;
  for (let extensions = 0; (more & MORE) !== 0; extensions++) {
    if (extensions === EXTENSIONS_MAX || !hasLinkHeader(packet, cursor, size + EXTENSION_SIZE)) return Layer.none;
    more = bytes[at + size]!;
    size += EXTENSION_SIZE;
  }
  const wireLength = u16be(bytes, at + WIRE_LENGTH_AT);
  switch (type) {
    case ErfType.ethernet:
    case ErfType.coloured:
    case ErfType.dsmColoured:
    case ErfType.hashed:
      if (!hasLinkHeader(packet, cursor, size + ETHERNET_PADDING_SIZE)) return Layer.none;
      skipLinkHeader(packet, cursor, size + ETHERNET_PADDING_SIZE);
      endAt(cursor, cursor.at + wireLength - CHECK_SEQUENCE_SIZE);
      return Layer.ethernet;
    case ErfType.ipv4:
    case ErfType.ipv6:
      skipLinkHeader(packet, cursor, size);
      return type === ErfType.ipv4 ? Layer.ipv4 : Layer.ipv6;
    default:
      return Layer.none;
  }
}

/** Takes off the check sequence, and what fills the record up to a full word. */
function endAt(cursor: Cursor, end: number): void {
  if (end < cursor.at) return;
  if (end < cursor.end) cursor.end = end;
  if (end < cursor.wireEnd) cursor.wireEnd = cursor.saidEnd = end;
}
