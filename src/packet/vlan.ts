// Behind the MAC addresses (or a cooked header): VLAN, QinQ and HSR tags in any order, then the EtherType or the 802.3
// length.

import { u16be } from '../bytes/endian.ts';
import { Layer, layerOfEtherType } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';
import { HSR_ETHER_TYPE, readHsrTag } from './prp-hsr.ts';

/** Two are QinQ, three exist; a frame with more of them than this is not read further. */
const TAGS_MAX = 8;
/** Up to here the field is a length, from 0x600 on an EtherType (IEEE 802.3, 3.2.6); between them it means nothing. */
const LENGTH_MAX = 1500;

/** Starts with the cursor behind the field that holds `firstType`, an EtherType or a length. */
export function decodeTags(packet: Packet, cursor: Cursor, firstType: number): number {
  const bytes = packet.bytes;
  let at = cursor.at;
  let type = firstType;
  for (let tags = 0; isTag(type); tags++) {
    if (tags === TAGS_MAX) {
      packet.addProblem(Problem.vlanTooManyTags, at);
      return Layer.none;
    }
    // A tag is what it says and the type of what follows.
    const isHsr = type === HSR_ETHER_TYPE;
    const size = isHsr ? 6 : 4;
    if (cursor.end - at < size) {
      packet.etherType = type;
      if (cursor.saidEnd - at < size) packet.addProblem(isHsr ? Problem.hsrTagTooShort : Problem.vlanTagTooShort, at);
      return Layer.none;
    }
    if (isHsr) readHsrTag(packet, at);
    else readVlanTag(packet, u16be(bytes, at) & 0xfff);
    at += size;
    type = u16be(bytes, at - 2);
  }
  cursor.at = at;
  packet.linkPayloadStart = at;
  packet.llcSap = -1;
  if (type > LENGTH_MAX) {
    packet.etherType = type;
    return layerOfEtherType(type);
  }
  packet.etherType = 0;
  const lengthEnd = at + type;
  if (lengthEnd > cursor.saidEnd) packet.addProblem(Problem.ethernetLengthExceedsFrame, at - 2);
  else cursor.saidEnd = lengthEnd;
  if (lengthEnd < cursor.end) cursor.end = lengthEnd;
  if (lengthEnd < cursor.wireEnd) cursor.wireEnd = lengthEnd;
  return Layer.llc;
}

function isTag(type: number): boolean {
  return type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200 || type === HSR_ETHER_TYPE;
}

/** VLAN id 0 only gives a priority and names no VLAN (IEEE 802.1Q, 9.6): PROFINET sends it on untagged networks. */
function readVlanTag(packet: Packet, id: number): void {
  if (id === 0) return;
  if (packet.vlan < 0) packet.vlan = id;
  else if (packet.innerVlan < 0) packet.innerVlan = id;
}
