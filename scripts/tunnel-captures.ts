// The recorded tunnels and what could be taken for them: which captures a folder holds, and what is told of one.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { analyze } from '../src/engine/analysis.ts';
import type { Alert } from '../src/facts/alert.ts';

/** Beginnings of the recordings, small enough to be kept; `npm run record:tunnels` makes whole ones. */
export const TUNNEL_SAMPLES = resolve(import.meta.dirname, '../samples/tunnels');

/** `product`: a program that does by design what a tunnel does. */
export type TunnelClass = 'tunnel' | 'honest' | 'product';

export interface TunnelCapture {
  readonly name: string;
  readonly class: TunnelClass;
  readonly what: string;
  readonly path: string;
}

const KINDS: ReadonlySet<string> = new Set(['access-watch/tunnel', 'access-watch/disguised-protocol']);

/** The rows of `truth.tsv`, in the order of their names. */
export function tunnelCaptures(folder: string): TunnelCapture[] {
  const truth = join(folder, 'truth.tsv');
  if (!existsSync(truth)) return [];
  const rows = readFileSync(truth, 'utf8').trimEnd().split('\n').sort();
  return rows.map((row) => {
    const [name = '', kind = '', what = ''] = row.split('\t');
    if (kind !== 'tunnel' && kind !== 'honest' && kind !== 'product') throw new Error(`${truth}: ${kind} is no class`);
    return { name, class: kind, what, path: join(folder, `${name}.pcap`) };
  });
}

/** The alerts that speak of something hidden; null where the file is no capture that can be opened. */
export async function tunnelAlerts(path: string): Promise<Alert[] | null> {
  const result = await analyze({ paths: [path] }).catch(() => null);
  return result === null ? null : result.alerts.filter(({ kind }) => KINDS.has(kind));
}
