// Routers that identity-guard tells of and routers that it does not: cases of its test, kept apart for their length.
import { Rehearsal, REHEARSAL_START_US } from '../rehearsal.ts';

export interface Case {
  readonly kind: string;
  readonly what: string;
  /** MAC addresses that are not the usual ones of the rehearsal. */
  readonly cards?: Readonly<Record<number, string>>;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly says?: RegExp;
}

export const at = (second: number): number => REHEARSAL_START_US + second * 1_000_000;
const OWN = 'default router, 02:00:00:00:00:05, prefix 2001:db8:1::/64';
const GONE = 'router, 02:00:00:00:00:05, prefix 2001:db8:1::/64';
const OTHER = 'default router, 02:00:00:00:00:06, managed, prefix 2001:db8:bad::/64';

function announces(rehearsal: Rehearsal, host: number, value: string, second: number): void {
  // Packet time goes on: after an hour of silence all is forgotten.
  rehearsal.tick(at(second));
  rehearsal.trait({ host, trait: 'ipv6-router', value, timeUs: at(second), frame: second + 1 });
}

function passes(rehearsal: Rehearsal, seconds: number): void {
  for (let second = 0; second < seconds; second += 600) rehearsal.tick(at(second));
}

export const ROUTERS_FIRE: readonly Case[] = [
  {
    kind: 'identity-guard/rogue-router',
    what: 'a laptop that announces a prefix of its own after an hour',
    play: (rehearsal) => {
      announces(rehearsal, 5, OWN, 1);
      passes(rehearsal, 3600);
      announces(rehearsal, 6, OTHER, 3601);
    },
    says: /^192\.0\.2\.6 \(02:00:00:00:00:06\) announces itself as a default router in segment default, where 192\.0\.2\.5 alone had done so for 1 h\. It announces managed, prefix 2001:db8:bad::\/64; the other one prefix 2001:db8:1::\/64\.$/,
  },
  {
    kind: 'identity-guard/router-spoofed',
    what: 'a router that is said to be none any more, four times',
    play: (rehearsal) => {
      announces(rehearsal, 5, OWN, 1);
      const value = '4 times';
      rehearsal.trait({ host: 5, trait: 'ipv6-router-withdrawn', value, timeUs: at(61), frame: 9 });
    },
    says: /^The router 192\.0\.2\.5 said 4 times in a row that it is no router any more \(lifetime 0\); a router that goes says so at most three times\. Since 1 min it was one\.$/,
  },
  {
    kind: 'identity-guard/router-flood',
    what: 'sixteen invented routers within a second',
    play: (rehearsal) => {
      announces(rehearsal, 5, OWN, 1);
      for (let host = 20; host < 40; host++)
        announces(rehearsal, host, `default router, no card, prefix 2001:db8:${host}::/64`, 100);
    },
    says: /^16 routers that had not been there announced themselves in segment default within 1 s\. Before, 192\.0\.2\.5 was the first/,
  },
];

export const ROUTERS_QUIET: readonly Case[] = [
  {
    kind: 'identity-guard/rogue-router',
    what: 'two routers of one network from the start, a virtual one, a shared address, a second address of the first',
    play: (rehearsal) => {
      announces(rehearsal, 5, OWN, 1);
      announces(rehearsal, 7, OWN.replace('00:05', '00:07'), 200);
      passes(rehearsal, 3600);
      announces(rehearsal, 8, OTHER.replace('02:00:00:00:00:06', '00:00:5e:00:02:01'), 3601);
      rehearsal.trait({ host: 9, trait: 'shared-address', value: 'vrrp 7' });
      announces(rehearsal, 9, OTHER, 3602);
      announces(rehearsal, 10, OWN.replace('2001:db8:1', '2001:db8:2'), 3603);
    },
  },
  {
    kind: 'identity-guard/router-spoofed',
    what: 'a router that is restarted, renumbered, and one that never was a default router',
    play: (rehearsal) => {
      for (const [index, value] of [OWN, GONE, OWN, OWN.replace('db8:1', 'db8:2')].entries())
        announces(rehearsal, 5, value, 1 + index * 60);
      announces(rehearsal, 6, GONE.replace('00:05', '00:06').replace('db8:1', 'db8:2'), 300);
      rehearsal.trait({ host: 6, trait: 'ipv6-router-withdrawn', value: '4 times', timeUs: at(400) });
    },
  },
  {
    kind: 'identity-guard/router-flood',
    what: 'fifteen routers that announce one prefix within an hour',
    play: (rehearsal) => {
      for (let host = 20; host < 35; host++)
        announces(rehearsal, host, 'default router, no card, prefix 2001:db8:1::/64', (host - 20) * 110);
    },
  },
];
