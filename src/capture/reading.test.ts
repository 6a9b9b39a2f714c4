import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import {
  type BuiltRecord,
  joined,
  listFrames,
  type ListedFrame,
  pcap,
  pcapHeader,
  pcapRecord,
  PcapngBlocks,
} from './built-captures.ts';
import { readerForBytes } from './open.ts';

/** A file, and where each of its records ends (the first: its header). */
interface Built {
  readonly bytes: Uint8Array;
  readonly boundaries: readonly number[];
  /** Frames that are whole at each boundary. */
  readonly framesAt: readonly number[];
}

const frameBytes = fc.oneof(
  fc.uint8Array({ maxLength: 90 }),
  fc.nat({ max: 40_000 }).map((length) => new Uint8Array(length).fill(length)),
);
const record: fc.Arbitrary<BuiltRecord> = fc.record({
  seconds: fc.nat({ max: 2_000_000_000 }),
  fraction: fc.nat({ max: 999_999 }),
  bytes: frameBytes,
});
const shape = fc.record({ isLittleEndian: fc.boolean(), magic: fc.constantFrom(0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34) });

const pcapFile: fc.Arbitrary<Built> = fc
  .tuple(fc.array(record, { maxLength: 12 }), shape)
  .map(([records, of]) => built([[pcapHeader(of), 0], ...records.map((each) => [pcapRecord(each, of), 1] as const)]));

const pcapngFile: fc.Arbitrary<Built> = fc
  .tuple(fc.array(fc.tuple(record, fc.nat({ max: 5 })), { maxLength: 12 }), fc.boolean())
  .map(([records, isLittleEndian]) => {
    const make = new PcapngBlocks(isLittleEndian);
    const parts: (readonly [Uint8Array, number])[] = [
      [make.section(), 0],
      [make.interface(1), 0],
    ];
    for (const [each, kind] of records) {
      const time = BigInt(each.seconds) * 1_000_000n + BigInt(each.fraction);
      if (kind === 0) parts.push([make.block(5, each.bytes), 0]);
      else if (kind === 1) parts.push([make.simplePacket(each.bytes), 1]);
      else if (kind === 2) parts.push([make.obsoletePacket(0, 9, time, each.bytes), 1]);
      else
        parts.push([make.packet(0, time, each.bytes, each.bytes.length, make.option(1, each.bytes.subarray(0, 9))), 1]);
    }
    return built(parts);
  });

function built(parts: readonly (readonly [bytes: Uint8Array, frames: number])[]): Built {
  const boundaries: number[] = [];
  const framesAt: number[] = [];
  let end = 0;
  let frames = 0;
  for (const [bytes, count] of parts) {
    boundaries.push((end += bytes.length));
    framesAt.push((frames += count));
  }
  return { bytes: joined(parts.map(([bytes]) => bytes)), boundaries, framesAt };
}

for (const [format, file] of [
  ['pcap', pcapFile],
  ['pcapng', pcapngFile],
] as const) {
  test(`a ${format} file cut anywhere gives exactly the frames before the cut, and damage unless cut between records`, async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.double({ min: 0, max: 1, noNaN: true }), async (whole, share) => {
        const all = await listFrames(readerForBytes(whole.bytes));
        assert.equal(all.length, whole.framesAt.at(-1));
        const cut = Math.floor(share * whole.bytes.length);
        const source = readerForBytes(whole.bytes.subarray(0, cut), { bufferBytes: 1024 });
        const frames = await listFrames(source);
        const reached = whole.boundaries.findLastIndex((boundary) => boundary <= cut);
        assert.deepEqual(frames, all.slice(0, reached < 0 ? 0 : whole.framesAt[reached]));
        const { damage } = source.files[0]!;
        if (whole.boundaries[reached] === cut) assert.equal(damage, null);
        else assert.equal(damage?.offset, whole.boundaries[reached] ?? 0);
      }),
      { seed: 3, numRuns: 400 },
    );
  });

  test(`a ${format} file gives the same frames in whatever pieces and buffers it is read, and compressed`, async () => {
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 5000 }),
        async (whole, p, b) => {
          const all = await listFrames(readerForBytes(whole.bytes));
          const options = { pieceBytes: p, bufferBytes: b };
          for (const bytes of [whole.bytes, gzipSync(whole.bytes), zstdCompressSync(whole.bytes)]) {
            const source = readerForBytes(bytes, options);
            assert.deepEqual(await listFrames(source), all);
            assert.equal(source.files[0]!.damage, null);
          }
        },
      ),
      { seed: 4, numRuns: 60 },
    );
  });

  test(`a ${format} file with a changed byte, or none of a file at all, never throws and never hangs`, async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.nat(), fc.nat({ max: 255 }), async (whole, place, value) => {
        const bytes = whole.bytes.slice();
        bytes[place % bytes.length] = value;
        await listFrames(readerForBytes(bytes));
        await listFrames(readerForBytes(bytes.subarray(place % bytes.length)));
      }),
      { seed: 5, numRuns: 400 },
    );
  });
}

