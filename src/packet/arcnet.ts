// ARCnet (ATA 878.1), as BSD and as Linux capture it: a station's number of one byte and a system code; behind it a
// datagram as RFC 1201 or, for the older codes, RFC 1051 has it.

import { Layer, hasLinkHeader, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import { EtherType } from './packet.ts';
import type { Packet } from './packet.ts';

/** Both numbers of stations. */
const ADDRESSES_SIZE = 2;
/** Where in the card's memory the frame stood. */
const LINUX_OFFSET_SIZE = 2;
/** RFC 1201: which piece of the datagram, and the datagram's number. */
const PIECE_SIZE = 3;
const EXCEPTION = 0xff;
const EXCEPTION_SIZE = 4;
const WHOLE_DATAGRAM = 0;

const SystemCode = { ipv4: 0xd4, arp: 0xd5, ipv6: 0xc4, ipv4Older: 0xf0, arpOlder: 0xf1 } as const;

export function decodeArcnet(packet: Packet, cursor: Cursor): number {
  return decodeBehind(packet, cursor, ADDRESSES_SIZE, true);
}

export function decodeLinuxArcnet(packet: Packet, cursor: Cursor): number {
  return decodeBehind(packet, cursor, ADDRESSES_SIZE + LINUX_OFFSET_SIZE, false);
}

/** `hasExceptions`: what was sent to fill up a frame that would have a forbidden size is still there. */
function decodeBehind(packet: Packet, cursor: Cursor, codeOffset: number, hasExceptions: boolean): number {
  const { bytes } = packet;
  if (!hasLinkHeader(packet, cursor, codeOffset + 1)) return Layer.none;
  const code = bytes[cursor.at + codeOffset]!;
  let size = codeOffset + 1;
  if (code === SystemCode.ipv4 || code === SystemCode.arp || code === SystemCode.ipv6) {
    if (!hasLinkHeader(packet, cursor, size + PIECE_SIZE)) return Layer.none;
    if (hasExceptions && bytes[cursor.at + size] === EXCEPTION) {
      if (!hasLinkHeader(packet, cursor, size + EXCEPTION_SIZE + PIECE_SIZE)) return Layer.none;
      size += EXCEPTION_SIZE;
    }
    // Pieces of a datagram are not put together.
    if (bytes[cursor.at + size] !== WHOLE_DATAGRAM) return Layer.none;
    size += PIECE_SIZE;
  }
  skipLinkHeader(packet, cursor, size);
  return layerOfCode(packet, code);
}

function layerOfCode(packet: Packet, code: number): number {
  switch (code) {
    case SystemCode.ipv4:
    case SystemCode.ipv4Older:
      packet.etherType = EtherType.ipv4;
      return Layer.ipv4;
    case SystemCode.ipv6:
      packet.etherType = EtherType.ipv6;
      return Layer.ipv6;
    default:
      // Its address resolution has addresses of one byte, which are no MAC addresses.
      return Layer.none;
  }
}
