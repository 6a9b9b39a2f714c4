// The IPv6 header (RFC 8200) and its chain of extension headers, up to a fragment or the payload's own header.

import { i32be, u16be } from '../bytes/endian.ts';
import { AUTHENTICATION, Layer, enterTunnel, layerOfIpProtocol } from './layers.ts';
import type { Cursor } from './layers.ts';
import { IpProtocol } from './packet.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

const HEADER_SIZE = 40;
/** More of them than this are not read: no sender needs them, and the chain could be as long as the packet. */
const EXTENSIONS_MAX = 8;

/**
 * Numbers of the extension headers that are stepped over. Behind a mobility or host identity header (135, 139) nothing
 * follows, so those stay the packet's protocol.
 */
const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION = 60;

export function decodeIpv6(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < HEADER_SIZE) {
    if (cursor.saidEnd - at < HEADER_SIZE) packet.addProblem(Problem.ipv6HeaderTooShort, at);
    return Layer.none;
  }
  if (bytes[at]! >> 4 !== 6) {
    packet.addProblem(Problem.ipv6VersionInvalid, at);
    return Layer.none;
  }
  if (cursor.isInTunnel && !enterTunnel(packet, cursor)) return Layer.none;

  packet.ipVersion = 6;
  packet.ipStart = at;
  packet.sourceAt = at + 8;
  packet.destinationAt = at + 24;
  packet.ipTtl = bytes[at + 7]!;
  const protocol = bytes[at + 6]!;
  packet.ipProtocol = protocol;

  const payloadLength = u16be(bytes, at + 4);
  let saidEnd = at + HEADER_SIZE + payloadLength;
  // Zero is a jumbogram (RFC 2675), or what a capture on the sending host shows when the network card is to cut the
  // segment: either way the payload reaches to the frame's end.
  if (payloadLength === 0 && mayBeLonger(protocol)) saidEnd = cursor.saidEnd;
  else if (saidEnd > cursor.saidEnd) packet.addProblem(Problem.ipv6PayloadLengthExceedsFrame, at + 4);
  if (saidEnd < cursor.end) cursor.end = saidEnd;
  if (saidEnd < cursor.wireEnd) cursor.wireEnd = saidEnd;
  cursor.saidEnd = saidEnd;
  cursor.at = at + HEADER_SIZE;
  packet.ipPayloadStart = cursor.at;
  packet.ipPayloadEnd = cursor.end;
  packet.ipPayloadMissing = saidEnd - cursor.end;
  return isExtension(protocol) ? Layer.ipv6Extension : layerOfIpProtocol(protocol, cursor);
}

/**
 * Steps over the extension headers at the cursor, the first of which packet.ipProtocol names. Also reads the
 * authentication header behind IPv4.
 */
export function decodeIpv6Extensions(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  let at = cursor.at;
  let protocol = packet.ipProtocol;
  for (let count = 0; isExtension(protocol); count++) {
    if (count === EXTENSIONS_MAX) {
      packet.addProblem(Problem.ipv6TooManyExtensions, at);
      return Layer.none;
    }
    if (cursor.end - at < 8) return tooShort(packet, cursor, at, 8);
    let size = 8;
    if (protocol === AUTHENTICATION) size = (bytes[at + 1]! + 2) << 2;
    else if (protocol !== FRAGMENT) size = (bytes[at + 1]! + 1) << 3;
    if (cursor.end - at < size) return tooShort(packet, cursor, at, size);

    const isFragmentHeader = protocol === FRAGMENT;
    protocol = bytes[at]!;
    packet.ipProtocol = protocol;
    packet.ipPayloadStart = at + size;
    if (isFragmentHeader) {
      const offsetAndFlags = u16be(bytes, at + 2);
      packet.fragmentId = i32be(bytes, at + 4);
      packet.ipId = packet.fragmentId & 0xffff;
      // Offset 0 and nothing to follow is an atomic fragment: whole in itself (RFC 6946).
      if ((offsetAndFlags & 0xfff9) !== 0) {
        packet.isFragment = true;
        packet.fragmentOffset = offsetAndFlags & 0xfff8;
        packet.moreFragments = (offsetAndFlags & 1) !== 0;
        return Layer.none;
      }
    }
    at += size;
    // Behind IPv4 the other numbers are protocols that no host has.
    if (packet.ipVersion === 4 && protocol !== AUTHENTICATION) break;
  }
  cursor.at = at;
  return layerOfIpProtocol(protocol, cursor);
}

function mayBeLonger(protocol: number): boolean {
  return protocol === HOP_BY_HOP || protocol === IpProtocol.tcp || protocol === IpProtocol.udp;
}

function tooShort(packet: Packet, cursor: Cursor, at: number, size: number): number {
  if (cursor.saidEnd - at < size) packet.addProblem(Problem.ipv6ExtensionTooShort, at);
  return Layer.none;
}

export function isExtension(protocol: number): boolean {
  switch (protocol) {
    case HOP_BY_HOP:
    case ROUTING:
    case FRAGMENT:
    case AUTHENTICATION:
    case DESTINATION:
      return true;
    default:
      return false;
  }
}
