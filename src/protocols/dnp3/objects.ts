// The object library (IEEE 1815-2012, annex A): for every group and variation its size, where its flags, value and
// time stand, and the space of the points it tells of.

/** What an object holds; decides how its values are read. */
export const Layout = {
  /** No data of its own: class objects, and variation 0 in requests. */
  empty: 0,
  /** One bit or two bits a point, packed from the low end. */
  packedBit: 1,
  packedPair: 2,
  /** One octet of flags whose bit 7, or bits 7 and 6, are the value. */
  flagBit: 3,
  flagPair: 4,
  unsigned: 5,
  signed: 6,
  float: 7,
  /** Control relay output block. */
  crob: 8,
  /** A value, then a control status. */
  commandSigned: 9,
  commandFloat: 10,
  /** A command event: control status, then the value. */
  eventBit: 11,
  eventSigned: 12,
  eventFloat: 13,
  /** Six octets, milliseconds since 1970. */
  time: 14,
  /** As many octets as the variation number says. */
  text: 15,
  /** Device attribute: data type, length, value. */
  attribute: 16,
  /** Octets whose size the qualifier tells. */
  free: 17,
  /** Known size, no points. */
  opaque: 18,
} as const;

/** Which flag bits make a value one not to rely on (annex A, object flags). */
export const FlagKind = { none: 0, binary: 1, counter: 2, analog: 3 } as const;

/** Spaces of points: static data, events and commands of one point share it. */
export const Space = {
  none: 0,
  binaryInput: 1,
  doubleBitInput: 2,
  binaryOutput: 3,
  counter: 4,
  frozenCounter: 5,
  analogInput: 6,
  frozenAnalogInput: 7,
  deadband: 8,
  analogOutput: 9,
  octetString: 10,
  virtualTerminal: 11,
  deviceAttribute: 12,
  time: 13,
  class: 14,
  file: 15,
  internalIndication: 16,
  application: 17,
  dataSet: 18,
  authentication: 19,
  securityStatistic: 20,
  other: 21,
  link: 22,
} as const;

export const SPACE_NAMES: readonly string[] = [
  '',
  'binary input',
  'double-bit input',
  'binary output',
  'counter',
  'frozen counter',
  'analog input',
  'frozen analog input',
  'analog input dead band',
  'analog output',
  'octet string',
  'virtual terminal',
  'device attribute',
  'time',
  'class',
  'file',
  'internal indication',
  'application',
  'data set',
  'authentication user',
  'security statistic',
  'object group',
  'link',
];

const SPACES = new Uint8Array(256).fill(Space.other);
function setSpace(space: number, ...groups: readonly number[]): void {
  for (const group of groups) SPACES[group] = space;
}
setSpace(Space.deviceAttribute, 0);
setSpace(Space.binaryInput, 1, 2);
setSpace(Space.doubleBitInput, 3, 4);
setSpace(Space.binaryOutput, 10, 11, 12, 13);
setSpace(Space.counter, 20, 22);
setSpace(Space.frozenCounter, 21, 23);
setSpace(Space.analogInput, 30, 32);
setSpace(Space.frozenAnalogInput, 31, 33);
setSpace(Space.deadband, 34);
setSpace(Space.analogOutput, 40, 41, 42, 43);
setSpace(Space.time, 50, 51, 52);
setSpace(Space.class, 60);
setSpace(Space.file, 70);
setSpace(Space.internalIndication, 80);
setSpace(Space.application, 90, 91);
setSpace(Space.dataSet, 85, 86, 87, 88);
setSpace(Space.octetString, 110, 111);
setSpace(Space.virtualTerminal, 112, 113);
setSpace(Space.authentication, 120);
setSpace(Space.securityStatistic, 121, 122);

export function spaceOfGroup(group: number): number {
  return SPACES[group]!;
}

const GROUP_NAMES: Readonly<Record<number, string>> = {
  0: 'device attribute',
  1: 'binary input',
  2: 'binary input event',
  3: 'double-bit input',
  4: 'double-bit input event',
  10: 'binary output',
  11: 'binary output event',
  12: 'control relay output block',
  13: 'binary output command event',
  20: 'counter',
  21: 'frozen counter',
  22: 'counter event',
  23: 'frozen counter event',
  30: 'analog input',
  31: 'frozen analog input',
  32: 'analog input event',
  33: 'frozen analog input event',
  34: 'analog input dead band',
  40: 'analog output status',
  41: 'analog output',
  42: 'analog output event',
  43: 'analog output command event',
  50: 'time',
  51: 'common time of occurrence',
  52: 'time delay',
  60: 'class data',
  70: 'file',
  80: 'internal indication',
  85: 'data set prototype',
  86: 'data set descriptor',
  87: 'data set',
  88: 'data set event',
  90: 'application',
  91: 'status of requested operation',
  110: 'octet string',
  111: 'octet string event',
  112: 'virtual terminal output',
  113: 'virtual terminal event',
  120: 'authentication',
  121: 'security statistic',
  122: 'security statistic event',
};

export function groupName(group: number): string {
  return GROUP_NAMES[group] ?? `group ${group}`;
}

