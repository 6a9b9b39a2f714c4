// Runs a command in a process of its own and measures wall time and peak memory from outside, the same for all.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TIME_PROGRAM = '/usr/bin/time';

export interface Run {
  readonly seconds: number;
  /** Of all threads, user and system: less moved by what else the machine does. -1 as below. */
  readonly cpuSeconds: number;
  /** -1 where GNU time is not installed. */
  readonly peakRssBytes: number;
  readonly output: string;
}

/** Throws where the command does not end with 0. */
export function measure(command: readonly string[]): Run {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const spent = join(folder, 'spent');
  const hasTime = existsSync(TIME_PROGRAM);
  const [program, ...rest] = hasTime ? [TIME_PROGRAM, '-f', '%M %U %S', '-o', spent, ...command] : command;
  try {
    const startedMs = performance.now();
    const result = spawnSync(program!, rest, {
      encoding: 'utf8',
      maxBuffer: 1024 ** 3,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const seconds = (performance.now() - startedMs) / 1000;
    if (result.status !== 0) throw new Error(`${command.join(' ')} ended with ${result.status}\n${result.stderr}`);
    const said = hasTime ? readFileSync(spent, 'utf8').trim().split('\n').at(-1)! : '-1 -1 0';
    const [kibibytes, user, system] = said.split(' ').map(Number) as [number, number, number];
    const peakRssBytes = kibibytes < 0 ? -1 : kibibytes * 1024;
    return { seconds, cpuSeconds: user + system, peakRssBytes, output: result.stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The version a program says of itself, empty where it is not installed. */
export function versionOf(command: readonly string[]): string {
  const result = spawnSync(command[0]!, command.slice(1), { encoding: 'utf8' });
  if (result.error !== undefined) return '';
  return /\d+(?:\.\d+)+/.exec(`${result.stdout}\n${result.stderr}`)?.[0] ?? 'unknown version';
}
