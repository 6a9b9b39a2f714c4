// Devices that behave like another one and devices that do not: cases of identity-guard's test, kept apart for their length.
import { Outcome } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import type { Rehearsal } from '../rehearsal.ts';
import { at, type Case } from './rehearsed-routers.ts';

interface Poll {
  readonly from: number;
  readonly count: number;
  /** Seconds. */
  readonly every?: number;
  readonly unevenBy?: number;
  readonly elapsedUs?: number;
  readonly functionOf?: (index: number) => number;
  readonly first?: number;
  readonly outcome?: number;
  readonly server?: number;
}

const FUNCTION = 3;

/** Host 1 asks host 2; three uneven intervals and times in turn, so that nothing is quite the same. */
function poll(rehearsal: Rehearsal, poll: Poll): void {
  const {
    from,
    count,
    every = 1,
    unevenBy = 0.001,
    elapsedUs = 8000,
    first = 0,
    outcome = Outcome.ok,
    server = 2,
  } = poll;
  for (let index = 0; index < count; index++) {
    const uneven = (index % 3) - 1;
    rehearsal.operation({
      verb: Verb.read,
      server,
      function: poll.functionOf?.(index) ?? FUNCTION,
      first,
      count: 2,
      valueSize: 2,
      valueCount: 2,
      outcome,
      code: outcome === Outcome.refused ? 2 : 0,
      elapsedUs: elapsedUs * (1 + uneven * 0.05),
      timeUs: at(from + every * (index + uneven * unevenBy)),
      requestFrame: from * 10 + index * 2 + 1,
      answerFrame: from * 10 + index * 2 + 2,
    });
  }
}

export const HABITS_FIRE: readonly Case[] = [
  {
    kind: 'identity-guard/behaviour-changed',
    what: 'a controller that answers many times sooner',
    play: (rehearsal) => {
      poll(rehearsal, { from: 0, count: 200 });
      poll(rehearsal, { from: 200, count: 40, elapsedUs: 300 });
    },
    says: /^192\.0\.2\.2 \(02:00:00:00:00:02\) behaves like another device\. It takes about 29\d µs to answer what it took about 7\.\d ms\. So it was in none of the 12 stretches of 16 requests before\. As before: what its answers look like\.$/,
  },
  {
    kind: 'identity-guard/behaviour-changed',
    what: 'a controller that answers later and refuses what it knew',
    play: (rehearsal) => {
      poll(rehearsal, { from: 0, count: 200 });
      poll(rehearsal, { from: 200, count: 40, elapsedUs: 40_000 });
      poll(rehearsal, { from: 240, count: 40, outcome: Outcome.refused });
    },
    says: /It takes about \d+ ms to answer what it took about 8\.\d ms; \d+ of 32 answers have another size or outcome than the same question always had, before 0 % at most/,
  },
  {
    kind: 'identity-guard/behaviour-changed',
    what: 'a master that asks at another pace, and for other things',
    play: (rehearsal) => {
      poll(rehearsal, { from: 0, count: 200 });
      poll(rehearsal, { from: 200, count: 300, every: 0.4, functionOf: (index) => (index % 4 === 0 ? FUNCTION : 1) });
    },
    says: /^192\.0\.2\.1 \(02:00:00:00:00:01\) behaves like another device\. It asks every 1\.6 s what it asked every 1\.\d+ s; \d+ % of its requests are for other functions than before/,
  },
];

export const HABITS_QUIET: readonly Case[] = [
  {
    kind: 'identity-guard/behaviour-changed',
    what: 'a busy network, an uneven clock, another screen of the operator, and a device that always varied',
    play: (rehearsal) => {
      poll(rehearsal, { from: 0, count: 200 });
      poll(rehearsal, { from: 200, count: 100, elapsedUs: 60_000 });
      poll(rehearsal, { from: 300, count: 100 });
      poll(rehearsal, { from: 1200, count: 100, unevenBy: 0.2 });
      poll(rehearsal, { from: 2400, count: 100, first: 40 });
      for (let turn = 0; turn < 20; turn++)
        poll(rehearsal, { from: 3600 + turn * 16, count: 16, server: 4, elapsedUs: turn % 2 === 0 ? 300 : 30_000 });
    },
  },
  {
    kind: 'identity-guard/behaviour-changed',
    what: 'too little was seen of the device to say what is usual',
    play: (rehearsal) => {
      poll(rehearsal, { from: 0, count: 60 });
      poll(rehearsal, { from: 60, count: 60, elapsedUs: 100, outcome: Outcome.refused });
    },
  },
];
