// What makes conduit-keeper speak and what does not where no policy says which zones there are, over IPv4 and IPv6 alike.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Conversation, HostDirectory } from '../../facts/facts.ts';
import type { Declaration, Intent } from '../../facts/intent.ts';
import { restoreBaseline, savedBaseline } from '../../learning/baseline.ts';
import { newLearning } from '../../learning/tables.ts';
import { REHEARSAL_HOSTS, REHEARSAL_PROTOCOL, Rehearsal } from '../rehearsal.ts';
import { conduitKeeper } from './index.ts';

const [FIELDBUS, SHELL, WEB] = [0, 2, 3];
const SECOND = 1_000_000;
/** Hosts 10 to 19 are the office, 20 to 29 a cell, 30 to 39 another network, 40 to 49 the Internet. */
const [OFFICE, CONTROLLER, PANEL, JUMP] = [10, 20, 21, 30];
/** The controller has a second address in the other network, on the same network card. */
const SECOND_FOOT = 39;
const NETWORKS: Readonly<Record<'ipv4' | 'ipv6', readonly string[]>> = {
  ipv4: ['', '10.10.1.', '10.20.1.', '10.30.1.', '192.88.99.'],
  ipv6: ['', 'fd00:0:0:1::', 'fd00:0:0:2::', 'fd00:0:0:3::', '3ffe:0:0:4::'],
};

function directoryOf(family: 'ipv4' | 'ipv6'): HostDirectory {
  return {
    ...REHEARSAL_HOSTS,
    addressKind: () => family,
    address: (host) => `${NETWORKS[family][Math.floor(host / 10)] ?? '10.90.1.'}${host}`,
    mac: (host) => (host >= 40 ? '' : REHEARSAL_HOSTS.mac(host === SECOND_FOOT ? CONTROLLER : host)),
  };
}

const DECLARED: Declaration = {
  ...{ masters: [], engineeringStations: [], segments: [], zones: [], windows: [], normal: [], settings: new Map() },
  jumpHosts: [{ name: 'jump', host: { address: '10.30.1.30', segment: null } }],
};
const INTENT: Intent = {
  declared: DECLARED,
  isMaster: () => false,
  isEngineeringStation: (host) => host === 12,
  isJumpHost: (host) => host === JUMP,
  zoneOf: () => null,
  windowAt: () => null,
};

interface Case {
  readonly kind: string;
  readonly what: string;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly severity?: string;
  readonly says?: RegExp;
}

function opened(
  rehearsal: Rehearsal,
  client: number,
  server: number,
  protocol: number,
  more?: Partial<Conversation>,
): void {
  const serverPort = protocol === FIELDBUS ? 502 : protocol === SHELL ? 22 : 80;
  rehearsal.conversation({ phase: 'identified', client, server, protocol, serverPort, frame: 3, ...more });
}

/** The panel reads the controller: that is what makes the controller one. */
function works(rehearsal: Rehearsal, timeUs = SECOND): void {
  opened(rehearsal, PANEL, CONTROLLER, FIELDBUS, { timeUs });
}

/** Three web sites, as a person looks at them. */
function browses(rehearsal: Rehearsal, host: number): void {
  for (const site of [40, 41, 42]) opened(rehearsal, host, site, WEB, { timeUs: SECOND / 2 });
}

/** A day on which the office opens a shell on the host of the other network every three minutes. */
function day(rehearsal: Rehearsal): void {
  for (let count = 0; count < 480; count++) {
    opened(rehearsal, OFFICE, JUMP, SHELL, { timeUs: SECOND + count * 180 * SECOND });
  }
}

/** A day on which a device asks for the same two names. */
function asksTheSame(rehearsal: Rehearsal): void {
  for (let count = 0; count < 480; count++) {
    const timeUs = SECOND + count * 180 * SECOND;
    rehearsal.trait({ host: 31, trait: 'name-asked', value: `time${count % 2}.vendor.example A`, timeUs });
  }
}

const NEXT_DAY = { timeUs: 90_000 * SECOND };

