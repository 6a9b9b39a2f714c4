// The page of reports: each opens in a page of its own, to read, to print, or to save.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Page } from './api.ts';
import { Show, useAnswer } from './parts.tsx';
import { texts } from './texts.ts';

const words = texts.reports;

interface Report {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
}

export function ReportsPage(): JSX.Element {
  const loaded = useAnswer<Page<Report>>('/api/reports', {}, false);
  const [since, setSince] = useState('');
  const [until, setUntil] = useState('');
  return (
    <>
      <h1>{words.title}</h1>
      <p>{words.about}</p>
      <Show loaded={loaded}>
        {({ items }) => (
          <ul class="reports">
            {items.map(({ name, title, summary }) => (
              <li key={name}>
                <a href={addressOf(name, since, until)} target="_blank" rel="noopener">
                  {title}
                </a>
                : {summary}
                {name === 'changes' && (
                  <div class="filters">
                    <TimeField label={words.from} value={since} change={setSince} />
                    <TimeField label={words.until} value={until} change={setUntil} />
                    <span>{words.empty}</span>
                  </div>
                )}
              </li>
            ))}
          </ul>
        )}
      </Show>
    </>
  );
}

function TimeField(props: {
  readonly label: string;
  readonly value: string;
  readonly change: (text: string) => void;
}): JSX.Element {
  return (
    <label>
      {props.label}{' '}
      <input type="datetime-local" value={props.value} onInput={(event) => props.change(event.currentTarget.value)} />
    </label>
  );
}

function addressOf(name: string, since: string, until: string): string {
  const query = new URLSearchParams(name === 'changes' ? { since, until } : {});
  return `/api/reports/${encodeURIComponent(name)}${query.size === 0 ? '' : `?${query}`}`;
}
