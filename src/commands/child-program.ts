// For tests: runs `./1sec` as a child process, as a person or a script would; or, where ONE_SEC_PROGRAM names one, the
// program there, to test a bundle or the single executable.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const PROGRAM = resolve(ROOT, process.env['ONE_SEC_PROGRAM'] ?? '1sec');

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
}

export interface RunOptions {
  readonly input?: Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

const TIMEOUT_MS = 60_000;

export function run1sec(words: readonly string[], options: RunOptions = {}): Ended {
  const ended = spawnSync(PROGRAM, words, {
    cwd: options.directory ?? ROOT,
    input: options.input ?? new Uint8Array(0),
    env: { ...plainEnvironment(), ...options.environment },
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 256 * 1024 * 1024,
  });
  if (ended.error !== undefined) throw ended.error;
  return { code: ended.status, output: ended.stdout, error: ended.stderr };
}

/** Without what would make the output depend on the terminal the tests run in. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const rest = { ...process.env };
  for (const name of ['COLUMNS', 'NO_COLOR', 'FORCE_COLOR', 'NODE_OPTIONS']) Reflect.deleteProperty(rest, name);
  return rest;
}

/** A folder of its own for a test, with these files; removed when the test process ends. */
export function folderWith(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), '1sec-test-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** The one line on standard error that an error is told in. */
export function oneLine(ended: Ended): string {
  const lines = ended.error.split('\n');
  if (lines.length !== 2 || lines[1] !== '') throw new Error(`not one line: ${JSON.stringify(ended.error)}`);
  return lines[0]!;
}
