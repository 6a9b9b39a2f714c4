// What makes command-sentinel speak, and what does not: a case of each for every kind.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Declaration } from '../../facts/intent.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { newLearning } from '../../learning/tables.ts';
import { REHEARSAL_START_US, Rehearsal } from '../rehearsal.ts';
import { commandSentinel } from './index.ts';

interface Case {
  /** The kind's name without the module. */
  readonly kind: string;
  readonly what: string;
  readonly play: (rehearsal: Rehearsal) => void;
  /** Of the last judgement of that kind. */
  readonly severity?: string;
  readonly says?: RegExp;
  /** Host that did it, 1 unless told. */
  readonly by?: number;
}

const MINUTE_US = 60_000_000;

function one(change: Partial<Operation>): (rehearsal: Rehearsal) => void {
  return (rehearsal) => rehearsal.operation(change);
}

/** Asks once for each number from 1 on. */
function each(count: number, change: (number: number) => Partial<Operation>): (rehearsal: Rehearsal) => void {
  return (rehearsal) => {
    rehearsal.conversation({});
    for (let number = 1; number <= count; number++) rehearsal.operation({ verb: Verb.read, ...change(number) });
  };
}

const refused = { outcome: Outcome.refused, code: 1 };
const unanswered = { outcome: Outcome.unanswered, answerFrame: 0, elapsedUs: -1 };
const absent = { outcome: Outcome.refused, code: 11 };

const NOTHING_DECLARED: Declaration = {
  masters: [],
  engineeringStations: [],
  jumpHosts: [],
  normal: [],
  segments: [],
  zones: [],
  windows: [],
  settings: new Map(),
};

function later(second: number): Partial<Operation> {
  return { timeUs: REHEARSAL_START_US + second * 1_000_000 };
}

/** Four minutes of a plant, then this. */
function learned(change: Partial<Operation>): (rehearsal: Rehearsal) => void {
  return (rehearsal) => {
    rehearsal.plantSeconds(0, 240);
    rehearsal.operation({ ...later(240), ...change });
  };
}

