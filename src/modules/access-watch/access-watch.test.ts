// What makes access-watch speak and what does not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Rehearsal } from '../rehearsal.ts';
import { accessWatch } from './index.ts';
import {
  DAY,
  FIELDBUS,
  HOUR,
  SECOND,
  WEB,
  accept,
  besiege,
  fieldbus,
  month,
  pings,
  portOfNames,
  refuse,
  shell,
  times,
} from './scenes.ts';

interface Case {
  readonly kind: string;
  readonly what: string;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly severity?: string;
  readonly says?: RegExp;
}

const FIRES: readonly Case[] = [
  {
    kind: 'access-watch/brute-force',
    what: 'ten passwords in twenty seconds',
    play: (rehearsal) => times(10, (index) => refuse(rehearsal, 2 * index, { user: 'root' }, `secret ${index}`)),
    severity: 'high',
    says: /192\.0\.2\.2 refused 192\.0\.2\.1 10 times by ftp \(clear\) within 18 s, 33 a minute: 100 % of its 10 logins .*one user \(r\*\*\*\)/,
  },
  {
    kind: 'access-watch/brute-force',
    what: 'one password each half hour, for ten hours',
    play: (rehearsal) => times(20, (index) => refuse(rehearsal, 1800 * index)),
    says: /20 times .* within 9 h 30 min, 2 an hour/,
  },
  {
    kind: 'access-watch/brute-force',
    what: 'many SSH sessions of which nobody sees the outcome',
    play: (rehearsal) =>
      times(30, (index) => refuse(rehearsal, index, { protocol: 'ssh', user: '', outcome: 'unknown' })),
    severity: 'medium',
    says: /30 ssh logins .*none of which was seen to be accepted.*is a guess/,
  },
  {
    kind: 'access-watch/password-spraying',
    what: 'one try on each of five servers',
    play: (rehearsal) => times(5, (index) => refuse(rehearsal, 10 * index, { server: 2 + index })),
    severity: 'high',
    says: /5 servers refused 192\.0\.2\.1 within 40 s, 5 tries in all.*192\.0\.2\.2, 192\.0\.2\.3/,
  },
  {
    kind: 'access-watch/password-spraying',
    what: 'one password for eight users of a server',
    play: (rehearsal) => times(8, (index) => refuse(rehearsal, 60 * index, { user: `user ${index}` })),
    says: /It tried 8 users/,
  },
  {
    kind: 'access-watch/brute-force',
    what: 'six hosts that try four passwords each, an hour apart',
    play: (rehearsal) => besiege(rehearsal, 24),
    severity: 'high',
    says: /192\.0\.2\.2 refused 6 clients 20 times by ftp within 19 h, none of which it ever let in: 192\.0\.2\.10, .*too seldom to be noticed alone/,
  },
  {
    kind: 'access-watch/password-spraying',
    what: 'six hosts that try one password for many users of a server between them',
    play: (rehearsal) =>
      times(24, (index) => refuse(rehearsal, 600 * index, { client: 10 + (index % 6), user: `user ${index}` })),
    says: /refused 6 clients 20 times .* It was for 20 users/,
  },
  {
    kind: 'access-watch/password-spraying',
    what: 'one server each ten hours, for five days',
    play: (rehearsal) => times(12, (index) => refuse(rehearsal, 36_000 * index, { server: 2 + index })),
    says: /12 servers refused 192\.0\.2\.1 within 4 days/,
  },
  {
    kind: 'access-watch/success-after-failures',
    what: 'one of many hosts that were refused is let in',
    play: (rehearsal) => {
      besiege(rehearsal, 24);
      refuse(rehearsal, 90_000, { client: 12, outcome: 'accepted' });
    },
    severity: 'high',
    says: /let 192\.0\.2\.12 in by ftp as o\*\*\* after it had refused 6 clients, this one among them/,
  },
  {
    kind: 'access-watch/success-after-failures',
    what: 'let in after a brute force',
    play: (rehearsal) => {
      times(12, (index) => refuse(rehearsal, index));
      refuse(rehearsal, 13, { outcome: 'accepted' });
    },
    severity: 'critical',
    says: /let 192\.0\.2\.1 in by ftp as o\*\*\* after 12 times refused within 13 s, which was guessing/,
  },
  {
    kind: 'access-watch/success-after-failures',
    what: 'let in after six passwords within an hour',
    play: (rehearsal) => {
      times(6, (index) => refuse(rehearsal, 600 * index, {}, `secret ${index}`));
      refuse(rehearsal, 3700, { outcome: 'accepted' }, 'found');
    },
    severity: 'high',
  },
  {
    kind: 'access-watch/success-after-failures',
    what: 'let in by one of the servers that were sprayed',
    play: (rehearsal) => {
      times(6, (index) => refuse(rehearsal, 10 * index, { server: 2 + index }));
      refuse(rehearsal, 70, { server: 4, outcome: 'accepted' });
    },
    says: /after 6 servers had refused it/,
  },
  {
    kind: 'access-watch/outdated-password',
    what: 'a program that is refused every minute with the same password',
    play: (rehearsal) => times(30, (index) => refuse(rehearsal, 60 * index, {}, 'old')),
    severity: 'low',
    says: /always with the same user \(o\*\*\*\) and the same password/,
  },
  {
    kind: 'access-watch/remote-session-to-control',
    what: 'an SSH session to a controller that was known for two days without one',
    play: (rehearsal) => {
      fieldbus(rehearsal);
      shell(rehearsal, 2 * DAY);
    },
    severity: 'high',
    says: /192\.0\.2\.1, which is not known to be part of the control level, opened a ssh session to 192\.0\.2\.2, which answers fieldbus\. In the 1 day 23 h/,
  },
  {
    kind: 'access-watch/remote-session-to-control',
    what: 'a session to what turns out to be a controller later, and nothing is known of it',
    play: (rehearsal) => {
      shell(rehearsal, 5);
      fieldbus(rehearsal, 10);
    },
    severity: 'low',
    says: /not known yet/,
  },
  {
    kind: 'access-watch/remote-session-to-control',
    what: 'Windows Remote Management to a station of level 2',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'level', value: '2' });
      shell(rehearsal, 3 * DAY, { protocol: WEB, serverPort: 5985 });
    },
    severity: 'medium',
    says: /winrm session to 192\.0\.2\.2, which stands at level 2/,
  },
  {
    kind: 'access-watch/remote-support-tool',
    what: 'a tool on a host that reads controllers, after two days without',
    play: (rehearsal) => {
      fieldbus(rehearsal);
      rehearsal.trait({ host: 3, trait: 'remote-support', value: 'TeamViewer', timeUs: 2 * DAY });
    },
    severity: 'high',
    says: /192\.0\.2\.3 uses TeamViewer.*It asks fieldbus/,
  },
  {
    kind: 'access-watch/tunnel',
    what: 'names that carry data',
    play: (rehearsal) => rehearsal.trait({ trait: 'dns-tunnel', value: 'data.example names' }),
    severity: 'medium',
    says: /many different long names below data\.example/,
  },
  {
    kind: 'access-watch/tunnel',
    what: 'a conversation on port 53 that is no DNS any more',
    play: (rehearsal) => rehearsal.trait({ trait: 'dns-foreign', value: '16 datagrams, 2706 bytes' }),
    severity: 'medium',
    says: /began as DNS and went on as something else: 16 datagrams/,
  },
  {
    kind: 'access-watch/tunnel',
    what: 'a conversation on port 53 that never was DNS',
    play: (rehearsal) => portOfNames(rehearsal, 40),
    severity: 'medium',
    says: /8,000 bytes on port 53 that are no DNS/,
  },
  {
    kind: 'access-watch/tunnel',
    what: 'pings of a host that reads controllers, whose answers bring something else',
    play: (rehearsal) => {
      fieldbus(rehearsal);
      rehearsal.trait({ host: 3, trait: 'icmp-unlike', value: '8 of 8 answers within 2 s' });
    },
    severity: 'high',
    says: /192\.0\.2\.3 sends pings whose answers bring something else .* It asks fieldbus/,
  },
  {
    kind: 'access-watch/tunnel',
    what: 'a proxy that leads to SSH on the port of web sites',
    play: (rehearsal) => {
      rehearsal.trait({ trait: 'http-connect', value: 'far.example:443' });
      rehearsal.trait({ trait: 'http-connect-content', value: 'far.example:443 SSH' });
    },
    severity: 'low',
    says: /far\.example:443, and what passes in it is SSH/,
  },
  {
    kind: 'access-watch/tunnel',
    what: 'a session through which the server reaches into the network of a host that reads controllers',
    play: (rehearsal) => {
      fieldbus(rehearsal);
      rehearsal.trait({ host: 3, trait: 'ssh-forwarding', value: 'opened by the server' });
    },
    severity: 'high',
    says: /192\.0\.2\.3 lets the other side open connections into its network .* It asks fieldbus/,
  },
  {
    kind: 'access-watch/tunnel',
    what: 'a session whose client reaches through a server',
    play: (rehearsal) => rehearsal.trait({ host: 2, trait: 'ssh-forwarding', value: 'opened by the client' }),
    severity: 'low',
    says: /192\.0\.2\.2 is the way into its network/,
  },
  {
    kind: 'access-watch/tunnel',
    what: 'pings whose answers are far larger',
    play: (rehearsal) => pings(rehearsal, 98, 1042, 200),
    says: /211,200 bytes in 400 ICMP packets, 98 bytes a packet in one direction and 1042/,
  },
  {
    kind: 'access-watch/tunnel',
    what: 'a proxy that leads to SSH',
    play: (rehearsal) => rehearsal.trait({ trait: 'http-connect', value: 'far.example:22' }),
    severity: 'low',
    says: /far\.example:22, where SSH is usual/,
  },
  {
    kind: 'access-watch/disguised-protocol',
    what: 'a fieldbus on the port of the web',
    play: (rehearsal) => rehearsal.conversation({ phase: 'identified', protocol: FIELDBUS, serverPort: 443 }),
    severity: 'medium',
    says: /speak Fieldbus on port 443, where HTTPS is usual/,
  },
  {
    kind: 'access-watch/new-login',
    what: 'a known user from another host, after a month',
    play: (rehearsal) => {
      month(rehearsal);
      accept(rehearsal, 30 * DAY + 9 * HOUR, { client: 5, user: 'anna' });
    },
    severity: 'low',
    says: /192\.0\.2\.5 logged in to 192\.0\.2\.2, by telnet as a\*\*\*, was let in\. The user is known there, the host is not\. In 30 days there were 60 visits of 2 pairs of host and user: .* below 5 %/,
  },
  {
    kind: 'access-watch/new-login',
    what: 'another user on a controller',
    play: (rehearsal) => {
      fieldbus(rehearsal);
      month(rehearsal);
      accept(rehearsal, 30 * DAY + 9 * HOUR, { user: 'carl' });
    },
    severity: 'medium',
    says: /which answers fieldbus.*The host is known there, the user is not/,
  },
  {
    kind: 'access-watch/unusual-engineering-login',
    what: 'another user on an engineering station, after two weeks of one visit a day',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'role', value: 'engineering-station' });
      times(14, (day) => accept(rehearsal, day * DAY + 9 * HOUR));
      accept(rehearsal, 14 * DAY + 9 * HOUR, { user: 'carl' });
    },
    severity: 'high',
    says: /which is taken for engineering-station/,
  },
  {
    kind: 'access-watch/unusual-hour',
    what: 'a known user at three in the night',
    play: (rehearsal) => {
      month(rehearsal);
      accept(rehearsal, 30 * DAY + 3 * HOUR, { user: 'anna' });
    },
    severity: 'low',
    says: /at 03h UTC\. In 29 days 18 h there were logins in 60 hours, all of them at 09h, 14h; never/,
  },
];

