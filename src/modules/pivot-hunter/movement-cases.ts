// Which sessions become a way to a controller, and which are work.
import type { Conversation } from '../../facts/facts.ts';
import { Outcome } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import type { Rehearsal } from '../rehearsal.ts';
import type { Case } from './cases.ts';
import { DAY, FIELDBUS, HOUR, MINUTE, SECOND, SHELL, UNKNOWN, WEB, connect } from './scenes.ts';

/** Hosts 3 and 9 have been at work for as long as `untilUs`: host 3 asks the controller 2, host 9 looks at a web page of 8. */
export function work(rehearsal: Rehearsal, untilUs: number): void {
  for (let timeUs = 0; timeUs <= untilUs; timeUs += untilUs / 4) {
    connect(rehearsal, 'used', { client: 3, server: 2, protocol: FIELDBUS, timeUs });
    connect(rehearsal, 'used', { client: 9, server: 8, protocol: WEB, serverPort: 80, timeUs });
    connect(rehearsal, 'used', { client: 5, server: 8, protocol: WEB, serverPort: 80, timeUs });
  }
}

let flow = 1000;

/** A shell that stays open. */
export function shell(
  rehearsal: Rehearsal,
  client: number,
  server: number,
  timeUs: number,
  change: Partial<Conversation> = {},
): void {
  const session = {
    client,
    server,
    serverPort: 22,
    protocol: SHELL,
    timeUs,
    firstUs: timeUs,
    lastUs: timeUs,
    frame: 7,
  };
  rehearsal.conversation({ ...session, flow: flow++, phase: 'opened', protocol: UNKNOWN, ...change });
  rehearsal.conversation({ ...session, flow: flow - 1, phase: 'identified', ...change });
}

export function ask(rehearsal: Rehearsal, client: number, server: number, timeUs: number): void {
  connect(rehearsal, 'used', { client, server, protocol: FIELDBUS, timeUs });
}

export const MOVEMENT: readonly Case[] = [
  {
    kind: 'movement-chain',
    what: 'a shell into a host, and from there to a controller',
    play: (rehearsal) => {
      work(rehearsal, 2 * DAY);
      shell(rehearsal, 100, 9, 2 * DAY + MINUTE);
      ask(rehearsal, 9, 2, 2 * DAY + 5 * MINUTE);
    },
    severity: 'critical',
    says: /192\.0\.2\.100 came over one host to 192\.0\.2\.2, which answers fieldbus: by ssh to 192\.0\.2\.9, 4 min later by fieldbus to 192\.0\.2\.2\. Never seen before: ssh from 192\.0\.2\.100 to 192\.0\.2\.9; fieldbus from 192\.0\.2\.9 to 192\.0\.2\.2; the hosts had been heard for 2 days and more\. The weakest link is ssh from 192\.0\.2\.100 to 192\.0\.2\.9.*At risk is 192\.0\.2\.2/,
  },
  {
    kind: 'movement-chain',
    what: 'four hops, one of which was over before the next began',
    play: (rehearsal) => {
      work(rehearsal, HOUR);
      shell(rehearsal, 100, 9, HOUR);
      shell(rehearsal, 9, 5, HOUR + MINUTE);
      shell(rehearsal, 5, 6, HOUR + 2 * MINUTE, { flow: 77 });
      rehearsal.conversation({
        phase: 'closed',
        protocol: SHELL,
        flow: 77,
        client: 5,
        server: 6,
        lastUs: HOUR + 3 * MINUTE,
      });
      ask(rehearsal, 6, 2, HOUR + 50 * MINUTE);
    },
    says: /192\.0\.2\.100 came over 3 hosts to 192\.0\.2\.2/,
  },
  {
    kind: 'movement-chain',
    what: 'a shell on the controller itself, over a station',
    play: (rehearsal) => {
      work(rehearsal, HOUR);
      shell(rehearsal, 100, 5, HOUR);
      shell(rehearsal, 5, 2, HOUR + MINUTE);
    },
    severity: 'high',
    says: /by ssh to 192\.0\.2\.2/,
  },
  {
    kind: 'movement-chain',
    what: 'a controller that is only known as one later',
    play: (rehearsal) => {
      work(rehearsal, HOUR);
      shell(rehearsal, 100, 5, HOUR);
      shell(rehearsal, 5, 30, HOUR + MINUTE);
      ask(rehearsal, 3, 30, HOUR + 2 * MINUTE);
    },
  },
  {
    kind: 'movement-chain',
    what: 'a stranger in a station, and right behind it what people do from there twice a day',
    play: (rehearsal) => {
      work(rehearsal, 4 * DAY);
      for (let day = 0; day < 4; day++) {
        const session = { flow: 500 + day, client: 9, server: 5 };
        shell(rehearsal, 9, 5, day * DAY + 8 * HOUR, session);
        ask(rehearsal, 5, 2, day * DAY + 8 * HOUR + MINUTE);
        rehearsal.conversation({ ...session, phase: 'closed', protocol: SHELL, lastUs: day * DAY + 9 * HOUR });
      }
      rehearsal.raised.length = 0;
      shell(rehearsal, 100, 9, 3 * DAY + 15 * HOUR);
      shell(rehearsal, 9, 5, 3 * DAY + 15 * HOUR + 10 * SECOND);
      ask(rehearsal, 5, 2, 3 * DAY + 15 * HOUR + 20 * SECOND);
    },
    severity: 'critical',
    says: /192\.0\.2\.100 came over 2 hosts to 192\.0\.2\.2, .*Never seen before: ssh from 192\.0\.2\.100 to 192\.0\.2\.9; .* The other steps are usual; the chance that they followed so soon by coincidence is 0\.\d+ %/,
  },
  {
    kind: 'movement-chain',
    what: 'a first write by a host that has always read, after somebody came in',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      shell(rehearsal, 100, 3, DAY + MINUTE);
      rehearsal.operation({ client: 3, server: 2, verb: Verb.write, function: 6, timeUs: DAY + 2 * MINUTE });
    },
    says: /1 min later by "function 6" over fieldbus to 192\.0\.2\.2/,
  },
  {
    kind: 'movement-step',
    what: 'each session on the way',
    play: (rehearsal) => {
      work(rehearsal, HOUR);
      shell(rehearsal, 100, 9, HOUR);
      ask(rehearsal, 9, 2, HOUR + MINUTE);
    },
    severity: 'medium',
    says: /192\.0\.2\.100 came to 192\.0\.2\.9 by ssh\. It is a step of a way that ended at 192\.0\.2\.2/,
  },
];

