// What modules see of the learning tables: what is usual here, and how sure that is. The tables are in learning/; there
// is one set for an analysis, which a baseline saves and puts back as a whole.
import type { Operation } from './operation.ts';

/** The chance that the next symbol is one not seen before: the estimate, and what it is below with 95 % confidence. */
export interface NoveltyEstimate {
  readonly chance: number;
  readonly bound: number;
  /** What the estimate rests on. */
  readonly observations: number;
  readonly distinct: number;
}

/**
 * How often each symbol was seen in its context. Contexts and symbols are rows, numbered from 1; 0 is "none", and all
 * that is asked of it answers as for something never seen.
 */
export interface NoveltyLearning {
  /** The row of a context, made when new; 0 when there is no room. `kind` is one of ContextKind. */
  context(kind: number, a: number, b: number, c: number): number;
  findContext(kind: number, a: number, b: number, c: number): number;
  /** The row of a symbol, made (with count 0) when new; 0 when there is no room. */
  symbol(context: number, s: number, t: number): number;
  findSymbol(context: number, s: number, t: number): number;
  /** Counts one observation of the symbol; answers how often it was seen before. */
  observe(symbol: number, timeUs: number): number;
  /** Several observations at once: their first and last time, and the longest time between two of them. */
  observeMany(symbol: number, count: number, firstUs: number, lastUs: number, gapUs: number): void;
  estimate(context: number): NoveltyEstimate;
  /**
   * The chance of something new is small, with its bound, and several cycles of the context have passed; where a
   * baseline speaks of the context, less is enough.
   */
  isLearned(context: number): boolean;
  observations(context: number): number;
  distinct(context: number): number;
  firstUs(context: number): number;
  lastUs(context: number): number;
  /** When a symbol of the context was last seen for the first time. */
  newestUs(context: number): number;
  /** Symbols of a context, in the order they came, at most the newest `maximum`. */
  symbolsOf(context: number, maximum: number): number[];
  /** Words of a symbol's key: its context, s, t. */
  symbolWord(symbol: number, index: number): number;
  seen(symbol: number): number;
  symbolFirstUs(symbol: number): number;
  symbolLastUs(symbol: number): number;
  /** Longest time between two observations of the symbol. */
  symbolGapUs(symbol: number): number;
}

/** The values a point took, and how they moved. Units are those of the wire. */
export interface PointView {
  readonly reads: number;
  readonly writes: number;
  /** NaN where no value was seen. */
  readonly last: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Largest difference between two values in a row. */
  readonly step: number;
  /** Sum of all differences between two values in a row: over the moves it is the typical step. */
  readonly travel: number;
  /** Values that followed another one, and the first: written or read; the same value again is no move. */
  readonly moves: number;
  /** Of these, those since the range, and the largest step, last grew. */
  readonly movesInRange: number;
  readonly movesInStep: number;
  /** First and last access to the point and its neighbours, longest time between two. */
  readonly firstUs: number;
  readonly lastUs: number;
  readonly gapUs: number;
  /** A baseline speaks of the point or its neighbours. */
  readonly isApproved: boolean;
}

/** How often, when first and when last; microseconds. */
export interface UnconfirmedWrites {
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
}

/** How often written values of a point turned from rising to falling and back, by minutes. */
export interface SwingView {
  /** Changes of direction in the running minute. */
  readonly reversals: number;
  /** The most in any full minute before, and how many minutes that says. */
  readonly reversalsMax: number;
  readonly minutes: number;
  /** Far more turns than in any minute before, and enough minutes to say so. */
  readonly isOscillating: boolean;
}

/** What is usual for every point of every device. Points are numbers from 1; 0 is "none". */
export interface PointLearning {
  /** A read that the device answered. Borrowed: nothing of the operation is kept. */
  learnRead(operation: Operation): void;
  find(server: number, unit: number, protocol: number, space: number, address: number): number;
  /** Makes the point where it is new; 0 where there is no room. */
  findOrInsert(server: number, unit: number, protocol: number, space: number, address: number, timeUs: number): number;
  view(point: number): PointView;
  /** A value within all that is known of a point that is written anyway, or none: nothing to be judged. */
  isOrdinary(point: number, value: number): boolean;
  /** A write as it is usual; NaN where its value is not known or was refused. */
  learnWrite(point: number, value: number, client: number, timeUs: number): void;
  /** What is asked for in the same way is a run: its number, from 1 on; 0 where it is none. Once for an operation. */
  runOf(operation: Operation): number;
  /** True where the write is the one that `noteOrdinaryWrite` was told of, and was learned just now: nothing is to be judged. */
  learnRepeatedWrite(run: number, operation: Operation): boolean;
  /** Each point of the write was ordinary, and learned. */
  noteOrdinaryWrite(run: number, operation: Operation): void;
  /** A write that was judged: its value stands in the point, but is no part of what is usual. */
  noteDeviation(point: number, value: number, timeUs: number): void;
  /** Writes that the baseline saw in one stretch of time only; they are not in `view`. Null: none. */
  unconfirmedWrites(point: number): UnconfirmedWrites | null;
  /** Hosts that read, or wrote, the point or its neighbours; at most four are remembered. */
  clientsOf(point: number, isWrite: boolean): number[];
  /** A value was written: how the point swings where it turned just now, else null. Call it before the write is learned. */
  turned(point: number, value: number, timeUs: number): SwingView | null;
}

/** A block, a program or a file of a device, by its name. */
export interface ProgramPart {
  readonly server: number;
  readonly unit: number;
  readonly protocol: string;
  readonly part: string;
}

/** One content of a part, as it was seen whole while the baseline was learned. */
export interface KnownProgram {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly gapUs: number;
  /** All of it in one stretch of what was learned, and no person has confirmed it. */
  readonly isOnce: boolean;
  /** An earlier baseline said it without a mark: a person has seen it. */
  readonly isConfirmed: boolean;
}

/** Which programs devices are known to hold. */
export interface ProgramLearning {
  learn(part: ProgramPart, sha256: string, size: number, timeUs: number): void;
  /** Empty where nothing is known of the part. */
  known(part: ProgramPart): readonly KnownProgram[];
  /** Is anything known of the programs of this device? */
  isKnownDevice(part: Omit<ProgramPart, 'part'>): boolean;
}

export interface Learning {
  /** True: everything is taken as usual and nothing that is learned is judged, as when a baseline is learned. */
  readonly isTeaching: boolean;
  readonly novelty: NoveltyLearning;
  /**
   * What the baseline saw in one stretch of time only, so that nobody knows whether it is usual: it is not in `novelty`,
   * but here, under the same keys.
   */
  readonly unconfirmed: NoveltyLearning;
  readonly points: PointLearning;
  readonly programs: ProgramLearning;
}
