// A baseline as text: the same for the same capture, read back as it was, and wrong files told with line and column.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { golden } from '../../scripts/golden-check.ts';
import type { Baseline, BaselineDevice } from '../learning/baseline.ts';
import { protocols } from '../protocols/index.ts';
import { BaselineProblem, parsedBaseline } from './baseline-reader.ts';
import { baselineText } from './baseline-text.ts';
import { folderWith, run1sec } from './child-program.ts';
import {
  CONTROLLER,
  PLANT_START_US,
  PlantConnection,
  STRANGER,
  attackedPlant,
  pcapOf,
  quietPlant,
  type PlantFrame,
} from './plant-capture.ts';

const folder = folderWith({
  'quiet.pcap': pcapOf(quietPlant(90)),
  'attacked.pcap': pcapOf(attackedPlant()),
});
const quiet = join(folder, 'quiet.pcap');
const learned = join(folder, 'learned.yaml');

function pcapFile(name: string, frames: readonly PlantFrame[]): string {
  writeFileSync(join(folder, name), pcapOf(frames));
  return join(folder, name);
}

interface SaidAlert {
  readonly kind: string;
  readonly severity: string;
}

function alertsOf(...words: string[]): SaidAlert[] {
  const ended = run1sec(['analyze', '--json', ...words]);
  assert.equal(ended.code, 0, ended.error);
  return (JSON.parse(ended.output) as { alerts: SaidAlert[] }).alerts;
}

const SEEN = {
  count: 3,
  firstUs: 1_767_225_600_000_001,
  lastUs: 1_767_225_601_999_999,
  gapUs: 1_234_567,
  isOnce: false,
};
const PLACE = { unit: 1, protocol: 'modbus', space: 3 };
const POINT = {
  reads: 100,
  writes: 2,
  last: 1.5,
  minimum: -3,
  maximum: 1e21,
  step: 0.1,
  travel: 0.7,
  moves: 9,
  movesInRange: 5,
  movesInStep: 3,
  onceFirstUs: 0,
  onceLastUs: 0,
};

/** One of everything. */
function device(changes: Partial<BaselineDevice> = {}): BaselineDevice {
  return {
    segment: 'default',
    address: '192.0.2.10',
    mac: '02:00:00:00:00:01',
    heard: SEEN,
    answers: SEEN,
    asks: SEEN,
    clients: [{ client: '192.0.2.20', seen: SEEN }],
    requests: [
      { unit: 1, protocol: 'modbus', function: 3, subfunction: -1, client: '192.0.2.20', seen: SEEN },
      { unit: 255, protocol: 'modbus', function: 43, subfunction: 14, client: '192.0.2.20', seen: SEEN },
    ],
    writers: [{ unit: -1, client: '192.0.2.20', seen: SEEN }],
    writes: [{ ...PLACE, first: 65_535, client: '192.0.2.20', seen: SEEN }],
    accesses: [
      { what: 'hour', client: '', word: 9, seen: SEEN },
      { what: 'opening', client: '192.0.2.9', word: 5, seen: SEEN },
      { what: 'tool', client: '', word: -7, seen: SEEN },
      { what: 'login', client: '192.0.2.20', word: 0x0123abcd, seen: SEEN },
      { what: 'session', client: '192.0.2.20', word: -1, seen: SEEN },
    ],
    areas: [
      {
        ...PLACE,
        first: 0,
        firstUs: SEEN.firstUs,
        lastUs: SEEN.lastUs,
        gapUs: 0,
        readers: ['192.0.2.20', '192.0.2.21'],
        writers: [],
      },
      {
        ...PLACE,
        space: 200,
        first: 64,
        firstUs: SEEN.firstUs,
        lastUs: SEEN.lastUs,
        gapUs: 1,
        readers: [],
        writers: ['192.0.2.20'],
      },
    ],
    points: [
      { ...PLACE, first: 0, count: 1, ...POINT },
      {
        ...PLACE,
        first: 1,
        count: 15,
        ...POINT,
        last: NaN,
        minimum: Infinity,
        maximum: -Infinity,
        step: 0,
        travel: 0,
        moves: 0,
        movesInRange: 0,
        movesInStep: 0,
      },
    ],
    names: [
      { unit: -1, protocol: 'modbus', space: 3, number: 1_073_741_824, bytes: new TextEncoder().encode('a b%"ü') },
    ],
    programs: [
      { unit: -1, protocol: 's7comm', part: 'DB1', size: 500, sha256: 'a'.repeat(64), seen: SEEN },
      { unit: 4, protocol: 'dnp3', part: 'C:/a b.xml: ü', size: 0, sha256: 'b'.repeat(64), seen: SEEN },
    ],
    swings: [{ ...PLACE, point: 0, reversalsMax: 2, minutes: 60 }],
    ...changes,
  };
}

