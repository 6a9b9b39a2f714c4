// How the value of a point went: a band between the least and the most of each stretch of time.
import type { JSX } from 'preact';
import type { Alert, Page } from './api.ts';
import { timeText, useAnswer } from './parts.tsx';
import type { Point, PointCourse } from './plant.ts';
import { texts } from './texts.ts';

const words = texts.course;
/** Of the drawing; it is shown as large as there is room. */
const WIDTH = 160;
const HEIGHT = 32;
const MARGIN = 2;
const POINTS_SEARCHED = 100;

export function CourseLine({
  course,
  marks = [],
  isLarge = false,
}: {
  readonly course: PointCourse;
  /** Moments to be marked. */
  readonly marks?: readonly string[];
  readonly isLarge?: boolean;
}): JSX.Element {
  const { from, until, least, most } = course;
  const [bottom, top] = [Math.min(...least), Math.max(...most)];
  const stretch = WIDTH / least.length;
  const y = (value: number): number => {
    const share = top === bottom ? 0.5 : (value - bottom) / (top - bottom);
    return HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN);
  };
  const corners = (values: readonly number[]): string[] =>
    values.flatMap((value, index) =>
      [index, index + 1].map((edge) => `${rounded(edge * stretch)},${rounded(y(value))}`),
    );
  const band = [...corners(most), ...corners(least).reverse()].join(' ');
  const [start, end] = [Date.parse(from), Date.parse(until)];
  const told = words.told(rounded(bottom), rounded(top), timeText(from), timeText(until));
  return (
    <svg
      class={isLarge ? 'course large' : 'course'}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={told}
    >
      <title>{told}</title>
      <polygon points={band} />
      {marks.map((mark) => {
        const at = ((Date.parse(mark) - start) / (end - start)) * WIDTH;
        return at >= 0 && at <= WIDTH && <line key={mark} x1={at} x2={at} y1={0} y2={HEIGHT} />;
      })}
    </svg>
  );
}

/** The course of the point that an alert is about, with the moments of the alert; nothing where none is kept. */
export function CourseOfAlert({ alert }: { readonly alert: Alert }): JSX.Element | null {
  const { subject, object, first, last } = alert;
  const loaded = useAnswer<Page<Point>>('/api/points', {
    ...{ asset: subject.asset, search: object, offset: 0, limit: POINTS_SEARCHED },
  });
  if (loaded.state !== 'there') return null;
  const point = loaded.answer.items.find(
    (each) => each.unit === subject.unit && `${each.space} ${each.name === '' ? each.first : each.name}` === object,
  );
  if (point === undefined || point.course === null) return null;
  const { least, most, from, until } = point.course;
  return (
    <figure>
      <CourseLine course={point.course} marks={[...new Set([first, last])]} isLarge />
      <figcaption>
        {words.ofAlert(
          object,
          rounded(Math.min(...least)),
          rounded(Math.max(...most)),
          timeText(from),
          timeText(until),
        )}
      </figcaption>
    </figure>
  );
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
