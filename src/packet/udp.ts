// The UDP header (RFC 768): ports, length and payload; a datagram to a port of VXLAN, Geneve or GRE is handed on.

import { u16be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';
import { CARRIED_SIZE_MIN, leaveCarried } from './udp-tunnels.ts';

const HEADER_SIZE = 8;
/** RFC 7348, and the number Linux used before it. */
const VXLAN_PORT = 4789;
const VXLAN_PORT_LINUX = 8472;
/** RFC 8086, 8. */
const GRE_PORT = 4754;
const GRE_SIZE_MIN = 4;
/** RFC 8926, 3.3. */
const GENEVE_PORT = 6081;

export function decodeUdp(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < HEADER_SIZE) {
    if (cursor.saidEnd - at < HEADER_SIZE) packet.addProblem(Problem.udpHeaderTooShort, at);
    return Layer.none;
  }
  packet.sourcePort = u16be(bytes, at);
  const port = u16be(bytes, at + 2);
  packet.destinationPort = port;
  packet.transportChecksum = u16be(bytes, at + 6);
  packet.payloadStart = at + HEADER_SIZE;

  const length = u16be(bytes, at + 4);
  let saidEnd = at + length;
  // In a jumbogram the length is 0 and the datagram ends with the IP payload (RFC 2675, 4).
  if (length === 0 && packet.ipVersion === 6) saidEnd = cursor.saidEnd;
  else if (length < HEADER_SIZE) {
    // Every host drops it: shown with its ports, not given to a flow.
    packet.addProblem(Problem.udpLengthInvalid, at + 4);
    packet.payloadEnd = packet.payloadStart;
    return Layer.none;
  }
  if (saidEnd > cursor.saidEnd) packet.addProblem(Problem.udpLengthInvalid, at + 4);
  else cursor.saidEnd = saidEnd;
  if (saidEnd < cursor.end) cursor.end = saidEnd;
  if (saidEnd < cursor.wireEnd) cursor.wireEnd = saidEnd;
  packet.hasTransport = true;
  packet.payloadEnd = cursor.end;
  packet.payloadMissing = cursor.wireEnd - cursor.end;
  if (port === VXLAN_PORT || port === VXLAN_PORT_LINUX) {
    cursor.at = at + HEADER_SIZE;
    return Layer.vxlan;
  }
  // Shorter, it is a datagram to whoever happens to have that port.
  if (port === GRE_PORT && cursor.end - at >= HEADER_SIZE + GRE_SIZE_MIN) {
    cursor.at = at + HEADER_SIZE;
    return Layer.gre;
  }
  if (port === GENEVE_PORT) {
    cursor.at = at + HEADER_SIZE;
    return Layer.geneve;
  }
  if (cursor.end - at >= HEADER_SIZE + CARRIED_SIZE_MIN) {
    cursor.at = at + HEADER_SIZE;
    leaveCarried(packet, cursor);
  }
  return Layer.none;
}
