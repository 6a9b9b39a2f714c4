// Runs test files, each in a process of its own and some at a time, and adds up what they report. node:test's own
// runner for many files gave up now and then («the event loop has already resolved») with files still running.
// usage: node scripts/run-tests.ts FILE…
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const LANES = 2;
const COUNTS = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo'] as const;

interface FileResult {
  readonly file: string;
  readonly output: string;
  readonly isPassed: boolean;
}

function runFile(file: string): Promise<FileResult> {
  const child = spawn(process.execPath, ['--test-reporter=spec', file], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((done) => {
    child.on('close', (code) => done({ file, output: Buffer.concat(chunks).toString(), isPassed: code === 0 }));
  });
}

/** What a file's closing lines say; null where it has none, as when it was killed. */
export function countsOf(output: string): Map<string, number> | null {
  const counts = new Map<string, number>();
  for (const [, name, count] of output.matchAll(/^ℹ (\w+) (\d+)$/gm)) counts.set(name!, Number(count));
  return COUNTS.every((name) => counts.has(name)) ? counts : null;
}

const SKIPPED = /^.*# (?:SKIP|skipped).*$/gim;

/** Were tests run to the end, or does the file say why there are none? A suite that is skipped as a whole counts as no test. */
export function isCounted(output: string): boolean {
  const tests = countsOf(output)?.get('tests') ?? -1;
  return tests > 0 || (tests === 0 && output.search(SKIPPED) >= 0);
}

async function main(files: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  const waiting = [...files];
  const totals = new Map<string, number>(COUNTS.map((name) => [name, 0]));
  const failed: FileResult[] = [];

  async function lane(): Promise<void> {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile(file);
      const counts = countsOf(result.output);
      const isGood = result.isPassed && isCounted(result.output);
      for (const [name, count] of counts ?? []) if (totals.has(name)) totals.set(name, totals.get(name)! + count);
      if (!isGood) failed.push(result);
      console.log(`${isGood ? '✔' : '✖'} ${file}: ${counts?.get('pass') ?? 0} passed`);
      for (const [line] of result.output.matchAll(SKIPPED)) console.log(`    ${line.trim()}`);
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));

  for (const { file, output } of failed) console.log(`\n== ${file}\n${output}`);
  console.log('');
  for (const name of COUNTS) console.log(`ℹ ${name} ${totals.get(name)!}`);
  console.log(`ℹ duration_ms ${(performance.now() - startedMs).toFixed(0)}`);
  if (failed.length > 0) console.log(`failed: ${failed.map(({ file }) => file).join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
