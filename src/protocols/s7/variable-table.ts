// The addresses of a programmer's variable table (monitor, modify, force), which have a form of their own: area and width
// in one byte.
import { u16be } from '../../bytes/endian.ts';
import { Area, DataType, areaSpace } from './areas.ts';

/** Sizes of parameters and data, then the parameters. */
const JOB_HEADER = 4;
/** Offsets among the parameters: what triggers, and how often. */
const TRIGGER_AT = 2;
const FREQUENCY_AT = 4;
const FORCE_IMMEDIATELY = 0x0100;
const ALWAYS = 2;
const ITEM = 6;
const ITEMS_MAX = 64;

const AREAS: Readonly<Record<number, number>> = {
  0: Area.flag,
  1: Area.input,
  2: Area.output,
  3: Area.peripheral,
  5: Area.timer,
  6: Area.counter,
  7: Area.dataBlock,
};
/** Data types by the width in the lower four bits: bit, byte, word, double word. */
const WIDTHS: readonly number[] = [DataType.bit, DataType.byte, 4, 6, DataType.timer];

export interface TableItem {
  readonly space: number;
  readonly first: number;
  readonly count: number;
  readonly dataType: number;
  /** The value to be written: bytes[valueStart..valueEnd), empty where nothing is. */
  readonly valueStart: number;
  readonly valueEnd: number;
}

export interface VariableTable {
  readonly items: TableItem[];
  /** The values are held whatever the program does. */
  readonly isForced: boolean;
}

/** The job in bytes[start..end); `isWrite`: values stand behind the addresses. */
export function readVariableTable(bytes: Uint8Array, start: number, end: number, isWrite: boolean): VariableTable {
  const items: TableItem[] = [];
  if (end - start < JOB_HEADER) return { items, isForced: false };
  const parameters = start + JOB_HEADER;
  const data = parameters + u16be(bytes, start);
  const isForced =
    parameters + FREQUENCY_AT + 2 <= Math.min(data, end) &&
    (u16be(bytes, parameters + TRIGGER_AT) === FORCE_IMMEDIATELY || u16be(bytes, parameters + FREQUENCY_AT) === ALWAYS);
  if (data + 2 > end) return { items, isForced };
  const count = Math.min(u16be(bytes, data), ITEMS_MAX, Math.floor((end - data - 2) / ITEM));
  let valueAt = data + 2 + count * ITEM;
  for (let index = 0; index < count; index++) {
    const at = data + 2 + index * ITEM;
    let valueStart = end;
    let valueEnd = end;
    if (isWrite && valueAt + 4 <= end) {
      const size = u16be(bytes, valueAt + 2);
      valueStart = valueAt + 4;
      valueEnd = Math.min(end, valueStart + size);
      valueAt = valueEnd + (size & 1);
    }
    items.push(tableItem(bytes, at, valueStart, valueEnd));
  }
  return { items, isForced };
}

/** Where the data of a job or of its results stand in its content, behind sizes and parameters. */
export function tableData(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < JOB_HEADER) return end;
  return Math.min(end, start + JOB_HEADER + u16be(bytes, start));
}

/** Area and width, repetition or bit, data block, address. */
function tableItem(bytes: Uint8Array, at: number, valueStart: number, valueEnd: number): TableItem {
  const area = AREAS[bytes[at]! >> 4] ?? bytes[at]! >> 4;
  const dataType = WIDTHS[bytes[at]! & 15] ?? DataType.byte;
  const isBit = dataType === DataType.bit;
  const address = u16be(bytes, at + 4);
  return {
    space: areaSpace(area, u16be(bytes, at + 2), isBit),
    first: isBit ? address * 8 + (bytes[at + 1]! & 7) : address,
    count: isBit ? 1 : bytes[at + 1]!,
    dataType,
    valueStart,
    valueEnd,
  };
}
