// The frame that nearly all are: Ethernet without tags, IPv4 without options or fragments, TCP, nothing cut off. Read in
// one go; everything else is left to the layers, which give the same record for these frames too (a test says so).

import { i32be, u16be } from '../bytes/endian.ts';
import { EtherType, IpProtocol } from './packet.ts';
import type { Packet } from './packet.ts';

const ETHERNET_SIZE = 14;
const IPV4_SIZE = 20;
const TCP_SIZE = 20;
const VERSION_4_WITHOUT_OPTIONS = 0x45;
/** The fragment offset and the flag for more fragments. */
const FRAGMENT_BITS = 0x3fff;

/** Decodes the frame bytes[start..end) into `packet` if it is of that kind; else changes nothing and answers false. */
export function decodePlainFrame(packet: Packet, bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < ETHERNET_SIZE + IPV4_SIZE + TCP_SIZE) return false;
  const ip = start + ETHERNET_SIZE;
  if (bytes[ip] !== VERSION_4_WITHOUT_OPTIONS || bytes[ip + 9] !== IpProtocol.tcp) return false;
  if (u16be(bytes, start + 12) !== EtherType.ipv4 || (u16be(bytes, ip + 6) & FRAGMENT_BITS) !== 0) return false;
  const ipEnd = ip + u16be(bytes, ip + 2);
  const tcp = ip + IPV4_SIZE;
  const offsetAndFlags = u16be(bytes, tcp + 12);
  const payloadStart = tcp + ((offsetAndFlags >> 12) << 2);
  if (ipEnd > end || payloadStart > ipEnd || payloadStart < tcp + TCP_SIZE) return false;
  // A PRP trailer, perhaps.
  if (bytes[end - 1] === 0xfb && bytes[end - 2] === 0x88) return false;

  packet.bytes = bytes;
  packet.frameStart = start;
  packet.frameEnd = end;
  packet.originalLength = end - start;
  packet.hasMac = true;
  packet.destinationMacHigh = u16be(bytes, start);
  packet.destinationMacLow = i32be(bytes, start + 2);
  packet.sourceMacHigh = u16be(bytes, start + 6);
  packet.sourceMacLow = i32be(bytes, start + 8);
  packet.vlan = -1;
  packet.innerVlan = -1;
  packet.etherType = EtherType.ipv4;
  packet.llcSap = -1;
  packet.linkPayloadStart = ip;
  packet.tunnelDepth = 0;
  packet.problemCount = 0;
  packet.ipVersion = 4;
  packet.ipStart = ip;
  packet.sourceAt = ip + 12;
  packet.destinationAt = ip + 16;
  packet.ipId = packet.fragmentId = u16be(bytes, ip + 4);
  packet.ipTtl = bytes[ip + 8]!;
  packet.ipProtocol = IpProtocol.tcp;
  packet.ipPayloadStart = tcp;
  packet.ipPayloadEnd = ipEnd;
  packet.ipPayloadMissing = 0;
  packet.hasTransport = true;
  packet.sourcePort = u16be(bytes, tcp);
  packet.destinationPort = u16be(bytes, tcp + 2);
  packet.tcpSequence = i32be(bytes, tcp + 4);
  packet.tcpAcknowledgment = i32be(bytes, tcp + 8);
  packet.tcpFlags = offsetAndFlags & 0xfff;
  packet.tcpWindow = u16be(bytes, tcp + 14);
  packet.transportChecksum = u16be(bytes, tcp + 16);
  packet.tcpOptionsStart = tcp + TCP_SIZE;
  packet.tcpOptionsEnd = payloadStart;
  packet.payloadStart = payloadStart;
  packet.payloadEnd = ipEnd;
  packet.payloadMissing = 0;
  return true;
}

/** What the usual frame never has, and so leaves in a record that it is decoded into. */
export function hasRareFields(packet: Packet): boolean {
  return packet.hasArp || packet.hasRedundancyTag || packet.isFragment;
}
