// Echoes: who is the first to ask whom, and those that carry data: a ping says the same each time, a tunnel something else.
import type { MessageContext } from '../../facts/protocol.ts';
import { hashOf } from '../last-words.ts';

/** Type, code, checksum, identifier, sequence number (RFC 792). */
const HEADER_BYTES = 8;
/** Only more is looked at; pings of all systems have less unless they are told to. */
const PAYLOAD_BYTES = 64;
/** A ping begins with the time at which it was sent: that always differs. */
const TIMESTAMP_BYTES = 16;
/** So much of a payload tells it from others. */
const HASHED_BYTES = 128;
const DIFFERENT_MAX = 24;
const WINDOW_US = 600e6;
/** Pairs of hosts that exchange large echoes. */
const PAIRS_MAX = 4096;

/** Conversations of which it is known who asked. */
const ASKED_MAX = 65_536;

interface Shape {
  sinceUs: number;
  largest: number;
  isTold: boolean;
  readonly hashes: Set<number>;
}

export class EchoShapes {
  readonly #shapes = new Map<number, Shape>();
  readonly #asked = new Set<number>();

  /** Of two hosts the one that asked first, once for each conversation: errors and answers are no asking. */
  request({ flow, timeUs, frame, fromClient, client, server, sink }: MessageContext): void {
    if (this.#asked.has(flow)) return;
    if (this.#asked.size >= ASKED_MAX) this.#asked.clear();
    this.#asked.add(flow);
    sink.trait({ fact: 'trait', timeUs, frame, host: fromClient ? client : server, trait: 'echo-request', value: '' });
  }

  /** An answer repeats the payload of its request: both count once. */
  echo(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const size = end - start - HEADER_BYTES;
    if (size <= PAYLOAD_BYTES) return;
    const { flow, timeUs, frame } = context;
    let shape = this.#shapes.get(flow);
    if (shape === undefined) {
      if (this.#shapes.size >= PAIRS_MAX) this.#shapes.clear();
      this.#shapes.set(flow, (shape = { sinceUs: timeUs, largest: 0, isTold: false, hashes: new Set() }));
    } else if (timeUs - shape.sinceUs > WINDOW_US) {
      shape.sinceUs = timeUs;
      shape.largest = 0;
      shape.isTold = false;
      shape.hashes.clear();
    }
    if (shape.isTold) return;
    shape.largest = Math.max(shape.largest, size);
    const from = start + HEADER_BYTES + TIMESTAMP_BYTES;
    shape.hashes.add(hashOf(bytes, from, Math.min(end, from + HASHED_BYTES)));
    if (shape.hashes.size <= DIFFERENT_MAX) return;
    shape.isTold = true;
    shape.hashes.clear();
    const seconds = Math.round((timeUs - shape.sinceUs) / 1e6);
    const value = `${DIFFERENT_MAX + 1} different payloads of up to ${shape.largest} bytes within ${seconds} s`;
    context.sink.trait({ fact: 'trait', timeUs, frame, host: context.client, trait: 'icmp-payload', value });
  }

  closed(flow: number): void {
    this.#shapes.delete(flow);
    this.#asked.delete(flow);
  }
}
