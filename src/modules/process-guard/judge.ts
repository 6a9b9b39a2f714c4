// Judges one written value against what is usual for its point: numbers in, a verdict out, no words.
import { severityRank } from '../../alerts/severity.ts';
import { SEVERITIES, type Severity } from '../../facts/alert.ts';
import type { PointView } from '../../facts/learning.ts';

/** Reads without a write that are needed before a write is judged at all; 3 / 100 bounds its chance at 95 %. */
export const READS_MIN = 100;
/** … and where a baseline speaks of the point: who approved it says that it is known. */
const APPROVED_READS_MIN = 30;
const NEVER_SEEN = 3;
/** So many of the longest times between two accesses must have passed … */
const CYCLES_MIN = 3;
/** … and at least this long, as operators do not write more often than that. */
const LEARNING_US_MIN = 60_000_000;
/** Severities of a first write: bounds of its chance, see `firstWriteSeverity`. */
const USUAL_WRITER_HIGH = 0.001;
const OTHERS_CRITICAL = 0.0001;
const USUAL_WRITES_MIN = 3;
/** Values and steps are judged when the chance that the next one is as far beyond all before is below this … */
const BEYOND_MAX = 0.01;
/** … or below this, where a baseline speaks of the point: who approved it says that it is known. */
const APPROVED_BEYOND_MAX = 0.05;
const BEYOND_GRAVE = 0.001;
/** Values that a point must have taken, or writes of the one it always had. */
const OBSERVED_MIN = 5;
/** Excursions of less than this share of the scale stay untold, however seldom they are. */
const SCALES_MIN = 0.1;
/** Of a point that never changed, less than its own size. */
const CONSTANT_SCALES_MIN = 1;
/** What a point of which little is known may move by at least, in units of the wire. */
const SCALE_MIN = 10;
/** The typical step is at least this share of the range: values say little about those that follow. */
const JUMPING_SHARE = 1 / 8;
/** Words that jump so far, or fill so much of what 16 bits hold, are halves of longer numbers, or signed ones. */
const WORD_SPAN = 0x1_0000;
const WRAPPING_STEP = 0x4000;
const WRAPPING_WIDTH = 0xc000;
/** A step counts as larger when it is so many times the largest. */
const STEP_MARGIN = 1.5;

/** 95 % bound of the chance that the next access is the first write. */
export function firstWriteBound(view: PointView): number {
  return view.reads === 0 ? 1 : Math.min(1, NEVER_SEEN / view.reads);
}

/** Read often, over several of its own cycles, and never written. */
export function isReadOnly(view: PointView, timeUs: number): boolean {
  if (view.isApproved) return view.writes === 0 && view.reads >= APPROVED_READS_MIN;
  const elapsedUs = timeUs - view.firstUs;
  return (
    view.writes === 0 && view.reads >= READS_MIN && elapsedUs >= LEARNING_US_MIN && elapsedUs >= CYCLES_MIN * view.gapUs
  );
}

/**
 * How grave the first write is when the device obeys. A host that has long been writing to the device may have its
 * reasons; for any other it is the second unusual thing at once.
 */
export function firstWriteSeverity(bound: number, isUsualWriter: boolean): Severity {
  const full: Severity = isUsualWriter
    ? bound < USUAL_WRITER_HIGH
      ? 'high'
      : 'medium'
    : bound < OTHERS_CRITICAL
      ? 'critical'
      : 'high';
  return bound > NEVER_SEEN / READS_MIN ? lower(full) : full;
}

/** It writes to the device for at least half as long as the point is known, and did so several times. */
export function isUsualWriter(writes: number, firstUs: number, view: PointView, timeUs: number): boolean {
  return writes >= USUAL_WRITES_MIN && timeUs - firstUs >= (timeUs - view.firstUs) / 2;
}

/**
 * What the value of a point may be next, with what was seen of it. Two models, of which either may be the true one:
 *
 * A. The values are exchangeable. The chance that the next one is a new extreme, c moves after the range last grew, is
 *    1 / (c + 1) (rule of succession for records, which holds for drifting values too); that it lies d or more beyond is
 *    that times the tail of a Cauchy-like law, 1 / (1 + d / s), the heaviest with which setpoints in use agree.
 *    The scale s is the width of the range, plus what a few values cannot tell: s = width + max(10, |largest|) / moves.
 *    A point that always had one value has no width; n writes of it count as the c.
 *
 * B. The steps are exchangeable, as of a value that walks, drifts or counts. A step of D or more comes with a chance of at
 *    most mean / D (Markov), and beyond the largest step S at most 1 / (c' + 1) · 1 / (1 + (D - S) / s'), with
 *    s' = S + max(10, |largest|) / moves.
 *
 * Where the typical step is at least an eighth of the range the point jumps about, and A alone holds; else the larger
 * chance of the two does, so that the next step of a walk that reaches new ground is no news.
 */
