// What makes logic-watch speak and what does not: a case of each for every kind.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Declaration, HostPattern, Intent, MaintenanceWindow } from '../../facts/intent.ts';
import type { Transfer } from '../../facts/facts.ts';
import { Outcome } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { newLearning } from '../../learning/tables.ts';
import { Rehearsal } from '../rehearsal.ts';
import { KINDS } from './kinds.ts';
import { logicWatch } from './index.ts';

const MINUTE_US = 60_000_000;
const PART: Partial<Transfer> = { carrier: 'block download', name: 'FC1' };
const READ: Partial<Transfer> = { carrier: 'block upload', name: 'FC1', direction: 'to-client' };

/** A program of bytes that do not repeat. */
function program(bytes = 3000, seed = 1): Uint8Array {
  const content = new Uint8Array(bytes);
  let state = seed;
  for (let at = 0; at < bytes; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    content[at] = state >>> 16;
  }
  content[0] = 0x01;
  return content;
}

function changedAt(content: Uint8Array, ...offsets: readonly number[]): Uint8Array {
  const copy = content.slice();
  for (const offset of offsets) copy[offset]! ^= 0xff;
  return copy;
}

/** A data block as its header marks it. */
function dataBlock(seed: number): Uint8Array {
  const block = program(400, seed);
  block.set([0x70, 0x70]);
  return block;
}

const GOOD = program();
const BAD = changedAt(GOOD, 1200, 1201, 2500);
const DB: Partial<Transfer> = { name: 'DB1', details: [['block', 'DB1']] };

const NIGHT: MaintenanceWindow = {
  ...{ name: 'night shift', devices: [], fromUs: null, untilUs: null },
  ...{ days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, untilMinute: 0, utcOffsetMinutes: 0 },
};

/** Host 1 is the engineering station where there is one; `isWindow`: now is a maintenance window, null: none is declared. */
function intent(hasStation: boolean, isWindow: boolean | null): Intent {
  const host: HostPattern = { address: '192.0.2.1', segment: null };
  const declared: Declaration = {
    ...{ masters: [], segments: [], zones: [], jumpHosts: [], settings: new Map() },
    engineeringStations: hasStation ? [{ name: 'ews', host, level: 2 }] : [],
    windows: isWindow === null ? [] : [NIGHT],
  };
  return {
    declared,
    isMaster: () => false,
    isJumpHost: () => false,
    isEngineeringStation: (client) => hasStation && client === 1,
    windowAt: () => (isWindow === true ? NIGHT : null),
  };
}

interface Case {
  readonly kind: string;
  readonly what: string;
  readonly intent?: Intent;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly severity?: string;
  readonly says?: RegExp;
}

const download = { verb: Verb['program-download'] } as const;

