// `analyze --save`, and `assets`, `alerts`, `flows` on what it wrote, as a person or a script would use them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { PROGRAM, folderWith, oneLine, run1sec, type Ended } from './child-program.ts';
import {
  CONTROLLER,
  PLANT_START_US,
  PlantConnection,
  STRANGER,
  attackedPlant,
  pcapOf,
  quietPlant,
} from './plant-capture.ts';
import { displayWidth } from './terminal.ts';

const FORMULA = `=cmd|' /C calc'!A0`;
const HOSTILE = '\u001b]0;owned\u0007\u202e"x",';

/** A controller whose vendor is a formula and whose model would steer a terminal. */
function hostilePlant(): ReturnType<typeof quietPlant> {
  const frames = quietPlant(3);
  const stranger = new PlantConnection(frames, STRANGER, CONTROLLER, PLANT_START_US + 5_000_000);
  const texts = [FORMULA, HOSTILE, '-2+3'].flatMap((text, id) => [id, Buffer.byteLength(text), ...Buffer.from(text)]);
  stranger.ask(PLANT_START_US + 6_000_000, 1, [43, 14, 1, 0], [43, 14, 1, 1, 0, 0, 3, ...texts]);
  return frames;
}

const ATTACKED = attackedPlant();
const CAPTURES = {
  'attacked.pcap': pcapOf(ATTACKED),
  'copy.pcap.gz': gzipSync(pcapOf(ATTACKED)),
  'first.pcap': pcapOf(ATTACKED.slice(0, 30)),
  'second.pcap': pcapOf(ATTACKED.slice(30)),
  'hostile.pcap': pcapOf(hostilePlant()),
  'long.pcap': pcapOf(quietPlant(4000)),
  'cut.pcap': pcapOf(ATTACKED).subarray(0, 2000),
  'text.db': Buffer.from('no database'),
};

class Site {
  readonly folder = folderWith(CAPTURES);

  run(...words: string[]): Ended {
    return run1sec(words, { directory: this.folder });
  }

  json(key: string, ...words: string[]): Item[] {
    const ended = this.run(key, '--json', ...words);
    assert.deepEqual([ended.code, ended.error], [0, '']);
    return (JSON.parse(ended.output) as Record<string, Item[]>)[key]!;
  }

  all(): unknown {
    return ['assets', 'alerts', 'flows'].map((name) => this.run(name, '--json').output);
  }
}

type Item = Readonly<Record<string, unknown>>;

test('what is saved is what analyze shows, and the last line says how much is new', () => {
  const site = new Site();
  const shown = JSON.parse(site.run('analyze', '--json', 'attacked.pcap').output) as Record<string, Item[]>;
  const saved = site.run('analyze', '--save', 'site.db', 'attacked.pcap');
  const lastLine = saved.output.trimEnd().split('\n').at(-1)!;
  assert.match(lastLine, /^site\.db: 5 assets \(5 new\), 2 conversations \(2 new\) and \d+ alerts \(\d+ new\)\.$/);
  assert.equal(saved.code, 0);
  assert.deepEqual(site.json('assets'), shown['assets']);
  assert.deepEqual(site.json('alerts'), shown['alerts']);
  assert.equal(site.json('flows').length, 2);
  assert.equal(statSync(join(site.folder, 'site.db')).mode & 0o777, process.platform === 'win32' ? 0o666 : 0o600);
});

test('the same capture once more, or a compressed copy of it, changes nothing', () => {
  const site = new Site();
  site.run('analyze', '--save', 'site.db', 'attacked.pcap');
  const before = site.all();
  for (const capture of ['attacked.pcap', 'copy.pcap.gz']) {
    const { output } = site.run('analyze', '--save', 'site.db', capture);
    assert.match(output, /\nsite\.db: all of this was there; nothing changed\.\n$/);
  }
  assert.deepEqual(site.all(), before);
});

test('a capture that was cut is one with the whole', () => {
  const site = new Site();
  for (const capture of ['first.pcap', 'second.pcap', 'attacked.pcap'])
    site.run('analyze', '--save', 'site.db', capture);
  const whole = new Site();
  whole.run('analyze', '--save', 'site.db', 'attacked.pcap');
  assert.deepEqual(site.json('flows'), whole.json('flows'));
  const ids = (found: readonly Item[]): unknown => found.map(({ id }) => id);
  assert.deepEqual(ids(site.json('assets')), ids(whole.json('assets')));
  assert.ok(new Set(ids(site.json('alerts')) as string[]).isSupersetOf(new Set(ids(whole.json('alerts')) as string[])));
});

