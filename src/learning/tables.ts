// The learning tables of one analysis: made together, saved and put back together (baseline.ts).
import type { Learning } from '../facts/learning.ts';
import { NoveltyTable } from './novelty.ts';
import { NameTable } from './names.ts';
import { PointTable } from './points.ts';
import { ProgramTable } from './programs.ts';

export interface LearningTables extends Learning {
  readonly novelty: NoveltyTable;
  readonly unconfirmed: NoveltyTable;
  readonly points: PointTable;
  readonly names: NameTable;
  readonly programs: ProgramTable;
  /** While a baseline is learned: rows of what an earlier one said without a mark. A person has seen it. */
  readonly confirmed: Set<number>;
}

/** Empty tables. `isTeaching`: everything is usual, nothing is judged by what was learned. */
export function newLearning(isTeaching = false): LearningTables {
  return {
    isTeaching,
    novelty: new NoveltyTable(),
    unconfirmed: new NoveltyTable(),
    points: new PointTable(isTeaching),
    names: new NameTable(),
    programs: new ProgramTable(),
    confirmed: new Set(),
  };
}
