// VXLAN (RFC 7348): the Ethernet frame behind its eight bytes.

import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

const HEADER_SIZE = 8;
/** «The I flag MUST be set»; without it the port is somebody else's. */
const NETWORK_ID_VALID = 0x08;

export function decodeVxlan(packet: Packet, cursor: Cursor): number {
  const at = cursor.at;
  if (cursor.end - at < HEADER_SIZE) {
    if (cursor.saidEnd - at < HEADER_SIZE) packet.addProblem(Problem.vxlanHeaderTooShort, at);
    return Layer.none;
  }
  if ((packet.bytes[at]! & NETWORK_ID_VALID) === 0) return Layer.none;
  cursor.at = at + HEADER_SIZE;
  cursor.isInTunnel = true;
  return Layer.ethernet;
}
