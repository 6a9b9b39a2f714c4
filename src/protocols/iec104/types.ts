// The type identifications of an ASDU: what each carries, how long an object is, who sends it, and why it may be sent.
// Clauses are those of IEC 60870-5-101:2003 (7.2.1 to 7.3) and IEC 60870-5-104:2006.
import { Verb } from '../../facts/verbs.ts';

/** Object spaces: one for each class of point, the same with and without time tag. `first` is the object address. */
export const Space = {
  none: 0,
  singlePoint: 1,
  doublePoint: 2,
  stepPosition: 3,
  bitstring: 4,
  normalised: 5,
  scaled: 6,
  float: 7,
  counter: 8,
  protectionEvent: 9,
  protectionStart: 10,
  protectionOutput: 11,
  packedSinglePoints: 12,
  singleCommand: 13,
  doubleCommand: 14,
  stepCommand: 15,
  normalisedSetPoint: 16,
  scaledSetPoint: 17,
  floatSetPoint: 18,
  bitstringCommand: 19,
  normalisedParameter: 20,
  scaledParameter: 21,
  floatParameter: 22,
  parameterActivation: 23,
  file: 24,
  /** A point whose class nothing tells: a read command that got no answer. */
  point: 25,
} as const;

const SPACE_NAMES = [
  '',
  'single point',
  'double point',
  'step position',
  'bitstring',
  'normalised value',
  'scaled value',
  'float value',
  'counter',
  'protection event',
  'protection start',
  'protection output',
  'packed single points',
  'single command',
  'double command',
  'step command',
  'normalised set point',
  'scaled set point',
  'float set point',
  'bitstring command',
  'normalised parameter',
  'scaled parameter',
  'float parameter',
  'parameter activation',
  'file',
  'point',
] as const;

export function spaceName(space: number): string {
  return SPACE_NAMES[space] ?? `space ${space}`;
}

/** What an object is made of, without its time tag (clause 7.2.6). */
export const Element = {
  unknown: 0,
  /** SIQ: bit 0 and quality. */
  single: 1,
  /** DIQ: bits 0 and 1 and quality. */
  double: 2,
  /** VTI and QDS. */
  step: 3,
  /** BSI and QDS. */
  bitstring: 4,
  /** NVA and QDS. */
  normalised: 5,
  /** NVA alone. */
  normalisedBare: 6,
  /** SVA and QDS. */
  scaled: 7,
  /** IEEE STD 754 and QDS. */
  float: 8,
  /** BCR: counter and sequence notation. */
  counter: 9,
  /** SEP and CP16Time2a. */
  protectionEvent: 10,
  /** SPE, QDP and CP16Time2a. */
  protectionStart: 11,
  /** OCI, QDP and CP16Time2a. */
  protectionOutput: 12,
  /** SCD and QDS. */
  packed: 13,
  singleCommand: 14,
  doubleCommand: 15,
  stepCommand: 16,
  normalisedSetPoint: 17,
  scaledSetPoint: 18,
  floatSetPoint: 19,
  bitstringCommand: 20,
  initialisation: 21,
  interrogation: 22,
  counterInterrogation: 23,
  read: 24,
  clock: 25,
  test: 26,
  reset: 27,
  delay: 28,
  testCounter: 29,
  normalisedParameter: 30,
  scaledParameter: 31,
  floatParameter: 32,
  parameterActivation: 33,
  fileReady: 34,
  sectionReady: 35,
  fileCall: 36,
  lastSection: 37,
  fileAcknowledge: 38,
  segment: 39,
  directory: 40,
  queryLog: 41,
} as const;

/** Bytes of the element, by `Element`; that of a segment without its data. */
const ELEMENT_SIZES = [
  -1, 1, 1, 2, 5, 3, 2, 3, 5, 5, 3, 4, 4, 5, 1, 1, 1, 3, 3, 5, 4, 1, 1, 1, 0, 7, 2, 1, 2, 2, 3, 3, 5, 1, 6, 7, 4, 5, 4,
  4, 13, 16,
];

/** Bytes of CP24Time2a and CP56Time2a. */
export const CP24 = 3;
export const CP56 = 7;

