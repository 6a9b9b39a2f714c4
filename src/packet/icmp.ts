// ICMP (RFC 792) and ICMPv6 (RFC 4443): type and code stand in the port fields; the payload starts behind the checksum.

import { u16be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

/** Type, code, checksum: all that the two have in common. */
const HEADER_SIZE = 4;

export function decodeIcmp(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < HEADER_SIZE) {
    if (cursor.saidEnd - at < HEADER_SIZE) packet.addProblem(Problem.icmpHeaderTooShort, at);
    return Layer.none;
  }
  packet.hasTransport = true;
  packet.sourcePort = bytes[at]!;
  packet.destinationPort = bytes[at + 1]!;
  packet.transportChecksum = u16be(bytes, at + 2);
  packet.payloadStart = at + HEADER_SIZE;
  packet.payloadEnd = cursor.end;
  packet.payloadMissing = cursor.wireEnd - cursor.end;
  return Layer.none;
}
