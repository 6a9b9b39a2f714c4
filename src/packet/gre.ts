// GRE (RFC 2784, RFC 2890): which packet or frame lies behind it; and PPTP's own version 1 (RFC 2637) and what
// access points send to their controller, which are left to `decodeInner`: the two ends of such a tunnel are of interest.

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
/** What an access point of Aruba sends to its controller: the frame as it was on the air. */
const ARUBA_FIRST = 0x8200;
const ARUBA_LAST = 0x82ff;

const VERSION_1 = 1;
/** RFC 2637, 4.1: the key is there, neither checksum, route, strict route nor recursion; reserved flags. */
const ENHANCED_FIXED = 0xef78;
const ACKNOWLEDGMENT = 0x0080;
const PPP = 0x880b;
const ENHANCED_SIZE = 8;

export function decodeGre(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < 4) return tooShort(packet, cursor, 4);
  const flags = u16be(bytes, at);
  if ((flags & VERSION) === VERSION_1) return leavePptp(packet, cursor, flags);
  // Source routes (RFC 1701) were dropped from the standard and are sent by nobody but attackers.
  if ((flags & VERSION) !== 0 || (flags & ROUTING) !== 0) return Layer.none;
  let size = 4;
  if ((flags & CHECKSUM) !== 0) size += 4;
  if ((flags & KEY) !== 0) size += 4;
  if ((flags & SEQUENCE) !== 0) size += 4;
  if (cursor.end - at < size) return tooShort(packet, cursor, size);

  const protocol = u16be(bytes, at + 2);
  if (protocol >= ARUBA_FIRST && protocol <= ARUBA_LAST) {
    cursor.leave(packet, Layer.wireless, at + size);
    return Layer.none;
  }
  const layer = layerOf(protocol, (flags & SEQUENCE) !== 0);
  if (layer === Layer.none) return Layer.none;
  cursor.at = at + size;
  cursor.isInTunnel = true;
  cursor.isMirror = layer === Layer.ethernet && protocol === ERSPAN;
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

/** Leaves the record as it is; without a sequence number there is only an acknowledgment. */
function leavePptp(packet: Packet, cursor: Cursor, flags: number): number {
  const { bytes } = packet;
  const at = cursor.at;
  if ((flags & ENHANCED_FIXED) !== KEY) return Layer.none;
  let size = ENHANCED_SIZE;
  if ((flags & SEQUENCE) !== 0) size += 4;
  if ((flags & ACKNOWLEDGMENT) !== 0) size += 4;
  if (cursor.end - at < size) return tooShort(packet, cursor, size);
  if (u16be(bytes, at + 2) !== PPP || (flags & SEQUENCE) === 0) return Layer.none;
  const innerEnd = at + size + u16be(bytes, at + 4);
  if (innerEnd > cursor.saidEnd) {
    packet.addProblem(Problem.grePayloadLengthExceedsPacket, at + 4);
    return Layer.none;
  }
  if (innerEnd < cursor.end) cursor.end = innerEnd;
  if (innerEnd < cursor.wireEnd) cursor.wireEnd = innerEnd;
  cursor.saidEnd = innerEnd;
  cursor.leave(packet, Layer.ppp, at + size);
  return Layer.none;
}

function tooShort(packet: Packet, cursor: Cursor, size: number): number {
  if (cursor.saidEnd - cursor.at < size) packet.addProblem(Problem.greHeaderTooShort, cursor.at);
  return Layer.none;
}
