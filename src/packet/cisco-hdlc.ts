// Cisco's framing of a serial line (LINKTYPE_C_HDLC): address, control and an EtherType, without addresses of stations.

import { u16be } from '../bytes/endian.ts';
import { Layer, hasLinkHeader, layerOfEtherType, skipLinkHeader } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const HEADER_SIZE = 4;
export const CISCO_UNICAST = 0x0f;
export const CISCO_BROADCAST = 0x8f;

export function decodeCiscoHdlc(packet: Packet, cursor: Cursor): number {
  const at = cursor.at;
  if (!hasLinkHeader(packet, cursor, HEADER_SIZE)) return Layer.none;
  const address = packet.bytes[at];
  if (address !== CISCO_UNICAST && address !== CISCO_BROADCAST) return Layer.none;
  packet.etherType = u16be(packet.bytes, at + 2);
  skipLinkHeader(packet, cursor, HEADER_SIZE);
  return layerOfEtherType(packet.etherType);
}
