// Counts kept for each (client, server, third number): one look-up in a typed table for an operation, nothing allocated.

import { randomInt } from 'node:crypto';

const KEY_SIZE = 3;
// Nobody outside can choose keys that collide. Entries are visited in the order they came: the seed changes no result.
const SEED = randomInt(0x7fffffff);

/**
 * Open addressing with linear probing; it doubles until `entriesMax`. A new key beyond that is not taken in: `entry`
 * answers -1 and `overflow` counts it; those already known go on being counted.
 */
export class ExchangeTable {
  size = 0;
  overflow = 0;
  /** `width` numbers for each entry, 0 at first. Replaced when the table grows: read it anew after `entry`. */
  values: Float64Array;
  readonly width: number;
  readonly #entriesMax: number;
  /** Client, server and third number of each entry. */
  #keys: Int32Array;
  /** Entry number + 1 for each slot, 0 where free. */
  #slots: Int32Array;

  constructor(width: number, entriesMax: number) {
    this.width = width;
    this.#entriesMax = entriesMax;
    this.values = new Float64Array(256 * width);
    this.#keys = new Int32Array(256 * KEY_SIZE);
    this.#slots = new Int32Array(1024);
  }

  /** Number of the entry for this key, made if new; -1 where the table is full. */
  entry(client: number, server: number, third: number): number {
    const found = this.find(client, server, third);
    return found >= 0 ? found : this.#insert(client, server, third);
  }

  /** Number of the entry for this key, -1 where there is none. */
  find(client: number, server: number, third: number): number {
    const slots = this.#slots;
    const keys = this.#keys;
    const mask = slots.length - 1;
    for (let at = spread(client, server, third) & mask; ; at = (at + 1) & mask) {
      const entry = slots[at]! - 1;
      if (entry < 0) return -1;
      const key = entry * KEY_SIZE;
      if (keys[key] === client && keys[key + 1] === server && keys[key + 2] === third) return entry;
    }
  }

  /** Forgets all entries; the room stays. */
  clear(): void {
    this.size = 0;
    this.values.fill(0);
    this.#slots.fill(0);
  }

  client(entry: number): number {
    return this.#keys[entry * KEY_SIZE]!;
  }

  server(entry: number): number {
    return this.#keys[entry * KEY_SIZE + 1]!;
  }

  third(entry: number): number {
    return this.#keys[entry * KEY_SIZE + 2]!;
  }

  #insert(client: number, server: number, third: number): number {
    if (this.size >= this.#entriesMax) {
      this.overflow++;
      return -1;
    }
    const entry = this.size++;
    if ((entry + 1) * KEY_SIZE > this.#keys.length) this.#grow();
    const key = entry * KEY_SIZE;
    this.#keys[key] = client;
    this.#keys[key + 1] = server;
    this.#keys[key + 2] = third;
    this.#place(entry);
    return entry;
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1;
    let at = spread(this.client(entry), this.server(entry), this.third(entry)) & mask;
    while (this.#slots[at] !== 0) at = (at + 1) & mask;
    this.#slots[at] = entry + 1;
  }

  #grow(): void {
    const keys = new Int32Array(this.#keys.length * 2);
    keys.set(this.#keys);
    this.#keys = keys;
    const values = new Float64Array(this.values.length * 2);
    values.set(this.values);
    this.values = values;
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let entry = 0; entry < this.size - 1; entry++) this.#place(entry);
  }
}

/** Spreads neighbouring numbers over the table (the finish of MurmurHash3). */
function spread(client: number, server: number, third: number): number {
  let mixed = Math.imul(client ^ SEED, 0x9e3779b1) + server;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2f) + third;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
