// A request, until its answer was seen.
import type { HttpLogin } from './logins.ts';
import { Method } from './messages.ts';

/** A request, and what its answer will have to be compared with. */
export class Exchange {
  readonly method: number;
  readonly timeUs: number;
  /** 0: the request was not seen. */
  readonly frame: number;
  /** So far the client had seen the stream of the server when it asked; -1: nobody knows. */
  readonly acknowledged: number;
  /** Name of what is asked for: the last part of the path. */
  name = '';
  /** The path without its query, as a copy; empty where no operation is told of it. */
  path = NO_BYTES;
  /** `host:port` of CONNECT. */
  target = '';
  /** The request asks for `100 Continue`. */
  expectsContinue = false;
  /** The same, and none of its content was seen. */
  awaitsContinue = false;
  login: HttpLogin | null = null;

  constructor(method: number, timeUs: number, frame: number, acknowledged: number) {
    this.method = method;
    this.timeUs = timeUs;
    this.frame = frame;
    this.acknowledged = acknowledged;
  }
}

/** Nobody's request: its answer alone is seen. */
export function unknownExchange(timeUs: number, acknowledged = -1): Exchange {
  return new Exchange(Method.other, timeUs, 0, acknowledged);
}

const NO_BYTES = new Uint8Array(0);
