// What is measured: our stages, the command as a person runs it, and the programs beside it where they are installed.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
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
    ...(options.suricata === null ? [] : [suricata(capture, options.suricata)]),
  ];
}

function ours(name: string, rest: readonly string[]): Subject {
  const command = [process.execPath, ...rest];
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

/** `tree` is a file system with Suricata 7 in it and its industrial parsers switched on. */
function suricata(capture: string, tree: string): Subject {
  // A copy of its own: the tree may be in use by somebody else.
  const input = `/tmp/bench-${process.pid}.pcap`;
  const log = `/tmp/bench-${process.pid}-log`;
  const options = ['-c', '/etc/suricata/industrial.yaml', '-S', '/etc/suricata/none.rules', '-k', 'none'];
  const command = ['chroot', tree, 'suricata', ...options, '--runmode', 'single', '-r', input, '-l', log];
  return {
    name: 'Suricata',
    remark: `${versionOf(['chroot', tree, 'suricata', '-V'])}; single thread, no rules, default outputs`,
    runsMax: Infinity,
    run: () => {
      try {
        copyFileSync(capture, join(tree, input));
        mkdirSync(join(tree, log), { recursive: true });
        return measure(command);
      } finally {
        rmSync(join(tree, input), { force: true });
        rmSync(join(tree, log), { recursive: true, force: true });
      }
    },
  };
}