export const Type = {
  endOfInitialisation: 70,
  interrogation: 100,
  counterInterrogation: 101,
  read: 102,
  clock: 103,
  test: 104,
  reset: 105,
  delay: 106,
  testWithTime: 107,
  fileReady: 120,
  sectionReady: 121,
  fileCall: 122,
  lastSection: 123,
  fileAcknowledge: 124,
  segment: 125,
  directory: 126,
  queryLog: 127,
} as const;

/** Types from here on are private (clause 7.2.1.1). */
export const PRIVATE_TYPE_MIN = 128;

interface TypeRow {
  readonly type: number;
  readonly mnemonic: string;
  readonly title: string;
  readonly element: number;
  readonly time: number;
  readonly space: number;
  readonly verb: number;
}

type Row = readonly [
  type: number,
  mnemonic: string,
  title: string,
  element: number,
  time: number,
  space: number,
  verb: number,
];

const { report, operate, write, read, configure, diagnose } = Verb;
const E = Element;
const S = Space;

const ROWS: readonly Row[] = [
  [1, 'M_SP_NA_1', 'single point', E.single, 0, S.singlePoint, report],
  [2, 'M_SP_TA_1', 'single point with time', E.single, CP24, S.singlePoint, report],
  [3, 'M_DP_NA_1', 'double point', E.double, 0, S.doublePoint, report],
  [4, 'M_DP_TA_1', 'double point with time', E.double, CP24, S.doublePoint, report],
  [5, 'M_ST_NA_1', 'step position', E.step, 0, S.stepPosition, report],
  [6, 'M_ST_TA_1', 'step position with time', E.step, CP24, S.stepPosition, report],
  [7, 'M_BO_NA_1', 'bitstring', E.bitstring, 0, S.bitstring, report],
  [8, 'M_BO_TA_1', 'bitstring with time', E.bitstring, CP24, S.bitstring, report],
  [9, 'M_ME_NA_1', 'normalised value', E.normalised, 0, S.normalised, report],
  [10, 'M_ME_TA_1', 'normalised value with time', E.normalised, CP24, S.normalised, report],
  [11, 'M_ME_NB_1', 'scaled value', E.scaled, 0, S.scaled, report],
  [12, 'M_ME_TB_1', 'scaled value with time', E.scaled, CP24, S.scaled, report],
  [13, 'M_ME_NC_1', 'float value', E.float, 0, S.float, report],
  [14, 'M_ME_TC_1', 'float value with time', E.float, CP24, S.float, report],
  [15, 'M_IT_NA_1', 'integrated totals', E.counter, 0, S.counter, report],
  [16, 'M_IT_TA_1', 'integrated totals with time', E.counter, CP24, S.counter, report],
  [17, 'M_EP_TA_1', 'protection event with time', E.protectionEvent, CP24, S.protectionEvent, report],
  [18, 'M_EP_TB_1', 'protection start with time', E.protectionStart, CP24, S.protectionStart, report],
  [19, 'M_EP_TC_1', 'protection output with time', E.protectionOutput, CP24, S.protectionOutput, report],
  [20, 'M_PS_NA_1', 'packed single points', E.packed, 0, S.packedSinglePoints, report],
  [21, 'M_ME_ND_1', 'normalised value without quality', E.normalisedBare, 0, S.normalised, report],
  [30, 'M_SP_TB_1', 'single point with long time', E.single, CP56, S.singlePoint, report],
  [31, 'M_DP_TB_1', 'double point with long time', E.double, CP56, S.doublePoint, report],
  [32, 'M_ST_TB_1', 'step position with long time', E.step, CP56, S.stepPosition, report],
  [33, 'M_BO_TB_1', 'bitstring with long time', E.bitstring, CP56, S.bitstring, report],
  [34, 'M_ME_TD_1', 'normalised value with long time', E.normalised, CP56, S.normalised, report],
  [35, 'M_ME_TE_1', 'scaled value with long time', E.scaled, CP56, S.scaled, report],
  [36, 'M_ME_TF_1', 'float value with long time', E.float, CP56, S.float, report],
  [37, 'M_IT_TB_1', 'integrated totals with long time', E.counter, CP56, S.counter, report],
  [38, 'M_EP_TD_1', 'protection event with long time', E.protectionEvent, CP56, S.protectionEvent, report],
  [39, 'M_EP_TE_1', 'protection start with long time', E.protectionStart, CP56, S.protectionStart, report],
  [40, 'M_EP_TF_1', 'protection output with long time', E.protectionOutput, CP56, S.protectionOutput, report],
  [45, 'C_SC_NA_1', 'single command', E.singleCommand, 0, S.singleCommand, operate],
  [46, 'C_DC_NA_1', 'double command', E.doubleCommand, 0, S.doubleCommand, operate],
  [47, 'C_RC_NA_1', 'regulating step command', E.stepCommand, 0, S.stepCommand, operate],
  [48, 'C_SE_NA_1', 'set point, normalised', E.normalisedSetPoint, 0, S.normalisedSetPoint, write],
  [49, 'C_SE_NB_1', 'set point, scaled', E.scaledSetPoint, 0, S.scaledSetPoint, write],
  [50, 'C_SE_NC_1', 'set point, float', E.floatSetPoint, 0, S.floatSetPoint, write],
  [51, 'C_BO_NA_1', 'bitstring command', E.bitstringCommand, 0, S.bitstringCommand, write],
  [58, 'C_SC_TA_1', 'single command with time', E.singleCommand, CP56, S.singleCommand, operate],
  [59, 'C_DC_TA_1', 'double command with time', E.doubleCommand, CP56, S.doubleCommand, operate],
  [60, 'C_RC_TA_1', 'regulating step command with time', E.stepCommand, CP56, S.stepCommand, operate],
  [61, 'C_SE_TA_1', 'set point, normalised, with time', E.normalisedSetPoint, CP56, S.normalisedSetPoint, write],
  [62, 'C_SE_TB_1', 'set point, scaled, with time', E.scaledSetPoint, CP56, S.scaledSetPoint, write],
  [63, 'C_SE_TC_1', 'set point, float, with time', E.floatSetPoint, CP56, S.floatSetPoint, write],
  [64, 'C_BO_TA_1', 'bitstring command with time', E.bitstringCommand, CP56, S.bitstringCommand, write],
  [70, 'M_EI_NA_1', 'end of initialisation', E.initialisation, 0, S.none, report],
  [100, 'C_IC_NA_1', 'interrogation', E.interrogation, 0, S.none, read],
  [101, 'C_CI_NA_1', 'counter interrogation', E.counterInterrogation, 0, S.none, read],
  [102, 'C_RD_NA_1', 'read', E.read, 0, S.point, read],
  [103, 'C_CS_NA_1', 'clock synchronisation', E.clock, 0, S.none, configure],
  [104, 'C_TS_NA_1', 'test', E.test, 0, S.none, diagnose],
  [105, 'C_RP_NA_1', 'reset process', E.reset, 0, S.none, Verb.restart],
  [106, 'C_CD_NA_1', 'delay acquisition', E.delay, 0, S.none, diagnose],
  [107, 'C_TS_TA_1', 'test with time', E.testCounter, CP56, S.none, diagnose],
  [110, 'P_ME_NA_1', 'parameter, normalised', E.normalisedParameter, 0, S.normalisedParameter, configure],
  [111, 'P_ME_NB_1', 'parameter, scaled', E.scaledParameter, 0, S.scaledParameter, configure],
  [112, 'P_ME_NC_1', 'parameter, float', E.floatParameter, 0, S.floatParameter, configure],
  [113, 'P_AC_NA_1', 'parameter activation', E.parameterActivation, 0, S.parameterActivation, configure],
  [120, 'F_FR_NA_1', 'file ready', E.fileReady, 0, S.file, Verb.other],
  [121, 'F_SR_NA_1', 'section ready', E.sectionReady, 0, S.file, Verb.other],
  [122, 'F_SC_NA_1', 'call file or directory', E.fileCall, 0, S.file, Verb.other],
  [123, 'F_LS_NA_1', 'last section or segment', E.lastSection, 0, S.file, Verb.other],
  [124, 'F_AF_NA_1', 'acknowledge file or section', E.fileAcknowledge, 0, S.file, Verb.other],
  [125, 'F_SG_NA_1', 'file segment', E.segment, 0, S.file, Verb.other],
  [126, 'F_DR_TA_1', 'directory', E.directory, 0, S.file, report],
  [127, 'F_SC_NB_1', 'query log', E.queryLog, 0, S.file, Verb['file-read']],
];

