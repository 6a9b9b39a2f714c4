// What a service asks for: judged by class and service together, since the numbers from 0x4B on mean what the class says.
// Names of common services: CIP Networks Library volume 1, appendix A; tag services: Rockwell 1756-PM020.
import type { MessageKind } from '../../facts/protocol.ts';
import { Verb, type VerbName } from '../../facts/verbs.ts';
import { Class, className, hex } from './classes.ts';

export const Service = {
  getAttributesAll: 0x01,
  setAttributesAll: 0x02,
  getAttributeList: 0x03,
  setAttributeList: 0x04,
  reset: 0x05,
  start: 0x06,
  stop: 0x07,
  create: 0x08,
  delete: 0x09,
  multipleServicePacket: 0x0a,
  apply: 0x0d,
  getAttributeSingle: 0x0e,
  setAttributeSingle: 0x10,
  executePccc: 0x4b,
  readTag: 0x4c,
  writeTag: 0x4d,
  readModifyWriteTag: 0x4e,
  forwardClose: 0x4e,
  unconnectedSend: 0x52,
  readTagFragmented: 0x52,
  writeTagFragmented: 0x53,
  forwardOpen: 0x54,
  getInstanceAttributeList: 0x55,
  largeForwardOpen: 0x5b,
} as const;

/** Set in the service of an answer. */
export const ANSWER_BIT = 0x80;

const COMMON: readonly (readonly [service: number, name: string, verb: VerbName])[] = [
  [0x01, 'get attributes all', 'read'],
  [0x02, 'set attributes all', 'configure'],
  [0x03, 'get attribute list', 'read'],
  [0x04, 'set attribute list', 'configure'],
  [0x05, 'reset', 'restart'],
  [0x06, 'start', 'start'],
  [0x07, 'stop', 'stop'],
  [0x08, 'create', 'create'],
  [0x09, 'delete', 'delete'],
  [0x0a, 'multiple service packet', 'other'],
  [0x0d, 'apply attributes', 'configure'],
  [0x0e, 'get attribute single', 'read'],
  [0x10, 'set attribute single', 'configure'],
  [0x11, 'find next object instance', 'enumerate'],
  [0x15, 'restore', 'configure'],
  [0x16, 'save', 'configure'],
  [0x17, 'no operation', 'keep-alive'],
  [0x18, 'get member', 'read'],
  [0x19, 'set member', 'configure'],
  [0x1a, 'insert member', 'configure'],
  [0x1b, 'remove member', 'configure'],
  [0x1c, 'group sync', 'read'],
];

