// IEEE 802.2: the LLC header of 802.3 frames, and through SNAP or the IP service access point what it carries.

import { u16be, u24be } from '../bytes/endian.ts';
import { Layer, layerOfEtherType } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

const SAP_IP = 0x06;
const SAP_SNAP = 0xaa;
const UNNUMBERED_INFORMATION = 0x03;
/** RFC 1042 and bridge tunnel encapsulation (IEEE 802.1H): an EtherType follows; with others, a number of the owner's. */
const OUI_ETHERNET = 0;
const OUI_BRIDGE_TUNNEL = 0xf8;

export function decodeLlc(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < 1) return Layer.none;
  const destination = bytes[at]!;
  packet.llcSap = destination;
  packet.llcEnd = cursor.end;
  if (cursor.end - at < 3 || bytes[at + 2] !== UNNUMBERED_INFORMATION) return Layer.none;
  if (destination === SAP_IP) {
    cursor.at = at + 3;
    return Layer.ipv4;
  }
  if (destination !== SAP_SNAP || bytes[at + 1] !== SAP_SNAP || cursor.end - at < 8) return Layer.none;
  const oui = u24be(bytes, at + 3);
  if (oui !== OUI_ETHERNET && oui !== OUI_BRIDGE_TUNNEL) return Layer.none;
  packet.etherType = u16be(bytes, at + 6);
  packet.linkPayloadStart = cursor.at = at + 8;
  return layerOfEtherType(packet.etherType);
}
