// Mail: the entries of POP3, SMTP and IMAP in the list.
import type { Protocol } from '../../facts/protocol.ts';
import { ImapDecoder } from './imap.ts';
import { IMAP_KINDS, POP3_KINDS, SMTP_KINDS } from './kinds.ts';
import { FRAME_BYTES_MAX } from './mail-decoder.ts';
import { Pop3Decoder } from './pop3.ts';
import { SmtpDecoder } from './smtp.ts';

/** What the three say alike: no operation is told of any. */
const shared = {
  transports: ['tcp'],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => `command ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
} as const satisfies Partial<Protocol>;

export const pop3: Protocol = {
  ...shared,
  name: 'pop3',
  messageKinds: POP3_KINDS,
  title: 'POP3',
  ports: [110],
  summary: 'Mailboxes (POP3): software, logins by password, APOP and AUTH, and their outcome',
  start: () => new Pop3Decoder(),
};

export const smtp: Protocol = {
  ...shared,
  name: 'smtp',
  messageKinds: SMTP_KINDS,
  title: 'SMTP',
  ports: [25, 587, 2525],
  summary: 'Mail on its way (SMTP, submission): software and names of hosts, logins by AUTH, and their outcome',
  start: () => new SmtpDecoder(),
};

export const imap: Protocol = {
  ...shared,
  name: 'imap',
  messageKinds: IMAP_KINDS,
  title: 'IMAP',
  ports: [143],
  summary: 'Mailboxes (IMAP): software of both sides, logins by LOGIN and AUTHENTICATE, and their outcome',
  start: () => new ImapDecoder(),
};
