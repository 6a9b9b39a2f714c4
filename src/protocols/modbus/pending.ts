// Requests that wait for their answer: one bounded table for all conversations, in columns of numbers. Slots are
// reused last in, first out, so that a busy network touches few of them.
import type { MessageContext } from '../../facts/protocol.ts';
import type { ModbusMessage } from './messages.ts';
import { Code } from './messages.ts';

/** Bytes of a request that are kept from its function code on: a whole one of the specification (253), a longer UMAS
 *  request is cut. */
const KEPT_BYTES = 256;
/** A conversation (rather: one bucket of them) may have this many requests open; the oldest goes first. */
const OPEN_PER_BUCKET_MAX = 256;
const NONE = -1;

export class PendingRequests {
  readonly timeUs: Float64Array;
  readonly frame: Float64Array;
  readonly flow: Int32Array;
  readonly client: Int32Array;
  readonly server: Int32Array;
  readonly clientPort: Int32Array;
  readonly serverPort: Int32Array;
  readonly transaction: Int32Array;
  readonly unit: Int32Array;
  readonly function: Int32Array;
  readonly subfunction: Int32Array;
  readonly verb: Int32Array;
  readonly space: Int32Array;
  readonly first: Float64Array;
  readonly count: Int32Array;
  readonly readFirst: Int32Array;
  readonly readCount: Int32Array;
  /** Offsets in `bytes`. */
  readonly valuesStart: Int32Array;
  readonly valueSize: Int32Array;
  readonly encoding: Int32Array;
  readonly valueCount: Int32Array;
  readonly nameStart: Int32Array;
  readonly nameEnd: Int32Array;
  /** The request from its function code on: bytes[pduStart(slot)..+pduSize[slot]); not kept for functions 1 to 4. */
  readonly bytes: Uint8Array;
  readonly pduSize: Int32Array;
  /** 1 where bytes of the answering direction were lost since: an answer may have been among them. */
  readonly passedGap: Uint8Array;

  readonly #capacity: number;
  /** Free slots, a stack. */
  readonly #free: Int32Array;
  #freeCount: number;
  /** All used slots, oldest first. */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  #oldest = NONE;
  #newest = NONE;
  /** Used slots by conversation: bucket → slots, oldest first. */
  readonly #bucketMask: number;
  readonly #bucketOldest: Int32Array;
  readonly #bucketNewest: Int32Array;
  readonly #bucketCount: Int32Array;
  readonly #olderInBucket: Int32Array;
  readonly #newerInBucket: Int32Array;

