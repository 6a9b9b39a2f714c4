// The images that are on their way: each is hashed in blocks and looked into while its pieces pass.
import type { Transfer } from '../../facts/facts.ts';
import { BlockHashes, type BlockList } from '../../transfers/block-hashes.ts';
import { contentKind, KIND_BYTES } from '../../transfers/content-kinds.ts';
import { ImageLook, type ImageFindings } from '../../transfers/image-look.ts';
import { mayBeImage } from './image-kinds.ts';

/** Transfers looked into at once; the one that began first is let go. */
const PASSING_MAX = 256;

export interface Passed {
  readonly blocks: BlockList;
  readonly findings: ImageFindings;
}

interface Passing {
  readonly hashes: BlockHashes;
  readonly look: ImageLook;
}

export class PassingImages {
  /** Null: certainly no image. */
  readonly #passing = new Map<string, Passing | null>();

  piece({ transfer, offset, bytes }: Transfer): void {
    if (offset < 0 || bytes.length === 0) return;
    let passing = this.#passing.get(transfer);
    if (passing === undefined) {
      // A first piece that is not the beginning says nothing of the kind.
      const isOther = offset === 0 && !mayBeImage(contentKind(bytes, 0, Math.min(bytes.length, KIND_BYTES)));
      passing = isOther ? null : { hashes: new BlockHashes(), look: new ImageLook() };
      if (this.#passing.size >= PASSING_MAX) {
        for (const oldest of this.#passing.keys()) {
          this.#passing.delete(oldest);
          break;
        }
      }
      this.#passing.set(transfer, passing);
    }
    passing?.hashes.piece(offset, bytes);
    passing?.look.piece(offset, bytes);
  }

  /** What was found; null where it was not looked into. */
  end(transfer: string): Passed | null {
    const passing = this.#passing.get(transfer) ?? null;
    this.#passing.delete(transfer);
    return passing === null ? null : { blocks: passing.hashes.end(), findings: passing.look.end() };
  }
}
