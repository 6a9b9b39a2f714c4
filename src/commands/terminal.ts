// What is known about the terminal (width, colour), and text made to fit it.
import { isatty } from 'node:tty';
import { WriteStream } from 'node:tty';
import type { Severity } from '../facts/alert.ts';

export interface Terminal {
  /** Columns that may be used. */
  readonly width: number;
  readonly hasColor: boolean;
}

const WIDTH_WITHOUT_TERMINAL = 100;
const WIDTH_MIN = 40;
const WIDTH_MAX = 400;

/** Standard output as it is now. `color` is what `--color` says; NO_COLOR and TERM=dumb speak where it says `auto`. */
export function standardTerminal(color: string): Terminal {
  const isTerminal = isatty(1);
  const environment = process.env;
  const isPlain = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  const hasColor = color === 'always' || (color !== 'never' && isTerminal && !isPlain);
  return { width: columns(isTerminal), hasColor };
}

/** A progress line makes sense: somebody looks at standard error. */
export function isProgressWanted(): boolean {
  return isatty(2) && process.env['TERM'] !== 'dumb';
}

function columns(isTerminal: boolean): number {
  let width = Number(process.env['COLUMNS'] ?? '');
  if (!(width > 0) && isTerminal) width = process.stdout instanceof WriteStream ? process.stdout.columns : 0;
  if (!(width > 0)) width = WIDTH_WITHOUT_TERMINAL;
  return Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, Math.floor(width)));
}

const SEVERITY_STYLE: Readonly<Record<Severity, string>> = {
  critical: '1;37;41',
  high: '1;31',
  medium: '1;33',
  low: '36',
  info: '2',
};

/** Colour is never the only sign: the text says the same without it. */
export function severityText(terminal: Terminal, severity: Severity, text: string): string {
  return styled(terminal, SEVERITY_STYLE[severity], text);
}

export function bold(terminal: Terminal, text: string): string {
  return styled(terminal, '1', text);
}

export function faint(terminal: Terminal, text: string): string {
  return styled(terminal, '2', text);
}

function styled(terminal: Terminal, style: string, text: string): string {
  return terminal.hasColor && text !== '' ? `\u001b[${style}m${text}\u001b[0m` : text;
}

const ZERO_WIDTH = /^[\p{Mn}\p{Me}]$/u;
const DOUBLE_WIDTH =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u;

/** Columns that text takes on a terminal. Without escape sequences. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (character < '\u0300') return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return DOUBLE_WIDTH.test(character) ? 2 : 1;
}

/** Text cut to `width` columns, the cut marked. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let taken = '';
  let used = 0;
  for (const character of text) {
    const next = characterWidth(character);
    if (used + next > width - 1) break;
    taken += character;
    used += next;
  }
  return `${taken}…`;
}

export function padToWidth(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Lines of at most `width` columns, broken between words, or within a word that is longer than a line. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = word;
    const joined = line === '' ? rest : `${line} ${rest}`;
    if (displayWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    while (displayWidth(rest) > width) {
      let head = '';
      for (const character of rest) {
        if (displayWidth(head + character) > width) break;
        head += character;
      }
      if (head === '') break;
      lines.push(head);
      rest = rest.slice(head.length);
    }
    line = rest;
  }
  lines.push(line);
  return lines;
}

export interface TableColumn {
  readonly title: string;
  /** One for each row. */
  readonly cells: readonly string[];
  /** Higher stays longer when the terminal is narrow; Infinity always stays. */
  readonly weight: number;
  readonly isNumber?: boolean;
}

const COLUMN_GAP = '  ';
const CELL_WIDTH_MIN = 8;
const CELL_WIDTH_MAX = 40;

/** A table that fits: columns without content go, then those of least weight, then the widest are cut. */
export function tableLines(terminal: Terminal, indent: string, columns: readonly TableColumn[]): string[] {
  let kept = columns.filter((column) => column.cells.some((cell) => cell !== ''));
  const room = terminal.width - indent.length;
  let widths = kept.map(columnWidth);
  while (kept.length > 1 && totalWidth(widths.map((width) => Math.min(width, CELL_WIDTH_MIN * 2))) > room) {
    const least = kept.reduce((found, column) => (column.weight < found.weight ? column : found));
    if (least.weight === Infinity) break;
    kept = kept.filter((column) => column !== least);
    widths = kept.map(columnWidth);
  }
  widths = narrowed(widths, room);
  const rowCount = kept[0]?.cells.length ?? 0;
  const lines = [faint(terminal, indent + row(kept, widths, (column) => column.title))];
  for (let index = 0; index < rowCount; index++)
    lines.push(indent + row(kept, widths, (column) => column.cells[index]!));
  return lines;
}

function columnWidth(column: TableColumn): number {
  let width = displayWidth(column.title);
  for (const cell of column.cells) width = Math.max(width, displayWidth(cell));
  return Math.min(width, CELL_WIDTH_MAX);
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + COLUMN_GAP.length * Math.max(0, widths.length - 1);
}

function narrowed(widths: readonly number[], room: number): number[] {
  const fitted = [...widths];
  while (totalWidth(fitted) > room) {
    const widest = fitted.indexOf(Math.max(...fitted));
    if (fitted[widest]! <= CELL_WIDTH_MIN) break;
    fitted[widest]!--;
  }
  return fitted;
}

function row(
  columns: readonly TableColumn[],
  widths: readonly number[],
  text: (column: TableColumn) => string,
): string {
  const cells = columns.map((column, index) => {
    const cell = cutToWidth(text(column), widths[index]!);
    return column.isNumber === true
      ? ' '.repeat(widths[index]! - displayWidth(cell)) + cell
      : padToWidth(cell, widths[index]!);
  });
  return cells.join(COLUMN_GAP).trimEnd();
}
