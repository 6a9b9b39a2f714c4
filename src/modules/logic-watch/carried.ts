// Gathers the bytes of programs and files while they pass, as far as there is room: what is compared later.
import type { Transfer } from '../../facts/facts.ts';
import { isFirmwareCarrier } from '../../transfers/firmware-kinds.ts';

/** Transfers whose bytes are gathered at once; the one that began first is let go. */
const CARRIED_MAX = 128;
/** More of one part is not kept: its hash alone is compared. */
export const PART_BYTES_MAX = 1 << 20;
const FIRST_BYTES = 512;

interface Gathered {
  bytes: Uint8Array;
  end: number;
}

export class CarriedBytes {
  /** Null: too large, or of somebody else's concern. */
  readonly #open = new Map<string, Gathered | null>();

  piece({ transfer, carrier, offset, bytes }: Transfer): void {
    if (offset < 0 || bytes.length === 0) return;
    let gathered = this.#open.get(transfer);
    if (gathered === undefined) {
      if (this.#open.size >= CARRIED_MAX) {
        for (const oldest of this.#open.keys()) {
          this.#open.delete(oldest);
          break;
        }
      }
      gathered = isFirmwareCarrier(carrier) ? null : { bytes: new Uint8Array(FIRST_BYTES), end: 0 };
      this.#open.set(transfer, gathered);
    }
    if (gathered === null) return;
    const end = offset + bytes.length;
    if (end > PART_BYTES_MAX) {
      this.#open.set(transfer, null);
      return;
    }
    if (end > gathered.bytes.length) {
      const larger = new Uint8Array(Math.min(PART_BYTES_MAX, Math.max(end, 2 * gathered.bytes.length)));
      larger.set(gathered.bytes.subarray(0, gathered.end));
      gathered.bytes = larger;
    }
    gathered.bytes.set(bytes, offset);
    gathered.end = Math.max(gathered.end, end);
  }

  /** The bytes as they lie in the whole, those not seen 0; null where they were not kept. */
  end(transfer: string): Uint8Array | null {
    const gathered = this.#open.get(transfer) ?? null;
    this.#open.delete(transfer);
    return gathered?.bytes.slice(0, gathered.end) ?? null;
  }
}
