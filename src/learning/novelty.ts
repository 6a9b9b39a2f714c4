// How often each symbol was seen in its context, and from that the chance that the next one is new (Good–Turing).
// Contexts and symbols are rows of typed arrays with reversible keys, so that a baseline can name what it learned.
import type { NoveltyEstimate, NoveltyLearning } from '../facts/learning.ts';
import { WordIndex } from './word-index.ts';

/** Contexts and symbols kept; further ones are counted in `overflowed` and never judged. */
export const CONTEXTS_MAX = 262_144;
export const SYMBOLS_MAX = 1_048_576;

/** A context is learned when the bound is below this … */
const LEARNED_BELOW = 0.01;
/** … or, where a baseline speaks of it, below this: a person has approved what is known, be it little … */
const APPROVED_BELOW = 0.1;
/** … so many of its own cycles have passed since it was first seen … */
const CYCLES_MIN = 3;
/** … no less than this, as what runs by the minute is not seen in seconds, however many there are … */
const LEARNING_US_MIN = 60_000_000;
/** … and nothing new came for as long as it took to see what is known. */
const REST_MIN = 1;
/** One-sided 95 % (normal), and the number of trials that makes "never seen" say less than 1 − 0.95 (rule of three). */
const DEVIATIONS = 1.645;
const NEVER_SEEN = 3;

/**
 * Good–Turing: of `observations`, `once` were of symbols seen exactly once and `twice` of symbols seen twice. The bound
 * is the estimate plus its deviation (variance (n1 + 2 n2) / n², Robbins 1968 / Esty 1983) plus 3 / n, which is what
 * remains when nothing was ever seen only once.
 */
export function noveltyEstimate(observations: number, once: number, twice: number, distinct: number): NoveltyEstimate {
  if (observations === 0) return { chance: 1, bound: 1, observations, distinct };
  const chance = Math.min(1, once / observations);
  const deviation = Math.sqrt(once + 2 * twice) / observations;
  const bound = Math.min(1, chance + DEVIATIONS * deviation + NEVER_SEEN / observations);
  return { chance, bound, observations, distinct };
}

/** Fields of a context row: observations, symbols seen once, seen twice, distinct symbols. */
const CONTEXT_STRIDE = 4;
/** Doubles of a context row: first and last observation, longest time between two of the same symbol, newest symbol. */
const CONTEXT_TIMES = 4;
/** Doubles of a symbol row: first and last observation, longest time between two. */
const SYMBOL_TIMES = 3;

export class NoveltyTable implements NoveltyLearning {
  overflowed = 0;
  private readonly contexts = new WordIndex(4, CONTEXTS_MAX);
  private readonly symbols = new WordIndex(3, SYMBOLS_MAX);
  private contextCounts = new Float64Array(256 * CONTEXT_STRIDE);
  private contextTimes = new Float64Array(256 * CONTEXT_TIMES);
  private symbolCounts = new Float64Array(1024);
  private symbolTimes = new Float64Array(1024 * SYMBOL_TIMES);
  /** 1: a baseline spoke of the context. */
  private isApproved = new Uint8Array(256);
  /** The newest symbol of each context, and for each symbol the one before it: 0 ends the list. */
  private newestSymbol = new Int32Array(256);
  private symbolBefore = new Int32Array(1024);
  /** What was put back was last seen before this: the time in between is no silence. Infinity: to be set. */
  private resumedUs = -Infinity;

  get contextCount(): number {
    return this.contexts.count;
  }

  get symbolCount(): number {
    return this.symbols.count;
  }

  /** The row of a context, made when new; 0 when there is no room. `kind` is never 0. */
  context(kind: number, a: number, b: number, c: number): number {
    const row = this.contexts.findOrInsert(kind, a, b, c);
    if (row === 0) this.overflowed++;
    else if ((row + 1) * CONTEXT_STRIDE > this.contextCounts.length) {
      this.contextCounts = doubled(this.contextCounts);
      this.contextTimes = doubled(this.contextTimes);
      this.newestSymbol = doubledRows(this.newestSymbol);
      const approved = new Uint8Array(this.isApproved.length * 2);
      approved.set(this.isApproved);
      this.isApproved = approved;
    }
    return row;
  }

  /** 0 where the context is not known. */
  findContext(kind: number, a: number, b: number, c: number): number {
    return this.contexts.find(kind, a, b, c);
  }