/** Frames that do not compress to nothing: enough for many compressed pieces. */
function longCapture(): Uint8Array {
  let state = 12345;
  const records: BuiltRecord[] = [];
  for (let number = 0; number < 4000; number++) {
    const bytes = new Uint8Array(100);
    for (let at = 0; at < 100; at++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
      bytes[at] = (state >>> 16) & 0x3f;
    }
    records.push({ seconds: number, fraction: 0, bytes });
  }
  return pcap(records);
}

const RECORD_BYTES = 116;
/** A failed piece is repeated byte by byte: each run takes a while. */
const DAMAGE_RUNS = 8;
const LONG = longCapture();
const LONG_GZIP = new Uint8Array(gzipSync(LONG));
const LONG_ZSTD = new Uint8Array(zstdCompressSync(LONG, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }));

/** The same bytes as an input that can be had only once, as from a pipe. */
async function listOnce(bytes: Uint8Array, isReopenable: boolean): Promise<{ frames: ListedFrame[]; message: string }> {
  const source = readerForBytes(bytes, { isReopenable });
  const frames = await listFrames(source);
  return { frames, message: source.files[0]!.damage?.message ?? '' };
}

for (const isReopenable of [true, false]) {
  const from = isReopenable ? 'a file' : 'a pipe';

  test(`compressed data from ${from} that is cut gives all that can be unpacked, then damage`, async () => {
    const whole = await listFrames(readerForBytes(LONG));
    for (const [compressed, name] of [
      [LONG_GZIP, 'gzip'],
      [LONG_ZSTD, 'zstd'],
    ] as const) {
      for (const cut of [compressed.length >> 1, compressed.length - 1]) {
        const { frames, message } = await listOnce(compressed.subarray(0, cut), isReopenable);
        assert.deepEqual(frames, whole.slice(0, frames.length));
        // A block of zstd, 128 KiB at most, is there as a whole or not at all.
        const share = (cut / compressed.length) * LONG.length - (name === 'zstd' ? 131_072 : 4096);
        assert.ok(frames.length >= share / RECORD_BYTES - 1, `${name} cut at ${cut}: ${frames.length} frames`);
        assert.match(message, new RegExp(`^the ${name} data ends too early$`));
      }
    }
  });

  test(`compressed data from ${from} with a wrong checksum gives every frame, then damage`, async () => {
    const whole = await listFrames(readerForBytes(LONG));
    for (const [compressed, place, name] of [
      [LONG_GZIP, LONG_GZIP.length - 8, 'gzip'],
      [LONG_ZSTD, LONG_ZSTD.length - 1, 'zstd'],
    ] as const) {
      const bytes = compressed.slice();
      bytes[place]! ^= 0xff;
      const { frames, message } = await listOnce(bytes, isReopenable);
      // zstd checks before it hands over the last block.
      if (name === 'gzip') assert.deepEqual(frames, whole);
      else assert.deepEqual(frames, whole.slice(0, frames.length));
      assert.ok(frames.length * RECORD_BYTES >= LONG.length - 131_072 - RECORD_BYTES, `${name}: ${frames.length}`);
      assert.match(message, new RegExp(`^the ${name} data is damaged: `));
    }
  });

  test(`compressed data from ${from} followed by something else gives every frame, then damage`, async () => {
    for (const compressed of [LONG_GZIP, LONG_ZSTD]) {
      const { frames, message } = await listOnce(joined([compressed, Buffer.from('something')]), isReopenable);
      assert.equal(frames.length, 4000);
      assert.match(message, /data is damaged: /);
    }
  });
}

