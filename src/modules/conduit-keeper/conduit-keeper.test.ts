// What makes conduit-keeper speak and what does not, when it judges by the policy of a person.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostDirectory } from '../../facts/facts.ts';
import { Outcome } from '../../facts/operation.ts';
import type { PolicyView } from '../../facts/policy.ts';
import { Verb } from '../../facts/verbs.ts';
import { newLearning } from '../../learning/tables.ts';
import { REHEARSAL_HOSTS, Rehearsal } from '../rehearsal.ts';
import { conduitKeeper } from './index.ts';

const FIELDBUS = 0;
const SHELL = 2;

/** Hosts 1 to 9 are the office, 10 to 19 the cell, 20 to 29 the DMZ; the others are in no zone. */
const POLICY: PolicyView = {
  policy: {
    zones: ['office', 'cell', 'dmz'].map((name) => ({
      ...{ name, level: null, segment: null, addresses: [], segments: [], roles: [] },
    })),
    conduits: [
      { from: 'office', to: 'cell', protocol: 'fieldbus', functions: 'read', ports: ['tcp/502'] },
      { from: 'office', to: 'dmz', protocol: 'any', functions: null, ports: [] },
    ],
  },
  zoneOf: (host) => (host < 30 ? Math.floor(host / 10) : -1),
};
/** Host 21 is host 11 with another address. */
const HOSTS: HostDirectory = {
  ...REHEARSAL_HOSTS,
  mac: (host) => REHEARSAL_HOSTS.mac(host === 21 ? 11 : host),
};

interface Case {
  readonly kind: string;
  readonly what: string;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly severity?: string;
  readonly says?: RegExp;
}

const opened = (rehearsal: Rehearsal, client: number, server: number, protocol = SHELL, serverPort = 22): void =>
  rehearsal.conversation({ phase: 'identified', client, server, protocol, serverPort, frame: 4 });
const closed = (rehearsal: Rehearsal, client: number, server: number, protocol = FIELDBUS): void =>
  rehearsal.conversation({ phase: 'closed', client, server, protocol, frames: [5, 6] });

const FIRES: readonly Case[] = [
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'a protocol that no conduit has',
    play: (rehearsal) => opened(rehearsal, 1, 10),
    severity: 'medium',
    says: /192\.0\.2\.1 \(zone "office"\) opened ssh.* to 192\.0\.2\.10 \(zone "cell"\)/,
  },
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'the protocol of a conduit the other way round',
    play: (rehearsal) => opened(rehearsal, 10, 1, FIELDBUS, 502),
    says: /no conduit from that zone to this one/,
  },
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'the protocol of a conduit on another port',
    play: (rehearsal) => opened(rehearsal, 1, 10, FIELDBUS, 5020),
  },
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'a try on a port that is not answered',
    play: (rehearsal) =>
      rehearsal.conversation({
        ...{ phase: 'closed', client: 1, server: 10, protocol: -1, serverPort: 23 },
        ...{ isAnswered: false, serverPackets: 0 },
      }),
    severity: 'low',
    says: /was not answered/,
  },
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'a write where the conduit is for reading',
    play: (rehearsal) => rehearsal.operation({ client: 1, server: 10, verb: Verb.write, function: 6 }),
    severity: 'high',
    says: /The policy lets fieldbus pass .* but no writing/,
  },
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'a write that the controller refused',
    play: (rehearsal) =>
      rehearsal.operation({ client: 1, server: 10, verb: Verb.write, function: 6, outcome: Outcome.refused }),
    severity: 'medium',
  },
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'a host in no zone',
    play: (rehearsal) => opened(rehearsal, 40, 10, FIELDBUS, 502),
    says: /in no zone/,
  },
  {
    kind: 'conduit-keeper/device-in-two-zones',
    what: 'one network card that works in the cell and in the DMZ',
    play: (rehearsal) => {
      closed(rehearsal, 11, 10);
      closed(rehearsal, 1, 21);
    },
    says: /02:00:00:00:00:0b works as 192\.0\.2\.11 \(zone "cell"\) and as 192\.0\.2\.21 \(zone "dmz"\)/,
  },
];

const QUIET: readonly Case[] = [
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'what the conduit is for',
    play: (rehearsal) => {
      opened(rehearsal, 1, 10, FIELDBUS, 502);
      rehearsal.operation({ client: 1, server: 10, verb: Verb.read });
    },
  },
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'anything within a zone',
    play: (rehearsal) => {
      opened(rehearsal, 11, 10);
      rehearsal.operation({ client: 11, server: 10, verb: Verb.stop });
    },
  },
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'anything where the conduit lets all pass',
    play: (rehearsal) => opened(rehearsal, 1, 20),
  },
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'two hosts that no zone names',
    play: (rehearsal) => opened(rehearsal, 40, 41),
  },
  {
    kind: 'conduit-keeper/conduit-violated',
    what: 'a write to everybody',
    play: (rehearsal) => rehearsal.operation({ client: 1, server: 255, verb: Verb.write, isBroadcast: true }),
  },
  {
    kind: 'conduit-keeper/device-in-two-zones',
    what: 'one network card with two addresses of one zone',
    play: (rehearsal) => {
      closed(rehearsal, 11, 10);
      closed(rehearsal, 11, 12);
    },
  },
  {
    kind: 'conduit-keeper/device-in-two-zones',
    what: 'hosts whose network card is not known',
    play: (rehearsal) => {
      closed(rehearsal, 200, 10);
      closed(rehearsal, 200, 20);
    },
  },
];

function rehearsalOf({ play }: Case): Rehearsal {
  const rehearsal = new Rehearsal(conduitKeeper, newLearning(), undefined, undefined, { hosts: HOSTS, policy: POLICY });
  play(rehearsal);
  return rehearsal;
}

describe('conduit-keeper with a policy raises', () => {
  for (const example of FIRES) {
    test(`${example.kind}: ${example.what}`, () => {
      const raised = rehearsalOf(example).raised.filter(({ kind }) => kind === example.kind);
      assert.equal(raised.length, 1);
      if (example.severity !== undefined) assert.equal(raised[0]!.severity, example.severity);
      if (example.says !== undefined) assert.match(raised[0]!.explanation, example.says);
    });
  }
});

describe('conduit-keeper with a policy is quiet about', () => {
  for (const example of QUIET) {
    test(`${example.kind}: ${example.what}`, () => {
      assert.deepEqual(
        rehearsalOf(example)
          .kinds()
          .filter((kind) => kind === example.kind),
        [],
      );
    });
  }
});

test('more than eight violations of one host towards one zone are told as one', () => {
  const rehearsal = rehearsalOf({
    kind: '',
    what: '',
    play: (played) => {
      for (let port = 1; port <= 20; port++) {
        played.conversation({ phase: 'closed', client: 1, server: 10, protocol: -1, serverPort: port });
      }
    },
  });
  const objects = new Set(rehearsal.raised.map(({ object }) => object));
  assert.equal(objects.size, 9);
  assert.ok(objects.has('more towards cell'));
});
