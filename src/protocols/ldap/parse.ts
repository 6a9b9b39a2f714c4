// The frame of an LDAP message (RFC 4511 4.1.1 over X.690): how long it is, and whether bytes are one. Keeps no state.
import { u16be, u32be } from '../../bytes/endian.ts';
import { Match } from '../../facts/protocol.ts';
import { NAMED, Operation, RESULTS } from './messages.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const ENUMERATED = 0x0a;
/** A message of more bytes is none. */
const MESSAGE_BYTES_MAX = 0x7fff_ffff;
/** Tag and length of the longest kind that is read. */
const HEADER_BYTES_MAX = 6;
/** RFC 4511 4.1.1.1: message numbers are below 2^31. */
const NUMBER_OCTETS_MAX = 4;
const OPERATIONS: ReadonlySet<number> = new Set(Object.values(Operation));

/** Bytes of the element at `start` with its header: 0 where too few are there to tell, -1 where none of `tag` begins. */
export function elementSize(bytes: Uint8Array, start: number, end: number, tag: number): number {
  if (end - start < 2) return end > start && bytes[start] !== tag ? -1 : 0;
  if (bytes[start] !== tag) return -1;
  const first = bytes[start + 1]!;
  if (first < 0x80) return 2 + first;
  const octets = first & 0x7f;
  if (octets === 0 || octets > HEADER_BYTES_MAX - 2) return -1;
  if (end - start < 2 + octets) return 0;
  let length = 0;
  for (let at = start + 2; at < start + 2 + octets; at++) length = length * 256 + bytes[at]!;
  return length > MESSAGE_BYTES_MAX ? -1 : 2 + octets + length;
}

/** Bytes of the whole message; see elementSize. */
export function messageSize(bytes: Uint8Array, start: number, end: number): number {
  return elementSize(bytes, start, end, SEQUENCE);
}

/** Where `protocolOp` begins, behind the number of the message; 0 where bytes[start..end) does not begin a message. */
export function operationAt(bytes: Uint8Array, start: number, end: number): number {
  const size = messageSize(bytes, start, end);
  if (size <= 0) return 0;
  const number = start + headerSize(bytes[start + 1]!);
  if (number + 3 > end || bytes[number] !== INTEGER) return 0;
  const octets = bytes[number + 1]!;
  if (octets < 1 || octets > NUMBER_OCTETS_MAX || bytes[number + 2]! >= 0x80) return 0;
  const at = number + 2 + octets;
  return at + 1 < Math.min(end, start + size) && OPERATIONS.has(bytes[at]!) ? at : 0;
}

/** Length of a buffer of SASL (RFC 4422 3.7), and the header of a token of Kerberos (RFC 4121 4.2.6.2). */
const BUFFER_LENGTH_BYTES = 4;
const TOKEN_HEADER_BYTES = 16;
const WRAP_BYTES_MIN = BUFFER_LENGTH_BYTES + TOKEN_HEADER_BYTES;
const WRAP_TOKEN = 0x0504;
const SEALED = 2;
const WRAP_BYTES_MAX = 0x00ff_ffff;

/** Bytes of a buffer of SASL whose content Kerberos has signed and not encrypted; 0: it is none. */
export function signedSize(bytes: Uint8Array, start: number, end: number): number {
  const token = start + BUFFER_LENGTH_BYTES;
  if (end - start < WRAP_BYTES_MIN || u16be(bytes, token) !== WRAP_TOKEN) return 0;
  if ((bytes[token + 2]! & SEALED) !== 0 || bytes[token + 3] !== 0xff) return 0;
  const length = u32be(bytes, start);
  const checksumBytes = u16be(bytes, token + 4);
  const rotation = u16be(bytes, token + 6);
  if (length < TOKEN_HEADER_BYTES + checksumBytes || length > WRAP_BYTES_MAX) return 0;
  return rotation === 0 || rotation === checksumBytes ? BUFFER_LENGTH_BYTES + length : 0;
}

/** The beginning of a buffer of SASL, of which too little is there to tell what it is. */
export function isBufferCut(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start >= WRAP_BYTES_MIN || bytes[start] !== 0) return false;
  return end - start < BUFFER_LENGTH_BYTES || BUFFER_LENGTH_BYTES + u32be(bytes, start) > end - start;
}

/** Where the content of such a buffer begins: the checksum stands before it or, not rotated, behind it. */
export function signedStart(bytes: Uint8Array, start: number): number {
  return start + WRAP_BYTES_MIN + u16be(bytes, start + BUFFER_LENGTH_BYTES + 6);
}

export function signedEnd(bytes: Uint8Array, start: number, end: number): number {
  const isRotated = u16be(bytes, start + BUFFER_LENGTH_BYTES + 6) > 0;
  return isRotated ? end : end - u16be(bytes, start + BUFFER_LENGTH_BYTES + 4);
}

export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  const at = operationAt(bytes, start, end);
  if (at === 0) return Match.no;
  const operation = bytes[at]!;
  const size = elementSize(bytes, at, end, operation);
  if (size <= 0 || at + size > start + messageSize(bytes, start, end)) return Match.no;
  if (operation === Operation.unbindRequest) return size === 2 ? Match.yes : Match.no;
  const inner = at + headerSize(bytes[at + 1]!);
  if (inner + 3 > end) return Match.no;
  const first = bytes[inner]!;
  if (operation === Operation.bindRequest) return isBind(bytes, inner, end) ? Match.yes : Match.no;
  if (RESULTS.has(operation)) return isResult(bytes, inner, end) ? Match.yes : Match.no;
  if (NAMED.has(operation)) return first === OCTET_STRING ? Match.yes : Match.no;
  if (operation === Operation.extendedRequest) return first === 0x80 ? Match.yes : Match.no;
  return Match.maybe;
}

/** Version 1 to 3, then a name (RFC 4511 4.2). */
function isBind(bytes: Uint8Array, at: number, end: number): boolean {
  if (at + 4 > end || bytes[at] !== INTEGER || bytes[at + 1] !== 1) return false;
  return bytes[at + 2]! >= 1 && bytes[at + 2]! <= 3 && bytes[at + 3] === OCTET_STRING;
}

/** A result code, then a name (RFC 4511 4.1.9). */
function isResult(bytes: Uint8Array, at: number, end: number): boolean {
  return at + 4 <= end && bytes[at] === ENUMERATED && bytes[at + 1] === 1 && bytes[at + 3] === OCTET_STRING;
}

/** Of an element whose first octet of length is this. */
function headerSize(length: number): number {
  return length < 0x80 ? 2 : 2 + (length & 0x7f);
}