const QUIET: readonly Case[] = [
  {
    kind: 'access-watch/brute-force',
    what: 'thirty people of whom each mistypes once and is let in, and a server whose clients all know an old password',
    play: (rehearsal) => {
      times(30, (index) => {
        refuse(rehearsal, 100 * index, { client: 10 + index }, `typo ${index}`);
        refuse(rehearsal, 100 * index + 20, { client: 10 + index, outcome: 'accepted' }, `right ${index}`);
      });
      times(24, (index) => refuse(rehearsal, 5000 + 100 * index, { client: 50 + (index % 6), server: 3 }, 'old'));
      times(30, (index) => refuse(rehearsal, 9000 + 100 * index, { client: 10 + (index % 30) }, 'changed'));
    },
  },
  {
    kind: 'access-watch/password-spraying',
    what: 'eleven servers within a week, and twelve that let the client in after it had mistyped',
    play: (rehearsal) => {
      times(11, (index) => refuse(rehearsal, 36_000 * index, { server: 2 + index }));
      times(12, (index) => {
        refuse(rehearsal, 36_000 * index + 5, { client: 50, server: 60 + index }, `typo ${index}`);
        refuse(rehearsal, 36_000 * index + 9, { client: 50, server: 60 + index, outcome: 'accepted' }, 'right');
      });
    },
  },
  {
    kind: 'access-watch/brute-force',
    what: 'somebody who mistypes four times',
    play: (rehearsal) => times(4, (index) => refuse(rehearsal, 5 * index)),
  },
  {
    kind: 'access-watch/brute-force',
    what: 'a gateway with a hundred logins, every tenth of which is refused',
    play: (rehearsal) =>
      times(400, (index) =>
        refuse(rehearsal, index, { user: `user ${index % 5}`, outcome: index % 10 === 0 ? 'refused' : 'accepted' }),
      ),
  },
  {
    kind: 'access-watch/brute-force',
    what: 'Windows that tries one user four times at once, three times',
    play: (rehearsal) =>
      times(12, (index) => refuse(rehearsal, 60 * Math.floor(index / 4) + (index % 4) / 100, { mechanism: 'ntlm-v2' })),
  },
  {
    kind: 'access-watch/brute-force',
    what: 'one refusal every two days',
    play: (rehearsal) => times(30, (index) => refuse(rehearsal, 48 * 3600 * index)),
  },
  {
    kind: 'access-watch/brute-force',
    what: 'many SSH sessions of a program that was seen to be let in',
    play: (rehearsal) => {
      refuse(rehearsal, 0, { protocol: 'ssh', user: '', outcome: 'accepted' });
      times(60, (index) => refuse(rehearsal, 1 + index, { protocol: 'ssh', user: '', outcome: 'unknown' }));
    },
  },
  {
    kind: 'access-watch/brute-force',
    what: 'communities, whose outcome nobody infers',
    play: (rehearsal) => times(100, (index) => refuse(rehearsal, index, { protocol: 'snmp', outcome: 'unknown' })),
  },
  {
    kind: 'access-watch/password-spraying',
    what: 'five servers in five hours',
    play: (rehearsal) => times(5, (index) => refuse(rehearsal, 4000 * index, { server: 2 + index })),
  },
  {
    kind: 'access-watch/password-spraying',
    what: 'four users of a server, two tries each',
    play: (rehearsal) => times(8, (index) => refuse(rehearsal, 60 * index, { user: `user ${index % 4}` })),
  },
  {
    kind: 'access-watch/success-after-failures',
    what: 'somebody who mistypes three times and is let in',
    play: (rehearsal) => {
      times(3, (index) => refuse(rehearsal, 5 * index));
      refuse(rehearsal, 20, { outcome: 'accepted' });
    },
  },
  {
    kind: 'access-watch/success-after-failures',
    what: 'a program whose outdated password was replaced',
    play: (rehearsal) => {
      times(9, (index) => refuse(rehearsal, 60 * index, {}, 'old'));
      refuse(rehearsal, 600, { outcome: 'accepted' }, 'new');
    },
  },
  {
    kind: 'access-watch/success-after-failures',
    what: 'a password that was accepted before the refusals',
    play: (rehearsal) => {
      refuse(rehearsal, 0, { outcome: 'accepted' }, 'known');
      times(6, (index) => refuse(rehearsal, 1 + index, {}, `secret ${index}`));
      refuse(rehearsal, 20, { outcome: 'accepted' }, 'known');
    },
  },
  {
    kind: 'access-watch/outdated-password',
    what: 'the same password five times',
    play: (rehearsal) => times(5, (index) => refuse(rehearsal, 60 * index, {}, 'old')),
  },
  {
    kind: 'access-watch/remote-session-to-control',
    what: 'an engineer who comes every day, told once in the beginning, and sessions to other hosts',
    play: (rehearsal) => {
      fieldbus(rehearsal);
      shell(rehearsal, 10);
      rehearsal.raised.length = 0;
      times(20, (day) => shell(rehearsal, day * DAY + 20));
      times(20, (day) => shell(rehearsal, day * DAY + 30, { server: 9 }));
    },
  },
  {
    kind: 'access-watch/remote-session-to-control',
    what: 'HTTP to a controller, and a session that nobody answers',
    play: (rehearsal) => {
      fieldbus(rehearsal);
      shell(rehearsal, 2 * DAY, { protocol: WEB, serverPort: 80 });
      shell(rehearsal, 2 * DAY, { isAnswered: false });
    },
  },
  {
    kind: 'access-watch/remote-support-tool',
    what: 'a tool that was told already, and other traits',
    play: (rehearsal) => {
      rehearsal.trait({ trait: 'remote-support', value: 'AnyDesk' });
      rehearsal.raised.length = 0;
      rehearsal.trait({ trait: 'remote-support', value: 'AnyDesk', timeUs: 2 * DAY });
      rehearsal.trait({ trait: 'user-agent', value: 'AnyDesk' });
    },
  },
  {
    kind: 'access-watch/tunnel',
    what: 'large pings that are answered with the same, a few odd ones, and a proxy that leads to a web site',
    play: (rehearsal) => {
      pings(rehearsal, 1042, 1042, 500);
      pings(rehearsal, 98, 1042, 10);
      rehearsal.trait({ trait: 'http-connect', value: 'files.example:443' });
      portOfNames(rehearsal, 12);
    },
  },
  {
    kind: 'access-watch/disguised-protocol',
    what: 'SSH on its own port, on a port of nobody, and a fieldbus on a port of nobody',
    play: (rehearsal) => {
      shell(rehearsal, 1);
      shell(rehearsal, 1, { serverPort: 2222 });
      rehearsal.conversation({ phase: 'identified', protocol: FIELDBUS, server: 8, serverPort: 10_502 });
    },
  },
  {
    kind: 'access-watch/new-login',
    what: 'a month of the same users, a refused stranger, a known user ten minutes earlier',
    play: (rehearsal) => {
      month(rehearsal);
      accept(rehearsal, 30 * DAY + 9 * HOUR, { client: 5, outcome: 'refused' });
      accept(rehearsal, 30 * DAY + 9 * HOUR - 600 * SECOND, { user: 'anna' });
    },
  },
  {
    kind: 'access-watch/new-login',
    what: 'a server that somebody new comes to each day, and one that was seen for an hour',
    play: (rehearsal) => {
      times(30, (day) => accept(rehearsal, day * DAY + 9 * HOUR, { user: `user ${day}` }));
      times(900, (index) => accept(rehearsal, 31 * DAY + 4 * SECOND * index, { server: 7 }));
      accept(rehearsal, 31 * DAY + 2 * HOUR, { server: 7, user: 'carl' });
    },
  },
  {
    kind: 'access-watch/unusual-engineering-login',
    what: 'an engineering station that was seen for two days',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'role', value: 'engineering-station' });
      times(2, (day) => accept(rehearsal, day * DAY + 9 * HOUR));
      accept(rehearsal, 2 * DAY + 9 * HOUR, { user: 'carl' });
    },
  },
  {
    kind: 'access-watch/unusual-hour',
    what: 'a program that logs in around the clock, and somebody an hour late',
    play: (rehearsal) => {
      times(1000, (index) => accept(rehearsal, index * HOUR));
      times(20, (day) => accept(rehearsal, day * DAY + 9 * HOUR, { server: 7 }));
      accept(rehearsal, 21 * DAY + 10 * HOUR, { server: 7 });
    },
  },
];

describe('fires', () => {
  for (const { kind, what, play, says, severity } of FIRES) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = new Rehearsal(accessWatch);
      play(rehearsal);
      rehearsal.handlers.end?.(100 * HOUR);
      const raised = rehearsal.raised.findLast((each) => each.kind === kind);
      assert.ok(raised, rehearsal.kinds().join());
      if (says !== undefined) assert.match(rehearsal.raised.map(({ explanation }) => explanation).join('\n'), says);
      if (severity !== undefined) assert.equal(raised.severity, severity);
      assert.ok(raised.frames.length > 0);
    });
  }
});

describe('quiet', () => {
  for (const { kind, what, play } of QUIET) {
    test(`${kind}: ${what}`, () => {
      const rehearsal = new Rehearsal(accessWatch);
      play(rehearsal);
      rehearsal.handlers.end?.(100 * HOUR);
      assert.deepEqual(rehearsal.kinds(), []);
    });
  }
});

test('every kind has a case that fires it and a case that does not', () => {
  for (const { kind } of accessWatch.meta.kinds) {
    for (const list of [FIRES, QUIET])
      assert.ok(
        list.some((entry) => entry.kind === kind),
        kind,
      );
  }
});
