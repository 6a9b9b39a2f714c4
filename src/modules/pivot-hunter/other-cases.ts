// Enumeration, execution from afar, programs that are put there, and calls to the outside: which are told, and which are not.
import type { Conversation } from '../../facts/facts.ts';
import { Outcome } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import type { Rehearsal } from '../rehearsal.ts';
import type { Case } from './cases.ts';
import { DAY, FIELDBUS, HOUR, MINUTE, SECOND, UNKNOWN, WEB, connect, times } from './scenes.ts';

const PROGRAM = new Uint8Array([0x7f, 0x45, 0x4c, 0x46, ...new Uint8Array(200)]);
/** Host 1001 and further are addresses of the internet. */
const OUTSIDE = 1001;

function identify(rehearsal: Rehearsal, server: number, timeUs: number, change: Partial<Conversation> = {}): void {
  rehearsal.operation({ verb: Verb.identify, server, flow: server, timeUs });
  connect(rehearsal, 'used', { server, flow: server, protocol: FIELDBUS, timeUs, ...change });
}

function station(rehearsal: Rehearsal): void {
  connect(rehearsal, 'used', { client: 3, server: 2, protocol: FIELDBUS, timeUs: 1 });
}

function run(
  rehearsal: Rehearsal,
  name: number,
  change: { client?: number; outcome?: number; timeUs?: number } = {},
): void {
  rehearsal.operation({
    protocol: 4,
    verb: Verb.create,
    function: name,
    client: 50,
    server: 2,
    timeUs: MINUTE,
    ...change,
  });
}

/** Calls of host 3 to the internet, so many seconds apart. */
function calls(rehearsal: Rehearsal, pauses: readonly number[], change: Partial<Conversation> = {}): void {
  let second = 0;
  for (const pause of pauses) {
    second += pause;
    const timeUs = second * SECOND;
    connect(rehearsal, 'used', {
      client: 3,
      server: OUTSIDE,
      serverPort: 443,
      timeUs,
      protocol: UNKNOWN,
      frames: [9],
      ...change,
    });
  }
}

export const OTHERS: readonly Case[] = [
  {
    kind: 'enumeration',
    what: 'six devices within a minute, one after the other',
    play: (rehearsal) => times(6, (index) => identify(rehearsal, 10 + index, index * 10 * SECOND)),
    severity: 'medium',
    says: /192\.0\.2\.1 asked 5 devices within 40 s what they are, .* in Fieldbus\. The first were 192\.0\.2\.10 unit 1/,
  },
  {
    kind: 'enumeration',
    what: 'one device an hour',
    play: (rehearsal) => times(10, (index) => identify(rehearsal, 10 + index, index * HOUR)),
    says: /10 devices/,
  },
  {
    kind: 'enumeration',
    what: 'by a client that works with other devices: mildly',
    play: (rehearsal) => {
      connect(rehearsal, 'used', { server: 9, protocol: FIELDBUS, clientPackets: 400, timeUs: 1 });
      times(6, (index) => identify(rehearsal, 10 + index, index * 10 * SECOND));
    },
    severity: 'low',
  },
  {
    kind: 'remote-execution',
    what: 'a service that is made on another host',
    play: (rehearsal) => run(rehearsal, 12),
    severity: 'medium',
    says: /192\.0\.2\.50 had 192\.0\.2\.2 carry out "CreateService" over Windows/,
  },
  {
    kind: 'remote-execution',
    what: 'on a controller',
    play: (rehearsal) => {
      station(rehearsal);
      run(rehearsal, 12);
    },
    severity: 'high',
  },
  {
    kind: 'dropped-executable',
    what: 'a program on a station of the control level',
    play: (rehearsal) => {
      station(rehearsal);
      rehearsal.file(PROGRAM, { protocol: 'ssh', client: 50, server: 3, name: 'tool', frame: 4 });
    },
    severity: 'medium',
    says: /"tool" \(elf, 204 bytes, SHA-256 .*…\) went from 192\.0\.2\.50 to 192\.0\.2\.3, which asks fieldbus, by ssh/,
  },
  {
    kind: 'dropped-executable',
    what: 'a program that a controller fetches, of which it is known later that it is one',
    play: (rehearsal) => {
      rehearsal.file(PROGRAM, { protocol: 'http', client: 2, server: 50, direction: 'to-client', frame: 4 });
      station(rehearsal);
    },
    severity: 'high',
    says: /went from 192\.0\.2\.50 to 192\.0\.2\.2/,
  },
  {
    kind: 'beacon',
    what: 'a call every minute, a second more or less',
    play: (rehearsal) => {
      station(rehearsal);
      calls(rehearsal, [60, 61, 59, 60, 60, 62, 58, 60, 61]);
    },
    severity: 'medium',
    says: /192\.0\.2\.3, which asks fieldbus, called 198\.51\.100\.1 port 443 8 times, every 60 s/,
  },
  {
    kind: 'exfiltration',
    what: 'nine megabytes to the internet in ten minutes',
    play: (rehearsal) => {
      station(rehearsal);
      times(3, (index) => calls(rehearsal, [200 * index], { clientBytes: 3_000_000, clientPackets: 3000 }));
    },
    says: /192\.0\.2\.3, which asks fieldbus, sent 6,000,000 bytes to 198\.51\.100\.1/,
  },
];

