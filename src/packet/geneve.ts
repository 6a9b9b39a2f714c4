// Geneve (RFC 8926): the frame or packet behind its eight bytes and its options.

import { u16be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import { EtherType } from './packet.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

const HEADER_SIZE = 8;
const VERSION = 0xc0;
const OPTION_WORDS = 0x3f;
/** «This packet contains a control message»: no packet of anybody's follows. */
const CONTROL = 0x80;
const TRANSPARENT_ETHERNET = 0x6558;

export function decodeGeneve(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < HEADER_SIZE) return tooShort(packet, cursor, HEADER_SIZE);
  const first = bytes[at]!;
  // Another version, or the port is somebody else's.
  if ((first & VERSION) !== 0 || (bytes[at + 1]! & CONTROL) !== 0) return Layer.none;
  const layer = layerOf(u16be(bytes, at + 2));
  if (layer === Layer.none) return Layer.none;
  const size = HEADER_SIZE + (first & OPTION_WORDS) * 4;
  if (cursor.end - at < size) return tooShort(packet, cursor, size);
  cursor.at = at + size;
  cursor.isInTunnel = true;
  return layer;
}

function layerOf(protocol: number): number {
  switch (protocol) {
    case TRANSPARENT_ETHERNET:
      return Layer.ethernet;
    case EtherType.ipv4:
      return Layer.ipv4;
    case EtherType.ipv6:
      return Layer.ipv6;
    default:
      return Layer.none;
  }
}

function tooShort(packet: Packet, cursor: Cursor, size: number): number {
  if (cursor.saidEnd - cursor.at < size) packet.addProblem(Problem.geneveHeaderTooShort, cursor.at);
  return Layer.none;
}
