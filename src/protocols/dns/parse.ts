// Finds the questions and records of a message (RFC 1035 4.1), and recognises one; keeps no state.
import { u16be } from '../../bytes/endian.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import { DnsMessage, ENTRIES_MAX, HEADER_BYTES, Problem, isKnownType } from './messages.ts';
import { isNetbiosName, nameEnd } from './names.ts';

/** RFC 1035 4.2.2: two bytes of length stand before a message on TCP. */
export const LENGTH_BYTES = 2;
export const FRAME_BYTES_MAX = LENGTH_BYTES + 0xffff;

const QUESTION_BYTES = 4;
const RECORD_BYTES = 10;
const QUESTIONS_LIKELY = 64;

/** Fills `message`; false: it cannot be parsed, and `problem` says why. What came before the problem is kept. */
export function parseMessage(bytes: Uint8Array, start: number, end: number, message: DnsMessage): boolean {
  message.count = message.problem = message.questions = message.records = message.flags = 0;
  message.endAt = end;
  if (end - start < HEADER_BYTES) return fails(message, Problem.short, start);
  message.flags = u16be(bytes, start + 2);
  message.questions = u16be(bytes, start + 4);
  message.records = u16be(bytes, start + 6) + u16be(bytes, start + 8) + u16be(bytes, start + 10);
  // A name is one byte at least.
  const least = message.questions * (QUESTION_BYTES + 1) + message.records * (RECORD_BYTES + 1);
  if (least > end - start - HEADER_BYTES) return fails(message, Problem.short, start + 4);
  let at = start + HEADER_BYTES;
  const total = message.questions + message.records;
  for (let entry = 0; entry < total; entry++) {
    at = parseEntry(bytes, start, end, at, entry < message.questions, message);
    if (at < 0) return false;
  }
  message.endAt = at;
  return true;
}

/** Where the entry at `at` ends; -1: it cannot be parsed. */
function parseEntry(
  bytes: Uint8Array,
  start: number,
  end: number,
  at: number,
  isQuestion: boolean,
  message: DnsMessage,
): number {
  const after = nameEnd(bytes, start, end, at);
  if (after < 0) return failed(message, Problem.name, at);
  const data = after + (isQuestion ? QUESTION_BYTES : RECORD_BYTES);
  if (data > end) return failed(message, Problem.short, after);
  const dataEnd = isQuestion ? data : data + u16be(bytes, after + 8);
  if (dataEnd > end) return failed(message, Problem.data, after + 8);
  if (message.count < ENTRIES_MAX) {
    const entry = message.count++;
    message.nameAt[entry] = at;
    message.type[entry] = u16be(bytes, after);
    message.dataAt[entry] = data;
    message.dataEnd[entry] = dataEnd;
  }
  return dataEnd;
}

function fails(message: DnsMessage, problem: number, at: number): false {
  message.problem = problem;
  message.problemAt = at;
  return false;
}

function failed(message: DnsMessage, problem: number, at: number): number {
  fails(message, problem, at);
  return -1;
}

/** Enough on a usual port: an operation code in use, and counts that are not absurd. */
export function isLikely(bytes: Uint8Array, start: number, end: number, questionsMax = QUESTIONS_LIKELY): boolean {
  if (end - start < HEADER_BYTES) return false;
  const opcode = (bytes[start + 2]! >> 3) & 15;
  if (opcode > 9 || opcode === 3) return false;
  const questions = u16be(bytes, start + 4);
  const counts = questions | u16be(bytes, start + 6) | u16be(bytes, start + 8) | u16be(bytes, start + 10);
  return counts !== 0 && counts < 0x400 && questions <= questionsMax;
}

/** Enough on any port: a standard query or its response, with one question of a known type, parsed to the last byte. */
export function isCertain(bytes: Uint8Array, start: number, end: number, message: DnsMessage): boolean {
  if (end - start < HEADER_BYTES + QUESTION_BYTES + 3 || u16be(bytes, start + 4) !== 1) return false;
  const flags = u16be(bytes, start + 2);
  // Operation code 0, the reserved bit 0.
  if ((flags & 0x7840) !== 0) return false;
  if (flags < 0x8000 && ((flags & 0x0680) !== 0 || (flags & 15) !== 0 || u16be(bytes, start + 6) !== 0)) return false;
  if (!parseMessage(bytes, start, end, message) || message.endAt !== end) return false;
  const name = start + HEADER_BYTES;
  const questionClass = u16be(bytes, message.dataAt[0]! - 2);
  if (!isKnownType(message.type[0]!) || (questionClass !== 1 && questionClass !== 3)) return false;
  return isHostName(bytes, name) && !isNetbiosName(bytes, name, end);
}

/** A name of at least one label, of letters, digits, `-` and `_` alone; it was parsed before. */
function isHostName(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === 0) return false;
  while (bytes[at] !== 0) {
    const length = bytes[at]!;
    if (length > 63) return false;
    for (let index = at + 1; index <= at + length; index++) if (!isNameByte(bytes[index]!)) return false;
    at += length + 1;
  }
  return true;
}

function isNameByte(byte: number): boolean {
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x5f;
}

/** A datagram, or the beginning of a stream: which of the two is not said. */
export function looksLikeDns(bytes: Uint8Array, start: number, end: number, message: DnsMessage): number {
  if (isCertain(bytes, start, end, message)) return Match.yes;
  if (end - start >= LENGTH_BYTES) {
    const size = u16be(bytes, start);
    const body = start + LENGTH_BYTES;
    if (size >= HEADER_BYTES && body + size <= end && isCertain(bytes, body, body + size, message)) return Match.yes;
    // Some clients send the length in a segment of its own.
    if (size >= HEADER_BYTES && (end === body || isLikely(bytes, body, end))) return Match.maybe;
  }
  return isLikely(bytes, start, end) ? Match.maybe : Match.no;
}

export function frameSize(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < LENGTH_BYTES) return NEED_MORE;
  const size = u16be(bytes, start);
  if (size < HEADER_BYTES) return NOT_THIS_PROTOCOL;
  const body = start + LENGTH_BYTES;
  if (end - body >= HEADER_BYTES && !isLikely(bytes, body, end)) return NOT_THIS_PROTOCOL;
  return LENGTH_BYTES + size;
}
