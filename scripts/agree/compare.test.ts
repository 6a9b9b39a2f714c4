import assert from 'node:assert/strict';
import test from 'node:test';
import { Comparison, type Reading } from './compare.ts';

function reading(frame: number, code: string, fields: Record<string, string>): Reading {
  return { frame, protocol: 'modbus', function: code, side: 'request', fields: new Map(Object.entries(fields)) };
}

test('the same messages in another order within a frame agree', () => {
  const comparison = new Comparison();
  const first = reading(4, 'function 3', { address: '1' });
  const second = reading(4, 'function 3', { address: '2' });
  comparison.add([second, first], [first, second]);
  assert.equal(comparison.agreed, 2);
  assert.deepEqual(comparison.differences, []);
});

test('a field that differs is one difference, told with both values', () => {
  const comparison = new Comparison();
  comparison.add([reading(4, 'function 3', { address: '1' })], [reading(4, 'function 3', { address: '2' })]);
  assert.equal(comparison.total, 1);
  assert.equal(comparison.agreed, 0);
  assert.equal(comparison.differences[0]?.detail, 'address: 1 here, 2 in tshark');
});

test('a field that only tshark has is a difference, one that only we have is none', () => {
  const comparison = new Comparison();
  comparison.add(
    [reading(1, 'function 5', { value: '1' }), reading(2, 'function 5', {})],
    [reading(1, 'function 5', {}), reading(2, 'function 5', { value: '1' })],
  );
  assert.equal(comparison.agreed, 1);
  assert.equal(comparison.differences[0]?.frame, 2);
});

test('a message that one side alone saw is a difference on either side', () => {
  const comparison = new Comparison();
  comparison.add([reading(1, 'function 5', {})], [reading(2, 'function 6', {})]);
  assert.equal(comparison.total, 2);
  assert.deepEqual(
    comparison.differences.map((difference) => difference.detail),
    ['only we have this message', 'only tshark has this message'],
  );
});

test('a message in a frame of which tshark shows nothing is compared with what it reads of the segment for itself', () => {
  const comparison = new Comparison();
  const ours = [1, 2, 3].map((frame) => reading(frame, 'function 5', { value: `${frame}` }));
  const segments = [reading(1, 'function 5', { value: '1' }), reading(2, 'function 5', { value: '7' })];
  comparison.add(ours, [], segments);
  assert.equal(comparison.agreed, 1);
  assert.equal(comparison.ofSegments, 1);
  assert.deepEqual(
    comparison.differences.map(({ frame }) => frame),
    [2, 3],
  );
});

test('what tshark reads of segments for themselves counts for no frame that it shows, and adds no messages', () => {
  const comparison = new Comparison();
  comparison.add(
    [reading(1, 'function 5', { value: '1' })],
    [reading(1, 'function 5', { value: '2' })],
    [reading(1, 'function 5', { value: '1' }), reading(2, 'function 5', {})],
  );
  assert.equal(comparison.total, 1);
  assert.equal(comparison.agreed, 0);
});
