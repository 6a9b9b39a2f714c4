// Blocks written by hand as the kernel writes them, and what is read from them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newFile } from './file-reader.ts';
import type { FrameBatch } from './frames.ts';
import { PacketRing } from './packet-ring.ts';

const BLOCK_BYTES = 4096;
const ETHERNET = 1;
const LOOPBACK = 772;
const OUTGOING = 4;

interface Written {
  readonly bytes: Uint8Array;
  readonly onWire?: number;
  readonly interface?: number;
  readonly hardwareType?: number;
  readonly packetType?: number;
  readonly seconds?: number;
  readonly nanoseconds?: number;
  /** Tag taken out by the kernel: its control information, and its type where known. */
  readonly tci?: number;
  readonly tpid?: number;
}

/** What linux/if_packet.h says, field by field. */
function writeBlock(memory: ArrayBuffer, block: number, packets: readonly Written[]): void {
  const base = block * BLOCK_BYTES;
  const view = new DataView(memory);
  let at = base + 48;
  view.setUint32(base + 12, packets.length, true);
  view.setUint32(base + 16, 48, true);
  for (const [index, packet] of packets.entries()) {
    const macOffset = 86;
    const size = (macOffset + packet.bytes.length + 7) & ~7;
    view.setUint32(at, index + 1 === packets.length ? 0 : size, true);
    view.setUint32(at + 4, packet.seconds ?? 1, true);
    view.setUint32(at + 8, packet.nanoseconds ?? 0, true);
    view.setUint32(at + 12, packet.bytes.length, true);
    view.setUint32(at + 16, packet.onWire ?? packet.bytes.length, true);
    const status = 1 | (packet.tci === undefined ? 0 : 1 << 4) | (packet.tpid === undefined ? 0 : 1 << 6);
    view.setUint32(at + 20, status, true);
    view.setUint16(at + 24, macOffset, true);
    view.setUint16(at + 26, macOffset + 14, true);
    view.setUint32(at + 32, packet.tci ?? 0, true);
    view.setUint16(at + 36, packet.tpid ?? 0, true);
    view.setUint16(at + 48, 17, true);
    view.setInt32(at + 52, packet.interface ?? 7, true);
    view.setUint16(at + 56, packet.hardwareType ?? ETHERNET, true);
    view.setUint8(at + 58, packet.packetType ?? 0);
    new Uint8Array(memory).set(packet.bytes, at + macOffset);
    at += size;
  }
  view.setUint32(base + 8, 1, true);
}

function blockStatus(memory: ArrayBuffer, block: number): number {
  return new DataView(memory).getUint32(block * BLOCK_BYTES + 8, true);
}

function framesOf(batch: FrameBatch | null): string[] {
  if (batch === null) return [];
  return Array.from({ length: batch.count }, (_, index) => {
    const start = batch.offset[index]!;
    return Buffer.from(batch.bytes.subarray(start, start + batch.capturedLength[index]!)).toString('hex');
  });
}

function frameOf(...parts: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(parts.join(''), 'hex'));
}

const DESTINATION = '0202020202aa';
const SOURCE = '0202020202bb';

test('frames of a block come out in order, with time, lengths and numbers, and stay where they are', () => {
  const memory = new ArrayBuffer(2 * BLOCK_BYTES);
  const file = newFile('eth0');
  const ring = new PacketRing(memory, BLOCK_BYTES, [7], [file]);
  assert.equal(ring.next(), null);
  const first = frameOf(DESTINATION, SOURCE, '0800', '45');
  const second = frameOf(DESTINATION, SOURCE, '0806', '0001');
  writeBlock(memory, 0, [
    { bytes: first, seconds: 0xf000_0000, nanoseconds: 999_999_999, onWire: 60 },
    { bytes: second, seconds: 0xf000_0001, nanoseconds: 1999 },
  ]);
  const batch = ring.next();
  assert.deepEqual(framesOf(batch), [Buffer.from(first).toString('hex'), Buffer.from(second).toString('hex')]);
  assert.equal(batch!.bytes.buffer, memory);
  assert.deepEqual([...batch!.timeUs.subarray(0, 2)], [0xf000_0000 * 1e6 + 999_999, 0xf000_0001 * 1e6 + 1]);
  assert.deepEqual([...batch!.originalLength.subarray(0, 2)], [60, second.length]);
  assert.deepEqual([...batch!.frame.subarray(0, 2)], [1, 2]);
  assert.deepEqual(file, {
    path: 'eth0',
    frames: 2,
    bytes: first.length + second.length,
    firstUs: 0xf000_0000 * 1e6 + 999_999,
    lastUs: 0xf000_0001 * 1e6 + 1,
    damage: null,
  });
});

