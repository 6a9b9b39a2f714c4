// Ethernet II and 802.3: MAC addresses, then the chain of tags (vlan.ts), then whatever the EtherType announces.

import { i32be, u16be } from '../bytes/endian.ts';
import { Layer, enterTunnel } from './layers.ts';
import type { Cursor } from './layers.ts';
import { EtherType } from './packet.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';
import { readRedundancyTrailer } from './prp-hsr.ts';
import { decodeTags } from './vlan.ts';

const HEADER_SIZE = 14;

export function decodeEthernet(packet: Packet, cursor: Cursor): number {
  const at = cursor.at;
  if (cursor.end - at < HEADER_SIZE) {
    if (cursor.saidEnd - at < HEADER_SIZE) packet.addProblem(Problem.ethernetTooShort, at);
    return Layer.none;
  }
  if (cursor.isInTunnel && !enterTunnel(packet, cursor)) return Layer.none;
  const bytes = packet.bytes;
  packet.hasMac = true;
  packet.destinationMacHigh = u16be(bytes, at);
  packet.destinationMacLow = i32be(bytes, at + 2);
  packet.sourceMacHigh = u16be(bytes, at + 6);
  packet.sourceMacLow = i32be(bytes, at + 8);
  packet.vlan = -1;
  packet.innerVlan = -1;
  readRedundancyTrailer(packet, cursor);
  cursor.at = at + HEADER_SIZE;
  const type = u16be(bytes, at + 12);
  // Most frames need nothing of what decodeTags can.
  if (type === EtherType.ipv4 && cursor.vlan < 0) {
    packet.etherType = type;
    packet.llcSap = -1;
    packet.linkPayloadStart = cursor.at;
    return Layer.ipv4;
  }
  const layer = decodeTags(packet, cursor, type);
  if (packet.vlan < 0) packet.vlan = cursor.vlan;
  cursor.vlan = -1;
  return layer;
}
