// Who asked whom for what, and what came of it: of the site, or of one device.
import type { JSX } from 'preact';
import { CsvLink, AssetLink, Choice, Show, PagedTable, timeText, useAnswer, useFilteredSearch } from './parts.tsx';
import { ACCESSES, OUTCOMES, type Operation, type OperationPage } from './plant.ts';
import { texts } from './texts.ts';

const words = texts.operations;
const PAGE_ROWS = 100;
const MARKS: Readonly<Record<Operation['access'], string>> = { read: '○', write: '■', engineering: '▲' };

export function OperationsPage(): JSX.Element {
  return (
    <>
      <h1>{words.title}</h1>
      <p>{words.about}</p>
      <OperationTable asset="" side="" rows={PAGE_ROWS} />
    </>
  );
}

/** `side`: `client` or `server` of the device; empty: both. */
export function OperationTable(props: {
  readonly asset: string;
  readonly side: string;
  readonly rows: number;
}): JSX.Element {
  const { asset, side, rows } = props;
  const { search, filters, change, offset, setOffset, box } = useFilteredSearch(
    ['verb', 'outcome', 'protocol', 'access'],
    asset === '',
  );
  const query = { search, ...filters, asset, side };
  const loaded = useAnswer<OperationPage>('/api/operations', { ...query, offset, limit: rows });
  return (
    <Show loaded={loaded}>
      {({ items, total, verbs, protocols }) => (
        <>
          <div class="filters">
            {box}
            <CsvLink list="operations" query={query} />
            <Choice
              label={words.access}
              value={filters.access}
              change={(value) => change('access', value)}
              choices={ACCESSES.map((name) => [name, words.accesses[name]])}
            />
            <Choice
              label={words.verb}
              value={filters.verb}
              change={(value) => change('verb', value)}
              choices={verbs.map((name) => [name, name])}
            />
            <Choice
              label={words.outcome}
              value={filters.outcome}
              change={(value) => change('outcome', value)}
              choices={OUTCOMES.map((name) => [name, words.outcomes[name]])}
            />
            <Choice
              label={words.protocol}
              value={filters.protocol}
              change={(value) => change('protocol', value)}
              choices={protocols.map((name) => [name, name])}
            />
          </div>
          <PagedTable
            {...{ headings: words.headings, nothing: words.nothing, total, offset, limit: rows, go: setOffset }}
          >
            {items.map((operation, index) => (
              <OperationRow key={index} operation={operation} />
            ))}
          </PagedTable>
        </>
      )}
    </Show>
  );
}

function OperationRow({ operation }: { readonly operation: Operation }): JSX.Element {
  const { client, clientAsset, server, serverAsset, unit, access, verb, outcome } = operation;
  const host = (address: string, asset: string | null): JSX.Element =>
    asset === null ? <span>{address}</span> : <AssetLink id={asset}>{address}</AssetLink>;
  return (
    <tr>
      <td>{host(client, clientAsset)}</td>
      <td>
        {host(server, serverAsset)} {unit === null ? '' : words.unit(unit)}
      </td>
      <td>
        <span class={`access ${access}`}>
          <span aria-hidden="true">{MARKS[access]}</span> {verb}
        </span>
        {operation.function === '' ? '' : ` (${operation.function})`}
      </td>
      <td>{objectText(operation)}</td>
      <td>{operation.protocol}</td>
      <td class={`outcome ${outcome}`}>{words.outcomes[outcome]}</td>
      <td class="number">{operation.count}</td>
      <td>{timeText(operation.last)}</td>
      <td>
        {operation.alerts === 0 || serverAsset === null ? (
          '–'
        ) : (
          <a href={`#/alerts?asset=${encodeURIComponent(serverAsset)}`}>{words.alerts(operation.alerts)}</a>
        )}
      </td>
    </tr>
  );
}

function objectText({ space, object, objectFirst, objectLast }: Operation): string {
  const range =
    objectFirst === null ? '' : objectLast === objectFirst ? `${objectFirst}` : `${objectFirst}–${objectLast}`;
  return [space, object === '' ? range : object].filter((word) => word !== '').join(' ') || '–';
}
