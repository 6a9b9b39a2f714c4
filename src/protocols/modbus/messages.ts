// The numbers of Modbus with their names, and the one record a message is parsed into. Clauses are those of the MODBUS
// Application Protocol Specification V1.1b3.
import { Encoding } from '../../facts/operation.ts';
import type { MessageKind, ProtocolUnits } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { UMAS_ERROR, UMAS_SUBFUNCTIONS, umasName } from './umas-functions.ts';

export const Code = {
  readCoils: 1,
  readDiscreteInputs: 2,
  readHoldingRegisters: 3,
  readInputRegisters: 4,
  writeSingleCoil: 5,
  writeSingleRegister: 6,
  readExceptionStatus: 7,
  diagnostics: 8,
  getCommEventCounter: 11,
  getCommEventLog: 12,
  writeMultipleCoils: 15,
  writeMultipleRegisters: 16,
  reportServerId: 17,
  readFileRecord: 20,
  writeFileRecord: 21,
  maskWriteRegister: 22,
  readWriteMultipleRegisters: 23,
  readFifoQueue: 24,
  encapsulatedInterface: 43,
  umas: 90,
} as const;

/** Set in the function code of an answer that refuses (clause 7). */
export const EXCEPTION_BIT = 0x80;

const FUNCTION_NAMES: Readonly<Record<number, string>> = {
  1: 'read coils',
  2: 'read discrete inputs',
  3: 'read holding registers',
  4: 'read input registers',
  5: 'write single coil',
  6: 'write single register',
  7: 'read exception status',
  8: 'diagnostics',
  11: 'get comm event counter',
  12: 'get comm event log',
  15: 'write multiple coils',
  16: 'write multiple registers',
  17: 'report server id',
  20: 'read file record',
  21: 'write file record',
  22: 'mask write register',
  23: 'read/write multiple registers',
  24: 'read fifo queue',
  43: 'encapsulated interface transport',
  90: 'umas',
};

export const Diagnostic = { restart: 1, listenOnly: 4, clearCounters: 10, clearOverrun: 20 } as const;

/** Sub-functions of function 8 (clause 6.8.1). */
const DIAGNOSTIC_NAMES: Readonly<Record<number, string>> = {
  0: 'return query data',
  1: 'restart communications option',
  2: 'return diagnostic register',
  3: 'change ascii input delimiter',
  4: 'force listen only mode',
  10: 'clear counters and diagnostic register',
  11: 'return bus message count',
  12: 'return bus communication error count',
  13: 'return bus exception error count',
  14: 'return server message count',
  15: 'return server no response count',
  16: 'return server nak count',
  17: 'return server busy count',
  18: 'return bus character overrun count',
  20: 'clear overrun counter and flag',
};

/** MODBUS encapsulated interface types (clause 6.19). */
export const Mei = { canopen: 13, deviceIdentification: 14 } as const;

const MEI_NAMES: Readonly<Record<number, string>> = {
  13: 'canopen general reference',
  14: 'read device identification',
};

export function isKnownDiagnostic(subfunction: number): boolean {
  return DIAGNOSTIC_NAMES[subfunction] !== undefined;
}

/** Name of a function; sub-functions of 8, 43 and 90 are named with it. */
export function functionName(code: number, subfunction: number): string {
  const name = FUNCTION_NAMES[code];
  if (name === undefined) return `function ${code}`;
  if (subfunction < 0) return name;
  const subname = subfunctionName(code, subfunction);
  return subname === undefined ? `${name} ${subfunction}` : `${name}: ${subname}`;
}

function subfunctionName(code: number, subfunction: number): string | undefined {
  if (code === Code.diagnostics) return DIAGNOSTIC_NAMES[subfunction];
  if (code === Code.encapsulatedInterface) return MEI_NAMES[subfunction];
  return code === Code.umas ? umasName(subfunction) : undefined;
}

/** Object spaces; `first` counts from 0 as on the wire. */
export const Space = {
  none: 0,
  coil: 1,
  discreteInput: 2,
  holdingRegister: 3,
  inputRegister: 4,
  /** `first` is file number * 65536 + record number. */
  fileRecord: 5,
  fifo: 6,
  /** `first` is the object id. */
  deviceIdentification: 7,
  diagnostic: 8,
  /** `first` is block * 65536 + offset. */
  umasMemory: 9,
  /** `first` is block * 65536 + base offset of the first variable. */
  umasVariable: 10,
  /** `first` is the number of the block. */
  umasProgramBlock: 11,
} as const;

const SPACE_NAMES = [
  '',
  'coil',
  'discrete input',
  'holding register',
  'input register',
  'file record',
  'fifo',
  'device identification',
  'diagnostic',
  'umas memory',
  'umas variable',
  'umas program block',
] as const;

export function spaceName(space: number): string {
  return SPACE_NAMES[space] ?? `space ${space}`;
}

/** Code of an operation that UMAS refused: it has no exception code of its own meaning. */
export const UMAS_REFUSED = UMAS_ERROR;

