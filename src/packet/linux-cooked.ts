// Linux cooked captures, version 1 and 2 (LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2): what `any` gives for an interface.

import { i32be, u16be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';
import { decodeTags } from './vlan.ts';

const VERSION_1_SIZE = 16;
const VERSION_2_SIZE = 20;
/** Linux's own protocol number for a frame with a length and LLC (ETH_P_802_2); others below 0x600 are of no interest. */
const LLC = 4;
const ETHER_TYPE_MIN = 0x600;
const HARDWARE_ETHERNET = 1;
/** ARPHRD_NETLINK: the protocol field holds a netlink family. */
const HARDWARE_NETLINK = 824;

export function decodeLinuxCooked1(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < VERSION_1_SIZE) return tooShort(packet, cursor, VERSION_1_SIZE);
  readSource(packet, u16be(bytes, at + 2), u16be(bytes, at + 4), at + 6);
  if (u16be(bytes, at + 2) === HARDWARE_NETLINK) return Layer.none;
  return decodeProtocol(packet, cursor, at + 14, at + VERSION_1_SIZE);
}

export function decodeLinuxCooked2(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  if (cursor.end - at < VERSION_2_SIZE) return tooShort(packet, cursor, VERSION_2_SIZE);
  readSource(packet, u16be(bytes, at + 8), bytes[at + 11]!, at + 12);
  if (u16be(bytes, at + 8) === HARDWARE_NETLINK) return Layer.none;
  return decodeProtocol(packet, cursor, at, at + VERSION_2_SIZE);
}

/** Only the sender's address is there, so hasMac stays false; the address is kept for whoever looks. */
function readSource(packet: Packet, hardware: number, size: number, at: number): void {
  if (hardware !== HARDWARE_ETHERNET || size !== 6) return;
  packet.sourceMacHigh = u16be(packet.bytes, at);
  packet.sourceMacLow = i32be(packet.bytes, at + 2);
}

function decodeProtocol(packet: Packet, cursor: Cursor, protocolAt: number, payloadAt: number): number {
  const protocol = u16be(packet.bytes, protocolAt);
  packet.linkPayloadStart = cursor.at = payloadAt;
  if (protocol === LLC) return Layer.llc;
  if (protocol < ETHER_TYPE_MIN) return Layer.none;
  return decodeTags(packet, cursor, protocol);
}

function tooShort(packet: Packet, cursor: Cursor, size: number): number {
  if (cursor.saidEnd - cursor.at < size) packet.addProblem(Problem.cookedHeaderTooShort, cursor.at);
  return Layer.none;
}