test('with --json the line is on standard error, with --quiet there is none', () => {
  const site = new Site();
  const json = site.run('analyze', '--json', '--save', 'site.db', 'attacked.pcap');
  assert.ok(JSON.parse(json.output));
  assert.match(oneLine(json), /^1sec: site\.db: 5 assets \(5 new\)/);
  const quiet = site.run('analyze', '--quiet', '--save', 'site.db', 'attacked.pcap');
  assert.equal(quiet.error, '');
  assert.doesNotMatch(quiet.output, /site\.db/);
});

test('a damaged capture is saved as far as it goes, and exits with 1 as always', () => {
  const site = new Site();
  const ended = site.run('analyze', '--save', 'site.db', 'cut.pcap');
  assert.equal(ended.code, 1);
  assert.match(ended.output, /\nsite\.db: 4 assets \(4 new\)/);
});

test('standard input can be saved, and a reader that goes away loses nothing', async () => {
  const site = new Site();
  const child = spawn(PROGRAM, ['analyze', '--json', '--save', 'site.db', 'long.pcap'], { cwd: site.folder });
  child.stdout.destroy();
  await new Promise((resolve) => child.once('close', resolve));
  assert.equal(site.json('assets').length, 4);
  const piped = run1sec(['analyze', '--save', 'site.db', '-'], {
    directory: site.folder,
    input: CAPTURES['attacked.pcap'],
  });
  assert.match(piped.output, /\nsite\.db: 5 assets \(1 new/);
});

const REFUSED: readonly [words: string[], message: RegExp][] = [
  [['analyze', '--save', 'text.db', 'attacked.pcap'], /^1sec: text\.db is no site database$/],
  [['analyze', '--save', '.', 'attacked.pcap'], /^1sec: \. is no file$/],
  [['analyze', '--save', 'no/site.db', 'attacked.pcap'], /^1sec: no\/site\.db cannot be made: no such directory$/],
  [['assets'], /^1sec: site\.db is not there; '1sec analyze --save site\.db FILE' makes it$/],
  [['alerts', '--db', 'attacked.pcap'], /^1sec: attacked\.pcap is no site database$/],
  [['flows', '--db', 'foreign.db'], /^1sec: foreign\.db is a database of another program$/],
  [['flows', '--db', 'newer.db'], /^1sec: newer\.db was written by a newer version/],
  [['flows', '--json', '--csv'], /cannot be used together/],
  [['flows', '--db', 'made.db', '--port', '70000'], /--port cannot be '70000'/],
  [['flows', '--db', 'made.db', '--limit', 'some'], /--limit cannot be 'some'/],
  [['alerts', '--db', 'made.db', '--since', 'yesterday'], /--since cannot be 'yesterday'/],
  [['alerts', '--db', 'made.db', '--severity', 'hihg'], /cannot be 'hihg'.*did you mean high/],
  [['assets', 'a', 'extra'], /'extra' is one word too many/],
];

const refusing = new Site();
for (const [name, statements] of [
  ['foreign.db', 'CREATE TABLE t (a)'],
  ['newer.db', 'PRAGMA application_id = 0x31534543; PRAGMA user_version = 999'],
] as const) {
  const database = new DatabaseSync(join(refusing.folder, name));
  database.exec(statements);
  database.close();
}
refusing.run('analyze', '--save', 'made.db', 'attacked.pcap');

for (const [words, message] of REFUSED) {
  test(`«${words.join(' ')}» is refused with one line and exit code 2`, () => {
    const ended = refusing.run(...words);
    assert.match(oneLine(ended), message);
    assert.deepEqual([ended.code, ended.output], [2, '']);
    assert.ok(!existsSync(join(refusing.folder, 'site.db')), 'nothing was made');
  });
}

const listing = new Site();
listing.run('analyze', '--save', 'site.db', 'attacked.pcap', 'hostile.pcap');

test('the alerts of one incident are listed with its story before them, as the analysis told it', () => {
  const told = JSON.parse(
    run1sec(['analyze', '--json', 'attacked.pcap', 'hostile.pcap'], { directory: listing.folder }).output,
  ) as { incidents: { id: string; title: string; steps: { alert: string }[] }[] };
  const { id, title, steps } = told.incidents[0]!;
  assert.ok(steps.length >= 2);
  const alerts = listing.json('alerts', '--incident', id);
  assert.deepEqual(alerts.map((alert) => alert['id']).sort(), steps.map(({ alert }) => alert).sort());
  const stored = JSON.parse(listing.run('alerts', '--json').output) as { incidents: unknown[] };
  assert.deepEqual(stored.incidents, told.incidents);
  const { output } = run1sec(['alerts', '--incident', id], {
    directory: listing.folder,
    environment: { COLUMNS: '300' },
  });
  assert.ok(output.replace(/\s+/g, ' ').includes(title), output);
  assert.equal(listing.run('alerts', '--incident', 'none').output, 'no alerts\n');
});

test('tables fit the terminal, and nothing in them steers it', () => {
  for (const columns of ['40', '80', '200']) {
    for (const name of ['assets', 'alerts', 'flows']) {
      const { output, code } = run1sec([name], { directory: listing.folder, environment: { COLUMNS: columns } });
      assert.equal(code, 0);
      assert.doesNotMatch(output, /[\u0000-\u0009\u000b-\u001f\u202e]/);
      for (const line of output.split('\n')) assert.ok(displayWidth(line) <= Number(columns), line);
    }
  }
});

/** Records of RFC 4180, read as a spreadsheet would. */
function recordsOf(text: string): string[][] {
  assert.match(text, /\r\n$/);
  return text
    .slice(0, -2)
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
        .map(([, cell]) => (cell!.startsWith('"') ? cell!.slice(1, -1).replaceAll('""', '"') : cell!))
        .slice(0, line.endsWith(',') ? undefined : -1),
    );
}