/** Exception codes (clause 7; 7 is from the older reference guide PI-MBUS-300). */
const EXCEPTION_NAMES: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal data address',
  3: 'illegal data value',
  4: 'server device failure',
  5: 'acknowledge',
  6: 'server device busy',
  7: 'negative acknowledge',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target device failed to respond',
  [UMAS_REFUSED]: 'umas error',
};

export function codeName(code: number): string {
  return code === 0 ? '' : (EXCEPTION_NAMES[code] ?? `exception ${code}`);
}

/** A gateway says that the device behind it is not there. */
export function isAbsent(code: number): boolean {
  return code === 10 || code === 11;
}

/** Units 0 and 255 stand for the device itself (messaging implementation guide V1.0b, clause 4.4.1.2). */
export const UNITS: ProtocolUnits = {
  name: (unit) => `unit ${unit}`,
  isHostItself: (unit) => unit <= 0 || unit === 255,
  areBehind: false,
};

/** Public functions, their sub-functions, and UMAS. */
export const KINDS: readonly MessageKind[] = Object.keys(FUNCTION_NAMES).map(Number).flatMap(kindsOf);

function kindsOf(code: number): MessageKind[] {
  return subfunctionsOf(code).map((subfunction) => ({
    function: code,
    subfunction,
    name: functionName(code, subfunction),
  }));
}

function subfunctionsOf(code: number): readonly number[] {
  if (code === Code.diagnostics) return Object.keys(DIAGNOSTIC_NAMES).map(Number);
  if (code === Code.encapsulatedInterface) return Object.keys(MEI_NAMES).map(Number);
  return code === Code.umas ? UMAS_SUBFUNCTIONS : [-1];
}

export function isKnownException(code: number): boolean {
  return code !== UMAS_REFUSED && EXCEPTION_NAMES[code] !== undefined;
}

/** What a function asks for, before sub-functions are looked at. */
const FUNCTION_VERBS = new Uint8Array(256);
for (const code of [1, 2, 3, 4, 24]) FUNCTION_VERBS[code] = Verb.read;
for (const code of [5, 6, 15, 16, 22, 23]) FUNCTION_VERBS[code] = Verb.write;
for (const code of [7, 8, 11, 12]) FUNCTION_VERBS[code] = Verb.diagnose;
FUNCTION_VERBS[Code.reportServerId] = Verb.identify;
FUNCTION_VERBS[Code.readFileRecord] = Verb['file-read'];
FUNCTION_VERBS[Code.writeFileRecord] = Verb['file-write'];

export function functionVerb(code: number): number {
  return FUNCTION_VERBS[code]!;
}

export function diagnosticVerb(subfunction: number): number {
  if (subfunction === Diagnostic.restart) return Verb.restart;
  if (subfunction === Diagnostic.listenOnly) return Verb['listen-only'];
  if (subfunction === Diagnostic.clearCounters) return Verb['clear-log'];
  return Verb.diagnose;
}

/** The object space of the functions that have one space only. */
const FUNCTION_SPACES = new Uint8Array(256);
FUNCTION_SPACES[Code.readCoils] = Space.coil;
FUNCTION_SPACES[Code.writeSingleCoil] = Space.coil;
FUNCTION_SPACES[Code.writeMultipleCoils] = Space.coil;
FUNCTION_SPACES[Code.readDiscreteInputs] = Space.discreteInput;
FUNCTION_SPACES[Code.readHoldingRegisters] = Space.holdingRegister;
FUNCTION_SPACES[Code.writeSingleRegister] = Space.holdingRegister;
FUNCTION_SPACES[Code.writeMultipleRegisters] = Space.holdingRegister;
FUNCTION_SPACES[Code.maskWriteRegister] = Space.holdingRegister;
FUNCTION_SPACES[Code.readWriteMultipleRegisters] = Space.holdingRegister;
FUNCTION_SPACES[Code.readInputRegisters] = Space.inputRegister;
FUNCTION_SPACES[Code.readFileRecord] = Space.fileRecord;
FUNCTION_SPACES[Code.writeFileRecord] = Space.fileRecord;
FUNCTION_SPACES[Code.readFifoQueue] = Space.fifo;
FUNCTION_SPACES[Code.reportServerId] = Space.deviceIdentification;
for (const code of [7, 8, 11, 12]) FUNCTION_SPACES[code] = Space.diagnostic;

export function functionSpace(code: number): number {
  return FUNCTION_SPACES[code]!;
}

