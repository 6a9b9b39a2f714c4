// Names of what operations carry: functions (types, and control functions of U frames), qualifiers, spaces, codes.
import type { MessageKind, ProtocolUnits } from '../../facts/protocol.ts';
import { Control } from './apci.ts';
import { Cause, causeName } from './causes.ts';
import {
  ELEMENT_OF,
  Element,
  PRIVATE_TYPE_MIN,
  SECURITY_TYPES,
  Space,
  TYPES,
  Type,
  isMonitorType,
  isReservedType,
  spaceName as plainSpaceName,
  typeName,
} from './types.ts';

/** Control functions are numbered after the types: this and the bit of their activation. */
export const CONTROL_FUNCTION = 256;
export const ControlFunction = { start: 256, stop: 257, test: 258 } as const;

const CONTROL_NAMES = ['STARTDT start data transfer', 'STOPDT stop data transfer', 'TESTFR test frame'];

/** Number of the control function of a U frame's first octet, -1 where it is none. */
export function controlFunction(octet: number): number {
  switch (octet) {
    case Control.startAct:
    case Control.startCon:
      return ControlFunction.start;
    case Control.stopAct:
    case Control.stopCon:
      return ControlFunction.stop;
    case Control.testAct:
    case Control.testCon:
      return ControlFunction.test;
    default:
      return -1;
  }
}

/** Added to the cause of a negative confirmation: what P/N is on the wire. */
export const NEGATIVE = 0x40;

/** Kinds of parameters in a qualifier (clause 7.2.6.24). */
export const PARAMETER_KINDS = 64;
const PARAMETER_NAMES = ['threshold', 'smoothing', 'low limit', 'high limit'];
/** Spaces of the parameters of a point that have a name of their own: normalised, scaled, float, four each. */
const PARAMETER_SPACE_FIRST = 32;

/** One point has several parameters: each kind is a space. `space` is that of the type. */
export function parameterSpace(space: number, kind: number): number {
  if (kind < 1 || kind > PARAMETER_NAMES.length) return space;
  return PARAMETER_SPACE_FIRST + (space - Space.normalisedParameter) * PARAMETER_NAMES.length + kind - 1;
}

export function spaceName(space: number): string {
  const index = space - PARAMETER_SPACE_FIRST;
  if (index < 0 || index >= 3 * PARAMETER_NAMES.length) return plainSpaceName(space);
  const name = PARAMETER_NAMES[index % PARAMETER_NAMES.length]!;
  return `${plainSpaceName(Space.normalisedParameter + Math.floor(index / PARAMETER_NAMES.length))} ${name}`;
}

const INTERROGATION_NAMES = [
  'no counter',
  'counter group 1',
  'counter group 2',
  'counter group 3',
  'counter group 4',
  'all counters',
];
const FREEZE_NAMES = ['', ', freeze', ', freeze and reset', ', reset'];
const COMMAND_QUALIFIERS = ['', 'short pulse', 'long pulse', 'persistent'];
const RESET_NAMES = ['', 'general reset', 'reset of pending events'];
const CALL_NAMES = [
  '',
  'select file',
  'request file',
  'deactivate file',
  'delete file',
  'select section',
  'request section',
  'deactivate section',
];

/** A type with its cause (process information) or its qualifier (everything else), or a control function. */
export function functionName(code: number, subfunction: number): string {
  const control = CONTROL_NAMES[code - CONTROL_FUNCTION];
  if (control !== undefined) return control;
  const name = typeName(code);
  if (subfunction < 0) return name;
  const qualifier = isMonitorType(code) ? causeName(subfunction) : qualifierName(code, subfunction);
  return qualifier === '' ? name : `${name}: ${qualifier}`;
}

function qualifierName(type: number, value: number): string {
  switch (ELEMENT_OF[type]) {
    case Element.singleCommand:
    case Element.doubleCommand:
    case Element.stepCommand:
      return COMMAND_QUALIFIERS[value] ?? `qualifier ${value}`;
    case Element.interrogation:
      if (value === 20) return 'station';
      return value > 20 && value <= 36 ? `group ${value - 20}` : `qualifier ${value}`;
    case Element.counterInterrogation:
      return (INTERROGATION_NAMES[value & 0x3f] ?? `qualifier ${value & 0x3f}`) + FREEZE_NAMES[value >> 6]!;
    case Element.reset:
      return RESET_NAMES[value] ?? `qualifier ${value}`;
    case Element.normalisedParameter:
    case Element.scaledParameter:
    case Element.floatParameter:
      return PARAMETER_NAMES[value - 1] ?? `kind ${value}`;
    case Element.fileCall:
      return type === Type.fileCall ? (CALL_NAMES[value] ?? `qualifier ${value}`) : '';
    default:
      return value === 0 ? '' : `qualifier ${value}`;
  }
}

/** 44 to 47: the station does not know what it was asked for; from 64 on a negative confirmation with its cause. */
export function codeName(code: number): string {
  if (code >= FILE_ERROR) return FILE_ERRORS[code - FILE_ERROR] ?? `file error ${code - FILE_ERROR}`;
  return code > NEGATIVE ? `negative ${causeName(code - NEGATIVE)}` : causeName(code);
}

/** Nobody behind the host has this common address. */
export function isAbsent(code: number): boolean {
  return code === Cause.unknownCommonAddress;
}

/** Added to the error of a file qualifier (clause 7.2.6.30); 0 of it: refused without one. */
export const FILE_ERROR = 128;
const FILE_ERRORS = [
  'negative file acknowledge',
  'requested memory space not available',
  'checksum failed',
  'unexpected communication service',
  'unexpected name of file',
  'unexpected name of section',
];

export const UNITS: ProtocolUnits = {
  name: (unit) => (unit === 0xffff ? 'every station' : `station ${unit}`),
  isHostItself: (unit) => unit === 0xffff,
  areBehind: false,
};

/** Every type and control function that is decoded. */
export const KINDS: readonly MessageKind[] = [
  ...TYPES.map(({ type }) => kind(type, -1)),
  ...SECURITY_TYPES.map((type) => kind(type, -1)),
  ...Object.values(ControlFunction).map((code) => kind(code, -1)),
];

function kind(code: number, subfunction: number): MessageKind {
  return { function: code, subfunction, name: functionName(code, subfunction) };
}

/** Neither decoded nor reserved. */
export function isPrivateType(type: number): boolean {
  return type >= PRIVATE_TYPE_MIN && !isReservedType(type);
}