const FIRES: readonly Case[] = [
  {
    kind: 'program-sent',
    what: 'a block that is sent',
    play: (rehearsal) => rehearsal.file(GOOD, { ...PART, details: [['language', 'SCL']] }),
    severity: 'info',
    says: /^192\.0\.2\.1 sent 192\.0\.2\.2 by block download: FC1, 3,000 bytes, whole, SHA-256 [0-9a-f]{64}, header: language SCL, no content of it was seen before\.$/,
  },
  {
    kind: 'program-sent',
    what: 'three blocks and a stop in one go',
    play: (rehearsal) => {
      rehearsal.operation({ verb: Verb.stop, unit: -1 });
      for (const name of ['FC1', 'FC2', 'FC3']) rehearsal.file(program(100, name.charCodeAt(2)), { ...PART, name });
    },
    says: /3 parts, 300 bytes: FC1, 100 bytes, whole.*; FC3, .*The same host did(?: in .*)?: stopped it\.$/,
  },
  {
    kind: 'program-sent',
    what: 'a block of which a piece was not seen',
    play: (rehearsal) => rehearsal.file(GOOD, PART, [1]),
    says: /1,000 bytes were not seen \(1,000 at 1,000\), so that it cannot be compared/,
  },
  {
    kind: 'program-read',
    what: 'a block that is read',
    play: (rehearsal) => rehearsal.file(GOOD, READ),
    severity: 'info',
    says: /^192\.0\.2\.1 read from 192\.0\.2\.2 by block upload: FC1, 3,000 bytes, whole/,
  },
  {
    kind: 'program-changed',
    what: 'three bytes that are others than before',
    play: (rehearsal) => {
      rehearsal.file(GOOD, READ);
      rehearsal.file(BAD, { ...PART, timeUs: 4 * MINUTE_US, client: 3 });
    },
    severity: 'high',
    says: /192\.0\.2\.3 sent 192\.0\.2\.2 by block download: FC1: it replaces what 192\.0\.2\.1 read 3 min 59 s before \(3 of 3,000 bytes differ: 2 at 1,200, 1 at 2,500\)/,
  },
  {
    kind: 'program-changed',
    what: 'a block whose header alone is another',
    play: (rehearsal) => {
      rehearsal.file(dataBlock(1), PART);
      rehearsal.file(changedAt(dataBlock(1), 17), PART);
    },
    says: /1 at 17; only its header, the code is the same/,
  },
  {
    kind: 'changed-unseen',
    what: 'two readings that differ',
    play: (rehearsal) => {
      rehearsal.file(GOOD, READ);
      rehearsal.file(BAD, READ);
    },
    severity: 'high',
  },
  {
    kind: 'program-hidden',
    what: 'the old program is read after another one was sent',
    play: (rehearsal) => {
      rehearsal.file(GOOD, READ);
      rehearsal.file(BAD, PART);
      rehearsal.file(GOOD, { ...READ, client: 3 });
    },
    severity: 'critical',
    says: /192\.0\.2\.3 read from 192\.0\.2\.2 by block upload: FC1: it is not what 192\.0\.2\.1 sent/,
  },
  {
    kind: 'online-edit',
    what: 'a download to a controller that says that it runs',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'run-state', value: 'remote run' });
      rehearsal.operation({ ...download, function: 40 });
    },
    severity: 'high',
    says: /while it runs \(its mode was remote run \(fieldbus identity\)\): function 40\.$/,
  },
  {
    kind: 'online-edit',
    what: 'a download after a start',
    play: (rehearsal) => {
      rehearsal.operation({ verb: Verb.start });
      rehearsal.operation(download);
    },
  },
  {
    kind: 'made-permanent',
    what: 'a program that is stored for good after it was sent',
    play: (rehearsal) => {
      rehearsal.file(GOOD, { ...PART, unit: 1 });
      rehearsal.operation({ verb: Verb['store-program'] });
    },
    severity: 'high',
    says: /Loaded before in the same session: FC1, 3,000 bytes/,
  },
  {
    kind: 'other-host',
    what: 'a download from a host that is not declared',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.operation({ ...download, client: 9 }),
    severity: 'critical',
    says: /192\.0\.2\.9 asked 192\.0\.2\.2 for "function 3", and 192\.0\.2\.9 is not the engineering station that 1sec\.yaml declares/,
  },
  {
    kind: 'other-host',
    what: 'an upload to a host that is not declared',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.operation({ verb: Verb['program-upload'], client: 9 }),
    severity: 'high',
  },
  {
    kind: 'other-host',
    what: 'a download from a camera, where nothing is declared',
    play: (rehearsal) => {
      rehearsal.claim({ host: 9, attribute: 'role', value: 'camera' });
      rehearsal.operation({ ...download, client: 9 });
    },
    says: /192\.0\.2\.9 is a camera/,
  },
  {
    kind: 'outside-window',
    what: 'a download when no work is planned',
    intent: intent(true, false),
    play: (rehearsal) => rehearsal.operation(download),
    severity: 'high',
    says: /1970-01-01 00:00 UTC is not in the maintenance window that is declared/,
  },
  {
    kind: 'project-file',
    what: 'a project of Studio 5000 on a file share',
    play: (rehearsal) => rehearsal.file(GOOD, { protocol: 'http', name: 'line\\filler.ACD' }),
    severity: 'low',
    says: /192\.0\.2\.1 handed 192\.0\.2\.2 a project of Studio 5000 by http: line\\filler\.ACD/,
  },
  {
    kind: 'project-file',
    what: 'a project that goes to a host that is no engineering station',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.file(GOOD, { protocol: 'http', name: 'filler.zap17', client: 4 }),
    severity: 'medium',
  },
];

