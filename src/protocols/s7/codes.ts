// The numbers of S7comm and their names: functions of jobs, groups and functions of user data, program invocations, and
// what each asks for. There is no public specification; the names are those the field uses.
import type { MessageKind } from '../../facts/protocol.ts';
import { Verb, type VerbName } from '../../facts/verbs.ts';
import { ConnectionFunction, connectionCodeName } from '../iso-connections.ts';

/** Remote operation service control: what kind of message it is. */
export const Rosctr = { job: 1, acknowledge: 2, acknowledgeData: 3, userData: 7 } as const;

export const Job = {
  cpuServices: 0x00,
  readVariable: 0x04,
  writeVariable: 0x05,
  requestDownload: 0x1a,
  downloadBlock: 0x1b,
  downloadEnded: 0x1c,
  startUpload: 0x1d,
  upload: 0x1e,
  endUpload: 0x1f,
  programInvocation: 0x28,
  stop: 0x29,
  setupCommunication: 0xf0,
} as const;

const JOBS: Readonly<Record<number, readonly [VerbName, string]>> = {
  0x00: ['other', 'CPU services'],
  0x04: ['read', 'read variable'],
  0x05: ['write', 'write variable'],
  0x1a: ['program-download', 'request download'],
  0x1b: ['program-download', 'download block'],
  0x1c: ['program-download', 'download ended'],
  0x1d: ['program-upload', 'start upload'],
  0x1e: ['program-upload', 'upload'],
  0x1f: ['program-upload', 'end upload'],
  0x28: ['other', 'program invocation'],
  0x29: ['stop', 'stop'],
  0xf0: ['connect', 'setup communication'],
};

/** A user data message of group g is function USER_DATA + g. */
export const USER_DATA = 0x100;

export const Group = {
  modeTransition: 0,
  programmer: 1,
  cyclic: 2,
  blocks: 3,
  cpu: 4,
  security: 5,
  pbc: 6,
  time: 7,
  nc: 15,
} as const;

const GROUP_NAMES: Readonly<Record<number, string>> = {
  0: 'mode transition',
  1: 'programmer',
  2: 'cyclic',
  3: 'blocks',
  4: 'CPU',
  5: 'security',
  6: 'PBC',
  7: 'time',
  15: 'NC',
};

/** Functions of user data that are looked into. */
export const CyclicFunction = { transfer: 1, unsubscribe: 4, onChange: 5, modify: 7 } as const;
export const BlockFunction = { listType: 2, info: 3 } as const;
export const CpuFunction = { readList: 1 } as const;
export const SecurityFunction = { set: 1 } as const;
export const ProgrammerFunction = { variableStatus: 2, modifyVariable: 8, force: 9 } as const;

/** By group: verb and name of each function. What only a controller says of itself is a report. */
const USER_DATA_FUNCTIONS: Readonly<Record<number, Readonly<Record<number, readonly [VerbName, string]>>>> = {
  0: {
    0: ['report', 'STOP'],
    1: ['report', 'warm restart'],
    2: ['report', 'RUN'],
    3: ['report', 'hot restart'],
    4: ['report', 'HOLD'],
    6: ['report', 'cold restart'],
    9: ['report', 'RUN-R'],
    11: ['report', 'link-up'],
    12: ['report', 'update'],
  },
  1: {
    1: ['diagnose', 'block status'],
    2: ['diagnose', 'variable status'],
    3: ['diagnose', 'interrupt stack'],
    4: ['diagnose', 'block stack'],
    5: ['diagnose', 'local data stack'],
    6: ['diagnose', 'time measurement'],
    7: ['other', 'force selection'],
    8: ['write', 'modify variable'],
    9: ['force', 'force'],
    10: ['configure', 'breakpoint'],
    11: ['start', 'exit HOLD'],
    12: ['factory-reset', 'memory reset'],
    13: ['other', 'disable job'],
    14: ['other', 'enable job'],
    15: ['other', 'delete job'],
    16: ['enumerate', 'read job list'],
    17: ['diagnose', 'read job'],
    18: ['other', 'replace job'],
    19: ['diagnose', 'block status 2'],
    22: ['other', 'flash LED'],
  },
  2: {
    1: ['subscribe', 'cyclic transfer'],
    4: ['release', 'unsubscribe'],
    5: ['subscribe', 'change-driven transfer'],
    7: ['subscribe', 'modify change-driven transfer'],
    8: ['read', 'read record'],
  },
  3: {
    1: ['enumerate', 'list blocks'],
    2: ['enumerate', 'list blocks of type'],
    3: ['identify', 'block info'],
  },
  4: {
    1: ['diagnose', 'read SZL'],
    2: ['subscribe', 'message service'],
    3: ['report', 'diagnostic message'],
    5: ['report', 'ALARM_8'],
    6: ['report', 'NOTIFY'],
    7: ['suppress-alarm', 'lock ALARM_8'],
    8: ['other', 'unlock ALARM_8'],
    9: ['report', 'SCAN'],
    11: ['acknowledge', 'acknowledge alarm'],
    12: ['report', 'alarm acknowledged'],
    13: ['report', 'alarm locked'],
    14: ['report', 'alarm unlocked'],
    17: ['report', 'ALARM_SQ'],
    18: ['report', 'ALARM_S'],
    19: ['enumerate', 'query alarms'],
    22: ['report', 'NOTIFY_8'],
  },
  5: {
    1: ['authenticate', 'set password'],
    2: ['disconnect', 'clear password'],
  },
  // Blocks of data that two user programs send each other (BSEND, BRCV): the function is theirs, one number for all.
  6: {},
  // The clock is the device's own, not what it measures.
  7: {
    1: ['diagnose', 'read clock'],
    2: ['set-time', 'set clock'],
    3: ['diagnose', 'read clock (following)'],
    4: ['set-time', 'set clock (following)'],
  },
  15: {
    1: ['program-download', 'request download'],
    2: ['program-download', 'download block'],
    3: ['program-download', 'continue download'],
    4: ['program-download', 'download ended'],
    6: ['program-upload', 'start upload'],
    7: ['program-upload', 'upload'],
    8: ['program-upload', 'continue upload'],
  },
};