const FIRES: readonly Case[] = [
  {
    kind: 'controller-stop',
    what: 'a stop that the device confirms',
    play: one({ verb: Verb.stop, function: 90, subfunction: 0x41 }),
    severity: 'critical',
    says: /192\.0\.2\.1 sent "function 90 sub 65" \(Fieldbus function 90\/65\) to 192\.0\.2\.2, unit 1; the device confirmed it after 2 ms/,
  },
  {
    kind: 'controller-stop',
    what: 'a stop that is refused',
    play: one({ verb: Verb.stop, ...refused }),
    severity: 'high',
    says: /refused it with code 1 \(illegal function\)/,
  },
  {
    kind: 'controller-stop',
    what: 'a stop without an answer',
    play: one({ verb: Verb.stop, ...unanswered }),
    severity: 'high',
    says: /no answer was seen/,
  },
  { kind: 'controller-start', what: 'a start', play: one({ verb: Verb.start }), severity: 'high' },
  { kind: 'controller-restart', what: 'a restart', play: one({ verb: Verb.restart }), severity: 'high' },
  {
    kind: 'listen-only-mode',
    what: 'listen-only without the answer it never has',
    play: one({ verb: Verb['listen-only'], ...unanswered }),
    severity: 'high',
  },
  {
    kind: 'listen-only-mode',
    what: 'listen-only for which a gateway says that the device does not answer',
    play: one({ verb: Verb['listen-only'], ...absent }),
    severity: 'high',
    says: /a gateway answered for the device with code 11/,
  },
  { kind: 'counters-cleared', what: 'counters cleared', play: one({ verb: Verb['clear-log'] }), severity: 'low' },
  { kind: 'mode-changed', what: 'a change of mode', play: one({ verb: Verb['set-mode'] }), severity: 'high' },
  {
    kind: 'program-download',
    what: 'a program download',
    play: one({ verb: Verb['program-download'] }),
    severity: 'critical',
  },
  { kind: 'program-upload', what: 'a program upload', play: one({ verb: Verb['program-upload'] }), severity: 'high' },
  {
    kind: 'firmware-download',
    what: 'a firmware download',
    play: one({ verb: Verb['firmware-download'] }),
    severity: 'critical',
  },
  { kind: 'reservation-taken', what: 'a reservation', play: one({ verb: Verb.reserve }), severity: 'medium' },
  {
    kind: 'reservation-taken',
    what: 'a reservation while another host holds it',
    play: (rehearsal) => {
      rehearsal.operation({ verb: Verb.reserve, client: 3 });
      rehearsal.operation({ verb: Verb.reserve, client: 1, ...refused });
    },
    severity: 'high',
    says: /192\.0\.2\.3 held the reservation/,
  },
  {
    kind: 'broadcast-write',
    what: 'a write to all devices',
    play: one({ verb: Verb.write, isBroadcast: true, unit: 0, space: 4, first: 40, count: 2, ...unanswered }),
    severity: 'high',
    says: /to all devices behind 192\.0\.2\.2 for register 40/,
  },
  {
    kind: 'unit-sweep',
    what: 'sixteen units asked that a gateway cannot reach',
    play: each(16, (unit) => ({ unit, ...absent })),
    severity: 'medium',
    says: /asked 16 unit ids of 192\.0\.2\.2 that are not there \(1 to 16\).*16 requests were answered by the gateway/,
  },
  {
    kind: 'unit-sweep',
    what: 'sixteen units asked that stay silent',
    play: each(16, (unit) => ({ unit, ...unanswered })),
    severity: 'medium',
  },
  {
    kind: 'function-sweep',
    what: 'eight functions tried and refused',
    play: each(8, (code) => ({ function: 100 + code, verb: Verb.other, ...refused })),
    severity: 'high',
    says: /tried 8 Fieldbus functions.*\(101 to 108\)/,
  },
  {
    kind: 'object-sweep',
    what: 'a hundred registers asked for that a device does not have',
    play: each(100, (first) => ({ space: 3, first, outcome: Outcome.refused, code: 2 })),
    severity: 'medium',
    says: /at least 100 different objects that it does not have, the last one register 100.*100 requests were refused/,
  },
  { kind: 'time-set', what: 'a clock set', play: one({ verb: Verb['set-time'] }), severity: 'medium' },
  {
    kind: 'time-set',
    what: 'a clock set by one that is no client of the device',
    play: learned({ client: 9, verb: Verb['set-time'], function: 99 }),
    by: 9,
    severity: 'high',
    says: /192\.0\.2\.9 is none of the 2 clients that this device is known to have\./,
  },
  {
    kind: 'time-set',
    what: 'a clock set by the usual master',
    play: learned({ client: 1, verb: Verb['set-time'], function: 99 }),
    severity: 'low',
    says: /192\.0\.2\.1 is a usual client of this device, with 4\d\d requests before\./,
  },
  {
    kind: 'time-set',
    what: 'a clock set by the usual master, in vain',
    play: learned({ client: 1, verb: Verb['set-time'], function: 99, ...refused }),
    severity: 'info',
  },
  {
    kind: 'file-write',
    what: 'a file written',
    play: one({
      verb: Verb['file-write'],
      nameBytes: new TextEncoder().encode('recipe.csv'),
      nameStart: 0,
      nameEnd: 10,
    }),
    severity: 'high',
    says: /for recipe\.csv/,
  },
  { kind: 'factory-reset', what: 'a factory reset', play: one({ verb: Verb['factory-reset'] }), severity: 'critical' },
  {
    kind: 'force',
    what: 'a forced point',
    play: one({ verb: Verb.force, space: 1, first: 9 }),
    severity: 'high',
    says: /register 9/,
  },
  {
    kind: 'delete',
    what: 'a deleted file whose name would clear a terminal',
    play: one({ verb: Verb.delete, nameBytes: new TextEncoder().encode('a\u001b[2Jb'), nameStart: 0, nameEnd: 6 }),
    severity: 'high',
    says: /for a\\x1b\[2Jb/,
  },
  {
    kind: 'alarms-suppressed',
    what: 'alarms switched off',
    play: one({ verb: Verb['suppress-alarm'] }),
    severity: 'critical',
  },
  {
    kind: 'new-master',
    what: 'a host that never asked, after four minutes in which two others did',
    play: learned({ client: 9, verb: Verb.identify, function: 43, subfunction: 14 }),
    by: 9,
    severity: 'medium',
    says: /192\.0\.2\.9 asks 192\.0\.2\.2 for the first time: "function 43 sub 14".*In 3 min 59 s 192\.0\.2\.1 and 192\.0\.2\.3 made all 540 requests.*below 0\.56 %/,
  },
  {
    kind: 'new-master',
    what: '… however many requests are answered with errors',
    play: learned({ client: 9, verb: Verb.read, ...refused }),
    by: 9,
    severity: 'medium',
  },
  {
    kind: 'unusual-writer',
    what: 'a host that never asked, and writes',
    play: learned({ client: 9, verb: Verb.write, function: 6, space: 4, first: 8 }),
    by: 9,
    severity: 'high',
    says: /for register 8; the device answered\. .*Only 192\.0\.2\.1 had written to it, 12 times\./,
  },
  {
    kind: 'unusual-writer',
    what: 'a host that only read and now writes, refused',
    play: (rehearsal) => {
      rehearsal.plantSeconds(0, 3600);
      rehearsal.operation({ ...later(3600), client: 3, verb: Verb.write, function: 6, space: 4, first: 8, ...refused });
    },
    by: 3,
    severity: 'medium',
    says: /In 1 h it had made 721 requests of this device and changed nothing: .* below 0\.42 %/,
  },
  {
    kind: 'unusual-function',
    what: 'a client that uses what nobody used',
    play: learned({ client: 1, verb: Verb.identify, function: 17 }),
    severity: 'medium',
    says: /nobody had used this function here; clients and functions came in 4 combinations/,
  },
  {
    kind: 'unusual-function',
    what: 'a client that uses what only another one used',
    play: (rehearsal) => {
      rehearsal.plantSeconds(0, 1600);
      rehearsal.operation({ ...later(1600), client: 3, verb: Verb.read, function: 1 });
    },
    by: 3,
    severity: 'low',
    says: /only one other client had used this function here/,
  },
];

/** An HMI that reads all the time and writes now and then. */
const polling = (rehearsal: Rehearsal): void => {
  rehearsal.conversation({});
  for (let round = 0; round < 200; round++) {
    rehearsal.operation({ verb: Verb.read, function: 3, first: round % 10, count: 10 });
    if (round % 50 === 0) rehearsal.operation({ verb: Verb.write, function: 16, first: 5, count: 1 });
  }
};

const QUIET: readonly Case[] = [
  {
    kind: 'unusual-function',
    what: 'an answer with a function of its own whose request was lost',
    play: (rehearsal) => {
      rehearsal.plantSeconds(0, 480);
      const timeUs = REHEARSAL_START_US + 480_000_000;
      rehearsal.operation({ timeUs, verb: Verb.other, function: 129, requestFrame: 0 });
    },
  },
  {
    kind: 'unusual-function',
    what: 'a client that says farewell, and comes back, for the first time after eight minutes',
    play: (rehearsal) => {
      rehearsal.plantSeconds(0, 480);
      const timeUs = REHEARSAL_START_US + 480_000_000;
      rehearsal.operation({ timeUs, verb: Verb.disconnect, function: 66 });
      rehearsal.operation({ timeUs, verb: Verb.connect, function: 65 });
    },
  },
  {
    kind: 'new-master',
    what: 'four minutes of a plant and then four more',
    play: (rehearsal) => {
      rehearsal.plantSeconds(0, 480);
    },
  },
  {
    kind: 'new-master',
    what: 'a host that comes after half a minute, and goes on',
    play: (rehearsal) => {
      rehearsal.plantSeconds(0, 30, [3]);
      rehearsal.plantSeconds(30, 300);
    },
  },
  {
    kind: 'new-master',
    what: 'another server, of which nothing is known',
    play: learned({ client: 9, server: 7, verb: Verb.read }),
  },
  {
    kind: 'unusual-writer',
    what: 'the HMI that writes what it wrote before',
    play: learned({ client: 1, verb: Verb.write, function: 6, first: 8 }),
  },
  {
    kind: 'unusual-writer',
    what: 'a host that read a few times and writes for the first time',
    play: learned({ client: 3, verb: Verb.write, function: 6, first: 8 }),
  },
  {
    kind: 'unusual-function',
    what: 'a new function after twenty seconds',
    play: (rehearsal) => {
      rehearsal.plantSeconds(0, 20);
      rehearsal.operation({ ...later(20), client: 1, verb: Verb.identify, function: 17 });
    },
  },
  {
    kind: 'object-sweep',
    what: 'an HMI with sixty points that a device does not have',
    play: (rehearsal) => {
      for (let round = 0; round < 20; round++) {
        for (let first = 0; first < 60; first++) {
          rehearsal.operation({ verb: Verb.read, space: 3, first: first * 10, outcome: Outcome.refused, code: 2 });
        }
      }
    },
  },
  { kind: 'controller-stop', what: 'an HMI that reads and writes', play: polling },
  { kind: 'controller-start', what: 'a client that connects and disconnects', play: one({ verb: Verb.connect }) },
  {
    kind: 'controller-restart',
    what: 'a loopback diagnosis',
    play: one({ verb: Verb.diagnose, function: 8, subfunction: 0 }),
  },
  {
    kind: 'listen-only-mode',
    what: 'a diagnosis without an answer',
    play: one({ verb: Verb.diagnose, function: 8, subfunction: 2, ...unanswered }),
  },
  { kind: 'counters-cleared', what: 'counters read', play: one({ verb: Verb.diagnose, function: 8, subfunction: 11 }) },
  { kind: 'mode-changed', what: 'the mode read', play: one({ verb: Verb.identify, function: 90, subfunction: 4 }) },
  {
    kind: 'program-download',
    what: 'a large write of registers',
    play: one({ verb: Verb.write, function: 16, count: 123 }),
  },
  { kind: 'program-upload', what: 'a large read of registers', play: one({ verb: Verb.read, count: 125 }) },
  { kind: 'firmware-download', what: 'the firmware version read', play: one({ verb: Verb.identify, function: 43 }) },
  { kind: 'reservation-taken', what: 'a reservation given back', play: one({ verb: Verb.release }) },
  {
    kind: 'broadcast-write',
    what: 'a write to unit 0 that one device answers',
    play: one({ verb: Verb.write, isBroadcast: true, unit: 0 }),
  },
  {
    kind: 'unit-sweep',
    what: 'a master that goes on asking a few dead devices, and many live ones',
    play: (rehearsal) => {
      rehearsal.conversation({});
      for (let round = 0; round < 50; round++) {
        for (let unit = 1; unit <= 30; unit++) {
          rehearsal.operation({ verb: Verb.read, unit, ...(unit > 15 ? absent : {}) });
        }
      }
    },
  },
  {
    kind: 'unit-sweep',
    what: 'a capture that holds one direction only',
    play: (rehearsal) => {
      rehearsal.conversation({ serverPackets: 0, isAnswered: false });
      for (let unit = 1; unit <= 40; unit++) rehearsal.operation({ verb: Verb.read, unit, ...unanswered });
    },
  },
  {
    kind: 'unit-sweep',
    what: 'devices that refuse one register each',
    play: each(40, (unit) => ({ unit, outcome: Outcome.refused, code: 2 })),
  },
  {
    kind: 'function-sweep',
    what: 'a client that asks again and again for what is refused',
    play: each(100, () => ({ function: 17, verb: Verb.identify, ...refused })),
  },
  {
    kind: 'function-sweep',
    what: 'single refusals of different functions, far apart',
    play: each(20, (code) => ({ function: code, timeUs: code * 11 * MINUTE_US, verb: Verb.other, ...refused })),
  },
  { kind: 'time-set', what: 'the clock read', play: one({ verb: Verb.read, function: 90 }) },
  { kind: 'file-write', what: 'a file read', play: one({ verb: Verb['file-read'] }) },
  { kind: 'factory-reset', what: 'a login', play: one({ verb: Verb.authenticate }) },
  { kind: 'force', what: 'a coil written', play: one({ verb: Verb.write, function: 5 }) },
  { kind: 'delete', what: 'something created', play: one({ verb: Verb.create }) },
  { kind: 'alarms-suppressed', what: 'a subscription', play: one({ verb: Verb.subscribe }) },
];

const isOf =
  (kind: string) =>
  (raised: string): boolean =>
    raised === `command-sentinel/${kind}`;

describe('fires', () => {
  for (const { kind, what, play, severity, says, by } of FIRES) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = new Rehearsal(commandSentinel);
      play(rehearsal);
      const judgement = rehearsal.raised.findLast((raised) => isOf(kind)(raised.kind));
      assert.ok(judgement !== undefined, `raised only ${rehearsal.kinds().join(', ')}`);
      const declared = commandSentinel.meta.kinds.find((candidate) => candidate.kind === judgement.kind);
      assert.equal(judgement.severity ?? declared?.severity, severity);
      if (says !== undefined) assert.match(judgement.explanation, says);
      assert.ok(judgement.frames.length > 0);
      assert.equal(judgement.subject.host, 2);
      assert.equal(judgement.peer?.host, by ?? 1);
    });
  }
});

