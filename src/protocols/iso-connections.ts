// Connection set-up and release of ISO transport class 0 (ISO 8073, clauses 13.3 to 13.7) as operations: who connects to
// which transport selector (TSAP), and whether it was let in. Rare messages: plain code with objects.
import { Outcome, type Operation } from '../facts/operation.ts';
import type { MessageContext } from '../facts/protocol.ts';
import { Verb } from '../facts/verbs.ts';
import { setAnswered, setUnasked, startOperation, violation } from './facts-of-messages.ts';
import type { PendingOperations } from './pending-operations.ts';
import { Tpdu, type CotpHeader } from './iso-packets.ts';

/** `Operation.function` of what this file tells: the codes of the TPDUs. */
export const ConnectionFunction = { connect: Tpdu.connectionRequest, disconnect: Tpdu.disconnectRequest } as const;
/** A refused connection has the reason of the disconnect request, or the cause of the error TPDU, behind these. */
const DISCONNECT_REASON = 0x300;
const REJECT_CAUSE = 0x400;

/** Parameters of a connection request or confirmation (clause 13.3.4). */
const Parameter = { tpduSize: 0xc0, callingTsap: 0xc1, calledTsap: 0xc2 } as const;
/** Confirmations that came before their request was decoded: so many conversations. */
const EARLY_MAX = 256;
const EARLY_KEPT_US = 2_000_000;
/** Pairs a request with its answer: out of the way of the numbers that protocols above use. */
const CONNECT_KEY = 0x40000000;

export interface ConnectionRequest {
  readonly transportClass: number;
  readonly callingTsap: Uint8Array;
  readonly calledTsap: Uint8Array;
  /** Largest TPDU in bytes, 0 where nothing is said. */
  readonly tpduBytesMax: number;
  /** Parameters end before the header does, or run past it. */
  readonly isMalformed: boolean;
}

/** Reads a connection request or confirmation; `header` was filled from it. */
export function readConnection(bytes: Uint8Array, header: CotpHeader): ConnectionRequest {
  let at = header.fieldsStart + 5;
  const end = header.dataStart;
  let callingTsap = NO_BYTES;
  let calledTsap = NO_BYTES;
  let tpduBytesMax = 0;
  while (at + 2 <= end && at + 2 + bytes[at + 1]! <= end) {
    const value = bytes.slice(at + 2, at + 2 + bytes[at + 1]!);
    if (bytes[at] === Parameter.callingTsap) callingTsap = value;
    else if (bytes[at] === Parameter.calledTsap) calledTsap = value;
    else if (bytes[at] === Parameter.tpduSize && value.length === 1) tpduBytesMax = 2 ** (value[0]! & 15);
    at += 2 + bytes[at + 1]!;
  }
  const transportClass = header.fieldsStart + 4 < end ? bytes[header.fieldsStart + 4]! >> 4 : -1;
  return { transportClass, callingTsap, calledTsap, tpduBytesMax, isMalformed: at !== end };
}

export interface ConnectionsOptions {
  readonly protocol: number;
  readonly protocolName: string;
  readonly pending: PendingOperations;
  /** Space of the operations' objects, named by the called TSAP. */
  readonly space: number;
  /** The called TSAP in words. */
  readonly tsapName: (tsap: Uint8Array) => string;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  /** When and in which frame a confirmation was seen whose request was not yet. */
  readonly #early = new Map<number, { readonly timeUs: number; readonly frame: number }>();

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /** A whole packet start..end with any TPDU but data. */
  message(bytes: Uint8Array, start: number, end: number, header: CotpHeader, context: MessageContext): void {
    if (header.type === Tpdu.connectionRequest) this.#request(bytes, start, end, header, context);
    else if (header.type === Tpdu.connectionConfirm) this.#confirm(bytes, start, end, header, context);
    else if (header.type === Tpdu.disconnectRequest) this.#disconnect(bytes, header, context);
    else if (header.type === Tpdu.error) this.#error(bytes, start, end, header, context);
    else if (header.type !== Tpdu.disconnectConfirm) {
      const detail = `TPDU 0x${header.type.toString(16)} in class 0`;
      this.#violation(context, 'tpdu-unknown', detail, bytes, start, end, header.fieldsStart - 1);
    }
  }

  closed(flow: number, context: MessageContext): void {
    const early = this.#early.get(flow);
    if (early !== undefined) this.#lone(flow, early, context);
  }

  /** A confirmation whose request does not come is told alone, while the conversation is still known. */
  beforeMessage(context: MessageContext): void {
    if (this.#early.size === 0) return;
    const early = this.#early.get(context.flow);
    if (early !== undefined && context.timeUs - early.timeUs > EARLY_KEPT_US) this.#lone(context.flow, early, context);
  }

  #request(bytes: Uint8Array, start: number, end: number, header: CotpHeader, context: MessageContext): void {
    const { pending, protocol } = this.#options;
    const request = readConnection(bytes, header);
    if (request.isMalformed) {
      this.#violation(context, 'tpdu-parameters-malformed', 'parameters and header end apart', bytes, start, end);
    }
    pending.makeRoom(context);
    const operation = startOperation(context, protocol, !context.fromClient);
    this.#fill(operation, request.calledTsap);
    const early = this.#early.get(context.flow);
    if (early === undefined) {
      pending.add(operation, CONNECT_KEY);
      return;
    }
    this.#early.delete(context.flow);
    setAnswered(operation, context);
    operation.answerFrame = early.frame;
    // The beginning of a stream is decoded when the protocol is known: when the request came is not.
    operation.elapsedUs = -1;
    context.sink.operation(operation);
  }

