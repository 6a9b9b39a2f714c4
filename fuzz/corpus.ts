// Collects known inputs: hand-made frames, the project's own captures, and the real ones beside it where they are.
// Reads pcap by itself, so that a mistake in the project's reader does not hide inputs from the fuzzer.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const OWN = '{samples,samples/links,src/**/captures}/*.{pcap,pcapng,cap}';
const SHARED = resolve(ROOT, '../shared/captures');

export interface Frame {
  readonly linkType: number;
  readonly bytes: Uint8Array;
}

/** One payload of a conversation. */
export interface Said {
  readonly fromClient: boolean;
  readonly payload: Uint8Array;
}

/** Where captures are taken from: the project alone, or also what lies beside it. */
export type Reach = 'own' | 'all';

let reach: Reach = 'all';

/** The smoke run looks at the project's own captures only: quick, and the same on every machine. */
export function limitCorpus(to: Reach): void {
  reach = to;
}

/** Capture files up to `bytesMax`, own ones first, at most `filesMax`, evenly taken from all. */
export function captureFiles(bytesMax: number, filesMax: number): string[] {
  const own = globSync(OWN, { cwd: ROOT }).sort();
  const files = own.map((path) => resolve(ROOT, path)).filter((path) => statSync(path).size <= bytesMax);
  if (reach === 'own' || !existsSync(SHARED)) return files.slice(0, filesMax);
  const shared = globSync('**/*.{pcap,pcapng,cap}', { cwd: SHARED })
    .sort()
    .map((path) => resolve(SHARED, path))
    .filter((path) => statSync(path).size <= bytesMax);
  return [...files, ...evenly(shared, Math.max(0, filesMax - files.length))];
}

/** `count` of the list, spread over its whole length. */
export function evenly<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  return Array.from({ length: count }, (_, index) => list[Math.floor((index * list.length) / count)]!);
}

/** The first frames of a capture file, up to the first damage. */
export function framesOf(path: string, framesMax: number): Frame[] {
  const bytes = readFileSync(path);
  if (bytes.length < 28) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return view.getUint32(0, true) === 0x0a0d0d0a
    ? pcapngFrames(bytes, view, framesMax)
    : pcapFrames(bytes, view, framesMax);
}

/** Enhanced packets of a little-endian file, all taken as of the first interface's link type. */
function pcapngFrames(bytes: Uint8Array, view: DataView, framesMax: number): Frame[] {
  const frames: Frame[] = [];
  let linkType = 1;
  let at = 0;
  while (at + 28 <= bytes.length && frames.length < framesMax) {
    const type = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    if (size < 12 || at + size > bytes.length) break;
    if (type === 1) linkType = view.getUint16(at + 8, true);
    if (type === 6 && size >= 32) {
      const captured = Math.min(view.getUint32(at + 20, true), size - 32);
      frames.push({ linkType, bytes: new Uint8Array(bytes.subarray(at + 28, at + 28 + captured)) });
    }
    at += size;
  }
  return frames;
}

function pcapFrames(bytes: Uint8Array, view: DataView, framesMax: number): Frame[] {
  const isLittleEndian = [0xa1b2c3d4, 0xa1b23c4d].includes(view.getUint32(0, true));
  if (!isLittleEndian && ![0xa1b2c3d4, 0xa1b23c4d].includes(view.getUint32(0, false))) return [];
  const linkType = view.getUint32(20, isLittleEndian) & 0xffff;
  const frames: Frame[] = [];
  let at = 24;
  while (at + 16 <= bytes.length && frames.length < framesMax) {
    const size = view.getUint32(at + 8, isLittleEndian);
    if (at + 16 + size > bytes.length) break;
    frames.push({ linkType, bytes: new Uint8Array(bytes.subarray(at + 16, at + 16 + size)) });
    at += 16 + size;
  }
  return frames;
}

/** Frames of many captures and the hand-made ones. */
export function frameSeeds(framesMax: number): Frame[] {
  const frames = captureFiles(100_000, 600).flatMap((path) => framesOf(path, 12));
  return [...HAND_MADE, ...evenly(frames, framesMax)];
}

