// Compares the distinct values of a trait or claim in a real capture with those that tshark shows. No part of the program.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');
const SHARED = resolve(ROOT, '../shared/captures');
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

export interface Compared {
  readonly capture: string;
  /** Trait, or attribute of a claim. */
  readonly what: string;
  /** Display filter, and the field; values that stand in one frame are separated by commas. */
  readonly filter: string;
  readonly field: string;
  /** So many distinct values: a comparison of nothing with nothing would hold. */
  readonly count: number;
  /** What of our value tshark shows as well; absent: all. A value in which it is not found is left out. */
  readonly ours?: RegExp;
  /** Our value is a list with this between its parts: each is compared. */
  readonly each?: string;
  /** True: the hosts that have it are compared, not what it says. */
  readonly isOfHosts?: boolean;
}

export function testValues(compared: readonly Compared[]): void {
  for (const each of compared) {
    const path = join(SHARED, each.capture);
    const reason = existsSync(path) ? 'skipped: tshark is not installed' : 'skipped: ../shared/captures is missing';
    const skip = existsSync(path) && hasTshark ? false : reason;
    test(`${each.what} in ${each.capture} is what tshark shows`, { skip }, () => {
      const ours = ourValues(path, each);
      assert.equal(ours.length, each.count);
      assert.deepEqual(ours, theirValues(path, each));
    });
  }
}

function ourValues(path: string, { what, ours, isOfHosts, each }: Compared): string[] {
  const arguments_ = ['src/main.ts', 'facts', path, '--fact', 'claim,trait'];
  const run = spawnSync(process.execPath, arguments_, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const values = new Set<string>();
  for (const line of run.stdout.split('\n').filter((text) => text !== '')) {
    const fact = JSON.parse(line) as { trait?: string; attribute?: string; value: string; host: string };
    if (fact.trait !== what && fact.attribute !== what) continue;
    const value = isOfHosts === true ? fact.host : fact.value;
    const shown = ours === undefined ? value : ours.exec(value)?.[1];
    if (shown !== undefined) for (const part of each === undefined ? [shown] : shown.split(each)) values.add(part);
  }
  return [...values].sort();
}

function theirValues(path: string, { filter, field }: Compared): string[] {
  const run = spawnSync('tshark', ['-r', path, '-Y', filter, '-T', 'fields', '-e', field, '-E', 'occurrence=a'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...new Set(run.stdout.split(/[\n,]/).filter((text) => text !== ''))].sort();
}
