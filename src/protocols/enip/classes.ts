// The object classes of CIP with their names (CIP Networks Library volume 1, chapter 5; Rockwell's own from public
// descriptions, see README.md), and how an object's class, place and number become the space and number of a fact.

export const Class = {
  identity: 0x01,
  messageRouter: 0x02,
  assembly: 0x04,
  connection: 0x05,
  connectionManager: 0x06,
  parameter: 0x0f,
  file: 0x37,
  safetySupervisor: 0x39,
  timeSync: 0x43,
  modbus: 0x44,
  cipSecurity: 0x5d,
  ethernetIpSecurity: 0x5e,
  certificateManagement: 0x5f,
  security: 0x64,
  pccc: 0x67,
  program: 0x68,
  module: 0x69,
  extendedProperties: 0x6a,
  symbol: 0x6b,
  template: 0x6c,
  routine: 0x6d,
  task: 0x70,
  memory: 0x72,
  lock: 0x74,
  wallClockTime: 0x8b,
  controller: 0x8e,
  flash: 0xa1,
  dhPlus: 0xa6,
  changeDetection: 0xac,
  controlNet: 0xf0,
  connectionConfiguration: 0xf3,
  port: 0xf4,
  tcpIpInterface: 0xf5,
  ethernetLink: 0xf6,
  addOnInstruction: 0x338,
  documentation: 0x349,
  clientRegistry: 0x378,
} as const;

const CLASS_NAMES: Readonly<Record<number, string>> = {
  0x01: 'identity',
  0x02: 'message router',
  0x03: 'devicenet',
  0x04: 'assembly',
  0x05: 'connection',
  0x06: 'connection manager',
  0x07: 'register',
  0x08: 'discrete input point',
  0x09: 'discrete output point',
  0x0a: 'analog input point',
  0x0b: 'analog output point',
  0x0e: 'presence sensing',
  0x0f: 'parameter',
  0x10: 'parameter group',
  0x12: 'group',
  0x1d: 'discrete input group',
  0x1e: 'discrete output group',
  0x1f: 'discrete group',
  0x20: 'analog input group',
  0x21: 'analog output group',
  0x22: 'analog group',
  0x23: 'position sensor',
  0x24: 'position controller supervisor',
  0x25: 'position controller',
  0x26: 'block sequencer',
  0x27: 'command block',
  0x28: 'motor data',
  0x29: 'control supervisor',
  0x2a: 'ac/dc drive',
  0x2b: 'acknowledge handler',
  0x2c: 'overload',
  0x2d: 'softstart',
  0x2e: 'selection',
  0x30: 's-device supervisor',
  0x31: 's-analog sensor',
  0x32: 's-analog actuator',
  0x33: 's-single stage controller',
  0x34: 's-gas calibration',
  0x35: 'trip point',
  0x37: 'file',
  0x38: 's-partial pressure',
  0x39: 'safety supervisor',
  0x3a: 'safety validator',
  0x3b: 'safety discrete output point',
  0x3c: 'safety discrete output group',
  0x3d: 'safety discrete input point',
  0x3e: 'safety discrete input group',
  0x3f: 'safety dual channel output',
  0x40: 's-sensor calibration',
  0x41: 'event log',
  0x42: 'motion device axis',
  0x43: 'time sync',
  0x44: 'modbus',
  0x45: 'originator connection list',
  0x46: 'modbus serial link',
  0x47: 'device level ring',
  0x48: 'quality of service',
  0x49: 'safety analog input point',
  0x4a: 'safety analog input group',
  0x4b: 'safety dual channel analog input',
  0x4c: 'sercos III link',
  0x4d: 'target connection list',
  0x4e: 'base energy',
  0x4f: 'electrical energy',
  0x50: 'non-electrical energy',
  0x51: 'base switch',
  0x52: 'snmp',
  0x53: 'power management',
  0x54: 'rstp bridge',
  0x55: 'rstp port',
  0x56: 'prp/hsr protocol',
  0x57: 'prp/hsr nodes table',
  0x58: 'safety feedback',
  0x59: 'safety dual channel feedback',
  0x5a: 'safety stop functions',
  0x5b: 'safety limit functions',
  0x5c: 'power curtailment',
  0x5d: 'cip security',
  0x5e: 'ethernet/ip security',
  0x5f: 'certificate management',
  0x60: 'authority',
  0x61: 'password authenticator',
  0x62: 'certificate authenticator',
  0x64: 'logix class 64',
  0x67: 'pccc',
  0x68: 'logix program',
  0x69: 'logix module',
  0x6a: 'logix extended properties',
  0x6b: 'symbol',
  0x6c: 'template',
  0x6d: 'logix routine',
  0x6e: 'logix class 6e',
  0x70: 'logix task',
  0x72: 'logix memory word',
  0x73: 'logix class 73',
  0x74: 'logix lock',
  0x8b: 'wall clock time',
  0x8d: 'logix message parameters',
  0x8e: 'logix controller',
  0xa1: 'flash update',
  0xa6: 'data highway plus',
  0xac: 'logix change detection',
  0xf0: 'controlnet',
  0xf1: 'controlnet keeper',
  0xf2: 'controlnet scheduling',
  0xf3: 'connection configuration',
  0xf4: 'port',
  0xf5: 'tcp/ip interface',
  0xf6: 'ethernet link',
  0xf7: 'componet link',
  0xf8: 'componet repeater',
  0x338: 'logix add-on instruction',
  0x349: 'logix documentation',
  0x378: 'logix client registry',
};

