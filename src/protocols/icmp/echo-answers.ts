// Compares what an echo reply brings with what its request brought. «The data received in the echo message must be returned
// in the echo reply message» (RFC 792, RFC 4443 clause 4.2): a program that uses echoes to carry something else answers with
// what it has to say itself, or before it was asked.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { i32be } from '../../bytes/endian.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { hashOf } from '../last-words.ts';

/** Type, code, checksum; then identifier and sequence number, by which a reply belongs to its request. */
const KEY_AT = 4;
const HEADER_BYTES = 8;
/** Of each message so much is kept. */
const KEPT_BYTES = 64;
/** Some devices give back no more than the beginning; less than this says nothing. */
const COMPARED_BYTES_MIN = 16;
/** A ping begins with its time, which differs in each. */
const TIMESTAMP_BYTES = 16;
/** Requests of a pair whose replies may still come, and replies whose requests may: a tap gives them in either order. */
const MESSAGES = 32;
/** So many replies with other data; one that is damaged is none, nor are two. */
const UNLIKE_MIN = 8;
const WINDOW_US = 600e6;
const PAIRS_MAX = 1024;

/** The last messages of one kind: their numbers, sizes and beginnings. */
class Messages {
  readonly keys = new Int32Array(MESSAGES);
  readonly sizes = new Int32Array(MESSAGES).fill(-1);
  readonly bytes = new Uint8Array(MESSAGES * KEPT_BYTES);
  #next = 0;

  keep(bytes: Uint8Array, start: number, end: number): void {
    const place = this.#next;
    const from = start + HEADER_BYTES;
    this.#next = (place + 1) % MESSAGES;
    this.keys[place] = i32be(bytes, start + KEY_AT);
    this.sizes[place] = end - from;
    for (let at = 0; at < Math.min(KEPT_BYTES, end - from); at++)
      this.bytes[place * KEPT_BYTES + at] = bytes[from + at]!;
  }

  drop(place: number): void {
    this.sizes[place] = -1;
  }
}

class Pair {
  readonly requests = new Messages();
  /** Of identifiers that were asked with, and before their requests. */
  readonly ahead = new Messages();
  sinceUs: number;
  replies = 0;
  unlike = 0;
  isTold = false;

  constructor(sinceUs: number) {
    this.sinceUs = sinceUs;
  }
}

export class EchoAnswers {
  readonly #pairs = new Map<number, Pair>();

  request(bytes: Uint8Array, start: number, end: number, { flow, timeUs }: MessageContext): void {
    if (end - start < HEADER_BYTES) return;
    let pair = this.#pairs.get(flow);
    if (pair === undefined) {
      forgetOldest(this.#pairs, PAIRS_MAX);
      this.#pairs.set(flow, (pair = new Pair(timeUs)));
    }
    pair.requests.keep(bytes, start, end);
    const { ahead } = pair;
    for (let place = 0; place < MESSAGES; place++)
      if (ahead.sizes[place]! >= 0 && isAlike(ahead, place, bytes, start, end)) ahead.drop(place);
  }

  reply(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const pair = this.#pairs.get(context.flow);
    if (pair === undefined || pair.isTold || end - start < HEADER_BYTES) return;
    const { timeUs, frame, client, sink } = context;
    if (timeUs - pair.sinceUs > WINDOW_US) {
      pair.sinceUs = timeUs;
      pair.replies = pair.unlike = 0;
    }
    pair.replies++;
    const count = this.#judge(pair, bytes, start, end);
    if (count < UNLIKE_MIN) return;
    pair.isTold = true;
    const seconds = Math.ceil((timeUs - pair.sinceUs + 1) / 1e6);
    const value = `${count} of ${pair.replies} answers within ${seconds} s`;
    sink.trait({ fact: 'trait', timeUs, frame, host: client, trait: 'icmp-unlike', value });
  }

  closed(flow: number): void {
    this.#pairs.delete(flow);
  }

  /** How many replies are unlike their requests, if this is one of them; else 0. */
  #judge(pair: Pair, bytes: Uint8Array, start: number, end: number): number {
    const { requests } = pair;
    const key = i32be(bytes, start + KEY_AT);
    let isAsked = false;
    let isKnown = false;
    for (let place = 0; place < MESSAGES; place++) {
      const size = requests.sizes[place]!;
      if (size < 0) continue;
      if (requests.keys[place]! >> 16 === key >> 16) isKnown = true;
      if (requests.keys[place] !== key) continue;
      if (isAlike(requests, place, bytes, start, end)) return 0;
      const own = end - start - HEADER_BYTES;
      if (size === own || Math.min(size, own) >= COMPARED_BYTES_MIN) isAsked = true;
    }
    if (isAsked) return ++pair.unlike;
    if (!isKnown) return 0;
    pair.ahead.keep(bytes, start, end);
    return differingAhead(pair.ahead);
  }
}

/** The same numbers, and the same data as far as both are there. */
function isAlike(messages: Messages, place: number, bytes: Uint8Array, start: number, end: number): boolean {
  if (messages.keys[place] !== i32be(bytes, start + KEY_AT)) return false;
  const size = messages.sizes[place]!;
  const own = end - start - HEADER_BYTES;
  const compared = Math.min(KEPT_BYTES, size, own);
  if (size !== own && compared < COMPARED_BYTES_MIN) return false;
  for (let at = 0; at < compared; at++)
    if (messages.bytes[place * KEPT_BYTES + at] !== bytes[start + HEADER_BYTES + at]) return false;
  return true;
}

/** Replies without a request whose data are not those of a ping whose requests were lost: they differ from each other. */
function differingAhead({ sizes, bytes }: Messages): number {
  const hashes = new Set<number>();
  for (let place = 0; place < MESSAGES; place++) {
    if (sizes[place]! <= TIMESTAMP_BYTES) continue;
    const from = place * KEPT_BYTES;
    hashes.add(hashOf(bytes, from + TIMESTAMP_BYTES, from + Math.min(KEPT_BYTES, sizes[place]!)));
  }
  return hashes.size;
}
