// `1sec analyze` as a child process: the same verdict however the capture arrives, evidence, hostile names.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { golden } from '../../scripts/golden-check.ts';
import { openCapture } from '../capture/open.ts';
import { folderWith, run1sec } from './child-program.ts';
import { attackedPlant, pcapOf, quietPlant } from './plant-capture.ts';
import { displayWidth } from './terminal.ts';

interface Party {
  readonly ip: string | null;
}
interface AlertLike {
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly count: number;
  readonly subject: Party;
  readonly frames: readonly { file: number; frame: number }[];
  readonly framesOmitted: number;
}
interface Analysis {
  readonly files: readonly { frames: number }[];
  readonly assets: readonly { ip: string[]; unit: number | null; vendor: string | null; role: string | null }[];
  readonly protocols: Readonly<Record<string, { operations: number }>>;
  readonly alerts: readonly AlertLike[];
  readonly stats: { frames: number };
}

const FRAMES = attackedPlant();
const ATTACKED = pcapOf(FRAMES);
const MIDDLE = Math.floor(FRAMES.length / 2);
const folder = folderWith({
  'attacked.pcap': ATTACKED,
  'attacked.pcap.gz': gzipSync(ATTACKED),
  'attacked.pcap.zst': zstdCompressSync(ATTACKED),
  'part1.pcap': pcapOf(FRAMES.slice(0, MIDDLE)),
  'part2.pcap': pcapOf(FRAMES.slice(MIDDLE)),
  'quiet.pcap': pcapOf(quietPlant()),
});

function analysisOf(words: readonly string[], input?: Uint8Array): Analysis {
  const ended = run1sec(['analyze', '--json', ...words], {
    directory: folder,
    ...(input === undefined ? {} : { input }),
  });
  assert.equal(ended.error, '');
  assert.equal(ended.code, 0);
  return JSON.parse(ended.output) as Analysis;
}

const WHOLE = analysisOf(['attacked.pcap']);

test('the dangerous commands are found, at the device they were sent to, and the frames prove them', () => {
  const kinds = new Set(WHOLE.alerts.map((alert) => alert.kind));
  assert.ok(kinds.has('command-sentinel/listen-only-mode'), [...kinds].join());
  assert.ok(kinds.has('command-sentinel/controller-restart'), [...kinds].join());
  for (const alert of WHOLE.alerts) {
    assert.ok(alert.frames.length > 0, `${alert.kind} has no frames`);
    for (const { file, frame } of alert.frames) {
      assert.equal(file, 0);
      assert.ok(frame >= 1 && frame <= WHOLE.stats.frames);
    }
  }
  const silenced = WHOLE.alerts.find((alert) => alert.kind === 'command-sentinel/listen-only-mode')!;
  assert.equal(silenced.subject.ip, '192.0.2.10');
  const request = FRAMES[silenced.frames[0]!.frame - 1]!.bytes;
  assert.deepEqual([...request.subarray(-5)], [8, 0, 4, 0, 0]);
});

test('a plant that only polls raises nothing above low', () => {
  const quiet = analysisOf(['quiet.pcap']);
  assert.deepEqual(
    quiet.alerts.filter((alert) => alert.severity !== 'info' && alert.severity !== 'low'),
    [],
  );
  assert.equal(quiet.protocols['modbus']!.operations, 40);
});

/** What must not depend on how the capture arrived. */
function told(analysis: Analysis): unknown {
  return {
    alerts: analysis.alerts.map(({ frames, ...alert }) => ({ ...alert, frames: frames.length })),
    assets: analysis.assets.map((asset) => ({ ...asset, evidence: null })),
    protocols: analysis.protocols,
  };
}

const ARRIVALS: readonly [name: string, words: string[], input?: Uint8Array][] = [
  ['cut into two files', ['part1.pcap', 'part2.pcap']],
  ['cut into two files that are named in the wrong order', ['part2.pcap', 'part1.pcap']],
  ['gzipped', ['attacked.pcap.gz']],
  ['compressed with zstd', ['attacked.pcap.zst']],
  ['on standard input', ['-'], ATTACKED],
  ['gzipped on standard input', ['-'], gzipSync(ATTACKED)],
];

for (const [name, words, input] of ARRIVALS) {
  test(`a capture ${name} gives the same alerts, byte for byte`, () => {
    assert.equal(JSON.stringify(told(analysisOf(words, input))), JSON.stringify(told(WHOLE)));
  });
}

test('--frames says how many are listed, and what is left out is counted', () => {
  const all = analysisOf(['attacked.pcap', '--frames', 'all']);
  const one = analysisOf(['attacked.pcap', '--frames', '1']);
  for (const [index, alert] of all.alerts.entries()) {
    assert.equal(alert.framesOmitted, 0);
    const short = one.alerts[index]!;
    assert.equal(short.frames.length, 1);
    assert.equal(short.frames.length + short.framesOmitted, alert.frames.length);
    assert.equal(short.id, alert.id);
  }
});

