// What every protocol does alike when it turns a message into facts: an operation record set to "nothing" with its
// parties, violations with a copy of the offending bytes, claims without empty values.
import { showable } from '../bytes/text.ts';
import {
  CONTENT_UNSEEN,
  type ClaimAttribute,
  type Transfer,
  type TransferDetail,
  type TransferEnding,
} from '../facts/facts.ts';
import { Outcome, type Operation } from '../facts/operation.ts';
import type { MessageContext } from '../facts/protocol.ts';

const VIOLATION_BYTES_MAX = 32;

/** How far to trust a claim: said in a protocol made for it; follows from what is said; a hint. */
export const Trust = { selfDeclared: 0.9, inferred: 0.5, hint: 0.3 } as const;

/**
 * Sets the context's record to "nothing was said": the parties are those of the conversation, the request was seen just
 * now, no answer yet. `isReversed`: the one that the conversation takes for the server asks.
 */
export function startOperation(context: MessageContext, protocol: number, isReversed = false): Operation {
  const { operation } = context;
  operation.timeUs = context.timeUs;
  operation.elapsedUs = -1;
  operation.flow = context.flow;
  operation.client = isReversed ? context.server : context.client;
  operation.server = isReversed ? context.client : context.server;
  operation.clientPort = isReversed ? context.serverPort : context.clientPort;
  operation.serverPort = isReversed ? context.clientPort : context.serverPort;
  operation.protocol = protocol;
  operation.unit = -1;
  operation.verb = 0;
  operation.function = -1;
  operation.subfunction = -1;
  operation.space = 0;
  operation.first = -1;
  operation.count = 0;
  operation.nameBytes = NO_BYTES;
  operation.nameStart = 0;
  operation.nameEnd = 0;
  operation.outcome = Outcome.unanswered;
  operation.code = 0;
  operation.requestFrame = context.frame;
  operation.answerFrame = 0;
  operation.isBroadcast = false;
  operation.way = 0;
  setNoValues(operation);
  return operation;
}

/** Takes the values out of the record. */
export function setNoValues(operation: Operation): void {
  operation.bytes = NO_BYTES;
  operation.valuesStart = 0;
  operation.valueSize = 0;
  operation.encoding = 0;
  operation.valueCount = 0;
  operation.isQuestionable = false;
}

/** Values as they lie in `bytes`; `encoding` and `size` as in Operation. */
export function setValues(
  operation: Operation,
  bytes: Uint8Array,
  start: number,
  size: number,
  encoding: number,
  count: number,
): void {
  operation.bytes = bytes;
  operation.valuesStart = start;
  operation.valueSize = size;
  operation.encoding = encoding;
  operation.valueCount = count;
}

/** The answer to a request was seen in this message. */
export function setAnswered(operation: Operation, context: MessageContext, code = 0): void {
  // Packets swapped on their way: the answer was captured before the request.
  operation.elapsedUs = operation.requestFrame === 0 ? -1 : Math.max(0, context.timeUs - operation.timeUs);
  operation.answerFrame = context.frame;
  operation.outcome = code === 0 ? Outcome.ok : Outcome.refused;
  operation.code = code;
}

/** Nobody asked, or the request was not seen: the record is about this message alone, said by the server. */
export function setUnasked(operation: Operation, context: MessageContext, code = 0): void {
  operation.requestFrame = 0;
  setAnswered(operation, context, code);
}

/** `at`: where bytes[start..end), the whole message, breaks the rule. */
export function violation(
  context: MessageContext,
  protocol: string,
  rule: string,
  detail: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  at = start,
  unit = -1,
): void {
  const from = Math.max(start, Math.min(at, end));
  context.sink.violation({
    fact: 'violation',
    timeUs: context.timeUs,
    frame: context.frame,
    flow: context.flow,
    client: context.client,
    server: context.server,
    unit,
    fromClient: context.fromClient,
    protocol,
    rule,
    detail,
    offset: from - start,
    bytes: bytes.slice(from, Math.min(end, from + VIOLATION_BYTES_MAX)),
  });
}

/** An empty value says nothing and is left out; what must not be shown in it is replaced. */
export function claim(
  context: MessageContext,
  host: number,
  unit: number,
  attribute: ClaimAttribute,
  value: string,
  source: string,
  trust: number = Trust.selfDeclared,
): void {
  const shown = showable(value).trim();
  if (shown === '') return;
  const { timeUs, frame, sink } = context;
  sink.claim({ fact: 'claim', timeUs, frame, host, unit, attribute, value: shown, source, trust });
}

/** A feature of a host, as the protocol names it; an empty value says nothing and is left out. */
export function trait(context: MessageContext, host: number, name: string, value: string): void {
  const { timeUs, frame, sink } = context;
  if (value !== '') sink.trait({ fact: 'trait', timeUs, frame, host, trait: name, value });
}

/** bytes[start..end) of this message is a secret as it stands on the wire: evidence is written without it. */
export function markSecret(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
  context.secrets?.mark(bytes, start, end);
}

/** A transfer that is open, as a protocol keeps it: what all its facts have in common, and how far it came. */
export interface CarriedTransfer {
  readonly id: string;
  readonly flow: number;
  readonly client: number;
  readonly server: number;
  readonly unit: number;
  readonly carrier: string;
  readonly direction: Transfer['direction'];
  readonly name: string;
  /** Bytes carried so far. */
  readonly size: number;
  /** Nothing is missing so far; at the end: all of it was seen. */
  readonly isComplete: boolean;
  readonly details?: readonly TransferDetail[];
  readonly ending?: TransferEnding;
}

/** The fact that a transfer has begun, goes on with `bytes` at `offset`, or has ended. */
export function transferFact(
  transfer: CarriedTransfer,
  protocol: string,
  phase: Transfer['phase'],
  timeUs: number,
  frame: number,
  offset = -1,
  bytes: Uint8Array = NO_BYTES,
): Transfer {
  const isEnd = phase === 'ended';
  return {
    fact: 'transfer',
    phase,
    timeUs,
    frame,
    flow: transfer.flow,
    client: transfer.client,
    server: transfer.server,
    unit: transfer.unit,
    protocol,
    carrier: transfer.carrier,
    direction: transfer.direction,
    transfer: transfer.id,
    name: transfer.name,
    offset,
    bytes,
    size: isEnd ? transfer.size : 0,
    isComplete: isEnd && transfer.isComplete,
    ...CONTENT_UNSEEN,
    ...(isEnd && transfer.details !== undefined ? { details: transfer.details } : {}),
    ...(isEnd && transfer.ending !== undefined ? { ending: transfer.ending } : {}),
  };
}

const NO_BYTES = new Uint8Array(0);