/** The security extension of IEC 60870-5-7: named, not decoded. */
const SECURITY_NAMES: Readonly<Record<number, string>> = {
  41: 'S_IT_TC_1 security statistics',
  81: 'S_CH_NA_1 authentication challenge',
  82: 'S_RP_NA_1 authentication reply',
  83: 'S_AR_NA_1 aggressive mode request',
  84: 'S_KR_NA_1 session key status request',
  85: 'S_KS_NA_1 session key status',
  86: 'S_KC_NA_1 session key change',
  87: 'S_ER_NA_1 authentication error',
  90: 'S_UC_NA_1 user certificate',
  91: 'S_US_NA_1 user status change',
  92: 'S_UQ_NA_1 update key change request',
  93: 'S_UR_NA_1 update key change reply',
  94: 'S_UK_NA_1 update key change, symmetric',
  95: 'S_UA_NA_1 update key change, asymmetric',
};

export const TYPES: readonly TypeRow[] = ROWS.map(([type, mnemonic, title, element, time, space, verb]) => ({
  type,
  mnemonic,
  title,
  element,
  time,
  space,
  verb,
}));

/** By type: `Element`, bytes of its time tag, of an object without its address (-1: not decoded), space, verb. */
export const ELEMENT_OF = new Uint8Array(256);
export const TIME_OF = new Uint8Array(256);
export const OBJECT_SIZE_OF = new Int8Array(256).fill(-1);
export const SPACE_OF = new Uint8Array(256);
export const VERB_OF = new Uint8Array(256);
const NAME_OF: (string | undefined)[] = [];
for (const { type, element, time, space, verb, mnemonic, title } of TYPES) {
  ELEMENT_OF[type] = element;
  TIME_OF[type] = time;
  OBJECT_SIZE_OF[type] = ELEMENT_SIZES[element]! + time;
  SPACE_OF[type] = space;
  VERB_OF[type] = verb;
  NAME_OF[type] = `${mnemonic} ${title}`;
}
for (const [type, name] of Object.entries(SECURITY_NAMES)) NAME_OF[Number(type)] = name;

