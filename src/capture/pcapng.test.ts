import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined, listFrames, PcapngBlocks } from './built-captures.ts';
import { readerForBytes } from './open.ts';

const A = Uint8Array.of(0xaa, 0xbb, 0xcc);
const B = Uint8Array.of(0x01, 0x02, 0x03, 0x04);
const TIME = 1_700_000_000_123_456n;
const NONE = new Uint8Array(0);

for (const isLittleEndian of [true, false]) {
  const order = isLittleEndian ? 'little' : 'big';
  const make = new PcapngBlocks(isLittleEndian);

  test(`a ${order}-endian section gives enhanced, obsolete and simple packets with their interface's link type`, async () => {
    const file = joined([
      make.section(),
      make.interface(1, 262_144),
      make.interface(113, 0, joined([make.option(2, Buffer.from('eth1')), make.option(0, NONE)])),
      make.packet(0, TIME, A, 60),
      make.packet(1, TIME + 5n, B, 4, make.option(1, Buffer.from('a comment'))),
      make.obsoletePacket(1, 77, TIME + 6n, A),
      make.simplePacket(B),
    ]);
    const source = readerForBytes(file);
    const frames = await listFrames(source);
    assert.deepEqual(
      frames.map((each) => [each.number, each.timeUs, each.linkType, each.originalLength, each.hex]),
      [
        [1, 1_700_000_000_123_456, 1, 60, 'aabbcc'],
        [2, 1_700_000_000_123_461, 113, 4, '01020304'],
        [3, 1_700_000_000_123_462, 113, 3, 'aabbcc'],
        [4, 1_700_000_000_123_462, 1, 4, '01020304'],
      ],
    );
    assert.equal(source.files[0]!.damage, null);
    assert.equal(source.files[0]!.bytes, 14);
  });

  test(`a ${order}-endian interface's resolution and offset place its times`, async () => {
    const clocks: [options: Uint8Array, time: bigint, timeUs: number][] = [
      [make.resolution(9), 1_700_000_000_123_456_999n, 1_700_000_000_123_456],
      [make.resolution(3), 1_700_000_000_123n, 1_700_000_000_123_000],
      [make.resolution(0x8a), 1_700_000_000n * 1024n + 513n, 1_700_000_000_500_976],
      [joined([make.resolution(6), make.timeOffset(1_600_000_000n)]), 100_000_000_000_001n, 1_700_000_000_000_001],
      [make.timeOffset(-50n), 60_000_000n, 10_000_000],
      [joined([make.option(0, NONE), make.resolution(9)]), 5_000n, 5_000],
    ];
    for (const [options, time, timeUs] of clocks) {
      const file = joined([make.section(), make.interface(1, 0, options), make.packet(0, time, A)]);
      const frames = await listFrames(readerForBytes(file));
      assert.equal(frames[0]?.timeUs, timeUs);
    }
  });
}

const make = new PcapngBlocks();

test('a new section forgets the interfaces and may have the other byte order', async () => {
  const other = new PcapngBlocks(false);
  const file = joined([
    make.section(),
    make.interface(1),
    make.packet(0, TIME, A),
    other.section(),
    other.interface(101, 0, other.resolution(9)),
    other.packet(0, TIME * 1000n, B),
    make.section(),
    make.packet(0, TIME, A),
  ]);
  const source = readerForBytes(file);
  const frames = await listFrames(source);
  assert.deepEqual(
    frames.map((each) => [each.timeUs, each.linkType]),
    [
      [Number(TIME), 1],
      [Number(TIME), 101],
    ],
  );
  assert.equal(source.files[0]!.damage?.message, 'packet names interface 0, the section has described 0');
});

test('blocks of other kinds are skipped, whatever is in them', async () => {
  const file = joined([
    make.section(),
    make.block(4, Uint8Array.of(1, 2, 3)),
    make.interface(1),
    make.block(5, new Uint8Array(40)),
    make.block(0x0bad, new Uint8Array(300_000)),
    make.block(10, NONE),
    make.packet(0, TIME, A),
  ]);
  const source = readerForBytes(file, { bufferBytes: 4096 });
  assert.equal((await listFrames(source)).length, 1);
  assert.equal(source.files[0]!.damage, null);
});

