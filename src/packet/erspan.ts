// ERSPAN type II and III (draft-foschiano-erspan): a switch's mirror port sent over GRE. Type I has no header. What is
// mirrored is a link as it is: its stations are neighbours, and their MAC addresses their own.

import { u16be, u32be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

const TYPE_2_SIZE = 8;
const TYPE_3_SIZE = 12;
const PLATFORM_SIZE = 8;
const VERSION_2 = 1;
const VERSION_3 = 2;
/** The trunk's encapsulation; 2: the frame had an 802.1Q tag. Some switches leave it in, some take it off. */
const ENCAPSULATION = 0x1800;
const ENCAPSULATION_TAGGED = 0x1000;
const TRUNCATED = 0x0400;
const FRAME_ETHERNET = 0;
const FRAME_IP = 2;
/** No frame is longer: where a mirrored frame was cut, its own headers alone tell how long it was. */
const FRAME_SIZE_MAX = 0x10000;

export function decodeErspan2(packet: Packet, cursor: Cursor): number {
  const at = cursor.at;
  if (!openErspan(packet, cursor, TYPE_2_SIZE, VERSION_2)) return Layer.none;
  const word = u32be(packet.bytes, at);
  const id = (word >>> 16) & 0xfff;
  if ((word & ENCAPSULATION) === ENCAPSULATION_TAGGED && id !== 0) cursor.vlan = id;
  cursor.isMirror = true;
  return Layer.ethernet;
}

export function decodeErspan3(packet: Packet, cursor: Cursor): number {
  const at = cursor.at;
  if (!openErspan(packet, cursor, TYPE_3_SIZE, VERSION_3)) return Layer.none;
  const flags = u16be(packet.bytes, at + 10);
  if ((flags & 1) !== 0) {
    if (cursor.end - cursor.at < PLATFORM_SIZE) return tooShort(packet, cursor, PLATFORM_SIZE);
    cursor.at += PLATFORM_SIZE;
  }
  const frameType = (flags >> 10) & 0x1f;
  if (frameType === FRAME_ETHERNET) {
    cursor.isMirror = true;
    return Layer.ethernet;
  }
  return frameType === FRAME_IP ? Layer.rawIp : Layer.none;
}

function openErspan(packet: Packet, cursor: Cursor, size: number, version: number): boolean {
  const at = cursor.at;
  if (cursor.end - at < size) {
    tooShort(packet, cursor, size);
    return false;
  }
  const word = u32be(packet.bytes, at);
  if (word >>> 28 !== version) return false;
  if ((word & TRUNCATED) !== 0) cursor.saidEnd = cursor.wireEnd = at + size + FRAME_SIZE_MAX;
  cursor.at = at + size;
  cursor.isInTunnel = true;
  return true;
}

function tooShort(packet: Packet, cursor: Cursor, size: number): number {
  if (cursor.saidEnd - cursor.at < size) packet.addProblem(Problem.erspanHeaderTooShort, cursor.at);
  return Layer.none;
}
