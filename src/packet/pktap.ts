// PKTAP, what macOS writes of an interface it captures: the frame's link type, interface and process, then the frame.

import { u32le } from '../bytes/endian.ts';
import { hasLinkHeader, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

/** What is read of it; the rest only grew. */
const READ_SIZE = 12;
const HEADER_SIZE_MIN = 108;
const HEADER_SIZE_MAX = 1024;
const TYPE_PACKET = 1;

/** Steps over the header, in the order of the machine (little-endian since 2006); gives the frame's link type or -1. */
export function readPktap(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (!hasLinkHeader(packet, cursor, READ_SIZE)) return -1;
  const size = u32le(bytes, at);
  if (size < HEADER_SIZE_MIN || size > HEADER_SIZE_MAX || u32le(bytes, at + 4) !== TYPE_PACKET) return -1;
  if (!hasLinkHeader(packet, cursor, size)) return -1;
  skipLinkHeader(packet, cursor, size);
  return u32le(bytes, at + 8);
}
