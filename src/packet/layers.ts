// What the layers share: the cursor they move along the frame, and the numbers by which each names the next layer.

import { EtherType, IpProtocol } from './packet.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

/** What comes next in a frame; every layer's function returns one of these. */
export const Layer = {
  none: 0,
  ethernet: 1,
  llc: 2,
  arp: 3,
  ipv4: 4,
  ipv6: 5,
  ipv6Extension: 6,
  tcp: 7,
  udp: 8,
  icmp: 9,
  gre: 10,
  vxlan: 11,
  erspan2: 12,
  erspan3: 13,
  mpls: 14,
  pppoe: 15,
  rawIp: 16,
  linuxCooked1: 17,
  linuxCooked2: 18,
  null: 19,
  geneve: 20,
  ppp: 21,
  wireless: 22,
  wirelessSubframe: 23,
} as const;

/** How many tunnels are opened inside one another. */
export const TUNNEL_DEPTH_MAX = 4;

/** Where decoding stands. One for all frames, refilled; nobody keeps it. */
export class Cursor {
  /** The next header starts here. */
  at = 0;
  /** The captured bytes of the layer end here: nothing behind it is read. */
  end = 0;
  /** On the wire the layer's bytes ended here: what lies between `end` and this was cut off by the capture. */
  wireEnd = 0;
  /** The header above says that the layer ends here. Lies beyond `wireEnd` only where that header was found to lie. */
  saidEnd = 0;
  /** The next Ethernet or IP header is a tunnel's inner one: it replaces the outer in the record, once it is valid. */
  isInTunnel = false;
  /** And what is inside is not of hosts that keep up a tunnel, but a link that a switch shows: it stands for itself. */
  isMirror = false;
  /** So many of those were opened, one in another. */
  mirrors = 0;
  /** Between the next header, of a wireless frame, and what follows there is room up to a full word. */
  isPadded = false;
  /** VLAN of the next Ethernet frame, if that has no tag of its own: the tunnel's header knows it; -1: none. */
  vlan = -1;

  /** At a first header, in nothing; how many mirrors were opened is not forgotten. */
  begin(at: number, end: number, wireEnd: number): void {
    this.at = at;
    this.end = end;
    this.wireEnd = wireEnd;
    this.saidEnd = wireEnd;
    this.isInTunnel = false;
    this.isMirror = false;
    this.isPadded = false;
    this.vlan = -1;
  }

  /** Leaves the packet that starts at `at` and ends with what the cursor is in to `decodeInner`. */
  leave(packet: Packet, layer: number, at: number): void {
    packet.innerLayer = layer;
    packet.innerAt = at;
    packet.innerEnd = this.end;
    packet.innerWireEnd = this.wireEnd;
    packet.innerSaidEnd = this.saidEnd;
  }
}

/** The layer an EtherType announces, behind all tags. */
export function layerOfEtherType(etherType: number): number {
  switch (etherType) {
    case EtherType.ipv4:
      return Layer.ipv4;
    case EtherType.ipv6:
      return Layer.ipv6;
    case EtherType.arp:
      return Layer.arp;
    case 0x8847:
    case 0x8848:
      return Layer.mpls;
    case 0x8864:
      return Layer.pppoe;
    default:
      return Layer.none;
  }
}

/** The layer an IP protocol number announces; sets the cursor's tunnel mark where a packet inside it follows. */
export function layerOfIpProtocol(protocol: number, cursor: Cursor): number {
  switch (protocol) {
    case IpProtocol.tcp:
      return Layer.tcp;
    case IpProtocol.udp:
      return Layer.udp;
    case IpProtocol.icmp:
      return Layer.icmp;
    case IpProtocol.icmp6:
      return Layer.icmp;
    case IpProtocol.gre:
      return Layer.gre;
    case IpProtocol.ipip:
      cursor.isInTunnel = true;
      return Layer.ipv4;
    case IpProtocol.ipv6:
      cursor.isInTunnel = true;
      return Layer.ipv6;
    case AUTHENTICATION:
      return Layer.ipv6Extension;
    case MPLS_IN_IP:
      cursor.isInTunnel = true;
      return Layer.mpls;
    case ETHERNET_IN_IP:
      cursor.isInTunnel = true;
      return Layer.ethernet;
    default:
      return Layer.none;
  }
}

/** RFC 4302; the one extension header that also stands behind IPv4. */
export const AUTHENTICATION = 51;
/** RFC 4023. */
const MPLS_IN_IP = 137;
/** RFC 8986, 10.1: a frame behind an IPv6 segment routing header. */
const ETHERNET_IN_IP = 143;

/**
 * Called by an inner Ethernet or IP header that proved valid: forgets the outer packet's IP and transport and counts
 * the tunnel. False where there are too many: then the record stays the outer packet's.
 */
export function enterTunnel(packet: Packet, cursor: Cursor): boolean {
  cursor.isInTunnel = false;
  if (packet.tunnelDepth + cursor.mirrors >= TUNNEL_DEPTH_MAX) {
    packet.addProblem(Problem.ipTunnelTooDeep, cursor.at);
    return false;
  }
  if (cursor.isMirror) {
    cursor.isMirror = false;
    cursor.mirrors++;
  } else packet.tunnelDepth++;
  clearNetwork(packet);
  return true;
}

/** Whether `size` bytes of a link's header are there; where they were not sent either, that is a problem. */
export function hasLinkHeader(packet: Packet, cursor: Cursor, size: number): boolean {
  if (cursor.end - cursor.at >= size) return true;
  if (cursor.saidEnd - cursor.at < size) packet.addProblem(Problem.linkHeaderTooShort, cursor.at);
  return false;
}

/** Steps over a header of `size` bytes; the link's payload starts behind it. */
export function skipLinkHeader(packet: Packet, cursor: Cursor, size: number): void {
  packet.linkPayloadStart = cursor.at += size;
}

/** Sets every field of IP and transport to what it is in a frame without them. */
export function clearNetwork(packet: Packet): void {
  packet.ipVersion = 0;
  packet.sourceAt = 0;
  packet.destinationAt = 0;
  packet.sourceIpv4 = 0;
  packet.destinationIpv4 = 0;
  packet.ipId = 0;
  packet.ipTtl = 0;
  packet.ipStart = 0;
  packet.ipPayloadStart = 0;
  packet.ipPayloadEnd = 0;
  packet.ipPayloadMissing = 0;
  packet.ipProtocol = -1;
  packet.fragmentId = 0;
  if (packet.isFragment) {
    packet.isFragment = false;
    packet.fragmentOffset = 0;
    packet.moreFragments = false;
  }
  packet.hasTransport = false;
  packet.sourcePort = 0;
  packet.destinationPort = 0;
  // Where a TCP header was read, its options start somewhere.
  if (packet.tcpOptionsStart !== 0) {
    packet.tcpSequence = 0;
    packet.tcpAcknowledgment = 0;
    packet.tcpFlags = 0;
    packet.tcpWindow = 0;
    packet.tcpOptionsStart = 0;
    packet.tcpOptionsEnd = 0;
  }
  packet.transportChecksum = 0;
  packet.payloadStart = 0;
  packet.payloadEnd = 0;
  packet.payloadMissing = 0;
}
