// Whether an IP header stands where a tunnel's header ends: what tells a tunnel from whoever else uses its port.

import { u16be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';

const IPV4_SIZE = 20;
export const IPV6_SIZE = 40;

/** The layer at `at`, whose packet may be as long as up to `saidEnd`, or none; bytes are there up to `end`. */
export function innerIpLayer(bytes: Uint8Array, at: number, end: number, saidEnd: number): number {
  if (end - at < IPV4_SIZE) return Layer.none;
  const first = bytes[at]!;
  if (first >> 4 === 4) {
    const size = u16be(bytes, at + 2);
    const headerSize = (first & 0xf) << 2;
    return headerSize >= IPV4_SIZE && size >= headerSize && size <= saidEnd - at ? Layer.ipv4 : Layer.none;
  }
  if (first >> 4 !== 6 || end - at < IPV6_SIZE) return Layer.none;
  return IPV6_SIZE + u16be(bytes, at + 4) <= saidEnd - at ? Layer.ipv6 : Layer.none;
}