const LAYOUTS = new Uint8Array(65_536).fill(0xff);
const SIZES = new Uint8Array(65_536);
const VALUE_OFFSETS = new Uint8Array(65_536);
const VALUE_SIZES = new Uint8Array(65_536);
const FLAG_KINDS = new Uint8Array(65_536);

/** `size`: of the whole object; the flags, where there are any, stand before the value at `valueAt`. */
function define(
  group: number,
  variation: number,
  layout: number,
  size: number,
  valueAt = 0,
  valueSize = 0,
  flags: number = FlagKind.none,
): void {
  const id = (group << 8) | variation;
  LAYOUTS[id] = layout;
  SIZES[id] = size;
  VALUE_OFFSETS[id] = valueAt;
  VALUE_SIZES[id] = valueSize;
  FLAG_KINDS[id] = flags;
}

const { binary, counter, analog } = FlagKind;
const TIME_SIZE = 6;
const RELATIVE_TIME_SIZE = 2;

// Binary and double-bit inputs, binary outputs: A.2 to A.9.
define(1, 1, Layout.packedBit, 0);
define(1, 2, Layout.flagBit, 1, 0, 1, binary);
define(2, 1, Layout.flagBit, 1, 0, 1, binary);
define(2, 2, Layout.flagBit, 1 + TIME_SIZE, 0, 1, binary);
define(2, 3, Layout.flagBit, 1 + RELATIVE_TIME_SIZE, 0, 1, binary);
define(3, 1, Layout.packedPair, 0);
define(3, 2, Layout.flagPair, 1, 0, 1, binary);
define(4, 1, Layout.flagPair, 1, 0, 1, binary);
define(4, 2, Layout.flagPair, 1 + TIME_SIZE, 0, 1, binary);
define(4, 3, Layout.flagPair, 1 + RELATIVE_TIME_SIZE, 0, 1, binary);
define(10, 1, Layout.packedBit, 0);
define(10, 2, Layout.flagBit, 1, 0, 1, binary);
define(11, 1, Layout.flagBit, 1, 0, 1, binary);
define(11, 2, Layout.flagBit, 1 + TIME_SIZE, 0, 1, binary);
define(12, 1, Layout.crob, 11);
define(12, 2, Layout.crob, 11);
define(12, 3, Layout.packedBit, 0);
define(13, 1, Layout.eventBit, 1);
define(13, 2, Layout.eventBit, 1 + TIME_SIZE);

// Counters (A.10 to A.13): with flag, the delta counters, the same without flag.
for (const [variation, size] of [
  [1, 4],
  [2, 2],
  [3, 4],
  [4, 2],
] as const) {
  define(20, variation, Layout.unsigned, 1 + size, 1, size, counter);
  define(20, variation + 4, Layout.unsigned, size, 0, size);
  define(21, variation, Layout.unsigned, 1 + size, 1, size, counter);
  define(21, variation + 4, Layout.unsigned, 1 + size + TIME_SIZE, 1, size, counter);
  define(21, variation + 8, Layout.unsigned, size, 0, size);
  for (const group of [22, 23]) {
    define(group, variation, Layout.unsigned, 1 + size, 1, size, counter);
    define(group, variation + 4, Layout.unsigned, 1 + size + TIME_SIZE, 1, size, counter);
  }
}

// Analog inputs (A.14 to A.18).
define(30, 1, Layout.signed, 5, 1, 4, analog);
define(30, 2, Layout.signed, 3, 1, 2, analog);
define(30, 3, Layout.signed, 4, 0, 4);
define(30, 4, Layout.signed, 2, 0, 2);
define(30, 5, Layout.float, 5, 1, 4, analog);
define(30, 6, Layout.float, 9, 1, 8, analog);
define(31, 1, Layout.signed, 5, 1, 4, analog);
define(31, 2, Layout.signed, 3, 1, 2, analog);
define(31, 3, Layout.signed, 5 + TIME_SIZE, 1, 4, analog);
define(31, 4, Layout.signed, 3 + TIME_SIZE, 1, 2, analog);
define(31, 5, Layout.signed, 4, 0, 4);
define(31, 6, Layout.signed, 2, 0, 2);
define(31, 7, Layout.float, 5, 1, 4, analog);
define(31, 8, Layout.float, 9, 1, 8, analog);
for (const group of [32, 33, 42]) {
  for (const [variation, time] of [
    [1, 0],
    [3, TIME_SIZE],
  ] as const) {
    define(group, variation, Layout.signed, 5 + time, 1, 4, analog);
    define(group, variation + 1, Layout.signed, 3 + time, 1, 2, analog);
    define(group, variation + 4, Layout.float, 5 + time, 1, 4, analog);
    define(group, variation + 5, Layout.float, 9 + time, 1, 8, analog);
    define(43, variation, Layout.eventSigned, 5 + time, 1, 4);
    define(43, variation + 1, Layout.eventSigned, 3 + time, 1, 2);
    define(43, variation + 4, Layout.eventFloat, 5 + time, 1, 4);
    define(43, variation + 5, Layout.eventFloat, 9 + time, 1, 8);
  }
}
define(34, 1, Layout.unsigned, 2, 0, 2);
define(34, 2, Layout.unsigned, 4, 0, 4);
define(34, 3, Layout.float, 4, 0, 4);

