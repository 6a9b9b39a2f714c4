// Blocks of an image come out the same however it is cut, and what was not seen costs only the blocks it touches.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockHashes, compareBlocks, LARGE_BLOCK_BYTES, SMALL_BLOCK_BYTES, UNSEEN_BLOCK } from './block-hashes.ts';
import { ImageLook } from './image-look.ts';

const IMAGE = Uint8Array.from({ length: 50_000 }, (_value, at) => (Math.imul(at, 2_654_435_761) >>> 13) & 0xff);

function blocksOf(image: Uint8Array, pieceBytes: number, without: readonly number[] = []): BlockHashes {
  const hashes = new BlockHashes();
  for (let at = 0; at < image.length; at += pieceBytes) {
    if (!without.includes(at)) hashes.piece(at, image.subarray(at, at + pieceBytes));
  }
  return hashes;
}

test('how an image is cut, and what comes twice, does not change its blocks', () => {
  const whole = blocksOf(IMAGE, IMAGE.length).end();
  assert.equal(whole.blocks.length, 13);
  for (const size of [1, 999, 4096, 7000]) assert.deepEqual(blocksOf(IMAGE, size).end(), whole);
  const twice = new BlockHashes();
  twice.piece(0, IMAGE.subarray(0, 9000));
  twice.piece(3000, IMAGE.subarray(3000, 8000));
  twice.piece(8500, IMAGE.subarray(8500));
  assert.deepEqual(twice.end(), whole);
});

test('a hole makes the blocks unseen that it touches, and no other', () => {
  const whole = blocksOf(IMAGE, IMAGE.length).end();
  const torn = blocksOf(IMAGE, 1000, [5000]).end();
  assert.equal(torn.blocks[1], UNSEEN_BLOCK);
  assert.deepEqual(torn.blocks.with(1, whole.blocks[1]!), whole.blocks);
  assert.equal(
    blocksOf(IMAGE, 1000, [8000])
      .end()
      .blocks.filter((block) => block === UNSEEN_BLOCK).length,
    2,
  );
  const comparison = compareBlocks(whole, torn, IMAGE.length);
  assert.deepEqual(comparison, { same: 12, differing: 0, unseen: 1, ranges: [] });
});

test('a piece behind a hole of terabytes costs a bounded number of blocks', () => {
  const hashes = new BlockHashes();
  hashes.piece(0, IMAGE);
  hashes.piece(2 ** 42, IMAGE);
  assert.equal(hashes.end().blocks.length, 16_384);
});

test('beyond 4 MiB blocks are large, and a changed byte is found in its block', () => {
  const image = new Uint8Array(5 << 20);
  for (let at = 0; at < image.length; at += 512) image[at] = at >>> 12;
  const known = blocksOf(image, 1 << 16).end();
  assert.equal(known.blockBytes, LARGE_BLOCK_BYTES);
  image[3_000_000]! ^= 1;
  const comparison = compareBlocks(known, blocksOf(image, 1000).end(), image.length);
  assert.deepEqual(comparison?.ranges, [{ offset: 2_949_120, size: LARGE_BLOCK_BYTES }]);
  assert.equal(compareBlocks({ blockBytes: SMALL_BLOCK_BYTES, blocks: [] }, known, 0), null);
});

test('marks and versions are found wherever an image is cut, and entropy is that of its bytes', () => {
  const image = IMAGE.slice();
  image.set(Buffer.from(' U-Boot 2019.07 root:$1$x', 'latin1'), 20_000);
  for (const size of [7, 1000, 20_010, 50_000]) {
    const look = new ImageLook();
    for (let at = 0; at < image.length; at += size) look.piece(at, image.subarray(at, at + size));
    const { versions, secrets, entropy, architecture } = look.end();
    assert.deepEqual(versions, ['U-Boot 2019.07'], `pieces of ${size}`);
    assert.deepEqual(secrets, ['password file with a hash']);
    assert.ok(entropy > 7.5 && entropy <= 8);
    assert.equal(architecture, '');
  }
});
