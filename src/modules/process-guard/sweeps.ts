// Sees one client write one unusual point of a device after another: what is many in a short time is one story.
import { severityRank } from '../../alerts/severity.ts';
import { SEVERITIES, type Severity } from '../../facts/alert.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';

/** Different places written that make a sweep. */
export const PLACES_MIN = 6;
/** A sweep is over when so long no further unusual point was written. */
export const QUIET_US = 60_000_000;
/** Places and frames remembered of one sweep. */
const PLACES_MAX = 1024;
const FRAMES_MAX = 32;
/** Pairs of client and server with unusual writes; the oldest is forgotten first. */
const PAIRS_MAX = 4096;

interface Story {
  firstUs: number;
  lastUs: number;
  readonly places: Set<string>;
  writes: number;
  refused: number;
  lowest: number;
  highest: number;
  worst: Severity;
  isTold: boolean;
  frames: number[];
}

/** What is told of a sweep with every further write of it. */
export interface PointSweep {
  readonly places: number;
  readonly writes: number;
  readonly refused: number;
  readonly firstUs: number;
  readonly lastUs: number;
  /** Of the first objects, in whatever space. */
  readonly lowest: number;
  readonly highest: number;
  readonly severity: Severity;
  /** The threshold was reached just now. */
  readonly isNew: boolean;
  /** When it is new, of all writes so far. */
  readonly frames: readonly number[];
}

export class PointSweeps {
  readonly #stories = new Map<string, Story>();

  /** An unusual write; null while it is not one of many. */
  noted(operation: Operation, severity: Severity): PointSweep | null {
    const { timeUs, first } = operation;
    const story = this.#story(`${operation.client}/${operation.server}`, timeUs);
    story.lastUs = Math.max(story.lastUs, timeUs);
    story.writes++;
    if (operation.outcome === Outcome.refused) story.refused++;
    if (severityRank(severity) > severityRank(story.worst)) story.worst = severity;
    story.lowest = Math.min(story.lowest, first);
    story.highest = Math.max(story.highest, first);
    if (story.places.size < PLACES_MAX) story.places.add(`${operation.unit}/${operation.space}/${first}`);
    const frames = [operation.requestFrame, operation.answerFrame].filter((frame) => frame > 0);
    if (!story.isTold && story.frames.length < FRAMES_MAX) story.frames.push(...frames);
    if (story.places.size < PLACES_MIN) return null;
    const isNew = !story.isTold;
    const told = isNew ? story.frames : frames;
    story.isTold = true;
    story.frames = [];
    return { ...story, places: story.places.size, severity: worse(story.worst), isNew, frames: told };
  }

  #story(key: string, timeUs: number): Story {
    let story = this.#stories.get(key);
    if (story !== undefined && timeUs - story.lastUs <= QUIET_US) return story;
    this.#stories.delete(key);
    if (this.#stories.size >= PAIRS_MAX) {
      for (const oldest of this.#stories.keys()) {
        this.#stories.delete(oldest);
        break;
      }
    }
    story = {
      firstUs: timeUs,
      lastUs: timeUs,
      places: new Set(),
      writes: 0,
      refused: 0,
      lowest: Infinity,
      highest: -Infinity,
      worst: 'info',
      isTold: false,
      frames: [],
    };
    this.#stories.set(key, story);
    return story;
  }
}

/** Many that are each below high are together one step worse. */
function worse(severity: Severity): Severity {
  const rank = severityRank(severity);
  return rank >= severityRank('high') ? severity : SEVERITIES[rank + 1]!;
}
