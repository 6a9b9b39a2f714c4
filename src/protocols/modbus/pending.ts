// Requests that wait for their answer: one bounded table for all conversations, in columns of numbers. Slots are
// reused last in, first out, so that a busy network touches few of them.
import type { MessageContext } from '../../facts/protocol.ts';
import { Code, type ModbusMessage } from './messages.ts';

/** Bytes kept of a request, from its function code on: a whole one of the specification (253); longer UMAS is cut. */
const KEPT_BYTES = 256;
/** A conversation (rather: one bucket of them) may have this many requests open; the oldest goes first. */
const OPEN_PER_BUCKET_MAX = 256;
const CAPACITY_FIRST = 64;
const NONE = -1;
/** `find`: whatever the unit. */
export const ANY_UNIT = -1;

export class PendingRequests {
  timeUs = new Float64Array(0);
  frame = new Float64Array(0);
  flow = new Int32Array(0);
  client = new Int32Array(0);
  server = new Int32Array(0);
  clientPort = new Int32Array(0);
  serverPort = new Int32Array(0);
  transaction = new Int32Array(0);
  unit = new Int32Array(0);
  function = new Int32Array(0);
  subfunction = new Int32Array(0);
  verb = new Int32Array(0);
  space = new Int32Array(0);
  first = new Float64Array(0);
  count = new Int32Array(0);
  readFirst = new Int32Array(0);
  readCount = new Int32Array(0);
  /** Offsets in `bytes`. */
  valuesStart = new Int32Array(0);
  valueSize = new Int32Array(0);
  encoding = new Int32Array(0);
  valueCount = new Int32Array(0);
  nameStart = new Int32Array(0);
  nameEnd = new Int32Array(0);
  /** The request from its function code on: bytes[pduStart(slot)..+pduSize[slot]); not kept for functions 1 to 4. */
  bytes = new Uint8Array(0);
  pduSize = new Int32Array(0);
  /** 1 where bytes of the answering direction were lost since: an answer may have been among them. */
  passedGap = new Uint8Array(0);

  readonly #capacityMax: number;
  #capacity = 0;
  /** Free slots, a stack. */
  #free = new Int32Array(0);
  #freeCount = 0;
  /** All used slots, oldest first. */
  #older = new Int32Array(0);
  #newer = new Int32Array(0);
  #oldest = NONE;
  #newest = NONE;
  /** Used slots by conversation: bucket → slots, oldest first. */
  readonly #bucketMask: number;
  readonly #bucketOldest: Int32Array;
  readonly #bucketNewest: Int32Array;
  readonly #bucketCount: Int32Array;
  #olderInBucket = new Int32Array(0);
  #newerInBucket = new Int32Array(0);

  /** `capacityMax`: a power of two; the table starts small and doubles up to it. */
  constructor(capacityMax: number) {
    this.#capacityMax = capacityMax;
    this.#bucketMask = capacityMax - 1;
    this.#bucketOldest = new Int32Array(capacityMax).fill(NONE);
    this.#bucketNewest = new Int32Array(capacityMax).fill(NONE);
    this.#bucketCount = new Int32Array(capacityMax);
    this.#grow(Math.min(capacityMax, CAPACITY_FIRST));
  }

  /** The request that must be handed over before one more of this flow can be added, -1 where there is room. */
  inTheWay(flow: number): number {
    const bucket = this.#bucketOf(flow);
    if (this.#bucketCount[bucket]! >= OPEN_PER_BUCKET_MAX) return this.#bucketOldest[bucket]!;
    return this.#freeCount === 0 && this.#capacity === this.#capacityMax ? this.#oldest : NONE;
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
    if (this.#freeCount === 0) this.#grow(this.#capacity * 2);
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
      if (this.flow[slot] !== flow || this.transaction[slot] !== transaction || this.function[slot] !== code) continue;
      if (unit !== ANY_UNIT && this.unit[slot] !== unit) continue;
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

  /** Slots keep their numbers. */
  #grow(capacity: number): void {
    this.timeUs = longerFloats(this.timeUs, capacity);
    this.frame = longerFloats(this.frame, capacity);
    this.first = longerFloats(this.first, capacity);
    this.flow = longerWords(this.flow, capacity);
    this.client = longerWords(this.client, capacity);
    this.server = longerWords(this.server, capacity);
    this.clientPort = longerWords(this.clientPort, capacity);
    this.serverPort = longerWords(this.serverPort, capacity);
    this.transaction = longerWords(this.transaction, capacity);
    this.unit = longerWords(this.unit, capacity);
    this.function = longerWords(this.function, capacity);
    this.subfunction = longerWords(this.subfunction, capacity);
    this.verb = longerWords(this.verb, capacity);
    this.space = longerWords(this.space, capacity);
    this.count = longerWords(this.count, capacity);
    this.readFirst = longerWords(this.readFirst, capacity);
    this.readCount = longerWords(this.readCount, capacity);
    this.valuesStart = longerWords(this.valuesStart, capacity);
    this.valueSize = longerWords(this.valueSize, capacity);
    this.encoding = longerWords(this.encoding, capacity);
    this.valueCount = longerWords(this.valueCount, capacity);
    this.nameStart = longerWords(this.nameStart, capacity);
    this.nameEnd = longerWords(this.nameEnd, capacity);
    this.pduSize = longerWords(this.pduSize, capacity);
    this.#free = longerWords(this.#free, capacity);
    this.#older = longerWords(this.#older, capacity);
    this.#newer = longerWords(this.#newer, capacity);
    this.#olderInBucket = longerWords(this.#olderInBucket, capacity);
    this.#newerInBucket = longerWords(this.#newerInBucket, capacity);
    this.passedGap = longerBytes(this.passedGap, capacity);
    this.bytes = longerBytes(this.bytes, capacity * KEPT_BYTES);
    // The lowest slot is on top.
    for (let slot = capacity - 1; slot >= this.#capacity; slot--) this.#free[this.#freeCount++] = slot;
    this.#capacity = capacity;
  }

  #bucketOf(flow: number): number {
    // Conversations are numbered densely: so many share no bucket, and neighbours share a line of the cache.
    return flow & this.#bucketMask;
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

function longerFloats(old: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length);
  longer.set(old);
  return longer;
}

function longerWords(old: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const longer = new Int32Array(length);
  longer.set(old);
  return longer;
}

function longerBytes(old: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(length);
  longer.set(old);
  return longer;
}
