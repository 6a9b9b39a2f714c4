// What 1sec.yaml may say, what is told about mistakes in it, and what it changes.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { folderWith, oneLine, run1sec } from './child-program.ts';
import { CONFIG_EXAMPLE } from './config-example.ts';
import {
  CONTROLLER,
  PLANT_START_US,
  PlantConnection,
  STRANGER,
  attackedPlant,
  pcapOf,
  type PlantFrame,
} from './plant-capture.ts';
import { readSiteConfig } from './site-config.ts';

function problemsOf(text: string): string[] {
  return readSiteConfig(text).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

test('the example has no mistake, and says what it seems to say', () => {
  const { declaration, problems } = readSiteConfig(CONFIG_EXAMPLE);
  assert.deepEqual(problems, []);
  assert.deepEqual(declaration.masters[0], {
    name: 'SCADA server',
    client: { address: '192.0.2.50', segment: null },
    servers: ['192.0.2.11', '192.0.2.12', '192.0.2.128/26'].map((address) => ({ address, segment: null })),
  });
  assert.deepEqual(declaration.engineeringStations, [
    { name: 'engineering laptop', host: { address: '192.0.2.70', segment: null }, level: 3 },
  ]);
  assert.deepEqual(declaration.jumpHosts, [{ name: 'jump host', host: { address: '192.0.2.80', segment: null } }]);
  assert.deepEqual(declaration.segments, [
    { name: 'cell 1', observed: ['vlan 20', 'vlan 21'] },
    { name: 'office', observed: ['default'] },
  ]);
  assert.deepEqual(
    declaration.zones.map(({ name, level, addresses, segments, roles }) => [name, level, addresses, segments, roles]),
    [
      ['control', 1, ['192.0.2.0/25'], ['cell 1'], []],
      ['operators', null, [], [], ['hmi', 'scada-server']],
    ],
  );
  const [once, weekly] = declaration.windows;
  assert.deepEqual([once!.fromUs, once!.untilUs], [1_769_846_400_000_000, 1_769_875_200_000_000]);
  assert.deepEqual(
    [weekly!.days, weekly!.fromMinute, weekly!.untilMinute, weekly!.utcOffsetMinutes],
    [[6], 1320, 120, 60],
  );
  assert.deepEqual(declaration.normal[0], {
    kind: 'process-guard/write-to-read-only-point',
    device: { address: '192.0.2.11', segment: null },
    unit: 3,
    by: { address: '192.0.2.50', segment: null },
    object: 'holding register 40',
    reason: 'the recipe changes every morning',
  });
  assert.equal(declaration.settings.get('asset-lens')?.isEnabled, true);
  assert.equal(
    declaration.settings.get('command-sentinel')?.severities.get('command-sentinel/controller-start'),
    'medium',
  );
});

const MISTAKES: readonly [name: string, text: string, problems: readonly RegExp[]][] = [
  ['an empty file', '', [/^1:1 the file is empty/]],
  ['a file of comments', '# nothing\n', [/^1:1 the file is empty/]],
  ['no version', 'masters: []\n', [/^1:1 the key 'version' is missing/]],
  ['another version', 'version: 2\n', [/^1:10 version must be 1/]],
  ['a list', '- a\n', [/^1:1 the file must hold keys/, /version/]],
  [
    'an unknown key',
    'version: 1\nmastres: []\n',
    [/^2:1 unknown key 'mastres' in the file \(did you mean masters\?\)$/],
  ],
  ['a key that is there twice', 'version: 1\nversion: 1\n', [/^2:1 Map keys must be unique/]],
  ['broken YAML', 'version: 1\nmasters: [\n', [/^3:1 /]],
  ['two documents', 'version: 1\n---\nversion: 1\n', [/^2:1 .*multiple documents/]],
  [
    'a reference',
    'version: 1\nzones: &a []\nmasters: *a\n',
    [/^2:\d+ marks/, /^3:10 references/, /^3:10 masters must be a list/],
  ],
  ['a tag', 'version: 1\nmasters: !!js/function []\n', [/^2:10 Unresolved tag/, /^2:\d+ the tag/]],
  ['a master without a client', 'version: 1\nmasters:\n  - name: a\n', [/^3:5 the key 'client' is missing/]],
  ['a master that is a word', 'version: 1\nmasters:\n  - a\n', [/^3:5 an entry of masters must hold keys/]],
  ['no server', 'version: 1\nmasters:\n  - client: ::1\n    servers: []\n', [/^3:5 servers names none/]],
  ['a jump host without an address', 'version: 1\njump-hosts:\n  - name: a\n', [/^3:5 the key 'address' is missing/]],
  ['no address', 'version: 1\nmasters:\n  - client: 10.0.0.256\n', [/^3:13 '10\.0\.0\.256' is no address/]],
  ['half a subnet', 'version: 1\nmasters:\n  - client: 10.0.0.1/8\n', [/^3:13 .*did you mean 10\.0\.0\.0\/8\?/]],
  [
    'a level beyond Purdue',
    'version: 1\nengineering-stations:\n  - address: 10.0.0.1\n    level: 6\n',
    [/^4:12 level must be/],
  ],
  ['no VLAN', 'version: 1\nsegments:\n  - { name: a, vlans: [0, 4095, x] }\n', [/^3:\d+ '0'/, /'4095'/, /'x'/]],
  [
    'a VLAN in two segments',
    'version: 1\nsegments:\n  - { name: a, vlans: [1] }\n  - { name: b, vlans: [1] }\n',
    [/^4:5 vlan 1 is in the segments 'a' and 'b'/],
  ],
  [
    'a segment with the name of another VLAN',
    'version: 1\nsegments:\n  - { name: vlan 2, vlans: [1] }\n',
    [/^3:5 'vlan 2' is the name of another VLAN/],
  ],
  [
    'a segment that is not declared',
    'version: 1\nsegments:\n  - { name: cell 1, vlans: [1] }\nzones:\n  - { name: z, segments: [cell1, vlan 1] }\n',
    [/^5:\d+ no segment is called 'cell1' \(did you mean cell 1\?\)/, /^5:\d+ vlan 1 is called 'cell 1'/],
  ],
  ['a zone of nothing', 'version: 1\nzones:\n  - name: z\n', [/^3:5 the zone names nothing/]],
  [
    'a role that is none',
    'version: 1\nzones:\n  - { name: z, roles: [hni] }\n',
    [/^3:\d+ 'hni' is none of .*did you mean hmi/],
  ],
  [
    'an address that is in two zones, however it is written',
    'version: 1\nzones:\n  - { name: a, addresses: ["2001:db8::1"] }\n  - { name: b, addresses: ["2001:db8:0::1/128"] }\n',
    [/^4:\d+ 2001:db8:0::1\/128 is in zone 'a' already/],
  ],
  [
    'a level that there is not',
    'version: 1\nzones:\n  - { name: z, level: 6, roles: [hmi] }\n',
    [/^3:23 level must be a Purdue level from 0 to 5/],
  ],
  [
    'a zone that is there twice',
    'version: 1\nzones:\n  - { name: z, roles: [hmi] }\n  - { name: z, roles: [hmi] }\n',
    [/^4:5 'z' is there twice in zones/],
  ],
  [
    'a weekly window without days',
    'version: 1\nmaintenance-windows:\n  - { name: w, from: 08:00, until: 09:00 }\n',
    [/^3:\d+ '08:00' is no time .*add days/, /'09:00'/],
  ],
  [
    'a window that ends before it begins',
    'version: 1\nmaintenance-windows:\n  - { name: w, from: 2026-02-01, until: 2026-01-01 }\n',
    [/^3:\d+ until must be later than from/],
  ],
  [
    'no day, no clock, no offset',
    'version: 1\nmaintenance-windows:\n  - { name: w, days: [someday], from: 8, until: 24:01, utc-offset: CET }\n',
    [/'someday' is none of/, /'8' is no time of the day/, /'24:01'/, /'CET' is no offset/],
  ],
  [
    'something normal without a device, with a kind and a unit that are none',
    'version: 1\nnormal:\n  - kind: asset-lens/new-device\n  - { kind: asset-lens/new-devise, device: 10.0.0.1 }\n  - { kind: asset-lens/new-device, device: 10.0.0.1, unit: x, by-segment: default }\n',
    [
      /^3:5 it names no device; an alert that is never wanted is switched off: modules, asset-lens, severities, new-device: off$/,
      /^4:13 no alert is called 'asset-lens\/new-devise' \(did you mean asset-lens\/new-device\?\)$/,
      /^5:\d+ unit must be a number as alerts show it, or none/,
      /^5:\d+ by-segment is nothing without by$/,
    ],
  ],
  [
    'an unknown module, setting, kind and severity',
    'version: 1\nmodules:\n  asset-lense: {}\n  asset-lens:\n    enabeld: true\n    enabled: yes\n    severities: { new-devise: low, new-device: loud }\n',
    [
      /^3:3 unknown key 'asset-lense' .*did you mean asset-lens/,
      /^5:5 unknown key 'enabeld' .*did you mean enabled/,
      /^6:14 enabled must be true or false/,
      /^7:\d+ unknown key 'new-devise' .*did you mean new-device/,
      /^7:\d+ 'loud' is none of info/,
    ],
  ],
  [
    'a name that hides something',
    'version: 1\nzones:\n  - { name: "a\\u202eb", roles: [hmi] }\n',
    [/^3:\d+ name must have/],
  ],
];

for (const [name, text, patterns] of MISTAKES) {
  test(`${name} is told with its place`, () => {
    const problems = problemsOf(text);
    assert.equal(problems.length, patterns.length, problems.join('\n'));
    for (const [index, pattern] of patterns.entries()) assert.match(problems[index]!, pattern);
  });
}

test('a very long file is refused, and a very deep one told about, without a crash', () => {
  assert.match(problemsOf(' '.repeat(1_000_001))[0]!, /more than 1.000.000 characters/);
  assert.ok(problemsOf('['.repeat(100_000)).length > 0);
  assert.match(problemsOf(`version: 1\nmasters: ${'['.repeat(200_000)}`)[0]!, /nested too deeply/);
});

test('no text makes the reader throw, and every mistake has a place', () => {
  const lines = CONFIG_EXAMPLE.split('\n');
  const piece = fc.oneof(
    fc.constantFrom(...lines),
    fc.constantFrom('  - ', '{', '[', ': ', '*a', '&a', '!!x', '? ', '|'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      for (const { line, column, message } of readSiteConfig(pieces.join('\n')).problems) {
        assert.ok(line >= 1 && column >= 1 && message !== '');
      }
    }),
    { seed: 20_260_131, numRuns: 300 },
  );
});