test('CSV has as many cells in each record as titles, and no cell begins a formula', () => {
  for (const name of ['assets', 'alerts', 'flows']) {
    const [titles, ...records] = recordsOf(listing.run(name, '--csv').output);
    assert.ok(records.length > 1);
    for (const record of records) {
      assert.equal(record.length, titles!.length, record.join('|'));
      for (const cell of record) assert.doesNotMatch(cell, /^[=+\-@]|[\u0000-\u001f\u202e]/);
    }
  }
  const [titles, ...records] = recordsOf(listing.run('assets', '--csv').output);
  const cells = records.find((record) => record[titles!.indexOf('vendor')] !== '')!;
  assert.equal(cells[titles!.indexOf('vendor')], `'${FORMULA}`);
  assert.equal(cells[titles!.indexOf('firmware')], "'-2+3");
});

test('filters and limits narrow what is listed', () => {
  const count = (...words: string[]): number => listing.json(words[0]!, ...words.slice(1)).length;
  assert.equal(count('assets', '--role', 'gateway'), 1);
  assert.equal(count('assets', '--vendor', 'CMD|'), 1);
  assert.equal(count('assets', '--segment', 'vlan 9'), 0);
  assert.equal(count('assets', '--protocol', 'modbus'), 5);
  assert.equal(count('assets', '--protocol', 'dnp3'), 0);
  assert.equal(count('flows', '--host', '192.0.2.66'), 1);
  assert.equal(count('flows', '--host', '192.0.2.66', '--protocol', 'modbus', '--port', '502'), 1);
  assert.equal(count('flows', '--port', '503'), 0);
  assert.equal(count('flows', '--limit', '1'), 1);
  assert.equal(count('flows', '--limit', '0'), 0);
  const alerts = listing.json('alerts');
  const high = listing.json('alerts', '--severity', 'high');
  assert.ok(high.length > 0 && alerts.length >= high.length);
  assert.equal(count('alerts', '--severity', 'critical'), 0);
  assert.ok(high.every(({ severity }) => severity === 'high' || severity === 'critical'));
  assert.equal(count('alerts', '--kind', 'command-sentinel/controller-restart'), 1);
  assert.equal(count('alerts', '--asset', '192.0.2.66', '--since', '2026-01-01T00:00:12Z') > 0, true);
  assert.equal(count('alerts', '--since', '2026-01-02'), 0);
  const { output } = listing.run('flows', '--limit', '1');
  assert.match(output, /\nand more: --limit N or --limit all shows them\n$/);
  assert.equal(listing.run('flows', '--port', '503').output, 'no flows\n');
});

test('the lists come in the same order each time', () => {
  const times = listing.json('flows').map(({ first }) => String(first));
  assert.deepEqual(times, [...times].sort());
  assert.deepEqual(listing.all(), listing.all());
});