describe('quiet', () => {
  for (const { kind, what, play } of QUIET) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = new Rehearsal(commandSentinel);
      play(rehearsal);
      assert.deepEqual(rehearsal.kinds(), []);
    });
  }
});

test('every kind has a case that fires it and a case that does not', () => {
  for (const { kind } of commandSentinel.meta.kinds) {
    assert.ok(
      FIRES.some((entry) => isOf(entry.kind)(kind)),
      `nothing fires ${kind}`,
    );
    assert.ok(
      QUIET.some((entry) => isOf(entry.kind)(kind)),
      `no quiet case for ${kind}`,
    );
  }
});

test('a command tells how many came before it and what the two had talked about', () => {
  const rehearsal = new Rehearsal(commandSentinel);
  polling(rehearsal);
  rehearsal.operation({ verb: Verb.stop });
  rehearsal.operation({ verb: Verb.stop });
  const [first, second] = rehearsal.raised;
  assert.match(first!.explanation, /first such command seen.*the client had asked for 4 changes/i);
  assert.match(second!.explanation, /number 2 of such commands/);
});

test('a sweep shows the requests that led to it, then each further one', () => {
  const rehearsal = new Rehearsal(commandSentinel);
  each(20, (unit) => ({ unit, ...absent }))(rehearsal);
  assert.deepEqual(
    rehearsal.raised.map((judgement) => judgement.frames.length),
    [16, 1, 1, 1, 1],
  );
  assert.match(rehearsal.raised.at(-1)!.explanation, /asked 20 unit ids.* within 38 ms/);
  assert.equal(rehearsal.raised[0]!.timeUs, 2000, 'it began with the first of them');
});