/** Services that mean something of their own in one class. */
const OF_CLASS: [classId: number, service: number, name: string, verb: VerbName][] = [
  [Class.identity, 0x01, 'get attributes all of identity', 'identify'],
  [Class.identity, 0x03, 'get attribute list of identity', 'identify'],
  [Class.identity, 0x0e, 'get attribute single of identity', 'identify'],
  [Class.identity, 0x05, 'reset device', 'restart'],
  [Class.messageRouter, 0x01, 'list object classes', 'enumerate'],
  [Class.messageRouter, 0x03, 'list object classes', 'enumerate'],
  [Class.messageRouter, 0x0e, 'list object classes', 'enumerate'],
  [Class.messageRouter, 0x36, 'signed message', 'other'],
  [Class.messageRouter, 0x37, 'signed and audited message', 'other'],
  [Class.messageRouter, 0x3a, 'signed upload', 'program-upload'],
  [Class.assembly, 0x10, 'write assembly', 'write'],
  [Class.assembly, 0x19, 'write assembly member', 'write'],
  [Class.connection, 0x05, 'reset connection', 'keep-alive'],
  [Class.connection, 0x08, 'create connection', 'connect'],
  [Class.connection, 0x09, 'delete connection', 'disconnect'],
  [Class.connectionManager, 0x4e, 'forward close', 'disconnect'],
  [Class.connectionManager, 0x52, 'unconnected send', 'other'],
  [Class.connectionManager, 0x54, 'forward open', 'connect'],
  [Class.connectionManager, 0x56, 'get connection data', 'diagnose'],
  [Class.connectionManager, 0x57, 'search connection data', 'diagnose'],
  [Class.connectionManager, 0x5a, 'get connection owner', 'diagnose'],
  [Class.connectionManager, 0x5b, 'large forward open', 'connect'],
  [0x08, 0x10, 'write discrete input point', 'write'],
  [0x09, 0x10, 'write discrete output point', 'write'],
  [0x0a, 0x10, 'write analog input point', 'write'],
  [0x0b, 0x10, 'write analog output point', 'write'],
  [Class.parameter, 0x10, 'write parameter', 'write'],
  [Class.file, 0x4b, 'initiate upload', 'file-read'],
  [Class.file, 0x4c, 'initiate download', 'file-write'],
  [Class.file, 0x4d, 'initiate partial read', 'file-read'],
  [Class.file, 0x4e, 'initiate partial write', 'file-write'],
  [Class.file, 0x4f, 'upload transfer', 'file-read'],
  [Class.file, 0x50, 'download transfer', 'file-write'],
  [Class.file, 0x51, 'clear file', 'delete'],
  [Class.safetySupervisor, 0x4c, 'recover', 'other'],
  [Class.safetySupervisor, 0x4e, 'perform diagnostics', 'diagnose'],
  [Class.safetySupervisor, 0x4f, 'configure request', 'configure'],
  [Class.safetySupervisor, 0x50, 'validate configuration', 'configure'],
  [Class.safetySupervisor, 0x51, 'set password', 'configure'],
  [Class.safetySupervisor, 0x52, 'lock or unlock configuration', 'configure'],
  [Class.safetySupervisor, 0x53, 'change mode of safety device', 'set-mode'],
  [Class.safetySupervisor, 0x54, 'safety reset', 'restart'],
  [Class.safetySupervisor, 0x55, 'reset password', 'configure'],
  [Class.safetySupervisor, 0x56, 'propose unique network identifier', 'configure'],
  [Class.safetySupervisor, 0x57, 'apply unique network identifier', 'configure'],
  [Class.timeSync, 0x02, 'set time synchronisation', 'set-time'],
  [Class.timeSync, 0x04, 'set time synchronisation', 'set-time'],
  [Class.timeSync, 0x10, 'set time synchronisation', 'set-time'],
  [Class.modbus, 0x4b, 'read discrete inputs', 'read'],
  [Class.modbus, 0x4c, 'read coils', 'read'],
  [Class.modbus, 0x4d, 'read input registers', 'read'],
  [Class.modbus, 0x4e, 'read holding registers', 'read'],
  [Class.modbus, 0x4f, 'write coils', 'write'],
  [Class.modbus, 0x50, 'write holding registers', 'write'],
  [Class.modbus, 0x51, 'modbus passthrough', 'other'],
  [Class.security, 0x4b, 'logix challenge', 'authenticate'],
  [Class.security, 0x4c, 'logix challenge response', 'authenticate'],
  [Class.pccc, 0x4b, 'execute pccc', 'other'],
  [Class.program, 0x08, 'create program', 'program-download'],
  [Class.program, 0x09, 'delete program', 'delete'],
  [Class.program, 0x4b, 'list programs', 'enumerate'],
  [Class.program, 0x4d, 'enable sequential function chart forces', 'force'],
  [Class.program, 0x4e, 'disable sequential function chart forces', 'force'],
  [Class.program, 0x4f, 'read source of program', 'program-upload'],
  [Class.program, 0x5d, 'read source of program', 'program-upload'],
  [Class.module, 0x08, 'create module', 'program-download'],
  [Class.module, 0x4d, 'enable forces', 'force'],
  [Class.module, 0x4e, 'disable forces', 'force'],
  [Class.extendedProperties, 0x08, 'create extended property', 'program-download'],
  [Class.extendedProperties, 0x4b, 'list extended properties', 'enumerate'],
  [Class.extendedProperties, 0x4f, 'read source', 'program-upload'],
  [Class.symbol, 0x01, 'describe tag', 'enumerate'],
  [Class.symbol, 0x03, 'describe tag', 'enumerate'],
  [Class.symbol, 0x08, 'create tag', 'program-download'],
  [Class.symbol, 0x4b, 'list tags', 'enumerate'],
  [Class.symbol, 0x4c, 'read tag', 'read'],
  [Class.symbol, 0x4d, 'write tag', 'write'],
  [Class.symbol, 0x4e, 'read-modify-write tag', 'write'],
  [Class.symbol, 0x52, 'read tag fragmented', 'read'],
  [Class.symbol, 0x53, 'write tag fragmented', 'write'],
  [Class.symbol, 0x55, 'list tags', 'enumerate'],
  [Class.template, 0x01, 'describe structure', 'enumerate'],
  [Class.template, 0x03, 'describe structure', 'enumerate'],
  [Class.template, 0x08, 'create structure', 'program-download'],
  [Class.template, 0x4b, 'list structures', 'enumerate'],
  [Class.template, 0x4c, 'read structure definition', 'enumerate'],
  [Class.routine, 0x08, 'create routine', 'program-download'],
  [Class.routine, 0x4b, 'list routines', 'enumerate'],
  [Class.routine, 0x4c, 'read routine', 'program-upload'],
  [Class.routine, 0x4f, 'read source of routine', 'program-upload'],
  [Class.routine, 0x52, 'read routine', 'program-upload'],
  [Class.routine, 0x5d, 'read source of routine', 'program-upload'],
  [0x6e, 0x08, 'create logix object', 'program-download'],
  [Class.task, 0x04, 'change task', 'program-download'],
  [Class.task, 0x08, 'create task', 'program-download'],
  [Class.task, 0x09, 'delete task', 'delete'],
  [Class.task, 0x10, 'change task', 'program-download'],
  [Class.memory, 0x4c, 'read logix memory', 'read'],
  [Class.lock, 0x4b, 'lock controller', 'reserve'],
  [Class.lock, 0x4c, 'unlock controller', 'release'],
  [Class.wallClockTime, 0x02, 'set wall clock', 'set-time'],
  [Class.wallClockTime, 0x04, 'set wall clock', 'set-time'],
  [Class.wallClockTime, 0x10, 'set wall clock', 'set-time'],
  [0x93, 0x10, 'write drive parameter', 'write'],
  [0x9f, 0x10, 'write drive parameter', 'write'],
  [Class.controller, 0x06, 'start controller (run mode)', 'start'],
  [Class.controller, 0x07, 'stop controller (program mode)', 'stop'],
  [Class.controller, 0x35, 'write audit log', 'other'],
  [Class.controller, 0x55, 'open audit log', 'other'],
  [Class.controller, 0x58, 'finish edit', 'other'],
  [Class.controller, 0x59, 'close audit log', 'other'],
  [Class.controller, 0x5c, 'register project path', 'connect'],
  [Class.controller, 0x63, 'go online or offline', 'connect'],
  [Class.flash, 0x4b, 'begin flash update', 'firmware-download'],
  [Class.flash, 0x4d, 'flash update data', 'firmware-download'],
  [Class.flash, 0x51, 'prepare flash update', 'firmware-download'],
  [Class.changeDetection, 0x4b, 'edit transaction', 'configure'],
  [Class.changeDetection, 0x4f, 'edit transaction', 'configure'],
  [Class.connectionConfiguration, 0x4c, 'open connection', 'configure'],
  [Class.connectionConfiguration, 0x4d, 'close connection', 'configure'],
  [Class.connectionConfiguration, 0x4e, 'stop connection', 'configure'],
  [Class.connectionConfiguration, 0x4f, 'change start', 'configure'],
  [Class.connectionConfiguration, 0x50, 'get status', 'diagnose'],
  [Class.connectionConfiguration, 0x51, 'change complete', 'configure'],
  [Class.connectionConfiguration, 0x52, 'audit changes', 'diagnose'],
  [Class.ethernetLink, 0x4c, 'get and clear counters', 'diagnose'],
  [Class.addOnInstruction, 0x08, 'create add-on instruction', 'program-download'],
  [Class.addOnInstruction, 0x4b, 'list add-on instructions', 'enumerate'],
  [Class.addOnInstruction, 0x4f, 'read source of add-on instruction', 'program-upload'],
  [Class.addOnInstruction, 0x5d, 'read source of add-on instruction', 'program-upload'],
  [Class.documentation, 0x53, 'read documentation', 'program-upload'],
  [Class.clientRegistry, 0x4b, 'register client', 'connect'],
];

