// Turns numbers of the program into what a column can hold and back.

/** A time or a count: whole, not negative, exact in a double. Damaged captures hold times that are none of it. */
export function storedWhole(value: number): number {
  if (!(value > 0)) return 0;
  return Math.min(Math.trunc(value), Number.MAX_SAFE_INTEGER);
}

/** A row as node:sqlite gives it. */
export type Row = Readonly<Record<string, unknown>>;

export function textOf(row: Row, column: string): string {
  return textOrNull(row, column) ?? '';
}

export function textOrNull(row: Row, column: string): string | null {
  const value = row[column];
  return typeof value === 'string' ? value : null;
}

export function numberOf(row: Row, column: string): number {
  return Number(row[column]);
}

export function numberOrNull(row: Row, column: string): number | null {
  const value = row[column];
  return value === null || value === undefined ? null : Number(value);
}
