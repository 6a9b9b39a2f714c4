// What the companion standard demands of an information element: reserved bits, states that mean nothing, reserved
// qualifiers, times that do not exist (IEC 60870-5-101:2003, clause 7.2.6).
import { u16le } from '../../bytes/endian.ts';
import { isFinite32, qualityAtOf } from './elements.ts';
import type { Problems } from './problems.ts';
import { CP56, Element } from './types.ts';

/** Reserved bits of the octet with the quality, and of the octet before it, by `Element`. */
const QUALITY_RESERVED = new Uint8Array(64);
const STATE_RESERVED = new Uint8Array(64);
for (const kind of [
  Element.single,
  Element.step,
  Element.bitstring,
  Element.normalised,
  Element.scaled,
  Element.float,
  Element.packed,
]) {
  QUALITY_RESERVED[kind] = 0x0e;
}
QUALITY_RESERVED[Element.double] = 0x0c;
QUALITY_RESERVED[Element.protectionEvent] = 0x04;
QUALITY_RESERVED[Element.protectionStart] = 0x07;
QUALITY_RESERVED[Element.protectionOutput] = 0x07;
STATE_RESERVED[Element.protectionStart] = 0xc0;
STATE_RESERVED[Element.protectionOutput] = 0xf0;
STATE_RESERVED[Element.singleCommand] = 0x02;

const MILLISECONDS_MAX = 59_999;
const FIXED_TEST_PATTERN = 0x55aa;

/** Process information: on the hot path. `at` is where the element stands. */
export function checkMonitored(kind: number, bytes: Uint8Array, at: number, problems: Problems): void {
  const qualityAt = qualityAtOf(kind);
  if (qualityAt !== 255 && (bytes[at + qualityAt]! & QUALITY_RESERVED[kind]!) !== 0) {
    problems.add('quality-reserved-bits', `quality ${hex(bytes[at + qualityAt]!)}`, at + qualityAt);
  }
  if ((bytes[at]! & STATE_RESERVED[kind]!) !== 0) {
    problems.add('state-reserved-bits', `state ${hex(bytes[at]!)}`, at);
  }
  if (kind === Element.float && !isFinite32(bytes, at)) {
    problems.add('not-a-finite-number', 'the value is infinite or not a number', at);
  }
}

/** Everything else. */
export function checkOrdered(kind: number, bytes: Uint8Array, at: number, problems: Problems): void {
  const octet = bytes[at]!;
  switch (kind) {
    case Element.singleCommand:
      if ((octet & STATE_RESERVED[kind]!) !== 0) problems.add('state-reserved-bits', `command ${hex(octet)}`, at);
      qualifierOfCommand(octet, at, problems);
      return;
    case Element.doubleCommand:
    case Element.stepCommand: {
      const state = octet & 3;
      if (state === 0 || state === 3) problems.add('command-state-invalid', `state ${state} is not permitted`, at);
      qualifierOfCommand(octet, at, problems);
      return;
    }
    case Element.normalisedSetPoint:
    case Element.scaledSetPoint:
      qualifierOfSetPoint(bytes[at + 2]!, at + 2, problems);
      return;
    case Element.floatSetPoint:
    case Element.floatParameter:
      if (!isFinite32(bytes, at)) problems.add('not-a-finite-number', 'the value is infinite or not a number', at);
      if (kind === Element.floatSetPoint) qualifierOfSetPoint(bytes[at + 4]!, at + 4, problems);
      else qualifierOfParameter(bytes[at + 4]!, at + 4, problems);
      return;
    case Element.normalisedParameter:
    case Element.scaledParameter:
      qualifierOfParameter(bytes[at + 2]!, at + 2, problems);
      return;
    case Element.parameterActivation:
      // 1 and 2 are not used by this companion standard, which is no error of who uses them (clause 7.2.6.25).
      if (octet === 0 || (octet >= 4 && octet < 128)) reserved('parameter activation', octet, at, problems);
      return;
    case Element.initialisation:
      if ((octet & 0x7f) >= 3 && (octet & 0x7f) < 32) reserved('cause of initialisation', octet & 0x7f, at, problems);
      return;
    case Element.interrogation:
      if (octet < 20 || (octet > 36 && octet < 64)) reserved('interrogation', octet, at, problems);
      return;
    case Element.counterInterrogation: {
      const request = octet & 0x3f;
      if (request > 5 && request < 32) reserved('counter interrogation', request, at, problems);
      return;
    }
    case Element.reset:
      if (octet === 0 || (octet > 2 && octet < 128)) reserved('reset process', octet, at, problems);
      return;
    case Element.test:
      if (u16le(bytes, at) !== FIXED_TEST_PATTERN) {
        problems.add('test-pattern-invalid', `test pattern ${hex(u16le(bytes, at))}`, at);
      }
      return;
    case Element.clock:
      checkTime(CP56, bytes, at, problems);
      return;
    case Element.delay:
      if (u16le(bytes, at) > MILLISECONDS_MAX) {
        problems.add('time-invalid', `${u16le(bytes, at)} ms of a minute`, at);
      }
      return;
    default:
      checkFile(kind, bytes, at, problems);
  }
}

