// A PPPoE session (RFC 2516): what the point-to-point link inside it carries.

import { u16be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { decodePpp } from './ppp.ts';
import { Problem } from './problems.ts';

const HEADER_SIZE = 6;
/** Version 1, type 1, code 0: session data. */
const SESSION_DATA = 0x1100;

export function decodePppoe(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < HEADER_SIZE) {
    if (cursor.saidEnd - at < HEADER_SIZE) packet.addProblem(Problem.pppoeHeaderTooShort, at);
    return Layer.none;
  }
  if (u16be(bytes, at) !== SESSION_DATA) return Layer.none;
  const saidEnd = at + HEADER_SIZE + u16be(bytes, at + 4);
  if (saidEnd > cursor.saidEnd) packet.addProblem(Problem.pppoeLengthExceedsFrame, at + 4);
  else cursor.saidEnd = saidEnd;
  if (saidEnd < cursor.end) cursor.end = saidEnd;
  if (saidEnd < cursor.wireEnd) cursor.wireEnd = saidEnd;

  cursor.at = at + HEADER_SIZE;
  return decodePpp(packet, cursor);
}
