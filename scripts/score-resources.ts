// `npm run score:resources`: captures that try to make memory or time grow, each through the whole program; writes the peak
// of its memory and the frames a second into docs/scores.md (Linux, GNU time).
// usage: npm run score:resources [-- NAME…] [--frames N] [--no-write]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FrameWriter, RESOURCE_ATTACKS, type ResourceAttack } from './resource-captures.ts';
import { table, writeScore } from './score-judging.ts';

const FRAMES_USUAL = '1000000';
const MEMORY_MAX_MIB = 512;
const FRAMES_PER_SECOND_MIN = 100_000;
const PROGRAM = resolve(import.meta.dirname, '../1sec');

interface Measured {
  readonly attack: ResourceAttack;
  readonly frames: number;
  readonly seconds: number;
  readonly peakMib: number;
  readonly alerts: number;
}

function measured(attack: ResourceAttack, folder: string, count: number): Measured {
  const path = join(folder, `${attack.name}.pcap`);
  const out = new FrameWriter(path);
  attack.write(out, count);
  out.close();
  const ran = spawnSync('/usr/bin/time', ['-f', '%U %S %M', PROGRAM, 'analyze', '--json', path], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  rmSync(path);
  if (ran.status !== 0) throw new Error(`${attack.name}: ${ran.stderr}`);
  const [user = 0, system = 0, kibibytes = 0] = ran.stderr.trim().split('\n').at(-1)!.split(' ').map(Number);
  const { alerts } = JSON.parse(ran.stdout) as { alerts: unknown[] };
  return { attack, frames: out.frames, seconds: user + system, peakMib: kibibytes / 1024, alerts: alerts.length };
}

const { values, positionals } = parseArgs({
  options: { frames: { type: 'string', default: FRAMES_USUAL }, 'no-write': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const chosen = RESOURCE_ATTACKS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const folder = mkdtempSync(join(tmpdir(), '1sec-resources-'));
const rows: (readonly (string | number)[])[] = [];
let over = 0;
try {
  for (const attack of chosen) {
    const { frames, seconds, peakMib, alerts } = measured(attack, folder, Number(values.frames));
    const rate = frames / seconds;
    const isOver = peakMib > MEMORY_MAX_MIB || rate < FRAMES_PER_SECOND_MIN;
    if (isOver) over++;
    console.error(
      `${attack.name.padEnd(20)} ${frames} frames, ${seconds.toFixed(1)} s, ${Math.round(rate)}/s, ${Math.round(peakMib)} MiB, ${alerts} alerts${isOver ? ' OVER' : ''}`,
    );
    rows.push([
      attack.name,
      attack.what,
      frames.toLocaleString('en'),
      seconds.toFixed(1),
      Math.round(rate).toLocaleString('en'),
      Math.round(peakMib),
      alerts,
    ]);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const titles = ['attack', 'what it sends', 'frames', 'seconds', 'frames/s', 'peak, MiB', 'alerts'];
const text = table(titles, rows);
if (!values['no-write'] && positionals.length === 0) await writeScore('score:resources', text);
console.log(text);
process.exitCode = over > 0 ? 1 : 0;
