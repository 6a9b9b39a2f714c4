// Turns one frame into the packet record: resets it, then lets each layer read its header and name the next one.

import { LinkType } from '../capture/frames.ts';
import { decodeArp } from './arp.ts';
import { decodeErspan2, decodeErspan3 } from './erspan.ts';
import { decodeEthernet } from './ethernet.ts';
import { decodeGeneve } from './geneve.ts';
import { decodeGre } from './gre.ts';
import { decodeIcmp } from './icmp.ts';
import { decodeIpv4 } from './ipv4.ts';
import { decodeIpv6, decodeIpv6Extensions, isExtension } from './ipv6.ts';
import { Cursor, Layer, clearNetwork, layerOfIpProtocol } from './layers.ts';
import { decodeLink } from './links.ts';
import { decodeLinuxCooked1, decodeLinuxCooked2 } from './linux-cooked.ts';
import { decodeLlc } from './llc-snap.ts';
import { decodeMpls } from './mpls.ts';
import { decodeNull } from './null-loopback.ts';
import type { Packet } from './packet.ts';
import { decodePlainFrame, hasRareFields } from './plain-frame.ts';
import { decodePpp } from './ppp.ts';
import { decodePppoe } from './pppoe.ts';
import { decodeRawIp } from './raw-ip.ts';
import { decodeTcp } from './tcp.ts';
import { decodeUdp } from './udp.ts';
import { decodeVxlan } from './vxlan.ts';
import { decodeWireless, decodeWirelessSubframe } from './wireless.ts';

/** More steps than any frame within the bounds of tunnels, tags and extensions takes. */
const STEPS_MAX = 64;

const cursor = new Cursor();

/**
 * Resets `packet` (all but frame and timeUs) and decodes the frame bytes[start..end), which had `originalLength` bytes
 * on the wire, into it. Total: reads nothing outside, never throws, and leaves what could not be read as it is in a
 * frame without it. An unknown `linkType` leaves an empty record.
 */
export function decodeFrame(
  packet: Packet,
  bytes: Uint8Array,
  start: number,
  end: number,
  originalLength: number,
  linkType: number,
): void {
  const isWhole = originalLength <= end - start;
  if (linkType === LinkType.ethernet && isWhole && !hasRareFields(packet)) {
    if (decodePlainFrame(packet, bytes, start, end)) return;
  }
  decodeByLayers(packet, bytes, start, end, originalLength, linkType);
}

/** The same for any frame, layer by layer. */
export function decodeByLayers(
  packet: Packet,
  bytes: Uint8Array,
  start: number,
  end: number,
  originalLength: number,
  linkType: number,
): void {
  clearLink(packet);
  clearNetwork(packet);
  packet.show(bytes);
  packet.frameStart = start;
  packet.frameEnd = end;
  const wireEnd = originalLength > end - start ? start + originalLength : end;
  packet.originalLength = wireEnd - start;
  packet.linkPayloadStart = start;
  cursor.begin(start, end, wireEnd);
  cursor.mirrors = 0;
  decodeLayers(packet, decodeLink(packet, cursor, linkType));
}

/** Decodes on from packet.ipPayloadStart, where packet.ipProtocol starts: for a datagram put together again. */
export function decodeIpPayload(packet: Packet): void {
  cursor.begin(packet.ipPayloadStart, packet.ipPayloadEnd, packet.ipPayloadEnd);
  cursor.mirrors = 0;
  const isExtended = packet.ipVersion === 6 && isExtension(packet.ipProtocol);
  decodeLayers(packet, isExtended ? Layer.ipv6Extension : layerOfIpProtocol(packet.ipProtocol, cursor));
}

/**
 * Where `packet.innerLayer` says that the record is not of all the frame holds: makes the next packet the record's, whose
 * own innerLayer then says whether there is another. False where no packet was there, and the record is as it was.
 */
