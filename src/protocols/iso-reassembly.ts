// Puts the user data of several data TPDUs together into one service data unit (ISO 8073, clause 6.3: the end-of-TSDU
// mark). Only units that really come in pieces are copied; the table is bounded, the oldest incomplete unit is forgotten.

/** Units in progress, both directions of all conversations together. */
const OPEN_MAX = 256;

export class TsduReassembly {
  /** Given to `append`: the whole unit stands in buffer[0..length). Valid until the next `append`. */
  buffer: Uint8Array = NO_BYTES;
  length = 0;
  readonly #bytesMax: number;
  readonly #open = new Map<number, { bytes: Uint8Array; length: number; isTooLong: boolean }>();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Does this direction wait for more of a unit? */
  isOpen(flow: number, fromClient: boolean): boolean {
    return this.#open.size !== 0 && this.#open.has(key(flow, fromClient));
  }

  /**
   * Adds a piece. `whole`: the unit is complete in `buffer`; `more`: it is not; `too-long`: it was longer than it may be
   * and ends here, its beginning is in `buffer`.
   */
  append(
    flow: number,
    fromClient: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    isEnd: boolean,
  ): 'whole' | 'more' | 'too-long' {
    const place = key(flow, fromClient);
    const unit = this.#open.get(place) ?? this.#begin(place);
    const room = Math.min(end - start, this.#bytesMax - unit.length);
    if (room < end - start) unit.isTooLong = true;
    if (unit.length + room > unit.bytes.length) {
      const larger = new Uint8Array(Math.min(this.#bytesMax, 2 * (unit.length + room)));
      larger.set(unit.bytes.subarray(0, unit.length));
      unit.bytes = larger;
    }
    for (let index = 0; index < room; index++) unit.bytes[unit.length + index] = bytes[start + index]!;
    unit.length += room;
    if (!isEnd) return 'more';
    this.#open.delete(place);
    this.buffer = unit.bytes;
    this.length = unit.length;
    return unit.isTooLong ? 'too-long' : 'whole';
  }

  forget(flow: number, fromClient: boolean): void {
    if (this.#open.size !== 0) this.#open.delete(key(flow, fromClient));
  }

  #begin(place: number): { bytes: Uint8Array; length: number; isTooLong: boolean } {
    if (this.#open.size >= OPEN_MAX) {
      for (const oldest of this.#open.keys()) {
        this.#open.delete(oldest);
        break;
      }
    }
    const unit = { bytes: NO_BYTES, length: 0, isTooLong: false };
    this.#open.set(place, unit);
    return unit;
  }
}

function key(flow: number, fromClient: boolean): number {
  return flow * 2 + (fromClient ? 1 : 0);
}

const NO_BYTES = new Uint8Array(0);