const QUIET: readonly Case[] = [
  {
    kind: 'program-sent',
    what: 'an image for the device, which is firmware',
    play: (rehearsal) => rehearsal.file(GOOD, { ...PART, carrier: 'flash update', name: 'firmware' }),
  },
  { kind: 'program-sent', what: 'a block that is read', play: (rehearsal) => rehearsal.file(GOOD, READ) },
  {
    kind: 'program-read',
    what: 'a page of a web server',
    play: (rehearsal) => rehearsal.file(GOOD, { protocol: 'http', direction: 'to-client' }),
  },
  {
    kind: 'program-changed',
    what: 'the same block once more',
    play: (rehearsal) => {
      rehearsal.file(GOOD, READ);
      rehearsal.file(GOOD, PART);
      rehearsal.file(GOOD, PART);
    },
  },
  {
    kind: 'program-changed',
    what: 'another block, and the same block of another device',
    play: (rehearsal) => {
      rehearsal.file(GOOD, PART);
      rehearsal.file(BAD, { ...PART, name: 'FC2' });
      rehearsal.file(BAD, { ...PART, server: 7 });
    },
  },
  {
    kind: 'program-changed',
    what: 'a block of which a piece was not seen',
    play: (rehearsal) => {
      rehearsal.file(GOOD, PART);
      rehearsal.file(GOOD, PART, [1]);
    },
  },
  {
    kind: 'changed-unseen',
    what: 'a log that grows',
    play: (rehearsal) => {
      rehearsal.file(GOOD.subarray(0, 900), { ...READ, carrier: 'file' });
      rehearsal.file(GOOD, { ...READ, carrier: 'file' });
    },
  },
  {
    kind: 'changed-unseen',
    what: 'a data block whose values moved',
    play: (rehearsal) => {
      rehearsal.file(dataBlock(1), { ...READ, ...DB });
      rehearsal.file(dataBlock(2), { ...READ, ...DB });
    },
  },
  {
    kind: 'program-hidden',
    what: 'what was sent is read',
    play: (rehearsal) => {
      rehearsal.file(GOOD, READ);
      rehearsal.file(BAD, PART);
      rehearsal.file(BAD, READ);
    },
  },
  {
    kind: 'program-hidden',
    what: 'a data block whose values moved since it was sent',
    play: (rehearsal) => {
      rehearsal.file(dataBlock(1), { ...PART, ...DB });
      rehearsal.file(dataBlock(2), { ...READ, ...DB });
    },
  },
  {
    kind: 'program-hidden',
    what: 'a block that was deleted and comes anew',
    play: (rehearsal) => {
      rehearsal.file(GOOD, PART);
      const nameBytes = Buffer.from('FC1');
      rehearsal.operation({ verb: Verb.delete, unit: -1, nameBytes, nameStart: 0, nameEnd: 3 });
      rehearsal.file(BAD, READ);
    },
  },
  {
    kind: 'online-edit',
    what: 'a download to a controller that was stopped',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'run-state', value: 'run' });
      rehearsal.operation({ verb: Verb.stop });
      rehearsal.operation(download);
    },
  },
  {
    kind: 'online-edit',
    what: 'a controller of which no mode is known',
    play: (rehearsal) => rehearsal.operation(download),
  },
  {
    kind: 'made-permanent',
    what: 'a refusal',
    play: (rehearsal) => rehearsal.operation({ verb: Verb['store-program'], outcome: Outcome.refused, code: 1 }),
  },
  {
    kind: 'other-host',
    what: 'the declared station',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.operation(download),
  },
  {
    kind: 'other-host',
    what: 'a host without a role, where nothing is declared',
    play: (rehearsal) => rehearsal.operation(download),
  },
  {
    kind: 'other-host',
    what: 'an HMI that is not declared and starts a controller',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.operation({ verb: Verb.start, client: 9 }),
  },
  {
    kind: 'outside-window',
    what: 'a download in the window',
    intent: intent(true, true),
    play: (rehearsal) => rehearsal.operation(download),
  },
  {
    kind: 'outside-window',
    what: 'no window is declared',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.operation(download),
  },
  {
    kind: 'project-file',
    what: 'a file that is no project',
    play: (rehearsal) => rehearsal.file(GOOD, { protocol: 'http', name: 'day.csv' }),
  },
];

function played({ intent, play }: Case): Rehearsal {
  const rehearsal = new Rehearsal(logicWatch, newLearning(), intent);
  play(rehearsal);
  rehearsal.handlers.end?.(0);
  return rehearsal;
}

describe('fires', () => {
  for (const each of FIRES) {
    test(`${each.kind}: ${each.what}`, () => {
      const raised = played(each).raised.filter(({ kind }) => kind === `logic-watch/${each.kind}`);
      assert.ok(raised.length > 0, 'not raised');
      const last = raised.at(-1)!;
      if (each.severity !== undefined) assert.equal(last.severity, each.severity);
      if (each.says !== undefined) assert.match(last.explanation, each.says);
    });
  }
});

describe('quiet', () => {
  for (const each of QUIET) {
    test(`${each.kind}: ${each.what}`, () => {
      assert.ok(!played(each).kinds().includes(`logic-watch/${each.kind}`));
    });
  }
});

test('every kind has a case that raises it and one that does not', () => {
  for (const { kind } of KINDS) {
    const name = kind.slice('logic-watch/'.length);
    const isNamed = (each: Case): boolean => each.kind === name;
    assert.ok(FIRES.some(isNamed), `nothing raises ${name}`);
    assert.ok(QUIET.some(isNamed), `nothing leaves ${name} quiet`);
  }
});

test('what a declared station changes in a maintenance window is noted only', () => {
  const rehearsal = new Rehearsal(logicWatch, newLearning(), intent(true, true));
  rehearsal.claim({ attribute: 'run-state', value: 'run' });
  rehearsal.file(GOOD, PART);
  rehearsal.file(BAD, PART);
  rehearsal.operation(download);
  rehearsal.operation({ verb: Verb['store-program'] });
  assert.deepEqual(new Set(rehearsal.raised.map(({ severity }) => severity)), new Set(['info']));
  assert.match(rehearsal.raised.at(-1)!.explanation, /It is noted only: .*the maintenance window "night shift"/);
  rehearsal.file(GOOD, READ);
  assert.equal(rehearsal.raised.at(-1)!.severity, 'critical');
});

test('of a large download the first parts are described and all are counted', () => {
  const rehearsal = new Rehearsal(logicWatch);
  for (let block = 0; block < 200; block++) rehearsal.file(program(50, block), { ...PART, name: `FC${block}` });
  assert.equal(new Set(rehearsal.raised.map(({ object }) => object)).size, 1);
  assert.match(rehearsal.raised.at(-1)!.explanation, /200 parts, 10,000 bytes: FC0, .* … and 192 more\.$/);
});
