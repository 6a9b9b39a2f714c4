// Shows that the fuzzer finds what it must: exceptions, hangs, slowness, growth, and facts that are not well-formed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { emptyOperation } from '../src/facts/operation.ts';
import { CheckedSink } from './checked-sink.ts';
import { mutate } from './mutation.ts';
import { Random } from './random.ts';
import { fuzz } from './session.ts';
import { canaries } from './targets.ts';
import { scriptOf, walkScript } from './script.ts';

const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
after(() => rmSync(folder, { recursive: true }));

function fuzzMain(...rest: string[]): { status: number | null; output: string } {
  const result = spawnSync(process.execPath, [resolve(import.meta.dirname, 'main.ts'), ...rest, '--findings', folder], {
    encoding: 'utf8',
  });
  return { status: result.status, output: result.stdout + result.stderr };
}

async function sung(name: string, inputs: number): Promise<string[]> {
  const canary = canaries.find((target) => target.name === name)!;
  const report = await fuzz(canary, 1, { inputs, milliseconds: 20_000 }, () => undefined);
  return report.findings.map((finding) => finding.reason);
}

test('an exception is found, written down with its seed, and fails the run', () => {
  const { status, output } = fuzzMain('canary-throws', '--inputs', '20000', '--seed', '7');
  assert.equal(status, 1, output);
  assert.match(output, /the canary sang/);
  const written = readdirSync(folder).filter((name) => /^canary-throws-7-\d+\.bin$/.test(name));
  assert.equal(written.length, 1);
  const input = readFileSync(join(folder, written[0]!));
  assert.equal(input[2], 0xff);
  const again = fuzzMain('canary-throws', '--input', join(folder, written[0]!));
  assert.notEqual(again.status, 0);
  assert.match(again.output, /the canary sang/);
});

test('a parser that never returns is found and stopped', () => {
  const { status, output } = fuzzMain('canary-hangs', '--inputs', '20000', '--hang', '2');
  assert.equal(status, 1, output);
  assert.match(output, /does not return/);
});

test('an input that takes longer than a second is found', async () => {
  const [reason] = await sung('canary-slow', 400);
  assert.match(reason ?? '', /takes \d+ ms/);
});

test('memory that grows with the inputs is found', async () => {
  const [reason] = await sung('canary-grows', 5000);
  assert.match(reason ?? '', /heap grew/);
});

test('an unknown target ends with exit code 2 and the list of targets', () => {
  const { status, output } = fuzzMain('nothing');
  assert.equal(status, 2);
  assert.match(output, /streams/);
});

test('the same seed gives the same inputs, another seed others', () => {
  const inputs = (seed: number): string[] => {
    const random = new Random(seed);
    return Array.from({ length: 200 }, () =>
      mutate(random, [Uint8Array.of(1, 2, 3, 4), new Uint8Array(40)], 64).toHex(),
    );
  };
  assert.deepEqual(inputs(1), inputs(1));
  assert.notDeepEqual(inputs(1), inputs(2));
  assert.ok(new Set(inputs(1)).size > 150);
  assert.ok(inputs(1).every((input) => input.length <= 128));
});

test('a script gives back the conversation it was made of, and takes any bytes', () => {
  const said = [
    { fromClient: true, payload: Uint8Array.of(1, 2, 3) },
    { fromClient: false, payload: Uint8Array.of(4) },
  ];
  const script = scriptOf(said);
  const steps: [number, string][] = [];
  walkScript(script, (step) => steps.push([step.control, script.subarray(step.start, step.end).toHex()]));
  assert.deepEqual(steps, [
    [0, '010203'],
    [1, '04'],
  ]);
  let count = 0;
  walkScript(new Uint8Array(6).fill(0xff), (step) => (count += 1 + step.end - step.start));
  assert.equal(count, 1);
});

test('facts that are not well-formed are noted', () => {
  const good = { ...emptyOperation(), timeUs: 1, elapsedUs: -1, requestFrame: 1, answerFrame: 0 };
  const bad: [change: object, problem: RegExp][] = [
    [{ timeUs: NaN }, /timeUs is NaN/],
    [{ first: 1.5 }, /first is 1.5/],
    [{ verb: 99 }, /verb is 99/],
    [{ outcome: 3 }, /outcome is 3/],
    [{ requestFrame: 0 }, /no frame/],
    [{ nameEnd: 4 }, /name leaves/],
    [{ encoding: 2, valueCount: 3, valueSize: 2, valuesStart: 0, bytes: new Uint8Array(5) }, /leave the bytes/],
    [{ encoding: 1, valueCount: 9, valueSize: 1, valuesStart: 0, bytes: new Uint8Array(1) }, /leave the bytes/],
  ];
  const sink = new CheckedSink();
  sink.operation(good);
  assert.deepEqual(sink.problems, []);
  for (const [change, problem] of bad) {
    sink.reset();
    sink.operation({ ...good, ...change });
    assert.match(sink.problems.join(), problem);
  }
  sink.reset();
  const claim = { fact: 'claim', timeUs: 1, frame: 1, host: 1, unit: -1, source: 'x', trust: 0.9 } as const;
  sink.claim({ ...claim, attribute: 'vendor', value: 'Evil\u001b[2J' });
  assert.match(sink.problems.join(), /must not be shown/);
});
