// Judgements become few alerts: merged within an episode, bounded, in an order that does not depend on how they came.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Alert, AlertKind, Judgement } from '../facts/alert.ts';
import type { HostDirectory } from '../facts/facts.ts';
import { MANY } from './many.ts';
import { AlertDesk, type AlertDeskOptions } from './merge.ts';
import { SEVERITY_ASKS, severityRank, worseSeverity } from './severity.ts';

const HOSTS: HostDirectory = {
  count: 10,
  address: (host) => (host === 9 ? '00:80:f4:00:00:09' : `10.0.0.${host}`),
  addressKind: (host) => (host === 9 ? 'mac' : 'ipv4'),
  segment: () => 'vlan 4',
  mac: (host) => (host === 1 ? '00:80:f4:00:00:01' : ''),
  isBroadcastOrMulticast: () => false,
};

const STOP: AlertKind = {
  kind: 'test/stop',
  title: 'Stop',
  severity: 'high',
  why: 'why',
  advice: 'do',
  falsePositives: [],
  techniques: ['T0858'],
  quietSeconds: 60,
};
const NOTE: AlertKind = { ...STOP, kind: 'test/note', severity: 'info', quietSeconds: 1 };

const SECOND_US = 1_000_000;

function judgement(change: Partial<Judgement> = {}): Judgement {
  return {
    kind: STOP.kind,
    timeUs: SECOND_US,
    subject: { host: 1, unit: 3, port: 502 },
    peer: { host: 2, unit: -1, port: 40_000 },
    object: '',
    explanation: 'it happened',
    frames: [5, 6],
    ...change,
  };
}

function desk(options: AlertDeskOptions = {}): AlertDesk {
  return new AlertDesk([STOP, NOTE], HOSTS, (host, unit) => `asset-${host}-${unit}`, options);
}

function alertsOf(judgements: readonly Judgement[], options: AlertDeskOptions = {}): Alert[] {
  const at = desk(options);
  for (const entry of judgements) at.raise(entry);
  return at.alerts();
}

test('an alert says what, whom, who, when, how often, and by which frames', () => {
  const [alert] = alertsOf([judgement(), judgement({ timeUs: 5 * SECOND_US, frames: [9] })]);
  assert.deepEqual(
    { ...alert, id: '' },
    {
      id: '',
      kind: 'test/stop',
      module: 'test',
      severity: 'high',
      title: 'Stop',
      explanation: 'it happened',
      advice: 'do',
      subject: { asset: 'asset-1-3', segment: 'vlan 4', ip: '10.0.0.1', mac: '00:80:f4:00:00:01', port: 502, unit: 3 },
      peer: { asset: 'asset-2--1', segment: 'vlan 4', ip: '10.0.0.2', mac: null, port: 40_000, unit: null },
      object: '',
      firstUs: SECOND_US,
      lastUs: 5 * SECOND_US,
      count: 2,
      techniques: ['T0858'],
      frames: [5, 6, 9],
      framesOmitted: 0,
      incident: null,
    },
  );
  assert.match(alert!.id, /^[0-9a-z]{12}$/);
});

test('another kind, device, unit, peer or object is another alert', () => {
  const alerts = alertsOf([
    judgement(),
    judgement({ kind: NOTE.kind }),
    judgement({ subject: { host: 3, unit: 3, port: 502 } }),
    judgement({ subject: { host: 1, unit: 4, port: 502 } }),
    judgement({ peer: { host: 4, unit: -1, port: 1 } }),
    judgement({ peer: null }),
    judgement({ object: 'block 1' }),
    judgement({ peer: { host: 2, unit: -1, port: 50_000 } }),
  ]);
  assert.equal(alerts.length, 7);
  assert.equal(new Set(alerts.map((alert) => alert.id)).size, 7);
});

test('an episode ends after the quiet time of its kind, and the next has an id of its own', () => {
  const at = (seconds: number): Judgement => judgement({ timeUs: seconds * SECOND_US });
  const alerts = alertsOf([at(1), at(61), at(121), at(182)]);
  assert.deepEqual(
    alerts.map((alert) => alert.count),
    [3, 1],
  );
  assert.equal(new Set(alerts.map((alert) => alert.id)).size, 2);
});

test('what is judged late does not end an episode or move its end', () => {
  const [alert, ...others] = alertsOf([judgement({ timeUs: 50 * SECOND_US }), judgement({ timeUs: 20 * SECOND_US })]);
  assert.deepEqual(others, []);
  assert.deepEqual([alert!.firstUs, alert!.lastUs], [20 * SECOND_US, 50 * SECOND_US]);
});

test('the worst severity stays, with the words that belong to it', () => {
  const [alert] = alertsOf([
    judgement({ severity: 'medium', explanation: 'refused' }),
    judgement({ severity: 'critical', explanation: 'accepted' }),
    judgement({ severity: 'low', explanation: 'later' }),
  ]);
  assert.equal(alert!.severity, 'critical');
  assert.equal(alert!.explanation, 'accepted');
});

