// Which tries are a scan, and which are a client at work.
import type { Case } from './cases.ts';
import { DAY, FIELDBUS, HOUR, MINUTE, SECOND, connect, pass, ping, times } from './scenes.ts';

export const SCANS: readonly Case[] = [
  {
    kind: 'address-scan',
    what: 'thirty silent addresses on one port in three seconds',
    play: (rehearsal) =>
      times(30, (index) => connect(rehearsal, 'silent', { server: 10 + index, timeUs: index * 100_000 })),
    severity: 'medium',
    says: /192\.0\.2\.1 tried 30 addresses on tcp port 502 within 2 s, each once: 30 silent/,
  },
  {
    kind: 'address-scan',
    what: 'connections that are opened and left, to every controller of a plant',
    play: (rehearsal) => {
      times(12, (index) => connect(rehearsal, 'used', { client: 3, server: 10 + index, protocol: FIELDBUS }));
      times(12, (index) => connect(rehearsal, 'empty', { server: 10 + index, timeUs: MINUTE + index * SECOND }));
    },
    says: /12 answered and were left at once/,
  },
  {
    kind: 'address-scan',
    what: 'one address an hour',
    play: (rehearsal) =>
      times(18, (index) => connect(rehearsal, 'silent', { server: 10 + index, timeUs: index * HOUR })),
    says: /18 addresses .* slowly/,
  },
  {
    kind: 'address-scan',
    what: 'pings of twenty addresses, some of them of nobody',
    play: (rehearsal) => times(20, (index) => ping(rehearsal, 10 + index, index * SECOND, index % 2 === 0)),
    says: /20 addresses with echo requests within 19 s, each once: 10 silent, 10 answered/,
  },
  {
    kind: 'address-scan',
    what: 'sixty-four addresses by ARP, of which sixty are silent',
    play: (rehearsal) => {
      const value = '64 addresses within 9 s, 60 of them silent so far';
      rehearsal.trait({ host: 1, trait: 'arp-asking', value });
    },
    says: /192\.0\.2\.1 asked by ARP for 64 addresses within 9 s, 60 of them silent so far\./,
  },
  {
    kind: 'port-scan',
    what: 'twenty ports of one host, two of which answer',
    play: (rehearsal) =>
      times(20, (index) =>
        connect(rehearsal, index < 2 ? 'empty' : 'refused', { serverPort: 20 + index, timeUs: index * 1000 }),
      ),
    severity: 'medium',
    says: /tried 20 ports of 192\.0\.2\.2 within .*: 18 refused, 2 answered and were left at once; none was used/,
  },
  {
    kind: 'port-scan',
    what: 'ports of a controller',
    play: (rehearsal) => {
      connect(rehearsal, 'used', { client: 3, protocol: FIELDBUS });
      times(15, (index) => connect(rehearsal, 'silent', { serverPort: 20 + index, timeUs: index * SECOND }));
      pass(rehearsal, 16 * SECOND, MINUTE);
    },
    severity: 'high',
  },
  {
    kind: 'port-scan',
    what: 'one port every hour',
    play: (rehearsal) =>
      times(16, (index) => connect(rehearsal, 'refused', { serverPort: 20 + index, timeUs: index * HOUR })),
    says: /slowly/,
  },
  {
    kind: 'distributed-scan',
    what: 'twenty ports shared out among five hosts',
    play: (rehearsal) =>
      times(20, (index) =>
        connect(rehearsal, 'refused', { client: 50 + (index % 5), serverPort: 20 + index, timeUs: index * SECOND }),
      ),
    says: /5 hosts tried 20 ports of 192\.0\.2\.2 within 19 s, each port by one of them: 20 refused/,
  },
];

export const NO_SCANS: readonly Case[] = [
  {
    kind: 'address-scan',
    what: 'a master that polls forty controllers with a connection for each request',
    play: (rehearsal) =>
      times(10, (round) =>
        times(40, (index) =>
          connect(rehearsal, 'used', { server: 10 + index, protocol: FIELDBUS, timeUs: round * 10 * SECOND }),
        ),
      ),
  },
  {
    kind: 'address-scan',
    what: 'a master twenty of whose controllers are switched off',
    play: (rehearsal) =>
      times(6, (round) => {
        times(20, (index) => connect(rehearsal, 'silent', { server: 10 + index, timeUs: round * 15 * SECOND }));
        pass(rehearsal, round * 15 * SECOND, round * 15 * SECOND + 14 * SECOND);
      }),
  },
  {
    kind: 'address-scan',
    what: 'supervision that pings thirty hosts, all of which answer but two',
    play: (rehearsal) => times(30, (index) => ping(rehearsal, 10 + index, index * SECOND, index > 1)),
  },
  {
    kind: 'address-scan',
    what: 'answers of a name server whose questions were not seen',
    play: (rehearsal) =>
      times(40, (index) =>
        connect(rehearsal, 'silent', { transport: 'udp', clientPort: 53, serverPort: 40_000, server: 10 + index }),
      ),
  },
  {
    kind: 'address-scan',
    what: 'connections that were joined in the middle, and broadcasts',
    play: (rehearsal) =>
      times(40, (index) => {
        connect(rehearsal, 'silent', { server: 10 + index, isSeenFromStart: false });
        connect(rehearsal, 'silent', { server: 255, transport: 'udp', serverPort: 1000 + index });
      }),
  },
  {
    kind: 'address-scan',
    what: 'routers that ask for sixty-four hosts, most of which are there, or where answers do not come by',
    play: (rehearsal) => {
      for (const silent of [20, 64]) {
        const value = `64 addresses within 9 s, ${silent} of them silent so far`;
        rehearsal.trait({ host: 1, trait: 'arp-asking', value });
      }
    },
  },
  {
    kind: 'port-scan',
    what: 'a file server that hands out a port for each transfer',
    play: (rehearsal) =>
      times(60, (index) => connect(rehearsal, 'used', { serverPort: 50_000 + index, timeUs: index * SECOND })),
  },
  {
    kind: 'port-scan',
    what: 'eight services of a host that is down, tried again and again',
    play: (rehearsal) =>
      times(8, (index) => {
        connect(rehearsal, 'silent', { serverPort: 20 + index, timeUs: index });
        connect(rehearsal, 'silent', { serverPort: 20 + index, timeUs: MINUTE + index });
      }),
  },
  {
    kind: 'distributed-scan',
    what: 'twenty clients whose one service is away',
    play: (rehearsal) =>
      times(20, (index) => connect(rehearsal, 'refused', { client: 50 + index, timeUs: index * SECOND })),
  },
  {
    kind: 'address-scan',
    what: 'one failure a day',
    play: (rehearsal) =>
      times(40, (index) => {
        connect(rehearsal, 'silent', { server: 10 + index, timeUs: index * 2 * DAY });
        pass(rehearsal, index * 2 * DAY + HOUR, index * 2 * DAY + HOUR + MINUTE);
      }),
  },
];
