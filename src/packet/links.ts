// What a frame of each link type begins with. The headers that only captures of that type have are read at once; the
// layers that stand elsewhere too are named.

import { LinkType } from '../capture/frames.ts';
import { decodeArcnet, decodeLinuxArcnet } from './arcnet.ts';
import { decodeSunAtm } from './atm.ts';
import { decodeCiscoHdlc } from './cisco-hdlc.ts';
import { decodeErf } from './erf.ts';
import { decodeFrameRelay, decodeMultilinkFrameRelay } from './frame-relay.ts';
import { decodeInfiniband } from './infiniband.ts';
import { decodeIpnet } from './ipnet.ts';
import { decodeJuniperEthernet } from './juniper.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import { decodeNflog } from './nflog.ts';
import type { Packet } from './packet.ts';
import { readPktap } from './pktap.ts';
import { decodePppHdlc, decodePppWithDirection } from './ppp.ts';
import { decodeAvs, decodePrism, decodeRadiotap } from './radio-headers.ts';
import { decodeSlip } from './slip.ts';
import { decodeBroadcomTag, decodeBroadcomTagInFront, decodeDsa, decodeEdsa } from './switch-tags.ts';

/** OpenBSD's number for raw IP, which some of its files carry. */
const RAW_OPENBSD = 14;

/** The layer at the cursor, behind the headers that are read here; none where the link type is not known. */
export function decodeLink(packet: Packet, cursor: Cursor, linkType: number): number {
  switch (linkType) {
    case LinkType.ethernet:
      return Layer.ethernet;
    case LinkType.linuxCooked1:
      return Layer.linuxCooked1;
    case LinkType.linuxCooked2:
      return Layer.linuxCooked2;
    case LinkType.raw:
    case LinkType.rawOld:
    case RAW_OPENBSD:
      return Layer.rawIp;
    case LinkType.ipv4:
      return Layer.ipv4;
    case LinkType.ipv6:
      return Layer.ipv6;
    case LinkType.null:
    case LinkType.loop:
      return Layer.null;
    case LinkType.pppoe:
      return Layer.pppoe;
    case LinkType.wireless:
      return Layer.wireless;
    case LinkType.atmRfc1483:
      return Layer.llc;
    case LinkType.pktap:
    case LinkType.user2:
      return decodePktap(packet, cursor);
    default:
      return decodeRarerLink(packet, cursor, linkType);
  }
}

function decodeRarerLink(packet: Packet, cursor: Cursor, linkType: number): number {
  switch (linkType) {
    case LinkType.radiotap:
      return decodeRadiotap(packet, cursor);
    case LinkType.prism:
      return decodePrism(packet, cursor);
    case LinkType.avs:
      return decodeAvs(packet, cursor);
    case LinkType.ppp:
    case LinkType.pppHdlc:
      return decodePppHdlc(packet, cursor);
    case LinkType.pppDirection:
    case LinkType.pppWithDirection:
      return decodePppWithDirection(packet, cursor);
    case LinkType.ciscoHdlc:
      return decodeCiscoHdlc(packet, cursor);
    case LinkType.frameRelay:
      return decodeFrameRelay(packet, cursor);
    case LinkType.multilinkFrameRelay:
      return decodeMultilinkFrameRelay(packet, cursor);
    case LinkType.slip:
      return decodeSlip(packet, cursor);
    case LinkType.arcnet:
      return decodeArcnet(packet, cursor);
    case LinkType.arcnetLinux:
      return decodeLinuxArcnet(packet, cursor);
    case LinkType.infiniband:
      return decodeInfiniband(packet, cursor);
    case LinkType.sunAtm:
      return decodeSunAtm(packet, cursor);
    case LinkType.dsa:
      return decodeDsa(packet, cursor);
    case LinkType.edsa:
      return decodeEdsa(packet, cursor);
    case LinkType.broadcomTag:
      return decodeBroadcomTag(packet, cursor);
    case LinkType.broadcomTagInFront:
      return decodeBroadcomTagInFront(packet, cursor);
    case LinkType.juniperEthernet:
      return decodeJuniperEthernet(packet, cursor);
    case LinkType.ipnet:
      return decodeIpnet(packet, cursor);
    case LinkType.nflog:
      return decodeNflog(packet, cursor);
    case LinkType.erf:
      return decodeErf(packet, cursor);
    default:
      return Layer.none;
  }
}

/** What PKTAP holds is a frame of any link type but its own. */
function decodePktap(packet: Packet, cursor: Cursor): number {
  const linkType = readPktap(packet, cursor);
  if (linkType < 0 || linkType === LinkType.pktap || linkType === LinkType.user2) return Layer.none;
  return decodeLink(packet, cursor, linkType);
}
