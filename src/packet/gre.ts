// GRE (RFC 2784, RFC 2890): which packet or frame lies behind it. PPTP's own version 1 (RFC 2637) is not opened.

import { u16be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import { EtherType } from './packet.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const VERSION = 0x0007;

const TRANSPARENT_ETHERNET = 0x6558;
const ERSPAN = 0x88be;
const ERSPAN_TYPE_3 = 0x22eb;

export function decodeGre(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < 4) return tooShort(packet, cursor, 4);
  const flags = u16be(bytes, at);
  // Source routes (RFC 1701) were dropped from the standard and are sent by nobody but attackers.
  if ((flags & VERSION) !== 0 || (flags & ROUTING) !== 0) return Layer.none;
  let size = 4;
  if ((flags & CHECKSUM) !== 0) size += 4;
  if ((flags & KEY) !== 0) size += 4;
  if ((flags & SEQUENCE) !== 0) size += 4;
  if (cursor.end - at < size) return tooShort(packet, cursor, size);

  const layer = layerOf(u16be(bytes, at + 2), (flags & SEQUENCE) !== 0);
  if (layer === Layer.none) return Layer.none;
  cursor.at = at + size;
  cursor.isInTunnel = true;
  return layer;
}

function layerOf(protocol: number, hasSequence: boolean): number {
  switch (protocol) {
    case EtherType.ipv4:
      return Layer.ipv4;
    case EtherType.ipv6:
      return Layer.ipv6;
    case TRANSPARENT_ETHERNET:
      return Layer.ethernet;
    case ERSPAN:
      // Type I has no header of its own, and is known by GRE's missing sequence number.
      return hasSequence ? Layer.erspan2 : Layer.ethernet;
    case ERSPAN_TYPE_3:
      return Layer.erspan3;
    case 0x8847:
    case 0x8848:
      return Layer.mpls;
    default:
      return Layer.none;
  }
}

function tooShort(packet: Packet, cursor: Cursor, size: number): number {
  if (cursor.saidEnd - cursor.at < size) packet.addProblem(Problem.greHeaderTooShort, cursor.at);
  return Layer.none;
}
