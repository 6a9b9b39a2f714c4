// What makes asset-lens speak and what does not, and what it claims about hosts from how they behave.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Claim } from '../../facts/facts.ts';
import { Outcome } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { newLearning } from '../../learning/tables.ts';
import { REHEARSAL_START_US, Rehearsal } from '../rehearsal.ts';
import { assetLens } from './index.ts';

function identity(...values: readonly Partial<Claim>[]): (rehearsal: Rehearsal) => void {
  return (rehearsal) => values.forEach((value, index) => rehearsal.claim({ frame: index + 1, ...value }));
}

const at = (second: number): number => REHEARSAL_START_US + second * 1_000_000;

const FIRES = [
  {
    kind: 'asset-lens/new-device',
    what: 'a host that speaks after four minutes in which three others did',
    play: (rehearsal: Rehearsal) => {
      rehearsal.plantSeconds(0, 240);
      rehearsal.conversation({ client: 9, timeUs: at(240), phase: 'opened', serverPackets: 0 });
      rehearsal.conversation({ client: 9, timeUs: at(241), phase: 'opened', serverPackets: 0 });
    },
    says: /^192\.0\.2\.9 \(02:00:00:00:00:09\) speaks in segment default, where it was never heard before\. In 4 min 3 devices had been heard there, the last new one 4 min ago; .* below 0\.\d+ %\.$/,
  },
  {
    kind: 'asset-lens/role-changed',
    what: 'a controller that only answered asks another host',
    play: (rehearsal: Rehearsal) => {
      rehearsal.plantSeconds(0, 400);
      rehearsal.operation({ timeUs: at(400), client: 2, server: 204, verb: Verb.read });
    },
    says: /^192\.0\.2\.2 asks 192\.0\.2\.204 in Fieldbus\. In 6 min 40 s it was heard in 400 seconds and only answered others: .* below 0\.75 %\.$/,
  },
  {
    kind: 'asset-lens/device-vanished',
    what: 'a controller that no longer answers those who ask it',
    play: (rehearsal: Rehearsal) => {
      rehearsal.plantSeconds(0, 240);
      rehearsal.plantSeconds(240, 300, [2]);
    },
    says: /^192\.0\.2\.2 has been silent for 3\d s\. Before, it was heard in 240 seconds and never silent for more than 1 s\. Since then it was asked in vain \d\d times\.$/,
  },
  {
    kind: 'asset-lens/device-vanished',
    what: 'a client that no longer asks',
    play: (rehearsal: Rehearsal) => {
      rehearsal.plantSeconds(0, 240);
      rehearsal.plantSeconds(240, 300, [1]);
    },
    says: /^192\.0\.2\.1 .*It asked others/,
  },
  {
    kind: 'asset-lens/identity-changed',
    what: 'a device that names another serial number than before',
    play: identity({ attribute: 'serial', value: 'A1' }, { attribute: 'serial', value: 'B2' }),
    says: /192\.0\.2\.2 said its serial is "B2"; before, it said "A1"/,
  },
  {
    kind: 'asset-lens/identity-changed',
    what: 'a unit behind a gateway that names another model',
    play: identity({ unit: 3, value: 'M1' }, { unit: 3, value: 'M2' }),
    says: /192\.0\.2\.2, unit 3/,
  },
  {
    kind: 'asset-lens/firmware-changed',
    what: 'a device that names another firmware, with an escape sequence in it',
    play: identity({ attribute: 'firmware', value: '1.0' }, { attribute: 'firmware', value: '1.1\u001b[31m' }),
    says: /"1\.1\\x1b\[31m"/,
  },
];

