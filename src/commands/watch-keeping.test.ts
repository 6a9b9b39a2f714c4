// What `1sec watch` is given and keeps: baseline, declarations, the site database, evidence, and whose rights it has.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { readerForBytes } from '../capture/open.ts';
import { Analysis } from '../engine/analysis.ts';
import { LiveObserver } from '../engine/live-observer.ts';
import type { LiveReport } from '../engine/live.ts';
import { makeNamespacePair, whyNoNamespaces } from '../engine/network-namespaces.ts';
import { PROGRAM, folderWith, oneLine, run1sec } from './child-program.ts';
import { PLANT_START_US, attackedPlant, pcapOf, quietPlant } from './plant-capture.ts';

const ATTACKED = pcapOf(attackedPlant());
const SILENT = 'version: 1\nmodules:\n  command-sentinel:\n    enabled: false\n';
const folder = folderWith({
  'attacked.pcap': ATTACKED,
  'quiet.pcap': pcapOf(quietPlant(90)),
  'site.yaml': Buffer.from(SILENT),
  'bad.yaml': Buffer.from('version: 1\nmastres: []\n'),
  'other.db': Buffer.from('no database'),
});
const usual = join(folder, 'usual.yaml');
run1sec(['baseline', 'learn', 'quiet.pcap', '-o', usual], { directory: folder });
const skip = whyNoNamespaces();

interface SaidAlert {
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly count: number;
  readonly object: string;
  readonly subject: { readonly ip: string };
  readonly peer: { readonly ip: string } | null;
}

interface Line {
  readonly event: string;
  readonly user: string | null;
  readonly alerts: readonly SaidAlert[];
}

function linesOf(output: string): (Line & SaidAlert)[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line & SaidAlert);
}

function analyzed(...words: readonly string[]): readonly SaidAlert[] {
  const ended = run1sec(['analyze', 'attacked.pcap', '--json', ...words], { directory: folder });
  return (JSON.parse(ended.output) as Line).alerts;
}

function watched(...words: readonly string[]): readonly SaidAlert[] {
  const ended = run1sec(['watch', '-', '--json', ...words], { directory: folder, input: ATTACKED });
  assert.equal(ended.code, 0, ended.error);
  return linesOf(ended.output).at(-1)!.alerts;
}

/** What is the same of an alert on a file and on a wire. */
function named(alerts: readonly SaidAlert[]): string[] {
  return alerts
    .map(({ kind, severity, count, object, subject, peer }) =>
      [severity, kind, object, subject.ip, peer?.ip ?? '', count].join(' '),
    )
    .sort();
}

interface Stored {
  readonly captures: number;
  readonly assets: number;
  readonly conversations: number;
  readonly alerts: string[];
}

function stored(path: string): Stored {
  const database = new DatabaseSync(path);
  const count = (table: string): number =>
    Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()!['count']);
  assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
  const alerts = database.prepare('SELECT id FROM alerts ORDER BY id').all();
  const result = {
    captures: count('captures'),
    assets: count('assets'),
    conversations: count('conversations'),
    alerts: alerts.map(({ id }) => String(id)),
  };
  database.close();
  return result;
}

const MISTAKES: readonly (readonly [words: string[], says: RegExp])[] = [
  [['--baseline', 'none.yaml'], /no such file: none\.yaml/],
  [['--baseline', 'bad.yaml'], /bad\.yaml:1:1: /],
  [['--config', 'bad.yaml'], /bad\.yaml:2:1: /],
  [['--save', 'other.db'], /other\.db is no site database/],
  [['--save', 'no/where.db'], /where\.db cannot be made: no such directory/],
  [['--evidence', 'quiet.pcap'], /--evidence quiet\.pcap is a file/],
  [['--keep', '1G'], /--keep belongs to --evidence/],
  [['--evidence', 'proof', '--keep', '1T'], /option --keep cannot be '1T'; it is a size as 256M or 4G/],
  [['--evidence', 'proof', '--keep', '1M'], /option --keep must be at least 16M/],
  [['--user', 'nobody-of-that-name'], /there is no user 'nobody-of-that-name'|--user needs root/],
];
for (const [words, says] of MISTAKES) {
  test(`'watch nothere0 ${words.join(' ')}' is told before the interface is looked for, with exit code 2`, () => {
    const ended = run1sec(['watch', 'nothere0', ...words], { directory: folder });
    assert.equal(ended.code, 2);
    assert.match(oneLine(ended), says);
    assert.equal(ended.output, '');
  });
}

