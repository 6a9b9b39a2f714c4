// What Linux' packet filter logs (LINKTYPE_NFLOG): an address family and a list of values, one of which is the packet.

import { u16le } from '../bytes/endian.ts';
import { Layer, hasLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const HEADER_SIZE = 4;
const VALUE_HEADER_SIZE = 4;
/** The kernel writes about a dozen. */
const VALUES_MAX = 32;
const PAYLOAD = 9;
const FAMILY_IPV4 = 2;
const FAMILY_IPV6 = 10;

/** Lengths and types are in the order of the machine, which is little-endian where this is seen. */
export function decodeNflog(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  if (!hasLinkHeader(packet, cursor, HEADER_SIZE)) return Layer.none;
  const family = bytes[cursor.at];
  let at = cursor.at + HEADER_SIZE;
  for (let values = 0; values < VALUES_MAX && cursor.end - at >= VALUE_HEADER_SIZE; values++) {
    const size = u16le(bytes, at);
    if (size < VALUE_HEADER_SIZE) return Layer.none;
    if (u16le(bytes, at + 2) === PAYLOAD) {
      const saidEnd = at + size;
      if (saidEnd < cursor.end) cursor.end = saidEnd;
      if (saidEnd < cursor.wireEnd) cursor.wireEnd = cursor.saidEnd = saidEnd;
      packet.linkPayloadStart = cursor.at = at + VALUE_HEADER_SIZE;
      if (family === FAMILY_IPV4) return Layer.ipv4;
      return family === FAMILY_IPV6 ? Layer.ipv6 : Layer.none;
    }
    at += (size + 3) & ~3;
  }
  return Layer.none;
}