export function typeName(type: number): string {
  return NAME_OF[type] ?? (type >= PRIVATE_TYPE_MIN ? `private type ${type}` : `reserved type ${type}`);
}

export function isSecurityType(type: number): boolean {
  return SECURITY_NAMES[type] !== undefined;
}

export const SECURITY_TYPES: readonly number[] = Object.keys(SECURITY_NAMES).map(Number);

/** Neither decoded, nor private, nor of the security extension. */
export function isReservedType(type: number): boolean {
  return NAME_OF[type] === undefined && type < PRIVATE_TYPE_MIN;
}

/** Process information and end of initialisation: said by the controlled station alone (clause 7.2.1.1). */
export function isMonitorType(type: number): boolean {
  return (type >= 1 && type <= 44) || type === Type.endOfInitialisation;
}

/** Commands that act on a point. */
export function isCommandType(type: number): boolean {
  return (type >= 45 && type <= 51) || (type >= 58 && type <= 64);
}

/** The same command without its time tag. */
export function withoutTime(type: number): number {
  return type >= 58 && type <= 64 ? type - 13 : type;
}

/** Types with a structure qualifier that may count elements of one address up (clause 7.3). */
const SEQUENCE_TYPES = new Set([1, 3, 5, 7, 9, 11, 13, 15, 20, 21, 126]);
/** Types that hold exactly one object. */
const SEVERAL_TYPES = new Set([...Array.from({ length: 40 }, (_, index) => index + 1), 126]);
/** Types about the station: the object address is 0 (clause 7.3). */
const STATION_TYPES = new Set([70, 100, 101, 103, 104, 105, 106, 107]);

export const MAY_BE_SEQUENCE = flags((type) => SEQUENCE_TYPES.has(type));
export const HAS_ONE_OBJECT = flags((type) => OBJECT_SIZE_OF[type]! >= 0 && !SEVERAL_TYPES.has(type));
export const HAS_NO_ADDRESS = flags((type) => STATION_TYPES.has(type));

function flags(is: (type: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, type) => (is(type) ? 1 : 0));
}