const QUIET = [
  {
    kind: 'asset-lens/new-device',
    what: 'a device within the first minute',
    play: (rehearsal: Rehearsal) => {
      rehearsal.plantSeconds(0, 59);
      rehearsal.conversation({ client: 9, timeUs: at(59), phase: 'opened' });
    },
  },
  {
    kind: 'asset-lens/new-device',
    what: 'a segment in which new devices come all the time',
    play: (rehearsal: Rehearsal) => {
      for (let second = 0; second < 1000; second += 10) {
        rehearsal.plantSeconds(second, second + 10);
        rehearsal.conversation({ client: 10 + second / 10, timeUs: at(second + 9), phase: 'opened' });
      }
    },
  },
  {
    kind: 'asset-lens/new-device',
    what: 'a host behind a router',
    play: (rehearsal: Rehearsal) => {
      rehearsal.plantSeconds(0, 240);
      rehearsal.conversation({ client: 210, timeUs: at(240), phase: 'opened' });
    },
  },
  {
    kind: 'asset-lens/new-device',
    what: 'an address that was asked and never answered',
    play: (rehearsal: Rehearsal) => {
      rehearsal.plantSeconds(0, 240);
      rehearsal.conversation({ client: 1, server: 9, timeUs: at(240), phase: 'opened', serverPackets: 0 });
    },
  },
  {
    kind: 'asset-lens/role-changed',
    what: 'a host that asks and answers from the start',
    play: (rehearsal: Rehearsal) => {
      for (let second = 0; second < 600; second += 1) {
        rehearsal.plantSeconds(second, second + 1);
        rehearsal.operation({ timeUs: at(second), client: 2, server: 4, verb: Verb.read });
      }
    },
  },
  {
    kind: 'asset-lens/device-vanished',
    what: 'everything silent for an hour, as between two captures',
    play: (rehearsal: Rehearsal) => {
      rehearsal.plantSeconds(0, 240);
      rehearsal.plantSeconds(3840, 4000);
    },
  },
  {
    kind: 'asset-lens/device-vanished',
    what: 'a controller that nobody asks any more',
    play: (rehearsal: Rehearsal) => {
      rehearsal.plantSeconds(0, 60, [1, 3]);
      for (let second = 0; second < 240; second++)
        rehearsal.operation({ timeUs: at(second), client: 9, server: 8, verb: Verb.read });
      rehearsal.plantSeconds(240, 260);
    },
  },
  {
    kind: 'asset-lens/device-vanished',
    what: 'a controller that nobody asks any more, of which lost answers from before are told late',
    play: (rehearsal: Rehearsal) => {
      for (let second = 0; second < 240; second++) {
        rehearsal.plantSeconds(second, second + 1);
        rehearsal.operation({ timeUs: at(second), client: 9, server: 8, verb: Verb.read });
      }
      for (const second of [200, 210, 220]) {
        const outcome = Outcome.unanswered;
        rehearsal.operation({ timeUs: at(second), client: 9, server: 8, verb: Verb.read, outcome });
      }
      for (let second = 240; second < 400; second++) {
        rehearsal.plantSeconds(second, second + 1);
        rehearsal.operation({ timeUs: at(second), client: 9, server: 2, verb: Verb.read });
      }
    },
  },
  {
    kind: 'asset-lens/device-vanished',
    what: 'a controller that restarts for twenty seconds',
    play: (rehearsal: Rehearsal) => {
      rehearsal.plantSeconds(0, 240);
      rehearsal.plantSeconds(240, 260, [2]);
      rehearsal.plantSeconds(260, 300);
    },
  },
  {
    kind: 'asset-lens/identity-changed',
    what: 'the same identity again',
    play: identity({ value: 'M1' }, { value: 'M1' }, { value: 'M1' }),
  },
  {
    kind: 'asset-lens/identity-changed',
    what: 'two units with their own identities',
    play: identity({ unit: 1, value: 'M1' }, { unit: 2, value: 'M2' }, { unit: 1, value: 'M1' }),
  },
  {
    kind: 'asset-lens/identity-changed',
    what: 'two sources that name the same device differently',
    play: identity({ value: 'M1', source: 'one' }, { value: 'M 1', source: 'other' }),
  },
  {
    kind: 'asset-lens/identity-changed',
    what: 'what is only inferred',
    play: identity({ value: 'M1', trust: 0.3 }, { value: 'M2', trust: 0.3 }),
  },
  {
    kind: 'asset-lens/identity-changed',
    what: 'two devices that answer from the broadcast address',
    play: identity({ host: 255, value: 'M1' }, { host: 255, value: 'M2' }),
  },
  {
    kind: 'asset-lens/firmware-changed',
    what: 'a run state that changes',
    play: identity({ attribute: 'run-state', value: 'run' }, { attribute: 'run-state', value: 'stop' }),
  },
];

describe('fires', () => {
  for (const { kind, what, play, says } of FIRES) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = new Rehearsal(assetLens);
      play(rehearsal);
      assert.deepEqual(rehearsal.kinds(), [kind]);
      assert.match(rehearsal.raised[0]!.explanation, says);
      assert.ok(rehearsal.raised[0]!.frames.length > 0);
    });
  }
});

