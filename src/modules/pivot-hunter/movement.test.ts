// Which sessions become a way to a controller, and which are work.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Conversation } from '../../facts/facts.ts';
import { Rehearsal } from '../rehearsal.ts';
import { runCases, type Case } from './cases.ts';
import { pivotHunter } from './index.ts';
import { Paths, STEPS_MAX, type Step } from './paths.ts';
import { DAY, FIELDBUS, HOUR, MINUTE, SECOND, SHELL, UNKNOWN, WEB, connect, times } from './scenes.ts';

/** Hosts 3 and 9 have been at work for as long as `untilUs`: host 3 asks the controller 2, host 9 looks at a web page of 8. */
function work(rehearsal: Rehearsal, untilUs: number): void {
  for (let timeUs = 0; timeUs <= untilUs; timeUs += untilUs / 4) {
    connect(rehearsal, 'used', { client: 3, server: 2, protocol: FIELDBUS, timeUs });
    connect(rehearsal, 'used', { client: 9, server: 8, protocol: WEB, serverPort: 80, timeUs });
    connect(rehearsal, 'used', { client: 5, server: 8, protocol: WEB, serverPort: 80, timeUs });
  }
}

let flow = 1000;

/** A shell that stays open. */
function shell(
  rehearsal: Rehearsal,
  client: number,
  server: number,
  timeUs: number,
  change: Partial<Conversation> = {},
): void {
  const session = {
    client,
    server,
    serverPort: 22,
    protocol: SHELL,
    timeUs,
    firstUs: timeUs,
    lastUs: timeUs,
    frame: 7,
  };
  rehearsal.conversation({ ...session, flow: flow++, phase: 'opened', protocol: UNKNOWN, ...change });
  rehearsal.conversation({ ...session, flow: flow - 1, phase: 'identified', ...change });
}

function ask(rehearsal: Rehearsal, client: number, server: number, timeUs: number): void {
  connect(rehearsal, 'used', { client, server, protocol: FIELDBUS, timeUs });
}

const FIRES: readonly Case[] = [
  {
    kind: 'movement-chain',
    what: 'a shell into a host, and from there to a controller',
    play: (rehearsal) => {
      work(rehearsal, 2 * DAY);
      shell(rehearsal, 100, 9, 2 * DAY + MINUTE);
      ask(rehearsal, 9, 2, 2 * DAY + 5 * MINUTE);
    },
    severity: 'critical',
    says: /192\.0\.2\.100 came over one host to 192\.0\.2\.2, which answers fieldbus: by ssh to 192\.0\.2\.9, 4 min later by fieldbus to 192\.0\.2\.2\. In the 2 days .*The weakest link is ssh from 192\.0\.2\.100 to 192\.0\.2\.9.*At risk is 192\.0\.2\.2/,
  },
  {
    kind: 'movement-chain',
    what: 'four hops, one of which was over before the next began',
    play: (rehearsal) => {
      work(rehearsal, HOUR);
      shell(rehearsal, 100, 9, HOUR);
      shell(rehearsal, 9, 5, HOUR + MINUTE);
      shell(rehearsal, 5, 6, HOUR + 2 * MINUTE, { flow: 77 });
      rehearsal.conversation({
        phase: 'closed',
        protocol: SHELL,
        flow: 77,
        client: 5,
        server: 6,
        lastUs: HOUR + 3 * MINUTE,
      });
      ask(rehearsal, 6, 2, HOUR + 50 * MINUTE);
    },
    says: /192\.0\.2\.100 came over 3 hosts to 192\.0\.2\.2/,
  },
  {
    kind: 'movement-chain',
    what: 'a shell on the controller itself, over a station',
    play: (rehearsal) => {
      work(rehearsal, HOUR);
      shell(rehearsal, 100, 5, HOUR);
      shell(rehearsal, 5, 2, HOUR + MINUTE);
    },
    severity: 'high',
    says: /by ssh to 192\.0\.2\.2/,
  },
  {
    kind: 'movement-chain',
    what: 'a controller that is only known as one later',
    play: (rehearsal) => {
      work(rehearsal, HOUR);
      shell(rehearsal, 100, 5, HOUR);
      shell(rehearsal, 5, 30, HOUR + MINUTE);
      ask(rehearsal, 3, 30, HOUR + 2 * MINUTE);
    },
  },
  {
    kind: 'movement-step',
    what: 'each session on the way',
    play: (rehearsal) => {
      work(rehearsal, HOUR);
      shell(rehearsal, 100, 9, HOUR);
      ask(rehearsal, 9, 2, HOUR + MINUTE);
    },
    severity: 'medium',
    says: /192\.0\.2\.100 came to 192\.0\.2\.9 by ssh\. It is a step of a way that ended at 192\.0\.2\.2/,
  },
];

