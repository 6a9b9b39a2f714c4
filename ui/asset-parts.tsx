// Parts of the page of one device: its points with their ranges, and what happened to it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Page, Severity } from './api.ts';
import { PagedTable, CsvLink, Pager, SeverityMark, Show, TableHead, timeText, useAnswer, useSearch } from './parts.tsx';
import { CourseLine } from './course.tsx';
import type { Point } from './plant.ts';
import { texts } from './texts.ts';

const words = texts.asset;
const POINT_ROWS = 100;
const TIMELINE_ROWS = 100;
const TRACK = 160;

export function PointTable({ asset }: { readonly asset: string }): JSX.Element {
  const { search, offset, setOffset, box } = useSearch(false);
  const loaded = useAnswer<Page<Point>>('/api/points', { asset, search, offset, limit: POINT_ROWS });
  return (
    <>
      <div class="filters">
        {box}
        <CsvLink list="points" query={{ asset, search }} />
      </div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <PagedTable
            {...{
              headings: words.pointHeadings,
              nothing: words.noPoints,
              total,
              offset,
              limit: POINT_ROWS,
              go: setOffset,
            }}
          >
            {items.map((point) => (
              <PointRow key={`${point.unit} ${point.protocol} ${point.space} ${point.first}`} point={point} />
            ))}
          </PagedTable>
        )}
      </Show>
    </>
  );
}

function PointRow({ point }: { readonly point: Point }): JSX.Element {
  const { unit, protocol, space, first, count, name, minimum, maximum, last, step } = point;
  const place = name === '' ? (count > 1 ? `${first}–${first + count - 1}` : `${first}`) : name;
  const number = (value: number | null): string => (value === null ? '–' : String(Math.round(value * 1000) / 1000));
  return (
    <tr>
      <th scope="row">
        {protocol} {unit === null ? '' : words.unit(unit)} {space} {place}
      </th>
      <td>
        {point.course === null ? (
          <RangeBar minimum={minimum} maximum={maximum} last={last} />
        ) : (
          <CourseLine course={point.course} />
        )}
      </td>
      <td class="number">{number(last)}</td>
      <td class="number">{number(minimum)}</td>
      <td class="number">{number(maximum)}</td>
      <td class="number">{number(step)}</td>
      <td class="number">{point.reads}</td>
      <td class="number">{point.writes}</td>
      <td>{timeText(point.seen)}</td>
    </tr>
  );
}

/** Where the last value stands between the least and the most. */
function RangeBar(props: {
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly last: number | null;
}): JSX.Element | null {
  const { minimum, maximum, last } = props;
  if (minimum === null || maximum === null || last === null) return null;
  const share = maximum === minimum ? 0.5 : (last - minimum) / (maximum - minimum);
  return (
    <svg class="range" viewBox={`0 0 ${TRACK} 14`} role="img" aria-label={words.range(minimum, maximum, last)}>
      <rect class="track" x="7" y="5" width={TRACK - 14} height="4" rx="2" />
      <circle class="dot" cx={7 + Math.min(1, Math.max(0, share)) * (TRACK - 14)} cy="7" r="5" />
    </svg>
  );
}

interface Happening {
  readonly time: string;
  readonly kind: keyof typeof words.happenings;
  readonly what: string;
  readonly by: string;
  readonly severity: Severity | null;
  readonly alert: string | null;
}

export function Timeline({ asset }: { readonly asset: string }): JSX.Element {
  const [offset, setOffset] = useState(0);
  const path = `/api/assets/${encodeURIComponent(asset)}/timeline`;
  const loaded = useAnswer<Page<Happening>>(path, { offset, limit: TIMELINE_ROWS });
  return (
    <Show loaded={loaded}>
      {({ items, total }) => (
        <>
          <table>
            <TableHead titles={words.timelineHeadings} />
            <tbody>
              {items.map(({ time, kind, what, by, severity, alert }, index) => (
                <tr key={index}>
                  <td>{timeText(time)}</td>
                  <td>{severity === null ? words.happenings[kind] : <SeverityMark severity={severity} />}</td>
                  <td>{alert === null ? what : <a href={`#/alerts/${encodeURIComponent(alert)}`}>{what}</a>}</td>
                  <td>{by || '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <Pager offset={offset} limit={TIMELINE_ROWS} total={total} go={setOffset} />
        </>
      )}
    </Show>
  );
}