test('damage anywhere in compressed data gives the same frames from a file as from a pipe', async () => {
  const short = LONG.subarray(0, 24 + RECORD_BYTES * 300);
  const whole = await listFrames(readerForBytes(short));
  const compressed = [new Uint8Array(gzipSync(short)), new Uint8Array(zstdCompressSync(short))];
  let some = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }), async (kind, place, change) => {
      const bytes = compressed[kind]!.slice();
      bytes[place % bytes.length]! ^= change;
      const fromFile = readerForBytes(bytes);
      const fromPipe = readerForBytes(bytes, { isReopenable: false });
      const frames = await listFrames(fromFile);
      assert.deepEqual(await listFrames(fromPipe), frames);
      assert.deepEqual(fromPipe.files[0]!.damage, fromFile.files[0]!.damage);
      const firstChanged = frames.findIndex((each, index) => each.hex !== whole[index]?.hex);
      some += firstChanged === -1 ? frames.length : firstChanged;
    }),
    { seed: 9, numRuns: DAMAGE_RUNS },
  );
  assert.ok(some > 0);
});

test('several members of gzip and several frames of zstd, also ones to be skipped, are one capture', async () => {
  const half = LONG.length >> 1;
  const parts = [LONG.subarray(0, half), LONG.subarray(half)];
  const skippable = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4);
  for (const bytes of [
    joined(parts.map((part) => gzipSync(part))),
    joined([...parts.map((part) => gzipSync(part)), new Uint8Array(512)]),
    joined([skippable, ...parts.map((part) => zstdCompressSync(part)), skippable]),
  ]) {
    const source = readerForBytes(bytes);
    assert.equal((await listFrames(source)).length, 4000);
    assert.equal(source.files[0]!.damage, null);
  }
});

test('a small file that unpacks to half a gigabyte costs time and no memory', async () => {
  const zeros = pcapRecord({ seconds: 1, fraction: 0, bytes: new Uint8Array(262_144) });
  const part = zstdCompressSync(joined(Array<Uint8Array>(100).fill(zeros)));
  const bytes = joined([zstdCompressSync(pcapHeader()), ...Array<Uint8Array>(20).fill(part)]);
  assert.ok(bytes.length < 100_000);
  const before = process.memoryUsage().arrayBuffers;
  const source = readerForBytes(bytes);
  let most = 0;
  for (let batch = await source.next(); batch !== null; batch = await source.next()) {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }
  assert.equal(source.files[0]!.frames, 2000);
  assert.ok(most - before < 256_000_000, `${most - before} bytes`);
});

test('what is compressed twice, or unpacks to no capture, is said to be so', async () => {
  for (const [bytes, message] of [
    [gzipSync(gzipSync(LONG)), 'is compressed twice'],
    [gzipSync(Buffer.from('<html>')), 'is not a capture: it starts with 3c 68 74 6d 6c 3e ("<html>")'],
    [gzipSync(new Uint8Array(0)), 'is empty'],
    [LONG_GZIP.subarray(0, 5), 'the gzip data ends too early'],
  ] as const) {
    const source = readerForBytes(bytes);
    assert.equal((await listFrames(source)).length, 0);
    assert.deepEqual(source.files[0]!.damage, { offset: 0, message });
  }
});
