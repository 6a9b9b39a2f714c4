// What makes logic-watch speak.
import { Verb } from '../../facts/verbs.ts';
import {
  BAD,
  changedAt,
  dataBlock,
  download,
  GOOD,
  intent,
  MINUTE_US,
  PART,
  program,
  READ,
  type Case,
  OPEN_ENDED,
} from './scenes.ts';

export const FIRES: readonly Case[] = [
  {
    kind: 'program-sent',
    what: 'a block that is sent',
    play: (rehearsal) => rehearsal.file(GOOD, { ...PART, details: [['language', 'SCL']] }),
    severity: 'info',
    says: /^192\.0\.2\.1 sent 192\.0\.2\.2 by block download: FC1, 3,000 bytes, whole, SHA-256 [0-9a-f]{64}, header: language SCL, no content of it was seen before\.$/,
  },
  {
    kind: 'program-sent',
    what: 'three blocks and a stop in one go',
    play: (rehearsal) => {
      rehearsal.operation({ verb: Verb.stop, unit: -1 });
      for (const name of ['FC1', 'FC2', 'FC3']) rehearsal.file(program(100, name.charCodeAt(2)), { ...PART, name });
    },
    says: /3 parts, 300 bytes: FC1, 100 bytes, whole.*; FC3, .*The same host did(?: in .*)?: stopped it\.$/,
  },
  {
    kind: 'program-sent',
    what: 'a block of which a piece was not seen',
    play: (rehearsal) => rehearsal.file(GOOD, PART, [1]),
    says: /1,000 bytes were not seen \(1,000 at 1,000\), so that it cannot be compared/,
  },
  {
    kind: 'program-sent',
    what: 'a file whose end the protocol does not tell',
    play: (rehearsal) => rehearsal.file(GOOD, { ...OPEN_ENDED, ending: 'restart' }),
    says: /without a gap, its end not told by the protocol \(the device was restarted afterwards\), SHA-256 [0-9a-f]{64}/,
  },
  {
    kind: 'program-changed',
    what: 'a file of the same size with other bytes, whose end the protocol does not tell',
    play: (rehearsal) => {
      rehearsal.file(GOOD, { ...OPEN_ENDED, ending: 'silence' });
      rehearsal.file(BAD, { ...OPEN_ENDED, ending: 'silence' });
    },
    says: /it replaces what .* \(3 of 3,000 bytes differ/,
  },
  {
    kind: 'program-read',
    what: 'a block that is read',
    play: (rehearsal) => rehearsal.file(GOOD, READ),
    severity: 'info',
    says: /^192\.0\.2\.1 read from 192\.0\.2\.2 by block upload: FC1, 3,000 bytes, whole/,
  },
  {
    kind: 'program-changed',
    what: 'three bytes that are others than before',
    play: (rehearsal) => {
      rehearsal.file(GOOD, READ);
      rehearsal.file(BAD, { ...PART, timeUs: 4 * MINUTE_US, client: 3 });
    },
    severity: 'high',
    says: /192\.0\.2\.3 sent 192\.0\.2\.2 by block download: FC1: it replaces what 192\.0\.2\.1 read 3 min 59 s before \(3 of 3,000 bytes differ: 2 at 1,200, 1 at 2,500\)/,
  },
  {
    kind: 'program-changed',
    what: 'a block whose header alone is another',
    play: (rehearsal) => {
      rehearsal.file(dataBlock(1), PART);
      rehearsal.file(changedAt(dataBlock(1), 17), PART);
    },
    says: /1 at 17; only its header, the code is the same/,
  },
  {
    kind: 'changed-unseen',
    what: 'two readings that differ',
    play: (rehearsal) => {
      rehearsal.file(GOOD, READ);
      rehearsal.file(BAD, READ);
    },
    severity: 'high',
  },
  {
    kind: 'not-known-good',
    what: 'another program than the one of the baseline is sent, or read',
    learned: (teacher) => teacher.file(GOOD, READ),
    play: (rehearsal) => {
      rehearsal.file(BAD, READ);
      rehearsal.file(BAD, PART);
    },
    severity: 'critical',
    says: /FC1: SHA-256 [0-9a-f]{64}, where the baseline holds the one with SHA-256 [0-9a-f]{64}\.$/,
  },
  {
    kind: 'not-known-good',
    what: 'a block that is not in the baseline of the device',
    learned: (teacher) => teacher.file(GOOD, READ),
    play: (rehearsal) => rehearsal.file(BAD, { ...PART, name: 'FC9' }),
    severity: 'high',
    says: /the baseline holds programs of 192\.0\.2\.2, and no FC9/,
  },
  {
    kind: 'program-hidden',
    what: 'the old program is read after another one was sent',
    play: (rehearsal) => {
      rehearsal.file(GOOD, READ);
      rehearsal.file(BAD, PART);
      rehearsal.file(GOOD, { ...READ, client: 3 });
    },
    severity: 'critical',
    says: /192\.0\.2\.3 read from 192\.0\.2\.2 by block upload: FC1: it is not what 192\.0\.2\.1 sent/,
  },
  {
    kind: 'online-edit',
    what: 'a download to a controller that says that it runs',
    play: (rehearsal) => {
      rehearsal.claim({ attribute: 'run-state', value: 'remote run' });
      rehearsal.operation({ ...download, function: 40 });
    },
    severity: 'high',
    says: /while it runs \(its mode was remote run \(fieldbus identity\)\): function 40\.$/,
  },
  {
    kind: 'online-edit',
    what: 'a download after a start',
    play: (rehearsal) => {
      rehearsal.operation({ verb: Verb.start });
      rehearsal.operation(download);
    },
  },
  {
    kind: 'made-permanent',
    what: 'a program that is stored for good after it was sent',
    play: (rehearsal) => {
      rehearsal.file(GOOD, { ...PART, unit: 1 });
      rehearsal.operation({ verb: Verb['store-program'] });
    },
    severity: 'high',
    says: /Loaded before in the same session: FC1, 3,000 bytes/,
  },
  {
    kind: 'other-host',
    what: 'a download from a host that is not declared',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.operation({ ...download, client: 9 }),
    severity: 'critical',
    says: /192\.0\.2\.9 asked 192\.0\.2\.2 for "function 3", and 192\.0\.2\.9 is not the engineering station that 1sec\.yaml declares/,
  },
  {
    kind: 'other-host',
    what: 'an upload to a host that is not declared',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.operation({ verb: Verb['program-upload'], client: 9 }),
    severity: 'high',
  },
  {
    kind: 'other-host',
    what: 'a download from a camera, where nothing is declared',
    play: (rehearsal) => {
      rehearsal.claim({ host: 9, attribute: 'role', value: 'camera' });
      rehearsal.operation({ ...download, client: 9 });
    },
    says: /192\.0\.2\.9 is a camera/,
  },
  {
    kind: 'outside-window',
    what: 'a download when no work is planned',
    intent: intent(true, false),
    play: (rehearsal) => rehearsal.operation(download),
    severity: 'high',
    says: /1970-01-01 00:00 UTC is not in the maintenance window that is declared/,
  },
  {
    kind: 'project-file',
    what: 'a project of Studio 5000 on a file share',
    play: (rehearsal) => rehearsal.file(GOOD, { protocol: 'http', name: 'line\\filler.ACD' }),
    severity: 'low',
    says: /192\.0\.2\.1 handed 192\.0\.2\.2 a project of Studio 5000 by http: line\\filler\.ACD/,
  },
  {
    kind: 'project-file',
    what: 'a project that goes to a host that is no engineering station',
    intent: intent(true, null),
    play: (rehearsal) => rehearsal.file(GOOD, { protocol: 'http', name: 'filler.zap17', client: 4 }),
    severity: 'medium',
  },
];
