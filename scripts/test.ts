// Runs every check of the house, two at a time, stops at the first failure and ends with one line for each step.
// usage: npm test [-- --only STEP[,STEP]] [--keep-going]
import { spawn, type ChildProcess } from 'node:child_process';
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

interface Step {
  readonly name: string;
  readonly arguments: readonly string[];
  /** Its output is shown even when it passes. */
  readonly isShown?: boolean;
}

interface Result {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'stopped' | 'not run';
  readonly seconds: number;
}

const ROOT = resolve(import.meta.dirname, '..');
const LANES = 2;
const TEST_PATTERNS = ['src/**/*.test.ts', 'scripts/**/*.test.ts', 'fuzz/**/*.test.ts', 'bench/**/*.test.ts'];

const require = createRequire(import.meta.url);

/** The JavaScript file behind a package's command, so that no shell and no other Node comes in between. */
function program(packageName: string, command: string): string {
  const manifest = require.resolve(`${packageName}/package.json`);
  const { bin } = require(manifest) as { bin: string | Record<string, string> };
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[command]!);
}

function steps(): Step[] {
  const tests = globSync(TEST_PATTERNS, { cwd: ROOT }).sort();
  return [
    // The longest first, so that the two lanes end at about the same time.
    {
      name: 'unit',
      arguments: ['scripts/run-tests.ts', ...tests],
      isShown: true,
    },
    { name: 'lint', arguments: [program('eslint', 'eslint'), '--max-warnings=0', '.'] },
    { name: 'types', arguments: [program('typescript', 'tsc'), '--noEmit'] },
    { name: 'dashboard types', arguments: [program('typescript', 'tsc'), '--noEmit', '-p', 'ui'] },
    { name: 'format', arguments: [program('prettier', 'prettier'), '--check', '--log-level=warn', '.'] },
    { name: 'fuzz', arguments: ['fuzz/main.ts', 'all', '--smoke'], isShown: true },
    { name: 'layering', arguments: ['scripts/layering.ts'] },
    { name: 'docs', arguments: ['scripts/check-docs.ts'] },
  ];
}

function run(step: Step, running: Set<ChildProcess>): Promise<Result> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, step.arguments, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  return new Promise((done) => {
    child.on('close', (code, signal) => {
      running.delete(child);
      const seconds = (performance.now() - startedMs) / 1000;
      const outcome = code === 0 ? 'passed' : signal === 'SIGTERM' ? 'stopped' : 'failed';
      if (outcome === 'failed' || (outcome === 'passed' && step.isShown)) {
        process.stdout.write(`\n== ${step.name}\n`);
        process.stdout.write(Buffer.concat(output));
      }
      console.log(`-- ${step.name} ${outcome} (${seconds.toFixed(1)} s)`);
      done({ name: step.name, outcome, seconds });
    });
  });
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string', multiple: true }, 'keep-going': { type: 'boolean', default: false } },
  });
  const all = steps();
  const only = (values.only ?? []).flatMap((names) => names.split(','));
  const unknown = only.filter((name) => !all.some((step) => step.name === name));
  if (unknown.length > 0) {
    console.error(`no step "${unknown.join(', ')}"; there are: ${all.map((step) => step.name).join(', ')}`);
    return 2;
  }
  const waiting = all.filter((step) => only.length === 0 || only.includes(step.name));
  const order = waiting.map((step) => step.name);
  const startedMs = performance.now();
  const running = new Set<ChildProcess>();
  const results: Result[] = [];
  let hasFailed = false;

  async function lane(): Promise<void> {
    for (;;) {
      const step = hasFailed && !values['keep-going'] ? undefined : waiting.shift();
      if (step === undefined) return;
      const result = await run(step, running);
      results.push(result);
      if (result.outcome !== 'failed') continue;
      hasFailed = true;
      if (!values['keep-going']) for (const child of running) child.kill('SIGTERM');
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));
  for (const step of waiting) results.push({ name: step.name, outcome: 'not run', seconds: 0 });

  console.log('');
  for (const name of order) {
    const result = results.find((entry) => entry.name === name)!;
    console.log(`${result.outcome.padEnd(8)} ${name.padEnd(10)} ${result.seconds.toFixed(1).padStart(5)} s`);
  }
  const total = ((performance.now() - startedMs) / 1000).toFixed(1);
  const failed = results.filter((result) => result.outcome === 'failed').map((result) => result.name);
  console.log(failed.length === 0 ? `all passed in ${total} s` : `FAILED: ${failed.join(', ')} (${total} s)`);
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
