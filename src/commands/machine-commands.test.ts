// The commands around the program itself: doctor on this machine and on invented ones, completion in a real shell, and
// evidence of one stored alert.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { readerForBytes } from '../capture/open.ts';
import { folderWith, oneLine, run1sec } from './child-program.ts';
import { findingsOf, type Finding } from './doctor.ts';
import { commands } from './index.ts';
import type { MachineFacts } from './machine-facts.ts';

const GOOD: MachineFacts = {
  captureProblem: null,
  isRoot: false,
  hasNetRaw: true,
  runtime: '/opt/1sec',
  interfaces: [{ name: 'eth1', state: 'up', hasAddress: false, receivedFrames: 7, receivedDrops: 0 }],
  places: [{ path: '/tmp', freeBytes: 10 ** 11, isWritable: true }],
  memoryBytes: 8 * 10 ** 9,
  clockMs: 1_800_000_000_000,
  programMs: 1_700_000_000_000,
  isClockKept: true,
};

describe('doctor', () => {
  test('a machine made for it has nothing to note', () => {
    assert.deepEqual(
      findingsOf(GOOD).filter(({ verdict }) => verdict !== 'good'),
      [],
    );
  });

  const CASES: readonly [
    name: string,
    facts: Partial<MachineFacts>,
    what: string,
    verdict: Finding['verdict'],
    told: RegExp,
  ][] = [
    ['no permission', { captureProblem: 'no permission', hasNetRaw: false }, 'capture', 'bad', /no permission/],
    ['neither root nor the capability', { hasNetRaw: false }, 'rights', 'note', /setcap cap_net_raw\+ep \/opt\/1sec/],
    ['no interface', { interfaces: [] }, 'interfaces', 'note', /none is known/],
    [
      'an interface that is down',
      { interfaces: [{ ...GOOD.interfaces[0]!, state: 'down' }] },
      'interface eth1',
      'note',
      /down/,
    ],
    [
      'one with an address',
      { interfaces: [{ ...GOOD.interfaces[0]!, hasAddress: true }] },
      'interface eth1',
      'note',
      /mirror/,
    ],
    [
      'a full disk',
      { places: [{ path: '/tmp', freeBytes: 1000, isWritable: true }] },
      'disk of /tmp',
      'bad',
      /too little/,
    ],
    [
      'a disk that is nearly full',
      { places: [{ path: '/tmp', freeBytes: 10 ** 9, isWritable: true }] },
      'disk of /tmp',
      'note',
      /--keep/,
    ],
    [
      'a disk nobody may write to',
      { places: [{ path: '/', freeBytes: 10 ** 9, isWritable: false }] },
      'disk of /',
      'note',
      /nothing/,
    ],
    ['little memory', { memoryBytes: 10 ** 8 }, 'memory', 'note', /little/],
    ['a clock of 1970', { clockMs: 0 }, 'clock', 'note', /1970-01-01 00:00:00 UTC is before/],
    ['a clock that nothing keeps', { isClockKept: false }, 'clock', 'note', /no time service/],
  ];
  for (const [name, facts, what, verdict, told] of CASES) {
    test(`${name} is told, and nothing else`, () => {
      const findings = findingsOf({ ...GOOD, ...facts }).filter((finding) => finding.verdict !== 'good');
      const found = findings.find((finding) => finding.what === what);
      assert.equal(found?.verdict, verdict);
      assert.match(found.told, told);
      assert.ok(
        findings.every((finding) => finding.what === what || (name === 'no permission' && finding.what === 'rights')),
      );
    });
  }

  test('on this machine it says what it says as JSON, and its exit code follows', () => {
    const ended = run1sec(['doctor', '--json']);
    const { findings } = JSON.parse(ended.output) as { findings: Finding[] };
    assert.deepEqual(
      findings.slice(0, 2).map(({ what }) => what),
      ['capture', 'rights'],
    );
    assert.equal(ended.code, findings.some(({ verdict }) => verdict === 'bad') ? 2 : 0);
    assert.equal(run1sec(['doctor']).output.split('\n').length - 1, findings.length);
  });
});

