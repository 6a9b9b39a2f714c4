// The numbers of DNP3 with their names: application functions (IEEE 1815-2012, clause 4.4), internal indications
// (4.5), status codes of commands, files and authentication, and what each function asks for.
import type { MessageKind, ProtocolUnits } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { Address, isBroadcast } from './link.ts';
import { Data } from './object-headers.ts';
import { SPACE_NAMES, groupName } from './objects.ts';

export const Code = {
  confirm: 0,
  read: 1,
  write: 2,
  select: 3,
  operate: 4,
  directOperate: 5,
  directOperateNoAck: 6,
  freeze: 7,
  freezeNoAck: 8,
  freezeClear: 9,
  freezeClearNoAck: 10,
  freezeAtTime: 11,
  freezeAtTimeNoAck: 12,
  coldRestart: 13,
  warmRestart: 14,
  initializeData: 15,
  initializeApplication: 16,
  startApplication: 17,
  stopApplication: 18,
  saveConfiguration: 19,
  enableUnsolicited: 20,
  disableUnsolicited: 21,
  assignClass: 22,
  delayMeasurement: 23,
  recordTime: 24,
  openFile: 25,
  closeFile: 26,
  deleteFile: 27,
  fileInfo: 28,
  authenticateFile: 29,
  abortFile: 30,
  activateConfiguration: 31,
  authenticationRequest: 32,
  authenticationNoAck: 33,
  response: 129,
  unsolicitedResponse: 130,
  authenticationResponse: 131,
} as const;

/** Functions of the link layer are told as this and their number. */
export const LINK_FUNCTION_FIRST = 256;

const LINK_FUNCTION_NAMES: Readonly<Record<number, string>> = {
  0: 'reset link states',
  1: 'reset user process',
  2: 'test link states',
  9: 'request link status',
};

const FUNCTIONS: readonly (readonly [code: number, name: string, verb: number, data: number])[] = [
  [0, 'confirm', Verb.acknowledge, Data.none],
  [1, 'read', Verb.read, Data.none],
  [2, 'write', Verb.write, Data.all],
  [3, 'select', Verb.select, Data.all],
  [4, 'operate', Verb.operate, Data.all],
  [5, 'direct operate', Verb.operate, Data.all],
  [6, 'direct operate without response', Verb.operate, Data.all],
  [7, 'immediate freeze', Verb.configure, Data.none],
  [8, 'immediate freeze without response', Verb.configure, Data.none],
  [9, 'freeze and clear', Verb.configure, Data.none],
  [10, 'freeze and clear without response', Verb.configure, Data.none],
  [11, 'freeze at time', Verb.configure, Data.freezeTime],
  [12, 'freeze at time without response', Verb.configure, Data.freezeTime],
  [13, 'cold restart', Verb.restart, Data.none],
  [14, 'warm restart', Verb.restart, Data.none],
  [15, 'initialize data', Verb.restart, Data.none],
  [16, 'initialize application', Verb.restart, Data.all],
  [17, 'start application', Verb.start, Data.all],
  [18, 'stop application', Verb.stop, Data.all],
  [19, 'save configuration', Verb['store-program'], Data.all],
  [20, 'enable unsolicited responses', Verb.configure, Data.none],
  [21, 'disable unsolicited responses', Verb['suppress-alarm'], Data.none],
  [22, 'assign class', Verb.configure, Data.none],
  [23, 'delay measurement', Verb.diagnose, Data.none],
  [24, 'record current time', Verb.other, Data.none],
  [25, 'open file', Verb['file-read'], Data.all],
  [26, 'close file', Verb.other, Data.all],
  [27, 'delete file', Verb.delete, Data.all],
  [28, 'get file information', Verb.enumerate, Data.all],
  [29, 'authenticate file', Verb.authenticate, Data.all],
  [30, 'abort file', Verb.cancel, Data.all],
  [31, 'activate configuration', Verb['program-download'], Data.all],
  [32, 'authentication request', Verb.authenticate, Data.all],
  [33, 'authentication request without response', Verb.authenticate, Data.all],
  [129, 'response', Verb.read, Data.all],
  [130, 'unsolicited response', Verb.report, Data.all],
  [131, 'authentication response', Verb.authenticate, Data.all],
];

const NAMES: string[] = [];
const VERBS = new Uint8Array(256).fill(Verb.other);
const DATA = new Uint8Array(256).fill(Data.all);
for (const [code, name, verb, data] of FUNCTIONS) {
  NAMES[code] = name;
  VERBS[code] = verb;
  DATA[code] = data;
}

export function verbOf(code: number): number {
  return VERBS[code]!;
}

/** Whether objects follow the headers of such a message. */
export function dataOf(code: number): number {
  return DATA[code]!;
}

export function isAssigned(code: number): boolean {
  return NAMES[code] !== undefined;
}

/** Functions the standard no longer allows (clause 4.4). */
export function isObsolete(code: number): boolean {
  return code === Code.initializeData || code === Code.saveConfiguration;
}

export function isResponse(code: number): boolean {
  return code >= 0x80;
}

/** Requests that an outstation shall not answer. */
export function isWithoutResponse(code: number): boolean {
  return (
    code === Code.directOperateNoAck ||
    code === Code.freezeNoAck ||
    code === Code.freezeClearNoAck ||
    code === Code.freezeAtTimeNoAck ||
    code === Code.authenticationNoAck
  );
}

export function isCommand(code: number): boolean {
  return code >= Code.select && code <= Code.directOperateNoAck;
}

export function isRestart(code: number): boolean {
  return code === Code.coldRestart || code === Code.warmRestart;
}

