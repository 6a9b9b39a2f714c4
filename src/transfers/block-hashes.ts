// Hashes an image block by block while it passes, so that one that was altered can be laid beside a known one: 4 KiB
// blocks up to 4 MiB, 64 KiB beyond. Large blocks are folded from the small ones: nobody knows the size beforehand.
import { createHash, hash, type Hash } from 'node:crypto';

export const SMALL_BLOCK_BYTES = 4096;
export const LARGE_BLOCK_BYTES = 65_536;
const FOLD = LARGE_BLOCK_BYTES / SMALL_BLOCK_BYTES;
/** Small blocks that are kept apart: 4 MiB. */
const SMALL_MAX = 1024;
/** Large blocks: 1 GiB. What lies beyond is not compared. */
const LARGE_MAX = 16_384;
const DIGITS = 16;
/** A block of which a part was not seen. */
export const UNSEEN_BLOCK = '';

export interface BlockList {
  readonly blockBytes: number;
  readonly blocks: readonly string[];
}

export class BlockHashes {
  readonly #small: string[] = [];
  readonly #large: string[] = [];
  /** Small blocks since the last whole large one. */
  #group: string[] = [];
  /** Null until the block at hand has bytes: a hole of a gigabyte must not cost a hash for each block. */
  #hash: Hash | null = null;
  #filled = 0;
  /** A part of the block at hand was not seen. */
  #isTorn = false;
  #next = 0;

  /** Pieces in their order; what came already is skipped, and a hole costs the blocks it touches. */
  piece(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end <= this.#next || this.#large.length >= LARGE_MAX) return;
    if (offset > this.#next) this.#skipTo(offset);
    let at = Math.max(0, this.#next - offset);
    while (at < bytes.length) {
      const count = Math.min(bytes.length - at, SMALL_BLOCK_BYTES - this.#filled);
      if (count === SMALL_BLOCK_BYTES && !this.#isTorn) {
        this.#keep(hash('sha256', bytes.subarray(at, at + count), 'hex').slice(0, DIGITS));
        at += count;
        continue;
      }
      if (!this.#isTorn) (this.#hash ??= createHash('sha256')).update(bytes.subarray(at, at + count));
      at += count;
      this.#filled += count;
      if (this.#filled === SMALL_BLOCK_BYTES) this.#close();
    }
    this.#next = end;
  }

  /** All blocks, the last one as long as what is left. */
  end(): BlockList {
    if (this.#filled > 0) this.#close();
    if (this.#next <= SMALL_MAX * SMALL_BLOCK_BYTES) return { blockBytes: SMALL_BLOCK_BYTES, blocks: this.#small };
    if (this.#group.length > 0) this.#fold();
    return { blockBytes: LARGE_BLOCK_BYTES, blocks: this.#large };
  }

  #skipTo(offset: number): void {
    this.#isTorn = true;
    let left = Math.min(offset, LARGE_MAX * LARGE_BLOCK_BYTES) - this.#next;
    while (left > 0) {
      const count = Math.min(left, SMALL_BLOCK_BYTES - this.#filled);
      this.#filled += count;
      left -= count;
      if (this.#filled < SMALL_BLOCK_BYTES) break;
      this.#close();
      this.#isTorn = left > 0;
    }
    this.#next = offset;
  }

  #close(): void {
    const digest = this.#isTorn || this.#hash === null ? UNSEEN_BLOCK : this.#hash.digest('hex').slice(0, DIGITS);
    this.#hash = null;
    this.#filled = 0;
    this.#isTorn = false;
    this.#keep(digest);
  }

  #keep(digest: string): void {
    if (this.#small.length < SMALL_MAX) this.#small.push(digest);
    this.#group.push(digest);
    if (this.#group.length === FOLD) this.#fold();
  }

  #fold(): void {
    const digest = this.#group.includes(UNSEEN_BLOCK)
      ? UNSEEN_BLOCK
      : createHash('sha256').update(this.#group.join('')).digest('hex').slice(0, DIGITS);
    if (this.#large.length < LARGE_MAX) this.#large.push(digest);
    this.#group = [];
  }
}

/** How two images compare, block by block. */
export interface BlockComparison {
  readonly same: number;
  readonly differing: number;
  readonly unseen: number;
  /** Neighbouring blocks that differ as one range of bytes. */
  readonly ranges: readonly { readonly offset: number; readonly size: number }[];
}

/** Null where blocks of different sizes cannot be compared. */
export function compareBlocks(known: BlockList, seen: BlockList, knownSize: number): BlockComparison | null {
  const { blockBytes } = known;
  if (blockBytes === 0 || blockBytes !== seen.blockBytes) return null;
  let same = 0;
  let differing = 0;
  let unseen = 0;
  const ranges: { offset: number; size: number }[] = [];
  for (let index = 0; index < Math.max(known.blocks.length, seen.blocks.length); index++) {
    const digest = seen.blocks[index];
    if (digest === UNSEEN_BLOCK) {
      unseen++;
      continue;
    }
    if (digest !== undefined && digest === known.blocks[index]) {
      same++;
      continue;
    }
    differing++;
    const offset = index * blockBytes;
    const size = index === known.blocks.length - 1 ? knownSize - offset : blockBytes;
    const last = ranges.at(-1);
    if (last !== undefined && last.offset + last.size === offset) last.size += size;
    else ranges.push({ offset, size });
  }
  return { same, differing, unseen, ranges };
}
