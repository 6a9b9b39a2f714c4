// The plant's addresses from hosts.tsv, and its clock: every program gets the same start time from record.sh, so that
// what the script of the day says happens at the same second in every recording.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const rows = readFileSync(new URL('hosts.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1);
const addresses = new Map(
  rows.map((row) => {
    const [name, ip, mac] = row.split('\t');
    return [name ?? '', { ip: ip ?? '', mac: mac ?? '' }];
  }),
);

export function addressOf(name: string): { ip: string; mac: string } {
  const address = addresses.get(name);
  if (address === undefined) throw new Error(`no host "${name}" in hosts.tsv`);
  return address;
}

function numberFromEnvironment(name: string): number {
  const value = Number(process.env[name]);
  if (!Number.isFinite(value)) throw new Error(`${name} is not set; start the programs through record.sh`);
  return value;
}

/** Milliseconds since 1970 at which the plant's day begins. */
export const startMs = numberFromEnvironment('PLANT_START_MS');
/** Seconds of normal work before the laptop comes. */
export const normalSeconds = numberFromEnvironment('PLANT_NORMAL_SECONDS');
/** Seconds from the start to the end of the recording. */
export const totalSeconds = numberFromEnvironment('PLANT_TOTAL_SECONDS');

export function secondsSinceStart(): number {
  return (Date.now() - startMs) / 1000;
}

/** Waits until this many seconds after the start; returns at once when that time has passed. */
export async function until(seconds: number): Promise<void> {
  const waitMs = startMs + seconds * 1000 - Date.now();
  if (waitMs > 0) await sleep(waitMs);
}

/** A small seeded generator (mulberry32), values from 0 up to 1: the noise of the process is the same in every run. */
export function seededNoise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
