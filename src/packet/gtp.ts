// GTP-U, version 1 (3GPP TS 29.281): a packet of a mobile station on its way between the nodes of a mobile network.

import { u16be } from '../bytes/endian.ts';
import { innerIpLayer } from './inner-ip.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

export const GTP_PORT = 2152;
const HEADER_SIZE = 8;
const OPTIONAL_SIZE = 4;
/** Version 1 of GTP (and not GTP'), and the spare bit that is sent as 0. */
const KIND_MASK = 0xf8;
const VERSION_1 = 0x30;
/** Of these three flags any one adds all of the optional fields. */
const HAS_OPTIONAL = 0x07;
const HAS_EXTENSION = 0x04;
const PACKET_OF_STATION = 0xff;
const EXTENSIONS_MAX = 8;

/** Leaves the packet at the cursor to `decodeInner`, if it is one; its length has to be that of the datagram. */
export function leaveGtp(packet: Packet, cursor: Cursor): void {
  const { bytes } = packet;
  const { at, end } = cursor;
  if (end - at < HEADER_SIZE + OPTIONAL_SIZE) return;
  const first = bytes[at]!;
  if ((first & KIND_MASK) !== VERSION_1 || bytes[at + 1] !== PACKET_OF_STATION) return;
  if (u16be(bytes, at + 2) !== cursor.saidEnd - at - HEADER_SIZE) return;
  let innerAt = at + HEADER_SIZE;
  if ((first & HAS_OPTIONAL) !== 0) innerAt += OPTIONAL_SIZE;
  if ((first & HAS_EXTENSION) !== 0) innerAt = behindExtensions(bytes, innerAt, end);
  const layer = innerIpLayer(bytes, innerAt, end, cursor.saidEnd);
  if (layer !== Layer.none) cursor.leave(packet, layer, innerAt);
}

/** `at`: behind the type of the first one. Each begins with its length in words and ends with the next one's type. */
function behindExtensions(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let extensions = 0; bytes[at - 1] !== 0; extensions++) {
    if (extensions === EXTENSIONS_MAX || at >= end || bytes[at] === 0) return end;
    at += bytes[at]! << 2;
    if (at > end) return end;
  }
  return at;
}