export const NO_MOVEMENT: readonly Case[] = [
  {
    kind: 'movement-chain',
    what: 'a shell into a host that asks the controller every half minute, with a connection of its own',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      for (let second = 0; second < 7200; second += 30) ask(rehearsal, 3, 2, DAY + second * SECOND);
      shell(rehearsal, 100, 3, DAY + 2 * HOUR);
      ask(rehearsal, 3, 2, DAY + 2 * HOUR + 15 * SECOND);
    },
  },
  {
    kind: 'movement-chain',
    what: 'what a host opened before somebody came in',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      ask(rehearsal, 9, 2, DAY + MINUTE);
      shell(rehearsal, 100, 9, DAY + 2 * MINUTE);
    },
  },
  {
    kind: 'movement-chain',
    what: 'a session that was over for two hours',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      shell(rehearsal, 100, 9, DAY, { flow: 78 });
      rehearsal.conversation({
        phase: 'closed',
        protocol: SHELL,
        flow: 78,
        client: 100,
        server: 9,
        lastUs: DAY + MINUTE,
      });
      ask(rehearsal, 9, 2, DAY + 2 * HOUR);
    },
  },
  {
    kind: 'movement-chain',
    what: 'a first write that was refused, and one by a host into which nobody came',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      shell(rehearsal, 100, 3, DAY + MINUTE);
      const write = { server: 2, verb: Verb.write, function: 6, timeUs: DAY + 2 * MINUTE };
      rehearsal.operation({ ...write, client: 3, outcome: Outcome.refused });
      rehearsal.operation({ ...write, client: 5 });
    },
  },
  {
    kind: 'movement-chain',
    what: 'a look at a web page of the host',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      connect(rehearsal, 'used', { client: 100, server: 9, protocol: WEB, serverPort: 80, timeUs: DAY });
      ask(rehearsal, 9, 2, DAY + MINUTE);
    },
  },
  {
    kind: 'movement-step',
    what: 'shells between hosts of an office',
    play: (rehearsal) => {
      work(rehearsal, DAY);
      shell(rehearsal, 100, 9, DAY);
      shell(rehearsal, 9, 50, DAY + MINUTE);
      shell(rehearsal, 50, 51, DAY + 2 * MINUTE);
    },
  },
  {
    kind: 'movement-chain',
    what: 'connections that were there before the capture began',
    play: (rehearsal) => {
      shell(rehearsal, 100, 9, SECOND, { isSeenFromStart: false });
      connect(rehearsal, 'used', { client: 9, protocol: FIELDBUS, timeUs: 2 * SECOND, isSeenFromStart: false });
    },
  },
];