test('with a baseline and with what is declared a stream gives the alerts of analyze', () => {
  const plain = analyzed();
  const judged = analyzed('--baseline', usual);
  assert.ok(judged.length > plain.length, 'the baseline tells more');
  assert.deepEqual(watched('--baseline', usual), judged);
  const declared = analyzed('--config', 'site.yaml');
  assert.ok(declared.length < plain.length, 'a module is switched off');
  assert.deepEqual(watched('--config', 'site.yaml'), declared);
});

test('what is saved is what analyze saves, and the same stream again adds no more than its name', () => {
  const [live, whole] = [join(folder, 'live.db'), join(folder, 'whole.db')];
  const first = run1sec(['watch', '-', '--save', live], { directory: folder, input: ATTACKED });
  assert.match(
    first.output,
    /live\.db: \d+ assets \(\d+ new\), \d+ conversations \(\d+ new\) and \d+ alerts \(\d+ new\)/,
  );
  run1sec(['analyze', 'attacked.pcap', '--save', whole], { directory: folder });
  const kept = stored(live);
  assert.deepEqual(kept, stored(whole));
  const listed = (path: string, what: string): unknown =>
    (JSON.parse(run1sec([what, '--db', path, '--json']).output) as Record<string, unknown>)[what];
  for (const what of ['assets', 'alerts', 'flows']) assert.deepEqual(listed(live, what), listed(whole, what), what);
  run1sec(['watch', '-', '--save', live], { directory: folder, input: ATTACKED });
  assert.deepEqual(stored(live), { ...kept, captures: 2 });
  assert.equal(statSync(live).mode & 0o777, 0o600);
});

test('evidence of a stream is that of analyze, byte for byte, and an earlier watch is kept in the index', () => {
  const [live, whole] = [join(folder, 'live-proof'), join(folder, 'whole-proof')];
  mkdirSync(live);
  const earlier = { id: 'earlier', file: null, provingFrames: 0 };
  writeFileSync(join(live, 'index.json'), JSON.stringify({ alerts: [earlier] }));
  const ended = run1sec(['watch', '-', '--evidence', live, '--keep', '16M'], { directory: folder, input: ATTACKED });
  assert.match(ended.output, /^Evidence: \d+ files and index\.json in .*live-proof\.$/m);
  run1sec(['analyze', 'attacked.pcap', '--evidence', whole], { directory: folder });
  const names = readdirSync(whole).sort();
  assert.deepEqual(readdirSync(live).sort(), names);
  for (const name of names.filter((each) => each.endsWith('.pcapng'))) {
    assert.deepEqual(readFileSync(join(live, name)), readFileSync(join(whole, name)), name);
    assert.equal(statSync(join(live, name)).mode & 0o777, 0o600);
  }
  const entries = (path: string): { id: string }[] =>
    (JSON.parse(readFileSync(join(path, 'index.json'), 'utf8')) as { alerts: { id: string }[] }).alerts;
  const byId = (list: { id: string }[]): { id: string }[] => list.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  assert.deepEqual(byId(entries(live)), byId([earlier, ...entries(whole)]));
});

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly error: () => string;
  readonly ended: Promise<number | null>;
  /** Resolves when it has printed so many lines, or has ended. */
  readonly said: (lines: number) => Promise<void>;
}

function running(child: ChildProcess): Running {
  let output = '';
  let error = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (error += chunk.toString()));
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const said = (lines: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (output.split('\n').length > lines) resolve();
      };
      child.stdout!.on('data', look);
      child.once('close', () => resolve());
      look();
    });
  return { child, output: () => output, error: () => error, ended, said };
}

test('kill -9 loses no alert that was shown, and the next watch goes on with the same database', async () => {
  const path = join(folder, 'killed.db');
  const shown = new Set<string>();
  // The third alert comes when the stream ends.
  for (const wanted of [1, 2]) {
    const { child, output, ended, said } = running(spawn(PROGRAM, ['watch', '-', '--json', '--save', path]));
    child.stdin!.write(ATTACKED);
    await said(1 + wanted);
    child.kill('SIGKILL');
    await ended;
    const lines = output().split('\n').slice(0, -1);
    for (const { event, id } of lines.flatMap((line) => linesOf(line))) if (event === 'alert') shown.add(id);
    const { alerts } = stored(path);
    for (const id of shown) assert.ok(alerts.includes(id), id);
  }
  assert.ok(shown.size > 0);
  run1sec(['watch', '-', '--save', path], { input: ATTACKED });
  const { captures, ...rest } = stored(path);
  const once = stored(join(folder, 'live.db'));
  assert.deepEqual(rest, { assets: once.assets, conversations: once.conversations, alerts: once.alerts });
  assert.equal(captures, 3);
});

