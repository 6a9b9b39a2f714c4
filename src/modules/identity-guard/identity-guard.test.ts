// What makes identity-guard speak and what does not; a controller that somebody else plays, built from a real capture.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostDirectory } from '../../facts/facts.ts';
import { newLearning } from '../../learning/tables.ts';
import { Rehearsal, REHEARSAL_HOSTS } from '../rehearsal.ts';
import { Verb } from '../../facts/verbs.ts';
import { identityGuard } from './index.ts';
import { HABITS_FIRE, HABITS_QUIET } from './rehearsed-habits.ts';
import { ROUTERS_FIRE, ROUTERS_QUIET, at, type Case } from './rehearsed-routers.ts';

const LINUX = '64:64240:1460:7:mss,sok,ts,nop,ws:df';
const WINDOWS = '128:8192:1460:8:mss,nop,ws,nop,nop,sok:df';
const VIRTUAL = '00:0c:29:11:22:33';
const DEVICE = '64:4096:1460:-:mss:';
/** MAC address of the rehearsal's host with this number. */
const mac = (host: number): string => `02:00:00:00:00:${(host + 256).toString(16).slice(1)}`;

function bind(rehearsal: Rehearsal, host: number, value: string, second: number): void {
  rehearsal.trait({ host, trait: 'address-binding', value, timeUs: at(second), frame: second + 1 });
}

function answered(rehearsal: Rehearsal, count: number, stack = DEVICE): void {
  rehearsal.trait({ host: 2, trait: 'tcp-stack-answer', value: stack, timeUs: at(0) });
  for (let second = 0; second < count; second++) rehearsal.conversation({ phase: 'answered', timeUs: at(second) });
}

function cardAsks(rehearsal: Rehearsal, prefix: string, card: number, second: number): void {
  const value = `${prefix}:${card.toString(16).padStart(2, '0')}`;
  rehearsal.trait({ host: 1, trait: 'dhcp-asks', value, timeUs: at(second), frame: card + 1 });
}

function rehearsed(cards: Readonly<Record<number, string>> = {}): Rehearsal {
  const hosts: HostDirectory = { ...REHEARSAL_HOSTS, mac: (host) => cards[host] ?? REHEARSAL_HOSTS.mac(host) };
  return new Rehearsal(identityGuard, newLearning(), undefined, undefined, { hosts });
}

