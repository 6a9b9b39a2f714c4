// Fills the Operation from an ASDU: verb, object, qualifier, values.
import { Encoding, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { setValues } from '../facts-of-messages.ts';
import { BROADCAST_ADDRESS, isForEveryStation } from './check-asdu.ts';
import { Cause, isUnknown } from './causes.ts';
import { Values, encodingOf, valueSizeOf } from './elements.ts';
import { NEGATIVE, PARAMETER_KINDS, parameterSpace } from './messages.ts';
import type { Asdu } from './parse.ts';
import { Element, HAS_NO_ADDRESS, SPACE_OF, Type, VERB_OF, isSecurityType } from './types.ts';

/** Set in SCO, DCO, RCO and QOS: select, not execute (clauses 7.2.6.26 and 7.2.6.39). */
const SELECT = 0x80;

/** The error code of a confirmation: 0 where it is positive. */
export function codeOf(asdu: Asdu): number {
  if (isUnknown(asdu.cause)) return asdu.cause;
  return asdu.isNegative ? NEGATIVE + asdu.cause : 0;
}

/** What an object of a command, a confirmation or any other single message says. `index` -1: no object is there. */
export function fillObject(operation: Operation, values: Values, asdu: Asdu, bytes: Uint8Array, index: number): void {
  const { type, element } = asdu;
  operation.function = type;
  operation.unit = asdu.commonAddress;
  // Stations confirm what may be said to all of them; what may not is like a broadcast elsewhere.
  operation.isBroadcast = asdu.commonAddress === BROADCAST_ADDRESS && !isForEveryStation(type);
  operation.verb = verbOf(asdu, bytes, index);
  operation.space = SPACE_OF[type]!;
  if (index < 0) return;
  const at = asdu.elementAt(index);
  operation.subfunction = qualifierOf(element, bytes, at);
  if (HAS_NO_ADDRESS[type] === 0) {
    operation.first = asdu.address(bytes, index);
    operation.count = 1;
  }
  if (isParameter(element)) operation.space = parameterSpace(operation.space, operation.subfunction);
  if (encodingOf(element) === Encoding.none) return;
  values.clear();
  values.add(element, bytes, at);
  setFrom(operation, values, element);
}

/** Values that were gathered become those of the operation. */
export function setFrom(operation: Operation, values: Values, element: number): void {
  const count = element === Element.clock ? values.count * CLOCK_BYTES : values.count;
  setValues(operation, values.bytes, 0, valueSizeOf(element), encodingOf(element), count);
}

const CLOCK_BYTES = 7;

function verbOf(asdu: Asdu, bytes: Uint8Array, index: number): number {
  const { type, element, cause } = asdu;
  if (element === Element.unknown) return isSecurityType(type) ? Verb.authenticate : Verb.other;
  if (cause === Cause.deactivation || cause === Cause.deactivationConfirmed) return Verb.cancel;
  if (type === Type.delay && cause === Cause.spontaneous) return Verb.configure;
  if (index < 0) return VERB_OF[type]!;
  const at = asdu.elementAt(index);
  if (isSelect(element, bytes, at)) return Verb.select;
  // A station carries nothing out that is marked as a test (clause 7.2.3).
  if (asdu.isTest && VERB_OF[type] !== Verb.report) return Verb.diagnose;
  // Freezing or resetting counters is more than reading them (clause 7.2.6.23).
  if (element === Element.counterInterrogation && bytes[at]! >> 6 !== 0) return Verb.operate;
  return VERB_OF[type]!;
}

/** Does the element at `at` only select? */
export function isSelect(element: number, bytes: Uint8Array, at: number): boolean {
  const qualifierAt = selectAt(element);
  return qualifierAt >= 0 && (bytes[at + qualifierAt]! & SELECT) !== 0;
}

/** Where the octet with the select bit stands in the element, -1 where it has none. */
export function selectAt(element: number): number {
  switch (element) {
    case Element.singleCommand:
    case Element.doubleCommand:
    case Element.stepCommand:
      return 0;
    case Element.normalisedSetPoint:
    case Element.scaledSetPoint:
      return 2;
    case Element.floatSetPoint:
      return 4;
    default:
      return -1;
  }
}

function isParameter(element: number): boolean {
  return (
    element === Element.normalisedParameter || element === Element.scaledParameter || element === Element.floatParameter
  );
}

/** The qualifier, as sub-function: -1 where the element has none. */
function qualifierOf(element: number, bytes: Uint8Array, at: number): number {
  switch (element) {
    case Element.singleCommand:
    case Element.doubleCommand:
    case Element.stepCommand:
      return (bytes[at]! >> 2) & 0x1f;
    case Element.normalisedSetPoint:
    case Element.scaledSetPoint:
      return bytes[at + 2]! & 0x7f;
    case Element.floatSetPoint:
      return bytes[at + 4]! & 0x7f;
    case Element.normalisedParameter:
    case Element.scaledParameter:
      return bytes[at + 2]! & (PARAMETER_KINDS - 1);
    case Element.floatParameter:
      return bytes[at + 4]! & (PARAMETER_KINDS - 1);
    case Element.interrogation:
    case Element.counterInterrogation:
    case Element.reset:
    case Element.parameterActivation:
      return bytes[at]!;
    case Element.fileCall:
      return bytes[at + 3]! & 15;
    default:
      return -1;
  }
}