  /** `capacity`: a power of two. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.timeUs = new Float64Array(capacity);
    this.frame = new Float64Array(capacity);
    this.first = new Float64Array(capacity);
    this.flow = new Int32Array(capacity);
    this.client = new Int32Array(capacity);
    this.server = new Int32Array(capacity);
    this.clientPort = new Int32Array(capacity);
    this.serverPort = new Int32Array(capacity);
    this.transaction = new Int32Array(capacity);
    this.unit = new Int32Array(capacity);
    this.function = new Int32Array(capacity);
    this.subfunction = new Int32Array(capacity);
    this.verb = new Int32Array(capacity);
    this.space = new Int32Array(capacity);
    this.count = new Int32Array(capacity);
    this.readFirst = new Int32Array(capacity);
    this.readCount = new Int32Array(capacity);
    this.valuesStart = new Int32Array(capacity);
    this.valueSize = new Int32Array(capacity);
    this.encoding = new Int32Array(capacity);
    this.valueCount = new Int32Array(capacity);
    this.nameStart = new Int32Array(capacity);
    this.nameEnd = new Int32Array(capacity);
    this.pduSize = new Int32Array(capacity);
    this.passedGap = new Uint8Array(capacity);
    this.bytes = new Uint8Array(capacity * KEPT_BYTES);
    this.#free = new Int32Array(capacity);
    for (let slot = 0; slot < capacity; slot++) this.#free[slot] = capacity - 1 - slot;
    this.#freeCount = capacity;
    this.#older = new Int32Array(capacity);
    this.#newer = new Int32Array(capacity);
    this.#olderInBucket = new Int32Array(capacity);
    this.#newerInBucket = new Int32Array(capacity);
    this.#bucketMask = capacity * 2 - 1;
    this.#bucketOldest = new Int32Array(capacity * 2).fill(NONE);
    this.#bucketNewest = new Int32Array(capacity * 2).fill(NONE);
    this.#bucketCount = new Int32Array(capacity * 2);
  }

  get size(): number {
    return this.#capacity - this.#freeCount;
  }

  /** The request that must be handed over before one more of this flow can be added, -1 where there is room. */
  inTheWay(flow: number): number {
    const bucket = this.#bucketOf(flow);
    if (this.#bucketCount[bucket]! >= OPEN_PER_BUCKET_MAX) return this.#bucketOldest[bucket]!;
    return this.#freeCount === 0 ? this.#oldest : NONE;
  }

  /** Keeps a request; there must be room. `start` is its function code, `end` where it ends. Returns its slot. */
  add(
    context: MessageContext,
    transaction: number,
    unit: number,
    message: ModbusMessage,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): number {
    const slot = this.#free[--this.#freeCount]!;
    this.timeUs[slot] = context.timeUs;
    this.frame[slot] = context.frame;
    this.flow[slot] = context.flow;
    this.transaction[slot] = transaction;
    this.unit[slot] = unit;
    this.function[slot] = message.function;
    this.subfunction[slot] = message.subfunction;
    this.verb[slot] = message.verb;
    this.space[slot] = message.space;
    this.first[slot] = message.first;
    this.count[slot] = message.count;
    this.readFirst[slot] = message.readFirst;
    this.readCount[slot] = message.readCount;
    this.passedGap[slot] = 0;
    if (message.function > Code.readInputRegisters) this.#keepBytes(slot, message, bytes, start, end);
    else {
      this.pduSize[slot] = 0;
      this.valueCount[slot] = 0;
      this.nameEnd[slot] = 0;
      this.nameStart[slot] = 0;
    }
    this.#linkByAge(slot);
    this.#linkByFlow(slot, context.flow);
    return slot;
  }

  pduStart(slot: number): number {
    return slot * KEPT_BYTES;
  }

  /**
   * The request that an answer belongs to, -1 where none waits: the oldest of the same transaction, unit and function,
   * those whose answer may have been lost in a gap last.
   */
  find(flow: number, transaction: number, unit: number, code: number): number {
    let lost = NONE;
    for (let slot = this.#bucketOldest[this.#bucketOf(flow)]!; slot !== NONE; slot = this.#newerInBucket[slot]!) {
      if (this.flow[slot] !== flow || this.transaction[slot] !== transaction || this.unit[slot] !== unit) continue;
      if (this.function[slot] !== code) continue;
      if (this.passedGap[slot] === 0) return slot;
      if (lost === NONE) lost = slot;
    }
    return lost;
  }

  /** The oldest request of the same transaction and unit, whatever its function; -1 where none waits. */
  findAny(flow: number, transaction: number, unit: number): number {
    for (let slot = this.oldestOf(flow); slot !== NONE; slot = this.nextOf(flow, slot)) {
      if (this.transaction[slot] === transaction && this.unit[slot] === unit) return slot;
    }
    return NONE;
  }

  /** The oldest request of all, -1 where none waits. */
  oldest(): number {
    return this.#oldest;
  }

  oldestOf(flow: number): number {
    return this.#firstOf(flow, this.#bucketOldest[this.#bucketOf(flow)]!);
  }

  nextOf(flow: number, slot: number): number {
    return this.#firstOf(flow, this.#newerInBucket[slot]!);
  }

  /** Answers of this conversation were lost. */
  markGap(flow: number): void {
    for (let slot = this.oldestOf(flow); slot !== NONE; slot = this.nextOf(flow, slot)) this.passedGap[slot] = 1;
  }

  release(slot: number): void {
    const older = this.#older[slot]!;
    const newer = this.#newer[slot]!;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;

    const bucket = this.#bucketOf(this.flow[slot]!);
    const olderInBucket = this.#olderInBucket[slot]!;
    const newerInBucket = this.#newerInBucket[slot]!;
    if (olderInBucket === NONE) this.#bucketOldest[bucket] = newerInBucket;
    else this.#newerInBucket[olderInBucket] = newerInBucket;
    if (newerInBucket === NONE) this.#bucketNewest[bucket] = olderInBucket;
    else this.#olderInBucket[newerInBucket] = olderInBucket;
    this.#bucketCount[bucket]!--;

    this.#free[this.#freeCount++] = slot;
  }

  #bucketOf(flow: number): number {
    // Fibonacci hashing: neighbouring flow numbers land far apart.
    return (Math.imul(flow, 0x9e3779b1) >>> 8) & this.#bucketMask;
  }

  #firstOf(flow: number, from: number): number {
    let slot = from;
    while (slot !== NONE && this.flow[slot] !== flow) slot = this.#newerInBucket[slot]!;
    return slot;
  }

  #keepBytes(slot: number, message: ModbusMessage, bytes: Uint8Array, start: number, end: number): void {
    const to = slot * KEPT_BYTES;
    const size = Math.min(end - start, KEPT_BYTES);
    const kept = this.bytes;
    for (let index = 0; index < size; index++) kept[to + index] = bytes[start + index]!;
    this.pduSize[slot] = size;
    const moved = to - start;
    this.valuesStart[slot] = message.valuesStart + moved;
    this.valueSize[slot] = message.valueSize;
    this.encoding[slot] = message.encoding;
    this.valueCount[slot] = message.valueCount;
    const hasName = message.nameEnd > message.nameStart && message.nameEnd - start <= KEPT_BYTES;
    this.nameStart[slot] = hasName ? message.nameStart + moved : 0;
    this.nameEnd[slot] = hasName ? message.nameEnd + moved : 0;
    // Only byte-sized values (UMAS, unknown functions) can be longer than what is kept.
    if (end - start > KEPT_BYTES) {
      const room = Math.max(0, KEPT_BYTES - (message.valuesStart - start));
      if (message.valueCount * message.valueSize > room) this.valueCount[slot] = Math.floor(room / message.valueSize);
    }
  }

  #linkByAge(slot: number): void {
    const newest = this.#newest;
    this.#older[slot] = newest;
    this.#newer[slot] = NONE;
    if (newest === NONE) this.#oldest = slot;
    else this.#newer[newest] = slot;
    this.#newest = slot;
  }

  #linkByFlow(slot: number, flow: number): void {
    const bucket = this.#bucketOf(flow);
    const newest = this.#bucketNewest[bucket]!;
    this.#olderInBucket[slot] = newest;
    this.#newerInBucket[slot] = NONE;
    if (newest === NONE) this.#bucketOldest[bucket] = slot;
    else this.#newerInBucket[newest] = slot;
    this.#bucketNewest[bucket] = slot;
    this.#bucketCount[bucket]!++;
  }
}