/** Further classes of Logix controllers whose instances an upload lists with 4B. */
const LISTED_CLASSES = [Class.module, 0x6e, Class.task, 0x7e, 0x8c, 0x8d, 0xb0, 0xb1, 0x32b, 0x32d, 0x331, 0x332];
for (const classId of LISTED_CLASSES)
  OF_CLASS.push([classId, 0x4b, `list instances of ${className(classId)}`, 'enumerate']);

// Reading them is to look at the program, not at what it measures.
for (const classId of [Class.program, Class.module, Class.routine, Class.task, Class.controller]) {
  OF_CLASS.push(
    [classId, 0x01, `get attributes all of ${className(classId)}`, 'diagnose'],
    [classId, 0x03, `get attribute list of ${className(classId)}`, 'diagnose'],
    [classId, 0x0e, `get attribute single of ${className(classId)}`, 'diagnose'],
  );
}

const COMMON_VERBS = new Uint8Array(0x80);
const COMMON_NAMES: string[] = [];
for (const [service, name, verb] of COMMON) {
  COMMON_VERBS[service] = Verb[verb];
  COMMON_NAMES[service] = name;
}
const CLASSES_WITH_OWN = 0x400;
/** Verb + 1 by class and service, 0 where the class says nothing of its own. */
const OWN_VERBS = new Uint8Array(CLASSES_WITH_OWN * 0x80);
const OWN_NAMES = new Map<number, string>();
for (const [classId, service, name, verb] of OF_CLASS) {
  OWN_VERBS[classId * 0x80 + service] = Verb[verb] + 1;
  OWN_NAMES.set(classId * 0x80 + service, name);
}

/** `classId` -1: the path names no class. Never what only the data tell: see `facts.ts`. */
export function verbOf(service: number, classId: number): number {
  if (classId >= 0 && classId < CLASSES_WITH_OWN) {
    const own = OWN_VERBS[classId * 0x80 + service]!;
    if (own > 0) return own - 1;
  }
  return COMMON_VERBS[service]!;
}

/** `subfunction`: the class, -1 where it is not known. */
export function serviceName(service: number, classId: number): string {
  const own = classId < 0 ? undefined : OWN_NAMES.get(classId * 0x80 + service);
  if (own !== undefined) return own;
  const name = COMMON_NAMES[service] ?? `service ${hex(service)}`;
  return classId < 0 ? name : `${name} of ${className(classId)}`;
}

export const SERVICE_KINDS: readonly MessageKind[] = [
  ...COMMON.map(([service, name]) => ({ function: service, subfunction: -1, name })),
  ...[...OF_CLASS]
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map(([classId, service, name]) => ({ function: service, subfunction: classId, name })),
];
