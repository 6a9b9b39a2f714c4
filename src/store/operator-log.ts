// What people did beside what they did with alerts: sessions, uploads, settings, tokens. Written once and kept.
import type { DatabaseSync } from 'node:sqlite';
import { numberOf, textOf } from './stored-values.ts';

export interface LogLine {
  readonly id: number;
  /** Of the machine's clock. */
  readonly timeUs: number;
  /** Empty: nobody who is known. */
  readonly operator: string;
  readonly action: string;
  readonly detail: string;
}

export interface LogWish {
  readonly offset: number;
  readonly limit: number;
  readonly words: readonly string[];
}

export interface LogPage {
  readonly total: number;
  readonly lines: readonly LogLine[];
}

/** It is never forgotten: after so many nothing more is written. */
const LINES_MAX = 1_000_000;

/** False: the log is full. */
export function storeLogLine(database: DatabaseSync, line: Omit<LogLine, 'id'>): boolean {
  const last = database.prepare('SELECT max(id) AS last FROM operator_log').get();
  if (Number(last?.['last'] ?? 0) >= LINES_MAX) return false;
  database
    .prepare('INSERT INTO operator_log (time_us, operator, action, detail) VALUES (?, ?, ?, ?)')
    .run(line.timeUs, line.operator, line.action, line.detail);
  return true;
}

/** The newest first. */
export function storedLog(database: DatabaseSync, { offset, limit, words }: LogWish): LogPage {
  const holds = words.map(() => "instr(lower(operator || ' ' || action || ' ' || detail), ?) > 0").join(' AND ');
  const where = holds === '' ? '' : `WHERE ${holds}`;
  const sought = words.map((word) => word.toLowerCase());
  const total = database.prepare(`SELECT count(*) AS count FROM operator_log ${where}`).get(...sought)!;
  const rows = database
    .prepare(`SELECT * FROM operator_log ${where} ORDER BY id DESC LIMIT ? OFFSET ?`)
    .all(...sought, limit, offset);
  return {
    total: numberOf(total, 'count'),
    lines: rows.map((row) => ({
      id: numberOf(row, 'id'),
      timeUs: numberOf(row, 'time_us'),
      operator: textOf(row, 'operator'),
      action: textOf(row, 'action'),
      detail: textOf(row, 'detail'),
    })),
  };
}