  /** The row of a symbol of a context, made (with count 0) when new; 0 when there is no room. */
  symbol(context: number, s: number, t: number): number {
    if (context === 0) return 0;
    const known = this.symbols.count;
    const row = this.symbols.findOrInsert(context, s, t, 0);
    if (row === 0) this.overflowed++;
    if (row <= known) return row;
    if (row >= this.symbolCounts.length) {
      this.symbolCounts = doubled(this.symbolCounts);
      this.symbolTimes = doubled(this.symbolTimes);
      this.symbolBefore = doubledRows(this.symbolBefore);
    }
    this.symbolBefore[row] = this.newestSymbol[context]!;
    this.newestSymbol[context] = row;
    return row;
  }

  /** Is the symbol known without making it? 0 where not. */
  findSymbol(context: number, s: number, t: number): number {
    return this.symbols.find(context, s, t, 0);
  }

  /** Counts one observation of the symbol; answers how often it was seen before. */
  observe(symbol: number, timeUs: number): number {
    if (symbol === 0) return 0;
    const context = this.symbols.word(symbol, 0);
    const counts = this.contextCounts;
    const at = context * CONTEXT_STRIDE;
    const seen = this.symbolCounts[symbol]!;
    this.symbolCounts[symbol] = seen + 1;
    counts[at]!++;
    const timesAt = context * CONTEXT_TIMES;
    const symbolAt = symbol * SYMBOL_TIMES;
    if (timeUs > this.contextTimes[timesAt + 1]!) this.contextTimes[timesAt + 1] = timeUs;
    if (seen === 0) {
      if (counts[at] === 1) this.contextTimes[timesAt] = timeUs;
      this.contextTimes[timesAt + 3] = timeUs;
      counts[at + 1]!++;
      counts[at + 3]!++;
      this.symbolTimes[symbolAt] = timeUs;
      this.symbolTimes[symbolAt + 1] = timeUs;
      return 0;
    }
    const lastUs = this.symbolTimes[symbolAt + 1]!;
    this.symbolTimes[symbolAt + 1] = timeUs;
    const since = timeUs - lastUs;
    if (since > this.symbolTimes[symbolAt + 2]! && !this.isBreak(lastUs, timeUs)) {
      this.symbolTimes[symbolAt + 2] = since;
      if (since > this.contextTimes[timesAt + 2]!) this.contextTimes[timesAt + 2] = since;
    }
    if (seen === 1) {
      counts[at + 1]!--;
      counts[at + 2]!++;
    } else if (seen === 2) counts[at + 2]!--;
    return seen;
  }

  /** Several observations at once: their first and last time, and the longest time between two of them. */
  observeMany(symbol: number, count: number, firstUs: number, lastUs: number, gapUs: number): void {
    if (symbol === 0 || count <= 0) return;
    const context = this.symbols.word(symbol, 0);
    const counts = this.contextCounts;
    const at = context * CONTEXT_STRIDE;
    const timesAt = context * CONTEXT_TIMES;
    const symbolAt = symbol * SYMBOL_TIMES;
    const seen = this.symbolCounts[symbol]!;
    const now = seen + count;
    this.symbolCounts[symbol] = now;
    if (seen === 0) {
      if (counts[at] === 0) this.contextTimes[timesAt] = firstUs;
      this.contextTimes[timesAt + 3] = firstUs;
      counts[at + 3]!++;
      this.symbolTimes[symbolAt] = firstUs;
    } else if (seen <= 2) counts[at + seen]!--;
    if (now <= 2) counts[at + now]!++;
    counts[at]! += count;
    const lastBeforeUs = this.symbolTimes[symbolAt + 1]!;
    let gap = gapUs;
    if (seen > 0 && firstUs - lastBeforeUs > gap && !this.isBreak(lastBeforeUs, firstUs)) gap = firstUs - lastBeforeUs;
    if (gap > this.symbolTimes[symbolAt + 2]!) this.symbolTimes[symbolAt + 2] = gap;
    if (gap > this.contextTimes[timesAt + 2]!) this.contextTimes[timesAt + 2] = gap;
    if (lastUs > lastBeforeUs) this.symbolTimes[symbolAt + 1] = lastUs;
    if (lastUs > this.contextTimes[timesAt + 1]!) this.contextTimes[timesAt + 1] = lastUs;
  }

  private isBreak(lastUs: number, timeUs: number): boolean {
    if (this.resumedUs === Infinity) this.resumedUs = timeUs;
    return lastUs < this.resumedUs;
  }

  estimate(context: number): NoveltyEstimate {
    const at = context * CONTEXT_STRIDE;
    const counts = this.contextCounts;
    return noveltyEstimate(counts[at]!, counts[at + 1]!, counts[at + 2]!, counts[at + 3]!);
  }