/** The controller is told to restart, as a command of its own connection. */
function restarted(vlan: number | null = null): PlantFrame[] {
  const frames: PlantFrame[] = [];
  const connection = new PlantConnection(frames, STRANGER, CONTROLLER, PLANT_START_US);
  connection.ask(PLANT_START_US + 1_000_000, 1, [8, 0, 1, 0, 0], [8, 0, 1, 0, 0]);
  return vlan === null ? frames : frames.map(({ timeUs, bytes }) => ({ timeUs, bytes: tagged(bytes, vlan) }));
}

function tagged(bytes: Uint8Array, vlan: number): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, 12), 0x81, 0, vlan >> 8, vlan & 255, ...bytes.subarray(12)]);
}

const folder = folderWith({
  'attacked.pcap': pcapOf(attackedPlant()),
  'restarted.pcap': pcapOf(restarted()),
  'tagged.pcap': pcapOf([
    ...restarted(20),
    ...restarted(21).map((frame) => ({ ...frame, timeUs: frame.timeUs + 5e6 })),
  ]),
  'good.yaml': Buffer.from(CONFIG_EXAMPLE),
  'bad.yaml': Buffer.from('version: 1\nmastres: []\nzones: 1\n'),
});

function analysed(capture: string, config: string): { assets: Found[]; alerts: Found[] } {
  writeFileSync(join(folder, 'site.yaml'), `version: 1\n${config}`);
  const ended = run1sec(['analyze', '--json', '--config', 'site.yaml', capture], { directory: folder });
  assert.equal(ended.error, '');
  return JSON.parse(ended.output) as ReturnType<typeof analysed>;
}