/** What the numbers of a protocol are: ports of TCP and UDP, what a frame or an IP packet says that it carries. */
export type Numbered = 'port' | 'link' | 'ip';

/** Conversations over Ethernet that have one of these numbers. */
export function conversationSeeds(
  numbers: readonly number[],
  conversationsMax: number,
  numbered: Numbered = 'port',
): Said[][] {
  const made = new Map<string, Said[]>();
  for (const frame of HAND_MADE) addPayload(made, frame, numbers, numbered);
  const conversations = [...made.values()];
  for (const path of captureFiles(reach === 'own' ? 1_000_000 : 400_000, 1200)) {
    const open = new Map<string, Said[]>();
    for (const frame of framesOf(path, 2000)) addPayload(open, frame, numbers, numbered);
    conversations.push(...[...open.values()].slice(0, 8));
  }
  return evenly(conversations, conversationsMax);
}

const PAYLOADS_PER_CONVERSATION_MAX = 12;

/** An IP packet: its protocol, where its addresses and its payload are. */
interface Ip {
  readonly protocol: number;
  readonly addressesAt: number;
  readonly addressSize: number;
  readonly start: number;
  readonly end: number;
}

function addPayload(open: Map<string, Said[]>, frame: Frame, numbers: readonly number[], numbered: Numbered): void {
  const { bytes, linkType } = frame;
  if (linkType !== 1 || bytes.length < 18) return;
  if (numbered === 'link') {
    addLinkPayload(open, bytes, numbers);
    return;
  }
  const ip = ipOf(bytes);
  if (ip === null || ip.end <= ip.start) return;
  const { addressesAt, addressSize, protocol, start, end } = ip;
  const hosts = [0, 1].map((which) =>
    bytes.subarray(addressesAt + which * addressSize, addressesAt + (which + 1) * addressSize).join('.'),
  );
  if (numbered === 'ip') {
    if (numbers.includes(protocol)) add(open, hosts.join(), true, bytes.slice(start, end));
    return;
  }
  if (start + 20 > bytes.length || (protocol !== 6 && protocol !== 17)) return;
  const source = (bytes[start]! << 8) | bytes[start + 1]!;
  const destination = (bytes[start + 2]! << 8) | bytes[start + 3]!;
  const fromClient = numbers.includes(destination);
  if (!fromClient && !numbers.includes(source)) return;
  const payload = bytes.slice(start + (protocol === 6 ? (bytes[start + 12]! >> 4) * 4 : 8), end);
  if (payload.length === 0) return;
  add(open, fromClient ? `${hosts.join()} ${source}` : `${hosts.reverse().join()} ${destination}`, fromClient, payload);
}

/** Behind Ethernet and at most one tag; of IPv6 behind one hop-by-hop header. */
function ipOf(bytes: Uint8Array): Ip | null {
  const at = bytes[12] === 0x81 && bytes[13] === 0 ? 18 : 14;
  const type = (bytes[at - 2]! << 8) | bytes[at - 1]!;
  if (bytes.length < at + 20) return null;
  if (type === 0x0800 && bytes[at]! >> 4 === 4) {
    const end = Math.min(bytes.length, at + ((bytes[at + 2]! << 8) | bytes[at + 3]!));
    const start = at + (bytes[at]! & 15) * 4;
    return { protocol: bytes[at + 9]!, addressesAt: at + 12, addressSize: 4, start, end };
  }
  if (type !== 0x86dd || bytes.length < at + 48) return null;
  const end = Math.min(bytes.length, at + 40 + ((bytes[at + 4]! << 8) | bytes[at + 5]!));
  const isExtended = bytes[at + 6] === 0;
  const start = at + 40 + (isExtended ? (bytes[at + 41]! + 1) * 8 : 0);
  const protocol = isExtended ? bytes[at + 40]! : bytes[at + 6]!;
  return { protocol, addressesAt: at + 8, addressSize: 16, start, end };
}

function add(open: Map<string, Said[]>, key: string, fromClient: boolean, payload: Uint8Array): void {
  const said = open.get(key) ?? [];
  if (said.length < PAYLOADS_PER_CONVERSATION_MAX) said.push({ fromClient, payload });
  open.set(key, said);
}

