// Counts kept for each (client, server, third number): one look-up in a typed table for an operation, nothing allocated.
import { randomInt } from 'node:crypto';
import { giveBack, grown } from '../bytes/grown.ts';

// Nobody outside can choose keys that collide. Entries are visited in the order they came: the seed changes no result.
const SEED = randomInt(0x7fffffff);

/** A slot: entry number + 1 (0 where free), client, server, third number, side by side in one line of the cache. */
const SLOT_SHIFT = 2;
const SLOTS_MIN = 512;

/**
 * Open addressing with linear probing; it doubles until `entriesMax`. A new key beyond that is not taken in: `entry`
 * answers -1 and `overflow` counts it; those already known go on being counted.
 */
export class ExchangeTable {
  size = 0;
  overflow = 0;
  /** `width` numbers for each entry, 0 at first. Replaced when the table grows: read it anew after `entry`. */
  values: Float64Array<ArrayBuffer>;
  readonly width: number;
  readonly #entriesMax: number;
  #slots: Int32Array<ArrayBuffer>;
  /** Where the slot of each entry starts. */
  #slotOf: Int32Array;
  #mask = SLOTS_MIN - 1;

  constructor(width: number, entriesMax: number) {
    this.width = width;
    this.#entriesMax = entriesMax;
    this.values = new Float64Array((SLOTS_MIN / 2) * width);
    this.#slots = new Int32Array(SLOTS_MIN << SLOT_SHIFT);
    this.#slotOf = new Int32Array(SLOTS_MIN / 2);
  }

  /** Number of the entry for this key, made if new; -1 where the table is full. */
  entry(client: number, server: number, third: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = spread(client, server, third) & mask;
    for (;;) {
      const at = slot << SLOT_SHIFT;
      if (slots[at + 1] === client && slots[at + 2] === server && slots[at + 3] === third && slots[at] !== 0) {
        return slots[at]! - 1;
      }
      if (slots[at] === 0) return this.#insert(client, server, third);
      slot = (slot + 1) & mask;
    }
  }

  /** Number of the entry for this key, -1 where there is none. */
  find(client: number, server: number, third: number): number {
    const slots = this.#slots;
    for (let slot = spread(client, server, third) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot << SLOT_SHIFT;
      if (slots[at] === 0) return -1;
      if (slots[at + 1] === client && slots[at + 2] === server && slots[at + 3] === third) return slots[at]! - 1;
    }
  }

  /** Forgets all entries; the room stays. */
  clear(): void {
    this.size = 0;
    this.values.fill(0);
    this.#slots.fill(0);
  }

  client(entry: number): number {
    return this.#slots[this.#slotOf[entry]! + 1]!;
  }

  server(entry: number): number {
    return this.#slots[this.#slotOf[entry]! + 2]!;
  }

  third(entry: number): number {
    return this.#slots[this.#slotOf[entry]! + 3]!;
  }

  #insert(client: number, server: number, third: number): number {
    if (this.size >= this.#entriesMax) {
      this.overflow++;
      return -1;
    }
    if (this.size === this.#slotOf.length) this.#grow();
    const entry = this.size++;
    this.#place(entry, client, server, third);
    return entry;
  }

  #place(entry: number, client: number, server: number, third: number): void {
    let slot = spread(client, server, third) & this.#mask;
    while (this.#slots[slot << SLOT_SHIFT] !== 0) slot = (slot + 1) & this.#mask;
    const at = slot << SLOT_SHIFT;
    this.#slots[at] = entry + 1;
    this.#slots[at + 1] = client;
    this.#slots[at + 2] = server;
    this.#slots[at + 3] = third;
    this.#slotOf[entry] = at;
  }

  #grow(): void {
    this.values = grown(this.values, this.values.length * 2);
    const before = this.#slots;
    const slotOf = this.#slotOf;
    this.#slots = new Int32Array(before.length * 2);
    this.#slotOf = new Int32Array(slotOf.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let entry = 0; entry < this.size; entry++) {
      const at = slotOf[entry]!;
      this.#place(entry, before[at + 1]!, before[at + 2]!, before[at + 3]!);
    }
    giveBack(before);
  }
}

/** Spreads neighbouring numbers over the table: two multiplications, the high bits brought down. */
function spread(client: number, server: number, third: number): number {
  let mixed = Math.imul(client ^ SEED, 0x9e3779b1) + server;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) + third;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
