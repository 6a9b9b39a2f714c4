// What all parts of the session share: the frame that is being read, what waits for its answer, and how the two meet.
import type { Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { setAnswered, startOperation, violation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import { Connections } from './connections.ts';
import { Signed } from './packets.ts';
import type { Rule } from './rules.ts';
import { Service } from './services.ts';
import { Shown } from './shown.ts';

const PENDING_MAX = 32_768;
/** The last piece of a firmware image was seen to be confirmed after 16 s. */
const ANSWER_TIMEOUT_US = 30_000_000;
/** Requests that one frame may hold; a frame of the usual size cannot hold more. */
const REQUESTS_PER_FRAME_MAX = 512;
export const NONE = -1;

/** What is kept with a waiting request: its service as the answer will name it, how it was wrapped, and which frame. */
export const Note = { service: 0xff, inPacket: 0x100, wrapped: 0x200, groupShift: 10, groupMask: 0x1f_ffff } as const;

export class Exchange {
  readonly index: number;
  readonly name: string;
  readonly connections = new Connections();
  readonly pending = new PendingOperations(PENDING_MAX, ANSWER_TIMEOUT_US);
  readonly shown: Shown;
  /** Pairs what the frame holds with its answer, within the conversation. */
  key = 0;
  #frameStart = 0;
  #frameEnd = 0;
  /** Number of the frame among those that wait. */
  #group = 0;
  /** Messages that may still be read from it. */
  #left = 0;

  constructor(index: number, name: string) {
    this.index = index;
    this.name = name;
    this.shown = new Shown(name, this.connections);
  }

  /** A frame begins. */
  frame(start: number, end: number): void {
    this.#frameStart = start;
    this.#frameEnd = end;
    this.#group = (this.#group + 1) & Note.groupMask;
    this.#left = REQUESTS_PER_FRAME_MAX;
  }

  /** Counts a message of the frame; false: there were too many. */
  takeMessage(): boolean {
    return this.#left-- > 0;
  }

  closed(flow: number, context: MessageContext): void {
    this.pending.closed(flow, context);
    this.shown.closed(flow, context);
    this.connections.closed(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.pending.tick(timeUs, context);
    this.shown.tick(timeUs, context);
  }

  broken(context: MessageContext, rule: Rule, detail: string, bytes: Uint8Array, at: number): void {
    violation(context, this.name, rule, detail, bytes, this.#frameStart, this.#frameEnd, at);
  }

  /** The record of a request that was seen just now, to be filled and kept. */
  startRequest(unit: number, context: MessageContext): Operation {
    this.pending.makeRoom(context);
    const operation = startOperation(context, this.index, !context.fromClient);
    operation.unit = unit;
    return operation;
  }

  /** `wrapping` and `service`: see Note. */
  keep(operation: Operation, wrapping: number, service: number): void {
    this.pending.add(operation, this.key, wrapping | service | (this.#group << Note.groupShift));
  }

  /**
   * The request that an answer belongs to: the oldest with the key of the frame and the service. What wrapped requests
   * is answered in their place where it fails, so a packet, a route and a signature stand for any.
   */
  slotOf(flow: number, service: number, isEmbedded: boolean): number {
    const { pending } = this;
    let slot = pending.find(flow, this.key);
    for (; slot !== NONE; slot = pending.nextOf(slot)) {
      if (pending.keyOf(slot) !== this.key) continue;
      const note = pending.noteOf(slot);
      const isInPacket = (note & Note.inPacket) !== 0;
      if (isInPacket === isEmbedded && (note & Note.service) === service) return slot;
      if (isEmbedded) continue;
      if (service === Service.multipleServicePacket && isInPacket) return slot;
      if (isWrapper(service) && (note & Note.wrapped) !== 0) return slot;
    }
    return NONE;
  }

  /** What wrapped the requests was refused, and all of the same frame with it. */
  refuseAll(first: number, code: number, context: MessageContext): void {
    const { pending } = this;
    const group = pending.noteOf(first) >> Note.groupShift;
    for (let slot = first; slot !== NONE;) {
      const next = pending.nextOf(slot);
      if (pending.keyOf(slot) === this.key && pending.noteOf(slot) >> Note.groupShift === group) {
        pending.recall(slot, context.operation);
        setAnswered(context.operation, context, code);
        context.sink.operation(context.operation);
        pending.release(slot);
      }
      slot = next;
    }
  }
}

function isWrapper(service: number): boolean {
  return service === Service.unconnectedSend || service === Signed.send || service === Signed.audited;
}
