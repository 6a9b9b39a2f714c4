// The TCP header (RFC 9293): ports, numbers, flags, options and the segment's bytes.

import { i32be, u16be } from '../bytes/endian.ts';
import { Layer } from './layers.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

const HEADER_SIZE = 20;

export function decodeTcp(packet: Packet, cursor: Cursor): number {
  const bytes = packet.bytes;
  const at = cursor.at;
  const end = cursor.end;
  if (end - at < HEADER_SIZE) {
    if (cursor.saidEnd - at < HEADER_SIZE) packet.addProblem(Problem.tcpHeaderTooShort, at);
    return Layer.none;
  }
  packet.sourcePort = u16be(bytes, at);
  packet.destinationPort = u16be(bytes, at + 2);
  packet.tcpSequence = i32be(bytes, at + 4);
  packet.tcpAcknowledgment = i32be(bytes, at + 8);
  const offsetAndFlags = u16be(bytes, at + 12);
  packet.tcpFlags = offsetAndFlags & 0xfff;
  packet.tcpWindow = u16be(bytes, at + 14);
  packet.transportChecksum = u16be(bytes, at + 16);
  packet.tcpOptionsStart = packet.tcpOptionsEnd = at + HEADER_SIZE;

  const headerSize = (offsetAndFlags >> 12) << 2;
  const payloadStart = at + headerSize;
  if (headerSize < HEADER_SIZE || payloadStart > cursor.saidEnd) {
    // Every host drops such a segment, so it is shown with its ports but not given to a flow.
    packet.addProblem(Problem.tcpDataOffsetInvalid, at + 12);
    packet.payloadStart = packet.payloadEnd = end;
    return Layer.none;
  }
  packet.hasTransport = true;
  packet.payloadEnd = end;
  if (payloadStart <= end) {
    packet.tcpOptionsEnd = packet.payloadStart = payloadStart;
    packet.payloadMissing = cursor.wireEnd - end;
  } else {
    packet.tcpOptionsEnd = packet.payloadStart = end;
    packet.payloadMissing = cursor.wireEnd > payloadStart ? cursor.wireEnd - payloadStart : 0;
  }
  return Layer.none;
}
