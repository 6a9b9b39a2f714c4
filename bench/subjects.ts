// What is measured: our stages, the command as a person runs it, and the programs beside it where they are installed.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { RUNTIME_OPTIONS } from '../scripts/runtime-options.ts';
import { measure, versionOf, type Run } from './measure.ts';
import { STAGES } from './stage.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** bench/stage.ts, bundled. */
export const STAGE_PROGRAM = join(import.meta.dirname, 'work/stage.mjs');
/** tshark is two orders slower: it reads so many packets, and the time is scaled to all. */
const TSHARK_PACKETS = 200_000;

export interface Subject {
  readonly name: string;
  /** What was left out or scaled; empty where nothing was. */
  readonly remark: string;
  /** Measured this often at most. */
  readonly runsMax: number;
  run(): Run;
}

export interface SubjectOptions {
  readonly suricata: string | null;
  readonly packets: number;
}

export function subjectsFor(capture: string, options: SubjectOptions): Subject[] {
  return [
    ...STAGES.map((stage) => ours(`1sec: ${stage}`, [STAGE_PROGRAM, stage, capture])),
    ours('1sec analyze --json', [join(ROOT, 'dist/1sec.mjs'), 'analyze', '--json', capture]),
    ...ndpi(capture),
    ...tshark(capture, options.packets),
    ...(options.suricata === null ? [] : suricatas(capture, options.suricata)),
  ];
}

function suricatas(capture: string, tree: string): Subject[] {
  return SURICATA_WAYS.map((way) => suricata(capture, tree, way));
}

function ours(name: string, rest: readonly string[]): Subject {
  const command = [process.execPath, ...RUNTIME_OPTIONS, ...rest];
  return { name, remark: '', runsMax: Infinity, run: () => measure(command) };
}

function ndpi(capture: string): Subject[] {
  const version = versionOf(['ndpiReader', '--help']);
  if (version === '') return [];
  const run = (): Run => measure(['ndpiReader', '-q', '-i', capture]);
  return [
    {
      name: 'ndpiReader',
      remark: `nDPI ${version}; flows and protocols only`,
      runsMax: Infinity,
      run,
    },
  ];
}

function tshark(capture: string, packets: number): Subject[] {
  const version = versionOf(['tshark', '--version']);
  if (version === '') return [];
  const read = Math.min(packets, TSHARK_PACKETS);
  const remark = `${version}; the first ${read.toLocaleString('en')} packets, time scaled to all; its memory is of those`;
  function run(): Run {
    const run = measure(['tshark', '-n', '-r', capture, '-c', String(read), '-q', '-z', 'io,phs']);
    return { ...run, seconds: (run.seconds * packets) / read, cpuSeconds: (run.cpuSeconds * packets) / read };
  }
  return [{ name: 'tshark', remark, runsMax: 2, run }];
}

/** How much of a capture Suricata is asked to look at, and to tell. */
interface SuricataWay {
  readonly name: string;
  readonly remark: string;
  readonly options: readonly string[];
  /** Whether each Modbus and DNP3 transaction is written to eve.json, as far as version 7 can. */
  readonly tells: boolean;
}

// As installed it passes over connections whose beginning was not seen: in this field most of them. The other ways ask
// it for the work that we do.
const WHOLE = ['--set', 'stream.midstream=true', '--set', 'stream.reassembly.depth=0'];
const SURICATA_WAYS: readonly SuricataWay[] = [
  { name: 'Suricata', remark: 'default outputs', options: [], tells: false },
  { name: 'Suricata, connections joined in the middle', remark: 'default outputs', options: WHOLE, tells: false },
  { name: 'Suricata, the same, telling transactions', remark: 'Modbus and DNP3 told', options: WHOLE, tells: true },
];

/** `tree` is a file system with Suricata 7 in it and its industrial parsers switched on. */
function suricata(capture: string, tree: string, way: SuricataWay): Subject {
  // A copy of its own: the tree may be in use by somebody else.
  const input = `/tmp/bench-${process.pid}.pcap`;
  const log = `/tmp/bench-${process.pid}-log`;
  const configuration = `/tmp/bench-${process.pid}.yaml`;
  const options = ['-c', configuration, '-S', '/etc/suricata/none.rules', '-k', 'none', ...way.options];
  const command = ['chroot', tree, 'suricata', ...options, '--runmode', 'single', '-r', input, '-l', log];
  const version = versionOf(['chroot', tree, 'suricata', '-V']);
  let decoded = '';
  return {
    name: way.name,
    get remark(): string {
      return `${version}; single thread, no rules, ${way.remark}; transactions: ${decoded}`;
    },
    runsMax: Infinity,
    run: () => {
      try {
        copyFileSync(capture, join(tree, input));
        mkdirSync(join(tree, log), { recursive: true });
        writeFileSync(join(tree, configuration), configured(tree, way.tells));
        const run = measure(command);
        decoded = transactions(readFileSync(join(tree, log, 'stats.log'), 'utf8'));
        return run;
      } finally {
        rmSync(join(tree, input), { force: true });
        rmSync(join(tree, configuration), { force: true });
        rmSync(join(tree, log), { recursive: true, force: true });
      }
    },
  };
}

function configured(tree: string, tells: boolean): string {
  const text = readFileSync(join(tree, '/etc/suricata/industrial.yaml'), 'utf8');
  return tells ? text.replace(/^( +)#- dnp3$/m, '$1- dnp3\n$1- modbus') : text;
}

/** `modbus 212,600, dhcp 80`: its last counters. */
function transactions(statistics: string): string {
  const counts = new Map<string, string>();
  for (const [, name, count] of statistics.matchAll(/^app_layer\.tx\.(\w+) .*\| (\d+)$/gm)) counts.set(name!, count!);
  return [...counts].map(([name, count]) => `${name} ${Number(count).toLocaleString('en')}`).join(', ');
}