/** Program invocations; the operation's sub-function is the place in this list, 0 for any other name. */
const INVOCATIONS: readonly (readonly [name: string, verb: VerbName, meaning: string])[] = [
  ['', 'other', 'another program invocation'],
  ['P_PROGRAM', 'start', 'start'],
  // The same service with an argument.
  ['P_PROGRAM C', 'restart', 'cold restart'],
  ['_INSE', 'program-download', 'link block'],
  ['_INS2', 'program-download', 'link block'],
  ['_DELE', 'delete', 'delete block'],
  ['_GARB', 'configure', 'compress memory'],
  ['_MODU', 'store-program', 'copy RAM to ROM'],
  ['_N_LOGIN_', 'authenticate', 'NC login'],
  ['_N_LOGOUT', 'disconnect', 'NC logout'],
  ['_N_NEWPWD', 'configure', 'NC new password'],
  ['_N_F_DELE', 'delete', 'NC delete file'],
  ['_N_F_DELR', 'delete', 'NC delete protected file'],
  ['_N_F_DMDA', 'delete', 'NC delete MDA memory'],
  ['_N_DELVAR', 'delete', 'NC delete data block'],
  ['_N_F_COPY', 'configure', 'NC copy file'],
  ['_N_F_RENA', 'configure', 'NC rename file'],
  ['_N_F_PROT', 'configure', 'NC protect file'],
  ['_N_F_PROR', 'configure', 'NC protect file'],
  ['_N_F_XFER', 'program-upload', 'NC select file for upload'],
  ['_N_F_OPER', 'other', 'NC open file for reading'],
  ['_N_F_OPEN', 'other', 'NC open file'],
  ['_N_F_CLOS', 'other', 'NC close file'],
  ['_N_F_SEEK', 'other', 'NC seek in file'],
  ['_N_SELECT', 'operate', 'NC select program'],
  ['_N_EXTERN', 'operate', 'NC select external program'],
  ['_N_EXTMOD', 'operate', 'NC select external program'],
  ['_N_SEL_BL', 'operate', 'NC select block'],
  ['_N_FINDBL', 'operate', 'NC search block'],
  ['_N_STRTLK', 'operate', 'NC lock start'],
  ['_N_STRTUL', 'operate', 'NC unlock start'],
  ['_N_ASUP__', 'configure', 'NC assign interrupt'],
  ['_N_CONFIG', 'configure', 'NC activate machine data'],
  ['_N_SCALE_', 'configure', 'NC set unit of measurement'],
  ['_N_SETUFR', 'configure', 'NC activate user frames'],
  ['_N_IBN_SS', 'set-mode', 'NC set commissioning switch'],
  ['_N_NCKMOD', 'set-mode', 'NC set mode'],
  ['_N_DASAVE', 'store-program', 'NC save SRAM to flash'],
  ['_N_CANCEL', 'acknowledge', 'NC cancel alarm'],
  ['_N_CREATO', 'configure', 'NC create tool'],
  ['_N_DELETO', 'configure', 'NC delete tool'],
  ['_N_CREACE', 'configure', 'NC create cutting edge'],
  ['_N_DELECE', 'configure', 'NC delete cutting edge'],
  ['_N_TMMVTL', 'operate', 'NC load or unload tool'],
  ['_N_TMPOSM', 'operate', 'NC position magazine'],
  ['_N_OST_ON', 'operate', 'NC overstore on'],
  ['_N_OST_OF', 'operate', 'NC overstore off'],
];
const PROGRAM = 'P_PROGRAM';
/** A start with an argument of this kind forgets the retentive data. */
const COLD_RESTART = 'C';