/** By EtherType, or by what LLC says: then the payload starts with its header. */
function addLinkPayload(open: Map<string, Said[]>, bytes: Uint8Array, numbers: readonly number[]): void {
  const type = (bytes[12]! << 8) | bytes[13]!;
  const isLlc = type < 0x0600;
  if (!numbers.includes(isLlc ? bytes[14]! : type)) return;
  const end = isLlc ? Math.min(bytes.length, 14 + type) : bytes.length;
  add(open, `link ${bytes.subarray(6, 12).toHex()}`, true, bytes.slice(14, end));
}

/** An Ethernet frame of each kind, so that the fuzzer works where no capture is at hand. */
export const HAND_MADE: readonly Frame[] = [
  // ARP request; TCP SYN; Modbus read request and answer, and as on a serial line; UDP; fragment; IPv6 with TCP; VLAN and QinQ; GRE; LLC.
  'ffffffffffff02000000000108060001080006040001020000000001c0000201000000000000c0000202',
  '0200000000020200000000010800450000280001000040060000c0000201c00002029c4001f60000000100000000500220000000000000',
  '0200000000020200000000010800450000340001000040060000c0000201c00002029c4001f600000001000000015018200000000000000100000006010300000002',
  '0200000000010200000000020800450000350001000040060000c0000202c000020101f69c40000000010000000d501820000000000000010000000701030400010002',
  '0200000000020200000000010800450000300001000040060000c0000201c00002029c4101f600000001000000015018200000000000010300000002c40b',
  '0200000000020200000000010800450000240001000040110000c0000201c00002029c40bac00010000001020304050607',
  '02000000000202000000000108004500001c0001200040010000c0000201c00002020800000000000000',
  '02000000000202000000000186dd600000000014064020010db800000000000000000000000120010db80000000000000000000000029c4001f600000001000000005002200000000000',
  '02000000000202000000000188a800648100000a08004500001c0001000040010000c0000201c00002020800000000000000',
  '02000000000202000000000108004500003000010000402f0000c0000201c000020200000800450000180001000040010000c0000203c000020408000000',
  '0180c200000002000000000100264242030000000000800002000000000100000000800002000000000180010000140002000f00',
].map((text) => ({ linkType: 1, bytes: Uint8Array.fromHex(text) }));

/** A pcap file with these frames. */
export function pcapOf(frames: readonly Frame[], linkType = 1): Uint8Array {
  const size = frames.reduce((sum, frame) => sum + 16 + frame.bytes.length, 24);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262_144, true);
  view.setUint32(20, linkType, true);
  let at = 24;
  for (const [index, frame] of frames.entries()) {
    view.setUint32(at, 1_700_000_000 + index, true);
    view.setUint32(at + 8, frame.bytes.length, true);
    view.setUint32(at + 12, frame.bytes.length, true);
    bytes.set(frame.bytes, at + 16);
    at += 16 + frame.bytes.length;
  }
  return bytes;
}

/** A pcapng file with these frames: section header, interface description with a resolution, enhanced packets. */
export function pcapngOf(frames: readonly Frame[], linkType = 1): Uint8Array {
  const blocks: Uint8Array[] = [
    block(0x0a0d0d0a, Uint8Array.fromHex('4d3c2b1a01000000ffffffffffffffff')),
    block(1, Uint8Array.of(linkType & 0xff, linkType >> 8, 0, 0, 0, 0, 4, 0, 9, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0)),
  ];
  for (const [index, frame] of frames.entries()) {
    const body = new Uint8Array(20 + Math.ceil(frame.bytes.length / 4) * 4);
    const view = new DataView(body.buffer);
    view.setUint32(4, 0x60a24, true);
    view.setUint32(8, index * 1_000_000, true);
    view.setUint32(12, frame.bytes.length, true);
    view.setUint32(16, frame.bytes.length, true);
    body.set(frame.bytes, 20);
    blocks.push(block(6, body));
  }
  return Uint8Array.from(blocks.flatMap((piece) => [...piece]));
}

function block(type: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, bytes.length, true);
  bytes.set(body, 8);
  view.setUint32(bytes.length - 4, bytes.length, true);
  return bytes;
}
