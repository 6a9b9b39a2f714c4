// What is compared: each protocol around the plant.
import type { MessageRow } from './row.ts';
import { DATABASE_ROWS } from './rows-databases.ts';
import { DATAGRAM_ROWS } from './rows-datagrams.ts';
import { STREAM_ROWS } from './rows-streams.ts';

export const ROWS: readonly MessageRow[] = [...DATAGRAM_ROWS, ...STREAM_ROWS, ...DATABASE_ROWS];
