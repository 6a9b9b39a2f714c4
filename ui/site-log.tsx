// What people did that is no action on an alert: sessions, uploads, settings, tokens.
import type { JSX } from 'preact';
import type { Page } from './api.ts';
import { PagedTable, Show, timeText, useAnswer, useSearch } from './parts.tsx';
import { texts } from './texts.ts';

const words = texts.log;

interface LogLine {
  readonly id: number;
  readonly time: string;
  readonly operator: string;
  readonly action: string;
  readonly detail: string;
}

const ROWS = 100;

export function SiteLog(): JSX.Element {
  const { search, offset, setOffset, box } = useSearch();
  const loaded = useAnswer<Page<LogLine>>('/api/log', { search, offset, limit: ROWS });
  return (
    <section class="site-log">
      <h2>{words.siteTitle}</h2>
      <div class="filters">{box}</div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <PagedTable
            {...{ headings: words.siteHeadings, nothing: words.nothing, total, offset, limit: ROWS, go: setOffset }}
          >
            {items.map((line) => (
              <tr key={line.id}>
                <td class="number">{line.id}</td>
                <td>{timeText(line.time)}</td>
                <td>{line.operator || words.nobody}</td>
                <td>{line.action}</td>
                <td>{line.detail}</td>
              </tr>
            ))}
          </PagedTable>
        )}
      </Show>
    </section>
  );
}