describe('completion', () => {
  /** What bash offers for the last of these words. */
  function offered(script: string, words: readonly string[]): string[] {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const program = `source ${script}; COMP_WORDS=(1sec ${quoted}); COMP_CWORD=${words.length}; _1sec; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const ended = spawnSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
    assert.equal(ended.stderr, '');
    return ended.stdout.split('\n').filter((line) => line !== '');
  }

  test('bash completes commands, words, options and values, and files elsewhere', () => {
    const folder = folderWith({ 'plant.pcap': new Uint8Array(1) });
    const script = join(folder, 'script');
    writeFileSync(script, run1sec(['completion', 'bash']).output);
    assert.deepEqual(
      offered(script, ['']),
      commands.map(({ name }) => name),
    );
    assert.deepEqual(offered(script, ['ev']), ['evidence']);
    assert.deepEqual(offered(script, ['tokens', '']), ['add', 'list', 'revoke']);
    assert.deepEqual(offered(script, ['tokens', 'add', 'ann', '--role', '']), ['viewer', 'operator']);
    assert.deepEqual(offered(script, ['serve', '--cert']), ['--certificate']);
    assert.ok(offered(script, ['analyze', `${folder}/pl`])[0]!.endsWith('plant.pcap'));
    assert.deepEqual(offered(script, ['report', 'seg']), ['segmentation']);
    assert.deepEqual(offered(script, ['help', 'comp']), ['completion']);
    assert.deepEqual(offered(script, ['nothing', '']), []);
  });

  test('every command and option is in the scripts of all shells', async () => {
    const scripts = ['bash', 'zsh', 'fish'].map((shell) => run1sec(['completion', shell]).output);
    for (const entry of commands) {
      const { options } = await entry.load();
      for (const script of scripts) assert.ok(script.includes(entry.name), entry.name);
      for (const { name } of options) {
        assert.ok(scripts[0]!.includes(`--${name}`) && new RegExp(`--${name}=?\\[`).test(scripts[1]!), name);
        assert.ok(scripts[2]!.includes(`-l ${name} `), name);
      }
    }
    for (const [index, shell] of ['bash', 'zsh', 'fish'].entries()) {
      const script = join(folderWith({ script: Buffer.from(scripts[index]!) }), 'script');
      const ended = spawnSync(shell, ['-n', script], { encoding: 'utf8' });
      // A shell that is not installed checks nothing.
      if (ended.error === undefined) assert.deepEqual([ended.status, ended.stderr], [0, ''], shell);
    }
  });

  test('a shell that is not known is told in one line', () => {
    for (const words of [[], ['tcsh']]) {
      const ended = run1sec(['completion', ...words]);
      assert.equal(ended.code, 2);
      assert.match(oneLine(ended), /bash, zsh, fish/);
    }
  });
});

describe('evidence', () => {
  const folder = folderWith({});
  const database = join(folder, 'site.db');
  let id = '';
  before(() => {
    assert.equal(run1sec(['analyze', '--sample', '--quiet', '--save', database]).code, 0);
    const { alerts } = JSON.parse(run1sec(['alerts', '--db', database, '--json']).output) as {
      alerts: { id: string }[];
    };
    id = alerts[0]!.id;
  });

  test('of a stored alert is a pcapng for its owner only, and nothing is written over', async () => {
    const output = join(folder, 'stop.pcapng');
    const ended = run1sec(['evidence', id, '--db', database, '-o', output]);
    assert.equal(ended.code, 0, ended.error);
    assert.match(ended.output, /stop\.pcapng: \d+ proving frames?, with some around\./);
    assert.equal(statSync(output).mode & 0o777, 0o600);
    const source = readerForBytes(readFileSync(output));
    let frames = 0;
    for (let batch = await source.next(); batch !== null; batch = await source.next()) frames += batch.count;
    const found = JSON.parse(run1sec(['evidence', id, '--db', database, '--json']).output) as { frames: unknown[] };
    assert.ok(found.frames.length > 0 && frames > found.frames.length);
    assert.match(oneLine(run1sec(['evidence', id, '--db', database, '-o', output])), /is there already/);
  });

  test('what cannot be cut is told in one line', () => {
    for (const [words, told] of [
      [[], /needs an alert/],
      [['none', '--db', database], /no alert 'none'/],
      [[id, '--db', 'none.db'], /none\.db/],
      [[id, '--db', database, '--json', '-o', 'x'], /--json writes no file/],
    ] as const) {
      const ended = run1sec(['evidence', ...words]);
      assert.equal(ended.code, 2);
      assert.match(oneLine(ended), told);
    }
  });
});
