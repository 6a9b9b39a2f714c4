// What becomes of bodies: a transfer of each, unless a request's body logs in or holds another secret; what pages and
// descriptions say of the server.
import type { MessageContext } from '../../facts/protocol.ts';
import type { BodyHash } from './attempts.ts';
import { Body, type BodyPlan } from './body.ts';
import { CODED_CARRIERS, Coding, codingOf } from './codings.ts';
import { Budget } from './collector.ts';
import type { Conversation, Exchange } from './exchanges.ts';
import type { Head } from './head.ts';
import { fileName, rangeStart } from './names.ts';

/** A coded body is held back until it is whole, up to here. */
const CODED_BYTES_MAX = 16 * 1024 * 1024;

export class Bodies {
  readonly #budget = new Budget();
  /** Tests that need the content of a request. */
  readonly #hashes = new WeakMap<Body, BodyHash>();
  #begun = 0;

  ofRequest(exchange: Exchange, head: Head, bytes: Uint8Array, hash: BodyHash, context: MessageContext): Body {
    const coding = codingOf(bytes, head.start('content-encoding'), head.end('content-encoding'));
    const body = new Body(
      context,
      {
        ...this.#plan(exchange, head, bytes, coding),
        direction: 'to-server',
        heldMax: isHeld(coding) ? CODED_BYTES_MAX : 0,
        beginningMax: 0,
        hash: hash.name,
      },
      this.#budget,
    );
    if (hash.testOf !== null) this.#hashes.set(body, hash);
    return body;
  }

  ofResponse(exchange: Exchange, head: Head, bytes: Uint8Array, context: MessageContext): Body {
    const coding = codingOf(bytes, head.start('content-encoding'), head.end('content-encoding'));
    return new Body(
      context,
      {
        ...this.#plan(exchange, head, bytes, coding),
        direction: 'to-client',
        heldMax: isHeld(coding) ? CODED_BYTES_MAX : 0,
        beginningMax: 0,
        hash: '',
      },
      this.#budget,
    );
  }

  requestEnded(body: Body, exchange: Exchange | null, context: MessageContext, isWhole: boolean): void {
    const held = body.held();
    if (held !== null) body.handHeld(context, held);
    const hash = this.#hashes.get(body);
    const login = exchange?.login ?? null;
    if (hash !== undefined && login !== null && isWhole) {
      const value = body.hash();
      if (value !== '') login.recompute = hash.testOf?.(value) ?? undefined;
    }
    body.end(context, isWhole);
  }

  responseEnded(
    body: Body,
    _conversation: Conversation,
    _exchange: Exchange | null,
    context: MessageContext,
    isWhole: boolean,
  ): void {
    const held = body.held();
    if (held !== null) body.handHeld(context, held);
    body.end(context, isWhole);
  }

  #plan(
    exchange: Exchange,
    head: Head,
    bytes: Uint8Array,
    coding: number,
  ): Omit<BodyPlan, 'direction' | 'heldMax' | 'beginningMax' | 'hash'> {
    const named = head.has('content-disposition')
      ? fileName(bytes, head.start('content-disposition'), head.end('content-disposition'))
      : '';
    const range = head.has('content-range')
      ? rangeStart(bytes, head.start('content-range'), head.end('content-range'))
      : -1;
    return {
      id: `http-${++this.#begun}`,
      name: named || exchange.name,
      carrier: CODED_CARRIERS[Coding.none],
      offset: Math.max(0, range),
      expected: head.hasCoding ? -1 : head.contentLength,
      coding,
    };
  }
}

function isHeld(coding: number): boolean {
  return coding !== Coding.none && coding !== Coding.other;
}
