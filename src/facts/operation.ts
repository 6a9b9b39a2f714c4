// A client asks a server to do something to an object, and the server answers.
import type { FrameReference } from './frame-reference.ts';

export const OUTCOME_NAMES = ['ok', 'refused', 'unanswered'] as const;
export type OutcomeName = (typeof OUTCOME_NAMES)[number];
/** `ok`: the server confirmed. `refused`: it answered with an error, see `code`. `unanswered`: nothing was seen. */
export const Outcome = { ok: 0, refused: 1, unanswered: 2 } as const;

export const ENCODING_NAMES = [
  'none',
  'bits',
  'unsigned',
  'signed',
  'float',
  'bytes',
  'unsigned-le',
  'signed-le',
  'float-le',
] as const;
/**
 * How the values lie in `bytes`: `bits` are packed least significant bit first (`valueSize` 1 bit); the others are
 * `valueSize` bytes each, big-endian unless the name says `-le`.
 */
export const Encoding = {
  none: 0,
  bits: 1,
  unsigned: 2,
  signed: 3,
  float: 4,
  bytes: 5,
  unsignedLittle: 6,
  signedLittle: 7,
  floatLittle: 8,
} as const;

/**
 * One record, refilled for each operation and borrowed until the callback returns: copy what is to be kept.
 * Handed over when the answer was seen, or when it is clear that none will be.
 */
export interface Operation {
  /** When the request was seen (or, where only the answer was, the answer). */
  timeUs: number;
  /** From request to answer; -1 where one of them was not seen. */
  elapsedUs: number;
  /** Number of the conversation, valid until it closes. */
  flow: number;
  /** Host number of who asks. */
  client: number;
  /** Host number of who is asked. */
  server: number;
  clientPort: number;
  serverPort: number;
  /** Index in the list of protocols. */
  protocol: number;
  /** Addressed device behind the host (Modbus unit, CIP slot …), below 2^24; -1 where the protocol has none. */
  unit: number;
  /** See `Verb`. */
  verb: number;
  /** The protocol's own function number; -1 where only an answer without one was seen. */
  function: number;
  /** Sub-function, -1 where there is none. */
  subfunction: number;
  /** The protocol's object space (`protocol.spaceName`), below 2^24; 0 where there is no object. */
  space: number;
  /**
   * First object in that space; -1 where the object has no number. Where it has a name and no number, the engine puts a
   * number of its own, from NAMED_FIRST on, in its place before modules see it: in one space objects have numbers or
   * names, never both.
   */
  first: number;
  /** How many objects, counted in objects; 1 where the object has a name and no number. */
  count: number;
  /** Object's name on the wire: `nameBytes[nameStart..nameEnd)`, empty where it has none. */
  nameBytes: Uint8Array;
  nameStart: number;
  nameEnd: number;
  /** See `Outcome`. */
  outcome: number;
  /** The protocol's error code where refused; where ok, 0 or a code that says "accepted, not done yet". */
  code: number;
  /** Frame in which the request ended, 0 where it was not seen. */
  requestFrame: FrameReference;
  /** Frame in which the answer ended, 0 where none was seen. */
  answerFrame: FrameReference;
  /** True where the request went to every device at once. */
  isBroadcast: boolean;
  /** Values read or written: see `Encoding`. Borrowed like the record. */
  bytes: Uint8Array;
  valuesStart: number;
  /** Bytes of one value (1 for `bits`, where it is one bit). */
  valueSize: number;
  encoding: number;
  valueCount: number;
  /** The device itself marks the values as not to be relied on (quality, fault): nothing is learned from them. */
  isQuestionable: boolean;
  /**
   * A number for who asks what of which device: the same for all operations of one client, server, unit, protocol, function
   * and sub-function. From 1 on, so that a module can keep what it knows of it in an array; 0 where there are too many.
   * Protocols leave it alone: the engine fills it in before modules see the operation.
   */
  way: number;
}

/** Numbers of objects that have only a name begin here. */
export const NAMED_FIRST = 0x4000_0000;

const NO_BYTES = new Uint8Array(0);

/** A record with every field at its "nothing" value; all records have this one shape. */
export function emptyOperation(): Operation {
  const operation: Operation = {
    timeUs: 0.5,
    elapsedUs: -0.5,
    flow: 0,
    client: 0,
    server: 0,
    clientPort: 0,
    serverPort: 0,
    protocol: 0,
    unit: -1,
    verb: 0,
    function: -1,
    subfunction: -1,
    space: 0,
    first: 0.5,
    count: 0,
    nameBytes: NO_BYTES,
    nameStart: 0,
    nameEnd: 0,
    outcome: 0,
    code: 0,
    requestFrame: 0.5,
    answerFrame: 0.5,
    isBroadcast: false,
    bytes: NO_BYTES,
    valuesStart: 0,
    valueSize: 0,
    encoding: 0,
    valueCount: 0,
    isQuestionable: false,
    way: 0,
  };
  // A field that once held a fraction holds any number; one that did not would change the shape of all records later.
  operation.first = -1;
  return operation;
}