const FIRES: readonly Case[] = [
  {
    kind: 'it-speaks-industrial',
    what: 'a computer that browses reads a controller of another network',
    play: (rehearsal) => {
      works(rehearsal);
      browses(rehearsal, OFFICE);
      opened(rehearsal, OFFICE, CONTROLLER, FIELDBUS, { timeUs: 2 * SECOND });
    },
    severity: 'high',
    says: /used the Internet .* \(3 connections\) .* speaks fieldbus with .*, which answers fieldbus/,
  },
  {
    kind: 'it-speaks-industrial',
    what: 'a computer that stands at level 4',
    play: (rehearsal) => {
      rehearsal.claim({ host: OFFICE, attribute: 'level', value: '4' });
      opened(rehearsal, OFFICE, CONTROLLER, FIELDBUS);
    },
    says: /which stands at level 4, speaks fieldbus/,
  },
  {
    kind: 'level-skipped',
    what: 'a shell from the office to a controller',
    play: (rehearsal) => {
      works(rehearsal);
      browses(rehearsal, OFFICE);
      opened(rehearsal, OFFICE, CONTROLLER, SHELL);
    },
    severity: 'medium',
    says: /opened ssh to .*, which answers fieldbus: nothing stands between/,
  },
  {
    kind: 'level-skipped',
    what: 'a controller that opens a web page of an office computer',
    play: (rehearsal) => {
      works(rehearsal);
      browses(rehearsal, OFFICE);
      opened(rehearsal, CONTROLLER, OFFICE, WEB);
    },
  },
  {
    kind: 'control-to-internet',
    what: 'a controller that opens a web page of the Internet',
    play: (rehearsal) => {
      works(rehearsal);
      opened(rehearsal, CONTROLLER, 40, WEB);
    },
    severity: 'high',
    says: /, which answers fieldbus, opened http \(port 80\) to .*, an address of the Internet, and was answered/,
  },
  {
    kind: 'control-to-internet',
    what: 'a device that turns out to be a controller later',
    play: (rehearsal) => {
      opened(rehearsal, CONTROLLER, 40, WEB);
      works(rehearsal);
    },
    severity: 'high',
  },
  {
    kind: 'control-to-internet',
    what: 'a panel that asks controllers, and then a server of the Internet',
    play: (rehearsal) => {
      works(rehearsal);
      rehearsal.claim({ host: PANEL, attribute: 'level', value: '2' });
      opened(rehearsal, PANEL, 41, WEB, { timeUs: 2 * SECOND });
    },
    severity: 'medium',
  },
  {
    kind: 'control-to-internet',
    what: 'a try that nobody answers',
    play: (rehearsal) => {
      works(rehearsal);
      rehearsal.conversation({
        ...{ phase: 'closed', client: CONTROLLER, server: 40, protocol: -1, serverPort: 4444 },
        ...{ isAnswered: false, serverPackets: 0 },
      });
    },
    severity: 'low',
    says: /got no answer/,
  },
  {
    kind: 'internet-to-control',
    what: 'somebody of the Internet reads a controller',
    play: (rehearsal) => opened(rehearsal, 40, CONTROLLER, FIELDBUS),
    severity: 'critical',
    says: /an address of the Internet, opened fieldbus \(port 502\) to/,
  },
  {
    kind: 'new-path',
    what: 'a service that never led from that network to this one',
    play: (rehearsal) => {
      day(rehearsal);
      opened(rehearsal, CONTROLLER, JUMP, WEB, NEXT_DAY);
    },
    severity: 'medium',
    says: /nothing of the kind passed before\. In 23 h 57 min 480 conversations came .* by one way; the chance .* below 0\.63 %/,
  },
  {
    kind: 'past-jump-host',
    what: 'a shell from another host than the jump host',
    play: (rehearsal) => {
      works(rehearsal);
      opened(rehearsal, OFFICE, CONTROLLER, SHELL);
    },
    severity: 'high',
    says: /none of the jump hosts/,
  },
  {
    kind: 'past-jump-host',
    what: 'Windows Remote Management',
    play: (rehearsal) => {
      works(rehearsal);
      opened(rehearsal, OFFICE, CONTROLLER, WEB, { serverPort: 5985 });
    },
    says: /opened a winrm session/,
  },
  {
    kind: 'controller-asks-outward',
    what: 'a controller that asks for a name',
    play: (rehearsal) => {
      works(rehearsal);
      rehearsal.trait({ host: CONTROLLER, trait: 'name-asked', value: 'www.vendor.example A' });
    },
    severity: 'low',
    says: /asked a name server for www\.vendor\.example/,
  },
  {
    kind: 'controller-asks-outward',
    what: 'a proxy, used before it was known that the device is a controller',
    play: (rehearsal) => {
      rehearsal.trait({ host: CONTROLLER, trait: 'http-connect', value: 'vendor.example:443' });
      works(rehearsal);
    },
    severity: 'medium',
    says: /had a web proxy open a connection to vendor\.example:443/,
  },
  {
    kind: 'unusual-cloud',
    what: 'a domain beyond the one the device always asks for',
    play: (rehearsal) => {
      asksTheSame(rehearsal);
      rehearsal.trait({ host: 31, trait: 'name-asked', value: 'c2.evil.example A', ...NEXT_DAY });
    },
    severity: 'low',
    says: /480 times for names of one domain, and never of evil\.example/,
  },
  {
    kind: 'device-in-two-zones',
    what: 'one network card that works in two networks at the same time',
    play: (rehearsal) => standsTwice(rehearsal, 10 * SECOND, 20 * SECOND),
    says: /network card 02:00:00:00:00:14 works as .* and at the same time as/,
  },
  {
    kind: 'device-in-two-zones',
    what: 'one computer name in two networks at the same time',
    play: (rehearsal) => {
      for (const host of [CONTROLLER, 32]) {
        rehearsal.claim({ host, attribute: 'name', value: 'HIST-01', source: 'netbios name' });
      }
      closes(rehearsal, PANEL, CONTROLLER, 10 * SECOND, 30 * SECOND);
      closes(rehearsal, 33, 32, 20 * SECOND, 40 * SECOND);
    },
    says: /with the name hist-01 works as/,
  },
];