  /** The chance of something new is small, with its bound, and several cycles of the context have passed. */
  isLearned(context: number): boolean {
    if (context === 0) return false;
    if (this.isApproved[context] === 1) return this.estimate(context).bound < APPROVED_BELOW;
    const timesAt = context * CONTEXT_TIMES;
    const firstUs = this.contextTimes[timesAt]!;
    const lastUs = this.contextTimes[timesAt + 1]!;
    const newestUs = this.contextTimes[timesAt + 3]!;
    const elapsedUs = lastUs - firstUs;
    if (elapsedUs < LEARNING_US_MIN || elapsedUs < CYCLES_MIN * this.contextTimes[timesAt + 2]!) return false;
    if (lastUs - newestUs < REST_MIN * (newestUs - firstUs)) return false;
    return this.estimate(context).bound < LEARNED_BELOW;
  }

  observations(context: number): number {
    return this.contextCounts[context * CONTEXT_STRIDE]!;
  }

  distinct(context: number): number {
    return this.contextCounts[context * CONTEXT_STRIDE + 3]!;
  }

  firstUs(context: number): number {
    return this.contextTimes[context * CONTEXT_TIMES]!;
  }

  lastUs(context: number): number {
    return this.contextTimes[context * CONTEXT_TIMES + 1]!;
  }

  /** Longest time between two observations of the same symbol. */
  cycleUs(context: number): number {
    return this.contextTimes[context * CONTEXT_TIMES + 2]!;
  }

  /** When a symbol of the context was last seen for the first time. */
  newestUs(context: number): number {
    return this.contextTimes[context * CONTEXT_TIMES + 3]!;
  }

  /** Symbols of a context, in the order they came, at most the newest `maximum`. */
  symbolsOf(context: number, maximum: number): number[] {
    const rows: number[] = [];
    for (let row = this.newestSymbol[context]!; row !== 0 && rows.length < maximum; row = this.symbolBefore[row]!) {
      rows.push(row);
    }
    return rows.reverse();
  }

  seen(symbol: number): number {
    return this.symbolCounts[symbol]!;
  }

  symbolFirstUs(symbol: number): number {
    return this.symbolTimes[symbol * SYMBOL_TIMES]!;
  }

  symbolLastUs(symbol: number): number {
    return this.symbolTimes[symbol * SYMBOL_TIMES + 1]!;
  }

  symbolGapUs(symbol: number): number {
    return this.symbolTimes[symbol * SYMBOL_TIMES + 2]!;
  }

  /** Words of a context's key: kind, a, b, c. */
  contextWord(context: number, index: number): number {
    return this.contexts.word(context, index);
  }

  /** Words of a symbol's key: its context, s, t. */
  symbolWord(symbol: number, index: number): number {
    return this.symbols.word(symbol, index);
  }

  /** What follows comes after a pause of unknown length. */
  resume(): void {
    this.resumedUs = Infinity;
  }

  /** Puts back what a baseline says of a symbol; counts and times of its context follow from its symbols. */
  restoreSymbol(symbol: number, count: number, firstUs: number, lastUs: number, gapUs: number): void {
    if (symbol === 0 || count <= 0) return;
    const context = this.symbols.word(symbol, 0);
    this.isApproved[context] = 1;
    const at = context * CONTEXT_STRIDE;
    const counts = this.contextCounts;
    const before = this.symbolCounts[symbol]!;
    if (before === 0) counts[at + 3]!++;
    if (before === 1) counts[at + 1]!--;
    if (before === 2) counts[at + 2]!--;
    if (count === 1) counts[at + 1]!++;
    if (count === 2) counts[at + 2]!++;
    counts[at]! += count - before;
    this.symbolCounts[symbol] = count;
    this.symbolTimes[symbol * SYMBOL_TIMES] = firstUs;
    this.symbolTimes[symbol * SYMBOL_TIMES + 1] = lastUs;
    this.symbolTimes[symbol * SYMBOL_TIMES + 2] = gapUs;
    const times = this.contextTimes;
    const timesAt = context * CONTEXT_TIMES;
    if (times[timesAt] === 0 || firstUs < times[timesAt]!) times[timesAt] = firstUs;
    times[timesAt + 1] = Math.max(times[timesAt + 1]!, lastUs);
    times[timesAt + 2] = Math.max(times[timesAt + 2]!, gapUs);
    times[timesAt + 3] = Math.max(times[timesAt + 3]!, firstUs);
  }
}

function doubled(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(array.length * 2);
  larger.set(array);
  return larger;
}

function doubledRows(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
