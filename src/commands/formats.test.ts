// Holds the contract: what the commands print has exactly the keys and types that docs/formats.md names.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { SEVERITY_ASKS } from '../alerts/severity.ts';
import { SEVERITIES } from '../facts/alert.ts';
import { CLAIM_ATTRIBUTES } from '../facts/facts.ts';
import { folderWith, run1sec } from './child-program.ts';
import { ExitCode } from './exit-codes.ts';
import { FACT_NAMES } from './fact-lines.ts';
import { attackedPlant, pcapOf } from './plant-capture.ts';

const PAGE = readFileSync(new URL('../../docs/formats.md', import.meta.url), 'utf8');

interface Field {
  readonly key: string;
  readonly isOptional: boolean;
  readonly type: string;
}

/** The field tables of the page, by heading. */
function tablesOf(page: string): Map<string, Field[]> {
  const tables = new Map<string, Field[]>();
  let heading = '';
  for (const line of page.split('\n')) {
    heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
    const row = /^\| `(\w+)`( \(optional\))? *\| ([a-z][a-z ]*?) *\|/.exec(line);
    if (row === null) continue;
    const fields = tables.get(heading) ?? [];
    fields.push({ key: row[1]!, isOptional: row[2] !== undefined, type: row[3]! });
    tables.set(heading, fields);
  }
  return tables;
}

const TABLES = tablesOf(PAGE);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Where a value differs from what the page says; empty where it does not. */
function differences(value: unknown, type: string, at: string): string[] {
  if (type.endsWith(' or null')) return value === null ? [] : differences(value, type.slice(0, -8), at);
  if (type.startsWith('list of ')) {
    if (!Array.isArray(value)) return [`${at}: not a list`];
    return value.flatMap((element, index) => differences(element, type.slice(8), `${at}[${index}]`));
  }
  if (type.startsWith('map of ')) {
    if (!isObject(value)) return [`${at}: not an object`];
    return Object.entries(value).flatMap(([key, element]) => differences(element, type.slice(7), `${at}.${key}`));
  }
  const isRight = plainType(type, value);
  if (isRight !== null) return isRight ? [] : [`${at}: ${JSON.stringify(value)} is no ${type}`];
  return objectDifferences(value, type, at);
}