const FIRES: readonly Case[] = [
  ...ROUTERS_FIRE,
  ...HABITS_FIRE,
  {
    kind: 'identity-guard/address-spoofed',
    what: 'a laptop with an address of its own takes the controller’s as well',
    play: (rehearsal) => {
      bind(rehearsal, 2, mac(2), 0);
      bind(rehearsal, 9, mac(9), 1);
      bind(rehearsal, 2, mac(9), 100);
      rehearsal.tick(at(120));
    },
    says: /192\.0\.2\.2 was at 02:00:00:00:00:02 and is now at 02:00:00:00:00:09: that network card has another address already \(192\.0\.2\.9\)/,
  },
  {
    kind: 'identity-guard/address-spoofed',
    what: 'so does one after a flood of cards that were meant to fill the table',
    play: (rehearsal) => {
      for (let card = 0; card < 70_000; card++) {
        const value = `0a:00:00:${[16, 8, 0].map((bits) => ((card >>> bits) & 255).toString(16).padStart(2, '0')).join(':')}`;
        rehearsal.trait({ host: 1000 + card, trait: 'address-binding', value, timeUs: at(0), frame: 1 });
      }
      bind(rehearsal, 2, mac(2), 1);
      bind(rehearsal, 9, mac(9), 1);
      bind(rehearsal, 2, mac(9), 100);
      rehearsal.tick(at(120));
    },
    says: /is now at 02:00:00:00:00:09: that network card has another address already \(192\.0\.2\.9\)/,
  },
  {
    kind: 'identity-guard/address-moved',
    what: 'a network card that nobody knows has the controller’s address',
    play: (rehearsal) => {
      bind(rehearsal, 2, mac(2), 0);
      bind(rehearsal, 2, 'aa:bb:cc:00:00:01', 500);
      rehearsal.handlers.end?.(at(501));
    },
    says: /the change came 8 min 20 s after/,
  },
  {
    kind: 'identity-guard/address-conflict',
    what: 'two cards claim an address in turn',
    play: (rehearsal) => {
      bind(rehearsal, 2, mac(2), 0);
      for (const [index, second] of [20, 40, 60].entries()) {
        bind(rehearsal, 2, index % 2 === 0 ? 'aa:bb:cc:00:00:01' : mac(2), second);
        rehearsal.tick(at(second + 15));
      }
    },
    says: /both network cards use the address within 40 s/,
  },
  {
    kind: 'identity-guard/device-impersonated',
    what: 'a controller that answers connections like a PC, and sooner',
    play: (rehearsal) => {
      answered(rehearsal, 40);
      for (let count = 0; count < 16 * 200; count++)
        rehearsal.operation({ verb: Verb.read, elapsedUs: 8000, timeUs: at(1), answerFrame: count + 1 });
      for (let count = 0; count < 16 * 40; count++)
        rehearsal.operation({ verb: Verb.read, elapsedUs: 300, timeUs: at(2), answerFrame: count + 1 });
      rehearsal.trait({ host: 2, trait: 'tcp-stack-answer', value: LINUX, timeUs: at(100), frame: 99 });
    },
    says: /"TTL 64 options mss,sok,ts,nop,ws df" instead of "TTL 64 options mss"\. All 40 connections before.*It takes about 29\d µs to answer what it took about 7\.\d ms/,
  },
  {
    kind: 'identity-guard/several-systems',
    what: 'Linux and Windows behind one address',
    play: (rehearsal) => {
      rehearsal.trait({ host: 1, trait: 'tcp-stack', value: LINUX, frame: 1 });
      rehearsal.trait({ host: 1, trait: 'tcp-stack', value: WINDOWS, frame: 2 });
    },
    says: /in 2 ways that no single system has/,
  },
  {
    kind: 'identity-guard/rogue-dhcp-server',
    what: 'a second DHCP server after an hour',
    play: (rehearsal) => {
      rehearsal.tick(at(0));
      rehearsal.trait({ host: 5, trait: 'dhcp-server', value: 'router a, dns a', timeUs: at(10), frame: 1 });
      rehearsal.trait({ host: 6, trait: 'dhcp-server', value: 'router b, dns b', timeUs: at(3600), frame: 2 });
    },
    says: /192\.0\.2\.6 gives addresses in segment default, as 192\.0\.2\.5 does since 3590 s before/,
  },
  {
    kind: 'identity-guard/neighbour-changed',
    what: 'a device that becomes a bridge',
    play: (rehearsal) => {
      rehearsal.trait({ host: 2, trait: 'lldp-capabilities', value: 'station', frame: 1 });
      rehearsal.trait({ host: 2, trait: 'lldp-capabilities', value: 'station,bridge', frame: 2 });
    },
    says: /now forwards traffic of others/,
  },
  {
    kind: 'identity-guard/names-spoofed',
    what: 'one host answers to whatever name is asked for',
    play: (rehearsal) => {
      for (const [index, value] of ['wpad', 'fileserver', 'printr', 'intrnet', 'hitorian'].entries())
        rehearsal.claim({ host: 9, attribute: 'name', value, source: 'llmnr', frame: index + 1 });
    },
    says: /192\.0\.2\.9 was given as the answer to 5 names in llmnr: "wpad"/,
  },
  {
    kind: 'identity-guard/names-spoofed',
    what: 'so it does after a flood of hosts with names that were meant to fill the table',
    play: (rehearsal) => {
      for (let host = 1000; host < 71_000; host++)
        rehearsal.claim({ host, attribute: 'name', value: `host-${host}`, source: 'llmnr', frame: 1 });
      for (const [index, value] of ['wpad', 'fileserver', 'printr', 'intrnet', 'hitorian'].entries())
        rehearsal.claim({ host: 9, attribute: 'name', value, source: 'llmnr', frame: index + 1 });
    },
    says: /was given as the answer to 5 names in llmnr: "wpad"/,
  },
  {
    kind: 'identity-guard/serial-number-twice',
    what: 'an emulated controller with a copied identity',
    play: (rehearsal) => {
      rehearsal.claim({ host: 2, attribute: 'serial', value: 'S C-X4U421302009', frame: 1 });
      rehearsal.claim({ host: 9, attribute: 'serial', value: 'S C-X4U421302009', frame: 2 });
    },
    says: /192\.0\.2\.9 \(02:00:00:00:00:09\) says in fieldbus identity that its serial number is "S C-X4U421302009", which 192\.0\.2\.2/,
  },
  {
    kind: 'identity-guard/dhcp-starvation',
    what: 'a hundred invented cards ask for an address within half a minute',
    play: (rehearsal) => {
      rehearsal.trait({ host: 5, trait: 'dhcp-server', value: 'router a, dns a', timeUs: at(0), frame: 1 });
      for (let card = 0; card < 100; card++) cardAsks(rehearsal, `06:4f:00:00:00`, card, 100 + card / 4);
    },
    says: /^64 network cards asked for an address in segment default within 16 s; 64 of them have a MAC address that no maker has given out/,
  },
  {
    kind: 'identity-guard/hardware-doubtful',
    what: 'a controller on a virtual machine',
    cards: { 9: VIRTUAL },
    play: (rehearsal) => {
      rehearsal.claim({ host: 9, attribute: 'model', value: 'BMX P34 2020', source: 'modbus 43/14', frame: 7 });
    },
    says: /192\.0\.2\.9 says in modbus 43\/14 that it is "BMX P34 2020", but its network card 00:0c:29:11:22:33 is one that VMware/,
  },
  {
    kind: 'identity-guard/name-taken',
    what: 'the name of the historian is given to a laptop',
    play: (rehearsal) => {
      for (const host of [2, 9])
        rehearsal.claim({ host, attribute: 'name', value: 'historian.local', source: 'mdns A', frame: host });
    },
    says: /"historian\.local" was 192\.0\.2\.2 \(02:00:00:00:00:02\); now mDNS gives that name to 192\.0\.2\.9/,
  },
];

