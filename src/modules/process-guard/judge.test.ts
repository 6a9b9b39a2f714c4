// Values as processes make them, drawn at random: how often the judgement speaks where nothing is wrong, and how soon
// where a value is far out.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fractions } from '../../../fuzz/random.ts';
import type { Severity } from '../../facts/alert.ts';
import { severityRank } from '../../alerts/severity.ts';
import { PointTable } from '../../learning/points.ts';
import { isOutOfRange, isStepTooLarge, rangeSeverity, wordSpan } from './judge.ts';

const START_US = 1_767_225_600_000_000;
const SPAN = wordSpan(2);
const CLIENT = 1;

function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

type Process = (random: () => number) => () => number;

/** A register that is written; what deviates is not learned. */
class Register {
  readonly #points = new PointTable();
  readonly #point: number;
  #timeUs = START_US;

  constructor() {
    this.#point = this.#points.findOrInsert(2, 1, 0, 3, 0, START_US);
  }

  learn(value: number): void {
    this.#timeUs += 1_000_000;
    this.#points.learnWrite(this.#point, value, CLIENT, this.#timeUs);
  }

  /** The severity of the alert; null for none. */
  write(value: number): Severity | null {
    const view = this.#points.view(this.#point);
    if (!Number.isNaN(view.last) && isOutOfRange(view, value, SPAN, false))
      return this.#deviates(value, rangeSeverity(view, value, SPAN));
    if (!Number.isNaN(view.last) && isStepTooLarge(view, value, SPAN, false)) return this.#deviates(value, 'low');
    this.learn(value);
    return null;
  }

  /** As `write`, but nothing is kept. */
  judge(value: number): Severity | null {
    const view = this.#points.view(this.#point);
    if (isOutOfRange(view, value, SPAN, false)) return rangeSeverity(view, value, SPAN);
    return isStepTooLarge(view, value, SPAN, false) ? 'low' : null;
  }

  #deviates(value: number, severity: Severity): Severity {
    this.#points.noteDeviation(this.#point, value, this.#timeUs);
    return severity;
  }
}

const word = (value: number): number => Math.round(value) & 0xffff;

const PROCESSES: Readonly<Record<string, Process>> = {
  'a random walk': (random) => {
    let value = 2000;
    return () => word((value += Math.round((random() - 0.5) * 40)));
  },
  'a random walk around zero': (random) => {
    let value = 0;
    return () => word((value += Math.round((random() - 0.5) * 20)));
  },
  'a sine with noise': (random) => {
    let step = 0;
    return () => word(2000 + 300 * Math.sin((2 * Math.PI * step++) / 60) + 3 * gaussian(random));
  },
  'a ramp up and down': () => {
    let step = 0;
    return () => word(500 + Math.abs((step++ % 80) - 40) * 10);
  },
  'a counter': () => {
    let value = 60_000;
    return () => word((value += 7));
  },
  'a counter that is reset': () => {
    let value = 0;
    return () => word((value = (value + 3) % 3000));
  },
  'white noise': (random) => () => word(600 + 40 * random()),
  'gaussian noise': (random) => () => word(2000 + 50 * gaussian(random)),
  'rare setpoints, held for long': (random) => {
    let value = 600;
    return () => {
      if (random() < 0.03) value = 500 + 10 * Math.floor(random() * 40);
      return value;
    };
  },
  'a few modes': (random) => () => Math.floor(random() * 5),
  'setpoints of a batch, one recipe after the other': (random) => {
    let recipe = 0;
    return () => {
      if (random() < 0.02) recipe = Math.floor(random() * 6);
      return 1000 + recipe * 700 + Math.floor(random() * 50);
    };
  },
};
const RUNS = 20;
const WRITES = 1000;
/** What has states that are entered seldom is judged when these were seen, as with a baseline. */
const LEARNED_FIRST: Readonly<Record<string, number>> = { 'setpoints of a batch, one recipe after the other': 1500 };

describe('quiet over a thousand writes, twenty times', () => {
  for (const [name, process] of Object.entries(PROCESSES)) {
    test(name, () => {
      let told = 0;
      let loud = 0;
      for (let seed = 1; seed <= RUNS; seed++) {
        const next = process(fractions(seed));
        const register = new Register();
        for (let write = 0; write < (LEARNED_FIRST[name] ?? 0); write++) register.learn(next());
        for (let write = 0; write < WRITES; write++) {
          const severity = register.write(next());
          if (severity === null) continue;
          told++;
          if (severityRank(severity) >= severityRank('medium')) loud++;
        }
      }
      assert.equal(loud, 0, `medium or higher: ${loud} of ${RUNS * WRITES}`);
      assert.ok(told <= RUNS * WRITES * 0.001, `told: ${told} of ${RUNS * WRITES}`);
    });
  }
});

describe('a value far beyond all that was seen is told after tens of values', () => {
  const far: Readonly<Record<string, (largest: number) => number>> = {
    'ten times the largest': (largest) => Math.min(32_000, 10 * largest),
    'the largest signed word': () => 32_767,
  };
  const slow = ['a few modes', 'a random walk around zero', 'a counter', 'rare setpoints, held for long'];
  for (const [name, process] of Object.entries(PROCESSES)) {
    if (slow.includes(name)) continue;
    for (const [what, of] of Object.entries(far)) {
      test(`${name}: ${what}`, () => {
        for (let seed = 1; seed <= RUNS; seed++) {
          const next = process(fractions(seed));
          const register = new Register();
          let largest = 0;
          for (let write = 0; write < 60; write++) {
            const value = next();
            largest = Math.max(largest, value);
            register.write(value);
          }
          const severity = register.judge(of(largest));
          assert.ok(severity !== null, `seed ${seed}: ${of(largest)} after ${largest}`);
        }
      });
    }
  }
});