function closes(rehearsal: Rehearsal, client: number, server: number, firstUs: number, lastUs: number): void {
  rehearsal.conversation({ phase: 'closed', client, server, protocol: FIELDBUS, firstUs, lastUs, timeUs: lastUs });
}

/** The controller works until 30 s under its own address, and under the other one in the given time. */
function standsTwice(rehearsal: Rehearsal, firstUs: number, lastUs: number): void {
  closes(rehearsal, PANEL, CONTROLLER, SECOND, 30 * SECOND);
  closes(rehearsal, 33, SECOND_FOOT, firstUs, lastUs);
}

const QUIET: readonly Case[] = [
  {
    kind: 'it-speaks-industrial',
    what: 'a station that asked controllers before it was seen on the Internet',
    play: (rehearsal) => {
      opened(rehearsal, OFFICE, CONTROLLER, FIELDBUS, { timeUs: 1 });
      browses(rehearsal, OFFICE);
      opened(rehearsal, OFFICE, CONTROLLER, FIELDBUS, { timeUs: 2 * SECOND });
    },
  },
  {
    kind: 'it-speaks-industrial',
    what: 'a computer that browses, in the network of the controller',
    play: (rehearsal) => {
      browses(rehearsal, 22);
      opened(rehearsal, 22, CONTROLLER, FIELDBUS, { timeUs: 2 * SECOND });
    },
  },
  {
    kind: 'level-skipped',
    what: 'a shell from the office to a host that is no part of the control level',
    play: (rehearsal) => {
      works(rehearsal);
      browses(rehearsal, OFFICE);
      opened(rehearsal, OFFICE, JUMP, SHELL);
    },
  },
  {
    kind: 'level-skipped',
    what: 'a controller that refused the connection',
    play: (rehearsal) => {
      works(rehearsal);
      browses(rehearsal, OFFICE);
      rehearsal.conversation({
        ...{ phase: 'closed', client: OFFICE, server: CONTROLLER, protocol: -1, serverPort: 22, isAnswered: false },
      });
    },
  },
  {
    kind: 'control-to-internet',
    what: 'a light bulb that is no controller',
    play: (rehearsal) => {
      works(rehearsal);
      opened(rehearsal, 31, 40, WEB);
      rehearsal.claim({ host: 31, attribute: 'role', value: 'light' });
    },
  },
  {
    kind: 'control-to-internet',
    what: 'a controller that asks another network of the plant',
    play: (rehearsal) => {
      works(rehearsal);
      opened(rehearsal, CONTROLLER, JUMP, WEB);
    },
  },
  {
    kind: 'control-to-internet',
    what: 'a computer that was on the Internet before it asked a controller, and goes on',
    play: (rehearsal) => {
      opened(rehearsal, PANEL, 40, WEB, { timeUs: 1 });
      works(rehearsal);
      rehearsal.claim({ host: PANEL, attribute: 'level', value: '2' });
      opened(rehearsal, PANEL, 41, WEB, { timeUs: 2 * SECOND });
    },
  },
  {
    kind: 'internet-to-control',
    what: 'a search that nobody answers',
    play: (rehearsal) => {
      works(rehearsal);
      rehearsal.conversation({
        ...{ phase: 'closed', client: 40, server: CONTROLLER, protocol: -1, serverPort: 502 },
        ...{ isAnswered: false, serverPackets: 0 },
      });
    },
  },
  {
    kind: 'internet-to-control',
    what: 'a conversation joined in its middle, of which nobody knows who opened it',
    play: (rehearsal) => {
      works(rehearsal);
      opened(rehearsal, 40, CONTROLLER, WEB, { isSeenFromStart: false });
    },
  },
  {
    kind: 'new-path',
    what: 'a new way before enough was seen',
    play: (rehearsal) => {
      opened(rehearsal, OFFICE, JUMP, SHELL);
      opened(rehearsal, CONTROLLER, JUMP, WEB);
    },
  },
  {
    kind: 'new-path',
    what: 'the usual way from another host of the same network',
    play: (rehearsal) => {
      day(rehearsal);
      opened(rehearsal, 11, JUMP, SHELL, NEXT_DAY);
    },
  },
  {
    kind: 'past-jump-host',
    what: 'a shell from the jump host, or from a declared engineering station',
    play: (rehearsal) => {
      works(rehearsal);
      opened(rehearsal, JUMP, CONTROLLER, SHELL);
      opened(rehearsal, 12, CONTROLLER, SHELL);
    },
  },
  {
    kind: 'past-jump-host',
    what: 'a shell within the network of the controller',
    play: (rehearsal) => {
      works(rehearsal);
      opened(rehearsal, PANEL, CONTROLLER, SHELL);
    },
  },
  {
    kind: 'controller-asks-outward',
    what: 'a controller that asks for a name of its own link',
    play: (rehearsal) => {
      works(rehearsal);
      rehearsal.trait({ host: CONTROLLER, trait: 'name-asked', value: 'panel.local A' });
    },
  },
  {
    kind: 'controller-asks-outward',
    what: 'a host that only asks controllers',
    play: (rehearsal) => {
      works(rehearsal);
      rehearsal.trait({ host: PANEL, trait: 'name-asked', value: 'www.vendor.example A' });
    },
  },
  {
    kind: 'unusual-cloud',
    what: 'another name of the same domain',
    play: (rehearsal) => {
      asksTheSame(rehearsal);
      rehearsal.trait({ host: 31, trait: 'name-asked', value: 'new.vendor.example A', ...NEXT_DAY });
    },
  },
  {
    kind: 'unusual-cloud',
    what: 'a computer that keeps turning to new domains',
    play: (rehearsal) => {
      for (let count = 0; count < 480; count++) {
        const value = `www.site${Math.floor(count / 2)}.example A`;
        rehearsal.trait({ host: 31, trait: 'name-asked', value, timeUs: SECOND + count * 180 * SECOND });
      }
    },
  },
  {
    kind: 'device-in-two-zones',
    what: 'a device that was moved',
    play: (rehearsal) => standsTwice(rehearsal, 40 * SECOND, 50 * SECOND),
  },
  {
    kind: 'device-in-two-zones',
    what: 'a name that only a configuration gives',
    play: (rehearsal) => {
      for (const host of [OFFICE, 32]) {
        rehearsal.claim({ host, attribute: 'name', value: 'localhost', source: 'modbus 43/14' });
        rehearsal.conversation({ phase: 'closed', client: host, server: host + 1, protocol: WEB, lastUs: SECOND });
      }
    },
  },
];

