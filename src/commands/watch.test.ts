// `1sec watch` as a child process: a capture stream on standard input, and a virtual cable between network namespaces.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { test } from 'node:test';
import { join } from 'node:path';
import { readerForBytes } from '../capture/open.ts';
import type { FrameBatch } from '../capture/frames.ts';
import { Analysis } from '../engine/analysis.ts';
import { makeNamespacePair, whyNoNamespaces } from '../engine/network-namespaces.ts';
import { PROGRAM, folderWith, oneLine, run1sec } from './child-program.ts';
import {
  CONTROLLER,
  PLANT_START_US,
  PlantConnection,
  STRANGER,
  attackedPlant,
  pcapOf,
  quietPlant,
} from './plant-capture.ts';

const ATTACKED = pcapOf(attackedPlant());
const folder = folderWith({ 'attacked.pcap': ATTACKED });
const skip = whyNoNamespaces();

interface AlertLine {
  readonly event: string;
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly count: number;
}

interface SummaryLine {
  readonly event: string;
  readonly drops: number;
  readonly files: readonly { readonly path: string; readonly frames: number; readonly damage: unknown }[];
  readonly alerts: readonly AlertLine[];
  readonly stats: { readonly frames: number };
}

interface Watched {
  readonly alerts: readonly AlertLine[];
  readonly summary: SummaryLine;
}

function watched(output: string): Watched {
  const lines = output.trimEnd().split('\n');
  const objects = lines.map((line) => JSON.parse(line) as { readonly event: string });
  assert.equal(objects[0]!.event, 'watching');
  assert.equal(objects.at(-1)!.event, 'summary');
  const alerts = objects.slice(1, -1) as AlertLine[];
  for (const alert of alerts) assert.equal(alert.event, 'alert');
  return { alerts, summary: objects.at(-1) as SummaryLine };
}

/** What `analyze` says about the same frames. */
function analyzed(): readonly AlertLine[] {
  const ended = run1sec(['analyze', 'attacked.pcap', '--json'], { directory: folder });
  return (JSON.parse(ended.output) as { alerts: readonly AlertLine[] }).alerts;
}

const MISTAKES: readonly [words: string[], message: RegExp][] = [
  [[], /watch needs an interface, or - for a stream/],
  [['-', 'eth0'], /standard input \(-\) is watched alone/],
  [['lo', '--for', 'ever'], /option --for cannot be 'ever'; it is a number of seconds/],
  [['lo', '--for', '9999999'], /option --for can be at most 2147483/],
  [['-'], /standard input: .*empty/],
];
for (const [words, message] of MISTAKES) {
  test(`'watch ${words.join(' ')}' is told in one line with exit code 2`, () => {
    const ended = run1sec(['watch', ...words]);
    assert.equal(ended.code, 2);
    assert.match(oneLine(ended), message);
    assert.equal(ended.output, '');
  });
}

test('an interface that is not there, or cannot be watched on this system, is told in one line', () => {
  const ended = run1sec(['watch', 'nothere0']);
  assert.equal(ended.code, 2);
  assert.match(oneLine(ended), /no interface 'nothere0'|on Linux only|no permission/);
});

test('a capture stream gives the alerts of analyze, each as it comes and all in the summary', () => {
  const ended = run1sec(['watch', '-', '--json'], { input: ATTACKED });
  assert.equal(ended.code, 0);
  assert.equal(ended.error, '');
  const { alerts, summary } = watched(ended.output);
  const expected = analyzed();
  assert.ok(expected.length > 1);
  assert.deepEqual(summary.alerts, expected);
  assert.deepEqual(new Set(alerts.map((alert) => alert.id)), new Set(expected.map((alert) => alert.id)));
  assert.equal(summary.drops, 0);
});

test('the report of a stream says what is watched, shows alerts, and ends with the summary of analyze', () => {
  const ended = run1sec(['watch', '-'], { input: ATTACKED });
  assert.equal(ended.code, 0);
  assert.match(ended.output, /^Watching standard input\. Nothing is sent\./);
  assert.match(ended.output, /^2026-01-01 00:00:1\d UTC {2}HIGH .*: 192\.0\.2\.66 → 192\.0\.2\.10/m);
  assert.match(ended.output, /^3 high alerts on .*/m);
  assert.match(ended.output, /^\d+ frames from standard input, /m);
  assert.doesNotMatch(ended.output, /\u001b/);
});

test('a stream that is cut is judged as far as it goes, and exits with 1', () => {
  const ended = run1sec(['watch', '-', '--json'], { input: ATTACKED.subarray(0, ATTACKED.length - 10) });
  assert.equal(ended.code, 1);
  assert.match(oneLine(ended), /standard input is damaged at byte/);
  assert.ok(watched(ended.output).summary.stats.frames > 10);
});