describe('quiet', () => {
  for (const { kind, what, play } of QUIET) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = new Rehearsal(assetLens);
      play(rehearsal);
      assert.deepEqual(rehearsal.kinds(), []);
    });
  }
});

test('every kind has a case that fires it and a case that does not', () => {
  for (const { kind } of assetLens.meta.kinds) {
    assert.ok(
      FIRES.some((entry) => entry.kind === kind),
      `nothing fires ${kind}`,
    );
    assert.ok(
      QUIET.some((entry) => entry.kind === kind),
      `no quiet case for ${kind}`,
    );
  }
});

/** What is claimed at the end: `host/unit attribute value`. */
function claimsOf(play: (rehearsal: Rehearsal) => void): string[] {
  const rehearsal = new Rehearsal(assetLens);
  play(rehearsal);
  rehearsal.handlers.end?.(1);
  return rehearsal.claimed.map(({ host, unit, attribute, value }) => `${host}/${unit} ${attribute} ${value}`);
}

test('who answers is a controller, who asks one server is an HMI', () => {
  const claims = claimsOf((rehearsal) => {
    for (let round = 0; round < 5; round++) rehearsal.operation({ verb: Verb.read });
  });
  assert.deepEqual(claims.sort(), [
    '1/-1 level 2',
    '1/-1 role hmi',
    '2/-1 level 1',
    '2/-1 role controller',
    '2/1 service fieldbus',
  ]);
});

test('who asks several servers is a SCADA server, who answers for several units a gateway', () => {
  const claims = claimsOf((rehearsal) => {
    for (let server = 2; server < 6; server++) rehearsal.operation({ verb: Verb.read, server });
    for (let unit = 1; unit < 4; unit++) rehearsal.operation({ verb: Verb.read, server: 9, unit });
  });
  assert.ok(claims.includes('1/-1 role scada-server'));
  assert.ok(claims.includes('9/-1 role gateway'));
  assert.ok(claims.includes('9/3 service fieldbus'));
});

test('where an accepted request has no answer, the request proves what is claimed', () => {
  const rehearsal = new Rehearsal(assetLens);
  for (let round = 1; round <= 5; round++) {
    rehearsal.operation({ protocol: 1, unit: -1, verb: Verb.publish, requestFrame: round, answerFrame: 0 });
  }
  rehearsal.handlers.end?.(1);
  assert.deepEqual([...new Set(rehearsal.claimed.map(({ frame }) => frame))], [1]);
});

test('a command that a broker hands on makes a broker of the broker only', () => {
  const claims = claimsOf((rehearsal) => {
    for (let round = 0; round < 5; round++) rehearsal.operation({ protocol: 1, unit: -1, verb: Verb.publish });
    rehearsal.operation({ protocol: 1, unit: -1, verb: Verb.restart, client: 2, server: 1 });
  });
  assert.deepEqual(claims.sort(), ['2/-1 level 3', '2/-1 role broker']);
});

test('who is told values unasked is no client, and who tells them is a server', () => {
  const claims = claimsOf((rehearsal) => {
    for (let round = 0; round < 9; round++) rehearsal.operation({ verb: Verb.report, client: 4, requestFrame: 0 });
  });
  assert.deepEqual(claims.sort(), ['2/-1 level 1', '2/-1 role controller', '2/1 service fieldbus']);
});

test('what is told unasked and not confirmed is proven by the frame that told it', () => {
  const rehearsal = new Rehearsal(assetLens);
  for (let round = 0; round < 9; round++) {
    rehearsal.operation({ verb: Verb.report, client: 4, outcome: Outcome.unanswered, requestFrame: 7, answerFrame: 0 });
  }
  rehearsal.handlers.end?.(1);
  assert.ok(rehearsal.claimed.length > 0);
  for (const { attribute, frame } of rehearsal.claimed) assert.ok(frame > 0, attribute);
});

test('units that were only searched for are not there, those in use are', () => {
  const claims = claimsOf((rehearsal) => {
    for (let unit = 1; unit < 248; unit++) rehearsal.operation({ verb: Verb.read, unit });
    for (let round = 0; round < 5; round++) rehearsal.operation({ verb: Verb.read, unit: 7 });
  });
  assert.deepEqual(
    claims.filter((claim) => claim.includes('service')),
    ['2/7 service fieldbus'],
  );
  assert.ok(claims.includes('2/-1 role controller'));
});