const QUIET: readonly Case[] = [
  {
    kind: 'movement-chain',
    what: 'a shell into a host that has always asked the controller',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      shell(rehearsal, 100, 3, DAY + MINUTE);
      ask(rehearsal, 3, 2, DAY + 2 * MINUTE);
    },
  },
  {
    kind: 'movement-chain',
    what: 'what a host opened before somebody came in',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      ask(rehearsal, 9, 2, DAY + MINUTE);
      shell(rehearsal, 100, 9, DAY + 2 * MINUTE);
    },
  },
  {
    kind: 'movement-chain',
    what: 'a session that was over for two hours',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      shell(rehearsal, 100, 9, DAY, { flow: 78 });
      rehearsal.conversation({
        phase: 'closed',
        protocol: SHELL,
        flow: 78,
        client: 100,
        server: 9,
        lastUs: DAY + MINUTE,
      });
      ask(rehearsal, 9, 2, DAY + 2 * HOUR);
    },
  },
  {
    kind: 'movement-chain',
    what: 'a look at a web page of the host',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      connect(rehearsal, 'used', { client: 100, server: 9, protocol: WEB, serverPort: 80, timeUs: DAY });
      ask(rehearsal, 9, 2, DAY + MINUTE);
    },
  },
  {
    kind: 'movement-step',
    what: 'shells between hosts of an office',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      shell(rehearsal, 100, 9, DAY);
      shell(rehearsal, 9, 50, DAY + MINUTE);
      shell(rehearsal, 50, 51, DAY + 2 * MINUTE);
    },
  },
  {
    kind: 'movement-chain',
    what: 'connections that were there before the capture began',
    play: (rehearsal) => {
      shell(rehearsal, 100, 9, SECOND, { isSeenFromStart: false });
      connect(rehearsal, 'used', { client: 9, protocol: FIELDBUS, timeUs: 2 * SECOND, isSeenFromStart: false });
    },
  },
];

runCases(FIRES, QUIET);

test('a login in clear makes its session the weakest link, a hop with a key is not', () => {
  const rehearsal = new Rehearsal(pivotHunter);
  work(rehearsal, HOUR);
  shell(rehearsal, 100, 9, HOUR);
  shell(rehearsal, 9, 5, HOUR + MINUTE, { flow: 79 });
  rehearsal.login({ client: 9, server: 5, flow: 79, mechanism: 'clear' });
  ask(rehearsal, 5, 2, HOUR + 2 * MINUTE);
  assert.match(
    rehearsal.raised.at(-1)!.explanation,
    /weakest link is ssh from 192\.0\.2\.9 to 192\.0\.2\.5: anybody who reads along/,
  );
});

test('a way that is taken again is no news, and what a baseline learned is none', () => {
  const teach = new Rehearsal(pivotHunter);
  work(teach, HOUR);
  shell(teach, 100, 9, HOUR);
  ask(teach, 9, 2, HOUR + MINUTE);
  assert.equal(teach.kinds().filter((kind) => kind.endsWith('chain')).length, 1);
  const again = new Rehearsal(pivotHunter, teach.learning);
  work(again, HOUR);
  shell(again, 100, 9, HOUR);
  ask(again, 9, 2, HOUR + MINUTE);
  assert.deepEqual(again.kinds(), []);
});

test('a way of a hundred hops is told by its last sixteen', () => {
  const paths = new Paths();
  const step = (index: number): Step => ({
    ...{ from: index, to: index + 1, service: 'ssh', timeUs: index * SECOND, frame: 0, isNew: true },
    ...{ watchedUs: 0, strength: 4, untilUs: Infinity },
  });
  times(100, (index) => paths.came(step(index), index));
  assert.deepEqual(
    paths.leadingTo(step(100)).map(({ from }) => from),
    Array.from({ length: STEPS_MAX }, (_none, index) => 101 - STEPS_MAX + index),
  );
});

test('of two sessions that can have led on, the one that is new did, and nobody comes by himself', () => {
  const paths = new Paths();
  const base = { service: 'ssh', frame: 0, watchedUs: 0, strength: 4, untilUs: Infinity };
  paths.came({ ...base, from: 1, to: 2, timeUs: 1, isNew: true }, 1);
  paths.came({ ...base, from: 3, to: 2, timeUs: 2, isNew: false }, 2);
  paths.came({ ...base, from: 9, to: 2, timeUs: 3, isNew: true }, 3);
  const last = { ...base, from: 2, to: 9, timeUs: 4, isNew: true };
  assert.deepEqual(
    paths.leadingTo(last).map(({ from, to }) => [from, to]),
    [
      [1, 2],
      [2, 9],
    ],
  );
});