test('kill -9 while analyze saves leaves all of the capture or nothing, and it can be saved again', async () => {
  const site = new Site();
  site.run('analyze', '--save', 'site.db', 'attacked.pcap');
  const before = site.all();
  for (let kill = 0; kill < 8; kill++) {
    const child = spawn(PROGRAM, ['analyze', '--quiet', '--save', 'site.db', 'long.pcap'], { cwd: site.folder });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await setTimeout(120 + kill * 40);
    child.kill('SIGKILL');
    await ended;
    const database = new DatabaseSync(join(site.folder, 'site.db'));
    assert.equal(database.prepare('PRAGMA integrity_check').get()!['integrity_check'], 'ok');
    const captures = Number(database.prepare('SELECT count(*) AS count FROM captures').get()!['count']);
    database.close();
    if (captures === 1) assert.deepEqual(site.all(), before);
    else break;
  }
  site.run('analyze', '--save', 'site.db', 'long.pcap');
  const after = site.all();
  assert.notDeepEqual(after, before);
  assert.match(site.run('analyze', '--save', 'site.db', 'long.pcap').output, /nothing changed\.\n$/);
  assert.deepEqual(site.all(), after);
});

test('two programs that save at the same time both succeed', async () => {
  const site = new Site();
  const save = (capture: string): Promise<number | null> =>
    new Promise((resolve) => {
      const words = ['analyze', '--quiet', '--save', 'site.db', capture];
      spawn(PROGRAM, words, { cwd: site.folder, stdio: 'ignore' }).once('close', resolve);
    });
  assert.deepEqual(await Promise.all([save('attacked.pcap'), save('hostile.pcap'), save('long.pcap')]), [0, 0, 0]);
  assert.equal((JSON.parse(site.run('assets', '--json').output) as { captures: unknown[] }).captures.length, 3);
});

test('a database that is damaged is told in one line', () => {
  const site = new Site();
  site.run('analyze', '--save', 'site.db', 'attacked.pcap');
  const path = join(site.folder, 'site.db');
  const bytes = readFileSync(path);
  bytes.fill(0xff, 4096, 40_960);
  writeFileSync(path, bytes);
  const ended = site.run('assets');
  assert.equal(ended.code, 2);
  assert.match(oneLine(ended), /^1sec: site\.db is damaged; restore it from a backup$/);
});

/** A controller that names two vendors, one after the other. */
function contradictingPlant(): ReturnType<typeof quietPlant> {
  const frames = quietPlant(3);
  const stranger = new PlantConnection(frames, STRANGER, CONTROLLER, PLANT_START_US + 5_000_000);
  for (const [index, vendor] of ['Example Works', 'Other'].entries()) {
    const texts = [vendor, 'PLC', '9.9'].flatMap((text, id) => [id, text.length, ...Buffer.from(text)]);
    stranger.ask(PLANT_START_US + (6 + index) * 1_000_000, 1, [43, 14, 1, 0], [43, 14, 1, 1, 0, 0, 3, ...texts]);
  }
  return frames;
}

test('one device is told with the claim of each field, how sure that is, and what says otherwise', () => {
  const site = new Site();
  writeFileSync(join(site.folder, 'contradicting.pcap'), pcapOf(contradictingPlant()));
  site.run('analyze', '--save', 'site.db', 'contradicting.pcap');
  const asset = site.json('assets').find(({ vendor }) => vendor !== null)!;
  const address = (asset['ip'] as string[])[0]!;
  const told = site.run('assets', address);
  assert.equal(told.code, 0);
  assert.match(
    told.output,
    / vendor +Other \(47 % sure\)\n +because of modbus 43\/14, trusted 90 %\n +but Example Works by modbus 43\/14, trusted 90 %, told last 2026-01-01 00:00:06\n/,
  );
  assert.match(told.output, / model +PLC \(90 % sure\)\n/);
  const itself = site.run('assets', String(asset['id']));
  assert.ok(told.output.includes(itself.output), 'by its id it alone, by its address what is behind it too');
  assert.ok(site.json('assets', address).some(({ id }) => id === asset['id']));
});

test('a device that is not there is one line, and the exit code of a mistake', () => {
  const site = new Site();
  site.run('analyze', '--save', 'site.db', 'attacked.pcap');
  const ended = site.run('assets', '192.0.2.250');
  assert.equal(ended.code, 2);
  assert.equal(oneLine(ended), "1sec: no device is called '192.0.2.250'; '1sec assets' lists them");
});
