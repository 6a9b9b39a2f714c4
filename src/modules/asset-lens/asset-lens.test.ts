// What makes asset-lens speak and what does not, and what it claims about hosts from how they behave.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Claim } from '../../facts/facts.ts';
import { Outcome } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { Rehearsal } from '../rehearsal.ts';
import { assetLens } from './index.ts';

function identity(...values: readonly Partial<Claim>[]): (rehearsal: Rehearsal) => void {
  return (rehearsal) => values.forEach((value, index) => rehearsal.claim({ frame: index + 1, ...value }));
}

const FIRES = [
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
      assert.deepEqual(rehearsal.raised[0]!.frames, [1, 2]);
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
