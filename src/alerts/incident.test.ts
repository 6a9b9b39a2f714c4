// Which alerts become one incident, and which stay alone.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Alert, Incident } from '../facts/alert.ts';
import { incidentAlert as alert } from './example-alerts.ts';
import { joinIncidents } from './incident.ts';
import { storiesOf } from './story.ts';

const SESSION = 'access-watch/success-after-failures';
const STOP = 'command-sentinel/controller-stop';
const WRITE = 'process-guard/write-to-read-only-point';
const MASTER = 'command-sentinel/new-master';
const ANONYMOUS = 'credential-auditor/anonymous-access';

function incidents(alerts: readonly Alert[]): Incident[] {
  const joined = joinIncidents(alerts);
  return storiesOf(alerts.map((each) => ({ ...each, incident: joined.get(each.id) ?? null })));
}

/** Hosts by their last number, as letters again. */
function hostsOf({ hosts }: Incident): string {
  return hosts.map(({ ip }) => String.fromCharCode(64 + Number(ip!.split('.')[3]))).join('');
}

const JOINED: readonly { readonly what: string; readonly alerts: readonly Alert[]; readonly hosts: string }[] = [
  {
    what: 'what two modules say of the same two hosts at the same time',
    alerts: [alert(WRITE, 'A', 'B', 1), alert('command-sentinel/unusual-writer', 'A', 'B', 1)],
    hosts: 'AB',
  },
  {
    what: 'a host that came in, then one from there to the controller',
    alerts: [alert(SESSION, 'A', 'B', 1), alert(STOP, 'B', 'C', 90)],
    hosts: 'ABC',
  },
  {
    what: 'four hops, one an hour, told out of order',
    alerts: [
      alert(STOP, 'D', 'E', 180),
      alert(SESSION, 'C', 'D', 120),
      alert(SESSION, 'A', 'B', 1),
      alert(SESSION, 'B', 'C', 60),
    ],
    hosts: 'ABCDE',
  },
  {
    what: 'a new master that writes to three controllers',
    alerts: [alert(MASTER, 'A', 'B', 1), alert(WRITE, 'A', 'C', 20), alert(WRITE, 'A', 'D', 40)],
    hosts: 'ABCD',
  },
  {
    what: 'a device heard for the first time, told mildly, and what it does',
    alerts: [
      alert('asset-lens/new-device', '', 'A', 1, { severity: 'low', techniques: ['T0864'] }),
      alert(STOP, 'A', 'B', 30),
    ],
    hosts: 'AB',
  },
  {
    what: 'a device that changed after somebody acted on it',
    alerts: [alert(STOP, 'A', 'B', 1), alert('asset-lens/device-vanished', '', 'B', 20)],
    hosts: 'AB',
  },
  {
    what: 'an anonymous login between the hosts of an attack',
    alerts: [alert(ANONYMOUS, 'A', 'B', 1), alert(SESSION, 'A', 'B', 2)],
    hosts: 'AB',
  },
  {
    what: 'the same image on its way to two devices, from two hosts',
    alerts: [
      alert('firmware-guard/image-unknown', 'A', 'B', 1, { object: 'ab12' }),
      alert('firmware-guard/image-unknown', 'C', 'D', 30, { object: 'ab12' }),
    ],
    hosts: 'ABCD',
  },
];

const ALONE: readonly { readonly what: string; readonly alerts: readonly Alert[] }[] = [
  { what: 'one alert', alerts: [alert(STOP, 'A', 'B', 1)] },
  {
    what: 'a busy master that is told of at three controllers',
    alerts: [alert(WRITE, 'A', 'B', 1), alert(WRITE, 'A', 'C', 2), alert(WRITE, 'A', 'D', 3)],
  },
  {
    what: 'two strangers at one busy server',
    alerts: [alert(WRITE, 'A', 'C', 1), alert(WRITE, 'B', 'C', 2)],
  },
  {
    what: 'a login at the server long before the server writes',
    alerts: [alert(SESSION, 'A', 'B', 1), alert(STOP, 'B', 'C', 300)],
  },
  {
    what: 'an act of the server before somebody came in',
    alerts: [alert(STOP, 'B', 'C', 1), alert(SESSION, 'A', 'B', 2)],
  },
  {
    what: 'a scan that touched the master, and what the master does',
    alerts: [alert('pivot-hunter/port-scan', 'A', 'B', 1), alert(WRITE, 'B', 'C', 2)],
  },
  {
    what: 'the same two hosts an hour apart',
    alerts: [alert(WRITE, 'A', 'B', 1), alert(WRITE, 'A', 'B', 62)],
  },
  {
    what: 'two exposures of the same two hosts',
    alerts: [alert(ANONYMOUS, 'A', 'B', 1), alert('credential-auditor/clear-text-login', 'A', 'B', 1)],
  },
  {
    what: 'two alerts of low severity',
    alerts: [alert(WRITE, 'A', 'B', 1, { severity: 'low' }), alert(STOP, 'A', 'B', 1, { severity: 'low' })],
  },
  {
    what: 'what stands for more than was kept apart',
    alerts: [alert(SESSION, 'A', 'B', 1), alert(SESSION, 'A', 'B', 1, { object: '(many)' })],
  },
  {
    what: 'a device that vanished before anybody acted on it, and one that did two hours later',
    alerts: [
      alert('asset-lens/device-vanished', '', 'B', 1),
      alert(STOP, 'A', 'B', 2),
      alert('asset-lens/device-vanished', '', 'B', 122),
    ],
  },
];

