// Turns rows into CSV (RFC 4180) that a spreadsheet shows as text: nothing from the wire becomes a formula there.
import { showable } from '../bytes/text.ts';

const CELL_MAX = 4096;
/** What a spreadsheet takes for the beginning of a formula; some read the wide forms of East Asian text alike. */
const FORMULA = /^[=+\-@＝＋－＠]/;

/** One record with its line end. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: string | number | null): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const shown = showable(cell, CELL_MAX);
  const text = FORMULA.test(shown.trimStart()) ? `'${shown}` : shown;
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
