// Where a variable of a controller lies, as the numbers of an operation: its memory area and data block become the space,
// its data type the encoding of its values.
import { Encoding } from '../../facts/operation.ts';

/** Memory areas of an S7ANY address. */
export const Area = {
  dataRecord: 0x01,
  counter: 0x1c,
  timer: 0x1d,
  iecCounter: 0x1e,
  iecTimer: 0x1f,
  peripheral: 0x80,
  input: 0x81,
  output: 0x82,
  flag: 0x83,
  dataBlock: 0x84,
  instanceDataBlock: 0x85,
  local: 0x86,
  previousLocal: 0x87,
} as const;

/** Bits have a space of their own beside the one of the same area's bytes, since their addresses count bits. */
const BIT_AREA = 0x40;

/** Spaces of what is no memory area, in the place of the area. */
export const Place = {
  /** Numerical control: eight areas from here on; below them module and unit. */
  numericalControl: 0x40,
  drive: 0x48,
  symbol: 0x49,
  unknownSyntax: 0x4a,
  unknownArea: 0x4b,
  connection: 0x50,
  systemStatusList: 0x51,
  block: 0x52,
  clock: 0x53,
  password: 0x54,
  diagnosticJob: 0x55,
  alarm: 0x56,
  file: 0x57,
  cyclicJob: 0x58,
} as const;

const AREA_NAMES: Readonly<Record<number, string>> = {
  0x01: 'data record',
  0x03: 'system info (200)',
  0x05: 'SM (200)',
  0x06: 'AI (200)',
  0x07: 'AQ (200)',
  0x1c: 'C',
  0x1d: 'T',
  0x1e: 'IEC counter (200)',
  0x1f: 'IEC timer (200)',
  0x80: 'P',
  0x81: 'I',
  0x82: 'Q',
  0x83: 'M',
  0x84: 'DB',
  0x85: 'DI',
  0x86: 'L',
  0x87: 'V',
};

const NC_AREA_NAMES = ['NCK', 'mode group', 'channel', 'axis', 'tool', 'feed drive', 'main drive', 'MMC'];

const PLACE_NAMES: Readonly<Record<number, string>> = {
  [Place.drive]: 'drive parameter',
  [Place.symbol]: 'symbol',
  [Place.connection]: 'TSAP',
  [Place.clock]: 'clock',
  [Place.password]: 'password',
  [Place.diagnosticJob]: 'test job',
  [Place.alarm]: 'alarms',
  [Place.file]: 'file',
  [Place.cyclicJob]: 'cyclic job',
};

/** Block types: the two digits of a block's file name, as a number. */
const BLOCK_NAMES: Readonly<Record<number, string>> = {
  0x00: 'OB',
  0x08: 'OB',
  0x0a: 'DB',
  0x0b: 'SDB',
  0x0c: 'FC',
  0x0d: 'SFC',
  0x0e: 'FB',
  0x0f: 'SFB',
};

export function blockTypeName(type: number): string {
  return BLOCK_NAMES[type] ?? `block type 0x${hex(type, 2)}`;
}

export function spaceOf(area: number, number = 0): number {
  return (area << 16) | number;
}

/** The space of a memory area; `isBit`: its addresses count bits. */
export function areaSpace(area: number, dataBlock: number, isBit: boolean): number {
  if (AREA_NAMES[area] === undefined) return spaceOf(Place.unknownArea, area);
  const isBlock = area === Area.dataBlock || area === Area.instanceDataBlock;
  return spaceOf(isBit && area >= Area.peripheral ? area | BIT_AREA : area, isBlock ? dataBlock : 0);
}

export function spaceName(space: number): string {
  if (space === 0) return '';
  const area = space >>> 16;
  const number = space & 0xffff;
  if (area >= Place.numericalControl && area < Place.numericalControl + 8) {
    return `${NC_AREA_NAMES[area - Place.numericalControl]!} module ${number >> 8} unit ${number & 0xff}`;
  }
  if (area === Place.systemStatusList) return `SZL 0x${hex(number, 4)}`;
  if (area === Place.block) return blockTypeName(number);
  if (area === Place.unknownArea) return `area 0x${hex(number, 2)}`;
  if (area === Place.unknownSyntax) return `address syntax 0x${hex(number, 2)}`;
  if (PLACE_NAMES[area] !== undefined) return PLACE_NAMES[area];
  const isBit = area >= (Area.peripheral | BIT_AREA);
  const name = AREA_NAMES[isBit ? area & ~BIT_AREA : area] ?? `area 0x${hex(area, 2)}`;
  return `${name}${name === 'DB' || name === 'DI' ? number : ''}${isBit ? ' bits' : ''}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Data types of an S7ANY address ("transport sizes"). */
export const DataType = { bit: 1, byte: 2, char: 3, counter: 28, timer: 29 } as const;

/** Bytes of one element, and how they are to be read; 0: not known. By data type. */
export const TYPE_SIZE = new Uint8Array(256);
export const TYPE_ENCODING = new Uint8Array(256);
for (const [type, size, encoding] of [
  [1, 1, Encoding.bits],
  [2, 1, Encoding.unsigned],
  [3, 1, Encoding.bytes],
  [4, 2, Encoding.unsigned],
  [5, 2, Encoding.signed],
  [6, 4, Encoding.unsigned],
  [7, 4, Encoding.signed],
  [8, 4, Encoding.float],
  // DATE, TIME_OF_DAY, TIME; S5TIME is decimal digits with a time base.
  [9, 2, Encoding.unsigned],
  [10, 4, Encoding.unsigned],
  [11, 4, Encoding.signed],
  [12, 2, Encoding.bytes],
  // DATE_AND_TIME.
  [15, 8, Encoding.bytes],
  [28, 2, Encoding.bytes],
  [29, 2, Encoding.bytes],
  [30, 4, Encoding.bytes],
  [31, 2, Encoding.bytes],
  [32, 4, Encoding.unsigned],
] as const) {
  TYPE_SIZE[type] = size;
  TYPE_ENCODING[type] = encoding;
}

/**
 * How `count` elements of a type are to be read: a run of bytes is whatever the client puts into it, and most put all
 * types into it; one alone is a number.
 */
export function encodingOf(dataType: number, count: number): number {
  return dataType === DataType.byte && count > 1 ? Encoding.bytes : TYPE_ENCODING[dataType]!;
}
