// The program as a child process: exit codes, one-line errors, pipes that close.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROGRAM, folderWith, oneLine, run1sec } from './child-program.ts';
import { attackedPlant, pcapOf, quietPlant } from './plant-capture.ts';

const ATTACKED = pcapOf(attackedPlant());
const folder = folderWith({
  'attacked.pcap': ATTACKED,
  'quiet.pcap': pcapOf(quietPlant()),
  'cut.pcap': ATTACKED.subarray(0, ATTACKED.length - 10),
  'text.pcap': Buffer.from('this is no capture, however it is called'),
  'empty.pcap': new Uint8Array(0),
});

function inFolder(...words: string[]): ReturnType<typeof run1sec> {
  return run1sec(words, { directory: folder });
}

test('the version is the one of package.json', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  for (const words of [['version'], ['--version']]) {
    const ended = run1sec(words);
    assert.equal(ended.code, 0);
    assert.match(ended.output, new RegExp(`^1-SEC Shield ${version.replaceAll('.', '\\.')} \\(Node 26\\.`));
  }
  assert.equal((JSON.parse(run1sec(['version', '--json']).output) as { version: string }).version, version);
});

test('help is given for the program and for each command, however it is asked for', () => {
  const general = run1sec([]);
  assert.equal(general.code, 0);
  for (const words of [['help'], ['--help'], ['-h']]) assert.deepEqual(run1sec(words), general);
  const names = [...general.output.matchAll(/^ {2}([a-z]+) {2,}/gm)].map((match) => match[1]!);
  assert.deepEqual(names, [
    'analyze',
    'watch',
    'demo',
    'serve',
    'tokens',
    'assets',
    'alerts',
    'flows',
    'report',
    'evidence',
    'baseline',
    'policy',
    'credentials',
    'firmware',
    'fingerprint',
    'config',
    'facts',
    'modules',
    'protocols',
    'doctor',
    'completion',
    'version',
    'help',
  ]);
  for (const name of names) {
    const ended = run1sec(['help', name]);
    assert.equal(ended.code, 0);
    assert.match(ended.output, new RegExp(`^Usage: 1sec ${name}\\b`));
    assert.deepEqual(run1sec([name, '--help']), ended);
  }
});

const MISTAKES: readonly [words: string[], message: RegExp][] = [
  [['analyse', 'quiet.pcap'], /unknown command 'analyse' \(did you mean analyze\?\)/],
  [['--json', 'analyze'], /the command comes first/],
  [['help', 'fact'], /unknown command 'fact' \(did you mean facts\?\)/],
  [['analyze'], /analyze needs a capture file/],
  [['facts'], /facts needs a capture file/],
  [['analyze', ''], /a file name is empty/],
  [['analyze', '--jsno', 'quiet.pcap'], /unknown option --jsno of analyze \(did you mean --json\?\)/],
  [['analyze', 'quiet.pcap', '--fail-on'], /option --fail-on needs a value/],
  [['analyze', 'quiet.pcap', '--fail-on', 'hgih'], /cannot be 'hgih'.*did you mean high\?/],
  [['analyze', 'quiet.pcap', '--frames', 'some'], /option --frames cannot be 'some'/],
  [['analyze', 'quiet.pcap', '--json', '--quiet'], /cannot be used together/],
  [['analyze', '--sample', 'quiet.pcap'], /--sample takes no file/],
  [['analyze', 'quiet.pcap', '--evidence', 'text.pcap'], /--evidence text\.pcap is a file/],
  [['analyze', 'quiet.pcap', '--evidence', 'text.pcap/under'], /--evidence text\.pcap\/under cannot be used/],
  [['analyze', '-', '-'], /standard input \(-\) can be read only once/],
  [['analyze', 'missing.pcap'], /missing\.pcap: no such file/],
  [['analyze', 'quiet.pcap', 'missing.pcap'], /missing\.pcap: no such file/],
  [['facts', 'missing.pcap'], /missing\.pcap: no such file/],
  [['analyze', '.'], /is a directory/],
  [['analyze', 'text.pcap'], /text\.pcap: /],
  [['analyze', 'empty.pcap'], /empty\.pcap: /],
  [['analyze', '-'], /standard input: /],
  [['facts', 'quiet.pcap', '--fact', 'operaton'], /cannot be 'operaton'.*did you mean operation\?/],
  [['facts', 'quiet.pcap', '--protocol', 'mdobus'], /cannot be 'mdobus'.*did you mean modbus\?/],
  [['version', '--json', '--licenses'], /cannot be used together/],
  [['modules', 'extra'], /'extra' is one word too many for modules/],
];

for (const [words, message] of MISTAKES) {
  test(`«${words.join(' ')}» is refused with one line and exit code 2`, () => {
    const ended = inFolder(...words);
    assert.match(oneLine(ended), message);
    assert.match(oneLine(ended), /^1sec: /);
    assert.equal(ended.output, '');
    assert.equal(ended.code, 2);
  });
}

