// What the companion standard demands of the header of an ASDU: type, direction, cause, numbers and addresses
// (IEC 60870-5-101:2003, clauses 7.1 to 7.2.5).
import { Speaker } from '../../facts/protocol.ts';
import { ASDU_HEADER } from './apci.ts';
import { Cause, causeName, isCauseOfType, isConfirmation, isReservedCause, isUnknown, speakerOf } from './causes.ts';
import { type Asdu, u24le } from './parse.ts';
import type { Problems } from './problems.ts';
import {
  Element,
  HAS_NO_ADDRESS,
  HAS_ONE_OBJECT,
  MAY_BE_SEQUENCE,
  PRIVATE_TYPE_MIN,
  Type,
  isCommandType,
  isMonitorType,
  isReservedType,
  typeName,
} from './types.ts';

/** Every station (clause 7.2.4). */
export const BROADCAST_ADDRESS = 0xffff;
const ADDRESSES = 0x100_0000;

/** The header's fields; `start` is where the ASDU begins. */
export function checkHeader(asdu: Asdu, bytes: Uint8Array, start: number, problems: Problems): void {
  const { type, cause, number } = asdu;
  if (isReservedType(type)) problems.add('type-reserved', `type identification ${type} is reserved`, start);
  if (isReservedCause(cause)) {
    problems.add('cause-reserved', `cause of transmission ${cause} is reserved`, start + 2);
  } else if (!isCauseOfType(type, cause)) {
    problems.add('cause-not-of-type', `${typeName(type)} with cause ${cause} (${causeName(cause)})`, start + 2);
  }
  if (asdu.isNegative && !isConfirmation(cause) && type < PRIVATE_TYPE_MIN) {
    problems.add('negative-bit-unexpected', `negative with cause ${cause} (${causeName(cause)})`, start + 2);
  } else if (!asdu.isNegative && isUnknown(cause)) {
    problems.add('negative-bit-missing', `positive with cause ${cause} (${causeName(cause)})`, start + 2);
  }
  if (asdu.commonAddress === 0) problems.add('common-address-zero', 'common address 0 is not used', start + 4);
  else if (asdu.commonAddress === BROADCAST_ADDRESS && !isForEveryStation(type)) {
    problems.add('broadcast-not-allowed', `${typeName(type)} to every station`, start + 4);
  }
  if (asdu.element === Element.unknown) return;
  const isMarkedSequence = (bytes[start + 1]! & 0x80) !== 0;
  if (isMarkedSequence && MAY_BE_SEQUENCE[type] === 0) {
    problems.add('sequence-not-allowed', `${typeName(type)} as a sequence of elements`, start + 1);
  }
  if (number === 0) problems.add('object-count-zero', 'no object', start + 1);
  else if (number > 1 && HAS_ONE_OBJECT[type] === 1) {
    problems.add('object-count-not-one', `${number} objects, ${typeName(type)} has one`, start + 1);
  }
  if (asdu.excess < 0) problems.add('asdu-too-short', `${-asdu.excess} bytes missing for ${number} objects`, asdu.end);
  else if (asdu.excess > 0) {
    problems.add('trailing-bytes', `${asdu.excess} bytes after ${number} objects`, asdu.end - asdu.excess);
  }
  checkAddresses(asdu, bytes, start, problems);
}

function checkAddresses(asdu: Asdu, bytes: Uint8Array, start: number, problems: Problems): void {
  const { type, count } = asdu;
  if (count === 0) return;
  const at = start + ASDU_HEADER;
  const first = u24le(bytes, at);
  if (HAS_NO_ADDRESS[type] === 1) {
    if (first !== 0) problems.add('object-address-not-zero', `object address ${first} in ${typeName(type)}`, at);
    return;
  }
  if (asdu.isSequence) {
    if (first + count > ADDRESSES) {
      problems.add('object-address-beyond-space', `object addresses from ${first}, ${count} of them`, at);
    }
    return;
  }
  if (first === 0 && (isCommandType(type) || type === Type.read)) {
    problems.add('object-address-zero', `${typeName(type)} for object address 0`, at);
  }
}

/**
 * Who says it must be who may say it. `fromClient`: the controlling station; `isDual`: both stations are controlling
 * ones (IEC 60870-5-104, clause 7.1), where either direction is right.
 */
export function checkDirection(asdu: Asdu, start: number, fromClient: boolean, problems: Problems): void {
  const { type, cause } = asdu;
  if (isMonitorType(type)) {
    if (fromClient) problems.add('type-wrong-direction', `${typeName(type)} from the controlling station`, start);
    return;
  }
  const speaker = speakerOf(type, cause);
  if (speaker === Speaker.unknown || (speaker === Speaker.client) === fromClient) return;
  const side = fromClient ? 'controlling' : 'controlled';
  if (type === Type.directory || type === Type.queryLog) {
    problems.add('type-wrong-direction', `${typeName(type)} from the ${side} station`, start);
    return;
  }
  problems.add('cause-wrong-direction', `cause ${cause} (${causeName(cause)}) from the ${side} station`, start + 2);
}

/** Interrogation, counter interrogation, clock and reset may go to every station (clause 7.2.4). */
export function isForEveryStation(type: number): boolean {
  return (
    type === Type.interrogation ||
    type === Type.counterInterrogation ||
    type === Type.clock ||
    type === Type.reset ||
    type >= PRIVATE_TYPE_MIN
  );
}

/** Is this said to be a test and yet a command? */
export function isTestCommand(asdu: Asdu): boolean {
  return asdu.isTest && asdu.cause === Cause.activation && (isCommandType(asdu.type) || asdu.type === Type.reset);
}