/** Functions whose objects are files (clause 4.4). */
export function isFileFunction(code: number): boolean {
  return code >= Code.openFile && code <= Code.abortFile;
}

export function functionName(code: number, subfunction: number): string {
  if (code >= LINK_FUNCTION_FIRST)
    return LINK_FUNCTION_NAMES[code - LINK_FUNCTION_FIRST] ?? `link function ${code - LINK_FUNCTION_FIRST}`;
  if (code < 0) return 'answer alone';
  const name = NAMES[code] ?? `function ${code}`;
  return subfunction < 0 || isPlain(code) ? name : `${name}: ${groupName(subfunction)}`;
}

/** Functions of which the group of their objects says nothing more. */
function isPlain(code: number): boolean {
  return (
    (code >= Code.coldRestart && code <= Code.disableUnsolicited) || (code > Code.assignClass && code < Code.response)
  );
}

export function spaceName(space: number): string {
  return SPACE_NAMES[space] ?? `space ${space}`;
}

/** Bits of the internal indications, the first octet in bits 0 to 7 (clause 4.5). */
export const Indication = {
  broadcast: 0x0001,
  class1: 0x0002,
  class2: 0x0004,
  class3: 0x0008,
  needTime: 0x0010,
  localControl: 0x0020,
  deviceTrouble: 0x0040,
  deviceRestart: 0x0080,
  functionNotSupported: 0x0100,
  objectUnknown: 0x0200,
  parameterError: 0x0400,
  eventBufferOverflow: 0x0800,
  alreadyExecuting: 0x1000,
  configurationCorrupt: 0x2000,
} as const;

const REFUSALS: readonly number[] = [
  Indication.functionNotSupported,
  Indication.objectUnknown,
  Indication.parameterError,
  Indication.alreadyExecuting,
];

/** Error codes of refused operations: the status of a command, or from these numbers on what else says no. */
export const CodeFirst = {
  command: 0,
  indication: 0x100,
  file: 0x200,
  fileTransport: 0x300,
  authentication: 0x400,
  link: 0x500,
} as const;

/** The code of a response whose internal indications refuse the request, else 0. */
export function refusalOf(indications: number): number {
  for (const bit of REFUSALS) if ((indications & bit) !== 0) return CodeFirst.indication + (bit >> 8);
  return 0;
}

/** Control status codes (A.8.1). */
const COMMAND_STATUS: Readonly<Record<number, string>> = {
  1: 'select timed out',
  2: 'not selected',
  3: 'format error',
  4: 'not supported',
  5: 'already active',
  6: 'hardware error',
  7: 'local control only',
  8: 'too many operations',
  9: 'not authorized',
  10: 'automation inhibited',
  11: 'processing limited',
  12: 'out of range',
  13: 'downstream local control',
  14: 'already complete',
  15: 'blocked',
  16: 'canceled',
  17: 'blocked by another master',
  18: 'downstream failure',
  126: 'not participating',
  127: 'undefined error',
};
const INDICATION_NAMES: Readonly<Record<number, string>> = {
  1: 'function not supported',
  2: 'object unknown',
  4: 'parameter error',
  16: 'already executing',
};
/** File command status (A.27.4). */
const FILE_STATUS: Readonly<Record<number, string>> = {
  1: 'permission denied',
  2: 'invalid mode',
  3: 'file not found',
  4: 'file locked',
  5: 'too many files open',
  6: 'invalid handle',
  7: 'write block size',
  8: 'communication lost',
  9: 'cannot abort',
  16: 'not open',
  17: 'handle expired',
  18: 'buffer overrun',
  19: 'fatal error',
  20: 'block out of sequence',
  255: 'undefined error',
};
/** Authentication error codes (A.45.7). */
const AUTHENTICATION_ERRORS: Readonly<Record<number, string>> = {
  1: 'authentication failed',
  2: 'unexpected reply',
  3: 'no reply',
  4: 'aggressive mode not permitted',
  5: 'MAC algorithm not permitted',
  6: 'key wrap algorithm not permitted',
  7: 'authorization failed',
  8: 'update key change method not permitted',
  9: 'invalid signature',
  10: 'invalid certification data',
  11: 'unknown user',
  12: 'session key status limit reached',
};

export function codeName(code: number): string {
  const number = code & 0xff;
  switch (code & ~0xff) {
    case CodeFirst.command:
      return COMMAND_STATUS[number] ?? `command status ${number}`;
    case CodeFirst.indication:
      return INDICATION_NAMES[number] ?? `indication ${number}`;
    case CodeFirst.file:
    case CodeFirst.fileTransport:
      return FILE_STATUS[number] ?? `file status ${number}`;
    case CodeFirst.link:
      return number === 1 ? 'not acknowledged' : number === 15 ? 'not supported' : `link status ${number}`;
    case CodeFirst.authentication:
      return AUTHENTICATION_ERRORS[number] ?? `authentication error ${number}`;
    default:
      return `code ${code}`;
  }
}

export const UNITS: ProtocolUnits = {
  name: (unit) => {
    if (unit === Address.self) return 'self address';
    return isBroadcast(unit) ? `all outstations (${unit})` : `outstation ${unit}`;
  },
  isHostItself: (unit) => unit < 0 || unit >= Address.reservedFirst,
  areBehind: false,
};

export const KINDS: readonly MessageKind[] = [
  ...FUNCTIONS.map(([code, name]) => ({ function: code, subfunction: -1, name })),
  ...Object.entries(LINK_FUNCTION_NAMES).map(([code, name]) => ({
    function: LINK_FUNCTION_FIRST + Number(code),
    subfunction: -1,
    name,
  })),
];