function text(...devices: BaselineDevice[]): string {
  return baselineText({ baseline: 1, devices }, protocols);
}

describe('the text of a baseline', () => {
  test('what is written is read back as it was', () => {
    const baseline: Baseline = {
      baseline: 1,
      devices: [
        device(),
        device({ address: 'fe80::', mac: '' }),
        device({ address: '02:00:00:00:00:09', mac: '', heard: null, clients: [] }),
        device({ segment: 'vlan 20.5' }),
        device({
          segment: 'vlan 21',
          heard: { ...SEEN, isOnce: true },
          points: [{ ...PLACE, first: 0, count: 1, ...POINT, onceFirstUs: SEEN.firstUs, onceLastUs: SEEN.lastUs }],
        }),
        device({ segment: '#1: "cell" – {a}' }),
      ],
    };
    assert.deepEqual(parsedBaseline(baselineText(baseline, protocols), protocols), baseline);
  });

  test('lines that are read the quick way and lines that are not say the same', () => {
    const odd = device({
      points: [{ ...PLACE, first: 3, count: 2, ...POINT, last: -0.5, minimum: -7, maximum: 4_000_000_000, step: 1e-9 }],
      clients: [
        { client: '192.0.2.20', seen: { ...SEEN, isOnce: true } },
        { client: 'fe80::1', seen: SEEN },
        { client: '02:00:00:00:00:09', seen: { ...SEEN, count: 3_999_999_999 } },
      ],
    });
    const plain = text(device(), odd).replace('default 192.0.2.10', 'default 192.0.2.11');
    const spaced = plain.replaceAll(/^( {4}.*)$/gm, '$1 ');
    assert.deepEqual(parsedBaseline(plain, protocols).devices, [device({ address: '192.0.2.11' }), odd]);
    assert.deepEqual(parsedBaseline(spaced, protocols), parsedBaseline(plain, protocols));
  });

  test('nothing learned is a file as well', () => {
    assert.deepEqual(parsedBaseline(text(), protocols), { baseline: 1, devices: [] });
  });

  test('comments, empty lines, other times and other YAML around the lines are read', () => {
    const edited = text(device({ points: [] }))
      .replace('    mac', '    # replaced in March\n\n    mac')
      .replace('first 2026-01-01T00:00:00.000001Z', 'first 2026-01-01T01:00:00.000001+01:00')
      .replace('baseline: 1', '"baseline":   1 # the version');
    assert.deepEqual(parsedBaseline(edited, protocols).devices, [device({ points: [] })]);
  });

  test('a golden file shows what is learned of a small plant', () => {
    const ended = run1sec(['baseline', 'learn', quiet, '-o', learned]);
    assert.equal(ended.error, '');
    assert.match(
      ended.output,
      /learned\.yaml: 2 devices, 180 requests, 12 points \(0 of them written\), from 2026-01-01 00:00:00 to/,
    );
    golden('src/commands/plant-baseline.golden', readFileSync(learned, 'utf8'));
  });

  const MISTAKES: readonly (readonly [what: string, edit: (text: string) => string, says: RegExp])[] = [
    ['no mapping', () => '- a\n', /^1:1: a baseline is a mapping/],
    [
      'another version',
      (whole) => whole.replace('baseline: 1', 'baseline: 2'),
      /^3:11: this program reads baselines of version 1/,
    ],
    ['another key', (whole) => whole.replace('devices:', 'device:'), /^4:1: there are only the keys/],
    ['YAML that is none', (whole) => whole.replace('devices:', 'devices: ['), /^\d+:\d+: /],
    [
      'a device that is no block',
      (whole) => whole.replace(/: \|[^]*$/, ': 5\n'),
      /^5:23: a device is a block of lines/,
    ],
    [
      'a device without an address',
      (whole) => whole.replace('default 192.0.2.10', 'default plc'),
      /^5:3: 'default plc' must be a segment and an address/,
    ],
    [
      'a device that stands there twice',
      (whole) => `${whole}  default 192.0.2.10: |\n    asks: 1 times\n`,
      /^28:3: 'default 192\.0\.2\.10' stands here twice/,
    ],
    ['a line that means nothing', (whole) => whole.replace('heard:', 'herd:'), /^7:5: 'herd' is not understood/],
    [
      'a word that means nothing',
      (whole) => whole.replace('unit 1 point', 'unit 1 pint'),
      /^17:12: 'pint' is not understood; there are point/,
    ],
    ['a number that is none', (whole) => whole.replace('range -3', 'range x'), /^17:\d+: 'x' is no number/],
    [
      'a time that is none',
      (whole) => whole.replace('first 2026-01-01', 'first 2026-02-31'),
      /^7:27: '2026-02-31.*' is no time/,
    ],
    [
      'a space that is none',
      (whole) => whole.replace('holding-register 0:', 'holdings 0:'),
      /^15:\d+: modbus has no 'holdings'/,
    ],
    [
      'more points than there can be',
      (whole) => whole.replace('1-15:', '1-9999999:'),
      /^18:\d+: '.*' is no range of points/,
    ],
    ['points backwards', (whole) => whole.replace('1-15:', '15-1:'), /^18:\d+: '.*' is no range of points/],
  ];
  test('YAML in another form says the same, mistakes in lines too', () => {
    const asYaml = (plain: string): string => plain.replace('baseline: 1', 'baseline: 1 # as YAML');
    const whole = text(device(), device({ segment: 'vlan 20' }));
    const indented = whole.replaceAll('\n    ', '\n       ');
    for (const form of [whole, asYaml(whole), indented]) {
      assert.deepEqual(parsedBaseline(form, protocols), parsedBaseline(whole, protocols));
    }
    const told = (broken: string): string => {
      try {
        parsedBaseline(broken, protocols);
      } catch (error) {
        const { line, column, message } = error as BaselineProblem;
        return `${line}:${column}: ${message}`;
      }
      return 'read';
    };
    for (const [what, edit] of MISTAKES.slice(6)) {
      const broken = edit(text(device()));
      assert.equal(told(asYaml(broken)), told(broken), what);
    }
  });

  for (const [what, edit, says] of MISTAKES) {
    test(`${what} is told with line and column`, () => {
      const whole = text(device());
      const broken = edit(whole);
      assert.notEqual(broken, whole);
      try {
        parsedBaseline(broken, protocols);
      } catch (error) {
        assert.ok(error instanceof BaselineProblem, String(error));
        assert.match(`${error.line}:${error.column}: ${error.message}`, says);
        return;
      }
      assert.fail('it was read');
    });
  }
});

