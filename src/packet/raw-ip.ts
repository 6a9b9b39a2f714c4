// Captures without a link header: the version field tells IPv4 from IPv6.

import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';

export function decodeRawIp(packet: Packet, cursor: Cursor): number {
  if (cursor.end - cursor.at < 1) return Layer.ipv4;
  return packet.bytes[cursor.at]! >> 4 === 6 ? Layer.ipv6 : Layer.ipv4;
}
