// What is compared: each protocol around the plant.
import type { MessageRow } from './row.ts';
import { DATAGRAM_ROWS } from './rows-datagrams.ts';

export const ROWS: readonly MessageRow[] = [...DATAGRAM_ROWS];
