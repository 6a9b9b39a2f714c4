// The marks of IEC 62439-3 that tell the two copies of a redundantly sent frame apart: HSR's tag and PRP's trailer.

import { u16be } from '../bytes/endian.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

export const HSR_ETHER_TYPE = 0x892f;
/** Of supervision frames; also the last two bytes of a PRP trailer. */
const PRP_SUFFIX = 0x88fb;
const TRAILER_SIZE = 6;
const ETHERNET_HEADER_SIZE = 14;
const LAN_A = 0xa;
const LAN_B = 0xb;

/** `at`: behind the tag's EtherType, where path and size (16 bits) stand, then the sequence number. */
export function readHsrTag(packet: Packet, at: number): void {
  packet.hasRedundancyTag = true;
  packet.redundancySequence = u16be(packet.bytes, at + 2);
}

/**
 * Finds the redundancy control trailer of a whole frame and takes it off the cursor. Ordinary payload may end in the
 * suffix by chance, so the LAN must be A or B and the size must be that of the frame behind its header.
 */
export function readRedundancyTrailer(packet: Packet, cursor: Cursor): void {
  const bytes = packet.bytes;
  const end = cursor.end;
  if (bytes[end - 1] !== 0xfb || bytes[end - 2] !== 0x88) return;
  if (end !== cursor.wireEnd || end - cursor.at < ETHERNET_HEADER_SIZE + TRAILER_SIZE) return;
  const lanAndSize = u16be(bytes, end - 4);
  const lan = lanAndSize >> 12;
  if (lan !== LAN_A && lan !== LAN_B) return;
  const type = u16be(bytes, cursor.at + 12);
  let size = end - cursor.at - ETHERNET_HEADER_SIZE;
  if (type === 0x8100) size -= 4;
  // Supervision frames are seen with the size of the unpadded frame.
  if ((lanAndSize & 0xfff) !== size && type !== PRP_SUFFIX) return;
  packet.hasRedundancyTag = true;
  packet.redundancySequence = u16be(bytes, end - TRAILER_SIZE);
  cursor.end = end - TRAILER_SIZE;
  cursor.wireEnd = cursor.end;
  cursor.saidEnd = cursor.end;
}