/** Place of a program invocation in the list; name and argument as they stand on the wire. */
export function invocationOf(name: string, argument: string): number {
  const isCold = name === PROGRAM && argument.startsWith(COLD_RESTART);
  const wanted = isCold ? `${PROGRAM} ${COLD_RESTART}` : name;
  const index = INVOCATIONS.findIndex(([known]) => known === wanted);
  return index < 0 ? 0 : index;
}

export function invocationVerb(invocation: number): number {
  return Verb[INVOCATIONS[invocation]![1]];
}

/** The verbs of jobs by function, and of user data by (group, function). */
const JOB_VERBS = new Uint8Array(256);
for (const [code, [verb]] of Object.entries(JOBS)) JOB_VERBS[Number(code)] = Verb[verb];
const USER_DATA_VERBS = new Uint8Array(16 * 256);
for (const [group, functions] of Object.entries(USER_DATA_FUNCTIONS)) {
  for (const [code, [verb]] of Object.entries(functions)) {
    USER_DATA_VERBS[Number(group) * 256 + Number(code)] = Verb[verb];
  }
}

export function jobVerb(code: number): number {
  return JOB_VERBS[code]!;
}

export function isKnownJob(code: number): boolean {
  return JOBS[code] !== undefined;
}

export function userDataVerb(group: number, code: number): number {
  return group === Group.pbc ? Verb.publish : USER_DATA_VERBS[(group << 8) | code]!;
}

export function isKnownUserData(group: number, code: number): boolean {
  return group === Group.pbc || USER_DATA_FUNCTIONS[group]?.[code] !== undefined;
}

export function functionName(code: number, subfunction: number): string {
  if (code === ConnectionFunction.connect) return 'COTP connect';
  if (code === ConnectionFunction.disconnect) return 'COTP disconnect';
  if (code === Job.programInvocation) {
    return INVOCATIONS[subfunction]?.[2] ?? 'program invocation';
  }
  if (code >= USER_DATA) {
    const group = code - USER_DATA;
    const groupName = GROUP_NAMES[group] ?? `group ${group}`;
    if (group === Group.pbc) return 'PBC block send';
    return `${groupName}: ${USER_DATA_FUNCTIONS[group]?.[subfunction]?.[1] ?? `function ${subfunction}`}`;
  }
  return JOBS[code]?.[1] ?? `function 0x${code.toString(16).padStart(2, '0')}`;
}

export const KINDS: readonly MessageKind[] = [
  kind(ConnectionFunction.connect, -1),
  kind(ConnectionFunction.disconnect, -1),
  ...Object.keys(JOBS)
    .map(Number)
    .flatMap((code) =>
      code === Job.programInvocation ? INVOCATIONS.map((_, index) => kind(code, index)) : [kind(code, -1)],
    ),
  ...Object.entries(USER_DATA_FUNCTIONS).flatMap(([group, functions]) =>
    Number(group) === Group.pbc
      ? [kind(USER_DATA + Group.pbc, -1)]
      : Object.keys(functions).map((code) => kind(USER_DATA + Number(group), Number(code))),
  ),
];

function kind(code: number, subfunction: number): MessageKind {
  return { function: code, subfunction, name: functionName(code, subfunction) };
}

/** Return codes of single items; 0xff is success. */
export const ITEM_OK = 0xff;
const ITEM_CODES: Readonly<Record<number, string>> = {
  0x00: 'reserved',
  0x01: 'hardware error',
  0x03: 'access to the object not allowed',
  0x05: 'address outside of the area',
  0x06: 'data type not supported',
  0x07: 'data types do not fit each other',
  0x0a: 'object does not exist',
};

/** Error classes in the header of an answer: upper byte of the code. */
const ERROR_CLASSES: Readonly<Record<number, string>> = {
  0x81: 'application relationship',
  0x82: 'object definition',
  0x83: 'no resources available',
  0x84: 'service processing',
  0x85: 'wrong frame',
  0x87: 'access',
};