test('windows of failures that outgrow their room start anew and go on working', () => {
  const rehearsal = new Rehearsal(commandSentinel);
  for (let client = 10; client < 40_000; client++) rehearsal.operation({ client, verb: Verb.read, ...absent });
  each(16, (unit) => ({ unit, ...absent }))(rehearsal);
  assert.deepEqual(rehearsal.kinds(), ['command-sentinel/unit-sweep']);
});

test('the records of a file without a name are one matter', () => {
  const rehearsal = new Rehearsal(commandSentinel);
  for (let record = 0; record < 5; record++) rehearsal.operation({ verb: Verb['file-write'], first: record });
  assert.deepEqual([...new Set(rehearsal.raised.map((judgement) => judgement.object))], ['']);
});

test('a reservation is over ten minutes after its holder last did something with it', () => {
  const severities = (lastWorkUs: number): unknown[] => {
    const rehearsal = new Rehearsal(commandSentinel);
    rehearsal.operation({ verb: Verb.reserve, client: 3, timeUs: MINUTE_US });
    rehearsal.operation({ verb: Verb['program-download'], client: 3, timeUs: lastWorkUs });
    rehearsal.operation({ verb: Verb.reserve, timeUs: 14 * MINUTE_US });
    return rehearsal.raised.map((judgement) => judgement.severity);
  };
  assert.deepEqual(severities(5 * MINUTE_US), ['medium', 'critical', 'high']);
  assert.deepEqual(severities(2 * MINUTE_US), ['medium', 'critical', 'medium']);
});

