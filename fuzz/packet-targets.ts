// Frames of every link type through the packet stage: the record, fragments and duplicates.
import { LinkType } from '../src/capture/frames.ts';
import { decodeFrame, decodeInner } from '../src/packet/decode.ts';
import { DuplicateFilter } from '../src/packet/duplicates.ts';
import { FragmentTable } from '../src/packet/fragments.ts';
import { Packet, PACKET_PROBLEMS, PACKET_PROBLEMS_MAX } from '../src/packet/packet.ts';
import { captureFiles, evenly, framesOf, frameSeeds, type Frame } from './corpus.ts';
import { joined } from './mutation.ts';
import { mixed, type Run, type Target } from './target.ts';

const LINK_TYPES: readonly number[] = Object.values(LinkType);
const USUAL_LINK_TYPES: ReadonlySet<number> = new Set([
  LinkType.null,
  LinkType.ethernet,
  LinkType.rawOld,
  LinkType.raw,
  LinkType.loop,
  LinkType.linuxCooked1,
  LinkType.linuxCooked2,
  LinkType.ipv4,
  LinkType.ipv6,
]);
const FILES_MAX = 5000;
const MARGIN_BYTES = 64;
const SEEDS_MAX = 1000;

/** First byte of an input: which link type. The second: how much the capture cut. */
const HEAD_BYTES = 2;

export const packet: Target = {
  name: 'packet',
  summary: 'one frame into the packet record, whatever stands around it',
  bytesMax: 2048,
  seeds,
  open: () => openPacket(LINK_TYPES),
};

/** The link types that have a header of their own, beside those of Ethernet and IP. */
const OTHER_LINK_TYPES = LINK_TYPES.filter((type) => !USUAL_LINK_TYPES.has(type));

export const links: Target = {
  name: 'links',
  summary: 'one frame of a link other than Ethernet, and what else stands in it',
  bytesMax: 2048,
  seeds: () =>
    seedsOf(
      linkSeeds((type) => OTHER_LINK_TYPES.includes(type)),
      OTHER_LINK_TYPES,
    ),
  open: () => openPacket(OTHER_LINK_TYPES),
};

const ETHERNET_ONLY: readonly number[] = [LinkType.ethernet];

export const tunnels: Target = {
  name: 'tunnels',
  summary: 'one frame of Ethernet that carries another packet, which is opened after it',
  bytesMax: 2048,
  seeds: () => seedsOf(tunnelSeeds(), ETHERNET_ONLY),
  open: () => openPacket(ETHERNET_ONLY),
};

export const fragments: Target = {
  name: 'fragments',
  summary: 'frames through the fragment table and the duplicate filter, which keep state',
  bytesMax: 2048,
  seeds,
  open: openFragments,
};

function seeds(): Uint8Array[] {
  return seedsOf(frameSeeds(SEEDS_MAX), LINK_TYPES);
}

function seedsOf(frames: readonly Frame[], linkTypes: readonly number[]): Uint8Array[] {
  return frames
    .filter(({ linkType }) => linkTypes.includes(linkType))
    .map(({ linkType, bytes }) => joined(Uint8Array.of(linkTypes.indexOf(linkType), 0), bytes));
}

function linkSeeds(isWanted: (linkType: number) => boolean): Frame[] {
  const files = captureFiles(100_000, FILES_MAX);
  return files.flatMap((path) => framesOf(path, 12).filter(({ linkType }) => isWanted(linkType)));
}

/** Frames that leave a packet to be opened. */
function tunnelSeeds(): Frame[] {
  const record = new Packet();
  const files = captureFiles(400_000, FILES_MAX);
  const frames = files.flatMap((path) =>
    framesOf(path, 200).filter(({ linkType, bytes }) => {
      if (linkType !== LinkType.ethernet) return false;
      decodeFrame(record, bytes, 0, bytes.length, bytes.length, linkType);
      return record.innerLayer !== 0;
    }),
  );
  return evenly(frames, SEEDS_MAX);
}

function linkTypeOf(input: Uint8Array, linkTypes: readonly number[]): number {
  return linkTypes[(input[0] ?? 0) % linkTypes.length]!;
}

function openPacket(linkTypes: readonly number[]): Run {
  const record = new Packet();
  return (input) => {
    const [zeros, kinds] = decoded(record, input, 0x00, linkTypes);
    const [ones] = decoded(record, input, 0xff, linkTypes);
    if (zeros !== ones) throw new Error('what is decoded depends on bytes outside the frame');
    return kinds;
  };
}

