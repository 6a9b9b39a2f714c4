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
/** Values and steps are judged when the chance that the next one is beyond all before is below this. */
const BEYOND_MAX = 0.01;
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

/** Of `moves` exchangeable values the chance that the next one is outside the range of all. */
export function rangeChance(view: PointView): number {
  return Math.min(1, 2 / (view.movesInRange + 1));
}

/** … that the next step is larger than all. */
export function stepChance(view: PointView): number {
  return Math.min(1, 1 / (view.movesInStep + 1));
}

/**
 * Is the value outside the range, and is the range known well enough to say so? A word that never changed is not
 * judged where it is `isPart` of a longer write: it may be half of a number of 32 bits.
 */
export function isOutOfRange(view: PointView, value: number, isPart: boolean): boolean {
  if (value >= view.minimum && value <= view.maximum) return false;
  if (isPart && view.minimum === view.maximum) return false;
  return rangeChance(view) < BEYOND_MAX;
}

/** By how many widths of the range the value is outside; of a range without width, by the share of the value itself. */
export function widthsOutside(view: PointView, value: number): number {
  const beyond = value > view.maximum ? value - view.maximum : view.minimum - value;
  const width = view.maximum - view.minimum;
  return width > 0 ? beyond / width : beyond / Math.max(1, Math.abs(view.maximum));
}

export function rangeSeverity(view: PointView, value: number): Severity {
  const widths = widthsOutside(view, value);
  const isConstant = view.maximum === view.minimum;
  if (widths < 0.1) return 'low';
  return widths < 1 || isConstant ? 'medium' : 'high';
}

export function isStepTooLarge(view: PointView, value: number, isPart: boolean): boolean {
  const step = Math.abs(value - view.last);
  // Of a point with one step, up and down, nothing is known of steps; the same holds for halves of larger numbers.
  if (isPart || view.step === 0) return false;
  return step > STEP_MARGIN * view.step && stepChance(view) < BEYOND_MAX;
}

/** One step down, as for what was refused; never below `info`. */
export function lower(severity: Severity): Severity {
  return SEVERITIES[Math.max(0, severityRank(severity) - 1)]!;
}