export function decodeInner(packet: Packet): boolean {
  const layer = packet.innerLayer;
  packet.innerLayer = 0;
  cursor.begin(packet.innerAt, packet.innerEnd, packet.innerWireEnd);
  cursor.saidEnd = packet.innerSaidEnd;
  packet.problemCount = 0;
  // What a wireless frame holds beside another is in no tunnel.
  const isBeside = layer === Layer.wirelessSubframe;
  cursor.isInTunnel = !isBeside;
  const depth = packet.tunnelDepth;
  if (isBeside) {
    clearNetwork(packet);
    clearArp(packet);
  }
  decodeLayers(packet, layer);
  return isBeside || packet.tunnelDepth > depth;
}

function decodeLayers(packet: Packet, first: number): void {
  let layer = first;
  for (let step = 0; layer !== Layer.none && step < STEPS_MAX; step++) {
    switch (layer) {
      case Layer.ethernet:
        layer = decodeEthernet(packet, cursor);
        break;
      case Layer.ipv4:
        layer = decodeIpv4(packet, cursor);
        break;
      case Layer.tcp:
        layer = decodeTcp(packet, cursor);
        break;
      case Layer.udp:
        layer = decodeUdp(packet, cursor);
        break;
      default:
        layer = decodeRarerLayer(packet, layer);
    }
  }
}

/** Apart from decodeLayers so that the loop every packet runs stays small. */
function decodeRarerLayer(packet: Packet, layer: number): number {
  switch (layer) {
    case Layer.arp:
      return decodeArp(packet, cursor);
    case Layer.llc:
      return decodeLlc(packet, cursor);
    case Layer.ipv6:
      return decodeIpv6(packet, cursor);
    case Layer.ipv6Extension:
      return decodeIpv6Extensions(packet, cursor);
    case Layer.icmp:
      return decodeIcmp(packet, cursor);
    case Layer.gre:
      return decodeGre(packet, cursor);
    case Layer.vxlan:
      return decodeVxlan(packet, cursor);
    case Layer.geneve:
      return decodeGeneve(packet, cursor);
    case Layer.erspan2:
      return decodeErspan2(packet, cursor);
    case Layer.erspan3:
      return decodeErspan3(packet, cursor);
    case Layer.mpls:
      return decodeMpls(packet, cursor);
    case Layer.pppoe:
      return decodePppoe(packet, cursor);
    case Layer.rawIp:
      return decodeRawIp(packet, cursor);
    case Layer.linuxCooked1:
      return decodeLinuxCooked1(packet, cursor);
    case Layer.linuxCooked2:
      return decodeLinuxCooked2(packet, cursor);
    case Layer.null:
      return decodeNull(packet, cursor);
    case Layer.ppp:
      return decodePpp(packet, cursor);
    case Layer.wireless:
      return decodeWireless(packet, cursor);
    case Layer.wirelessSubframe:
      return decodeWirelessSubframe(packet, cursor);
    default:
      return Layer.none;
  }
}

/** Sets every field of the link, ARP, redundancy tags and problems to what it is in an empty frame. */
function clearLink(packet: Packet): void {
  packet.hasMac = false;
  packet.sourceMacHigh = 0;
  packet.sourceMacLow = 0;
  packet.destinationMacHigh = 0;
  packet.destinationMacLow = 0;
  packet.vlan = -1;
  packet.innerVlan = -1;
  packet.etherType = 0;
  packet.llcSap = -1;
  packet.tunnelDepth = 0;
  packet.innerLayer = 0;
  packet.problemCount = 0;
  // What few frames have is only cleared behind those.
  clearArp(packet);
  if (packet.hasRedundancyTag) {
    packet.hasRedundancyTag = false;
    packet.redundancySequence = 0;
  }
}

function clearArp(packet: Packet): void {
  if (!packet.hasArp) return;
  packet.hasArp = false;
  packet.arpOperation = 0;
  packet.arpSenderMacAt = 0;
  packet.arpSenderIpAt = 0;
  packet.arpTargetMacAt = 0;
  packet.arpTargetIpAt = 0;
}