/** Resolves when the child has written what `pattern` finds, or has ended. */
function written(child: ChildProcess, text: () => string, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (pattern.test(text())) resolve();
    };
    child.stdout!.on('data', look);
    child.once('close', () => resolve());
    look();
  });
}

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly error: () => string;
  readonly ended: Promise<number | null>;
}

function running(child: ChildProcess): Running {
  let output = '';
  let error = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (error += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, output: () => output, error: () => error, ended };
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} ends a stream that is still open, in the middle of a frame, with a summary and exit code 0`, async () => {
    const { child, output, error, ended } = running(spawn(PROGRAM, ['watch', '-', '--json']));
    child.stdin!.write(ATTACKED.subarray(0, ATTACKED.length - 10));
    await written(child, output, /"event":"alert"/);
    child.kill(signal);
    assert.equal(await ended, 0);
    assert.equal(error(), '');
    const { alerts, summary } = watched(output());
    assert.ok(alerts.length > 0);
    assert.equal(summary.files[0]!.damage, null);
  });
}

test(
  'an interface gives the alerts of analyze, and ends with a summary and exit code 0 when told',
  { skip },
  async () => {
    const pair = makeNamespacePair();
    try {
      const { child, output, error, ended } = running(pair.start(PROGRAM, ['watch', pair.listener, '--json']));
      await written(child, output, /"event":"watching"/);
      // Five times as fast: 15 seconds in 3, and still no pause of the plant within the window of duplicates.
      pair.replay(join(folder, 'attacked.pcap'), '-x', '5');
      child.kill('SIGTERM');
      assert.equal(await ended, 0);
      assert.equal(error(), '');
      const { alerts, summary } = watched(output());
      assert.equal(summary.stats.frames, attackedPlant().length);
      assert.equal(summary.drops, 0);
      const named = (list: readonly AlertLine[]): string[] =>
        list.map((alert) => `${alert.severity} ${alert.kind} ${alert.count}`).sort();
      assert.deepEqual(named(summary.alerts), named(analyzed()));
      assert.deepEqual(new Set(alerts.map((alert) => alert.id)), new Set(summary.alerts.map((alert) => alert.id)));
    } finally {
      pair.remove();
    }
  },
);

test('a watch ends by itself after --for, and says which interfaces it heard', { skip }, () => {
  const pair = makeNamespacePair();
  try {
    const output = pair.run(PROGRAM, ['watch', pair.listener, 'lo', '--for', '0.5']);
    assert.match(output, new RegExp(`^Watching ${pair.listener} and lo\\. Nothing is sent\\.`));
    assert.match(output, /no frame was read/);
  } finally {
    pair.remove();
  }
});

test('an interface that is removed is told, and ends the watch where it was the only one', { skip }, async () => {
  const pair = makeNamespacePair();
  try {
    const { child, output, error, ended } = running(pair.start(PROGRAM, ['watch', pair.listener]));
    await written(child, output, /^Watching/);
    pair.run('ip', ['link', 'set', pair.listener, 'down']);
    await new Promise((resolve) => child.stderr!.once('data', resolve));
    pair.run('ip', ['link', 'del', pair.listener]);
    assert.equal(await ended, 0);
    assert.match(error(), /went down: nothing is heard.*\n.*was removed/);
  } finally {
    pair.remove();
  }
});

function batchesOf(frames: ReturnType<typeof quietPlant>, hear: (batch: FrameBatch) => void): void {
  const source = readerForBytes(pcapOf(frames));
  for (let batch = source.next(); batch !== null; batch = source.next()) {
    assert.ok(!(batch instanceof Promise));
    hear(batch);
  }
}

test('while nothing is heard, time that passes ends what is overdue; it never goes back', () => {
  const kinds: string[] = [];
  const analysis = new Analysis({ onAlert: (alert) => kinds.push(alert.kind) });
  const { pipeline } = analysis;
  pipeline.passTime(PLANT_START_US);
  assert.equal(pipeline.nowUs, 0, 'without a first frame there is no time');
  const frames = quietPlant(5);
  const stranger = new PlantConnection(frames, STRANGER, CONTROLLER, PLANT_START_US + 6_000_000);
  const askedUs = PLANT_START_US + 6_100_000;
  stranger.ask(askedUs, 1, [8, 0, 1, 0, 0], null);
  batchesOf(frames, (batch) => pipeline.batch(batch));
  pipeline.passTime(askedUs - 1_000_000);
  assert.equal(pipeline.nowUs, askedUs);
  pipeline.passTime(askedUs + 5_000_000);
  const before = kinds.length;
  assert.ok(!kinds.some((kind) => kind.startsWith('command-sentinel/')));
  pipeline.passTime(askedUs + 12_000_000);
  assert.ok(
    kinds.slice(before).some((kind) => kind.startsWith('command-sentinel/')),
    kinds.join(),
  );
});
