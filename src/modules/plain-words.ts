// Numbers as people say them in explanations: durations, chances, counts.
import { grouped, showable } from '../bytes/text.ts';
import type { TransferEnding } from '../facts/facts.ts';

/** `840 µs`, `2.4 ms`, `3.1 s`, `12 min`, `5.2 h`. */
export function durationText(us: number): string {
  if (us < 1000) return `${us} µs`;
  if (us < 1_000_000) return `${rounded(us / 1000)} ms`;
  if (us < 120_000_000) return `${rounded(us / 1_000_000)} s`;
  if (us < 7_200_000_000) return `${rounded(us / 60_000_000)} min`;
  return `${rounded(us / 3_600_000_000)} h`;
}

/** `45 s`, `4 min 49 s`, `3 h 12 min`, `12 days 4 h`: two units at most. */
export function spanText(us: number): string {
  const seconds = Math.floor(us / 1_000_000);
  if (seconds < 1) return durationText(Math.max(0, Math.round(us)));
  const units: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), seconds >= 172_800 ? ' days' : ' day'],
    [Math.floor(seconds / 3600) % 24, ' h'],
    [Math.floor(seconds / 60) % 60, ' min'],
    [seconds % 60, ' s'],
  ];
  const first = units.findIndex(([count]) => count > 0);
  return units
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}

/** A bound as a percentage that it is below: `0.87 %`, `0.01 %`. Rounded up, so that it stays true. */
export function chanceText(bound: number): string {
  const percent = bound * 100;
  if (percent >= 10) return `${Math.min(100, Math.ceil(percent))} %`;
  if (percent <= 0.001) return '0.001 %';
  const digits = percent >= 1 ? 1 : percent >= 0.1 ? 2 : 3;
  const scale = 10 ** digits;
  return `${Math.ceil(percent * scale - 1e-9) / scale} %`;
}

/** `one client`, `3 clients`, `41,220 requests`. */
export function countOf(count: number, what: string): string {
  return count === 1 ? `one ${what}` : `${grouped(count)} ${what}s`;
}

/** `once`, `twice`, `41,220 times`. */
export function timesText(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${grouped(count)} times`;
}

function rounded(value: number): string {
  return value < 10 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0);
}

/** A user as alerts name one: the first letter, and that there is more. */
export function maskedUser(user: string): string {
  return `${showable(user.slice(0, 1), 4)}***`;
}

/** What made an end of a transfer whose protocol does not tell where it ends. */
export const ENDING_WORDS: Readonly<Record<TransferEnding, string>> = {
  size: 'as long as its size was told',
  restart: 'the device was restarted afterwards',
  'read-back': 'it was read back afterwards',
  'begun-anew': 'it was begun anew afterwards',
  silence: 'nothing more came for a minute',
  closed: 'the conversation ended',
};
