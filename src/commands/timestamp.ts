// Turns packet time into text.

/** Microseconds since 1970 as RFC 3339 in UTC with microseconds; null where there is no time. */
export function timestamp(timeUs: number): string | null {
  if (!Number.isFinite(timeUs)) return null;
  const whole = Math.floor(timeUs / 1_000_000);
  const date = new Date(whole * 1000);
  // Beyond the years a Date can hold; no capture format reaches there unless it is damaged.
  if (Number.isNaN(date.getTime())) return null;
  const micros = Math.floor(timeUs - whole * 1_000_000);
  return `${date.toISOString().slice(0, -5)}.${String(micros).padStart(6, '0')}Z`;
}

/** `2026-01-31 10:00:00` in UTC, to the second; `unknown` where there is no time. */
export function readableTime(timeUs: number): string {
  const text = timestamp(timeUs);
  return text === null ? 'unknown' : text.replace('T', ' ').slice(0, -8);
}

/** Microseconds of `2026-01-31`, `2026-01-31 10:00` or an RFC 3339 time; UTC where it names no offset; null: no time. */
export function timeOf(text: string): number | null {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6})\d*)?)?(Z|[+-]\d\d:\d\d)?)?$/i.exec(text);
  if (parts === null) return null;
  const [, day, clock = '00:00', seconds = '00', fraction = '', offset = 'Z'] = parts;
  const milliseconds = Date.parse(`${day!}T${clock}:${seconds}${offset.toUpperCase()}`);
  // Date takes the 31st of February for the 3rd of March.
  const isReal = !Number.isNaN(milliseconds) && new Date(`${day!}T00:00:00Z`).toISOString().startsWith(day!);
  return isReal ? milliseconds * 1000 + Number(fraction.padEnd(6, '0')) : null;
}

/** `350 ms`, `12.5 s`, `3 min 20 s`, `2 h 5 min`, `3 days 4 h`. */
export function readableDuration(durationUs: number): string {
  const seconds = durationUs / 1_000_000;
  if (!Number.isFinite(seconds) || seconds < 0) return 'unknown';
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${String(Number(seconds.toFixed(1)))} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return pair(Math.floor(whole / 60), 'min', whole % 60, 's');
  if (whole < 86_400) return pair(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min');
  const days = Math.floor(whole / 86_400);
  return pair(days, days === 1 ? 'day' : 'days', Math.floor((whole % 86_400) / 3600), 'h');
}

function pair(first: number, firstUnit: string, second: number, secondUnit: string): string {
  return second === 0 ? `${first} ${firstUnit}` : `${first} ${firstUnit} ${second} ${secondUnit}`;
}
