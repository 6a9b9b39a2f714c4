// `1sec demo` as a child process: the verdict of `analyze --sample`, without a word beside it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneLine, run1sec } from './child-program.ts';

test('demo prints the report and the lines that analyze --sample prints', () => {
  for (const words of [[], ['--quiet']]) {
    const demo = run1sec(['demo', ...words]);
    assert.equal(demo.code, 0);
    assert.match(demo.output, /controller.stop/);
    assert.deepEqual(demo, run1sec(['analyze', '--sample', ...words]));
  }
});

test('demo --json differs from analyze --sample --json in nothing but what it cost', () => {
  const [demo, sample] = ['demo', 'analyze --sample'].map((words) => {
    const ended = run1sec([...words.split(' '), '--json']);
    assert.equal(ended.error, '');
    const { stats, ...rest } = JSON.parse(ended.output) as { stats: { frames: number }; alerts: unknown[] };
    assert.ok(rest.alerts.length > 5);
    return { ...rest, frames: stats.frames };
  });
  assert.deepEqual(demo, sample);
});

test('demo takes no file, and not two shapes at once', () => {
  for (const words of [['capture.pcap'], ['--json', '--quiet'], ['--evidence', 'folder']]) {
    const ended = run1sec(['demo', ...words]);
    assert.equal(ended.code, 2);
    assert.equal(ended.output, '');
    oneLine(ended);
  }
});
