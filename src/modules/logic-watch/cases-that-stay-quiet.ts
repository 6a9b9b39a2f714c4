// What logic-watch says nothing of: each kind has its quiet twin.
import { Outcome } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { BAD, dataBlock, DB, download, GOOD, intent, OPEN_ENDED, PART, READ, type Case } from './scenes.ts';

export const QUIET: readonly Case[] = [
  {
    kind: 'program-sent',
    what: 'an image for the device, which is firmware',
    play: (rehearsal) => rehearsal.file(GOOD, { ...PART, carrier: 'flash update', name: 'firmware' }),
  },
  { kind: 'program-sent', what: 'a block that is read', play: (rehearsal) => rehearsal.file(GOOD, READ) },
  {
    kind: 'program-read',
    what: 'a page of a web server',
    play: (rehearsal) => rehearsal.file(GOOD, { protocol: 'http', direction: 'to-client' }),
  },
  {
    kind: 'program-changed',
    what: 'the same block once more',
    play: (rehearsal) => {
      rehearsal.file(GOOD, READ);
      rehearsal.file(GOOD, PART);
      rehearsal.file(GOOD, PART);
    },
  },
  {
    kind: 'program-changed',
    what: 'a file of another size, where nobody tells its end',
    play: (rehearsal) => {
      rehearsal.file(GOOD, { ...OPEN_ENDED, ending: 'silence' });
      rehearsal.file(GOOD.subarray(0, 2000), { ...OPEN_ENDED, ending: 'silence' });
    },
  },
  {
    kind: 'program-changed',
    what: 'another block, and the same block of another device',
    play: (rehearsal) => {
      rehearsal.file(GOOD, PART);
      rehearsal.file(BAD, { ...PART, name: 'FC2' });
      rehearsal.file(BAD, { ...PART, server: 7 });
    },
  },
  {
    kind: 'program-changed',
    what: 'a block of which a piece was not seen',
    play: (rehearsal) => {
      rehearsal.file(GOOD, PART);
      rehearsal.file(GOOD, PART, [1]);
    },
  },
  {
    kind: 'changed-unseen',
    what: 'a log that grows',
    play: (rehearsal) => {
      rehearsal.file(GOOD.subarray(0, 900), { ...READ, carrier: 'file' });
      rehearsal.file(GOOD, { ...READ, carrier: 'file' });
    },
  },
  {
    kind: 'changed-unseen',
    what: 'a data block whose values moved',
    play: (rehearsal) => {
      rehearsal.file(dataBlock(1), { ...READ, ...DB });
      rehearsal.file(dataBlock(2), { ...READ, ...DB });
    },
  },
  {
    kind: 'not-known-good',
    what: 'the program of the baseline, a file of which it says nothing, and another device',
    learned: (teacher) => teacher.file(GOOD, READ),
    play: (rehearsal) => {
      rehearsal.file(GOOD, PART);
      rehearsal.file(GOOD, READ);
      rehearsal.file(BAD, { ...READ, carrier: 'file', name: 'log.txt' });
      rehearsal.file(BAD, { ...PART, server: 7 });
    },
  },
  {
    kind: 'not-known-good',
    what: 'a data block with other values than in the baseline',
    learned: (teacher) => teacher.file(dataBlock(1), { ...PART, ...DB }),
    play: (rehearsal) => rehearsal.file(dataBlock(2), { ...READ, ...DB }),
  },
  {
    kind: 'program-hidden',
    what: 'what was sent is read',
    play: (rehearsal) => {
      rehearsal.file(GOOD, READ);
      rehearsal.file(BAD, PART);
      rehearsal.file(BAD, READ);
    },
  },
  {
    kind: 'program-hidden',
    what: 'a data block whose values moved since it was sent',
    play: (rehearsal) => {
      rehearsal.file(dataBlock(1), { ...PART, ...DB });
      rehearsal.file(dataBlock(2), { ...READ, ...DB });
    },
  },
  {
    kind: 'program-hidden',
    what: 'a block that was deleted and comes anew',
    play: (rehearsal) => {
      rehearsal.file(GOOD, PART);
      const nameBytes = Buffer.from('FC1');
      rehearsal.operation({ verb: Verb.delete, unit: -1, nameBytes, nameStart: 0, nameEnd: 3 });
      rehearsal.file(BAD, READ);
    },
  },
  {
    kind: 'online-edit',
    what: 'a download to a controller that was stopped',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'run-state', value: 'run' });
      rehearsal.operation({ verb: Verb.stop });
      rehearsal.operation(download);
    },
  },
  {
    kind: 'online-edit',
    what: 'a controller of which no mode is known',
    play: (rehearsal) => rehearsal.operation(download),
  },
  {
    kind: 'made-permanent',
    what: 'a refusal',
    play: (rehearsal) => rehearsal.operation({ verb: Verb['store-program'], outcome: Outcome.refused, code: 1 }),
  },
  {
    kind: 'other-host',
    what: 'the declared station',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.operation(download),
  },
  {
    kind: 'other-host',
    what: 'a host without a role, where nothing is declared',
    play: (rehearsal) => rehearsal.operation(download),
  },
  {
    kind: 'other-host',
    what: 'an HMI that is not declared and starts a controller',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.operation({ verb: Verb.start, client: 9 }),
  },
  {
    kind: 'outside-window',
    what: 'a download in the window',
    intent: intent(true, true),
    play: (rehearsal) => rehearsal.operation(download),
  },
  {
    kind: 'outside-window',
    what: 'no window is declared',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.operation(download),
  },
  {
    kind: 'project-file',
    what: 'a file that is no project',
    play: (rehearsal) => rehearsal.file(GOOD, { protocol: 'http', name: 'day.csv' }),
  },
];
