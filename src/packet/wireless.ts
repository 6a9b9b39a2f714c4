// A data frame of a wireless network (IEEE 802.11-2016, 9.3.2): who sent it to whom, and what LLC says it carries.
// Frames of management and control carry nothing of a host's; encrypted ones only show the two stations.

import { i32be, u16be } from '../bytes/endian.ts';
import { Layer, enterTunnel } from './layers.ts';
import type { Cursor } from './layers.ts';
import { PROTECTED_WIRELESS } from './packet.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

/** First byte of frame control: version, type, subtype. */
const VERSION_AND_TYPE = 0x0f;
const DATA = 0x08;
const WITHOUT_DATA = 0x40;
const WITH_QUALITY = 0x80;
/** Second byte. */
const FrameFlag = { toDistribution: 0x01, fromDistribution: 0x02, more: 0x04, protected: 0x40, order: 0x80 } as const;
const BOTH_DISTRIBUTIONS = FrameFlag.toDistribution | FrameFlag.fromDistribution;

const HEADER_SIZE = 24;
const ADDRESS_SIZE = 6;
const ADDRESS_1 = 4;
const ADDRESS_2 = 10;
const ADDRESS_3 = 16;
const ADDRESS_4 = 24;
/** The sequence number's lowest bits: which piece of the frame. */
const PIECE_AT = 22;
const PIECE = 0x0f;
const QUALITY_SIZE = 2;
/** First byte of quality control: several frames of hosts in one. Second: mesh control follows. */
const HAS_SUBFRAMES = 0x80;
const HAS_MESH_CONTROL = 0x01;
const THROUGHPUT_SIZE = 4;
const SUBFRAME_HEADER_SIZE = 14;
/** 9.2.4.7.3: flags, time to live, number; the flags say how many further addresses there are. */
const MESH_SIZE = 6;
const MESH_ADDRESSES = 0x03;
const MESH_TWO_ADDRESSES = 2;
const LLC_SNAP = 0xaaaa;

export function decodeWireless(packet: Packet, cursor: Cursor): number {
  const { bytes } = packet;
  const at = cursor.at;
  if (cursor.end - at < HEADER_SIZE) return tooShort(packet, cursor, HEADER_SIZE);
  const control = bytes[at]!;
  if ((control & VERSION_AND_TYPE) !== DATA) return Layer.none;
  const flags = bytes[at + 1]!;
  const hasFour = (flags & BOTH_DISTRIBUTIONS) === BOTH_DISTRIBUTIONS;
  const hasQuality = (control & WITH_QUALITY) !== 0;
  let size = HEADER_SIZE;
  if (hasFour) size += ADDRESS_SIZE;
  const qualityAt = at + size;
  if (hasQuality) size += (flags & FrameFlag.order) !== 0 ? QUALITY_SIZE + THROUGHPUT_SIZE : QUALITY_SIZE;
  if (cursor.end - at < size) return tooShort(packet, cursor, size);
  if (cursor.isInTunnel && !enterTunnel(packet, cursor)) return Layer.none;
  readAddresses(packet, at, flags);
  packet.etherType = 0;
  packet.llcSap = -1;
  cursor.at = at + (cursor.isPadded ? (size + 3) & ~3 : size);
  cursor.isPadded = false;
  if (cursor.at > cursor.end) cursor.at = cursor.end;
  packet.linkPayloadStart = cursor.at;
  // Pieces of a frame are not put together.
  const isPiece = (flags & FrameFlag.more) !== 0 || (bytes[at + PIECE_AT]! & PIECE) !== 0;
  if ((flags & FrameFlag.protected) !== 0) packet.etherType = PROTECTED_WIRELESS;
  if ((flags & FrameFlag.protected) !== 0 || (control & WITHOUT_DATA) !== 0 || isPiece) return noData(packet);
  if (hasQuality && (bytes[qualityAt]! & HAS_SUBFRAMES) !== 0) return Layer.wirelessSubframe;
  if (hasFour && hasQuality && (bytes[qualityAt + 1]! & HAS_MESH_CONTROL) !== 0) skipMeshControl(packet, cursor);
  return Layer.llc;
}