type Found = Readonly<Record<string, unknown>> & { readonly subject?: Found };

const STATION = 'engineering-stations:\n  - { name: laptop, address: 192.0.2.66, level: 3 }\n';
const WINDOW =
  'maintenance-windows:\n  - { name: exchange, from: 2026-01-01T00:00:00Z, until: 2026-01-01T01:00:00Z, devices: [192.0.2.10] }\n';

test('a declared engineering station has that role and level, with the file as its evidence', () => {
  const station = analysed('attacked.pcap', STATION).assets.find(({ ip }) => String(ip) === '192.0.2.66')!;
  assert.deepEqual([station['role'], station['level'], station['name']], ['engineering-station', 3, 'laptop']);
  const evidence = station['evidence'] as Found[];
  assert.ok(evidence.some((claim) => claim['source'] === '1sec.yaml' && claim['frame'] === null));
});

test('an engineering station that only was asked and never spoke is no device', () => {
  const { assets } = analysed('attacked.pcap', STATION.replace('.66', '.99'));
  assert.ok(!assets.some(({ ip }) => String(ip) === '192.0.2.99'));
});

function severityOfRestart(config: string): unknown {
  const { alerts } = analysed('restarted.pcap', config);
  const alert = alerts.find(({ kind }) => kind === 'command-sentinel/controller-restart');
  return alert === undefined
    ? null
    : [alert['severity'], /It is noted only: 1sec\.yaml/.test(String(alert['explanation']))];
}

test('a command is noted only where both station and window are declared, and for this device', () => {
  assert.deepEqual(severityOfRestart(''), ['high', false]);
  assert.deepEqual(severityOfRestart(STATION), ['high', false]);
  assert.deepEqual(severityOfRestart(WINDOW), ['high', false]);
  assert.deepEqual(severityOfRestart(STATION + WINDOW), ['info', true]);
  assert.deepEqual(severityOfRestart(STATION + WINDOW.replace('.10]', '.11]')), ['high', false]);
  assert.deepEqual(severityOfRestart(STATION + WINDOW.replace('00:00:00Z', '00:00:30Z')), ['high', false]);
});