test('after a reservation is given back, another client may take one', () => {
  const rehearsal = new Rehearsal(commandSentinel);
  rehearsal.operation({ verb: Verb.reserve, client: 3 });
  rehearsal.operation({ verb: Verb.release, client: 3 });
  rehearsal.operation({ verb: Verb.reserve, client: 1 });
  assert.deepEqual(
    rehearsal.raised.map((judgement) => judgement.severity),
    ['medium', 'medium'],
  );
});

test('a new master that goes on is one story, told at once, then once a minute, and at the end', () => {
  const rehearsal = new Rehearsal(commandSentinel);
  rehearsal.plantSeconds(0, 240);
  for (let second = 0; second < 150; second++) {
    rehearsal.operation({ ...later(240 + second), client: 9, verb: Verb.read, function: 100 + (second % 20) });
  }
  assert.deepEqual(rehearsal.kinds(), Array(3).fill('command-sentinel/new-master'));
  rehearsal.handlers.end?.(0);
  assert.equal(rehearsal.raised.length, 4);
  assert.match(rehearsal.raised[3]!.explanation, /made 150 requests within 2 min 29 s/);
});

test('a new master teaches nothing: the plant is known as well as before', () => {
  const rehearsal = new Rehearsal(commandSentinel);
  rehearsal.plantSeconds(0, 240);
  for (let code = 0; code < 100; code++) rehearsal.operation({ ...later(240), client: 9, function: code });
  rehearsal.operation({ ...later(241), client: 10, verb: Verb.read });
  assert.equal(rehearsal.raised.at(-1)!.peer?.host, 10);
});