/** Error codes of jobs and user data, in the words of the field. */
const ERROR_CODES: Readonly<Record<number, string>> = {
  0x0110: 'invalid block number',
  0x0111: 'invalid request length',
  0x0112: 'invalid parameter',
  0x0113: 'invalid block type',
  0x0114: 'block not found',
  0x0115: 'block already exists',
  0x0116: 'block is write-protected',
  0x0117: 'block or update too large',
  0x0118: 'invalid block number',
  0x0119: 'wrong password',
  0x8001: 'not possible in the current state of the block',
  0x8003: 'error while transferring the block',
  0x8100: 'service unknown to the module',
  0x8104: 'service not implemented',
  0x8204: 'type of the object inconsistent',
  0x8205: 'a copied block already exists and is not linked',
  0x8301: 'not enough memory',
  0x8302: 'not enough resources',
  0x8304: 'no further parallel upload',
  0x8305: 'function not available',
  0x8306: 'not enough work memory',
  0x8307: 'not enough retentive memory',
  0x8401: 'wrong sequence of services',
  0x8402: 'not possible in the state of the object',
  0x8404: 'function cannot be performed',
  0x8405: 'remote block is disabled',
  0x8500: 'wrong frame',
  0x8503: 'cancelled by the module',
  0x8701: 'wrong address',
  0x8702: 'service not supported',
  0x8703: 'access refused',
  0x8704: 'object damaged',
  0xd001: 'illegal job number',
  0xd002: 'illegal job variant',
  0xd003: 'test function not supported',
  0xd004: 'illegal job status',
  0xd011: 'block does not exist',
  0xd012: 'wrong address in block',
  0xd041: 'illegal list id',
  0xd042: 'illegal address',
  0xd043: 'job not found',
  0xd044: 'illegal value',
  0xd061: 'no memory for the job',
  0xd062: 'job list full',
  0xd063: 'trigger occupied',
  0xd081: 'not permitted in the current mode',
  0xd082: 'cannot leave HOLD',
  0xd0a1: 'not permitted at the current protection level',
  0xd0a2: 'a function that changes memory is running',
  0xd0a4: 'forcing is already set up',
  0xd0a5: 'job not found',
  0xd0aa: 'time limit exceeded',
  0xd0c1: 'access error at a variable',
  0xd201: 'syntax error in the block name',
  0xd202: 'syntax error in the parameters',
  0xd205: 'linked block already exists in RAM',
  0xd206: 'linked block already exists in EPROM',
  0xd208: 'too many copied blocks',
  0xd209: 'block not found',
  0xd20c: 'priority class of the OB does not exist',
  0xd20d: 'system data block cannot be interpreted',
  0xd20e: 'no further block',
  0xd20f: 'block too large for the module',
  0xd210: 'invalid block number',
  0xd219: 'wrong lengths in the block',
  0xd230: 'structure of the block wrong',
  0xd235: 'wrong checksum in the block',
  0xd236: 'no checksum in the block',
  0xd240: 'coordination rules violated',
  0xd241: 'not permitted at the current protection level',
  0xd242: 'protection violation of safety blocks',
  0xd250: 'update does not fit the module',
  0xd251: 'wrong order of operating system parts',
  0xd252: 'wrong checksum',
  0xd2a1: 'another block function is active',
  0xd2a3: 'block not active or in use',
  0xd401: 'information not available',
  0xd402: 'information not available',
  0xd403: 'already registered',
  0xd404: 'too many registered',
  0xd405: 'service not supported',
  0xd406: 'information not available at present',
  0xd601: 'syntax error in the parameters',
  0xd602: 'wrong password',
  0xd603: 'connection already legitimised',
  0xd604: 'connection already enabled',
  0xd605: 'no password is set',
  0xd801: 'address invalid',
  0xd802: 'job does not exist',
  0xd803: 'illegal job status',
  0xd804: 'illegal cycle time',
  0xd805: 'no more cyclic jobs',
  0xd806: 'not possible in the state of the job',
  0xd807: 'overload: reading takes longer than the cycle',
  0xdc01: 'date or time invalid',
};

/** Given to a refusal that carries no code. */
export const REFUSED_WITHOUT_CODE = 0x2ff;

export function isKnownItemCode(code: number): boolean {
  return code === ITEM_OK || ITEM_CODES[code] !== undefined;
}

export function codeName(code: number): string {
  if (code === REFUSED_WITHOUT_CODE) return 'refused';
  const connection = connectionCodeName(code);
  if (connection !== '') return connection;
  const known = ITEM_CODES[code] ?? ERROR_CODES[code];
  if (known !== undefined) return known;
  const hex = code.toString(16).padStart(4, '0');
  const errorClass = ERROR_CLASSES[code >> 8];
  return errorClass === undefined ? `error 0x${hex}` : `${errorClass}: error 0x${hex}`;
}