// Analog outputs (A.19 to A.22).
define(40, 1, Layout.signed, 5, 1, 4, analog);
define(40, 2, Layout.signed, 3, 1, 2, analog);
define(40, 3, Layout.float, 5, 1, 4, analog);
define(40, 4, Layout.float, 9, 1, 8, analog);
define(41, 1, Layout.commandSigned, 5, 0, 4);
define(41, 2, Layout.commandSigned, 3, 0, 2);
define(41, 3, Layout.commandFloat, 5, 0, 4);
define(41, 4, Layout.commandFloat, 9, 0, 8);

// Time (A.23 to A.25), classes (A.26), files (A.27).
define(50, 1, Layout.time, TIME_SIZE, 0, TIME_SIZE);
define(50, 2, Layout.time, TIME_SIZE + 4, 0, TIME_SIZE);
define(50, 3, Layout.time, TIME_SIZE, 0, TIME_SIZE);
define(50, 4, Layout.time, TIME_SIZE + 5, 0, TIME_SIZE);
define(51, 1, Layout.time, TIME_SIZE, 0, TIME_SIZE);
define(51, 2, Layout.time, TIME_SIZE, 0, TIME_SIZE);
define(52, 1, Layout.unsigned, 2, 0, 2);
define(52, 2, Layout.unsigned, 2, 0, 2);
for (let variation = 1; variation <= 4; variation++) define(60, variation, Layout.empty, 0);
for (let variation = 1; variation <= 8; variation++) define(70, variation, Layout.free, 0);

// Internal indications (A.28), storage and profiles (A.29, A.30), data sets (A.32 to A.35), applications (A.36, A.37).
define(80, 1, Layout.packedBit, 0);
define(81, 1, Layout.opaque, 3);
define(82, 1, Layout.free, 0);
define(83, 1, Layout.free, 0);
define(83, 2, Layout.free, 0);
define(85, 1, Layout.free, 0);
define(86, 1, Layout.free, 0);
define(86, 2, Layout.opaque, 1);
define(86, 3, Layout.free, 0);
define(87, 1, Layout.free, 0);
define(88, 1, Layout.free, 0);
define(90, 1, Layout.free, 0);
define(91, 1, Layout.free, 0);
// Floating point and binary-coded decimal of old devices (A.38 to A.40).
define(100, 1, Layout.opaque, 5);
define(100, 2, Layout.opaque, 9);
define(100, 3, Layout.opaque, 11);
define(101, 1, Layout.opaque, 2);
define(101, 2, Layout.opaque, 4);
define(101, 3, Layout.opaque, 8);
define(102, 1, Layout.unsigned, 1, 0, 1);

for (const group of [110, 111, 112, 113]) {
  for (let size = 0; size < 256; size++) define(group, size, Layout.text, size, 0, size);
}
for (let variation = 1; variation < 256; variation++) define(0, variation, Layout.attribute, 0);

// Authentication (A.45): of fixed size where it is counted, else the qualifier tells the size.
for (const variation of [1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]) define(120, variation, Layout.free, 0);
define(120, 3, Layout.opaque, 6);
define(120, 4, Layout.opaque, 2);
define(121, 1, Layout.unsigned, 7, 3, 4);
define(122, 1, Layout.unsigned, 7, 3, 4);
define(122, 2, Layout.unsigned, 7 + TIME_SIZE, 3, 4);

/** See `Layout`; -1 for an object that is not known. */
export function layoutOf(group: number, variation: number): number {
  const layout = LAYOUTS[(group << 8) | variation]!;
  return layout === 0xff ? -1 : layout;
}

/** Bytes of one object, 0 where the size stands elsewhere. */
export function objectSize(group: number, variation: number): number {
  return SIZES[(group << 8) | variation]!;
}

export function valueOffset(group: number, variation: number): number {
  return VALUE_OFFSETS[(group << 8) | variation]!;
}

export function valueSize(group: number, variation: number): number {
  return VALUE_SIZES[(group << 8) | variation]!;
}

export function flagKind(group: number, variation: number): number {
  return FLAG_KINDS[(group << 8) | variation]!;
}

/** Flags of a point (annex A): bits 0 to 4 mean the same in every group. */
const ONLINE = 0x01;
const DOUBTS_ALL = 0x1e;
const CHATTER_FILTER = 0x20;
const OVER_RANGE_OR_REFERENCE = 0x60;

/**
 * Is the value not one measured just now: not online, restarted, communication lost, forced, filtered for chatter, over
 * range, reference error? Rollover and discontinuity of a counter say nothing against its value.
 */
export function isDoubtful(flags: number, kind: number): boolean {
  if (kind === FlagKind.none) return false;
  if ((flags & ONLINE) === 0 || (flags & DOUBTS_ALL) !== 0) return true;
  if (kind === FlagKind.binary) return (flags & CHATTER_FILTER) !== 0;
  return kind === FlagKind.analog && (flags & OVER_RANGE_OR_REFERENCE) !== 0;
}