function plainType(type: string, value: unknown): boolean | null {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'time':
      return typeof value === 'string' && TIME.test(value);
    case 'facts':
      return Array.isArray(value) && value.every(isObject);
    case 'value':
      return ['string', 'number', 'boolean'].includes(typeof value);
    default:
      return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectDifferences(value: unknown, type: string, at: string, shared: readonly Field[] = []): string[] {
  const own = TABLES.get(type);
  if (own === undefined) return [`${at}: the page has no table of ${type}`];
  if (!isObject(value)) return [`${at}: not an object`];
  const fields = [...shared, ...own];
  const found: string[] = [];
  for (const field of fields) {
    if (field.key in value) found.push(...differences(value[field.key], field.type, `${at}.${field.key}`));
    else if (!field.isOptional) found.push(`${at}: ${field.key} is missing`);
  }
  for (const key of Object.keys(value)) {
    if (!fields.some((field) => field.key === key)) found.push(`${at}: ${key} is not on the page`);
  }
  return found;
}

const WHOLE = pcapOf(attackedPlant());
const folder = folderWith({
  'attacked.pcap': WHOLE,
  'cut.pcap': WHOLE.subarray(0, WHOLE.length - 7),
  'bad.yaml': Buffer.from('version: 2\nmastres: []\n'),
});

test('the page has a table of every object', () => {
  assert.ok(TABLES.size > 15, [...TABLES.keys()].join());
  for (const name of FACT_NAMES) assert.ok(TABLES.has(name), name);
});

test('analyze --json prints exactly what the page says', () => {
  for (const file of ['attacked.pcap', 'cut.pcap']) {
    const analysis = JSON.parse(run1sec(['analyze', '--json', file], { directory: folder }).output) as unknown;
    assert.deepEqual(differences(analysis, 'analysis', 'analysis'), []);
    const { alerts, assets } = analysis as { alerts: unknown[]; assets: unknown[] };
    assert.ok(alerts.length > 2 && assets.length > 2, 'enough to compare');
  }
});

/** The facts that were seen; fails at the first line that differs from the page. */
function checkFacts(path: string): Set<string> {
  const { output } = run1sec(['facts', path], { directory: folder });
  const seen = new Set<string>();
  for (const text of output.trimEnd().split('\n')) {
    const line = JSON.parse(text) as Record<string, unknown>;
    const fact = String(line['fact']);
    seen.add(fact);
    assert.deepEqual(objectDifferences(line, fact, fact, TABLES.get('fact')), [], text);
  }
  return seen;
}

test('facts prints exactly what the page says', () => {
  const seen = checkFacts('attacked.pcap');
  for (const fact of ['operation', 'conversation', 'claim']) assert.ok(seen.has(fact), `${fact} was seen`);
});

const REAL = fileURLToPath(new URL('../../../shared/captures/ITI__ICS-Security-Tools/pcaps/', import.meta.url));
const NO_REAL = existsSync(REAL) ? false : 'skipped: the collection of real captures is not there';

test('facts of real captures are what the page says', { skip: NO_REAL }, () => {
  const seen = [
    ...checkFacts(join(REAL, 'modicon/modicon_test.pcap')),
    ...checkFacts(join(REAL, 'bro/modbus/fuzz-72.pcap')),
  ];
  for (const fact of ['transfer', 'violation', 'trait']) assert.ok(seen.includes(fact), `${fact} was seen`);
});

test('the analysis of real captures is what the page says', { skip: NO_REAL }, () => {
  const { output } = run1sec(['analyze', '--json', join(REAL, 'modicon/modicon_test.pcap')]);
  assert.deepEqual(differences(JSON.parse(output), 'analysis', 'analysis'), []);
});

test('watch --json prints exactly what the page says', () => {
  const { output } = run1sec(['watch', '-', '--json'], { input: WHOLE });
  const lines = output
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  const shared: Readonly<Record<string, readonly string[]>> = {
    watching: ['watch line'],
    alert: ['watch line'],
    summary: ['watch line', 'analysis'],
  };
  for (const line of lines) {
    const event = String(line['event']);
    const fields = shared[event]?.flatMap((name) => TABLES.get(name)!);
    assert.deepEqual(objectDifferences(line, event, event, fields), []);
  }
  const events = lines.map((line) => line['event']);
  assert.equal(events[0], 'watching');
  assert.ok(events.includes('alert'));
  assert.equal(events.at(-1), 'summary');
});

test('firmware --json prints exactly what the page says', () => {
  const json = (...words: string[]): unknown =>
    JSON.parse(run1sec(['firmware', ...words, '--json'], { directory: folder }).output);
  const words = ['--vendor', 'A', '--model', 'B', '--version', '1', '--to', 'images'];
  run1sec(['firmware', 'add', 'attacked.pcap', ...words], { directory: folder });
  assert.deepEqual(differences(json('inspect', 'cut.pcap'), 'inspected image', 'image'), []);
  assert.deepEqual(differences(json('diff', 'attacked.pcap', 'cut.pcap'), 'image difference', 'difference'), []);
  for (const file of ['attacked.pcap', 'cut.pcap']) {
    const verdict = json('verify', file, '--manifest', 'images');
    assert.deepEqual(differences(verdict, 'image verdict', 'verdict'), []);
  }
});

test('policy --json prints exactly what the page says', () => {
  run1sec(['policy', 'infer', 'attacked.pcap', '-o', 'policy.yaml'], { directory: folder });
  const other = 'version: 1\nzones: [{ name: a, addresses: [192.0.2.0/24] }, { name: b, addresses: [internet] }]\n';
  writeFileSync(join(folder, 'none.yaml'), `${other}conduits: [{ from: a, to: b, protocol: http, ports: [tcp/80] }]\n`);
  const json = (...words: string[]): unknown =>
    JSON.parse(run1sec(['policy', ...words, '--json'], { directory: folder }).output);
  assert.deepEqual(differences(json('check', 'policy.yaml', 'attacked.pcap'), 'policy check', 'check'), []);
  const explained = json('explain', 'none.yaml', 'a', 'b') as { there: unknown[] };
  assert.deepEqual(differences(explained, 'policy explained', 'explained'), []);
  assert.equal(explained.there.length, 1);
});

test('baseline show --json prints exactly what the page says', () => {
  run1sec(['baseline', 'learn', 'attacked.pcap', '-o', 'usual.yaml'], { directory: folder });
  const { output } = run1sec(['baseline', 'show', '--json', 'usual.yaml'], { directory: folder });
  const baseline = JSON.parse(output) as { devices: Record<string, unknown[]>[] };
  assert.deepEqual(differences(baseline, 'baseline', 'baseline'), []);
  for (const list of ['clients', 'requests', 'areas', 'points']) {
    assert.ok(
      baseline.devices.some((device) => device[list]!.length > 0),
      `${list}: enough to compare`,
    );
  }
});

test('assets, alerts and flows list exactly what the page says', () => {
  run1sec(['analyze', 'attacked.pcap', 'cut.pcap', '--save', 'formats.db'], { directory: folder });
  for (const name of ['assets', 'alerts', 'flows']) {
    const { output } = run1sec([name, '--db', 'formats.db', '--json'], { directory: folder });
    const listed = JSON.parse(output) as Record<string, unknown[]>;
    assert.deepEqual(differences(listed, `site ${name}`, name), []);
    assert.ok(listed[name]!.length > 1, 'enough to compare');
  }
});

test('config check --json prints exactly what the page says', () => {
  const check = run1sec(['config', 'check', '--json', 'bad.yaml'], { directory: folder });
  const checked = JSON.parse(check.output) as { problems: unknown[] };
  assert.deepEqual(differences(checked, 'config check', 'check'), []);
  assert.equal(checked.problems.length, 2);
});

test('the lists of modules and protocols, and the version, are what the page says', () => {
  const printed = (name: string): Record<string, unknown> =>
    JSON.parse(run1sec([name, '--json']).output) as Record<string, unknown>;
  assert.deepEqual(differences(printed('modules')['modules'], 'list of listed module', 'modules'), []);
  assert.deepEqual(differences(printed('protocols')['protocols'], 'list of listed protocol', 'protocols'), []);
  assert.deepEqual(differences(printed('version'), 'version', 'version'), []);
});

test('the index of the evidence is exactly what the page says', () => {
  const directory = join(folderWith({}), 'evidence');
  run1sec(['analyze', 'attacked.pcap', '--evidence', directory], { directory: folder });
  const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8')) as unknown;
  assert.deepEqual(differences(index, 'evidence index', 'index'), []);
});

test('evidence, doctor and tokens print exactly what the page says', () => {
  run1sec(['analyze', 'attacked.pcap', '--save', 'proof.db'], { directory: folder });
  const { alerts } = JSON.parse(run1sec(['alerts', '--db', 'proof.db', '--json'], { directory: folder }).output) as {
    alerts: { id: string }[];
  };
  const evidence = run1sec(['evidence', alerts[0]!.id, '--db', 'proof.db', '--json'], { directory: folder });
  const proof = JSON.parse(evidence.output) as { frames: unknown[] };
  assert.deepEqual(differences(proof, 'proof', 'proof'), []);
  assert.ok(proof.frames.length > 0, 'enough to compare');
  const doctor = JSON.parse(run1sec(['doctor', '--json'], { directory: folder }).output) as unknown;
  assert.deepEqual(differences(doctor, 'doctor', 'doctor'), []);
  run1sec(['tokens', 'add', 'ann', '--days', '3'], { directory: folder });
  const { tokens } = JSON.parse(run1sec(['tokens', 'list', '--json'], { directory: folder }).output) as {
    tokens: unknown[];
  };
  assert.deepEqual(differences(tokens, 'list of listed token', 'tokens'), []);
  assert.equal(tokens.length, 1);
});

test('the comparison finds what is missing, undocumented or of another type', () => {
  assert.deepEqual(differences({ offset: '1' }, 'damage', 'd'), [
    'd.offset: "1" is no integer',
    'd: message is missing',
  ]);
  assert.deepEqual(differences({ offset: 1, message: '', more: 1 }, 'damage', 'd'), ['d: more is not on the page']);
  assert.equal(differences([1], 'list of frame', 'f').length, 1);
  assert.equal(differences('2026-01-01T00:00:00Z', 'time', 't').length, 1);
});

test('the exit codes, severities and attributes of the page are those of the program', () => {
  const codes = [...PAGE.matchAll(/^\| (\d+) +\|/gm)].map((match) => Number(match[1]));
  assert.deepEqual(codes, Object.values(ExitCode));
  for (const severity of SEVERITIES) assert.ok(PAGE.includes(SEVERITY_ASKS[severity]), severity);
  for (const attribute of CLAIM_ATTRIBUTES) assert.ok(PAGE.includes(`\`${attribute}\``), attribute);
});

test('credentials --json prints exactly what the page says', () => {
  const printed = (words: readonly string[], type: string): void => {
    const { output } = run1sec(['credentials', ...words, '--json'], {
      directory: folder,
      input: Buffer.from('a:b\nroot:toor\na:b\nc\nd:e\n'),
    });
    assert.deepEqual(differences(JSON.parse(output), type, type), []);
  };
  printed(['list'], 'credentials');
  printed(['test', '-', 'root', 'toor'], 'credentials test');
  printed(['import', '-', '--to', 'own.tsv'], 'credentials import');
});
