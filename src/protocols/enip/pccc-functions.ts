// The commands of PCCC with their names and what they ask for: Allen-Bradley "DF1 Protocol and Command Set" 1770-6.5.16,
// chapter 7.
import type { MessageKind } from '../../facts/protocol.ts';
import { Verb, type VerbName } from '../../facts/verbs.ts';

/** `Operation.function` of a PCCC command is this plus its CMD; its FNC is the sub-function. */
export const PCCC_FUNCTIONS = 0x180;
/** Set in the command of an answer. */
export const PCCC_ANSWER_BIT = 0x40;

export const Pccc = {
  protectedWrite: 0x00,
  unprotectedRead: 0x01,
  protectedBitWrite: 0x02,
  unprotectedBitWrite: 0x05,
  diagnostics: 0x06,
  modes: 0x07,
  unprotectedWrite: 0x08,
  typed: 0x0f,
} as const;

export const Fnc = {
  wordRangeWrite: 0x00,
  wordRangeRead: 0x01,
  bitWrite: 0x02,
  physicalWrite: 0x08,
  physicalRead: 0x09,
  setCpuMode: 0x3a,
  typedWrite: 0x67,
  typedRead: 0x68,
  changeMode: 0x80,
  readTwo: 0xa1,
  readThree: 0xa2,
  fileRead: 0xa7,
  writeTwo: 0xa9,
  writeThree: 0xaa,
  maskedWriteThree: 0xab,
  fileWrite: 0xaf,
  diagnosticStatus: 0x03,
} as const;

/** FNC -1: the command has none. */
const FUNCTIONS: readonly (readonly [command: number, fnc: number, name: string, verb: VerbName])[] = [
  [0x00, -1, 'protected write', 'write'],
  [0x01, -1, 'unprotected read', 'read'],
  [0x02, -1, 'protected bit write', 'write'],
  [0x05, -1, 'unprotected bit write', 'write'],
  [0x06, 0x00, 'echo', 'diagnose'],
  [0x06, 0x01, 'read diagnostic counters', 'diagnose'],
  [0x06, 0x02, 'set variables', 'configure'],
  [0x06, 0x03, 'diagnostic status', 'identify'],
  [0x06, 0x04, 'set timeout', 'configure'],
  [0x06, 0x05, 'set naks', 'configure'],
  [0x06, 0x06, 'set enqs', 'configure'],
  [0x06, 0x07, 'reset diagnostic counters', 'diagnose'],
  [0x06, 0x08, 'set data table size', 'configure'],
  [0x06, 0x09, 'read link parameters', 'diagnose'],
  [0x06, 0x0a, 'set link parameters', 'configure'],
  [0x07, 0x00, 'disable outputs', 'stop'],
  [0x07, 0x01, 'enable outputs', 'start'],
  [0x07, 0x03, 'enable program', 'start'],
  [0x07, 0x04, 'enter download mode', 'program-download'],
  [0x07, 0x05, 'exit download or upload mode', 'other'],
  [0x07, 0x06, 'enter upload mode', 'program-upload'],
  [0x08, -1, 'unprotected write', 'write'],
  [0x0f, 0x00, 'word range write', 'write'],
  [0x0f, 0x01, 'word range read', 'read'],
  [0x0f, 0x02, 'bit write', 'write'],
  [0x0f, 0x03, 'file write', 'file-write'],
  [0x0f, 0x04, 'file read', 'file-read'],
  [0x0f, 0x05, 'download request', 'program-download'],
  [0x0f, 0x06, 'upload', 'program-upload'],
  [0x0f, 0x07, 'shutdown', 'stop'],
  [0x0f, 0x08, 'physical write', 'program-download'],
  [0x0f, 0x09, 'physical read', 'program-upload'],
  [0x0f, 0x0a, 'restart request', 'restart'],
  [0x0f, 0x11, 'get edit resource', 'reserve'],
  [0x0f, 0x12, 'return edit resource', 'release'],
  [0x0f, 0x17, 'read bytes physical', 'program-upload'],
  [0x0f, 0x18, 'write bytes physical', 'program-download'],
  [0x0f, 0x26, 'read-modify-write', 'write'],
  [0x0f, 0x29, 'read section size', 'diagnose'],
  [0x0f, 0x3a, 'set cpu mode', 'set-mode'],
  [0x0f, 0x41, 'disable forces', 'force'],
  [0x0f, 0x50, 'download all request', 'program-download'],
  [0x0f, 0x52, 'download completed', 'program-download'],
  [0x0f, 0x53, 'upload all request', 'program-upload'],
  [0x0f, 0x55, 'upload completed', 'program-upload'],
  [0x0f, 0x57, 'initialize memory', 'factory-reset'],
  [0x0f, 0x5e, 'modify plc-2 compatibility file', 'configure'],
  [0x0f, 0x67, 'typed write', 'write'],
  [0x0f, 0x68, 'typed read', 'read'],
  [0x0f, 0x79, 'read-modify-write n', 'write'],
  [0x0f, 0x80, 'change mode', 'set-mode'],
  [0x0f, 0x81, 'open file', 'file-read'],
  [0x0f, 0x82, 'close file', 'other'],
  [0x0f, 0x88, 'execute multiple commands', 'other'],
  [0x0f, 0x8f, 'apply port configuration', 'configure'],
  [0x0f, 0xa1, 'protected typed logical read with two address fields', 'read'],
  [0x0f, 0xa2, 'protected typed logical read with three address fields', 'read'],
  [0x0f, 0xa7, 'protected typed file read', 'file-read'],
  [0x0f, 0xa9, 'protected typed logical write with two address fields', 'write'],
  [0x0f, 0xaa, 'protected typed logical write with three address fields', 'write'],
  [0x0f, 0xab, 'protected typed logical masked write with three address fields', 'write'],
  [0x0f, 0xaf, 'protected typed file write', 'file-write'],
];

const VERBS = new Uint8Array(16 * 257);
const NAMES = new Map<number, string>();
for (const [command, fnc, name, verb] of FUNCTIONS) {
  VERBS[command * 257 + fnc + 1] = Verb[verb];
  NAMES.set(command * 257 + fnc + 1, name);
}

/** Has the command a function byte? */
export function hasFnc(command: number): boolean {
  return command === Pccc.diagnostics || command === Pccc.modes || command === Pccc.typed;
}

export function pcccVerb(command: number, fnc: number): number {
  return VERBS[(command & 0x0f) * 257 + fnc + 1]!;
}

export function pcccName(command: number, fnc: number): string {
  return `pccc ${NAMES.get(command * 257 + fnc + 1) ?? 'command'}`;
}

export const PCCC_KINDS: readonly MessageKind[] = FUNCTIONS.map(([command, fnc, name]) => ({
  function: PCCC_FUNCTIONS + command,
  subfunction: fnc,
  name: `pccc ${name}`,
}));
