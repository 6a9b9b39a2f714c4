// What is known of one conversation: how far each direction has come, and the requests that wait for their answers.
import type { Body } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { Http2 } from './http2.ts';
import type { Told } from './told.ts';
import { WaitingExchanges } from './waiting.ts';

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

export class Conversation {
  readonly client = new Side();
  readonly server = new Side();
  readonly waiting = new WaitingExchanges();
  readonly told: Told;
  /** `host:port` of the tunnel that this has become. */
  tunnel = '';
  /** What reads both directions where they are frames of HTTP/2. */
  http2: Http2 | null = null;

  constructor(told: Told) {
    this.told = told;
  }
}

export function isInBody(side: Side): boolean {
  return side.phase >= Phase.length && side.phase <= Phase.trailer;
}
