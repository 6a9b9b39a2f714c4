// What a case of the two lists of tests is, and how the lists are run.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Rehearsal } from '../rehearsal.ts';
import { pivotHunter } from './index.ts';
import { HOUR } from './scenes.ts';

export interface Case {
  readonly kind: string;
  readonly what: string;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly severity?: string;
  readonly says?: RegExp;
}

export function runCases(fires: readonly Case[], quiet: readonly Case[], endUs = 1000 * HOUR): void {
  describe('fires', () => {
    for (const { kind, what, play, says, severity } of fires) {
      test(`${kind}: ${what}`, () => {
        const rehearsal = new Rehearsal(pivotHunter);
        play(rehearsal);
        rehearsal.handlers.end?.(endUs);
        const raised = rehearsal.raised.findLast((each) => each.kind === `pivot-hunter/${kind}`);
        assert.ok(raised, rehearsal.kinds().join());
        if (says !== undefined) assert.match(raised.explanation, says);
        if (severity !== undefined) assert.equal(raised.severity, severity);
        assert.ok(raised.frames.length > 0);
      });
    }
  });
  describe('quiet', () => {
    for (const { kind, what, play } of quiet) {
      test(`${kind}: ${what}`, () => {
        const rehearsal = new Rehearsal(pivotHunter);
        play(rehearsal);
        rehearsal.handlers.end?.(endUs);
        assert.deepEqual(
          rehearsal.raised.map(({ kind: raised, explanation }) => `${raised}: ${explanation}`),
          [],
        );
      });
    }
  });
}