/** Violations, by what is wrong; `a` and `b` are the numbers of the case. */
export const PROBLEMS = [
  { rule: 'none', detail: () => '' },
  { rule: 'length-too-short', detail: (a, b) => `${a} bytes, at least ${b} are needed` },
  { rule: 'length-too-long', detail: (a, b) => `${a} bytes, at most ${b} are allowed` },
  { rule: 'length-mismatch', detail: (a, b) => `the header says ${a} bytes follow, there are ${b}` },
  { rule: 'trailing-bytes', detail: (a) => `${a} bytes after the end of the message` },
  { rule: 'protocol-id-not-zero', detail: (a) => `protocol id ${a}` },
  { rule: 'quantity-zero', detail: () => 'quantity 0' },
  { rule: 'quantity-above-limit', detail: (a, b) => `quantity ${a}, at most ${b} are allowed` },
  { rule: 'byte-count-mismatch', detail: (a, b) => `byte count ${a}, the quantity asks for ${b}` },
  { rule: 'values-cut-short', detail: (a, b) => `byte count ${a}, ${b} bytes follow` },
  { rule: 'address-beyond-space', detail: (a, b) => `address ${a} and quantity ${b} pass 65536` },
  { rule: 'coil-value-invalid', detail: (a) => `coil value ${hex4(a)}, neither 0000 nor FF00` },
  { rule: 'function-invalid', detail: (a) => `function ${a} is not allowed` },
  { rule: 'function-unassigned', detail: (a) => `function ${a} is assigned to nothing` },
  { rule: 'subfunction-unassigned', detail: (a, b) => `function ${a} sub-function ${b} is assigned to nothing` },
  { rule: 'exception-code-unknown', detail: (a) => `exception code ${a}` },
  { rule: 'answer-size-mismatch', detail: (a, b) => `the answer carries ${a} bytes, the request asks for ${b}` },
  { rule: 'answer-not-an-echo', detail: (a, b) => `the answer says ${a}, the request said ${b}` },
  { rule: 'answer-other-function', detail: (a, b) => `function ${a} answers function ${b}` },
  { rule: 'answer-other-unit', detail: (a, b) => `unit ${a} answers unit ${b}` },
  { rule: 'reference-type-invalid', detail: (a) => `reference type ${a}, only 6 is allowed` },
  { rule: 'record-number-above-limit', detail: (a, b) => `record number ${a}, at most ${b} is allowed` },
  { rule: 'object-cut-short', detail: (a, b) => `length ${a}, ${b} bytes follow` },
  { rule: 'field-value-invalid', detail: (a) => `value ${a} is not allowed here` },
  { rule: 'crc-wrong', detail: (a, b) => `CRC ${hex4(a)}, computed ${hex4(b)}` },
  { rule: 'broadcast-not-a-write', detail: (a) => `function ${a} sent to every device` },
  { rule: 'broadcast-answered', detail: () => 'a request to every device was answered' },
] as const satisfies readonly { readonly rule: string; readonly detail: (a: number, b: number) => string }[];

function hex4(value: number): string {
  return value.toString(16).toUpperCase().padStart(4, '0');
}

type Rule = (typeof PROBLEMS)[number]['rule'];

/** Index in PROBLEMS by rule. */
export const Problem = Object.freeze(
  Object.fromEntries(PROBLEMS.map((problem, index) => [problem.rule, index])),
) as Readonly<Record<Rule, number>>;

const PROBLEMS_MAX = 8;

/** One message of either direction. One record, refilled for each; offsets are into the bytes it was parsed from. */
export class ModbusMessage {
  function = 0;
  subfunction = -1;
  verb = 0;
  space = 0;
  first = -1;
  count = 0;
  /** Exception code of an answer that refuses, else 0. */
  exception = 0;
  valuesStart = 0;
  valueSize = 0;
  encoding: number = Encoding.none;
  valueCount = 0;
  /** Function 23 only: what is read besides what is written. */
  readFirst = -1;
  readCount = 0;
  nameStart = 0;
  nameEnd = 0;

  problemCount = 0;
  readonly problem = new Int32Array(PROBLEMS_MAX);
  readonly problemAt = new Int32Array(PROBLEMS_MAX);
  readonly problemA = new Float64Array(PROBLEMS_MAX);
  readonly problemB = new Float64Array(PROBLEMS_MAX);

  reset(): void {
    this.function = 0;
    this.subfunction = -1;
    this.verb = 0;
    this.space = 0;
    this.first = -1;
    this.count = 0;
    this.exception = 0;
    this.valuesStart = 0;
    this.valueSize = 0;
    this.encoding = Encoding.none;
    this.valueCount = 0;
    this.readFirst = -1;
    this.readCount = 0;
    this.nameStart = 0;
    this.nameEnd = 0;
    this.problemCount = 0;
  }

  setValues(start: number, size: number, encoding: number, count: number): void {
    this.valuesStart = start;
    this.valueSize = size;
    this.encoding = encoding;
    this.valueCount = count;
  }

  /** Notes what is wrong at offset `at` of the bytes; more than fit are dropped. */
  addProblem(problem: number, at: number, a: number, b: number): void {
    const index = this.problemCount;
    if (index >= PROBLEMS_MAX) return;
    this.problem[index] = problem;
    this.problemAt[index] = at;
    this.problemA[index] = a;
    this.problemB[index] = b;
    this.problemCount = index + 1;
  }
}