export function rangeChance(view: PointView, value: number, span: number): number {
  const tail = 1 / (1 + scalesOutside(view, value, span));
  if (view.minimum === view.maximum) return tail / (view.writes + 1);
  const chance = tail / (view.movesInRange + 1);
  const width = view.maximum - view.minimum;
  return typicalStep(view) >= width * JUMPING_SHARE ? chance : Math.max(chance, walkChance(view, value, span));
}

/** How far the value is beyond the range, in units of the scale. */
export function scalesOutside(view: PointView, value: number, span: number): number {
  return outside(view, value, span) / (view.maximum - view.minimum + unknownScale(view));
}

/** Of a word, the shorter way round: what is a little below zero is a large number. `span`: 0 for all others. */
export function outside({ minimum, maximum }: PointView, value: number, span: number): number {
  if (value >= minimum && value <= maximum) return 0;
  if (span === 0) return value > maximum ? value - maximum : minimum - value;
  return Math.min((value - maximum + span) % span, (minimum - value + span) % span);
}

/** From the value that stands there; of a word, the shorter way round. */
function stepTo(view: PointView, value: number, span: number): number {
  const direct = Math.abs(value - view.last);
  return span === 0 ? direct : Math.min(direct, span - direct);
}

function walkChance(view: PointView, value: number, span: number): number {
  const distance = stepTo(view, value, span);
  if (distance === 0) return 1;
  const bound = Math.min(1, typicalStep(view) / distance);
  return distance > view.step ? Math.min(bound, stepChance(view, distance)) : bound;
}

function typicalStep({ travel, moves }: PointView): number {
  return moves < 2 ? 0 : travel / (moves - 1);
}

/** The chance that the next step is `distance` or more, which is beyond the largest of all. */
function stepChance(view: PointView, distance: number): number {
  const { step, movesInStep } = view;
  return 1 / (1 + (distance - step) / (step + unknownScale(view))) / (movesInStep + 1);
}

/** What is left unknown of how far a point moves, in units of the wire: the less, the more it moved. */
function unknownScale({ minimum, maximum, moves }: PointView): number {
  return Math.max(SCALE_MIN, Math.abs(minimum), Math.abs(maximum)) / Math.max(1, moves);
}

/** What `span` is for values of so many bytes that are not signed. */
export function wordSpan(size: number): number {
  return size === 2 ? WORD_SPAN : 0;
}

/**
 * Is the value outside the range, and is the range known well enough to say so? Halves of numbers of 32 bits are not
 * judged: words that wrap, and where it is `isPart` of a longer write, words that jump far or never changed.
 */
export function isOutOfRange(view: PointView, value: number, span: number, isPart: boolean): boolean {
  if (outside(view, value, span) === 0 || isWrapping(view, span, isPart)) return false;
  if (isPart && view.minimum === view.maximum) return false;
  const isConstant = view.minimum === view.maximum;
  const [observed, scalesMin] = isConstant ? [view.writes, CONSTANT_SCALES_MIN] : [view.moves, SCALES_MIN];
  if (observed < OBSERVED_MIN || scalesOutside(view, value, span) < scalesMin) return false;
  return rangeChance(view, value, span) < (view.isApproved ? APPROVED_BEYOND_MAX : BEYOND_MAX);
}

function isWrapping({ minimum, maximum, step }: PointView, span: number, isPart: boolean): boolean {
  return span !== 0 && (maximum - minimum > WRAPPING_WIDTH || (isPart && step >= WRAPPING_STEP));
}

/** By how far and how sure. */
export function rangeSeverity(view: PointView, value: number, span: number): Severity {
  const scales = scalesOutside(view, value, span);
  const chance = rangeChance(view, value, span);
  if (scales < 1 || chance >= BEYOND_MAX) return 'low';
  return scales >= 3 && chance < BEYOND_GRAVE ? 'high' : 'medium';
}

export function isStepTooLarge(view: PointView, value: number, span: number, isPart: boolean): boolean {
  const step = stepTo(view, value, span);
  // Of a point with one step, up and down, nothing is known of steps; the same holds for halves of larger numbers.
  if (isPart || view.step === 0 || view.moves <= OBSERVED_MIN || isWrapping(view, span, isPart)) return false;
  return step > STEP_MARGIN * view.step && stepChance(view, step) < BEYOND_MAX;
}

/** That the next step is as large as this one. */
export function largeStepChance(view: PointView, value: number, span: number): number {
  return stepChance(view, stepTo(view, value, span));
}

/** One step down, as for what was refused; never below `info`. */
export function lower(severity: Severity): Severity {
  return SEVERITIES[Math.max(0, severityRank(severity) - 1)]!;
}