test('names from the wire cannot steer the terminal', () => {
  assert.ok(
    WHOLE.assets.some((asset) => asset.vendor?.includes('Evil') === true),
    'the hostile vendor was read',
  );
  for (const words of [['attacked.pcap'], ['--quiet', 'attacked.pcap'], ['--json', 'attacked.pcap']]) {
    const ended = run1sec(['analyze', ...words], { directory: folder });
    assert.doesNotMatch(ended.output + ended.error, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  }
  const facts = run1sec(['facts', 'attacked.pcap'], { directory: folder });
  assert.doesNotMatch(facts.output, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('the report fits a narrow terminal, and colour comes only when asked for', () => {
  for (const COLUMNS of ['40', '60', '80', '160']) {
    const { output } = run1sec(['analyze', 'attacked.pcap'], { directory: folder, environment: { COLUMNS } });
    for (const line of output.split('\n')) assert.ok(displayWidth(line) <= Number(COLUMNS), `${COLUMNS}: ${line}`);
  }
  const colored = run1sec(['analyze', 'attacked.pcap', '--color', 'always'], { directory: folder });
  assert.match(colored.output, /\u001b\[1;37;41mCRITICAL|\u001b\[1;31mHIGH/);
});

interface EvidenceIndex {
  readonly alerts: readonly {
    id: string;
    file: string | null;
    sha256: string;
    frames: number;
    provingFrames: number;
    missingFrames: number;
  }[];
}

function evidenceOf(words: readonly string[], input?: Uint8Array): { directory: string; index: EvidenceIndex } {
  const directory = join(folderWith({}), 'deep', 'evidence');
  const ended = run1sec(['analyze', ...words, '--evidence', directory], {
    directory: folder,
    input: input ?? Buffer.alloc(0),
  });
  assert.equal(ended.error, '');
  assert.match(ended.output, /\nEvidence: \d+ files? and index\.json in /);
  return { directory, index: JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8')) as EvidenceIndex };
}

for (const [name, words, input] of [ARRIVALS[0]!, ARRIVALS[2]!, ARRIVALS[4]!, ['whole', ['attacked.pcap']] as const]) {
  test(`evidence of a capture ${name} is one file an alert, its owner's only, with the hash beside`, async () => {
    const { directory, index } = evidenceOf(words, input);
    assert.deepEqual(index.alerts.map((alert) => alert.id), WHOLE.alerts.map((alert) => alert.id)); // prettier-ignore
    assert.deepEqual(
      readdirSync(directory).sort(),
      [...WHOLE.alerts.map((alert) => `${alert.id}.pcapng`), 'index.json'].sort(),
    );
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    for (const entry of index.alerts) {
      const path = join(directory, entry.file!);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.equal(createHash('sha256').update(readFileSync(path)).digest('hex'), entry.sha256);
      const alert = WHOLE.alerts.find((candidate) => candidate.id === entry.id)!;
      assert.equal(entry.provingFrames, alert.frames.length);
      assert.equal(entry.missingFrames, 0);
      assert.ok(entry.frames > entry.provingFrames, 'some frames around');
      assert.equal(await framesIn(path), entry.frames);
    }
  });
}

async function framesIn(path: string): Promise<number> {
  const source = await openCapture([path]);
  while ((await source.next()) !== null);
  source.close();
  return source.files[0]!.frames;
}

const NO_TSHARK = spawnSync('tshark', ['--version']).status === 0 ? false : 'skipped: tshark is not installed';

test('tshark reads the evidence, and finds the comment on exactly the proving frames', { skip: NO_TSHARK }, () => {
  const { directory, index } = evidenceOf(['attacked.pcap']);
  for (const entry of index.alerts) {
    const read = spawnSync('tshark', ['-r', join(directory, entry.file!), '-T', 'fields', '-e', 'frame.comment'], {
      encoding: 'utf8',
    });
    assert.equal(read.status, 0, read.stderr);
    const comments = read.stdout.split('\n').slice(0, -1);
    assert.equal(comments.length, entry.frames);
    assert.equal(comments.filter((comment) => comment.includes(entry.id)).length, entry.provingFrames);
  }
});

test('evidence is written anew in a folder that has some, and a link that waits there is not followed', () => {
  const { directory, index } = evidenceOf(['attacked.pcap']);
  const target = join(folderWith({}), 'target');
  writeFileSync(target, 'mine');
  const id = index.alerts[0]!.id;
  symlinkSync(target, join(directory, `.${id}.pcapng.tmp`));
  const again = run1sec(['analyze', 'attacked.pcap', '--evidence', directory], { directory: folder });
  assert.equal(again.code, 0);
  assert.equal(readFileSync(target, 'utf8'), 'mine');
  assert.ok(lstatSync(join(directory, `${id}.pcapng`)).isFile());
  assert.deepEqual(JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8')), index);
});

test('the bundled sample gives the report that the README begins to show', () => {
  const ended = run1sec(['analyze', '--sample']);
  assert.equal(ended.code, 0);
  assert.equal(ended.error, '');
  golden('src/commands/sample-report.golden', ended.output);
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const shown = /^```text\n([\s\S]*?)\n…\n```$/m.exec(readme)?.[1];
  assert.ok(shown !== undefined, 'the README shows the beginning of the report');
  assert.ok(shown.split('\n').length > 30);
  assert.ok(ended.output.startsWith(`${shown}\n`), 'the README shows what the program prints');
});
