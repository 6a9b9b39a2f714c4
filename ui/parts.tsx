// Small things that several pages show.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError, ask, type Action, type Party, type Scope, type Severity } from './api.ts';

const MARKS: Readonly<Record<Severity, string>> = { critical: '◆', high: '▲', medium: '■', low: '●', info: '○' };

/** Shape and word beside the colour: colour is never the only sign. */
export function SeverityMark({ severity }: { readonly severity: Severity }): JSX.Element {
  return (
    <span class={`severity ${severity}`}>
      <span aria-hidden="true">{MARKS[severity]}</span> {severity}
    </span>
  );
}

export function AssetLink({
  id,
  children,
}: {
  readonly id: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return <a href={`#/assets/${encodeURIComponent(id)}`}>{children}</a>;
}

export function PartyText({ party }: { readonly party: Party | null }): JSX.Element {
  if (party === null) return <span>–</span>;
  return (
    <span>
      <AssetLink id={party.asset}>{party.ip ?? party.mac ?? party.asset}</AssetLink>
      {party.unit === null ? '' : ` unit ${party.unit}`}
      {party.port === null ? '' : ` port ${party.port}`}
    </span>
  );
}

/** `2026-01-31 10:00:00` of a time as the API gives it. */
export function timeText(time: string | null): string {
  return time === null ? '–' : time.replace('T', ' ').replace(/\.\d+Z$/, '');
}

export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)} ${units[unit]!}`;
}

export const SCOPE_TEXTS: Readonly<Record<Scope, string>> = {
  exact: 'exactly this, between these two',
  pair: 'all of this kind between these two',
  device: 'all of this kind at this device, whoever does it',
};

const ACTION_TEXTS: Readonly<Record<Action['action'], string>> = {
  acknowledge: 'acknowledged',
  normal: 'marked as normal',
  close: 'closed',
  undo: 'undone',
};

export function actionText({ action, scope, undoes }: Action): string {
  if (undoes !== null) return `undid number ${undoes}`;
  return scope === null ? ACTION_TEXTS[action] : `${ACTION_TEXTS[action]}: ${SCOPE_TEXTS[scope]}`;
}

export type Loaded<Answer> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'there'; readonly answer: Answer };

/** Told to the pages when the server says that the site changed. */
export const SITE_CHANGED = 'site-changed';

/**
 * Asks again whenever path or query change, and where `isLive` when the site does; an answer that comes too late is let go.
 */
export function useAnswer<Answer>(
  path: string,
  query: Readonly<Record<string, string | number>> = {},
  isLive = true,
): Loaded<Answer> {
  const [loaded, setLoaded] = useState<Loaded<Answer>>({ state: 'loading' });
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (!isLive) return undefined;
    const again = (): void => setCount((before) => before + 1);
    addEventListener(SITE_CHANGED, again);
    return () => removeEventListener(SITE_CHANGED, again);
  }, []);
  const key = `${path} ${JSON.stringify(query)} ${count}`;
  useEffect(() => {
    let isWanted = true;
    ask<Answer>(path, query).then(
      (answer) => {
        if (isWanted) setLoaded({ state: 'there', answer });
      },
      (error: unknown) => {
        if (isWanted)
          setLoaded({ state: 'failed', message: error instanceof ApiError ? error.message : String(error) });
      },
    );
    return () => {
      isWanted = false;
    };
  }, [key]);
  return loaded;
}

export function Show<Answer>(props: {
  readonly loaded: Loaded<Answer>;
  readonly children: (answer: Answer) => ComponentChildren;
}): JSX.Element {
  const { loaded, children } = props;
  if (loaded.state === 'loading') return <p class="empty">Loading …</p>;
  if (loaded.state === 'failed')
    return (
      <p class="failed" role="alert">
        {loaded.message}
      </p>
    );
  return <>{children(loaded.answer)}</>;
}

/** The head of a table whose columns are all text. */
export function TableHead({ titles }: { readonly titles: readonly string[] }): JSX.Element {
  return (
    <thead>
      <tr>
        {titles.map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** A search that begins its list anew, and the place in the list. */
export function useSearch(): {
  readonly search: string;
  readonly offset: number;
  readonly setOffset: (offset: number) => void;
  readonly box: JSX.Element;
} {
  const [search, setSearch] = useState('');
  const [offset, setOffset] = useState(0);
  const change = (text: string): void => {
    setOffset(0);
    setSearch(text);
  };
  return { search, offset, setOffset, box: <SearchBox label="Search" value={search} change={change} /> };
}

/** Where a list goes on: a page forth and back. */
export function Pager(props: {
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
  readonly go: (offset: number) => void;
}): JSX.Element {
  const { offset, limit, total, go } = props;
  const last = Math.min(total, offset + limit);
  return (
    <nav class="pager" aria-label="Pages">
      <span>{total === 0 ? 'nothing' : `${offset + 1} to ${last} of ${total}`}</span>
      <button type="button" disabled={offset === 0} onClick={() => go(Math.max(0, offset - limit))}>
        Back
      </button>
      <button type="button" disabled={last >= total} onClick={() => go(offset + limit)}>
        Next
      </button>
    </nav>
  );
}

function SearchBox(props: {
  readonly label: string;
  readonly value: string;
  readonly change: (text: string) => void;
}): JSX.Element {
  return (
    <label class="search">
      {props.label}{' '}
      <input type="search" value={props.value} onInput={(event) => props.change(event.currentTarget.value)} />
    </label>
  );
}
