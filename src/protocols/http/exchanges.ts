// What is known of one conversation: how far each direction has come, and the requests that wait for their answers.
import type { Body } from './body.ts';
import type { Http2 } from './http2.ts';
import type { HttpLogin } from './logins.ts';
import { Method } from './messages.ts';
import type { Told } from './told.ts';

/** What stands next in one direction. */
export const Phase = {
  /** A message begins here. */
  head: 0,
  /** A message may begin at the next segment; what came before it was lost or never seen. */
  search: 1,
  /** `remaining` bytes of a body. */
  length: 2,
  /** A body that lasts until the sender closes. */
  close: 3,
  chunkSize: 4,
  /** `remaining` bytes of a chunk. */
  chunk: 5,
  chunkEnd: 6,
  trailer: 7,
  /** Another protocol, or none of ours: not looked into. */
  opaque: 8,
  /** Frames of HTTP/2: see `Conversation.http2`. */
  http2: 9,
  /** The first bytes inside a tunnel that a proxy has opened: they tell what passes in it. */
  tunnel: 10,
} as const;

export class Side {
  phase: number = Phase.search;
  remaining = 0;
  /** What is read of the body has to come in one piece: it may hold a secret. */
  waitsForAll = false;
  /** So many bytes of an unfinished head or line were looked at. */
  scanned = 0;
  /** Bytes of the trailer section so far. */
  trailerBytes = 0;
  /** Null where the content is nobody's interest. */
  body: Body | null = null;
  /** The exchange whose message this direction is in the middle of. */
  exchange: Exchange | null = null;
  /** Bytes were lost and `resumes` was not asked yet. */
  hasGap = false;
  /** A `start-line-invalid` was told and no message was found since. */
  isLost = false;
}

/** A request, and what its answer will have to be compared with. */
export class Exchange {
  readonly method: number;
  readonly timeUs: number;
  readonly frame: number;
  /** Name of what is asked for: the last part of the path. */
  name = '';
  /** The path without its query, as a copy; empty where no operation is told of it. */
  path = NO_BYTES;
  /** `host:port` of CONNECT. */
  target = '';
  /** The request asks for `100 Continue`, and none of its content was seen. */
  awaitsContinue = false;
  login: HttpLogin | null = null;

  constructor(method: number, timeUs: number, frame: number) {
    this.method = method;
    this.timeUs = timeUs;
    this.frame = frame;
  }
}

/** More unanswered requests of one conversation are not waited for. */
export const EXCHANGES_MAX = 64;

export class Conversation {
  readonly client = new Side();
  readonly server = new Side();
  readonly exchanges: Exchange[] = [];
  /** An answer may have been lost: the next one may be to a later request than the first that waits. */
  isDoubtful = false;
  readonly told: Told;
  /** `host:port` of the tunnel that this has become. */
  tunnel = '';
  /** What reads both directions where they are frames of HTTP/2. */
  http2: Http2 | null = null;

  constructor(told: Told) {
    this.told = told;
  }
}

/** Nobody's request: its answer alone was seen. */
export function unknownExchange(timeUs: number): Exchange {
  return new Exchange(Method.other, timeUs, 0);
}

const NO_BYTES = new Uint8Array(0);