describe('joined', () => {
  for (const { what, alerts, hosts } of JOINED) {
    test(what, () => {
      const found = incidents(alerts);
      assert.equal(found.length, 1);
      assert.equal(found[0]!.steps.length, alerts.length);
      assert.equal(hostsOf(found[0]!), hosts);
    });
  }
});

describe('alone', () => {
  for (const { what, alerts } of ALONE) {
    test(what, () => assert.deepEqual(incidents(alerts), []));
  }
});

test('two attacks that pass each other stay two', () => {
  const found = incidents([
    alert(SESSION, 'A', 'B', 1),
    alert(SESSION, 'F', 'G', 2),
    alert(STOP, 'B', 'C', 3),
    alert(STOP, 'G', 'H', 4),
  ]);
  assert.deepEqual(found.map(hostsOf), ['ABC', 'FGH']);
});

test('whatever the order of arrival, the same incidents with the same ids', () => {
  const hosts = fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F');
  const kinds = fc.constantFrom(SESSION, STOP, WRITE, MASTER, ANONYMOUS, 'asset-lens/device-vanished');
  const one = fc.record({ kind: kinds, doer: hosts, subject: hosts, minute: fc.integer({ min: 0, max: 600 }) });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 20 }), fc.infiniteStream(fc.nat()), (drawn, keys) => {
      const alerts = drawn
        .filter(({ doer, subject }) => doer !== subject)
        .map(({ kind, doer, subject, minute }) => alert(kind, kind.includes('vanished') ? '' : doer, subject, minute));
      const shuffled = alerts
        .map((each) => ({ each, key: (keys.next() as IteratorYieldResult<number>).value }))
        .sort((left, right) => left.key - right.key)
        .map(({ each }) => each);
      assert.deepEqual(incidents(shuffled), incidents(alerts));
    }),
    { seed: 9, numRuns: 300 },
  );
});

test('the story says who came in, who was passed, who was meant, and its title says so in words', () => {
  const [found] = incidents([
    alert(SESSION, 'A', 'B', 1, { severity: 'high', title: 'Login after guessing' }),
    alert(ANONYMOUS, 'A', 'B', 0, { title: 'Let in without a name' }),
    alert(STOP, 'B', 'C', 3, {
      severity: 'critical',
      title: 'Controller told to stop',
      techniques: ['T0858', 'T0881'],
    }),
  ]);
  assert.equal(found!.title, '192.0.2.1 → 192.0.2.2 → 192.0.2.3: Login after guessing, then: Controller told to stop');
  assert.equal(found!.severity, 'critical');
  assert.deepEqual(
    found!.hosts.map(({ part }) => part),
    ['origin', 'passed', 'target'],
  );
  assert.deepEqual(
    found!.steps.map(({ stage, from, to }) => [stage, from, to]),
    [
      ['exposure', 0, 1],
      ['access', 0, 1],
      ['effect', 1, 2],
    ],
  );
  assert.deepEqual([found!.firstUs, found!.lastUs], [0, 180_000_000]);
  assert.deepEqual(found!.techniques, ['T0855', 'T0858', 'T0881']);
});

test('the units behind one gateway are one host of a story, and the gateway is named itself where it can be', () => {
  const unit = (number: number): Partial<Alert> => ({
    subject: { ...alert(STOP, 'A', 'B', 0).subject, unit: number, asset: `unit-${number}` },
  });
  const [found] = incidents([alert(STOP, 'A', 'B', 1, { ...unit(3), object: 'x' }), alert(MASTER, 'A', 'B', 1)]);
  assert.deepEqual(
    found!.hosts.map(({ asset }) => asset),
    ['asset-A', 'asset-B'],
  );
});