test('a later explanation takes the place of the first only when it asks to', () => {
  const [kept] = alertsOf([judgement({ explanation: '16' }), judgement({ explanation: '17' })]);
  assert.equal(kept!.explanation, '16');
  const [replaced] = alertsOf([
    judgement({ explanation: '16' }),
    judgement({ explanation: '17', replacesExplanation: true }),
  ]);
  assert.equal(replaced!.explanation, '17');
});

test('of many frames the first and the last half are listed and the rest is counted', () => {
  const judgements = Array.from({ length: 1000 }, (_, index) => judgement({ frames: [index + 1] }));
  const [alert] = alertsOf(judgements, { framesMax: 8 });
  assert.deepEqual(alert!.frames, [1, 2, 3, 4, 997, 998, 999, 1000]);
  assert.equal(alert!.framesOmitted, 992);
  const [all] = alertsOf(judgements, { framesMax: Infinity });
  assert.equal(all!.frames.length, 1000);
  assert.equal(all!.framesOmitted, 0);
});

test('a frame named twice in a row is one frame, and no frame is none', () => {
  const [alert] = alertsOf([judgement({ frames: [5, 5, 0] }), judgement({ frames: [5] })], { framesMax: 2 });
  assert.deepEqual([alert!.frames, alert!.framesOmitted], [[5], 0]);
});

test('a flood of objects on one device becomes one more alert', () => {
  const at = desk();
  for (let object = 0; object < 1000; object++) at.raise(judgement({ object: `file ${object}`, frames: [object + 1] }));
  const alerts = at.alerts();
  assert.equal(alerts.length, 65);
  const many = alerts.find((alert) => alert.object === MANY);
  assert.equal(many?.count, 936);
  assert.equal(many.peer, null);
  assert.equal(at.collapsed, 936);
});

test('ended episodes make room again', () => {
  const at = desk();
  for (let object = 0; object < 300; object++) {
    at.raise(judgement({ kind: NOTE.kind, object: `file ${object}`, timeUs: object * 2 * SECOND_US }));
  }
  assert.equal(at.collapsed, 0);
  assert.equal(at.alerts().length, 300);
});

test('alerts in all are bounded: beyond, each kind has one for all devices', () => {
  const at = desk({ alertsMax: 10 });
  for (let host = 0; host < 100; host++) {
    for (const kind of [STOP.kind, NOTE.kind]) at.raise(judgement({ kind, subject: { host, unit: -1, port: -1 } }));
  }
  assert.equal(at.alerts().length, 12);
  assert.equal(
    at.alerts().reduce((sum, alert) => sum + alert.count, 0),
    200,
  );
});

test('a kind that nobody declares is counted, not raised', () => {
  const at = desk();
  at.raise(judgement({ kind: 'test/unknown' }));
  assert.deepEqual(at.alerts(), []);
  assert.equal(at.unknownKinds, 1);
});

test('a listener hears of new alerts and of those that become worse', () => {
  const heard: string[] = [];
  const at = desk({ onAlert: (alert) => heard.push(`${alert.severity} ${alert.count}`) });
  at.raise(judgement({ severity: 'low' }));
  at.raise(judgement({ severity: 'low' }));
  at.raise(judgement({ severity: 'high' }));
  assert.deepEqual(heard, ['low 1', 'high 3']);
});

test('hosts that speak no IP are shown by their MAC address', () => {
  const [alert] = alertsOf([judgement({ subject: { host: 9, unit: -1, port: -1 } })]);
  assert.deepEqual([alert!.subject.ip, alert!.subject.mac, alert!.subject.port], [null, '00:80:f4:00:00:09', null]);
});

test('the list is sorted worst first, then by time, and the same judgements give the same list and ids', () => {
  const some = fc.array(
    fc.record({
      severity: fc.constantFrom('info', 'low', 'medium', 'high', 'critical'),
      host: fc.integer({ min: 1, max: 8 }),
      unit: fc.integer({ min: -1, max: 2 }),
      seconds: fc.integer({ min: 1, max: 400 }),
      object: fc.constantFrom('', 'a', 'b'),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(some, (entries) => {
      const judgements = entries
        .toSorted((left, right) => left.seconds - right.seconds)
        .map(({ severity, host, unit, seconds, object }) =>
          judgement({ severity, object, timeUs: seconds * SECOND_US, subject: { host, unit, port: 502 } }),
        );
      const alerts = alertsOf(judgements);
      assert.deepEqual(alertsOf(judgements), alerts);
      assert.equal(
        alerts.reduce((sum, alert) => sum + alert.count, 0),
        judgements.length,
      );
      for (let index = 1; index < alerts.length; index++) {
        const [before, after] = [alerts[index - 1]!, alerts[index]!];
        const order = severityRank(before.severity) - severityRank(after.severity);
        assert.ok(order > 0 || (order === 0 && before.firstUs <= after.firstUs));
      }
    }),
    { seed: 7, numRuns: 200 },
  );
});

test('every severity says what it asks of a person, and the worse of two is the graver', () => {
  for (const text of Object.values(SEVERITY_ASKS)) assert.ok(text.length > 20);
  assert.equal(worseSeverity('low', 'critical'), 'critical');
  assert.equal(worseSeverity('high', 'medium'), 'high');
});