const QUIET: readonly Case[] = [
  ...ROUTERS_QUIET,
  ...HABITS_QUIET,
  {
    kind: 'identity-guard/address-spoofed',
    what: 'a redundant pair that swaps its addresses',
    play: (rehearsal) => {
      bind(rehearsal, 2, mac(2), 0);
      bind(rehearsal, 3, mac(3), 0);
      bind(rehearsal, 2, mac(3), 100);
      bind(rehearsal, 3, mac(2), 101);
      rehearsal.tick(at(120));
    },
  },
  {
    kind: 'identity-guard/address-spoofed',
    what: 'a router that answers for many',
    play: (rehearsal) => {
      for (const host of [3, 4, 5, 6]) bind(rehearsal, host, mac(9), 0);
      bind(rehearsal, 2, mac(2), 0);
      bind(rehearsal, 2, mac(9), 100);
      rehearsal.tick(at(120));
    },
  },
  {
    kind: 'identity-guard/address-moved',
    what: 'virtual routers (VRRP, HSRP), shared addresses, and addresses by DHCP',
    play: (rehearsal) => {
      bind(rehearsal, 2, mac(2), 0);
      bind(rehearsal, 2, '00:00:5e:00:01:07', 100);
      bind(rehearsal, 3, '00:00:0c:07:ac:01', 0);
      bind(rehearsal, 3, mac(3), 100);
      rehearsal.trait({ host: 4, trait: 'shared-address', value: 'vrrp 7' });
      bind(rehearsal, 4, mac(4), 0);
      bind(rehearsal, 4, mac(14), 100);
      bind(rehearsal, 5, mac(5), 0);
      rehearsal.trait({ host: 5, trait: 'dhcp-options', value: '1,3,6' });
      bind(rehearsal, 5, mac(15), 100);
      rehearsal.tick(at(120));
    },
  },
  {
    kind: 'identity-guard/address-moved',
    what: 'an address that is heard by two routers from the start',
    play: (rehearsal) => {
      bind(rehearsal, 2, mac(8), 0);
      bind(rehearsal, 2, mac(9), 1);
      bind(rehearsal, 2, mac(8), 2);
      rehearsal.tick(at(120));
    },
  },
  {
    kind: 'identity-guard/address-conflict',
    what: 'the same card again and again',
    play: (rehearsal) => {
      for (const second of [0, 20, 40]) bind(rehearsal, 2, mac(2), second);
      rehearsal.tick(at(120));
    },
  },
  {
    kind: 'identity-guard/device-impersonated',
    what: 'a service with another window, segment size and scale',
    play: (rehearsal) => {
      answered(rehearsal, 100, LINUX);
      rehearsal.trait({ host: 2, trait: 'tcp-stack-answer', value: '64:28960:8961:9:mss,sok,ts,nop,ws:df' });
    },
  },
  {
    kind: 'identity-guard/device-impersonated',
    what: 'a port forwarding with two systems from the start',
    play: (rehearsal) => {
      answered(rehearsal, 3);
      rehearsal.trait({ host: 2, trait: 'tcp-stack-answer', value: LINUX });
      answered(rehearsal, 100);
      rehearsal.trait({ host: 2, trait: 'tcp-stack-answer', value: WINDOWS });
    },
  },
  {
    kind: 'identity-guard/several-systems',
    what: 'a scanner that builds its own packets',
    play: (rehearsal) => {
      rehearsal.trait({ host: 1, trait: 'tcp-stack', value: LINUX });
      for (const ttl of [32, 128, 255])
        rehearsal.trait({ host: 1, trait: 'tcp-stack', value: `${ttl}:1024:1460:-:mss:` });
    },
  },
  {
    kind: 'identity-guard/rogue-dhcp-server',
    what: 'the one server that changes what it hands out',
    play: (rehearsal) => {
      rehearsal.tick(at(0));
      rehearsal.trait({ host: 5, trait: 'dhcp-server', value: 'router a, dns a', timeUs: at(10) });
      rehearsal.trait({ host: 5, trait: 'dhcp-server', value: 'router a, dns b', timeUs: at(3600) });
    },
  },
  {
    kind: 'identity-guard/neighbour-changed',
    what: 'two devices that announce different ports',
    play: (rehearsal) => {
      for (const value of ['port-001', 'port-001'])
        for (const host of [2, 3]) rehearsal.trait({ host, trait: 'lldp-port', value: `${value}.${host}` });
    },
  },
  {
    kind: 'identity-guard/names-spoofed',
    what: 'a host with a name, its suffixes and an alias',
    play: (rehearsal) => {
      for (const value of ['HMI1', 'hmi1', 'hmi1.local', 'HMI1.', 'reports', 'print'])
        rehearsal.claim({ host: 9, attribute: 'name', value, source: 'llmnr' });
    },
  },
  {
    kind: 'identity-guard/address-moved',
    what: 'another device with the address after a year in which nobody was heard',
    play: (rehearsal) => {
      rehearsal.tick(at(0));
      bind(rehearsal, 2, mac(2), 0);
      bind(rehearsal, 9, mac(9), 1);
      rehearsal.tick(at(100));
      rehearsal.tick(at(365 * 86_400));
      bind(rehearsal, 2, 'aa:bb:cc:00:00:01', 365 * 86_400);
      bind(rehearsal, 9, mac(2), 365 * 86_400 + 1);
      rehearsal.tick(at(365 * 86_400 + 60));
    },
  },
  {
    kind: 'identity-guard/serial-number-twice',
    what: 'placeholders, the same device again, and one whose network card is not known',
    play: (rehearsal) => {
      for (const host of [2, 9])
        for (const value of ['00000000', 'not set', '1234567890'])
          rehearsal.claim({ host, attribute: 'serial', value });
      rehearsal.claim({ host: 2, attribute: 'serial', value: 'X4U421302009' });
      rehearsal.claim({ host: 2, attribute: 'serial', value: 'X4U421302009' });
      rehearsal.claim({ host: 201, attribute: 'serial', value: 'X4U421302009' });
    },
  },
  {
    kind: 'identity-guard/dhcp-starvation',
    what: 'a plant that is switched on, and invented cards that come one by one',
    play: (rehearsal) => {
      for (let card = 0; card < 100; card++) cardAsks(rehearsal, '00:0e:8c:00:00', card, 100 + card / 4);
      for (let card = 0; card < 100; card++) cardAsks(rehearsal, '06:4f:00:00:00', card, 1000 + card * 10);
      for (let count = 0; count < 100; count++) cardAsks(rehearsal, '06:4f:00:00:00', 1, 5000 + count / 4);
    },
  },
  {
    kind: 'identity-guard/hardware-doubtful',
    what: 'software on a virtual machine, a gateway there, and hardware with a card of its own',
    cards: { 9: VIRTUAL },
    play: (rehearsal) => {
      const source = 'modbus 43/14';
      rehearsal.claim({ host: 9, attribute: 'model', value: 'CODESYS Control Win V3', source });
      rehearsal.claim({ host: 9, unit: 3, attribute: 'model', value: 'METSEPM5110', source });
      rehearsal.claim({ host: 9, attribute: 'model', value: 'BMX P34 2020', source: 'fingerprint' });
      rehearsal.claim({ host: 2, attribute: 'model', value: 'BMX P34 2020', source });
    },
  },
  {
    kind: 'identity-guard/name-taken',
    what: 'one card with two addresses and one name, told again and again',
    cards: { 9: mac(2) },
    play: (rehearsal) => {
      for (const host of [2, 9, 2, 9])
        rehearsal.claim({ host, attribute: 'name', value: 'historian.local', source: 'mdns A' });
    },
  },
];

describe('fires', () => {
  for (const { kind, what, play, says, cards } of FIRES) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = rehearsed(cards);
      play(rehearsal);
      assert.ok(rehearsal.kinds().includes(kind), rehearsal.kinds().join());
      assert.match(rehearsal.raised.filter((raised) => raised.kind === kind).at(-1)!.explanation, says!);
      assert.ok(rehearsal.raised[0]!.frames.length > 0);
    });
  }
});

describe('quiet', () => {
  for (const { kind, what, play, cards } of QUIET) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = rehearsed(cards);
      play(rehearsal);
      rehearsal.handlers.end?.(at(7200));
      assert.deepEqual(rehearsal.kinds(), []);
    });
  }
});

test('every kind has a case that fires it and a case that does not', () => {
  for (const { kind } of identityGuard.meta.kinds) {
    for (const list of [FIRES, QUIET])
      assert.ok(
        list.some((entry) => entry.kind === kind),
        kind,
      );
  }
});
