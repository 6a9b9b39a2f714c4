// How often each symbol was seen in its context, and from that the chance that the next one is new (Good–Turing).
// Contexts and symbols are rows of typed arrays with reversible keys, so that a baseline can name what it learned.
import { grown } from '../bytes/grown.ts';
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

/** What is kept of a context, in one line of the cache: counts of observations and symbols, then times. */
const ContextColumn = {
  observations: 0,
  /** Symbols seen exactly once, and twice: `observations` + 1 and + 2, as the code counts on. */
  once: 1,
  twice: 2,
  distinct: 3,
  firstUs: 4,
  lastUs: 5,
  /** Longest time between two of the same symbol. */
  gapUs: 6,
  /** When a symbol was last seen for the first time. */
  newestUs: 7,
} as const;
const CONTEXT_STRIDE = 8;
/** What is kept of a symbol: its context, how often it was seen, when first and last, the longest time between two. */
const SymbolColumn = { context: 0, count: 1, firstUs: 2, lastUs: 3, gapUs: 4 } as const;
const SYMBOL_STRIDE = 5;

export class NoveltyTable implements NoveltyLearning {
  overflowed = 0;
  private readonly contexts = new WordIndex(4, CONTEXTS_MAX);
  private readonly symbols = new WordIndex(3, SYMBOLS_MAX);
  private contextRows = new Float64Array(256 * CONTEXT_STRIDE);
  private symbolRows = new Float64Array(1024 * SYMBOL_STRIDE);
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
    else if ((row + 1) * CONTEXT_STRIDE > this.contextRows.length) {
      this.contextRows = grown(this.contextRows, this.contextRows.length * 2);
      this.newestSymbol = grown(this.newestSymbol, this.newestSymbol.length * 2);
      this.isApproved = grown(this.isApproved, this.isApproved.length * 2);
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
    if ((row + 1) * SYMBOL_STRIDE > this.symbolRows.length) {
      this.symbolRows = grown(this.symbolRows, this.symbolRows.length * 2);
      this.symbolBefore = grown(this.symbolBefore, this.symbolBefore.length * 2);
    }
    this.symbolRows[row * SYMBOL_STRIDE + SymbolColumn.context] = context;
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
    const { contextRows, symbolRows } = this;
    const symbolAt = symbol * SYMBOL_STRIDE;
    const at = symbolRows[symbolAt + SymbolColumn.context]! * CONTEXT_STRIDE;
    const seen = symbolRows[symbolAt + SymbolColumn.count]!;
    symbolRows[symbolAt + SymbolColumn.count] = seen + 1;
    const observations = ++contextRows[at + ContextColumn.observations]!;
    if (timeUs > contextRows[at + ContextColumn.lastUs]!) contextRows[at + ContextColumn.lastUs] = timeUs;
    if (seen === 0) {
      if (observations === 1) contextRows[at + ContextColumn.firstUs] = timeUs;
      contextRows[at + ContextColumn.newestUs] = timeUs;
      contextRows[at + ContextColumn.once]!++;
      contextRows[at + ContextColumn.distinct]!++;
      symbolRows[symbolAt + SymbolColumn.firstUs] = timeUs;
      symbolRows[symbolAt + SymbolColumn.lastUs] = timeUs;
      return 0;
    }
    const lastUs = symbolRows[symbolAt + SymbolColumn.lastUs]!;
    symbolRows[symbolAt + SymbolColumn.lastUs] = timeUs;
    const since = timeUs - lastUs;
    if (since > symbolRows[symbolAt + SymbolColumn.gapUs]! && !this.isBreak(lastUs, timeUs)) {
      symbolRows[symbolAt + SymbolColumn.gapUs] = since;
      if (since > contextRows[at + ContextColumn.gapUs]!) contextRows[at + ContextColumn.gapUs] = since;
    }
    if (seen === 1) {
      contextRows[at + ContextColumn.once]!--;
      contextRows[at + ContextColumn.twice]!++;
    } else if (seen === 2) contextRows[at + ContextColumn.twice]!--;
    return seen;
  }

  /** Several observations at once: their first and last time, and the longest time between two of them. */
  observeMany(symbol: number, count: number, firstUs: number, lastUs: number, gapUs: number): void {
    if (symbol === 0 || count <= 0) return;
    const { contextRows, symbolRows } = this;
    const symbolAt = symbol * SYMBOL_STRIDE;
    const at = symbolRows[symbolAt + SymbolColumn.context]! * CONTEXT_STRIDE;
    const seen = symbolRows[symbolAt + SymbolColumn.count]!;
    const now = seen + count;
    symbolRows[symbolAt + SymbolColumn.count] = now;
    if (seen === 0) {
      if (contextRows[at + ContextColumn.observations] === 0) contextRows[at + ContextColumn.firstUs] = firstUs;
      contextRows[at + ContextColumn.newestUs] = firstUs;
      contextRows[at + ContextColumn.distinct]!++;
      symbolRows[symbolAt + SymbolColumn.firstUs] = firstUs;
    } else if (seen <= 2) contextRows[at + seen]!--;
    if (now <= 2) contextRows[at + now]!++;
    contextRows[at + ContextColumn.observations]! += count;
    const lastBeforeUs = symbolRows[symbolAt + SymbolColumn.lastUs]!;
    let gap = gapUs;
    if (seen > 0 && firstUs - lastBeforeUs > gap && !this.isBreak(lastBeforeUs, firstUs)) gap = firstUs - lastBeforeUs;
    if (gap > symbolRows[symbolAt + SymbolColumn.gapUs]!) symbolRows[symbolAt + SymbolColumn.gapUs] = gap;
    if (gap > contextRows[at + ContextColumn.gapUs]!) contextRows[at + ContextColumn.gapUs] = gap;
    if (lastUs > lastBeforeUs) symbolRows[symbolAt + SymbolColumn.lastUs] = lastUs;
    if (lastUs > contextRows[at + ContextColumn.lastUs]!) contextRows[at + ContextColumn.lastUs] = lastUs;
  }