/** Qualifiers of the file elements (clauses 7.2.6.28 to 7.2.6.38). */
function checkFile(kind: number, bytes: Uint8Array, at: number, problems: Problems): void {
  switch (kind) {
    case Element.fileReady:
      readiness('file ready', bytes[at + 5]!, at + 5, problems);
      return;
    case Element.sectionReady:
      readiness('section ready', bytes[at + 6]!, at + 6, problems);
      return;
    case Element.fileCall:
      halves('select and call', bytes[at + 3]!, 7, at + 3, problems);
      return;
    case Element.fileAcknowledge:
      halves('acknowledge file', bytes[at + 3]!, 4, at + 3, problems);
      return;
    case Element.lastSection: {
      const qualifier = bytes[at + 3]!;
      if (qualifier === 0 || (qualifier > 4 && qualifier < 128)) {
        reserved('last section or segment', qualifier, at + 3, problems);
      }
      return;
    }
    case Element.directory: {
      const status = bytes[at + 5]! & 0x1f;
      if (status > 0 && status < 16) reserved('status of file', status, at + 5, problems);
      checkTime(CP56, bytes, at + 6, problems);
      return;
    }
    case Element.queryLog:
      checkTime(CP56, bytes, at + 2, problems);
      checkTime(CP56, bytes, at + 9, problems);
      return;
    case Element.segment:
      if (bytes[at + 3] === 0) problems.add('segment-empty', 'a segment of no bytes', at + 3);
      return;
    default:
  }
}

/** CP24Time2a and CP56Time2a (clauses 7.2.6.18 and 7.2.6.19). A time that is marked invalid may be anything. */
export function checkTime(size: number, bytes: Uint8Array, at: number, problems: Problems): void {
  const minutes = bytes[at + 2]!;
  if ((minutes & 0x80) !== 0) return;
  const milliseconds = u16le(bytes, at);
  if (milliseconds > MILLISECONDS_MAX || (minutes & 0x3f) > 59) {
    problems.add('time-invalid', `minute ${minutes & 0x3f} and ${milliseconds} ms`, at);
    return;
  }
  if (size < CP56) return;
  const hour = bytes[at + 3]!;
  const day = bytes[at + 4]! & 0x1f;
  const month = bytes[at + 5]!;
  const year = bytes[at + 6]!;
  if ((hour & 0x1f) > 23 || day === 0 || (month & 15) === 0 || (month & 15) > 12 || (year & 0x7f) > 99) {
    problems.add('time-invalid', `hour ${hour & 0x1f}, day ${day}, month ${month & 15}, year ${year & 0x7f}`, at + 3);
  } else if ((hour & 0x60) !== 0 || (month & 0xf0) !== 0 || (year & 0x80) !== 0) {
    problems.add('time-reserved-bits', `hour ${hex(hour)}, month ${hex(month)}, year ${hex(year)}`, at + 3);
  }
}

/** QOC (clause 7.2.6.26): 4 to 8 are reserved. */
function qualifierOfCommand(octet: number, at: number, problems: Problems): void {
  const qualifier = (octet >> 2) & 0x1f;
  if (qualifier >= 4 && qualifier <= 8) reserved('command', qualifier, at, problems);
}

/** QOS (clause 7.2.6.39): 1 to 63 are reserved. */
function qualifierOfSetPoint(octet: number, at: number, problems: Problems): void {
  const qualifier = octet & 0x7f;
  if (qualifier > 0 && qualifier < 64) reserved('set point', qualifier, at, problems);
}

/** QPM (clause 7.2.6.24): kinds 5 to 31 are reserved, 0 is not used; the two flags are 0. */
function qualifierOfParameter(octet: number, at: number, problems: Problems): void {
  const kind = octet & 0x3f;
  if (kind === 0 || (kind > 4 && kind < 32)) reserved('parameter', kind, at, problems);
  if ((octet & 0xc0) !== 0) problems.add('parameter-flags-set', `qualifier ${hex(octet)}`, at);
}

/** FRQ and SRQ: seven bits, of which 1 to 63 are reserved. */
function readiness(what: string, octet: number, at: number, problems: Problems): void {
  const qualifier = octet & 0x7f;
  if (qualifier > 0 && qualifier < 64) reserved(what, qualifier, at, problems);
}

/** SCQ and AFQ: a word up to `most` and an error up to 5; 6 to 10 of the errors and the words up to 10 are reserved. */
function halves(what: string, octet: number, most: number, at: number, problems: Problems): void {
  const word = octet & 15;
  const error = octet >> 4;
  if (word > most && word < 11) reserved(what, word, at, problems);
  if (error > 5 && error < 11) reserved(`${what}, error`, error, at, problems);
}

function reserved(what: string, value: number, at: number, problems: Problems): void {
  problems.add('qualifier-reserved', `qualifier of ${what} ${value} is reserved`, at);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
