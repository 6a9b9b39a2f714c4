// Requests that wait for their answer, whatever the protocol: each is kept as the operation it will become, under the
// number that pairs it with its answer. One bounded table for all conversations, in columns of numbers.
import { Encoding, Outcome, type Operation } from '../facts/operation.ts';
import type { MessageContext } from '../facts/protocol.ts';

/** A conversation (rather: one bucket of them) may have this many requests open; the oldest goes first. */
const OPEN_PER_BUCKET_MAX = 256;
/** Name and values kept of a request: up to here in place, longer ones in a copy of their own … */
const KEPT_BYTES = 96;
/** … of at most this, and all copies together of at most that; what is longer loses its values. */
const COPY_BYTES_MAX = 4096;
const COPIES_BYTES_MAX = 8 * 1024 * 1024;
/** Copies that were given back and wait for the next one of their size: so many of each power of two. */
const SPARES_MAX = 64;
const CAPACITY_FIRST = 64;
const NONE = -1;
/** Requests handed over as unanswered by one tick; the rest waits for the next. */
const EXPIRED_PER_TICK_MAX = 4096;

/** Where a slot keeps the whole numbers of the record, and what it needs besides. */
const At = {
  flow: 0,
  client: 1,
  server: 2,
  clientPort: 3,
  serverPort: 4,
  protocol: 5,
  unit: 6,
  verb: 7,
  function: 8,
  subfunction: 9,
  space: 10,
  count: 11,
  valueSize: 12,
  encoding: 13,
  valueCount: 14,
  key: 15,
  note: 16,
  nameLength: 17,
  flags: 18,
} as const;
const STRIDE = 19;
const Flag = { broadcast: 1, questionable: 2, passedGap: 4 } as const;

export class PendingOperations {
  /** Requests that were given up for want of room: handed over as unanswered. */
  evicted = 0;
  readonly #capacityMax: number;
  readonly #timeoutUs: number;
  #capacity = 0;
  #numbers = new Int32Array(0);
  #timeUs = new Float64Array(0);
  #frame = new Float64Array(0);
  #first = new Float64Array(0);
  #bytes = new Uint8Array(0);
  readonly #copies: (Uint8Array<ArrayBuffer> | null)[] = [];
  #copiedBytes = 0;
  /** By the exponent of their size. */
  readonly #spares: Uint8Array<ArrayBuffer>[][] = Array.from({ length: Math.log2(COPY_BYTES_MAX) + 1 }, () => []);
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

  /**
   * `capacityMax`: a power of two; the table starts small and doubles up to it. `timeoutUs`: after so long a request is
   * unanswered.
   */
  constructor(capacityMax: number, timeoutUs: number) {
    this.#capacityMax = capacityMax;
    this.#timeoutUs = timeoutUs;
    this.#bucketMask = capacityMax - 1;
    this.#bucketOldest = new Int32Array(capacityMax).fill(NONE);
    this.#bucketNewest = new Int32Array(capacityMax).fill(NONE);
    this.#bucketCount = new Int32Array(capacityMax);
    this.#grow(Math.min(capacityMax, CAPACITY_FIRST));
  }

