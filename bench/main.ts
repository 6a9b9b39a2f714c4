// Measures our stages and the programs beside them on one capture, in turns, and writes bench/results.md.
// usage: npm run bench [-- CAPTURE] [--runs N] [--damage] [--crowd] [--suricata DIR] [--only NAME[,NAME]] [--print]
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { buildCells } from './cells.ts';
import { buildCrowd } from './crowd.ts';
import { damage } from './damage.ts';
import { measure, type Run } from './measure.ts';
import type { StageReport } from './stage.ts';
import { STAGE_PROGRAM, subjectsFor, type Subject } from './subjects.ts';

const ROOT = resolve(import.meta.dirname, '..');
const WORK = join(import.meta.dirname, 'work');
const RESULTS = join(import.meta.dirname, 'results.md');
const YARDSTICK = '1sec: analysis';
const MIB = 1024 * 1024;

interface Measured {
  readonly subject: Subject;
  readonly runs: Run[];
}

function report(capture: string): StageReport {
  const run = measure([process.execPath, STAGE_PROGRAM, 'analysis', capture]);
  return JSON.parse(run.output) as StageReport;
}

/** A B C A B C …: what disturbs the machine disturbs all alike. */
function inTurns(subjects: readonly Subject[], runs: number): Measured[] {
  const measured = subjects.map((subject): Measured => ({ subject, runs: [] }));
  for (let round = 0; round < runs; round++) {
    for (const { subject, runs } of measured) {
      if (round >= subject.runsMax) continue;
      const run = subject.run();
      runs.push(run);
      process.stderr.write(`${round + 1}/${subject.name}: ${run.seconds.toFixed(2)} s\n`);
    }
  }
  return measured;
}

function table(measured: readonly Measured[], packets: number): string[] {
  const least = (entry: Measured): number => Math.min(...entry.runs.map((run) => run.seconds));
  const leastCpu = (entry: Measured): number => Math.min(...entry.runs.map((run) => run.cpuSeconds));
  const yardstick = measured.find(({ subject }) => subject.name === YARDSTICK);
  const lines = [
    '| what | wall s (least) | most | CPU s (least) | million packets/s | peak MiB | wall ÷ our analysis | CPU ÷ our analysis | remark |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---|',
  ];
  for (const entry of measured) {
    const seconds = least(entry);
    const most = Math.max(...entry.runs.map((run) => run.seconds));
    const cpu = leastCpu(entry);
    const cpuRatio = yardstick === undefined || cpu < 0 ? '' : (cpu / leastCpu(yardstick)).toFixed(2);
    const peak = Math.min(...entry.runs.map((run) => run.peakRssBytes));
    const ratio = yardstick === undefined ? '' : (seconds / least(yardstick)).toFixed(2);
    const memory = peak < 0 ? 'unknown' : (peak / MIB).toFixed(0);
    const rate = (packets / seconds / 1e6).toFixed(2);
    const { name, remark } = entry.subject;
    lines.push(
      `| ${name} | ${seconds.toFixed(2)} | ${most.toFixed(2)} | ${cpu < 0 ? 'unknown' : cpu.toFixed(2)} | ${rate} | ${memory} | ${ratio} | ${cpuRatio} | ${remark} |`,
    );
  }
  return lines;
}

function described(capture: string, facts: StageReport): string[] {
  const found = Object.entries(facts.found).map(([name, count]) => `${count.toLocaleString('en')} ${name}`);
  return [
    `\`${basename(capture)}\`: ${facts.frames.toLocaleString('en')} packets, ${facts.bytes.toLocaleString('en')} bytes, ` +
      `${facts.capturedSeconds.toFixed(0)} s of traffic. Found: ${found.join(', ')}.`,
    '',
  ];
}

function machine(): string[] {
  const cores = cpus();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  const isChanged =
    execFileSync('git', ['status', '--porcelain', '--', 'src', 'knowledge'], { cwd: ROOT, encoding: 'utf8' }) !== '';
  const load = loadavg()[0]!.toFixed(1);
  return [
    `- machine: ${cores[0]?.model.trim() ?? 'unknown processor'}, ${cores.length} cores, ${(totalmem() / 1024 ** 3).toFixed(0)} GiB, Linux ${release()}; load ${load} when it began`,
    ...(loadavg()[0]! > 1 ? ['- the machine was busy: wall times say little, compare processor time'] : []),
    `- Node ${process.version}; commit ${commit}${isChanged ? ', with changes not yet committed' : ''}`,
  ];
}

/** Forty cells of real captures; null where those are missing. */
async function builtCapture(): Promise<string | null> {
  const path = join(WORK, 'cells.pcap');
  if (existsSync(path)) return path;
  mkdirSync(WORK, { recursive: true });
  console.error('building the bench capture');
  return (await buildCells(path, 40)) === null ? null : path;
}

/** Both programs as they are shipped: bundled, types stripped. */
function buildPrograms(): void {
  mkdirSync(WORK, { recursive: true });
  buildSync({
    entryPoints: [join(import.meta.dirname, 'stage.ts')],
    outfile: STAGE_PROGRAM,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  cpSync(join(ROOT, 'knowledge'), join(WORK, 'knowledge'), { recursive: true });
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.ts')], { cwd: ROOT, stdio: 'ignore' });
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      runs: { type: 'string', default: '5' },
      damage: { type: 'boolean', default: false },
      crowd: { type: 'boolean', default: false },
      suricata: { type: 'string' },
      only: { type: 'string' },
      print: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const capture = positionals[0] ?? (await builtCapture());
  if (capture === null || !existsSync(capture)) {
    console.error('no capture: name one, or put ../shared/captures beside the project');
    return 2;
  }
  buildPrograms();
  const runs = Number(values.runs);
  const only = values.only?.split(',');
  const lines = [
    '# Bench',
    '',
    'Written by `npm run bench`; see its options for how to repeat it. Least of the runs, all in turns.',
    '',
  ];
  lines.push(...machine(), `- runs: ${runs}`, '');

  function section(title: string, path: string): void {
    const facts = report(path);
    const all = subjectsFor(path, { suricata: values.suricata ?? null, packets: facts.frames });
    const subjects = all.filter((subject) => only?.some((name) => subject.name.includes(name)) ?? true);
    lines.push(`## ${title}`, '', ...described(path, facts), ...table(inTurns(subjects, runs), facts.frames), '');
  }
  section('As captured', resolve(capture));
  if (values.damage) {
    mkdirSync(WORK, { recursive: true });
    const worse = join(WORK, `${basename(capture, '.pcap')}-damaged.pcap`);
    const { dropped, swapped } = damage(capture, worse);
    section(
      `With ${dropped.toLocaleString('en')} packets lost and ${swapped.toLocaleString('en')} swapped with their neighbour`,
      worse,
    );
  }
  if (values.crowd) {
    mkdirSync(WORK, { recursive: true });
    const crowd = join(WORK, 'crowd.pcap');
    if (!existsSync(crowd)) buildCrowd(crowd, 5000, 100_000, 4);
    section('A large site: 5,000 devices, 100,000 connections open at once', crowd);
  }
  const text = `${lines.join('\n').trimEnd()}\n`;
  if (values.print) console.log(text);
  else writeFileSync(RESULTS, text);
  if (!values.print) console.log(`wrote ${basename(RESULTS)}`);
  return 0;
}

process.exitCode = await main();
