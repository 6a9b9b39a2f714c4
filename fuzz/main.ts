// Fuzzes a parser, or all of them, and keeps the inputs that broke one.
// usage: npm run fuzz -- TARGET|all [SECONDS] [--inputs N] [--seed S] [--smoke] [--findings DIR] [--hang SECONDS]
//        npm run fuzz -- TARGET --input FILE
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Budget, Finding, Report } from './session.ts';
import type { Target } from './target.ts';
import { canaries, targets } from './targets.ts';
import { CURRENT_HEAD_BYTES, type WorkerTask } from './worker.ts';

const SECONDS_USUAL = 60;
const SMOKE: Budget = { inputs: 20_000, milliseconds: 1500 };
const SMOKE_SEED = 1;
/** No input takes longer even on a busy machine: the thread hangs. */
const HANG_SECONDS = 10;
const POLL_MS = 250;
/** How far it is, so often. */
const TOLD_EVERY_MS = 60_000;
const HOW_TO =
  'usage: npm run fuzz -- TARGET|all [SECONDS] [--inputs N] [--seed S] [--smoke] [--findings DIR] [--hang SECONDS]';

interface Wish {
  readonly budget: Budget;
  readonly seed: number;
  readonly isSmoke: boolean;
  readonly findings: string;
  readonly hangSeconds: number;
}

/** Gives the findings of one target, which runs in a thread of its own. */
function fuzzInThread(target: Target, wish: Wish): Promise<Report> {
  const current = new SharedArrayBuffer(CURRENT_HEAD_BYTES + target.bytesMax);
  const counters = new Int32Array(current, 0, 2);
  const task: WorkerTask = {
    target: target.name,
    seed: wish.seed,
    budget: wish.budget,
    isSmoke: wish.isSmoke,
    current,
  };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task });
  const startedMs = performance.now();
  return new Promise((done) => {
    let lastCount = 0;
    let lastMs = startedMs;
    let waitedMs = 0;
    let toldMs = startedMs;
    function end(report: Report): void {
      clearInterval(watch);
      void worker.terminate().then(() => done(report));
    }
    function endWith(reason: string): void {
      const index = Atomics.load(counters, 0);
      const input = new Uint8Array(new Uint8Array(current, CURRENT_HEAD_BYTES, counters[1]));
      const seconds = (performance.now() - startedMs) / 1000;
      const finding: Finding = { reason, index, input };
      end({ inputs: index, seconds, seeds: 0, discoveries: 0, growthBytes: 0, findings: [finding] });
    }
    const watch = setInterval(() => {
      const count = Atomics.load(counters, 0);
      const nowMs = performance.now();
      // Before the first input the thread loads and collects its seeds.
      if (count !== lastCount || count === 0) waitedMs = 0;
      // Where the whole process was suspended, this thread was late too: that is no hang.
      else waitedMs += Math.min(nowMs - lastMs, 2 * POLL_MS);
      lastCount = count;
      lastMs = nowMs;
      if (nowMs - toldMs >= TOLD_EVERY_MS) {
        toldMs = nowMs;
        const rate = Math.round(count / ((nowMs - startedMs) / 1000));
        console.error(`${target.name}: ${count.toLocaleString('en')} inputs so far, ${rate.toLocaleString('en')}/s`);
      }
      if (waitedMs > wish.hangSeconds * 1000) endWith(`does not return within ${wish.hangSeconds} s`);
    }, POLL_MS);
    worker.on('message', (report: Report) => end(report));
    worker.on('error', (error) => endWith(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  });
}

function writeFinding(target: Target, wish: Wish, finding: Finding): string {
  mkdirSync(wish.findings, { recursive: true });
  const path = join(wish.findings, `${target.name}-${wish.seed}-${finding.index}`);
  writeFileSync(`${path}.bin`, finding.input);
  const again = `npm run fuzz -- ${target.name} --seed ${wish.seed} --inputs ${finding.index}`;
  writeFileSync(`${path}.txt`, `${finding.reason}\n\nthis input alone: --input FILE\nwith all before it: ${again}\n`);
  return `${path}.bin`;
}

async function fuzzOne(target: Target, wish: Wish): Promise<boolean> {
  const report = await fuzzInThread(target, wish);
  const rate = report.inputs / Math.max(report.seconds, 0.001);
  const growth = (report.growthBytes / 1048576).toFixed(1);
  console.log(
    `${target.name.padEnd(14)} ${report.inputs.toLocaleString('en').padStart(10)} inputs ` +
      `${Math.round(rate).toLocaleString('en').padStart(8)}/s  ${report.seeds} seeds, ${report.discoveries} discoveries, ` +
      `heap ${growth} MiB, ${report.findings.length === 0 ? 'ok' : `${report.findings.length} FINDINGS`}`,
  );
  for (const finding of report.findings) {
    console.log(`  ${finding.reason.split('\n').slice(0, 4).join('\n  ')}\n  ${writeFinding(target, wish, finding)}`);
  }
  return report.findings.length === 0;
}

async function runFile(target: Target, path: string): Promise<number> {
  const input = new Uint8Array(readFileSync(path));
  const startedMs = performance.now();
  await target.open()(input);
  console.log(`${target.name}: ${input.length} bytes, ${(performance.now() - startedMs).toFixed(1)} ms, ok`);
  return 0;
}

function usage(problem: string): number {
  console.error(`${problem}\n${HOW_TO}`);
  for (const target of targets) console.error(`  ${target.name.padEnd(14)} ${target.summary}`);
  return 2;
}

const OPTIONS = {
  inputs: { type: 'string' },
  seed: { type: 'string', default: String(SMOKE_SEED) },
  smoke: { type: 'boolean', default: false },
  findings: { type: 'string', default: resolve(import.meta.dirname, 'findings') },
  input: { type: 'string' },
  hang: { type: 'string', default: String(HANG_SECONDS) },
} as const;

function asked(): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> | string {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return error instanceof Error ? error.message.split('. ')[0]! : String(error);
  }
}

async function main(): Promise<number> {
  const line = asked();
  if (typeof line === 'string') return usage(line);
  const { values, positionals } = line;
  const [name, secondsText, ...rest] = positionals;
  const chosen = name === 'all' ? targets : [...targets, ...canaries].filter((target) => target.name === name);
  if (chosen.length === 0 || rest.length > 0) return usage(name === undefined ? 'no target' : `no target "${name}"`);
  if (values.input !== undefined) return runFile(chosen[0]!, values.input);
  const seconds =
    secondsText === undefined ? (values.inputs === undefined ? SECONDS_USUAL : Infinity) : Number(secondsText);
  const inputs = values.inputs === undefined ? Infinity : Number(values.inputs);
  const seed = Number(values.seed);
  if (!(seconds > 0) || !(inputs > 0) || !Number.isInteger(seed)) return usage('not a number');
  const budget = values.smoke ? SMOKE : { inputs, milliseconds: seconds * 1000 };
  const wish: Wish = {
    budget,
    seed,
    isSmoke: values.smoke,
    findings: values.findings,
    hangSeconds: Number(values.hang),
  };
  let isClean = true;
  for (const target of chosen) isClean = (await fuzzOne(target, wish)) && isClean;
  return isClean ? 0 : 1;
}

process.exitCode = await main();
