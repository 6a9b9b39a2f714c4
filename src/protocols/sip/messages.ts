// What SIP has of its own: methods, header fields that are read, and rules that can be broken.
import type { HeaderDialect } from '../header-messages.ts';

/** RFC 3261, 3262, 3265, 3311, 3428, 3515, 3903, 6086. */
export const METHODS = [
  'REGISTER',
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'SUBSCRIBE',
  'NOTIFY',
  'MESSAGE',
  'INFO',
  'REFER',
  'UPDATE',
  'PRACK',
  'PUBLISH',
] as const;
export const REGISTER = 0;
export const ACK = 2;
export const CANCEL = 4;

/** Places in the list of fields. */
export const Field = {
  contentLength: 0,
  sequence: 1,
  authorization: 2,
  proxyAuthorization: 3,
  challenge: 4,
  proxyChallenge: 5,
  server: 6,
  userAgent: 7,
  via: 8,
  from: 9,
  callId: 10,
} as const;

export const DIALECT: HeaderDialect = {
  version: 'SIP/',
  methods: METHODS,
  schemes: ['sip:', 'sips:', 'tel:'],
  fields: [
    'content-length|l',
    'cseq',
    'authorization',
    'proxy-authorization',
    'www-authenticate',
    'proxy-authenticate',
    'server',
    'user-agent',
    'via|v',
    'from|f',
    'call-id|i',
  ],
};

export const RULES = { 'header-without-colon': 'a line of the header has no colon' } as const;