  #confirm(bytes: Uint8Array, start: number, end: number, header: CotpHeader, context: MessageContext): void {
    if (readConnection(bytes, header).isMalformed) {
      this.#violation(context, 'tpdu-parameters-malformed', 'parameters and header end apart', bytes, start, end);
    }
    if (this.#answer(context, 0)) return;
    if (this.#early.size >= EARLY_MAX) {
      for (const oldest of this.#early.keys()) {
        this.#early.delete(oldest);
        break;
      }
    }
    this.#early.set(context.flow, { timeUs: context.timeUs, frame: context.frame });
  }

  /** Clause 13.5: destination reference, source reference, reason. It refuses a request, or ends a connection. */
  #disconnect(bytes: Uint8Array, header: CotpHeader, context: MessageContext): void {
    const reason = header.fieldsStart + 4 < header.dataStart ? bytes[header.fieldsStart + 4]! : 0;
    if (this.#answer(context, DISCONNECT_REASON | reason)) return;
    const operation = startOperation(context, this.#options.protocol, !context.fromClient);
    operation.verb = Verb.disconnect;
    operation.function = ConnectionFunction.disconnect;
    // In class 0 nothing answers it.
    operation.outcome = Outcome.ok;
    context.sink.operation(operation);
  }

  /** Clause 13.12: destination reference, reject cause. */
  #error(bytes: Uint8Array, start: number, end: number, header: CotpHeader, context: MessageContext): void {
    const cause = header.fieldsStart + 2 < header.dataStart ? bytes[header.fieldsStart + 2]! : 0;
    if (this.#answer(context, REJECT_CAUSE | cause)) return;
    this.#violation(context, 'tpdu-error-reported', `cause ${cause}`, bytes, start, end, header.fieldsStart);
  }

  #answer(context: MessageContext, code: number): boolean {
    const { pending } = this.#options;
    const slot = pending.find(context.flow, CONNECT_KEY);
    if (slot < 0) return false;
    const { operation, sink } = context;
    pending.recall(slot, operation);
    setAnswered(operation, context, code);
    sink.operation(operation);
    pending.release(slot);
    return true;
  }

  #lone(flow: number, early: { readonly timeUs: number; readonly frame: number }, context: MessageContext): void {
    this.#early.delete(flow);
    const operation = startOperation(context, this.#options.protocol);
    this.#fill(operation, NO_BYTES);
    operation.timeUs = early.timeUs;
    setUnasked(operation, context);
    operation.answerFrame = early.frame;
    context.sink.operation(operation);
  }

  #fill(operation: Operation, calledTsap: Uint8Array): void {
    operation.verb = Verb.connect;
    operation.function = ConnectionFunction.connect;
    if (calledTsap.length === 0) return;
    const name = Buffer.from(this.#options.tsapName(calledTsap));
    operation.space = this.#options.space;
    operation.count = 1;
    operation.nameBytes = name;
    operation.nameStart = 0;
    operation.nameEnd = Math.min(name.length, TSAP_NAME_BYTES_MAX);
  }

  #violation(
    context: MessageContext,
    rule: string,
    detail: string,
    bytes: Uint8Array,
    start: number,
    end: number,
    at = start,
  ): void {
    violation(context, this.#options.protocolName, rule, detail, bytes, start, end, at);
  }
}

const TSAP_NAME_BYTES_MAX = 64;
const NO_BYTES = new Uint8Array(0);

const DISCONNECT_REASONS: Readonly<Record<number, string>> = {
  0: 'reason not specified',
  1: 'congestion at TSAP',
  2: 'session entity not attached to TSAP',
  3: 'address unknown',
  128: 'normal disconnect',
  129: 'congestion of the remote transport entity',
  130: 'connection negotiation failed',
  131: 'duplicate source reference',
  132: 'mismatched references',
  133: 'protocol error',
  135: 'reference overflow',
  136: 'connection request refused on this network connection',
  138: 'header or parameter length invalid',
};

const REJECT_CAUSES = [
  'reason not specified',
  'invalid parameter code',
  'invalid TPDU type',
  'invalid parameter value',
];

/** Name of a code that this file gives to a refused connection, '' for others. */
export function connectionCodeName(code: number): string {
  if (code >= DISCONNECT_REASON && code < DISCONNECT_REASON + 256) {
    return DISCONNECT_REASONS[code - DISCONNECT_REASON] ?? `disconnect reason ${code - DISCONNECT_REASON}`;
  }
  if (code >= REJECT_CAUSE && code < REJECT_CAUSE + 256) {
    return REJECT_CAUSES[code - REJECT_CAUSE] ?? `reject cause ${code - REJECT_CAUSE}`;
  }
  return '';
}