test('a file name cannot steer the terminal in an error', () => {
  const ended = inFolder('analyze', '\u001b[2Jmissing\nfile');
  assert.match(oneLine(ended), /\\x1b\[2Jmissing\\x0afile/);
});

test(
  'a file that may not be read is refused',
  { skip: process.getuid?.() === 0 && 'skipped: root may read all' },
  () => {
    const closed = folderWith({ 'a.pcap': ATTACKED });
    chmodSync(join(closed, 'a.pcap'), 0);
    const ended = run1sec(['analyze', 'a.pcap'], { directory: closed });
    assert.match(oneLine(ended), /permission denied/);
    assert.equal(ended.code, 2);
  },
);

test('of a cut capture everything before the cut is reported, and the offset, with exit code 1', () => {
  const ended = inFolder('analyze', '--json', 'cut.pcap');
  assert.equal(ended.code, 1);
  const line = oneLine(ended);
  assert.match(line, /^1sec: cut\.pcap is damaged at byte \d+: /);
  const result = JSON.parse(ended.output) as {
    files: { frames: number; damage: { offset: number } }[];
    alerts: unknown[];
  };
  const whole = JSON.parse(inFolder('analyze', '--json', 'attacked.pcap').output) as typeof result;
  assert.equal(result.files[0]!.frames, whole.files[0]!.frames - 1);
  assert.ok(line.includes(`byte ${result.files[0]!.damage.offset}`));
  assert.ok(result.alerts.length > 0);
  assert.equal(inFolder('facts', 'cut.pcap').code, 1);
});

test('alerts end with 0 unless --fail-on asks, and then with 3 from its severity on', () => {
  assert.equal(inFolder('analyze', 'attacked.pcap').code, 0);
  assert.equal(inFolder('analyze', 'attacked.pcap', '--fail-on', 'high').code, 3);
  assert.equal(inFolder('analyze', 'attacked.pcap', '--quiet', '--fail-on', 'info').code, 3);
  assert.equal(inFolder('analyze', 'quiet.pcap', '--fail-on', 'low').code, 0);
  const both = inFolder('analyze', 'cut.pcap', '--fail-on', 'high');
  assert.equal(both.code, 3);
  assert.match(oneLine(both), /damaged/);
});

test('--quiet prints one line an alert, and nothing where there is none', () => {
  const quiet = inFolder('analyze', '--quiet', 'quiet.pcap');
  assert.deepEqual(quiet, { code: 0, output: '', error: '' });
  const lines = inFolder('analyze', '--quiet', 'attacked.pcap').output.trimEnd().split('\n');
  const { alerts } = JSON.parse(inFolder('analyze', '--json', 'attacked.pcap').output) as { alerts: { id: string }[] };
  assert.equal(lines.length, alerts.length);
  for (const alert of alerts) assert.equal(lines.filter((line) => line.endsWith(`[${alert.id}]`)).length, 1);
  for (const line of lines) assert.match(line, /^(info|low|medium|high|critical) \d{4}-\d\d-\d\dT\S+Z \S+\/\S+ .+: .+/);
});

test('a reader that goes away ends the program quietly', async () => {
  const long = folderWith({ 'long.pcap': pcapOf(quietPlant(20_000)) });
  const child = spawn(PROGRAM, ['facts', 'long.pcap'], { cwd: long, stdio: ['ignore', 'pipe', 'pipe'] });
  let error = '';
  child.stderr.on('data', (bytes: Buffer) => (error += bytes.toString()));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.stdout.destroy();
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(error, '');
  assert.equal(code, 0);
});

test('a slow reader gets every line', async () => {
  const long = folderWith({ 'long.pcap': pcapOf(quietPlant(2000)) });
  const child = spawn(PROGRAM, ['facts', '--fact', 'operation', 'long.pcap'], {
    cwd: long,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const piece of child.stdout as AsyncIterable<Buffer>) {
    text += piece.toString('utf8');
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const lines = text.trimEnd().split('\n');
  assert.equal(lines.length, 4000);
  for (const line of lines) assert.equal((JSON.parse(line) as { fact: string }).fact, 'operation');
});

for (const words of [
  ['analyze', '-'],
  ['facts', '-'],
  ['analyze', '-', '--evidence', 'evidence'],
]) {
  test(`«${words.join(' ')}», interrupted, ends at once, without a word, and leaves nothing behind`, () =>
    interrupt(words));
}

async function interrupt(words: readonly string[]): Promise<void> {
  const cwd = folderWith({});
  const TMPDIR = folderWith({});
  const child = spawn(PROGRAM, words, { cwd, stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, TMPDIR } });
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (text += bytes.toString()));
  child.stdin.write(ATTACKED.subarray(0, 2000));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  child.kill('SIGINT');
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (...how) => resolve(how as [number | null, string | null])),
  );
  assert.equal(text, '');
  assert.ok(signal === 'SIGINT' || code === 130, `${String(code)} ${String(signal)}`);
  assert.deepEqual(readdirSync(TMPDIR), []);
}
