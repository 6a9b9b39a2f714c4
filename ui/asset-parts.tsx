// Parts of the page of one device: its points with their ranges, and what happened to it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Page, Severity } from './api.ts';
import { PagedTable, CsvLink, Pager, SeverityMark, Show, TableHead, timeText, useAnswer, useSearch } from './parts.tsx';
import type { Point, PointCourse } from './plant.ts';
import { texts } from './texts.ts';

const words = texts.asset;
const POINT_ROWS = 100;
const TIMELINE_ROWS = 100;
const TRACK = 160;
const COURSE_HEIGHT = 32;

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
  const number = (value: number | null): string => (value === null ? '–' : String(round(value)));
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

/** How the value went: the band between the least and the most of each stretch, from the first time to the last. */
export function CourseLine({ course }: { readonly course: PointCourse }): JSX.Element {
  const { from, until, least, most } = course;
  const [bottom, top] = [Math.min(...least), Math.max(...most)];
  const width = TRACK / least.length;
  const y = (value: number): number => {
    const share = top === bottom ? 0.5 : (value - bottom) / (top - bottom);
    return COURSE_HEIGHT - 2 - share * (COURSE_HEIGHT - 4);
  };
  const corners = (values: readonly number[]): string[] =>
    values.flatMap((value, index) => [index, index + 1].map((edge) => `${round(edge * width)},${round(y(value))}`));
  const band = [...corners(most), ...corners(least).reverse()].join(' ');
  const told = words.course(round(bottom), round(top), timeText(from), timeText(until));
  return (
    <svg class="course" viewBox={`0 0 ${TRACK} ${COURSE_HEIGHT}`} role="img" aria-label={told}>
      <title>{told}</title>
      <polygon points={band} />
    </svg>
  );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
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
