// Turns a capture of the loopback interface into one that can be passed on: 127.0.0.x becomes 192.0.2.x (RFC 5737), with
// hardware addresses that follow from it and checksums that are right.
import { internetChecksum } from '../../src/bytes/checksum.ts';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;

/** `capture`: a little-endian pcap of Ethernet frames with IPv4, as tcpdump writes it. */
export function withDocumentationAddresses(capture: Uint8Array): Uint8Array {
  // A copy of its own: slice() of a Buffer would not be one.
  const bytes = new Uint8Array(capture);
  const view = new DataView(bytes.buffer);
  for (let at = FILE_HEADER; at + RECORD_HEADER <= bytes.length;) {
    const size = view.getUint32(at + 8, true);
    rewriteFrame(bytes.subarray(at + RECORD_HEADER, at + RECORD_HEADER + size));
    at += RECORD_HEADER + size;
  }
  return bytes;
}

function rewriteFrame(frame: Uint8Array): void {
  if (frame.length < ETHERNET + 20 || frame[12] !== 8 || frame[13] !== 0) return;
  const ip = frame.subarray(ETHERNET);
  const headerSize = (ip[0]! & 15) * 4;
  for (const at of [12, 16]) if (ip[at] === 127) ip.set([192, 0, 2, ip[at + 3]!], at);
  frame.set([2, 0, 0, 0, 0, ip[19]!], 0);
  frame.set([2, 0, 0, 0, 0, ip[15]!], 6);
  setChecksum(ip, 10, internetChecksumOf(ip.subarray(0, headerSize), 10));
  const total = (ip[2]! << 8) | ip[3]!;
  const segment = ip.subarray(headerSize, total);
  const isTcp = ip[9] === 6;
  const isFragment = ((ip[6]! & 0x3f) | ip[7]!) !== 0;
  if ((!isTcp && ip[9] !== 17) || isFragment) return;
  const pseudo = new Uint8Array(12 + segment.length);
  pseudo.set(ip.subarray(12, 20), 0);
  pseudo.set([0, ip[9]!, segment.length >> 8, segment.length & 255], 8);
  pseudo.set(segment, 12);
  const field = isTcp ? 16 : 6;
  setChecksum(segment, field, internetChecksumOf(pseudo, 12 + field));
}

/** With the field itself taken as zero. */
function internetChecksumOf(bytes: Uint8Array, field: number): number {
  const copy = bytes.slice();
  copy.set([0, 0], field);
  return internetChecksum(copy, 0, copy.length);
}

function setChecksum(bytes: Uint8Array, at: number, checksum: number): void {
  bytes[at] = checksum >> 8;
  bytes[at + 1] = checksum & 255;
}
