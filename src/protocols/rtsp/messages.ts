// What RTSP has of its own: methods, header fields that are read, and rules that can be broken.
import type { HeaderDialect } from '../header-messages.ts';

/** RFC 2326 10 and RFC 7826 13; PING is RealNetworks'. The first eight are said by clients alone. */
const METHODS = ['DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'RECORD', 'TEARDOWN', 'GET_PARAMETER', 'PING'];
export const CLIENT_METHODS = METHODS.length;
const METHODS_OF_BOTH = ['OPTIONS', 'ANNOUNCE', 'SET_PARAMETER', 'REDIRECT', 'PLAY_NOTIFY'];

/** Places in the list of fields. */
export const Field = {
  contentLength: 0,
  sequence: 1,
  authorization: 2,
  challenge: 3,
  server: 4,
  userAgent: 5,
  contentType: 6,
} as const;

export const DIALECT: HeaderDialect = {
  version: 'RTSP/',
  methods: [...METHODS, ...METHODS_OF_BOTH],
  schemes: ['rtsp:', 'rtspu:', 'rtsps:'],
  fields: ['content-length', 'cseq', 'authorization', 'www-authenticate', 'server', 'user-agent', 'content-type'],
};

export const RULES = { 'header-without-colon': 'a line of the header has no colon' } as const;
