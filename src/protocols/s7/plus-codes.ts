// The numbers of S7comm-plus and their names: functions, objects, classes and attributes. There is no public
// specification; they are those of open implementations and of captures, and only what these agree on is here.
import type { MessageKind } from '../../facts/protocol.ts';
import { Verb, type VerbName } from '../../facts/verbs.ts';
import { ConnectionFunction, connectionCodeName } from '../iso-connections.ts';

export const Opcode = { request: 0x31, answer: 0x32, answerOfCyclic: 0x02, notification: 0x33 } as const;

/** `Operation.function` is the function on the wire less this, since function numbers are below 511. */
const FUNCTION_BASE = 0x400;

export const Function = {
  error: 0x04b1,
  explore: 0x04bb,
  createObject: 0x04ca,
  deleteObject: 0x04d4,
  setVariable: 0x04f2,
  getVariable: 0x04fc,
  addLink: 0x0506,
  removeLink: 0x051a,
  getLink: 0x0524,
  setMultiVariables: 0x0542,
  getMultiVariables: 0x054c,
  beginSequence: 0x0556,
  endSequence: 0x0560,
  invoke: 0x056b,
  setVarSubStr: 0x057c,
  getVarSubStr: 0x0586,
  getVariablesAddress: 0x0590,
  abort: 0x059a,
  errorAnswer: 0x05a9,
  initSsl: 0x05b3,
} as const;

/** Numbers of what is no function: in the place of FUNCTION_BASE + number. */
export const NOTIFICATION = 0x33;
export const KEEP_ALIVE = 0xff;
const UNKNOWN_FUNCTION = 0;

const FUNCTIONS: Readonly<Record<number, readonly [VerbName, string]>> = {
  [Function.error]: ['other', 'error'],
  [Function.explore]: ['enumerate', 'Explore'],
  [Function.createObject]: ['create', 'CreateObject'],
  [Function.deleteObject]: ['delete', 'DeleteObject'],
  [Function.setVariable]: ['write', 'SetVariable'],
  [Function.getVariable]: ['read', 'GetVariable'],
  [Function.addLink]: ['configure', 'AddLink'],
  [Function.removeLink]: ['configure', 'RemoveLink'],
  [Function.getLink]: ['enumerate', 'GetLink'],
  [Function.setMultiVariables]: ['write', 'SetMultiVariables'],
  [Function.getMultiVariables]: ['read', 'GetMultiVariables'],
  [Function.beginSequence]: ['other', 'BeginSequence'],
  [Function.endSequence]: ['other', 'EndSequence'],
  [Function.invoke]: ['other', 'Invoke'],
  [Function.setVarSubStr]: ['write', 'SetVarSubStr'],
  [Function.getVarSubStr]: ['read', 'GetVarSubStr'],
  [Function.getVariablesAddress]: ['enumerate', 'GetVariablesAddress'],
  [Function.abort]: ['other', 'Abort'],
  [Function.errorAnswer]: ['other', 'Error'],
  [Function.initSsl]: ['connect', 'InitSSL'],
};

export function plusFunction(code: number): number {
  return FUNCTIONS[code] === undefined ? UNKNOWN_FUNCTION : code - FUNCTION_BASE;
}

export function isKnownFunction(code: number): boolean {
  return FUNCTIONS[code] !== undefined;
}

export function plusVerb(code: number): number {
  return Verb[FUNCTIONS[code]?.[0] ?? 'other'];
}

export function plusFunctionName(code: number): string {
  if (code === ConnectionFunction.connect) return 'COTP connect';
  if (code === ConnectionFunction.disconnect) return 'COTP disconnect';
  if (code === NOTIFICATION) return 'notification';
  if (code === KEEP_ALIVE) return 'keep-alive';
  return FUNCTIONS[code + FUNCTION_BASE]?.[1] ?? 'unknown function';
}

export const PLUS_KINDS: readonly MessageKind[] = [
  ConnectionFunction.connect,
  ConnectionFunction.disconnect,
  ...Object.keys(FUNCTIONS).map((code) => Number(code) - FUNCTION_BASE),
  NOTIFICATION,
  KEEP_ALIVE,
].map((code) => ({ function: code, subfunction: -1, name: plusFunctionName(code) }));

/** Object spaces. */
export const PlusSpace = { variable: 1, attribute: 2, object: 3, connection: 4, subscribed: 5 } as const;
const SPACE_NAMES = ['', 'variable', 'attribute', 'object', 'TSAP', 'subscribed item'];