  private isBreak(lastUs: number, timeUs: number): boolean {
    if (this.resumedUs === Infinity) this.resumedUs = timeUs;
    return lastUs < this.resumedUs;
  }

  estimate(context: number): NoveltyEstimate {
    const at = context * CONTEXT_STRIDE;
    const { contextRows } = this;
    return noveltyEstimate(
      contextRows[at + ContextColumn.observations]!,
      contextRows[at + ContextColumn.once]!,
      contextRows[at + ContextColumn.twice]!,
      contextRows[at + ContextColumn.distinct]!,
    );
  }

  /** The chance of something new is small, with its bound, and several cycles of the context have passed. */
  isLearned(context: number): boolean {
    if (context === 0) return false;
    if (this.isApproved[context] === 1) return this.estimate(context).bound < APPROVED_BELOW;
    const at = context * CONTEXT_STRIDE;
    const firstUs = this.contextRows[at + ContextColumn.firstUs]!;
    const lastUs = this.contextRows[at + ContextColumn.lastUs]!;
    const newestUs = this.contextRows[at + ContextColumn.newestUs]!;
    const elapsedUs = lastUs - firstUs;
    if (elapsedUs < LEARNING_US_MIN || elapsedUs < CYCLES_MIN * this.cycleUs(context)) return false;
    if (lastUs - newestUs < REST_MIN * (newestUs - firstUs)) return false;
    return this.estimate(context).bound < LEARNED_BELOW;
  }

  observations(context: number): number {
    return this.contextRows[context * CONTEXT_STRIDE + ContextColumn.observations]!;
  }

  distinct(context: number): number {
    return this.contextRows[context * CONTEXT_STRIDE + ContextColumn.distinct]!;
  }

  firstUs(context: number): number {
    return this.contextRows[context * CONTEXT_STRIDE + ContextColumn.firstUs]!;
  }

  lastUs(context: number): number {
    return this.contextRows[context * CONTEXT_STRIDE + ContextColumn.lastUs]!;
  }

  /** Longest time between two observations of the same symbol. */
  cycleUs(context: number): number {
    return this.contextRows[context * CONTEXT_STRIDE + ContextColumn.gapUs]!;
  }

  /** When a symbol of the context was last seen for the first time. */
  newestUs(context: number): number {
    return this.contextRows[context * CONTEXT_STRIDE + ContextColumn.newestUs]!;
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
    return this.symbolRows[symbol * SYMBOL_STRIDE + SymbolColumn.count]!;
  }

  symbolFirstUs(symbol: number): number {
    return this.symbolRows[symbol * SYMBOL_STRIDE + SymbolColumn.firstUs]!;
  }

  symbolLastUs(symbol: number): number {
    return this.symbolRows[symbol * SYMBOL_STRIDE + SymbolColumn.lastUs]!;
  }

  symbolGapUs(symbol: number): number {
    return this.symbolRows[symbol * SYMBOL_STRIDE + SymbolColumn.gapUs]!;
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
    const { contextRows, symbolRows } = this;
    const symbolAt = symbol * SYMBOL_STRIDE;
    const context = symbolRows[symbolAt + SymbolColumn.context]!;
    this.isApproved[context] = 1;
    const at = context * CONTEXT_STRIDE;
    const before = symbolRows[symbolAt + SymbolColumn.count]!;
    if (before === 0) contextRows[at + ContextColumn.distinct]!++;
    if (before === 1) contextRows[at + ContextColumn.once]!--;
    if (before === 2) contextRows[at + ContextColumn.twice]!--;
    if (count === 1) contextRows[at + ContextColumn.once]!++;
    if (count === 2) contextRows[at + ContextColumn.twice]!++;
    contextRows[at + ContextColumn.observations]! += count - before;
    symbolRows[symbolAt + SymbolColumn.count] = count;
    symbolRows[symbolAt + SymbolColumn.firstUs] = firstUs;
    symbolRows[symbolAt + SymbolColumn.lastUs] = lastUs;
    symbolRows[symbolAt + SymbolColumn.gapUs] = gapUs;
    const firstAt = at + ContextColumn.firstUs;
    if (contextRows[firstAt] === 0 || firstUs < contextRows[firstAt]!) contextRows[firstAt] = firstUs;
    for (const [column, value] of [
      [ContextColumn.lastUs, lastUs],
      [ContextColumn.gapUs, gapUs],
      [ContextColumn.newestUs, firstUs],
    ] as const) {
      contextRows[at + column] = Math.max(contextRows[at + column]!, value);
    }
  }
}
