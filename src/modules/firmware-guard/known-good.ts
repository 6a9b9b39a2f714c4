// Lays an image that passed beside the known-good set: is it in it, and if not, which one is it nearest to.
import type { KnownFirmware, KnownImage } from '../../facts/firmware.ts';
import { compareBlocks, type BlockComparison, type BlockList } from '../../transfers/block-hashes.ts';

/** Share of blocks that must be equal before an image counts as altered and not as another one. */
const ALTERED_SHARE_MIN = 0.5;
/** Equal blocks that a chance does not bring: padding is alike everywhere. */
const ALTERED_BLOCKS_MIN = 2;

export interface Nearest {
  readonly image: KnownImage;
  readonly comparison: BlockComparison;
}

export class KnownGood {
  readonly #bySha256: ReadonlyMap<string, KnownImage>;
  readonly #images: readonly KnownImage[];

  constructor(known: KnownFirmware) {
    this.#bySha256 = new Map(known.images.map((image) => [image.sha256, image]));
    this.#images = known.images.filter(({ blocks }) => blocks.length > 0);
  }

  get size(): number {
    return this.#bySha256.size;
  }

  find(sha256: string): KnownImage | undefined {
    return this.#bySha256.get(sha256);
  }

  /** The known image with most blocks in common, null where none has enough. */
  nearest(seen: BlockList): Nearest | null {
    let nearest: Nearest | null = null;
    // Blocks that are alike (erased flash) count once.
    const distinct = new Set(seen.blocks);
    if (distinct.size < ALTERED_BLOCKS_MIN) return null;
    for (const image of this.#images) {
      const comparison = compareBlocks(image, seen, image.size);
      if (comparison === null || comparison.same < ALTERED_BLOCKS_MIN) continue;
      if (comparison.same < ALTERED_SHARE_MIN * (comparison.same + comparison.differing)) continue;
      if (nearest === null || comparison.same > nearest.comparison.same) nearest = { image, comparison };
    }
    return nearest;
  }
}