export function plusSpaceName(space: number): string {
  return SPACE_NAMES[space] ?? `space ${space}`;
}

/** The object of the operating state, which every controller has. */
export const PlusObject = { cpuExecutionUnit: 52 } as const;
/** Objects made during a session, each time with another number. */
const DYNAMIC_FROM = 0x10000000;
const DYNAMIC_TO = 0x7fffffff;
const DATA_BLOCK_AREA = 0x8a0e;

const OBJECT_NAMES: Readonly<Record<number, string>> = {
  1: 'AS root',
  3: 'PLC program',
  49: 'CPU proxy',
  50: 'CPU common',
  52: 'CPU execution unit',
  80: 'I',
  81: 'Q',
  82: 'M',
  83: 'C',
  84: 'T',
  201: 'object root',
  285: 'session container',
  537: 'type information',
};

export function isDynamicObject(id: number): boolean {
  return id >= DYNAMIC_FROM && id <= DYNAMIC_TO;
}

/**
 * What an object is called: `DB` where the number of the block follows, '' where its own number does. `session`: the id
 * of the session that speaks; its number is another each time.
 */
export function objectText(id: number, session: number): string {
  if (id === session && session !== 0) return 'session';
  if (isDynamicObject(id)) return 'object of a session';
  if (id >>> 16 === DATA_BLOCK_AREA) return 'DB';
  return OBJECT_NAMES[id] ?? '';
}

export function objectName(id: number, session: number): string {
  const text = objectText(id, session);
  if (text === '') return String(id);
  return text === 'DB' ? `DB${id & 0xffff}` : text;
}

/** Areas whose values a process is: data blocks, I, Q, M, counters, timers. */
export function isProcessArea(id: number): boolean {
  return id >>> 16 === DATA_BLOCK_AREA || (id >= 80 && id <= 84);
}

/** The member of an area that holds its values; it says nothing more. */
export const VALUE_ACTUAL = { block: 2550, area: 3736 } as const;

export const Attribute = {
  typeName: 233,
  sessionClient: 301,
  sessionResponse: 304,
  versionOfController: 319,
  subscribedItems: 1048,
  creditLimit: 1053,
  legitimate: 1846,
  operatingStateRequest: 2167,
} as const;

/** What is asked of the operating state, as engineering tools were seen to do it. */
const OPERATING_STATES: Readonly<Record<number, VerbName>> = { 1: 'stop', 2: 'factory-reset', 3: 'start', 4: 'start' };

/** Verb of a value written to the operating state request; `set-mode` for others. */
export function operatingStateVerb(value: number): number {
  return Verb[OPERATING_STATES[value] ?? 'set-mode'];
}

/** What writing to an attribute of an object is. */
export function attributeVerb(object: number, session: number, attribute: number): number {
  if (attribute === Attribute.creditLimit) return Verb.subscribe;
  if (attribute === Attribute.legitimate || attribute === Attribute.sessionResponse) return Verb.authenticate;
  return object === session ? Verb.connect : Verb.write;
}

/** Classes of objects a session or a subscription is made of, and those a program is made of. */
const CLASSES: Readonly<Record<number, readonly [VerbName, string]>> = {
  255: ['subscribe', 'subscriptions'],
  287: ['connect', 'session'],
  1001: ['subscribe', 'subscription'],
  2520: ['program-download', 'PLC program'],
  2574: ['program-download', 'DB'],
  2578: ['program-download', 'FB'],
  2579: ['program-download', 'FC'],
  2592: ['program-download', 'code block'],
  2610: ['program-download', 'OB'],
  3932: ['program-download', 'UDT'],
};

export function classVerb(classId: number): number {
  return Verb[CLASSES[classId]?.[0] ?? 'create'];
}

export function className(classId: number): string {
  return CLASSES[classId]?.[1] ?? `class ${classId}`;
}

/** A refusal: the lower 16 bits of the return value; of an item in a notification, the byte before it. */
const RESULTS: Readonly<Record<number, string>> = {
  0x03: 'item cannot be read',
  0x13: 'item cannot be read',
  0x81: 'item cannot be read',
  0xffff: 'unknown error',
  0xfffd: 'invalid argument value',
  0xfffc: 'not enough memory',
};
export const REFUSED_PLUS = 0x10000;

export function plusCodeName(code: number): string {
  if (code === REFUSED_PLUS) return 'refused';
  const connection = connectionCodeName(code);
  if (connection !== '') return connection;
  return RESULTS[code] ?? `error ${code >= 0x8000 ? code - 0x10000 : code}`;
}
