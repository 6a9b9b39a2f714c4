// The log of what people did, as the server writes it and shows it.
import { showable } from '../bytes/text.ts';
import type { LogEntry, Page, PageQuery } from '../server/site-data.ts';
import { StoreError } from '../store/database.ts';
import { storeLogLine, storedLog } from '../store/operator-log.ts';
import type { SiteReader } from '../store/site-reader.ts';
import { timestamp } from './timestamp.ts';

const DETAIL_MAX = 1000;

/** Throws StoreError where it cannot be written: what nobody can look up later is not done. */
export function noteIn(reader: SiteReader, { operator, action, detail, timeMs }: LogEntry): void {
  const line = { timeUs: timeMs * 1000, operator: showable(operator), action, detail: showable(detail, DETAIL_MAX) };
  if (!reader.write((database) => storeLogLine(database, line))) throw new StoreError('the log of this site is full');
}

export function logOf(reader: SiteReader, { offset, limit, search }: PageQuery): Page {
  const words = search.split(/\s+/).filter((word) => word !== '');
  const { total, lines } = reader.ask((database) => storedLog(database, { offset, limit, words }));
  return {
    total,
    items: lines.map(({ id, timeUs, operator, action, detail }) => ({
      id,
      time: timestamp(timeUs),
      operator,
      action,
      detail,
    })),
  };
}
