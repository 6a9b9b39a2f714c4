// Which stretch of the time the map shows: when conversations began, and two handles.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { timeText } from './parts.tsx';
import type { SiteMap } from './plant.ts';
import { texts } from './texts.ts';

const words = texts.map;
const HEIGHT = 36;
const BAR = 10;

export function TimeSlider(props: {
  readonly map: SiteMap;
  readonly chosen: (span: { from: string; until: string }) => void;
}): JSX.Element | null {
  const { activity, first, last } = props.map;
  const parts = activity.length;
  const [from, setFrom] = useState(0);
  const [until, setUntil] = useState(parts);
  if (first === null || last === null || parts === 0 || first === last) return null;
  const beginMs = Date.parse(first);
  const endMs = Date.parse(last);
  const timeAt = (part: number): string => new Date(beginMs + ((endMs - beginMs) * part) / parts).toISOString();
  const change = (start: number, end: number): void => {
    setFrom(start);
    setUntil(end);
    const isWhole = start === 0 && end === parts;
    props.chosen(isWhole ? { from: '', until: '' } : { from: timeAt(start), until: timeAt(end) });
  };
  const most = Math.max(...activity, 1);
  const text =
    from === 0 && until === parts ? words.wholeTime : words.span(timeText(timeAt(from)), timeText(timeAt(until)));
  const handle = (name: string, value: number, moved: (value: number) => void): JSX.Element => (
    <label>
      {name}{' '}
      <input
        type="range"
        min={0}
        max={parts}
        value={value}
        aria-valuetext={timeText(timeAt(value))}
        onInput={(event) => moved(Number(event.currentTarget.value))}
      />
    </label>
  );
  return (
    <section class="time" aria-label={words.time}>
      <svg viewBox={`0 0 ${parts * BAR} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {activity.map((count, part) => (
          <rect
            key={part}
            class={part >= from && part < until ? 'within' : 'outside'}
            x={part * BAR}
            y={HEIGHT - (count / most) * HEIGHT}
            width={BAR - 1}
            height={(count / most) * HEIGHT}
          />
        ))}
      </svg>
      <div class="filters">
        {handle(words.from, from, (value) => change(Math.min(value, until - 1), until))}
        {handle(words.until, until, (value) => change(from, Math.max(value, from + 1)))}
        <output>{text}</output>
      </div>
    </section>
  );
}
