// The content of one message on its way: handed over piece by piece as a transfer, or held back until it is whole where it
// is coded, or where a request may carry a secret that no transfer may show.
import { type Hash, createHash } from 'node:crypto';
import type { Transfer } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { type CarriedTransfer, transferFact } from '../facts-of-messages.ts';
import { CODED_CARRIERS, Coding, decoded } from './codings.ts';
import { type Budget, Collector } from './collector.ts';

export interface BodyPlan {
  readonly id: string;
  readonly direction: Transfer['direction'];
  readonly name: string;
  /** What carries it where nothing hides it. */
  readonly carrier: string;
  /** Where the content stands in the whole: not 0 for a range. */
  readonly offset: number;
  /** Content-Length, or -1. */
  readonly expected: number;
  readonly coding: number;
  /** So many bytes are held back, 0 for none. */
  readonly heldMax: number;
  /** So many bytes of the content are kept beside the transfer, 0 for none. */
  readonly beginningMax: number;
  /** Name of the hash over the bytes as they are sent, '' for none. */
  readonly hash: string;
}

export class Body implements CarriedTransfer {
  readonly id: string;
  readonly flow: number;
  readonly client: number;
  readonly server: number;
  readonly unit = -1;
  readonly direction: Transfer['direction'];
  readonly name: string;
  carrier: string;
  size = 0;
  /** The last piece, borrowed until the message it came in was read. */
  lastBytes: Uint8Array = NO_BYTES;
  lastStart = 0;
  lastEnd = 0;
  isComplete = true;
  /** The last one that added to it. */
  frame: number;
  readonly #coding: number;
  readonly #hash: Hash | null;
  #held: Collector | null;
  #beginning: Collector | null;
  /** Where the next byte stands. */
  #offset: number;
  #isBegun = false;
  /** What follows does not join what was kept of the beginning. */
  #isBeginningOver = false;
  /** Where it stands is not known any more. */
  #isAdrift = false;
  #timeUs: number;

  constructor(context: MessageContext, plan: BodyPlan, budget: Budget) {
    this.id = plan.id;
    this.flow = context.flow;
    this.client = context.client;
    this.server = context.server;
    this.direction = plan.direction;
    this.name = plan.name;
    this.carrier = plan.carrier;
    this.#coding = plan.coding;
    this.#hash = plan.hash === '' ? null : createHash(plan.hash);
    this.#offset = plan.offset;
    this.#held = plan.heldMax > 0 ? new Collector(budget, plan.heldMax, plan.expected) : null;
    this.#beginning = plan.beginningMax > 0 ? new Collector(budget, plan.beginningMax, plan.expected) : null;
    if (this.#held === null && plan.coding !== Coding.none) this.carrier = CODED_CARRIERS[plan.coding]!;
    this.#timeUs = context.timeUs;
    this.frame = context.frame;
  }

  piece(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
    this.#timeUs = context.timeUs;
    this.frame = context.frame;
    this.lastBytes = bytes;
    this.lastStart = start;
    this.lastEnd = end;
    this.#hash?.update(bytes.subarray(start, end));
    if (this.#held !== null) {
      if (this.#held.add(bytes, start, end)) return;
      this.#release(context);
    }
    this.#hand(context, bytes, start, end);
  }

  /** So many bytes of the content are missing here; -1: nobody knows how many. */
  lost(context: MessageContext, count: number): void {
    this.isComplete = false;
    if (this.#held !== null) this.#release(context);
    this.#isBeginningOver = true;
    if (count < 0) this.#isAdrift = true;
    else this.#offset += count;
  }

  /** A file that stands in this body. */
  part(id: string, name: string, context: MessageContext, budget: Budget): Body {
    const { direction } = this;
    const none = { offset: 0, expected: -1, coding: Coding.none, heldMax: 0, beginningMax: 0, hash: '' };
    return new Body(context, { id, direction, name, carrier: 'http multipart', ...none }, budget);
  }

  /** What was held back, its coding taken off; null where nothing is held any more. */
  held(): Uint8Array | null {
    if (this.#held === null) return null;
    const bytes = this.#held.view();
    if (this.#coding === Coding.none || bytes.length === 0) return bytes;
    const content = decoded(bytes, this.#coding);
    if (content === null) this.carrier = CODED_CARRIERS[this.#coding]!;
    return content ?? bytes;
  }

  /** `held` is nobody's secret: it is handed over. */
  handHeld(context: MessageContext, content: Uint8Array): void {
    if (content.length > 0) this.#hand(context, content, 0, content.length);
  }

  /** What was kept of the content's beginning; empty where the coding could not be taken off. */
  beginning(): Uint8Array {
    return this.#beginning === null || this.carrier !== 'http' ? NO_BYTES : this.#beginning.view();
  }

  /** Hash over all bytes as they were sent, '' where some are missing. */
  hash(): string {
    return this.#hash === null || !this.isComplete ? '' : this.#hash.digest('hex');
  }

  /** No more will come. */
  end(context: MessageContext, isWhole: boolean): void {
    if (!isWhole) this.isComplete = false;
    this.lastBytes = NO_BYTES;
    this.#held?.free();
    this.#held = null;
    this.#beginning?.free();
    this.#beginning = null;
    if (this.#isBegun) context.sink.transfer(transferFact(this, 'http', 'ended', this.#timeUs, this.frame));
  }

  /** It cannot be held any longer: what is there is handed over as it is. */
  #release(context: MessageContext): void {
    const held = this.#held!;
    this.#held = null;
    if (this.#coding !== Coding.none) this.carrier = CODED_CARRIERS[this.#coding]!;
    if (held.length > 0) this.#hand(context, held.view(), 0, held.length);
    held.free();
  }

  #hand(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
    if (this.#isAdrift || end <= start) return;
    if (!this.#isBeginningOver) this.#beginning?.addSome(bytes, start, end);
    if (!this.#isBegun) {
      this.#isBegun = true;
      context.sink.transfer(transferFact(this, 'http', 'begun', this.#timeUs, this.frame));
    }
    const piece = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
    context.sink.transfer(transferFact(this, 'http', 'piece', this.#timeUs, this.frame, this.#offset, piece));
    this.#offset += end - start;
    this.size += end - start;
  }
}

const NO_BYTES = new Uint8Array(0);