/** Without what it is about, the frame tells of its stations only where it was encrypted. */
function noData(packet: Packet): number {
  packet.hasMac = packet.etherType === PROTECTED_WIRELESS;
  return Layer.none;
}

/** Table 9-26: receiver and sender of what is inside, by whether the frame goes to or comes from the distribution system. */
function readAddresses(packet: Packet, at: number, flags: number): void {
  const isToDistribution = (flags & FrameFlag.toDistribution) !== 0;
  const isFromDistribution = (flags & FrameFlag.fromDistribution) !== 0;
  const destinationAt = at + (isToDistribution ? ADDRESS_3 : ADDRESS_1);
  let sourceAt = at + ADDRESS_2;
  if (isFromDistribution) sourceAt = at + (isToDistribution ? ADDRESS_4 : ADDRESS_3);
  readHosts(packet, destinationAt, sourceAt);
}

function readHosts(packet: Packet, destinationAt: number, sourceAt: number): void {
  const { bytes } = packet;
  packet.hasMac = true;
  packet.destinationMacHigh = u16be(bytes, destinationAt);
  packet.destinationMacLow = i32be(bytes, destinationAt + 2);
  packet.sourceMacHigh = u16be(bytes, sourceAt);
  packet.sourceMacLow = i32be(bytes, sourceAt + 2);
}

/**
 * Outside of a mesh the same bit means something else (9.2.4.5.1), so that LLC has to follow behind mesh control, and
 * not in its place. Two further addresses are those of the hosts that the mesh only carries for.
 */
function skipMeshControl(packet: Packet, cursor: Cursor): void {
  const { bytes } = packet;
  const at = cursor.at;
  if (cursor.end - at < MESH_SIZE || u16be(bytes, at) === LLC_SNAP) return;
  const addresses = bytes[at]! & MESH_ADDRESSES;
  const size = MESH_SIZE + addresses * ADDRESS_SIZE;
  if (addresses > MESH_TWO_ADDRESSES || cursor.end - at < size + 2 || u16be(bytes, at + size) !== LLC_SNAP) return;
  if (addresses === MESH_TWO_ADDRESSES) readHosts(packet, at + MESH_SIZE, at + MESH_SIZE + ADDRESS_SIZE);
  packet.linkPayloadStart = cursor.at = at + size;
}

/** One of several frames in one (9.3.2.2): addresses, length, LLC. The next one is left for `decodeInner`. */
export function decodeWirelessSubframe(packet: Packet, cursor: Cursor): number {
  const at = cursor.at;
  if (cursor.end - at < SUBFRAME_HEADER_SIZE) {
    if (cursor.saidEnd - at < SUBFRAME_HEADER_SIZE) packet.addProblem(Problem.wirelessHeaderTooShort, at);
    return Layer.none;
  }
  const start = at + SUBFRAME_HEADER_SIZE;
  const subframeEnd = start + u16be(packet.bytes, at + 12);
  if (subframeEnd > cursor.saidEnd) {
    packet.addProblem(Problem.wirelessSubframeExceedsFrame, at + 12);
    return Layer.none;
  }
  // Each but the last is filled up to a full word.
  const nextAt = at + ((subframeEnd - at + 3) & ~3);
  if (nextAt + SUBFRAME_HEADER_SIZE <= cursor.end) cursor.leave(packet, Layer.wirelessSubframe, nextAt);
  readHosts(packet, at, at + ADDRESS_SIZE);
  packet.etherType = 0;
  packet.llcSap = -1;
  cursor.at = packet.linkPayloadStart = start;
  if (subframeEnd < cursor.end) cursor.end = subframeEnd;
  if (subframeEnd < cursor.wireEnd) cursor.wireEnd = subframeEnd;
  cursor.saidEnd = subframeEnd;
  return Layer.llc;
}

function tooShort(packet: Packet, cursor: Cursor, size: number): number {
  if (cursor.saidEnd - cursor.at < size && isData(packet, cursor)) {
    packet.addProblem(Problem.wirelessHeaderTooShort, cursor.at);
  }
  return Layer.none;
}

/** Acknowledgements and the like have shorter headers. */
function isData(packet: Packet, cursor: Cursor): boolean {
  return cursor.end > cursor.at && (packet.bytes[cursor.at]! & VERSION_AND_TYPE) === DATA;
}
