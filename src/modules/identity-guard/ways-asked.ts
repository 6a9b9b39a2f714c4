// What is usual of each way in which a device is asked (facts/operation.ts): how often, how long the answer takes, what it
// looks like. One object stands for the turn in which devices are polled: the first that was asked for in that way.
import { Encoding, Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';

/** A mean is taken for usual from so many on, and follows later ones as if there had been so many at most. */
const USUAL_LEAST = 8;
const USUAL_MOST = 256;
const FOLLOWED_OCTAVES = 0.5;
/** An interval that is 16 times off is an interruption. */
const INTERRUPTED_OCTAVES = 4;
/** Further from the usual answer so often: what comes back has no shape of its own. */
const OTHER_SHAPES_MAX = 24;
/** Of a way that is so well known, a run of so many operations is looked at in each turn of 512. */
const WELL_KNOWN = 512;
const RUN = 32;
const TURN_MASK = 511;
/** The object that stands for a way is another one when it was not asked for so often. */
const MISSED_MAX = 512;
const NOT_ASKED = -2;
const NO_SHAPE = -1;
const VARIED = -2;
const REFUSED = -16;

export class WaysAsked {
  /** How far the last operation was from what is usual, in octaves; NaN where nothing can be said. */
  interval = Number.NaN;
  time = Number.NaN;
  /** 0 the usual answer, 1 another one, -1 nothing can be said. */
  shape = -1;

  #first = new Int32Array(256).fill(NOT_ASKED);
  #count = new Int32Array(256);
  #seen = new Uint32Array(256);
  #missed = new Uint16Array(256);
  #askedUs = new Float64Array(256);
  #intervals = new Uint16Array(256);
  #meanInterval = new Float32Array(256);
  #times = new Uint16Array(256);
  #meanTime = new Float32Array(256);
  #shapes = new Int32Array(256).fill(NO_SHAPE);
  #alike = new Uint8Array(256);
  #others = new Uint8Array(256);

  /** False: enough is known of the way, and it is not looked at this time. */
  note(operation: Operation): boolean {
    const { way, first, count, timeUs } = operation;
    if (way >= this.#first.length) this.#grow(way);
    const seen = this.#seen[way]!++;
    if (seen >= WELL_KNOWN && (seen & TURN_MASK) >= RUN) return false;
    this.interval = this.time = Number.NaN;
    this.shape = -1;
    if (this.#first[way] === NOT_ASKED) this.#lead(way, operation);
    // What lies before a run was not looked at.
    if (seen >= WELL_KNOWN && (seen & TURN_MASK) === 0) this.#askedUs[way] = 0;
    const isLead = this.#first[way] === first && this.#count[way] === count;
    this.#noteTime(way, operation);
    if (isLead) {
      this.#missed[way] = 0;
      this.#noteInterval(way, timeUs);
      this.#noteShape(way, operation);
    } else if (++this.#missed[way]! > MISSED_MAX) this.#lead(way, operation);
    return true;
  }

  /** In microseconds. */
  usualTime(way: number): number {
    return 2 ** this.#meanTime[way]!;
  }

  usualInterval(way: number): number {
    return 2 ** this.#meanInterval[way]!;
  }

  /** From now on this object stands for the way. */
  #lead(way: number, { first, count }: Operation): void {
    this.#first[way] = first;
    this.#count[way] = count;
    this.#missed[way] = this.#askedUs[way] = this.#intervals[way] = this.#alike[way] = this.#others[way] = 0;
    this.#shapes[way] = NO_SHAPE;
  }

  #noteInterval(way: number, timeUs: number): void {
    const interval = timeUs - this.#askedUs[way]!;
    const isFirst = this.#askedUs[way] === 0;
    this.#askedUs[way] = timeUs;
    if (isFirst || interval <= 0) return;
    const count = this.#intervals[way]!;
    const octaves = Math.log2(interval);
    const off = octaves - this.#meanInterval[way]!;
    if (count >= USUAL_LEAST) {
      if (off > INTERRUPTED_OCTAVES || off < -INTERRUPTED_OCTAVES) return;
      this.interval = off;
    }
    if (count < USUAL_MOST) this.#intervals[way] = count + 1;
    this.#meanInterval[way]! += step(off, count);
  }

  #noteTime(way: number, { outcome, elapsedUs }: Operation): void {
    if (outcome !== Outcome.ok || elapsedUs <= 0) return;
    const count = this.#times[way]!;
    const octaves = Math.log2(elapsedUs);
    const off = octaves - this.#meanTime[way]!;
    if (count >= USUAL_LEAST) this.time = off;
    if (count < USUAL_MOST) this.#times[way] = count + 1;
    this.#meanTime[way]! += step(off, count);
  }

  #noteShape(way: number, operation: Operation): void {
    const shape = shapeOf(operation);
    const known = this.#shapes[way]!;
    if (shape === NO_SHAPE || known === VARIED) return;
    if (known === NO_SHAPE) this.#shapes[way] = shape;
    else if (this.#alike[way]! < USUAL_LEAST) {
      if (shape === known) this.#alike[way]!++;
      else this.#shapes[way] = VARIED;
    } else {
      this.shape = shape === known ? 0 : 1;
      if (this.shape === 1 && ++this.#others[way]! > OTHER_SHAPES_MAX) this.#shapes[way] = VARIED;
    }
  }

  #grow(way: number): void {
    let size = this.#first.length;
    while (size <= way) size *= 2;
    const first = new Int32Array(size).fill(NOT_ASKED);
    first.set(this.#first);
    const shapes = new Int32Array(size).fill(NO_SHAPE);
    shapes.set(this.#shapes);
    this.#first = first;
    this.#shapes = shapes;
    this.#seen = grown(this.#seen, new Uint32Array(size));
    this.#count = grown(this.#count, new Int32Array(size));
    this.#missed = grown(this.#missed, new Uint16Array(size));
    this.#askedUs = grown(this.#askedUs, new Float64Array(size));
    this.#intervals = grown(this.#intervals, new Uint16Array(size));
    this.#meanInterval = grown(this.#meanInterval, new Float32Array(size));
    this.#times = grown(this.#times, new Uint16Array(size));
    this.#meanTime = grown(this.#meanTime, new Float32Array(size));
    this.#alike = grown(this.#alike, new Uint8Array(size));
    this.#others = grown(this.#others, new Uint8Array(size));
  }
}

/** How far a mean of so many follows: what is far off moves it no further than what is near. */
function step(off: number, count: number): number {
  if (count < USUAL_LEAST) return off / (count + 1);
  return Math.max(-FOLLOWED_OCTAVES, Math.min(FOLLOWED_OCTAVES, off)) / Math.min(count + 1, USUAL_MOST);
}

/** What comes back: bytes of what was read, or the code with which it was refused. */
function shapeOf({ outcome, code, verb, encoding, valueSize, valueCount }: Operation): number {
  if (outcome === Outcome.refused) return REFUSED - (code & 0xffffff);
  if (outcome !== Outcome.ok) return NO_SHAPE;
  if (verb !== Verb.read) return 0;
  return encoding === Encoding.bits ? (valueCount + 7) >> 3 : valueSize * valueCount;
}

function grown<T extends { set(array: T): void }>(before: T, after: T): T {
  after.set(before);
  return after;
}