export function className(id: number): string {
  return CLASS_NAMES[id] ?? `class ${hex(id)}`;
}

/** Objects with a number stand in the space of their class; behind a Logix program or controller, in one of their own. */
const OUTER_SPACES: Readonly<Record<number, number>> = { [Class.program]: 0x1_0000, [Class.controller]: 0x2_0000 };
const OTHER_OUTER_SPACE = 0x3_0000;
/** What the Modbus object stands for: discrete inputs, coils, input registers, holding registers. */
export const MODBUS_SPACE = 0x4_0000;
const MODBUS_NAMES: readonly string[] = [
  'modbus discrete input',
  'modbus coil',
  'modbus input register',
  'modbus holding register',
];
/** Tags have names. */
export const TAG_SPACE = 0x10_0000;
/** Data files of PCCC: with the type (7 bits) and the number (16 bits) of the file. */
const FILE_SPACE = 0x80_0000;

/** `outer`: the class before it in the path, -1 where there is none. */
export function spaceOf(classId: number, outer: number): number {
  if (classId < 0) return 0;
  const id = Math.min(classId, 0xffff);
  return outer < 0 ? id : id | (OUTER_SPACES[outer] ?? OTHER_OUTER_SPACE);
}

export function fileSpaceOf(type: number, file: number): number {
  return FILE_SPACE | ((type & 0x7f) << 16) | (file & 0xffff);
}

/** Attributes of one instance are neighbours: 1005 is attribute 5 of instance 1. */
const ATTRIBUTES_PER_INSTANCE = 1000;
const INSTANCES = 0x1_0000;
/** Instances of the outer object that are told apart: numbers of objects stay below 2^30. */
const OUTER_INSTANCES = 16;

/** Number of an attribute (0: none) of an instance; `outerInstance` keeps the objects of different programs apart. */
export function objectNumber(instance: number, attribute: number, outerInstance: number): number {
  const within = Math.max(0, Math.min(attribute, ATTRIBUTES_PER_INSTANCE - 1));
  const outer =
    outerInstance < 0 ? 0 : (outerInstance ^ (outerInstance >>> 4) ^ (outerInstance >>> 8)) % OUTER_INSTANCES;
  return (outer * INSTANCES + (Math.max(0, instance) % INSTANCES)) * ATTRIBUTES_PER_INSTANCE + within;
}

/** What tells the outer instances in such a number apart, 0 where there is none. */
export function outerInstanceOf(number: number): number {
  return Math.floor(number / (ATTRIBUTES_PER_INSTANCE * INSTANCES));
}

/** The attribute in such a number, 0 where there is none. */
export function attributeOf(number: number): number {
  return number % ATTRIBUTES_PER_INSTANCE;
}

/** The instance in such a number. */
export function instanceOf(number: number): number {
  return Math.floor(number / ATTRIBUTES_PER_INSTANCE) % INSTANCES;
}

export function spaceName(space: number): string {
  if (space === 0) return '';
  if (space === TAG_SPACE) return 'tag';
  if (space >= FILE_SPACE) return fileName(((space >> 16) & 0x7f) | 0x80, space & 0xffff);
  if (space >= MODBUS_SPACE && space < MODBUS_SPACE + MODBUS_NAMES.length) return MODBUS_NAMES[space - MODBUS_SPACE]!;
  const outer = space >> 16;
  const name = className(space & 0xffff);
  if (outer === 0) return name;
  return `${name} of ${outer === 1 ? 'a program' : outer === 2 ? 'the controller' : 'another object'}`;
}

/** Types of data files (1770-6.5.16, "protected typed logical read"), with the letter people write. */
const FILE_TYPES: Readonly<Record<number, readonly [letter: string, name: string]>> = {
  0x82: ['O', 'output'],
  0x83: ['I', 'input'],
  0x84: ['S', 'status'],
  0x85: ['B', 'bit'],
  0x86: ['T', 'timer'],
  0x87: ['C', 'counter'],
  0x88: ['R', 'control'],
  0x89: ['N', 'integer'],
  0x8a: ['F', 'float'],
  0x8b: ['O', 'output by slot'],
  0x8c: ['I', 'input by slot'],
  0x8d: ['ST', 'string'],
  0x8e: ['A', 'ascii'],
  0x8f: ['D', 'bcd'],
  0x91: ['L', 'long'],
  0x92: ['MG', 'message'],
  0x93: ['PD', 'pid'],
};
/** The type where the command does not tell it. */
export const FILE_TYPE_UNKNOWN = 0x80;

/** `integer file N7`. */
function fileName(type: number, file: number): string {
  const known = FILE_TYPES[type];
  if (known === undefined)
    return type === FILE_TYPE_UNKNOWN ? `data file ${file}` : `data file ${file} of type ${hex(type)}`;
  return `${known[1]} file ${known[0]}${file}`;
}

export function hex(value: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(2, '0')}`;
}
