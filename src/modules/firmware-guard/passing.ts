// The images that are on their way: each is hashed in blocks and looked into while its pieces pass.
import type { Transfer } from '../../facts/facts.ts';
import { BlockHashes, type BlockList } from '../../transfers/block-hashes.ts';
import { contentKind, KIND_BYTES } from '../../transfers/content-kinds.ts';
import { GatheredPieces } from '../../transfers/gathered-pieces.ts';
import { ImageLook, type ImageFindings } from '../../transfers/image-look.ts';
import { mayBeImage } from '../../transfers/firmware-kinds.ts';

/** Transfers looked into at once; the one that began first is let go. */
const PASSING_MAX = 256;

export interface Passed {
  readonly blocks: BlockList;
  readonly findings: ImageFindings;
}

class Passing {
  readonly #hashes = new BlockHashes();
  readonly #look = new ImageLook();
  readonly gathered = new GatheredPieces((offset, bytes) => {
    this.#hashes.piece(offset, bytes);
    this.#look.piece(offset, bytes);
  });

  end(): Passed {
    this.gathered.flush();
    return { blocks: this.#hashes.end(), findings: this.#look.end() };
  }
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
      passing = isOther ? null : new Passing();
      if (this.#passing.size >= PASSING_MAX) {
        for (const oldest of this.#passing.keys()) {
          this.#passing.delete(oldest);
          break;
        }
      }
      this.#passing.set(transfer, passing);
    }
    passing?.gathered.piece(offset, bytes);
  }

  /** What was found; null where it was not looked into. */
  end(transfer: string): Passed | null {
    const passing = this.#passing.get(transfer) ?? null;
    this.#passing.delete(transfer);
    return passing?.end() ?? null;
  }
}