describe('1sec baseline', () => {
  test('show says what a person wants to know', () => {
    const ended = run1sec(['baseline', 'show', learned]);
    assert.match(
      ended.output,
      /asked by 192\.0\.2\.20 \(180\)\n {2}functions modbus 3 and modbus 1\n {2}written by nobody/,
    );
    const json = JSON.parse(run1sec(['baseline', 'show', '--json', learned]).output) as Baseline;
    assert.deepEqual(
      json.devices.map(({ address }) => address),
      ['192.0.2.10', '192.0.2.20'],
    );
  });

  test('with it the first packet of a stranger is told of, without it nothing is known yet', () => {
    const kinds = (alerts: readonly SaidAlert[]): string[] => alerts.map(({ kind }) => kind);
    const attacked = join(folder, 'attacked.pcap');
    assert.ok(!kinds(alertsOf(attacked)).includes('command-sentinel/new-master'));
    const told = kinds(alertsOf(attacked, '--baseline', learned));
    assert.ok(told.includes('command-sentinel/new-master'), told.join(', '));
    assert.deepEqual(alertsOf(quiet, '--baseline', learned), []);
  });

  test('learning goes on from a baseline, and hand edits stay', () => {
    const edited = join(folder, 'edited.yaml');
    const again = join(folder, 'again.yaml');
    writeFileSync(edited, readFileSync(learned, 'utf8').replace('read 90, written 0', 'read 90, written 7'));
    assert.equal(run1sec(['baseline', 'learn', quiet, '--from', edited, '-o', again]).code, 0);
    const now = readFileSync(again, 'utf8');
    assert.match(now, /read 180, written 7/);
    assert.match(now, /client 192\.0\.2\.20: 360 times, first 2026-01-01T00:00:01/);
  });

  describe('what was seen in one stretch only', () => {
    const attack = (atSecond: number): PlantFrame[] => {
      const frames = quietPlant(200);
      const startUs = PLANT_START_US + atSecond * 1_000_000;
      const stranger = new PlantConnection(frames, STRANGER, CONTROLLER, startUs);
      stranger.ask(startUs + 10_000, 1, [6, 0, 1, 0x10, 0], [6, 0, 1, 0x10, 0]);
      return frames.sort((a, b) => a.timeUs - b.timeUs);
    };
    const poisoned = join(folder, 'poisoned.pcap');
    const again = join(folder, 'again.pcap');
    writeFileSync(poisoned, pcapOf(attack(100)));
    writeFileSync(again, pcapOf(attack(20).map((frame) => ({ ...frame, timeUs: frame.timeUs + 3600e6 }))));
    const file = join(folder, 'poisoned.yaml');
    const learn = (out: string, ...words: string[]): string =>
      run1sec(['baseline', 'learn', ...words, '-o', out]).output;
    const about = (path: string): string[] =>
      alertsOf(again, '--baseline', path).map(({ severity, kind }) => `${severity} ${kind}`);

    test('is marked, listed, and silences no alert: it is one step milder and says why', () => {
      const told = learn(file, poisoned);
      assert.match(
        told,
        /\d+ things seen in one stretch of time only are marked "once" and not counted: 1sec baseline show/,
      );
      const text = readFileSync(file, 'utf8');
      assert.match(text, /client 192\.0\.2\.66: 1 times, .*, gap 0 s, once$/m);
      assert.match(text, /client 192\.0\.2\.20: 400 times, .*, gap [\d.]+ s$/m);
      assert.match(text, /point modbus holding-register 1: read 200, written 1 once from 2026-01-01T00:01:40/);
      const shown = run1sec(['baseline', 'show', file]).output;
      assert.match(
        shown,
        /seen in one stretch only, so not counted: client 192\.0\.2\.66 \(once at 2026-01-01 00:01:40\), writer 192\.0\.2\.66 \(once at .*\), writes to holding register 1 \(once at/,
      );
      const clean = join(folder, 'clean.yaml');
      learn(clean, pcapFile('clean.pcap', quietPlant(200)));
      const milder: Readonly<Record<string, string>> = { critical: 'high', high: 'medium', medium: 'low', low: 'info' };
      const expected = about(clean).map((alert) => alert.replace(/^\w+/, (severity) => milder[severity] ?? severity));
      assert.ok(expected.includes('medium command-sentinel/unusual-writer'), expected.join(', '));
      assert.deepEqual(about(file).toSorted(), expected.toSorted());
      const texts = run1sec(['analyze', again, '--baseline', file]).output.replaceAll(/\s+/g, ' ');
      assert.match(texts, /One step milder, as the baseline has seen it: once and at no other time, which nobody has/);
    });

    test('counts when a person deletes the marks, and is not marked again', () => {
      const confirmed = join(folder, 'confirmed.yaml');
      const text = readFileSync(file, 'utf8');
      writeFileSync(confirmed, text.replaceAll(/, once$| once from \S+ to \S+(?=,)/gm, ''));
      assert.deepEqual(about(confirmed), []);
      const goesOn = join(folder, 'goes-on.yaml');
      learn(goesOn, quiet, '--from', confirmed);
      assert.doesNotMatch(readFileSync(goesOn, 'utf8'), /^ .*once/m);
    });

    test('loses its mark when it is seen at another time', () => {
      const twice = join(folder, 'twice.yaml');
      for (const words of [
        [again, '--from', file],
        [poisoned, again],
      ]) {
        learn(twice, ...words);
        assert.doesNotMatch(readFileSync(twice, 'utf8'), /^ .*once/m, words.join(' '));
        assert.deepEqual(about(twice), []);
      }
    });
  });

  const USAGE: readonly (readonly [string[], RegExp])[] = [
    [['baseline'], /baseline needs a word: learn or show/],
    [['baseline', 'lern'], /cannot 'lern': learn or show \(did you mean learn/],
    [['baseline', 'learn', quiet], /needs -o FILE/],
    [['baseline', 'learn', '-o', 'x.yaml'], /needs a capture file/],
    [['baseline', 'show'], /needs a file/],
    [['baseline', 'show', join(folder, 'none.yaml')], /no such file: .*none\.yaml/],
    [['analyze', quiet, '--baseline', quiet], /quiet\.pcap:\d+:\d+: /],
    [['baseline', 'learn', quiet, '-o', join(folder, 'no', 'where.yaml')], /where\.yaml cannot be written/],
  ];
  for (const [words, says] of USAGE) {
    test(`1sec ${words.map((word) => word.replace(folder, '')).join(' ')}: exit code 2 and one line`, () => {
      const ended = run1sec(words);
      assert.equal(ended.code, 2);
      assert.match(ended.error, says);
      assert.equal(ended.error.trimEnd().split('\n').length, 1);
    });
  }
});