/** Decodes the frame with `margin` around it; gives a number of all fields, and those of its layers and problems. */
function decoded(
  record: Packet,
  input: Uint8Array,
  margin: number,
  linkTypes: readonly number[],
): [whole: number, kinds: number[]] {
  const size = Math.max(0, input.length - HEAD_BYTES);
  const bytes = new Uint8Array(size + 2 * MARGIN_BYTES).fill(margin);
  bytes.set(input.subarray(HEAD_BYTES), MARGIN_BYTES);
  const end = MARGIN_BYTES + size;
  // Says something only behind LLC, and is left as it was elsewhere.
  record.llcEnd = 0;
  decodeFrame(record, bytes, MARGIN_BYTES, end, size + (input[1] ?? 0), linkTypeOf(input, linkTypes));
  const kinds: number[] = [];
  let whole = 0;
  for (let opened = 0; ; opened++) {
    whole = signed(record, whole, kinds, MARGIN_BYTES, end);
    if (record.innerLayer === 0) return [whole, kinds];
    // Each begins behind the one before.
    if (opened > size) throw new Error('packets in a frame without an end');
    whole = mixed(whole, decodeInner(record) ? 1 : 2);
    kinds.push(mixed(3, record.innerLayer));
  }
}

/** `whole` with all that the record says now. */
function signed(record: Packet, before: number, kinds: number[], start: number, end: number): number {
  assertInside(record, start, end);
  let whole = before;
  for (const value of Object.values(record) as unknown[]) {
    if (typeof value === 'number') whole = mixed(whole, value);
    else if (typeof value === 'boolean') whole = mixed(whole, value ? 1 : 2);
  }
  kinds.push(mixed(mixed(record.ipVersion, record.ipProtocol), record.tunnelDepth), mixed(1, record.etherType & 0xff));
  for (let index = 0; index < record.problemCount; index++) {
    whole = mixed(mixed(whole, record.problem[index]!), record.problemOffset[index]!);
    kinds.push(mixed(2 + record.tunnelDepth, record.problem[index]!));
  }
  return whole;
}

function assertInside(record: Packet, start: number, end: number): void {
  for (const [field, value] of Object.entries(record) as [string, unknown][]) {
    if (typeof value === 'number' && !Number.isInteger(value) && field !== 'frame' && field !== 'timeUs') {
      throw new Error(`${field} is ${value}`);
    }
  }
  assertRange('IP payload', record.ipVersion === 0, record.ipPayloadStart, record.ipPayloadEnd, start, end);
  assertRange('payload', !record.hasTransport, record.payloadStart, record.payloadEnd, start, end);
  assertRange('TCP options', record.tcpOptionsEnd === 0, record.tcpOptionsStart, record.tcpOptionsEnd, start, end);
  const addressBytes = record.ipVersion === 4 ? 4 : 16;
  assertRange('source', record.ipVersion === 0, record.sourceAt, record.sourceAt + addressBytes, start, end);
  assertRange(
    'destination',
    record.ipVersion === 0,
    record.destinationAt,
    record.destinationAt + addressBytes,
    start,
    end,
  );
  assertRange('ARP addresses', !record.hasArp, record.arpSenderMacAt, record.arpTargetIpAt + 4, start, end);
  if (record.ipPayloadMissing < 0 || record.payloadMissing < 0) throw new Error('fewer than no bytes are missing');
  if (record.problemCount > PACKET_PROBLEMS_MAX) throw new Error(`${record.problemCount} problems`);
  for (let index = 0; index < record.problemCount; index++) {
    if (PACKET_PROBLEMS[record.problem[index]!] === undefined) throw new Error(`problem ${record.problem[index]!}`);
    const offset = record.problemOffset[index]!;
    if (offset < 0 || offset > end - start) throw new Error(`a problem at ${offset} of ${end - start} bytes`);
  }
}

function assertRange(name: string, isAbsent: boolean, from: number, to: number, start: number, end: number): void {
  if (isAbsent || (from >= start && from <= to && to <= end)) return;
  throw new Error(`${name} at ${from - start}..${to - start} of ${end - start} bytes`);
}

function openFragments(): Run {
  const record = new Packet();
  const table = new FragmentTable();
  const filter = new DuplicateFilter();
  let frame = 0;
  return (input) => {
    frame++;
    record.frame = frame;
    record.timeUs = 1_700_000_000_000_000 + frame * 1000;
    const bytes = input.slice(Math.min(HEAD_BYTES, input.length));
    decodeFrame(record, bytes, 0, bytes.length, bytes.length, linkTypeOf(input, LINK_TYPES));
    if (filter.isDuplicate(record)) return [1];
    if (!record.isFragment) return [2];
    if (!table.add(record)) return [mixed(3, record.problemCount)];
    // The record now shows the whole datagram, in bytes of the table's own.
    assertInside(record, 0, record.bytes.length);
    return [mixed(4, record.ipProtocol)];
  };
}
