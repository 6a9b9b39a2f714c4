// The history of firmware: what devices told, what was sent to them, and what was thought of it.
import type { JSX } from 'preact';
import type { Page } from './api.ts';
import {
  CsvLink,
  AssetLink,
  Choice,
  Show,
  PagedTable,
  sizeText,
  timeText,
  useAnswer,
  useFilteredSearch,
} from './parts.tsx';
import type { FirmwareEvent } from './plant.ts';
import { texts } from './texts.ts';

const words = texts.firmware;
const PAGE_ROWS = 100;

export function FirmwarePage(): JSX.Element {
  return (
    <>
      <h1>{words.title}</h1>
      <p>{words.about}</p>
      <FirmwareHistory asset="" rows={PAGE_ROWS} />
      <p>{words.known}</p>
    </>
  );
}

/** Of all devices, or of one. */
export function FirmwareHistory({ asset, rows }: { readonly asset: string; readonly rows: number }): JSX.Element {
  const { search, filters, change, offset, setOffset, box } = useFilteredSearch(['what'], asset === '');
  const loaded = useAnswer<Page<FirmwareEvent>>('/api/firmware', { search, ...filters, asset, offset, limit: rows });
  return (
    <>
      {asset === '' && (
        <div class="filters">
          {box}
          <CsvLink list="firmware" query={{ search, ...filters }} />
          <Choice
            label={words.what}
            value={filters.what}
            change={(value) => change('what', value)}
            choices={Object.entries(words.whats)}
          />
        </div>
      )}
      <Show loaded={loaded}>
        {({ items, total }) => (
          <PagedTable
            {...{ headings: words.headings, nothing: words.nothing, total, offset, limit: rows, go: setOffset }}
          >
            {items.map((event, index) => (
              <EventRow key={index} event={event} />
            ))}
          </PagedTable>
        )}
      </Show>
    </>
  );
}

function EventRow({ event }: { readonly event: FirmwareEvent }): JSX.Element {
  const { asset, address, what, version, source, size, kind, name, sha256, verdicts } = event;
  const image = [name, kind, size === null ? '' : sizeText(size)].filter((word) => word !== '').join(', ');
  return (
    <tr>
      <td>{timeText(event.time)}</td>
      <td>
        <AssetLink id={asset}>{address || asset}</AssetLink>
      </td>
      <td>{words.whats[what]}</td>
      <td>{version || '–'}</td>
      <td>{source}</td>
      <td>
        {image || '–'}
        {sha256 === '' ? null : <div class="hash">{words.hash(sha256)}</div>}
      </td>
      <td>{verdicts.length === 0 ? words.noVerdict : verdicts.join(', ')}</td>
    </tr>
  );
}
