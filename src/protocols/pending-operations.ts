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
/** Copies are used again: the shortest are so long, and so many are kept for it. */
const COPY_BYTES_MIN = 512;
const SPARE_COPIES_MAX = 64;
/** From here on `set` copies faster than a loop does, although it needs a view. */
const VIEW_BYTES_MIN = 48;
const CAPACITY_FIRST = 64;
const NONE = -1;
/** Requests handed over as unanswered by one tick; the rest waits for the next. */
const EXPIRED_PER_TICK_MAX = 4096;

/** Where a slot keeps whole numbers: what finds it, its neighbours by age and in its bucket, then the record. */
const At = {
  flow: 0,
  key: 1,
  flags: 2,
  newerInBucket: 3,
  olderInBucket: 4,
  newer: 5,
  older: 6,
  note: 7,
  client: 8,
  server: 9,
  clientPort: 10,
  serverPort: 11,
  protocol: 12,
  unit: 13,
  verb: 14,
  function: 15,
  subfunction: 16,
  space: 17,
  count: 18,
  valueSize: 19,
  encoding: 20,
  valueCount: 21,
  nameLength: 22,
} as const;
const STRIDE = 24;
/**
 * Where it keeps numbers that may be larger. Not an object of numbers: its shape would be that of the many facts which begin
 * with a time, and once one of them holds a fraction the runtime gives up the machine code of what reads it, each time anew.
 */
const TIME_AT = 0;
const FRAME_AT = 1;
const FIRST_AT = 2;
const LONG_STRIDE = 4;
const Flag = { broadcast: 1, questionable: 2, passedGap: 4 } as const;

