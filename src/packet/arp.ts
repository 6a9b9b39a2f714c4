// ARP for IPv4 over Ethernet (RFC 826): operation and where the four addresses stand.

import { u16be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import { EtherType } from './packet.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

const SIZE = 28;
const HARDWARE_ETHERNET = 1;
const HARDWARE_IEEE802 = 6;

export function decodeArp(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < SIZE) {
    if (cursor.saidEnd - at < SIZE) packet.addProblem(Problem.arpTooShort, at);
    return Layer.none;
  }
  const hardware = u16be(bytes, at);
  if (hardware !== HARDWARE_ETHERNET && hardware !== HARDWARE_IEEE802) return Layer.none;
  // Protocol type IPv4, then the sizes 6 and 4: of other address families no field would stand where we say it does.
  if (u16be(bytes, at + 2) !== EtherType.ipv4 || u16be(bytes, at + 4) !== 0x0604) return Layer.none;
  packet.hasArp = true;
  packet.arpOperation = u16be(bytes, at + 6);
  packet.arpSenderMacAt = at + 8;
  packet.arpSenderIpAt = at + 14;
  packet.arpTargetMacAt = at + 18;
  packet.arpTargetIpAt = at + 24;
  return Layer.none;
}
