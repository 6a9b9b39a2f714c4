import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joined, listFrames, pcap, pcapHeader, pcapRecord, type PcapShape } from './built-captures.ts';
import { readerForBytes } from './open.ts';

const A = Uint8Array.of(0xaa, 0xbb, 0xcc);
const B = Uint8Array.of(0x01);

function frame(number: number, timeUs: number, hex: string, originalLength = hex.length / 2, linkType = 1): object {
  return { file: 0, number, timeUs, linkType, originalLength, hex };
}

const RECORDS = [
  { seconds: 1_700_000_000, fraction: 999_999, bytes: A },
  { seconds: 4_294_967_295, fraction: 1, bytes: B, originalLength: 1500 },
];

for (const isLittleEndian of [true, false]) {
  const order = isLittleEndian ? 'little' : 'big';

  test(`a ${order}-endian file in microseconds gives its frames with times and lengths`, async () => {
    const frames = await listFrames(readerForBytes(pcap(RECORDS, { isLittleEndian })));
    assert.deepEqual(frames, [frame(1, 1_700_000_000_999_999, 'aabbcc'), frame(2, 4_294_967_295_000_001, '01', 1500)]);
  });

  test(`a ${order}-endian file in nanoseconds loses what is below a microsecond`, async () => {
    const shape: PcapShape = { isLittleEndian, magic: 0xa1b23c4d };
    const records = [
      { seconds: 1, fraction: 999_999_999, bytes: A },
      { seconds: 2, fraction: 1_999, bytes: B },
      { seconds: 3, fraction: 999, bytes: B },
    ];
    const frames = await listFrames(readerForBytes(pcap(records, shape)));
    assert.deepEqual(
      frames.map((each) => each.timeUs),
      [1_999_999, 2_000_001, 3_000_000],
    );
  });

  test(`a ${order}-endian file of the modified format has longer record headers`, async () => {
    const frames = await listFrames(readerForBytes(pcap(RECORDS, { isLittleEndian, magic: 0xa1b2cd34 })));
    assert.deepEqual(
      frames.map((each) => each.hex),
      ['aabbcc', '01'],
    );
  });
}

test('a fraction of more than a second stays within its second', async () => {
  for (const [magic, fraction] of [
    [0xa1b2c3d4, 1_000_000],
    [0xa1b2c3d4, 0xffff_ffff],
    [0xa1b23c4d, 1_000_000_000],
  ] as const) {
    const frames = await listFrames(readerForBytes(pcap([{ seconds: 5, fraction, bytes: A }], { magic })));
    assert.equal(frames[0]?.timeUs, 5_999_999);
  }
});

test('only the lower 16 bits of the link type field name the link type', async () => {
  const frames = await listFrames(readerForBytes(pcap(RECORDS, { linkType: 0x2400_0071 })));
  assert.deepEqual(
    frames.map((each) => each.linkType),
    [113, 113],
  );
});

test('an empty frame is a frame, and an original length beyond 31 bits is capped', async () => {
  const empty = { seconds: 0, fraction: 0, bytes: new Uint8Array(0), originalLength: 0xffff_ffff };
  const frames = await listFrames(readerForBytes(pcap([empty, { ...empty, originalLength: 0 }])));
  assert.deepEqual(frames, [frame(1, 0, '', 0x7fff_ffff), frame(2, 0, '', 0)]);
});

test('before version 2.3 the lengths of a record are the other way round, in 2.3 the smaller one was captured', async () => {
  const swapped = pcapRecord({ seconds: 1, fraction: 0, bytes: A });
  new DataView(swapped.buffer).setUint32(8, 60, true);
  new DataView(swapped.buffer).setUint32(12, 3, true);
  for (const minor of [2, 3]) {
    const frames = await listFrames(readerForBytes(joined([pcapHeader({ minor }), swapped])));
    assert.deepEqual(frames, [frame(1, 1_000_000, 'aabbcc', 60)], `version 2.${minor}`);
  }
});

test('a length beyond every snapshot length is damage at its record, and the frames before it are given', async () => {
  const bad = pcapRecord({ seconds: 1, fraction: 0, bytes: A });
  new DataView(bad.buffer).setUint32(8, 70_000_000, true);
  const source = readerForBytes(joined([pcap(RECORDS), bad, pcapRecord(RECORDS[0]!)]));
  assert.equal((await listFrames(source)).length, 2);
  assert.deepEqual(source.files[0]!.damage, {
    offset: 24 + 19 + 17,
    message: 'record header says 70,000,000 bytes, more than the limit of 262,144',
  });
});

test('a frame longer than the snapshot length but no longer than tcpdump allows is given whole', async () => {
  const long = { seconds: 1, fraction: 0, bytes: new Uint8Array(262_144).fill(7) };
  const source = readerForBytes(pcap([long, ...RECORDS], { snapshotLength: 96 }));
  const frames = await listFrames(source);
  assert.equal(frames.length, 3);
  assert.equal(frames[0]!.hex, '07'.repeat(262_144));
  assert.equal(source.files[0]!.damage, null);
});

test('a snapshot length beyond the usual one allows longer frames, for which the buffer grows', async () => {
  const long = { seconds: 1, fraction: 0, bytes: new Uint8Array(3_000_000).fill(9) };
  const source = readerForBytes(pcap([...RECORDS, long, ...RECORDS], { snapshotLength: 4_000_000 }));
  const frames = await listFrames(source);
  assert.deepEqual(
    frames.map((each) => each.hex.length),
    [6, 2, 6_000_000, 6, 2],
  );
  assert.equal(source.files[0]!.damage, null);
});

test('an unknown version is told, not guessed', async () => {
  const source = readerForBytes(pcap(RECORDS, { major: 3 }));
  assert.equal((await listFrames(source)).length, 0);
  assert.equal(source.files[0]!.damage?.message, 'pcap version 3.4 is not known');
});

test('the account of a file says how many frames and bytes were handed out, and from when to when', async () => {
  const source = readerForBytes(pcap(RECORDS));
  assert.ok(Number.isNaN(source.files[0]!.firstUs));
  await listFrames(source);
  assert.deepEqual(source.files[0], {
    path: 'memory',
    frames: 2,
    bytes: 4,
    firstUs: 1_700_000_000_999_999,
    lastUs: 4_294_967_295_000_001,
    damage: null,
  });
});
