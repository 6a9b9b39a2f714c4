// The variable addresses of read and write jobs, in all their syntaxes: each item becomes one run of points, or several
// where it names several areas. Hot path for S7ANY; the others are rarer.
import { u16be, u24be, u32be } from '../../bytes/endian.ts';
import { Area, DataType, Place, TYPE_SIZE, areaSpace, spaceOf } from './areas.ts';

/** Every item begins with this specification, then the length of what follows. */
const VARIABLE_SPECIFICATION = 0x12;

export const Syntax = {
  s7Any: 0x10,
  pbcReceiveId: 0x13,
  alarmLockFree: 0x15,
  alarmIndication: 0x16,
  alarmAcknowledge: 0x19,
  alarmQuery: 0x1a,
  notifyIndication: 0x1c,
  nck: 0x82,
  nckMetric: 0x83,
  nckInch: 0x84,
  driveAny: 0xa2,
  dataBlockRead: 0xb0,
  symbolic: 0xb2,
} as const;

/** Problems an item can have. */
export const ItemProblem = { none: 0, cutShort: 1, specification: 2 } as const;

/** Root of a symbolic address in a data block; the number of the block stands behind it. */
const SYMBOL_ROOT_BLOCK = 0x8a0e;
const SYMBOL_AREAS: Readonly<Record<number, string>> = { 0x50: 'I', 0x51: 'Q', 0x52: 'M', 0x53: 'C', 0x54: 'T' };
const SYMBOL_DEPTH_MAX = 16;

/** One run of points an item names; refilled. */
export class Item {
  space = 0;
  first = -1;
  count = 0;
  /** Data type of S7ANY, 0 where the syntax has none: it tells size and encoding of values. */
  dataType = 0;
  /** Bytes of all its values together where the item says it, else -1. */
  valueBytes = -1;
  /** The name of a symbolic address, '' otherwise. */
  name = '';
  /** Where the next item begins. */
  next = 0;
  problem: number = ItemProblem.none;
  /** Further areas of the same item, to be read with `readSubItem`. */
  moreAreas = 0;
  moreAt = 0;
}

/**
 * Reads the item at `at`; `isLast` decides whether a fill byte follows an odd one. Where it is cut short, `next` is
 * `end`.
 */
export function readItem(bytes: Uint8Array, at: number, end: number, isLast: boolean, item: Item): void {
  item.space = 0;
  item.first = -1;
  item.count = 0;
  item.dataType = 0;
  item.valueBytes = -1;
  item.name = '';
  item.moreAreas = 0;
  item.next = end;
  item.problem = ItemProblem.cutShort;
  if (at + 3 > end) return;
  const length = bytes[at + 1]!;
  const stop = at + 2 + length;
  if (stop > end || length < 1) return;
  item.next = !isLast && (length & 1) === 1 && stop < end ? stop + 1 : stop;
  item.problem = bytes[at] === VARIABLE_SPECIFICATION ? ItemProblem.none : ItemProblem.specification;
  const syntax = bytes[at + 2]!;
  if (syntax === Syntax.s7Any && length === 10) readAny(bytes, at + 3, item);
  else if (syntax === Syntax.dataBlockRead && length >= 7) {
    item.moreAreas = bytes[at + 3]!;
    item.moreAt = at + 4;
    readSubItem(bytes, stop, item);
  } else if (syntax >= Syntax.nck && syntax <= Syntax.nckInch && length >= 8) readNumericalControl(bytes, at + 3, item);
  else if (syntax === Syntax.driveAny && length >= 10) readDrive(bytes, at + 3, item);
  else if (syntax === Syntax.symbolic && length >= 10) readSymbol(bytes, at + 3, stop, item);
  else item.space = spaceOf(Place.unknownSyntax, syntax);
}

/** The next area of an item of the syntax "data block read"; false where there is none. */
export function readSubItem(bytes: Uint8Array, end: number, item: Item): boolean {
  if (item.moreAreas === 0) return false;
  const at = item.moreAt;
  if (at + 5 > end) {
    item.moreAreas = 0;
    item.problem = ItemProblem.cutShort;
    return false;
  }
  item.moreAreas--;
  item.moreAt = at + 5;
  item.space = areaSpace(Area.dataBlock, u16be(bytes, at + 1), false);
  item.first = u16be(bytes, at + 3);
  item.count = bytes[at]!;
  item.dataType = DataType.byte;
  item.valueBytes = item.count;
  return true;
}

/** Data type, count, data block, area, then an address that counts bits, or is the number of a timer or counter. */
function readAny(bytes: Uint8Array, at: number, item: Item): void {
  const type = bytes[at]!;
  const area = bytes[at + 5]!;
  const address = u24be(bytes, at + 6);
  const isBit = type === DataType.bit;
  const isNumbered = isNumberedArea(area);
  item.dataType = type;
  item.count = u16be(bytes, at + 1);
  item.space = areaSpace(area, u16be(bytes, at + 3), isBit);
  item.first = isNumbered || isBit ? address : address >> 3;
}

function isNumberedArea(area: number): boolean {
  return area >= Area.counter && area <= Area.iecTimer;
}

/** Two numbers as one below 2^30, where numbers of objects end: the second has 14 bits. */
function pairNumber(first: number, second: number): number {
  return (first << 14) | (second & 0x3fff);
}

/** Area and unit in one byte, then column, line, module and the number of lines. */
function readNumericalControl(bytes: Uint8Array, at: number, item: Item): void {
  const areaUnit = bytes[at]!;
  item.space = spaceOf(Place.numericalControl + (areaUnit >> 5), (bytes[at + 5]! << 8) | (areaUnit & 0x1f));
  item.first = pairNumber(u16be(bytes, at + 1), u16be(bytes, at + 3));
  item.count = bytes[at + 6]!;
}

/** Five bytes whose meaning is not known, then parameter number and index. */
function readDrive(bytes: Uint8Array, at: number, item: Item): void {
  item.space = spaceOf(Place.drive, 0);
  item.first = pairNumber(u16be(bytes, at + 5), u16be(bytes, at + 7));
  item.count = 1;
}

/**
 * A reserved byte, the root (of which a data block has its number in the next word), a checksum of the symbol, then a
 * path of numbers with four bits of kind each.
 */
function readSymbol(bytes: Uint8Array, at: number, end: number, item: Item): void {
  const root = u16be(bytes, at + 1);
  const area = u16be(bytes, at + 3);
  let name =
    root === SYMBOL_ROOT_BLOCK ? `DB${area}` : (SYMBOL_AREAS[area] ?? `${root.toString(16)}:${area.toString(16)}`);
  for (let step = at + 9, depth = 0; step + 4 <= end && depth < SYMBOL_DEPTH_MAX; step += 4, depth++) {
    name += `.${u32be(bytes, step) & 0x0fffffff}`;
  }
  item.space = spaceOf(Place.symbol);
  item.name = name;
  item.count = 1;
}

/** Does an element take up more than one number, so that several side by side are told one by one? */
export function hasStride(space: number, dataType: number): boolean {
  return TYPE_SIZE[dataType]! > 1 && !isNumberedArea(space >>> 16);
}