  /** Call it before the record is filled for `add`: hands over what is in the way of one more request of this flow. */
  makeRoom(context: MessageContext): void {
    const bucket = this.#bucketOf(context.flow);
    let inTheWay = NONE;
    if (this.#bucketCount[bucket]! >= OPEN_PER_BUCKET_MAX) inTheWay = this.#bucketOldest[bucket]!;
    else if (this.#freeCount === 0 && this.#capacity === this.#capacityMax) inTheWay = this.#oldest;
    if (inTheWay === NONE) return;
    this.evicted++;
    this.#handOver(inTheWay, context);
  }

  /**
   * Keeps the record, filled with what the request says, under `key` (its transaction, sequence or whatever pairs it).
   * `note` is a number of the protocol's own. Returns its slot; NONE (-1) where `makeRoom` was not called and there is none.
   */
  add(operation: Operation, key: number, note = 0): number {
    if (this.#freeCount === 0) {
      if (this.#capacity === this.#capacityMax) return NONE;
      this.#grow(this.#capacity * 2);
    }
    return this.#store(operation, key, note);
  }

  /**
   * The request that an answer belongs to, NONE (-1) where none waits: the oldest of the same conversation and key, those
   * whose answer may have been lost in a gap last.
   */
  find(flow: number, key: number): number {
    let lost = NONE;
    for (let slot = this.#bucketOldest[this.#bucketOf(flow)]!; slot !== NONE; slot = this.#newerInBucket[slot]!) {
      const at = slot * STRIDE;
      if (this.#numbers[at + At.flow] !== flow || this.#numbers[at + At.key] !== key) continue;
      if ((this.#numbers[at + At.flags]! & Flag.passedGap) === 0) return slot;
      if (lost === NONE) lost = slot;
    }
    return lost;
  }

  /** The oldest request of the conversation, NONE (-1) where none waits. */
  oldestOf(flow: number): number {
    let slot = this.#bucketOldest[this.#bucketOf(flow)]!;
    while (slot !== NONE && this.#numbers[slot * STRIDE + At.flow] !== flow) slot = this.#newerInBucket[slot]!;
    return slot;
  }

  /** The next younger request of the same conversation. */
  nextOf(slot: number): number {
    const flow = this.#numbers[slot * STRIDE + At.flow]!;
    let next = this.#newerInBucket[slot]!;
    while (next !== NONE && this.#numbers[next * STRIDE + At.flow] !== flow) next = this.#newerInBucket[next]!;
    return next;
  }

  keyOf(slot: number): number {
    return this.#numbers[slot * STRIDE + At.key]!;
  }

  noteOf(slot: number): number {
    return this.#numbers[slot * STRIDE + At.note]!;
  }

  functionOf(slot: number): number {
    return this.#numbers[slot * STRIDE + At.function]!;
  }

  /** Fills the record with the request as it was kept, unanswered so far. Name and values are valid until `release`. */
  recall(slot: number, operation: Operation): void {
    const numbers = this.#numbers;
    const at = slot * STRIDE;
    operation.timeUs = this.#timeUs[slot]!;
    operation.elapsedUs = -1;
    operation.flow = numbers[at + At.flow]!;
    operation.client = numbers[at + At.client]!;
    operation.server = numbers[at + At.server]!;
    operation.clientPort = numbers[at + At.clientPort]!;
    operation.serverPort = numbers[at + At.serverPort]!;
    operation.protocol = numbers[at + At.protocol]!;
    operation.unit = numbers[at + At.unit]!;
    operation.verb = numbers[at + At.verb]!;
    operation.function = numbers[at + At.function]!;
    operation.subfunction = numbers[at + At.subfunction]!;
    operation.space = numbers[at + At.space]!;
    operation.count = numbers[at + At.count]!;
    operation.valueSize = numbers[at + At.valueSize]!;
    operation.encoding = numbers[at + At.encoding]!;
    operation.valueCount = numbers[at + At.valueCount]!;
    operation.first = this.#first[slot]!;
    operation.outcome = Outcome.unanswered;
    operation.code = 0;
    operation.requestFrame = this.#frame[slot]!;
    operation.answerFrame = 0;
    operation.isBroadcast = (numbers[at + At.flags]! & Flag.broadcast) !== 0;
    operation.isQuestionable = (numbers[at + At.flags]! & Flag.questionable) !== 0;
    const copy = this.#copies[slot] ?? null;
    const bytes = copy ?? this.#bytes;
    const start = copy === null ? slot * KEPT_BYTES : 0;
    const nameEnd = start + numbers[at + At.nameLength]!;
    operation.nameBytes = bytes;
    operation.nameStart = start;
    operation.nameEnd = nameEnd;
    operation.bytes = bytes;
    operation.valuesStart = nameEnd;
  }

  release(slot: number): void {
    const copy = this.#copies[slot];
    if (copy !== null && copy !== undefined) {
      this.#copiedBytes -= copy.length;
      this.#copies[slot] = null;
      const spares = this.#spares[exponentOf(copy.length)]!;
      if (spares.length < SPARES_MAX) spares.push(copy);
    }
    const older = this.#older[slot]!;
    const newer = this.#newer[slot]!;
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
    const bucket = this.#bucketOf(this.#numbers[slot * STRIDE + At.flow]!);
    const olderInBucket = this.#olderInBucket[slot]!;
    const newerInBucket = this.#newerInBucket[slot]!;
    if (olderInBucket === NONE) this.#bucketOldest[bucket] = newerInBucket;
    else this.#newerInBucket[olderInBucket] = newerInBucket;
    if (newerInBucket === NONE) this.#bucketNewest[bucket] = olderInBucket;
    else this.#olderInBucket[newerInBucket] = olderInBucket;
    this.#bucketCount[bucket]!--;
    this.#free[this.#freeCount++] = slot;
  }

  /** Answers of this conversation were lost: what waited may wait in vain. */
  markGap(flow: number): void {
    for (let slot = this.oldestOf(flow); slot !== NONE; slot = this.nextOf(slot)) {
      this.#numbers[slot * STRIDE + At.flags]! |= Flag.passedGap;
    }
  }

  /** The conversation is over: what waits is handed over as unanswered. */
  closed(flow: number, context: MessageContext): void {
    for (let slot = this.oldestOf(flow); slot !== NONE; slot = this.oldestOf(flow)) this.#handOver(slot, context);
  }

  /** Hands over what waited too long. */
  tick(timeUs: number, context: MessageContext): void {
    for (let count = 0; count < EXPIRED_PER_TICK_MAX; count++) {
      const slot = this.#oldest;
      if (slot === NONE || timeUs - this.#timeUs[slot]! < this.#timeoutUs) return;
      this.#handOver(slot, context);
    }
  }

  #handOver(slot: number, context: MessageContext): void {
    this.recall(slot, context.operation);
    context.sink.operation(context.operation);
    this.release(slot);
  }

  #store(operation: Operation, key: number, note: number): number {
    const slot = this.#free[--this.#freeCount]!;
    const numbers = this.#numbers;
    const at = slot * STRIDE;
    this.#timeUs[slot] = operation.timeUs;
    this.#frame[slot] = operation.requestFrame;
    this.#first[slot] = operation.first;
    numbers[at + At.flow] = operation.flow;
    numbers[at + At.client] = operation.client;
    numbers[at + At.server] = operation.server;
    numbers[at + At.clientPort] = operation.clientPort;
    numbers[at + At.serverPort] = operation.serverPort;
    numbers[at + At.protocol] = operation.protocol;
    numbers[at + At.unit] = operation.unit;
    numbers[at + At.verb] = operation.verb;
    numbers[at + At.function] = operation.function;
    numbers[at + At.subfunction] = operation.subfunction;
    numbers[at + At.space] = operation.space;
    numbers[at + At.count] = operation.count;
    numbers[at + At.valueSize] = operation.valueSize;
    numbers[at + At.encoding] = operation.encoding;
    numbers[at + At.valueCount] = operation.valueCount;
    numbers[at + At.key] = key;
    numbers[at + At.note] = note;
    numbers[at + At.flags] =
      (operation.isBroadcast ? Flag.broadcast : 0) | (operation.isQuestionable ? Flag.questionable : 0);
    this.#keepBytes(slot, at, operation);
    this.#linkByAge(slot);
    this.#linkByFlow(slot, operation.flow);
    return slot;
  }

  /** Name, then values. */
  #keepBytes(slot: number, at: number, operation: Operation): void {
    const numbers = this.#numbers;
    let nameLength = operation.nameEnd - operation.nameStart;
    let valuesLength =
      operation.encoding === Encoding.bits
        ? (operation.valueCount + 7) >> 3
        : operation.valueCount * operation.valueSize;
    let bytes = this.#bytes;
    let to = slot * KEPT_BYTES;
    if (nameLength + valuesLength > KEPT_BYTES) {
      const needed = nameLength + valuesLength;
      if (needed <= COPY_BYTES_MAX && this.#copiedBytes + needed <= COPIES_BYTES_MAX) {
        const exponent = exponentOf(needed);
        bytes = this.#spares[exponent]!.pop() ?? new Uint8Array(1 << exponent);
        this.#copies[slot] = bytes;
        this.#copiedBytes += bytes.length;
        to = 0;
      } else {
        valuesLength = 0;
        numbers[at + At.valueCount] = 0;
        nameLength = Math.min(nameLength, KEPT_BYTES);
      }
    }
    numbers[at + At.nameLength] = nameLength;
    const { nameBytes, nameStart, bytes: values, valuesStart } = operation;
    for (let index = 0; index < nameLength; index++) bytes[to + index] = nameBytes[nameStart + index]!;
    to += nameLength;
    for (let index = 0; index < valuesLength; index++) bytes[to + index] = values[valuesStart + index]!;
  }

  #grow(capacity: number): void {
    this.#numbers = longerWords(this.#numbers, capacity * STRIDE);
    this.#timeUs = longerFloats(this.#timeUs, capacity);
    this.#frame = longerFloats(this.#frame, capacity);
    this.#first = longerFloats(this.#first, capacity);
    this.#free = longerWords(this.#free, capacity);
    this.#older = longerWords(this.#older, capacity);
    this.#newer = longerWords(this.#newer, capacity);
    this.#olderInBucket = longerWords(this.#olderInBucket, capacity);
    this.#newerInBucket = longerWords(this.#newerInBucket, capacity);
    const bytes = new Uint8Array(capacity * KEPT_BYTES);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    // The lowest slot is on top.
    for (let slot = capacity - 1; slot >= this.#capacity; slot--) this.#free[this.#freeCount++] = slot;
    this.#capacity = capacity;
  }

  #bucketOf(flow: number): number {
    // Conversations are numbered densely: so many share no bucket, and neighbours share a line of the cache.
    return flow & this.#bucketMask;
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

/** Of the smallest power of two that is no less than `size`. */
function exponentOf(size: number): number {
  return 32 - Math.clz32(size - 1);
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
