// `1sec fingerprint` as a person or a script would use it; with the collection of real captures also a few real devices.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { DEVICE_CAPTURES, deviceCaptures } from '../../scripts/device-captures.ts';
import { folderWith, run1sec } from './child-program.ts';

const SAMPLE = resolve(import.meta.dirname, '../../samples/plant.pcapng');
/** The only device of the sample that is no part of the control of the plant. */
const VISITOR = 'f8:b1:56:9c:02:70';

const folder = folderWith({
  'wrong.tsv': Buffer.from('type\tlamp\nsetup\tlamp\t7\n'),
  'none.pcap': Buffer.from('no capture'),
});
const table = join(folder, 'own.tsv');

interface Said {
  readonly devices: readonly {
    readonly mac: string;
    readonly type: string | null;
    readonly alternatives: readonly string[];
    readonly for: readonly string[];
  }[];
}

function identified(...words: string[]): Said['devices'] {
  const ended = run1sec(['fingerprint', 'identify', '--json', ...words]);
  assert.equal(ended.code, 0, ended.error);
  return (JSON.parse(ended.output) as Said).devices;
}

test('a device is unknown, then learned, then known, with what speaks for it; what controls the plant is left out', () => {
  assert.deepEqual(
    identified(SAMPLE).map(({ mac, type }) => ({ mac, type })),
    [{ mac: VISITOR, type: null }],
  );
  const learn = ['fingerprint', 'learn', '--as', 'Office PC', '--mac', VISITOR.toUpperCase(), '--to', table, SAMPLE];
  assert.equal(run1sec(learn).output, `${table}: Office PC is known from 1 setup.\n`);
  const first = readFileSync(table, 'utf8');
  assert.ok(!first.includes(VISITOR));
  const [known] = identified('--with', table, '--mac', VISITOR, SAMPLE);
  assert.equal(known!.type, 'Office PC');
  assert.ok(known!.for.length > 0);
  assert.equal(run1sec(learn).output, `${table}: Office PC is known from 2 setups.\n`);
  const shown = run1sec(['fingerprint', 'identify', SAMPLE]);
  assert.match(shown.output, /^f8:b1:56:9c:02:70 {2}192\.168\.60\.70 {2}unknown\n {2}why: nearest is /);
});

for (const [words, problem] of [
  [[], /^1sec: fingerprint needs a word: identify or learn/],
  [['identfy'], /did you mean identify/],
  [['identify'], /needs a capture file/],
  [['identify', 'missing.pcap'], /missing\.pcap/],
  [['identify', join(folder, 'none.pcap')], /none\.pcap/],
  [['identify', '--as', 'x', SAMPLE], /--as belongs to fingerprint learn/],
  [['identify', '--mac', '12', SAMPLE], /option --mac cannot be '12'/],
  [['identify', '--mac', '02:00:00:00:00:01', SAMPLE], /no device with the MAC address 02:00:00:00:00:01/],
  [['identify', '--with', join(folder, 'missing.tsv'), SAMPLE], /no such file/],
  [['identify', '--with', join(folder, 'wrong.tsv'), SAMPLE], /no table of fingerprints: line 2: a setup names/],
  [['learn', '--mac', VISITOR, SAMPLE], /needs --as NAME/],
  [['learn', '--as', 'a\u0007b', '--mac', VISITOR, SAMPLE], /option --as must be/],
  [['learn', '--as', 'x', SAMPLE], /needs --mac ADDRESS/],
  [['learn', '--as', 'x', '--mac', VISITOR, '--to', join(folder, 'no', 'where.tsv'), SAMPLE], /cannot be written/],
] as const) {
  test(`one clear line and exit code 2: fingerprint ${words.slice(0, 3).join(' ').replaceAll(folder, '')} (${problem.source})`, () => {
    const ended = run1sec(['fingerprint', ...words]);
    assert.equal(ended.code, 2);
    assert.equal(ended.output, '');
    assert.match(ended.error, problem);
    assert.equal(ended.error.trim().split('\n').length, 1);
  });
}

test('real devices: what was learned from is named again', { skip: deviceCaptures().length === 0 }, () => {
  for (const [device, expected] of [
    ['Aria', 'Aria'],
    ['WeMoLink', 'WeMoLink'],
    ['EdnetCam2', 'EdnetCam'],
  ] as const) {
    const mac = readFileSync(join(DEVICE_CAPTURES, device, '_iotdevice-mac.txt'), 'utf8').trim();
    const [said] = identified('--mac', mac, join(DEVICE_CAPTURES, device, 'Setup-C-3-STA.pcap'));
    assert.equal(said!.type, expected);
  }
});
