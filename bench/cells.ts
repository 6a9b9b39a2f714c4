// Builds a large industrial capture for the bench from real ones: all moved to one starting time, the whole repeated
// with other addresses, so that every copy is a cell of new hosts and all cells talk at once. Lengths, padding and
// checksums stay right, and no two source captures share an address, so every conversation is one that was recorded.
// usage: node bench/cells.ts OUT.pcap [COPIES=40]   needs ../shared/captures
import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LinkType } from '../src/capture/frames.ts';
import { openCapture } from '../src/capture/open.ts';

const CAPTURES = resolve(import.meta.dirname, '../../shared/captures');
const SOURCES = [
  'antoine-lemay__Modbus_dataset/characterization_modbus_6RTU_with_operate.pcap',
  'antoine-lemay__Modbus_dataset/send_a_fake_command_modbus_6RTU_with_operate.pcap',
  'ITI__ICS-Security-Tools/pcaps/ModbusTCP/ModbusTCP.pcap',
  'ITI__ICS-Security-Tools/pcaps/EthernetIP/EthernetIP-CIP.pcap',
  'ITI__ICS-Security-Tools/pcaps/openics/EIP-FirmwareChange.pcap',
  'ITI__ICS-Security-Tools/pcaps/s7/s7comm_varservice_libnodavedemo_bench.pcap',
  'cisagov__icsnpp-bacnet/testing/traces/bacnet_services.pcap',
  'cisagov__icsnpp-dnp3/testing/traces/dnp3_example.pcap',
  'fkie-cad__ipal_datasets/EnergyDataset/raw/train.pcap',
];
const START_US = 1_700_000_000e6;
/** Cells do not start at the very same microsecond. */
const CELL_STEP_US = 1013;
const SNAPLEN = 262_144;
const BUFFER_BYTES = 4 << 20;
const ETHERNET_BYTES = 14;

interface Frame {
  readonly source: number;
  readonly afterUs: number;
  readonly bytes: Buffer;
  readonly originalLength: number;
}

async function readAll(): Promise<Frame[]> {
  const frames: Frame[] = [];
  for (const [source, name] of SOURCES.entries()) {
    const capture = await openCapture([join(CAPTURES, name)]);
    let firstUs = NaN;
    for (let batch = await capture.next(); batch !== null; batch = await capture.next()) {
      for (let index = 0; index < batch.count; index++) {
        if (batch.linkType[index] !== LinkType.ethernet) continue;
        const timeUs = batch.timeUs[index]!;
        if (Number.isNaN(firstUs)) firstUs = timeUs;
        const start = batch.offset[index]!;
        frames.push({
          source,
          afterUs: timeUs - firstUs,
          bytes: Buffer.from(batch.bytes.slice(start, start + batch.capturedLength[index]!)),
          originalLength: batch.originalLength[index]!,
        });
      }
    }
    capture.close();
  }
  return frames;
}

/** Replaces the first two octets of the IPv4 address at `at` by the cell's; group and broadcast addresses stay. */
function moveAddress(bytes: Buffer, at: number, cell: number): number {
  const before = bytes.readUInt16BE(at);
  if (before >> 8 >= 224 || before === 0) return 0;
  const after = ((10 + (cell >> 8)) << 8) | (cell & 255);
  bytes.writeUInt16BE(after, at);
  // What the one's complement sum of the header changes by (RFC 1624).
  return (~before & 0xffff) + after;
}

function adjustChecksum(bytes: Buffer, at: number, change: number): void {
  let sum = (~bytes.readUInt16BE(at) & 0xffff) + change;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  bytes.writeUInt16BE(~sum & 0xffff, at);
}

/** Moves the frame's hosts into the cell: MAC addresses (their vendor stays), IPv4 and ARP addresses, checksums. */
export function moveFrame(bytes: Buffer, cell: number): void {
  if (bytes.length < ETHERNET_BYTES) return;
  for (const at of [0, 6])
    if ((bytes[at]! & 1) === 0) bytes.writeUInt16BE((bytes.readUInt16BE(at + 4) + cell * 257) & 0xffff, at + 4);
  const type = bytes.readUInt16BE(12);
  if (type === 0x0806 && bytes.length >= 42) {
    moveAddress(bytes, 28, cell);
    moveAddress(bytes, 38, cell);
  } else if (type === 0x0800 && bytes.length >= 34) {
    const change = moveAddress(bytes, 26, cell) + moveAddress(bytes, 30, cell);
    adjustChecksum(bytes, 24, change);
    const isFirstFragment = (bytes.readUInt16BE(20) & 0x1fff) === 0;
    const transport = ETHERNET_BYTES + (bytes[14]! & 15) * 4;
    const checksum = bytes[23] === 6 ? transport + 16 : bytes[23] === 17 ? transport + 6 : -1;
    const isThere = checksum > 0 && checksum + 2 <= bytes.length && isFirstFragment;
    if (isThere && (bytes[23] === 6 || bytes.readUInt16BE(checksum) !== 0)) adjustChecksum(bytes, checksum, change);
  }
}

/** Writes the capture; answers how many packets it has, or null where the sources are missing. */
export async function buildCells(path: string, copies: number): Promise<number | null> {
  if (!existsSync(join(CAPTURES, SOURCES[0]!))) return null;
  const frames = await readAll();
  const order: { readonly timeUs: number; readonly frame: number; readonly copy: number }[] = [];
  for (let copy = 0; copy < copies; copy++) {
    for (let frame = 0; frame < frames.length; frame++) {
      order.push({ timeUs: START_US + copy * CELL_STEP_US + frames[frame]!.afterUs, frame, copy });
    }
  }
  order.sort((a, b) => a.timeUs - b.timeUs || a.copy - b.copy || a.frame - b.frame);
  const output = openSync(path, 'w');
  const buffer = Buffer.alloc(BUFFER_BYTES + SNAPLEN);
  for (const [at, value] of [0xa1b2c3d4, 0x0004_0002, 0, 0, SNAPLEN, 1].entries()) buffer.writeUInt32LE(value, at * 4);
  let filled = 24;
  for (const { timeUs, frame, copy } of order) {
    const { bytes, source, originalLength } = frames[frame]!;
    buffer.writeUInt32LE(Math.floor(timeUs / 1e6), filled);
    buffer.writeUInt32LE(Math.floor(timeUs % 1e6), filled + 4);
    buffer.writeUInt32LE(bytes.length, filled + 8);
    buffer.writeUInt32LE(originalLength, filled + 12);
    const start = filled + 16;
    bytes.copy(buffer, start);
    moveFrame(buffer.subarray(start, start + bytes.length), copy * SOURCES.length + source);
    filled = start + bytes.length;
    if (filled >= BUFFER_BYTES) {
      writeSync(output, buffer, 0, filled);
      filled = 0;
    }
  }
  writeSync(output, buffer, 0, filled);
  closeSync(output);
  return order.length;
}

if (import.meta.main) {
  const [path, copies] = process.argv.slice(2);
  if (path === undefined) {
    console.error('usage: node bench/cells.ts OUT.pcap [COPIES=40]');
    process.exit(2);
  }
  const packets = await buildCells(path, Number(copies ?? 40));
  console.log(packets === null ? 'skipped: ../shared/captures is missing' : `${packets} packets`);
}
