// The comparison of messages by kind, on made-up messages.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageComparison, type Message } from './compare.ts';

const ALONE = (): ReadonlySet<number> => new Set();

function message(frame: number, kind: string, detail = ''): Message {
  return { frame, protocol: 'dns', kind, detail };
}

test('two messages of one frame agree in whatever order they are told', () => {
  const comparison = new MessageComparison();
  const found = comparison.add(
    [message(4, 'query', '1'), message(4, 'query', '28')],
    [message(4, 'query', '28'), message(4, 'query', '1')],
    ALONE,
  );
  assert.deepEqual(found, []);
  assert.equal(comparison.rows.get('dns query')?.agreed, 2);
});

test('a message that one side alone has is a difference, and counted on its side', () => {
  const comparison = new MessageComparison();
  const found = comparison.add([message(1, 'query')], [message(2, 'query')], ALONE);
  assert.deepEqual(
    found.map(({ side, frame }) => `${side} ${frame}`),
    ['tshark 2', 'here 1'],
  );
  const { theirs, ours, agreed } = comparison.rows.get('dns query')!;
  assert.deepEqual([theirs, ours, agreed], [1, 1, 0]);
});

test('the same message with another detail is one difference, told with what we read', () => {
  const [difference, ...more] = new MessageComparison().add(
    [message(1, 'query', '1')],
    [message(1, 'query', '28')],
    ALONE,
  );
  assert.deepEqual(more, []);
  assert.equal(difference?.side, 'both');
  assert.equal(difference.ours, 'query (1)');
});

test('a message told in another of the segments that hold it is the same one, and only once', () => {
  const segments = (frame: number): ReadonlySet<number> => new Set(frame === 9 ? [7, 8, 9] : []);
  const comparison = new MessageComparison();
  assert.deepEqual(comparison.add([message(7, 'query')], [message(9, 'query')], segments), []);
  const found = new MessageComparison().add([message(6, 'query')], [message(9, 'query')], segments);
  assert.deepEqual(
    found.map(({ side }) => side),
    ['tshark', 'here'],
  );
});

test('a frame whose own message is there keeps it from one that came in pieces', () => {
  const segments = (frame: number): ReadonlySet<number> => new Set(frame === 9 ? [8, 9] : []);
  const found = new MessageComparison().add(
    [message(8, 'query')],
    [message(9, 'query'), message(8, 'query')],
    segments,
  );
  assert.deepEqual(
    found.map(({ side, frame }) => `${side} ${frame}`),
    ['tshark 9'],
  );
});
