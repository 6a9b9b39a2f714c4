// Teredo (RFC 4380): an IPv6 packet in a datagram over IPv4, behind what a server and a client prove to one another and
// what the server saw of the client's address. Between clients the ports are any.

import { i32be, u16be } from '../bytes/endian.ts';
import { IPV6_SIZE } from './inner-ip.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

export const TEREDO_PORT = 3544;
const AUTHENTICATION = 0x0001;
const AUTHENTICATION_SIZE = 13;
const ORIGIN = 0x0000;
const ORIGIN_SIZE = 8;
const SOURCE_AT = 8;
const DESTINATION_AT = 24;
/** 2001:0::/32. */
const PREFIX = 0x2001_0000;
const LINK_LOCAL = 0xfe80;
/** Nothing but its header, to keep a hole open; extensions may follow (RFC 6081). */
const NO_NEXT_HEADER = 59;

/** Leaves the packet at the cursor to `decodeInner`, if it is one: by its length, and by a Teredo address. */
export function leaveTeredo(packet: Packet, cursor: Cursor): void {
  const { bytes } = packet;
  const { end } = cursor;
  if (packet.ipVersion !== 4) return;
  const isWithServer = packet.sourcePort === TEREDO_PORT || packet.destinationPort === TEREDO_PORT;
  const at = isWithServer ? behindIndications(bytes, cursor.at, end) : cursor.at;
  if (end - at < IPV6_SIZE || bytes[at]! >> 4 !== 6) return;
  const left = cursor.saidEnd - at - IPV6_SIZE;
  const length = u16be(bytes, at + 4);
  if (length !== left && !(length < left && bytes[at + 6] === NO_NEXT_HEADER)) return;
  const hasTeredo = i32be(bytes, at + SOURCE_AT) === PREFIX || i32be(bytes, at + DESTINATION_AT) === PREFIX;
  // Before it knows its address, a client asks the server's router with an address of the link.
  const isAsking = isWithServer && u16be(bytes, at + SOURCE_AT) === LINK_LOCAL;
  if (hasTeredo || isAsking) cursor.leave(packet, Layer.ipv6, at);
}

function behindIndications(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if (end - at >= AUTHENTICATION_SIZE && u16be(bytes, at) === AUTHENTICATION) {
    at += AUTHENTICATION_SIZE + bytes[at + 2]! + bytes[at + 3]!;
  }
  if (end - at >= ORIGIN_SIZE && u16be(bytes, at) === ORIGIN) at += ORIGIN_SIZE;
  return Math.min(at, end);
}