for (const family of ['ipv4', 'ipv6'] as const) {
  const raisedBy = ({ kind, play }: Case): Rehearsal['raised'] => {
    const place = { hosts: directoryOf(family) };
    const rehearsal = new Rehearsal(conduitKeeper, newLearning(), INTENT, undefined, place);
    play(rehearsal);
    return rehearsal.raised.filter((raised) => raised.kind === `conduit-keeper/${kind}`);
  };

  describe(`conduit-keeper without a policy raises, over ${family}`, () => {
    for (const example of FIRES) {
      test(`${example.kind}: ${example.what}`, () => {
        const raised = raisedBy(example);
        assert.equal(raised.length, 1);
        if (example.severity !== undefined) assert.equal(raised[0]!.severity, example.severity);
        if (example.says !== undefined) assert.match(raised[0]!.explanation, example.says);
      });
    }
  });

  describe(`conduit-keeper without a policy is quiet about, over ${family}`, () => {
    for (const example of QUIET) {
      test(`${example.kind}: ${example.what}`, () => assert.deepEqual(raisedBy(example), []));
    }
  });
}

test('every kind that needs no policy has a case that fires and one that does not', () => {
  const kinds = conduitKeeper.meta.kinds.map(({ kind }) => kind.slice('conduit-keeper/'.length));
  for (const kind of kinds.filter((name) => name !== 'conduit-violated')) {
    assert.ok(
      FIRES.some((example) => example.kind === kind),
      `${kind} fires`,
    );
    assert.ok(
      QUIET.some((example) => example.kind === kind),
      `${kind} is quiet`,
    );
  }
});

