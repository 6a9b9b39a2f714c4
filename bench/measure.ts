// Runs a command in a process of its own and measures wall time and peak memory from outside, the same for all.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TIME_PROGRAM = '/usr/bin/time';

export interface Run {
  readonly seconds: number;
  /** -1 where GNU time is not installed. */
  readonly peakRssBytes: number;
  readonly output: string;
}

/** Throws where the command does not end with 0. */
export function measure(command: readonly string[]): Run {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const memory = join(folder, 'memory');
  const hasTime = existsSync(TIME_PROGRAM);
  const [program, ...rest] = hasTime ? [TIME_PROGRAM, '-f', '%M', '-o', memory, ...command] : command;
  try {
    const startedMs = performance.now();
    const result = spawnSync(program!, rest, {
      encoding: 'utf8',
      maxBuffer: 1024 ** 3,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const seconds = (performance.now() - startedMs) / 1000;
    if (result.status !== 0) throw new Error(`${command.join(' ')} ended with ${result.status}\n${result.stderr}`);
    const peakRssBytes = hasTime ? Number(readFileSync(memory, 'utf8').trim().split('\n').at(-1)) * 1024 : -1;
    return { seconds, peakRssBytes, output: result.stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** First line a program says of itself that holds a version, empty where it is not installed. */
export function versionOf(command: readonly string[]): string {
  const result = spawnSync(command[0]!, command.slice(1), { encoding: 'utf8' });
  if (result.error !== undefined) return '';
  const lines = `${result.stdout}\n${result.stderr}`.split('\n');
  return lines.find((line) => /\d+\.\d+/.test(line) && !line.startsWith('Running as'))?.trim() ?? '';
}
