// The IPv4 header (RFC 791): addresses, fragment, and where the payload starts and ends.

import { i32be, u16be } from '../bytes/endian.ts';
import { Layer, enterTunnel, layerOfIpProtocol } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

const HEADER_SIZE = 20;

export function decodeIpv4(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < HEADER_SIZE) {
    if (cursor.saidEnd - at < HEADER_SIZE) packet.addProblem(Problem.ipv4HeaderTooShort, at);
    return Layer.none;
  }
  const versionAndLength = bytes[at]!;
  if (versionAndLength >> 4 !== 4) {
    packet.addProblem(Problem.ipv4VersionInvalid, at);
    return Layer.none;
  }
  const headerSize = (versionAndLength & 0xf) << 2;
  if (headerSize < HEADER_SIZE) {
    packet.addProblem(Problem.ipv4HeaderLengthInvalid, at);
    return Layer.none;
  }
  let saidEnd = at + u16be(bytes, at + 2);
  // Zero is what a capture on the sending host shows when the network card is to cut the segment.
  if (saidEnd === at) saidEnd = cursor.saidEnd;
  if (saidEnd - at < headerSize) {
    packet.addProblem(
      saidEnd < cursor.saidEnd ? Problem.ipv4TotalLengthInvalid : Problem.ipv4HeaderLengthInvalid,
      at + 2,
    );
    return Layer.none;
  }
  if (cursor.isInTunnel && !enterTunnel(packet, cursor)) return Layer.none;

  packet.ipVersion = 4;
  packet.ipStart = at;
  packet.sourceAt = at + 12;
  packet.destinationAt = at + 16;
  packet.sourceIpv4 = i32be(bytes, at + 12);
  packet.destinationIpv4 = i32be(bytes, at + 16);
  packet.ipId = packet.fragmentId = u16be(bytes, at + 4);
  packet.ipTtl = bytes[at + 8]!;
  const protocol = bytes[at + 9]!;
  packet.ipProtocol = protocol;

  if (saidEnd > cursor.saidEnd) packet.addProblem(Problem.ipv4TotalLengthExceedsFrame, at + 2);
  if (saidEnd < cursor.end) cursor.end = saidEnd;
  if (saidEnd < cursor.wireEnd) cursor.wireEnd = saidEnd;
  cursor.saidEnd = saidEnd;
  // A capture may have cut the options.
  const payloadStart = at + headerSize > cursor.end ? cursor.end : at + headerSize;
  packet.ipPayloadStart = payloadStart;
  packet.ipPayloadEnd = cursor.end;
  packet.ipPayloadMissing = saidEnd - (at + headerSize > cursor.end ? at + headerSize : cursor.end);
  cursor.at = at + headerSize;

  const fragment = u16be(bytes, at + 6);
  if ((fragment & 0x3fff) !== 0) {
    packet.isFragment = true;
    packet.fragmentOffset = (fragment & 0x1fff) << 3;
    packet.moreFragments = (fragment & 0x2000) !== 0;
    return Layer.none;
  }
  if (at + headerSize > cursor.end) return Layer.none;
  return layerOfIpProtocol(protocol, cursor);
}