test('ways and domains of a baseline are usual, and others are not', () => {
  const hosts = directoryOf('ipv4');
  const taught = newLearning(true);
  const before = new Rehearsal(conduitKeeper, taught, undefined, undefined, { hosts });
  day(before);
  asksTheSame(before);
  const fresh = newLearning();
  const protocols = [REHEARSAL_PROTOCOL];
  const hostOf = (_segment: string, address: string): number => Number(address.split('.')[3]);
  restoreBaseline(savedBaseline(taught, hosts, protocols), fresh, hostOf, protocols);
  const after = new Rehearsal(conduitKeeper, fresh, undefined, undefined, { hosts });
  opened(after, OFFICE, JUMP, SHELL, NEXT_DAY);
  after.trait({ host: 31, trait: 'name-asked', value: 'time1.vendor.example A', ...NEXT_DAY });
  assert.deepEqual(after.kinds(), []);
  opened(after, OFFICE, JUMP, WEB, NEXT_DAY);
  after.trait({ host: 31, trait: 'name-asked', value: 'c2.evil.example A', ...NEXT_DAY });
  assert.deepEqual(after.kinds(), ['conduit-keeper/new-path', 'conduit-keeper/unusual-cloud']);
});

test('a plant whose own addresses are public is not the Internet to itself', () => {
  const hosts = { ...directoryOf('ipv4'), address: (host: number) => `192.88.99.${host}`, mac: () => '' };
  const rehearsal = new Rehearsal(conduitKeeper, newLearning(), undefined, undefined, { hosts });
  works(rehearsal);
  opened(rehearsal, CONTROLLER, 40, WEB);
  opened(rehearsal, 41, CONTROLLER, FIELDBUS);
  assert.deepEqual(rehearsal.kinds(), []);
});