test('a block goes back to the kernel with the next call and not before, and the ring goes round', () => {
  const memory = new ArrayBuffer(2 * BLOCK_BYTES);
  const ring = new PacketRing(memory, BLOCK_BYTES, [7], [newFile('eth0')]);
  for (let turn = 0; turn < 5; turn++) {
    const block = turn % 2;
    writeBlock(memory, block, [{ bytes: frameOf(DESTINATION, SOURCE, `000${turn}`) }]);
    assert.deepEqual(framesOf(ring.next()), [`${DESTINATION}${SOURCE}000${turn}`]);
    assert.equal(blockStatus(memory, block), 1);
    assert.equal(ring.next(), null);
    assert.equal(blockStatus(memory, block), 0);
  }
});

test('a VLAN tag that the kernel took out stands in the frame again', () => {
  const memory = new ArrayBuffer(BLOCK_BYTES);
  const ring = new PacketRing(memory, BLOCK_BYTES, [7], [newFile('eth0')]);
  const untagged = frameOf(DESTINATION, SOURCE, '0800', '4500');
  const inner = frameOf(DESTINATION, SOURCE, '8100', '0005', '0800');
  writeBlock(memory, 0, [
    { bytes: untagged, tci: 0x602a },
    { bytes: inner, tci: 0x0064, tpid: 0x88a8 },
    { bytes: untagged, tci: 0 },
    { bytes: untagged },
    { bytes: frameOf('0202020202'), tci: 1 },
  ]);
  const batch = ring.next();
  assert.deepEqual(framesOf(batch), [
    `${DESTINATION}${SOURCE}8100602a08004500`,
    `${DESTINATION}${SOURCE}88a8006481000005` + '0800',
    `${DESTINATION}${SOURCE}8100000008004500`,
    `${DESTINATION}${SOURCE}08004500`,
    '0202020202',
  ]);
  assert.deepEqual([...batch!.originalLength.subarray(0, 5)], [20, 22, 20, 16, 5]);
});

test('what a host says to itself is handed out once, other outgoing frames are kept', () => {
  const memory = new ArrayBuffer(2 * BLOCK_BYTES);
  const file = newFile('lo');
  const ring = new PacketRing(memory, BLOCK_BYTES, [7], [file]);
  const bytes = frameOf(DESTINATION, SOURCE, '0800');
  writeBlock(memory, 0, [{ bytes, hardwareType: LOOPBACK, packetType: OUTGOING }]);
  writeBlock(memory, 1, [
    { bytes, hardwareType: LOOPBACK, packetType: OUTGOING },
    { bytes, hardwareType: LOOPBACK },
    { bytes, packetType: OUTGOING },
  ]);
  // The first block holds nothing to hand out: a batch is never empty.
  assert.equal(framesOf(ring.next()).length, 2);
  assert.equal(file.frames, 2);
});

test('frames of several interfaces are numbered each on its own, and others are left out', () => {
  const memory = new ArrayBuffer(BLOCK_BYTES);
  const files = [newFile('eth0'), newFile('eth1')];
  const ring = new PacketRing(memory, BLOCK_BYTES, [7, 3], files);
  const bytes = frameOf(DESTINATION, SOURCE, '0800');
  writeBlock(memory, 0, [
    { bytes, interface: 3 },
    { bytes, interface: 7 },
    { bytes, interface: 4 },
    { bytes, interface: 3 },
  ]);
  const batch = ring.next();
  const second = 2 ** 32;
  assert.deepEqual([...batch!.frame.subarray(0, batch!.count)], [second + 1, 1, second + 2]);
  assert.deepEqual([files[0]!.frames, files[1]!.frames], [1, 2]);
});

test('an interface without a link header gives IP packets, one of an unknown kind is marked', () => {
  const memory = new ArrayBuffer(BLOCK_BYTES);
  const ring = new PacketRing(memory, BLOCK_BYTES, [7], [newFile('tun0')]);
  const bytes = frameOf('4500');
  writeBlock(memory, 0, [
    { bytes, hardwareType: 65_534, tci: 5 },
    { bytes, hardwareType: 803 },
  ]);
  const batch = ring.next();
  assert.deepEqual(framesOf(batch), ['4500', '4500']);
  assert.deepEqual([...batch!.linkType.subarray(0, 2)], [101, -1]);
});

test('frames stamped by a clock that was set back go on in time, and so does the account of the file', () => {
  const memory = new ArrayBuffer(2 * BLOCK_BYTES);
  const file = newFile('eth0');
  const ring = new PacketRing(memory, BLOCK_BYTES, [7], [file]);
  const bytes = frameOf(DESTINATION, SOURCE, '0800', '45');
  writeBlock(memory, 0, [
    { bytes, seconds: 5000 },
    { bytes, seconds: 1000 },
    { bytes, seconds: 1003 },
  ]);
  assert.deepEqual([...ring.next()!.timeUs.subarray(0, 3)], [5000e6, 5000e6, 5003e6]);
  assert.equal(ring.clock.aheadUs, 4000e6);
  assert.equal(file.lastUs, 5003e6);
});
