// BSD loopback captures (LINKTYPE_NULL, LINKTYPE_LOOP): an address family, in the byte order of whoever captured.

import { i32be, i32le } from '../bytes/endian.ts';
import { Layer, layerOfEtherType } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

const HEADER_SIZE = 4;

export function decodeNull(packet: Packet, cursor: Cursor): number {
  const at = cursor.at;
  if (cursor.end - at < HEADER_SIZE) {
    if (cursor.saidEnd - at < HEADER_SIZE) packet.addProblem(Problem.nullHeaderTooShort, at);
    return Layer.none;
  }
  packet.linkPayloadStart = cursor.at = at + HEADER_SIZE;
  let family = i32le(packet.bytes, at);
  if ((family & 0xffff0000) !== 0) family = i32be(packet.bytes, at);
  switch (family) {
    case 2:
      return Layer.ipv4;
    // IPv6 on Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
    case 10:
    case 23:
    case 24:
    case 28:
    case 30:
      return Layer.ipv6;
    default:
      // Some programs write an EtherType there.
      return family >= 0x600 && family <= 0xffff ? layerOfEtherType(family) : Layer.none;
  }
}
