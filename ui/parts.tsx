// Small things that several pages show.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { texts } from './texts.ts';
import { ApiError, ask, type Action, type Party, type Severity } from './api.ts';

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
      {party.unit === null ? '' : ` ${texts.party.unit(party.unit)}`}
      {party.port === null ? '' : ` ${texts.party.port(party.port)}`}
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

export function actionText({ action, scope, undoes }: Action): string {
  const words = texts.actions;
  if (undoes !== null) return words.undid(undoes);
  return scope === null ? words.done[action] : words.doneWith(words.done[action], words.scopes[scope]);
}

export type Loaded<Answer> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly message: string }
  /** `isOld`: something else was asked for meanwhile. */
  | { readonly state: 'there'; readonly answer: Answer; readonly isOld: boolean };

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
  const [loaded, setLoaded] = useState<{ readonly key: string; readonly is: Loaded<Answer> } | null>(null);
  const [count, setCount] = useState(0);
  useEffect(() => {
    if (!isLive) return undefined;
    const again = (): void => setCount((before) => before + 1);
    addEventListener(SITE_CHANGED, again);
    return () => removeEventListener(SITE_CHANGED, again);
  }, []);
  const asked = `${path} ${JSON.stringify(query)}`;
  // Before the page is painted: the server can begin meanwhile.
  useLayoutEffect(() => {
    const wanted = new AbortController();
    ask<Answer>(path, query, wanted.signal).then(
      (answer) => {
        if (!wanted.signal.aborted) setLoaded({ key: asked, is: { state: 'there', answer, isOld: false } });
      },
      (error: unknown) => {
        if (wanted.signal.aborted) return;
        const message = error instanceof ApiError ? error.message : String(error);
        setLoaded({ key: asked, is: { state: 'failed', message } });
      },
    );
    return () => wanted.abort();
  }, [asked, count]);
  if (loaded === null) return { state: 'loading' };
  const { key, is } = loaded;
  return is.state === 'there' && key !== asked ? { ...is, isOld: true } : is;
}

export function Show<Answer>(props: {
  readonly loaded: Loaded<Answer>;
  readonly children: (answer: Answer) => ComponentChildren;
}): JSX.Element {
  const { loaded, children } = props;
  useEffect(() => {
    if (loaded.state === 'there') noteShown();
  }, [loaded.state]);
  if (loaded.state === 'loading')
    return (
      <p class="empty" aria-busy="true">
        {texts.loading}
      </p>
    );
  if (loaded.state === 'failed')
    return (
      <p class="failed" role="alert">
        {loaded.message}
      </p>
    );
  return <div aria-busy={loaded.isOld}>{children(loaded.answer)}</div>;
}

let isShown = false;

/** The first answer stands on the page: when, is read by who measures. */
function noteShown(): void {
  if (!isShown) performance.mark('1sec-shown');
  isShown = true;
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

/** Filters stand in the address, so that a list can be kept as a bookmark and handed on. */
function useFilters<Name extends string>(
  names: readonly Name[],
): readonly [filters: Readonly<Record<Name, string>>, change: (name: Name, value: string) => void] {
  const [filters, setFilters] = useState(() => {
    const words = new URLSearchParams(location.hash.split('?')[1] ?? '');
    return Object.fromEntries(names.map((name) => [name, words.get(name) ?? ''])) as Record<Name, string>;
  });
  const change = (name: Name, value: string): void => {
    const changed = { ...filters, [name]: value };
    const [page = ''] = location.hash.split('?');
    const words = new URLSearchParams(location.hash.split('?')[1] ?? '');
    if (value === '') words.delete(name);
    else words.set(name, value);
    history.replaceState(null, '', words.size === 0 ? page : `${page}?${words}`);
    setFilters(changed);
  };
  return [filters, change];
}

/** A search that begins its list anew, and the place in the list. `isInAddress`: it is the page's own list. */
export function useSearch(isInAddress = true): {
  readonly search: string;
  readonly offset: number;
  readonly setOffset: (offset: number) => void;
  readonly box: JSX.Element;
} {
  const [filters, setFilter] = useFilters(['search']);
  const [own, setOwn] = useState('');
  const search = isInAddress ? filters.search : own;
  const [offset, setOffset] = useState(0);
  const change = (text: string): void => {
    setOffset(0);
    if (isInAddress) setFilter('search', text);
    else setOwn(text);
  };
  return { search, offset, setOffset, box: <SearchBox label={texts.search} value={search} change={change} /> };
}

/** As `useSearch`, with filters: another filter begins the list anew as well. */
export function useFilteredSearch<Name extends string>(
  names: readonly Name[],
  isInAddress = true,
): ReturnType<typeof useSearch> & {
  readonly filters: Readonly<Record<Name, string>>;
  readonly change: (name: Name, value: string) => void;
} {
  const place = useSearch(isInAddress);
  const [filters, setFilter] = useFilters(names);
  const change = (name: Name, value: string): void => {
    place.setOffset(0);
    setFilter(name, value);
  };
  return { ...place, filters, change };
}

/** One page of a list as a table with what leads forth and back. `nothing`: said where the list is empty. */
export function PagedTable(props: {
  readonly headings: readonly string[];
  readonly nothing: string;
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  readonly go: (offset: number) => void;
  /** The rows. */
  readonly children: ComponentChildren;
}): JSX.Element {
  const { headings, nothing, children, ...place } = props;
  if (place.total === 0) return <p class="empty">{nothing}</p>;
  return (
    <>
      <table>
        <TableHead titles={headings} />
        <tbody>{children}</tbody>
      </table>
      <Pager {...place} />
    </>
  );
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
    <nav class="pager" aria-label={texts.pager.pages}>
      <span>{total === 0 ? texts.pager.nothing : texts.pager.place(offset + 1, last, total)}</span>
      <button type="button" disabled={offset === 0} onClick={() => go(Math.max(0, offset - limit))}>
        {texts.pager.back}
      </button>
      <button type="button" disabled={last >= total} onClick={() => go(offset + limit)}>
        {texts.pager.next}
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

export function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly choices: readonly (readonly [value: string, text: string])[];
}): JSX.Element {
  return (
    <label>
      {props.label}{' '}
      <select value={props.value} onChange={(event) => props.change(event.currentTarget.value)}>
        <option value="">{texts.any}</option>
        {props.choices.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The whole list, with these filters, as a file. */
export function CsvLink(props: {
  readonly list: string;
  readonly query: Readonly<Record<string, string>>;
}): JSX.Element {
  const words = new URLSearchParams(Object.entries(props.query).filter(([, value]) => value !== ''));
  return (
    <a class="csv" href={`/api/${props.list}.csv?${words}`} download>
      {texts.csv}
    </a>
  );
}