test('a simple packet is cut at the snapshot length, and has the time of the packet before it', async () => {
  const file = joined([
    make.section(),
    make.interface(1, 4),
    make.simplePacket(B, 1500),
    make.packet(0, TIME, A),
    make.simplePacket(B, 2),
  ]);
  const frames = await listFrames(readerForBytes(file));
  assert.deepEqual(
    frames.map((each) => [each.timeUs, each.originalLength, each.hex]),
    [
      [0, 1500, '01020304'],
      [Number(TIME), 3, 'aabbcc'],
      [Number(TIME), 2, '0102'],
    ],
  );
});

test('a simple packet of an interface without a snapshot length is as long as its block', async () => {
  const long = new Uint8Array(300_000).fill(3);
  const frames = await listFrames(
    readerForBytes(joined([make.section(), make.interface(1, 0), make.simplePacket(long)])),
  );
  assert.equal(frames[0]?.hex.length, 600_000);
});

/** What is wrong, as one block behind a section and an interface with one good packet. */
const BROKEN: [name: string, block: Uint8Array, message: string][] = [
  [
    'lengths at both ends that differ',
    make.block(4, new Uint8Array(8), 24),
    'block is 20 bytes long by its start and 24 by its end',
  ],
  ['a length below that of any block', make.u32(4, 8, 8, 8), 'block header says 8 bytes, which no block can have'],
  [
    'a length that is no multiple of four',
    make.u32(4, 13, 0, 0),
    'block header says 13 bytes, which no block can have',
  ],
  [
    'a length beyond the limit',
    make.u32(4, 0x1000_0004, 0),
    'block header says 268,435,460 bytes, more than the limit of 16,777,216',
  ],
  [
    'a packet block without room for its fields',
    make.block(6, make.u32(0, 0, 0)),
    'packet block of 24 bytes is too short',
  ],
  ['a simple packet block without room for its length', make.block(3, NONE), 'packet block of 12 bytes is too short'],
  [
    'an interface block without room for its fields',
    make.block(1, make.u32(1)),
    'interface block of 16 bytes is too short',
  ],
  [
    'a frame longer than its block',
    make.block(6, make.u32(0, 0, 0, 5, 5, 0)),
    'packet block of 36 bytes cannot hold a frame of 5',
  ],
  [
    'a simple frame longer than its block',
    make.block(3, make.u32(9, 0)),
    'packet block of 20 bytes cannot hold a frame of 9',
  ],
  [
    'an interface that was not described',
    make.packet(1, TIME, A),
    'packet names interface 1, the section has described 1',
  ],
  [
    'a section header without byte order',
    make.u32(0x0a0d0d0a, 28, 0, 0, 0, 0, 28),
    'section header without a byte-order magic',
  ],
  [
    'a section header that is too short',
    make.block(0x0a0d0d0a, make.u32(0x1a2b3c4d, 1, 0)),
    'section header of 24 bytes is too short',
  ],
  ['a section of a version to come', make.section(2), 'pcapng version 2.0 is not known'],
];

for (const [name, block, message] of BROKEN) {
  test(`${name}: the frames before are given, then damage where the block starts`, async () => {
    const before = joined([make.section(), make.interface(1), make.packet(0, TIME, A)]);
    const source = readerForBytes(joined([before, block, make.packet(0, TIME, B)]));
    assert.equal((await listFrames(source)).length, 1);
    assert.deepEqual(source.files[0]!.damage, { offset: before.length, message });
  });
}

test('an option that reaches past its block is not read', async () => {
  const broken = joined([make.u16(9, 200), make.u32(0x09)]);
  const source = readerForBytes(joined([make.section(), make.interface(1, 0, broken), make.packet(0, TIME, A)]));
  const frames = await listFrames(source);
  assert.equal(frames[0]?.timeUs, Number(TIME));
});

test('interfaces without end are damage, not memory', async () => {
  const source = readerForBytes(joined([make.section(), ...Array<Uint8Array>(65_537).fill(make.interface(1))]));
  assert.equal((await listFrames(source)).length, 0);
  assert.equal(source.files[0]!.damage?.message, 'more than 65,536 interfaces in one section');
});
