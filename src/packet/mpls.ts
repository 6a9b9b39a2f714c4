// The MPLS label stack (RFC 3032). What it carries is not said, so its first bytes decide: IP, or a pseudowire's
// Ethernet frame with or without a control word (RFC 4385, RFC 4448).

import { u16be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

const LABEL_SIZE = 4;
const LABELS_MAX = 16;
const BOTTOM_OF_STACK = 0x01;
const ETHERNET_HEADER_SIZE = 14;
const ETHERNET_PAYLOAD_MIN = 46;
const CONTROL_WORD_SIZE = 4;

export function decodeMpls(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  let at = cursor.at;
  for (let labels = 0; ; labels++) {
    if (labels === LABELS_MAX) return Layer.none;
    if (cursor.end - at < LABEL_SIZE) {
      if (cursor.saidEnd - at < LABEL_SIZE) packet.addProblem(Problem.mplsStackTooShort, at);
      return Layer.none;
    }
    at += LABEL_SIZE;
    if ((bytes[at - 2]! & BOTTOM_OF_STACK) !== 0) break;
  }
  if (cursor.end - at < 1) return Layer.none;
  cursor.at = at;
  const nibble = bytes[at]! >> 4;
  // A MAC address may start with 4 or 6, too; the header's own length tells.
  if (nibble === 4 && !(looksLikeEthernet(packet, cursor, at) && !looksLikeIpv4(packet, cursor, at))) return Layer.ipv4;
  if (nibble === 6 && !(looksLikeEthernet(packet, cursor, at) && !looksLikeIpv6(packet, cursor, at))) return Layer.ipv6;
  if (nibble === 0 && looksLikeEthernet(packet, cursor, at + CONTROL_WORD_SIZE)) {
    cursor.at = at + CONTROL_WORD_SIZE;
  } else if (!looksLikeEthernet(packet, cursor, at)) return Layer.none;
  cursor.isInTunnel = true;
  return Layer.ethernet;
}

function looksLikeIpv4(packet: Packet, cursor: Cursor, at: number): boolean {
  if (cursor.end - at < 20 || (packet.bytes[at]! & 0xf) < 5) return false;
  return isSize(u16be(packet.bytes, at + 2), cursor.saidEnd - at);
}

function looksLikeIpv6(packet: Packet, cursor: Cursor, at: number): boolean {
  return cursor.end - at >= 40 && isSize(u16be(packet.bytes, at + 4) + 40, cursor.saidEnd - at);
}

/** Only what would have been too short for Ethernet is followed by padding. */
function isSize(size: number, left: number): boolean {
  return size === left || (size < left && left <= ETHERNET_PAYLOAD_MIN);
}

/** The type field is one that is seen in the field, or a length that fits. */
function looksLikeEthernet(packet: Packet, cursor: Cursor, at: number): boolean {
  if (cursor.end - at < ETHERNET_HEADER_SIZE) return false;
  const type = u16be(packet.bytes, at + 12);
  switch (type) {
    case 0x0800:
    case 0x0806:
    case 0x86dd:
    case 0x8100:
    case 0x88a8:
    case 0x8847:
    case 0x8863:
    case 0x8864:
    case 0x8892:
    case 0x88b8:
    case 0x88ba:
    case 0x88cc:
    case 0x88f7:
      return true;
    default:
      return type >= 3 && type <= 1500 && type <= cursor.saidEnd - at - ETHERNET_HEADER_SIZE;
  }
}
