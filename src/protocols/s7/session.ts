// S7comm from message to facts: tells jobs, answers and user data apart, pairs them by their reference, and hands each to
// the part that knows its function.
import type { MessageContext } from '../../facts/protocol.ts';
import { violation } from '../facts-of-messages.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { Job, Rosctr, isKnownJob } from './codes.ts';
import { S7Message, readMessage } from './message.ts';
import { Programs } from './programs.ts';
import { UserDataSession } from './userdata.ts';
import { Variables } from './variables.ts';

/** Jobs of the side that the connection takes for the server have references of their own. */
const REVERSED = 0x10000;
const USER_DATA_REFERENCE = 0x20000;

export class S7Session {
  readonly #name: string;
  readonly #pending: PendingOperations;
  readonly #variables: Variables;
  readonly #programs: Programs;
  readonly #userData: UserDataSession;
  readonly #message = new S7Message();
  /** The message being read, for `#report`. */
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;
  #end = 0;
  #context: MessageContext | null = null;

  constructor(protocol: number, name: string, pending: PendingOperations) {
    this.#name = name;
    this.#pending = pending;
    this.#variables = new Variables(protocol, pending);
    this.#programs = new Programs(protocol, name, pending);
    this.#userData = new UserDataSession(protocol, name, pending);
  }

  /** A whole message in bytes[start..end). */
  message(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const message = this.#message;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
    this.#context = context;
    if (!readMessage(bytes, start, end, message)) {
      this.#report('message-header-wrong', `${end - start} bytes that are no S7comm header`, start);
    } else {
      if (message.isCut) this.#report('length-mismatch', 'parameters and data are longer than the message', start + 6);
      if (message.excess > 0) this.#report('trailing-bytes', `${message.excess} bytes`, end - message.excess);
      if (message.rosctr === Rosctr.job) this.#job(bytes, context);
      else if (message.rosctr === Rosctr.acknowledge || message.rosctr === Rosctr.acknowledgeData) {
        this.#answer(bytes, context);
      } else if (message.rosctr === Rosctr.userData) {
        const key = message.reference | USER_DATA_REFERENCE;
        this.#userData.message(bytes, message, key, context, this.#report);
      } else this.#report('message-kind-unknown', `kind ${message.rosctr}`, start + 1);
    }
    this.#context = null;
  }

  gap(flow: number, fromClient: boolean): void {
    this.#programs.gap(flow);
    // What answers come in parts of is whole still where a request was lost.
    if (!fromClient) this.#userData.gap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#programs.closed(flow, context);
    this.#userData.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#programs.tick(timeUs, context);
  }

  #job(bytes: Uint8Array, context: MessageContext): void {
    const message = this.#message;
    const code = message.function;
    if (code < 0) {
      this.#report('parameters-cut-short', 'a job without a function', message.paramStart);
      return;
    }
    const key = keyOf(message.reference, context.fromClient);
    this.#giveUpOlder(key, context);
    if (code === Job.readVariable || code === Job.writeVariable) {
      this.#variables.request(bytes, message, key, context, this.#report);
      return;
    }
    if (!isKnownJob(code)) this.#report('function-unknown', `0x${code.toString(16)}`, message.paramStart);
    this.#programs.request(bytes, message, key, context, this.#report);
  }

  /** An answer may be its code alone (kind 2), without the function it answers. */
  #answer(bytes: Uint8Array, context: MessageContext): void {
    const message = this.#message;
    const code = message.function;
    const key = keyOf(message.reference, !context.fromClient);
    const slot = this.#pending.find(context.flow, key);
    const asked = slot >= 0 ? this.#pending.functionOf(slot) : -1;
    if (asked >= 0 && code >= 0 && asked !== code) {
      const detail = `0x${code.toString(16)} answers 0x${asked.toString(16)}`;
      this.#report('answer-other-function', detail, message.paramStart);
    }
    if (code >= 0 && !isKnownJob(code)) this.#report('function-unknown', `0x${code.toString(16)}`, message.paramStart);
    const isVariable = code === Job.readVariable || code === Job.writeVariable;
    if (isVariable && message.error === 0) {
      this.#variables.answer(bytes, message, key, context, this.#report);
      return;
    }
    this.#programs.answer(bytes, message, key, message.error, context, this.#report);
  }

  /** The reference is used again: what still waits under it will not be answered. */
  #giveUpOlder(key: number, context: MessageContext): void {
    const { operation, sink, flow } = context;
    for (let slot = this.#pending.find(flow, key); slot >= 0; slot = this.#pending.find(flow, key)) {
      this.#pending.recall(slot, operation);
      sink.operation(operation);
      this.#pending.release(slot);
    }
  }

  readonly #report = (rule: string, detail: string, at: number): void => {
    const context = this.#context;
    if (context === null) return;
    violation(context, this.#name, rule, detail, this.#bytes, this.#start, this.#end, at);
  };
}

function keyOf(reference: number, isFromClient: boolean): number {
  return reference | (isFromClient ? 0 : REVERSED);
}