test('a declared master is never new', () => {
  const intent = {
    isMaster: (client: number) => client === 9,
    isEngineeringStation: () => false,
    isJumpHost: () => false,
    zoneOf: () => null,
    windowAt: () => null,
  };
  const rehearsal = new Rehearsal(commandSentinel, undefined, { ...intent, declared: NOTHING_DECLARED });
  rehearsal.plantSeconds(0, 240);
  rehearsal.operation({ ...later(240), client: 9, verb: Verb.read });
  rehearsal.operation({ ...later(241), client: 9, verb: Verb.write, function: 6 });
  assert.deepEqual(rehearsal.kinds(), []);
});

test('while a baseline is taught, nothing is unusual', () => {
  const rehearsal = new Rehearsal(commandSentinel, newLearning(true));
  rehearsal.plantSeconds(0, 240);
  rehearsal.operation({ ...later(240), client: 9, verb: Verb.write, function: 6 });
  rehearsal.operation({ ...later(241), client: 1, verb: Verb.identify, function: 17 });
  assert.deepEqual(rehearsal.kinds(), []);
});

test('a dangerous command is told of as such, and not as an unusual function', () => {
  const rehearsal = new Rehearsal(commandSentinel);
  learned({ client: 1, verb: Verb['set-time'], function: 99 })(rehearsal);
  assert.deepEqual(rehearsal.kinds(), ['command-sentinel/time-set']);
});

test('who sets a clock again and again is its time master, though it asks for nothing else', () => {
  const rehearsal = new Rehearsal(commandSentinel);
  for (let hour = 0; hour < 6; hour++) {
    rehearsal.operation({ ...later(hour * 3600), verb: Verb['set-time'], function: 99 });
    rehearsal.handlers.tick?.(later(hour * 3600 + 1).timeUs!);
  }
  assert.deepEqual(
    rehearsal.raised.map(({ severity }) => severity),
    ['medium', 'medium', 'medium', 'low', 'low', 'low'],
  );
  assert.match(rehearsal.raised.at(-1)!.explanation, /192\.0\.2\.1 is known to do so: it did 5 times before\./);
});

test('a declared master sets the clocks of its devices', () => {
  const intent = {
    isMaster: (client: number) => client === 9,
    isEngineeringStation: () => false,
    isJumpHost: () => false,
    zoneOf: () => null,
    windowAt: () => null,
  };
  const rehearsal = new Rehearsal(commandSentinel, undefined, { ...intent, declared: NOTHING_DECLARED });
  rehearsal.operation({ ...later(0), client: 9, verb: Verb['set-time'], function: 99 });
  assert.equal(rehearsal.raised[0]!.severity, 'low');
});

test('a client that writes to other devices is less of a surprise as a writer here', () => {
  const severityAfter = (writes: number): unknown => {
    const rehearsal = new Rehearsal(commandSentinel);
    rehearsal.plantSeconds(0, 3600);
    for (let write = 0; write < writes; write++) {
      rehearsal.operation({ ...later(3600), client: 3, server: 8, verb: Verb.write, function: 6, first: 1 });
    }
    rehearsal.operation({ ...later(3601), client: 3, verb: Verb.write, function: 6, first: 8 });
    return rehearsal.raised[0]?.severity;
  };
  assert.equal(severityAfter(0), 'high');
  assert.equal(severityAfter(2), 'high');
  assert.equal(severityAfter(3), 'medium');
});
