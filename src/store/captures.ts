// What was analysed, as it is stored: each capture with what tells it from others.
import type { DatabaseSync } from 'node:sqlite';
import type { CaptureFile } from '../capture/frames.ts';
import { numberOf, numberOrNull, textOf, textOrNull } from './stored-values.ts';

export interface StoredCapture {
  readonly id: number;
  readonly file: CaptureFile;
  /** However it is called. */
  readonly identity: string;
}

/** In the order in which they came. */
export function capturesOf(database: DatabaseSync): StoredCapture[] {
  const rows = database.prepare('SELECT * FROM captures ORDER BY id').all();
  return rows.map((row) => {
    const message = textOrNull(row, 'damage_message');
    const isEmpty = numberOf(row, 'frames') === 0;
    return {
      id: numberOf(row, 'id'),
      identity: textOf(row, 'identity'),
      file: {
        path: textOf(row, 'path'),
        frames: numberOf(row, 'frames'),
        bytes: numberOf(row, 'bytes'),
        firstUs: isEmpty ? NaN : numberOf(row, 'first_us'),
        lastUs: isEmpty ? NaN : numberOf(row, 'last_us'),
        damage: message === null ? null : { offset: numberOrNull(row, 'damage_offset') ?? 0, message },
      },
    };
  });
}