describe('on an interface', { skip }, () => {
  test('baseline, database and evidence as with analyze; frames are kept by the user it became', async () => {
    const pair = makeNamespacePair();
    const kept = join(folder, 'kept');
    mkdirSync(kept);
    // The person who called the program must be able to reach the folder.
    chmodSync(folder, 0o755);
    chownSync(kept, 65_534, 65_534);
    const [site, proof] = [join(kept, 'site.db'), join(kept, 'proof')];
    const words = ['--baseline', usual, '--save', site, '--evidence', proof, '--user', 'nobody'];
    try {
      const watch = running(pair.start(PROGRAM, ['watch', pair.listener, '--json', ...words]));
      await watch.said(1);
      assert.equal(linesOf(watch.output())[0]!.user, 'nobody');
      assert.deepEqual(idsOfThreads(watch.child.pid!), new Set(['65534 65534 65534 65534']));
      pair.replay(join(folder, 'attacked.pcap'), '-x', '5');
      watch.child.kill('SIGTERM');
      assert.equal(await watch.ended, 0, watch.error());
      const alerts = linesOf(watch.output()).at(-1)!.alerts;
      assert.deepEqual(named(alerts), named(analyzed('--baseline', usual)));
      assert.deepEqual(stored(site).alerts, alerts.map(({ id }) => id).sort());
      assert.equal(stored(site).assets, stored(join(folder, 'live.db')).assets);
      for (const path of [site, proof]) assert.equal(statSync(path).uid, 65_534);
      for (const { id } of alerts) assert.ok(existsSync(join(proof, `${id}.pcapng`)), id);
    } finally {
      pair.remove();
    }
  });

  test('whoever called sudo is who it becomes; without anybody it says that it stays root', () => {
    const pair = makeNamespacePair();
    try {
      const listen = ['watch', pair.listener, '--for', '0.2'];
      const sudo = pair.run('env', ['SUDO_UID=54321', 'SUDO_GID=54322', PROGRAM, ...listen]);
      assert.match(sudo, /It runs as user 54321 from here on\./);
      assert.match(pair.run('env', ['-u', 'SUDO_UID', PROGRAM, ...listen]), /It goes on running as root, which --user/);
    } finally {
      pair.remove();
    }
  });
});

test('what goes on is told every half minute, what was lost is told again, what has ended is told once', () => {
  const observer = new LiveObserver(0);
  const analysis = new Analysis({ facts: () => observer.facts() });
  const frames = attackedPlant();
  const source = readerForBytes(pcapOf(frames.slice(0, 40)));
  for (let batch = source.next(); batch !== null; batch = source.next()) {
    assert.ok(!(batch instanceof Promise));
    analysis.pipeline.batch(batch);
  }
  const packets = (report: LiveReport | null): number[] =>
    report === null ? [] : report.conversations.map((each) => each.clientPackets + each.serverPackets);
  assert.equal(observer.next(analysis, [], 29_999), null);
  const first = observer.next(analysis, [], 30_000);
  assert.deepEqual(packets(first), [40]);
  assert.equal(first!.assets.length > 1, true);
  assert.deepEqual(first!.hosts.slice(1), [
    ['default', '192.0.2.20'],
    ['default', '192.0.2.10'],
  ]);
  assert.equal(observer.next(analysis, [], 59_999), null);
  analysis.pipeline.passTime(PLANT_START_US + 40_000_000);
  assert.deepEqual(packets(observer.next(analysis, [], 60_000)), [40], 'since the round before');
  const idle = observer.next(analysis, [], 90_000);
  assert.deepEqual([packets(idle), idle!.assets, idle!.hosts], [[], [], []], 'nothing came since');
  observer.again();
  const again = observer.next(analysis, [], 90_001);
  assert.deepEqual(packets(again), [40]);
  assert.equal(again!.assets.length, first!.assets.length);
  const { alerts } = analysis.finish([]);
  assert.deepEqual(packets(observer.rest(analysis, [], alerts)), [40]);
  assert.deepEqual(packets(observer.rest(analysis, [], alerts)), []);
});

/** User ids (real, effective, saved, of the file system) of all threads of a process, each once. */
function idsOfThreads(pid: number): Set<string> {
  const ids = new Set<string>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const [, uid = ''] = /^Uid:\s+(.*)$/m.exec(readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')) ?? [];
    ids.add(uid.replaceAll(/\s+/g, ' '));
  }
  return ids;
}