test('settings change the severity of an alert, drop it, or switch its module off', () => {
  const severities = (value: string): string =>
    `modules:\n  command-sentinel:\n    severities: { controller-restart: ${value} }\n`;
  assert.deepEqual(severityOfRestart(severities('low')), ['low', false]);
  assert.equal(severityOfRestart(severities('off')), null);
  assert.equal(severityOfRestart('modules:\n  command-sentinel: { enabled: false }\n'), null);
});

test('what is written down as normal is not raised, of this device, by this host, and nothing else', () => {
  const normal = (rest: string): string =>
    `normal:\n  - { kind: command-sentinel/controller-restart, device: 192.0.2.10, ${rest} }\n`;
  assert.equal(severityOfRestart(normal('unit: 1, by: 192.0.2.66')), null);
  assert.equal(severityOfRestart(normal('by: 192.0.2.0/24')), null);
  for (const other of ['unit: 2', 'unit: none', 'by: 192.0.2.67', 'segment: vlan 20', 'object: register 4']) {
    assert.deepEqual(severityOfRestart(normal(other)), ['high', false], other);
  }
  assert.deepEqual(severityOfRestart(normal('').replace('-restart', '-stop')), ['high', false]);
});

test('a segment has its declared name; VLANs that are joined are one network, and ids stay', () => {
  const plain = analysed('tagged.pcap', '');
  assert.deepEqual([...new Set(plain.assets.map(({ segment }) => segment))], ['vlan 20', 'vlan 21']);
  const named = analysed('tagged.pcap', 'segments:\n  - { name: cell 1, vlans: [20, 21] }\n');
  assert.deepEqual([...new Set(named.assets.map(({ segment }) => segment))], ['cell 1']);
  assert.deepEqual(
    named.assets.map(({ id }) => id),
    plain.assets.filter(({ segment }) => segment === 'vlan 20').map(({ id }) => id),
  );
  assert.deepEqual(new Set(named.alerts.map(({ subject }) => subject?.['segment'])), new Set(['cell 1']));
});

test('config check tells every mistake with its place and ends with 2', () => {
  const good = run1sec(['config', 'check', 'good.yaml'], { directory: folder });
  assert.deepEqual([good.code, good.error], [0, '']);
  assert.match(good.output, /^good\.yaml: no mistake; it declares 2 masters, 1 engineering station/);
  const bad = run1sec(['config', 'check', 'bad.yaml'], { directory: folder });
  assert.deepEqual([bad.code, bad.output], [2, '']);
  assert.match(bad.error, /^bad\.yaml:2:1: unknown key 'mastres'.*\nbad\.yaml:3:8: zones must be a list.*\n$/);
  const json = run1sec(['config', 'check', '--json', 'bad.yaml'], { directory: folder });
  assert.equal(json.code, 2);
  const { problems } = JSON.parse(json.output) as { problems: { line: number; column: number }[] };
  assert.deepEqual(
    problems.map(({ line, column }) => [line, column]),
    [
      [2, 1],
      [3, 8],
    ],
  );
});

test('config example prints a file that passes its own check', () => {
  const { code, output } = run1sec(['config', 'example']);
  assert.deepEqual([code, output], [0, CONFIG_EXAMPLE]);
});

test('analyze refuses a file with mistakes in one line, before it reads a frame', () => {
  const ended = run1sec(['analyze', '--config', 'bad.yaml', 'restarted.pcap'], { directory: folder });
  assert.deepEqual([ended.code, ended.output], [2, '']);
  assert.match(
    oneLine(ended),
    /^1sec: bad\.yaml:2:1: unknown key 'mastres'.*; and 1 more: see '1sec config check bad\.yaml'$/,
  );
});

for (const [words, message] of [
  [['config'], /config needs a word/],
  [['config', 'chekc'], /config cannot 'chekc', only check, example and normal \(did you mean check\?\)/],
  [['config', 'check'], /config check needs a file/],
  [['config', 'example', 'x'], /'x' is one word too many/],
  [['config', 'check', 'missing.yaml'], /missing\.yaml: no such file/],
  [['config', 'check', '.'], /it is a directory/],
  [['analyze', '--config', 'missing.yaml', 'restarted.pcap'], /missing\.yaml: no such file/],
] as const) {
  test(`«${words.join(' ')}» is refused with one line and exit code 2`, () => {
    const ended = run1sec(words, { directory: folder });
    assert.match(oneLine(ended), message);
    assert.equal(ended.code, 2);
  });
}