test('who watches a program at work is an engineering station, unless that was refused', () => {
  const claims = claimsOf((rehearsal) => {
    for (let round = 0; round < 4; round++) {
      rehearsal.operation({ verb: Verb.read, function: 98, client: 4 });
      rehearsal.operation({ verb: Verb.read, function: 98, client: 5, outcome: Outcome.refused });
      rehearsal.operation({ verb: Verb.read, function: 3, client: 5 });
      rehearsal.operation({ verb: Verb.read, function: 3, client: 6 });
    }
  });
  assert.ok(claims.includes('4/-1 role engineering-station'));
  assert.ok(claims.includes('5/-1 role hmi') && claims.includes('6/-1 role hmi'));
});

test('who reserves a controller is an engineering station, and who only fails is nothing', () => {
  const claims = claimsOf((rehearsal) => {
    rehearsal.operation({ verb: Verb.reserve, client: 4 });
    for (let round = 0; round < 9; round++) {
      rehearsal.operation({ verb: Verb.read, client: 5, server: 7, outcome: Outcome.unanswered });
    }
  });
  assert.ok(claims.includes('4/-1 role engineering-station'));
  assert.deepEqual(
    claims.filter((claim) => /^[57]\//.test(claim)),
    [],
  );
});

test('claims carry the time and a frame of what they follow from, not the time they are made', () => {
  const rehearsal = new Rehearsal(assetLens);
  for (let round = 1; round <= 5; round++)
    rehearsal.operation({ verb: Verb.read, timeUs: round * 1000, answerFrame: round });
  rehearsal.handlers.end?.(99_000_000);
  assert.deepEqual([...new Set(rehearsal.claimed.map(({ timeUs, frame }) => `${timeUs} ${frame}`))], ['5000 1']);
});

test('claims are made at most once a minute of packet time, when there is news', () => {
  const rehearsal = new Rehearsal(assetLens);
  rehearsal.operation({ verb: Verb.read });
  rehearsal.handlers.tick?.(1_000_000_000);
  const first = rehearsal.claimed.length;
  rehearsal.handlers.tick?.(1_001_000_000);
  assert.equal(rehearsal.claimed.length, first);
  rehearsal.handlers.tick?.(1_060_000_000);
  assert.equal(rehearsal.claimed.length, first, 'there is nothing new to claim');
  rehearsal.operation({ verb: Verb.read, unit: 2 });
  rehearsal.handlers.tick?.(1_061_000_000);
  assert.ok(rehearsal.claimed.length > first);
});

test('too many new devices at once: the segment was not known, and is learned anew', () => {
  const rehearsal = new Rehearsal(assetLens);
  rehearsal.plantSeconds(0, 240);
  for (let host = 10; host < 100; host++) rehearsal.conversation({ client: host, timeUs: at(240), phase: 'opened' });
  assert.deepEqual(rehearsal.kinds(), Array(16).fill('asset-lens/new-device'));
});

test('a new device that answers requests is graver than one that only speaks', () => {
  const rehearsal = new Rehearsal(assetLens);
  rehearsal.plantSeconds(0, 240);
  rehearsal.conversation({ client: 9, timeUs: at(240), phase: 'opened' });
  rehearsal.operation({ timeUs: at(241), client: 1, server: 9, verb: Verb.read });
  assert.deepEqual(
    rehearsal.raised.map(({ severity }) => severity),
    ['medium', 'high'],
  );
});

test('a silence that was told of is told once, and is no part of the rhythm', () => {
  const rehearsal = new Rehearsal(assetLens);
  rehearsal.plantSeconds(0, 240);
  rehearsal.plantSeconds(240, 440, [2]);
  rehearsal.plantSeconds(440, 500);
  rehearsal.plantSeconds(500, 560, [2]);
  assert.deepEqual(rehearsal.kinds(), Array(2).fill('asset-lens/device-vanished'));
});

test('while a baseline is taught, nothing is new', () => {
  const rehearsal = new Rehearsal(assetLens, newLearning(true));
  rehearsal.plantSeconds(0, 400);
  rehearsal.operation({ timeUs: at(400), client: 2, server: 9, verb: Verb.read });
  rehearsal.plantSeconds(401, 500, [2]);
  assert.deepEqual(rehearsal.kinds(), []);
});