export class PendingOperations {
  /** Requests that were given up for want of room: handed over as unanswered. */
  evicted = 0;
  readonly #capacityMax: number;
  readonly #timeoutUs: number;
  #capacity = 0;
  #numbers = new Int32Array(0);
  #longs = new Float64Array(0);
  #bytes = new Uint8Array(0);
  readonly #copies: (Uint8Array | null)[] = [];
  #copiedBytes = 0;
  readonly #spareCopies: Uint8Array[] = [];
  /** Free slots, a stack. */
  #free = new Int32Array(0);
  #freeCount = 0;
  /** All used slots are linked by age. */
  #oldest = NONE;
  #newest = NONE;
  /** Used slots by conversation: bucket → slots, linked by age. */
  readonly #bucketMask: number;
  readonly #bucketOldest: Int32Array;
  readonly #bucketNewest: Int32Array;
  readonly #bucketCount: Int32Array;
  /** The oldest of a bucket before which all have passed a gap: with lost answers those become many. */
  readonly #bucketFresh: Int32Array;

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
    this.#bucketFresh = new Int32Array(capacityMax).fill(NONE);
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
    const numbers = this.#numbers;
    const bucket = this.#bucketOf(flow);
    const fresh = this.#bucketFresh[bucket]!;
    let lost = NONE;
    for (let slot = fresh; slot !== NONE; slot = numbers[slot * STRIDE + At.newerInBucket]!) {
      const at = slot * STRIDE;
      if (numbers[at + At.key] !== key || numbers[at + At.flow] !== flow) continue;
      if ((numbers[at + At.flags]! & Flag.passedGap) === 0) return slot;
      if (lost === NONE) lost = slot;
    }
    let slot = this.#bucketOldest[bucket]!;
    while (slot !== fresh) {
      const at = slot * STRIDE;
      if (numbers[at + At.key] === key && numbers[at + At.flow] === flow) return slot;
      slot = numbers[at + At.newerInBucket]!;
    }
    return lost;
  }

  /** The oldest request of the conversation, NONE (-1) where none waits. */
  oldestOf(flow: number): number {
    return this.#sameFlow(flow, this.#bucketOldest[this.#bucketOf(flow)]!);
  }

  /** The next younger request of the same conversation. */
  nextOf(slot: number): number {
    const at = slot * STRIDE;
    return this.#sameFlow(this.#numbers[at + At.flow]!, this.#numbers[at + At.newerInBucket]!);
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
    const longs = this.#longs;
    const at = slot * STRIDE;
    const longAt = slot * LONG_STRIDE;
    const flags = numbers[at + At.flags]!;
    operation.timeUs = longs[longAt + TIME_AT]!;
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
    operation.first = longs[longAt + FIRST_AT]!;
    operation.outcome = Outcome.unanswered;
    operation.code = 0;
    operation.requestFrame = longs[longAt + FRAME_AT]!;
    operation.answerFrame = 0;
    operation.isBroadcast = (flags & Flag.broadcast) !== 0;
    operation.isQuestionable = (flags & Flag.questionable) !== 0;
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
    if (this.#copies[slot] !== null) this.#releaseCopy(slot);
    const numbers = this.#numbers;
    const at = slot * STRIDE;
    const older = numbers[at + At.older]!;
    const newer = numbers[at + At.newer]!;
    if (older === NONE) this.#oldest = newer;
    else numbers[older * STRIDE + At.newer] = newer;
    if (newer === NONE) this.#newest = older;
    else numbers[newer * STRIDE + At.older] = older;
    const bucket = this.#bucketOf(numbers[at + At.flow]!);
    const olderInBucket = numbers[at + At.olderInBucket]!;
    const newerInBucket = numbers[at + At.newerInBucket]!;
    if (olderInBucket === NONE) this.#bucketOldest[bucket] = newerInBucket;
    else numbers[olderInBucket * STRIDE + At.newerInBucket] = newerInBucket;
    if (newerInBucket === NONE) this.#bucketNewest[bucket] = olderInBucket;
    else numbers[newerInBucket * STRIDE + At.olderInBucket] = olderInBucket;
    this.#bucketCount[bucket]!--;
    if (this.#bucketFresh[bucket] === slot) this.#bucketFresh[bucket] = this.#fresh(newerInBucket);
    this.#free[this.#freeCount++] = slot;
  }

  /** Answers of this conversation were lost: what waited may wait in vain. */
  markGap(flow: number): void {
    for (let slot = this.oldestOf(flow); slot !== NONE; slot = this.nextOf(slot)) {
      this.#numbers[slot * STRIDE + At.flags]! |= Flag.passedGap;
    }
    const bucket = this.#bucketOf(flow);
    this.#bucketFresh[bucket] = this.#fresh(this.#bucketFresh[bucket]!);
  }

  /**
   * Of a protocol whose client asks one thing at a time: it asks again, so what waited when bytes were lost was answered
   * unseen, and is handed over as unanswered.
   */
  askedAgain(flow: number, context: MessageContext): void {
    for (let slot = this.oldestOf(flow); slot !== NONE; slot = this.oldestOf(flow)) {
      if ((this.#numbers[slot * STRIDE + At.flags]! & Flag.passedGap) === 0) return;
      this.#handOver(slot, context);
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
      if (slot === NONE || timeUs - this.#longs[slot * LONG_STRIDE + TIME_AT]! < this.#timeoutUs) return;
      this.#handOver(slot, context);
    }
  }

  #handOver(slot: number, context: MessageContext): void {
    this.recall(slot, context.operation);
    context.sink.operation(context.operation);
    this.release(slot);
  }

  /** `slot` or the first younger one in its bucket that has passed no gap. */
  #fresh(slot: number): number {
    const numbers = this.#numbers;
    while (slot !== NONE && (numbers[slot * STRIDE + At.flags]! & Flag.passedGap) !== 0)
      slot = numbers[slot * STRIDE + At.newerInBucket]!;
    return slot;
  }

  /** `slot` or the first younger one in its bucket that is of this conversation. */
  #sameFlow(flow: number, slot: number): number {
    const numbers = this.#numbers;
    while (slot !== NONE && numbers[slot * STRIDE + At.flow] !== flow)
      slot = numbers[slot * STRIDE + At.newerInBucket]!;
    return slot;
  }

  #store(operation: Operation, key: number, note: number): number {
    const slot = this.#free[--this.#freeCount]!;
    const numbers = this.#numbers;
    const longs = this.#longs;
    const at = slot * STRIDE;
    const longAt = slot * LONG_STRIDE;
    longs[longAt + TIME_AT] = operation.timeUs;
    longs[longAt + FRAME_AT] = operation.requestFrame;
    longs[longAt + FIRST_AT] = operation.first;
    numbers[at + At.flow] = operation.flow;
    numbers[at + At.key] = key;
    numbers[at + At.flags] =
      (operation.isBroadcast ? Flag.broadcast : 0) | (operation.isQuestionable ? Flag.questionable : 0);
    numbers[at + At.note] = note;
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
    this.#keepBytes(slot, at, operation);
    this.#linkByAge(slot, at);
    this.#linkByFlow(slot, at, operation.flow);
    return slot;
  }

  /** Name, then values. */
  #keepBytes(slot: number, at: number, operation: Operation): void {
    const { nameBytes, nameStart, valueCount } = operation;
    let nameLength = operation.nameEnd - nameStart;
    let valuesLength = operation.encoding === Encoding.bits ? (valueCount + 7) >> 3 : valueCount * operation.valueSize;
    let bytes: Uint8Array = this.#bytes;
    let to = slot * KEPT_BYTES;
    const needed = nameLength + valuesLength;
    if (needed > KEPT_BYTES) {
      if (needed <= COPY_BYTES_MAX && this.#copiedBytes + needed <= COPIES_BYTES_MAX) {
        bytes = this.#takeCopy(slot, needed);
        to = 0;
      } else {
        valuesLength = 0;
        this.#numbers[at + At.valueCount] = 0;
        nameLength = Math.min(nameLength, KEPT_BYTES);
      }
    }
    this.#numbers[at + At.nameLength] = nameLength;
    if (nameLength > 0) copyBytes(bytes, to, nameBytes, nameStart, nameLength);
    if (valuesLength > 0) copyBytes(bytes, to + nameLength, operation.bytes, operation.valuesStart, valuesLength);
  }

  /** At least `size` bytes; what is left of an earlier request behind them is never read. */
  #takeCopy(slot: number, size: number): Uint8Array {
    const spare = this.#spareCopies.pop();
    const copy = spare !== undefined && spare.length >= size ? spare : new Uint8Array(copySizeOf(size));
    this.#copies[slot] = copy;
    this.#copiedBytes += copy.length;
    return copy;
  }

  #releaseCopy(slot: number): void {
    const copy = this.#copies[slot]!;
    this.#copiedBytes -= copy.length;
    this.#copies[slot] = null;
    if (this.#spareCopies.length < SPARE_COPIES_MAX) this.#spareCopies.push(copy);
  }

  #grow(capacity: number): void {
    const numbers = new Int32Array(capacity * STRIDE);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
    const longs = new Float64Array(capacity * LONG_STRIDE);
    longs.set(this.#longs);
    this.#longs = longs;
    const bytes = new Uint8Array(capacity * KEPT_BYTES);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    // No slot is free when the table grows; now the lowest of the new ones is on top.
    this.#free = new Int32Array(capacity);
    for (let slot = this.#capacity; slot < capacity; slot++) this.#copies.push(null);
    for (let slot = capacity - 1; slot >= this.#capacity; slot--) this.#free[this.#freeCount++] = slot;
    this.#capacity = capacity;
  }

  #bucketOf(flow: number): number {
    // Conversations are numbered densely: so many share no bucket, and neighbours share a line of the cache.
    return flow & this.#bucketMask;
  }

  #linkByAge(slot: number, at: number): void {
    const newest = this.#newest;
    this.#numbers[at + At.older] = newest;
    this.#numbers[at + At.newer] = NONE;
    if (newest === NONE) this.#oldest = slot;
    else this.#numbers[newest * STRIDE + At.newer] = slot;
    this.#newest = slot;
  }

  #linkByFlow(slot: number, at: number, flow: number): void {
    const bucket = this.#bucketOf(flow);
    const newest = this.#bucketNewest[bucket]!;
    this.#numbers[at + At.olderInBucket] = newest;
    this.#numbers[at + At.newerInBucket] = NONE;
    if (newest === NONE) this.#bucketOldest[bucket] = slot;
    else this.#numbers[newest * STRIDE + At.newerInBucket] = slot;
    if (this.#bucketFresh[bucket] === NONE) this.#bucketFresh[bucket] = slot;
    this.#bucketNewest[bucket] = slot;
    this.#bucketCount[bucket]!++;
  }
}

/** The next power of two. */
function copySizeOf(size: number): number {
  return Math.max(COPY_BYTES_MIN, 2 ** (32 - Math.clz32(size - 1)));
}

function copyBytes(target: Uint8Array, to: number, source: Uint8Array, from: number, length: number): void {
  if (length >= VIEW_BYTES_MIN) target.set(source.subarray(from, from + length), to);
  else for (let index = 0; index < length; index++) target[to + index] = source[from + index]!;
}
