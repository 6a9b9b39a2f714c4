// AYIYA (draft-massar-v6ops-ayiya): an IPv6 packet in a datagram, behind who sent it and a signature.

import { innerIpLayer } from './inner-ip.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import { IpProtocol } from './packet.ts';
import type { Packet } from './packet.ts';

export const AYIYA_PORT = 5072;
/** Lengths, kinds, operation, next header; then when it was sent. */
const HEADER_SIZE = 8;
const FORWARD = 1;
const NAME_INTEGER = 1;
const NAME_TEXT = 2;
/** SHA-1 is what is used; its signature has five words. */
const HASH_METHOD_MAX = 2;
const AUTHENTICATION_METHOD_MAX = 2;

export function leaveAyiya(packet: Packet, cursor: Cursor): void {
  const { bytes } = packet;
  const { at, end } = cursor;
  if (end - at < HEADER_SIZE) return;
  const name = bytes[at]! & 0xf;
  const hash = bytes[at + 1]! & 0xf;
  const authenticationAndOperation = bytes[at + 2]!;
  if (name !== NAME_INTEGER && name !== NAME_TEXT) return;
  if (hash > HASH_METHOD_MAX || authenticationAndOperation >> 4 > AUTHENTICATION_METHOD_MAX) return;
  if ((authenticationAndOperation & 0xf) !== FORWARD || bytes[at + 3] !== IpProtocol.ipv6) return;
  const nameSize = 1 << (bytes[at]! >> 4);
  const signatureSize = (bytes[at + 1]! >> 4) << 2;
  const innerAt = at + HEADER_SIZE + nameSize + signatureSize;
  const layer = innerIpLayer(bytes, innerAt, end, cursor.saidEnd);
  if (layer === Layer.ipv6) cursor.leave(packet, layer, innerAt);
}
