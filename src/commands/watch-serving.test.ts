// A watch that serves its dashboard: alerts are there as they come, with their incident, and what an operator marks as
// normal is not raised any more while the watch goes on.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROGRAM, folderWith, oneLine, run1sec } from './child-program.ts';
import { LiveIncidents } from './live-incidents.ts';
import { exampleAlert } from '../store/example-site.ts';

const SAMPLE = readFileSync('samples/plant.pcapng');

interface AlertLine {
  readonly event: string;
  readonly id: string;
  readonly kind: string;
  readonly count: number;
  readonly incident: string | null;
  readonly frames: readonly { readonly frame: number }[];
}
interface Found {
  readonly alerts: readonly AlertLine[];
}

/** Where frame `number` of a pcapng of one section begins: its blocks are read one after the other. */
function offsetOfFrame(bytes: Uint8Array, number: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  for (let frames = 0; ; at += view.getUint32(at + 4, true)) {
    if (view.getUint32(at, true) === 6 && ++frames === number) return at;
  }
}

test('alerts of a stream come with their incident, the one they have in the end', () => {
  const ended = run1sec(['watch', '-', '--json'], { input: SAMPLE });
  assert.equal(ended.code, 0, ended.error);
  const lines = ended.output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as AlertLine & Found);
  const told = lines.filter(({ event }) => event === 'alert');
  const last = new Map(lines.at(-1)!.alerts.map((alert) => [alert.id, alert.incident]));
  const joined = told.filter(({ incident }) => incident !== null);
  // The first of a story is told before there is one.
  assert.ok(joined.length >= told.length - 2, `${joined.length} of ${told.length}`);
  for (const { id, incident } of joined) assert.equal(incident, last.get(id));
});

test('where thousands of alerts come at once, joining them does not take the machine', () => {
  const incidents = new LiveIncidents();
  const alerts = Array.from({ length: 2000 }, (_, index) => exampleAlert({ id: `alert-${index}`, severity: 'high' }));
  const joined = incidents.joined(alerts, 0);
  assert.equal(new Set(joined.map(({ incident }) => incident)).size, 1);
  const late = incidents.joined([exampleAlert({ id: 'late', severity: 'high' })], 0);
  assert.equal(late[0]!.incident, null, 'the next look is not due');
  assert.notEqual(incidents.joined(late, 1e9)[0]!.incident, null);
});

test('an operator marks an alert as normal in the dashboard of the watch, and it is not raised any more', async () => {
  const database = join(folderWith({}), 'site.db');
  const expected = (
    JSON.parse(run1sec(['analyze', '--sample', '--json', '--frames', 'all']).output) as Found
  ).alerts.find(({ kind }) => kind === 'command-sentinel/unusual-writer')!;
  assert.ok(expected.count >= 4);
  // Behind the frame that proves it for the second time.
  const cut = offsetOfFrame(SAMPLE, expected.frames[1]!.frame + 2);
  const words = ['watch', '-', '--json', '--save', database, '--serve'];
  const child = spawn(PROGRAM, words, { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  try {
    child.stdin.write(SAMPLE.subarray(0, cut));
    await until(() => output.includes(expected.id) && /token=/.test(errors));
    const [, address = '', token = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/#token=([\w-]+)/.exec(errors)!;
    const headers = { 'content-type': 'application/json' };
    const opened = await fetch(`${address}/api/session`, { method: 'POST', headers, body: JSON.stringify({ token }) });
    const cookie = opened.headers.get('set-cookie')!.split(';')[0]!;
    const shown = await fetch(`${address}/api/alerts/${expected.id}`, { headers: { cookie } });
    assert.equal(shown.status, 200, 'it is there while the watch goes on');
    const marked = await fetch(`${address}/api/alerts/${expected.id}/actions`, {
      ...{ method: 'POST', headers: { ...headers, cookie } },
      body: JSON.stringify({ action: 'normal', scope: 'pair', reason: 'commissioning' }),
    });
    assert.equal(marked.status, 200);
    // Within a second the main thread hears of it, and the worker with its next look.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    // The stream is looked at between batches: one that is small lets it look.
    child.stdin.write(SAMPLE.subarray(cut, cut + 20_000));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.stdin.end(SAMPLE.subarray(cut + 20_000));
    const [code] = await new Promise<[number | null]>((resolve) => child.once('close', (exit) => resolve([exit])));
    assert.equal(code, 0, errors);
  } finally {
    child.kill('SIGKILL');
  }
  const summary = JSON.parse(output.trimEnd().split('\n').at(-1)!) as Found;
  const counted = summary.alerts.find(({ id }) => id === expected.id)!;
  assert.ok(counted.count < expected.count, `${counted.count} of ${expected.count}`);
  // The next watch knows it from its first frame on.
  const again = run1sec(['watch', '-', '--json', '--save', database], { input: SAMPLE });
  assert.doesNotMatch(again.output, new RegExp(expected.id));
});

test('a dashboard without a database, or its options without it, is told in one line', () => {
  for (const [words, told] of [
    [['--serve'], /needs --save FILE/],
    [['--port', '9000'], /--port belongs to --serve/],
    [['--tokens', 'x'], /--tokens belongs to --serve/],
    [['--serve', '--save', 'x.db', '--listen', '0.0.0.0'], /beyond this machine/],
  ] as const) {
    const ended = run1sec(['watch', 'lo', ...words]);
    assert.equal(ended.code, 2);
    assert.match(oneLine(ended), told);
  }
});

async function until(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 50) {
    assert.ok(waitedMs < 60_000, 'it does not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