export const NO_OTHERS: readonly Case[] = [
  {
    kind: 'enumeration',
    what: 'a question to all at once, by an engineering tool',
    play: (rehearsal) => {
      times(20, () => rehearsal.operation({ verb: Verb.identify, server: 255, flow: 3, isBroadcast: true }));
      connect(rehearsal, 'used', { server: 255, flow: 3, transport: 'udp', protocol: FIELDBUS });
    },
  },
  {
    kind: 'enumeration',
    what: 'a driver that asks each of its controllers first and then works with it',
    play: (rehearsal) =>
      times(20, (index) => identify(rehearsal, 10 + index, index * SECOND, { clientPackets: 500, serverPackets: 500 })),
  },
  {
    kind: 'enumeration',
    what: 'four devices, over and over',
    play: (rehearsal) => times(40, (index) => identify(rehearsal, 10 + (index % 4), index * SECOND)),
  },
  {
    kind: 'remote-execution',
    what: 'a service that was refused, a share, and what the same host did before',
    play: (rehearsal) => {
      run(rehearsal, 12, { outcome: Outcome.refused });
      run(rehearsal, 1);
    },
  },
  {
    kind: 'dropped-executable',
    what: 'a program in the office, and a picture on a station',
    play: (rehearsal) => {
      station(rehearsal);
      rehearsal.file(PROGRAM, { protocol: 'http', client: 50, server: 51, direction: 'to-client' });
      rehearsal.file(new Uint8Array([0x89, 0x50, 0x4e, 0x47]), {
        protocol: 'http',
        client: 3,
        server: 50,
        direction: 'to-client',
      });
    },
  },
  {
    kind: 'beacon',
    what: 'calls at no regular times, calls in the plant, calls of an office',
    play: (rehearsal) => {
      station(rehearsal);
      calls(rehearsal, [10, 300, 20, 700, 15, 60, 400, 30, 900, 12, 200]);
      calls(rehearsal, new Array<number>(20).fill(60), { server: 8 });
      calls(rehearsal, new Array<number>(20).fill(60), { client: 50 });
    },
  },
  {
    kind: 'exfiltration',
    what: 'as much that comes in, as much in a day, and as much in the plant',
    play: (rehearsal) => {
      station(rehearsal);
      calls(rehearsal, [60], { clientBytes: 6_000_000, serverBytes: 90_000_000 });
      times(24, (index) =>
        calls(rehearsal, [DAY / SECOND + index * 3700], { clientBytes: 1_000_000, server: OUTSIDE + 1 }),
      );
      calls(rehearsal, [3 * (DAY / SECOND)], { clientBytes: 90_000_000, server: 8, protocol: WEB });
    },
  },
];
