// Which conversations that nobody can read are told, and which are not.
import type { Conversation } from '../../facts/facts.ts';
import type { Rehearsal } from '../rehearsal.ts';
import type { Case } from './cases.ts';
import { DAY, FIELDBUS, MINUTE, SECOND, UNKNOWN, WEB, connect } from './scenes.ts';

/** Hosts 2 and 4 are controllers that host 3 asks. */
function plant(rehearsal: Rehearsal): void {
  connect(rehearsal, 'used', { client: 3, server: 2, protocol: FIELDBUS, timeUs: 1 });
  connect(rehearsal, 'used', { client: 3, server: 4, protocol: FIELDBUS, timeUs: 2 });
}

/** Bytes that each side says, beside the headers of twenty packets. */
function talk(rehearsal: Rehearsal, sent: number, got: number, change: Partial<Conversation> = {}): void {
  connect(rehearsal, 'used', {
    client: 4,
    server: 2,
    serverPort: 4444,
    timeUs: MINUTE,
    clientBytes: 20 * 54 + sent,
    serverBytes: 20 * 54 + got,
    frames: [8, 9],
    flow: 5,
    ...change,
  });
}

export const CHANNELS: readonly Case[] = [
  {
    kind: 'unknown-channel',
    what: 'one controller that speaks to another on a port of nobody',
    play: (rehearsal) => {
      plant(rehearsal);
      talk(rehearsal, 900, 1200);
    },
    severity: 'medium',
    says: /192\.0\.2\.4, which answers fieldbus, and 192\.0\.2\.2, which answers fieldbus, talk on TCP port 4444, in no protocol that is known here: 900 bytes one way and 1,200 back/,
  },
  {
    kind: 'unknown-channel',
    what: 'a station that begins to do so after two days',
    play: (rehearsal) => {
      plant(rehearsal);
      talk(rehearsal, 900, 1200, { client: 3, timeUs: 2 * DAY });
    },
    severity: 'high',
  },
  {
    kind: 'unknown-channel',
    what: 'joined in the middle: who speaks first after a silence is who asks',
    play: (rehearsal) => {
      plant(rehearsal);
      const middle = { client: 2, server: 4, serverPort: 1630, clientPort: 4444, isSeenFromStart: false, flow: 6 };
      const said = { clientBytes: 2000, serverBytes: 1800, serverPackets: 20, frames: [8], protocol: UNKNOWN };
      rehearsal.conversation({ ...middle, ...said, phase: 'opened', clientPackets: 0, timeUs: MINUTE });
      rehearsal.conversation({ ...middle, ...said, phase: 'closed', clientPackets: 20, timeUs: 2 * MINUTE });
    },
    says: /^192\.0\.2\.4, .* and 192\.0\.2\.2, .* on TCP port 4444/,
  },
  {
    kind: 'hidden-upload',
    what: 'seventy thousand bytes into a controller and a word back',
    play: (rehearsal) => {
      plant(rehearsal);
      talk(rehearsal, 70_000, 900);
    },
    says: /192\.0\.2\.4 pushed 70,000 bytes into 192\.0\.2\.2 on TCP port 4444/,
  },
  {
    kind: 'service-appeared',
    what: 'a port that is refused three times, and answers after a session',
    play: (rehearsal) => {
      for (let second = 0; second < 3; second++)
        connect(rehearsal, 'refused', { serverPort: 4444, timeUs: second * SECOND });
      connect(rehearsal, 'used', { protocol: WEB, serverPort: 80, timeUs: 4 * SECOND });
      connect(rehearsal, 'used', { serverPort: 4444, timeUs: 6 * SECOND });
    },
    severity: 'high',
    says: /Port 4444 of 192\.0\.2\.2 refused 192\.0\.2\.1 3 times and answered it 6 s after the first try\. In between the two had a session in http/,
  },
];

export const NO_CHANNELS: readonly Case[] = [
  {
    kind: 'unknown-channel',
    what: 'a station that has always spoken to its controller in a protocol of its own',
    play: (rehearsal) => {
      plant(rehearsal);
      talk(rehearsal, 900, 1200, { client: 3 });
      talk(rehearsal, 900, 1200, { client: 3, timeUs: 2 * DAY });
    },
  },
  {
    kind: 'unknown-channel',
    what: 'a greeting, a port of the web, and hosts that are no controllers',
    play: (rehearsal) => {
      plant(rehearsal);
      talk(rehearsal, 100, 120);
      talk(rehearsal, 900, 1200, { serverPort: 80 });
      talk(rehearsal, 90_000, 1200, { client: 50, server: 51 });
    },
  },
  {
    kind: 'hidden-upload',
    what: 'as much back as there was sent, from a station',
    play: (rehearsal) => {
      plant(rehearsal);
      talk(rehearsal, 70_000, 60_000, { client: 3 });
    },
  },
  {
    kind: 'service-appeared',
    what: 'a service that comes back by itself, and one that was refused an hour ago',
    play: (rehearsal) => {
      connect(rehearsal, 'used', { protocol: WEB, serverPort: 80, timeUs: 0 });
      connect(rehearsal, 'refused', { serverPort: 4444, timeUs: SECOND });
      connect(rehearsal, 'used', { serverPort: 4444, timeUs: 9 * SECOND });
      connect(rehearsal, 'refused', { serverPort: 5555, timeUs: 10 * SECOND });
      connect(rehearsal, 'used', { protocol: WEB, serverPort: 80, timeUs: 20 * SECOND });
      connect(rehearsal, 'used', { serverPort: 5555, timeUs: 70 * MINUTE });
    },
  },
  {
    kind: 'service-appeared',
    what: 'a web server that is started again, and a service that speaks a known protocol',
    play: (rehearsal) => {
      for (const port of [80, 8888]) {
        connect(rehearsal, 'refused', { serverPort: port, timeUs: SECOND });
        connect(rehearsal, 'used', { protocol: WEB, serverPort: 81, timeUs: 2 * SECOND });
        connect(rehearsal, 'used', { protocol: WEB, serverPort: port, timeUs: 3 * SECOND });
      }
    },
  },
];
