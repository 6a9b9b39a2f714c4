// Requests that wait for their answers: what is kept of them, which one an answer finds, and what becomes of the others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../fuzz/checked-sink.ts';
import { Encoding, Outcome, type Operation } from '../facts/operation.ts';
import type { MessageContext } from '../facts/protocol.ts';
import { setValues, startOperation } from './facts-of-messages.ts';
import { PendingOperations } from './pending-operations.ts';

const TIMEOUT_US = 10_000_000;

function listener(): { context: MessageContext; told: Operation[] } {
  const sink = new CheckedSink();
  const told: Operation[] = [];
  sink.onFact = (fact) => {
    if ('verb' in fact) told.push({ ...fact, bytes: fact.bytes.slice(), nameBytes: fact.nameBytes.slice() });
  };
  return { context: messageContext(sink), told };
}

/** A request for object `first` with a name and values. */
function request(pending: PendingOperations, context: MessageContext, key: number, first: number, values = 4): number {
  pending.makeRoom(context);
  const operation = startOperation(context, 3);
  const bytes = new Uint8Array(values + 8).fill(first);
  operation.first = first;
  operation.nameBytes = new TextEncoder().encode('..name');
  operation.nameStart = 2;
  operation.nameEnd = 6;
  setValues(operation, bytes, 8, 1, Encoding.unsigned, values);
  return pending.add(operation, key, first * 2);
}

test('a request is recalled as it was, with its name and its values', () => {
  for (const values of [0, 4, 92, 93, 4092]) {
    const { context } = listener();
    const pending = new PendingOperations(64, TIMEOUT_US);
    request(pending, context, 9, 5, values);
    const slot = pending.find(context.flow, 9);
    pending.recall(slot, context.operation);
    const { operation } = context;
    assert.equal(operation.first, 5);
    assert.equal(pending.noteOf(slot), 10);
    assert.equal(operation.outcome, Outcome.unanswered);
    const name = operation.nameBytes.subarray(operation.nameStart, operation.nameEnd);
    assert.equal(new TextDecoder().decode(name), 'name');
    assert.equal(operation.valueCount, values);
    const kept = operation.bytes.subarray(operation.valuesStart, operation.valuesStart + values);
    assert.deepEqual([...kept], new Array(values).fill(5));
  }
});

test('more than can be kept is told without its values', () => {
  const { context } = listener();
  const pending = new PendingOperations(64, TIMEOUT_US);
  request(pending, context, 9, 5, 5000);
  pending.recall(pending.find(context.flow, 9), context.operation);
  assert.equal(context.operation.valueCount, 0);
});

test('an answer finds the oldest of its key, those before a gap last', () => {
  const { context } = listener();
  const pending = new PendingOperations(64, TIMEOUT_US);
  const first = request(pending, context, 1, 1);
  pending.markGap(context.flow);
  const second = request(pending, context, 1, 2);
  request(pending, context, 2, 3);
  assert.equal(pending.find(context.flow, 1), second);
  pending.release(second);
  assert.equal(pending.find(context.flow, 1), first);
  assert.equal(pending.find(context.flow + 1, 1), -1);
});

test('of many conversations with gaps, each answer finds what a search of all finds', () => {
  const { context } = listener();
  // These three conversations share a bucket.
  const pending = new PendingOperations(256, TIMEOUT_US);
  const model: { slot: number; flow: number; key: number; isLost: boolean }[] = [];
  let seed = 7;
  const below = (limit: number): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 1) % limit;
  for (let step = 0; step < 20_000; step++) {
    const flow = 3 + 256 * below(3);
    const key = below(4);
    const act = below(10);
    if (act < 5 && model.length < 200) {
      const slot = request(pending, { ...context, flow, operation: context.operation }, key, 1);
      model.push({ slot, flow, key, isLost: false });
    } else if (act === 5) {
      pending.markGap(flow);
      for (const entry of model) if (entry.flow === flow) entry.isLost = true;
    } else {
      const matching = model.filter((entry) => entry.flow === flow && entry.key === key);
      const expected = matching.find(({ isLost }) => !isLost) ?? matching[0];
      const found = pending.find(flow, key);
      assert.equal(found, expected?.slot ?? -1);
      if (expected === undefined) continue;
      pending.release(found);
      model.splice(model.indexOf(expected), 1);
    }
  }
});

test('what waits too long, and what waits at the end, is told as unanswered, the oldest first', () => {
  const { context, told } = listener();
  const pending = new PendingOperations(64, TIMEOUT_US);
  request(pending, context, 1, 1);
  const later = { ...context, timeUs: context.timeUs + 1000 };
  request(pending, later, 2, 2);
  pending.tick(context.timeUs + TIMEOUT_US - 1, context);
  assert.equal(told.length, 0);
  pending.tick(context.timeUs + TIMEOUT_US, context);
  assert.deepEqual(
    told.map(({ first }) => first),
    [1],
  );
  pending.closed(context.flow, context);
  assert.deepEqual(
    told.map(({ first, outcome }) => [first, outcome]),
    [
      [1, Outcome.unanswered],
      [2, Outcome.unanswered],
    ],
  );
});

test('a full table hands over its oldest request; none is lost', () => {
  const { context, told } = listener();
  const pending = new PendingOperations(64, TIMEOUT_US);
  for (let index = 1; index <= 200; index++) {
    request(pending, { ...context, flow: index % 7 }, index, index);
  }
  assert.deepEqual(
    told.map(({ first }) => first),
    Array.from({ length: 136 }, (_, index) => index + 1),
  );
  assert.equal(pending.evicted, 136);
  for (let flow = 0; flow < 7; flow++) pending.closed(flow, context);
  assert.equal(new Set(told.map(({ first }) => first)).size, 200);
});

test('one conversation cannot take all the room', () => {
  const { context, told } = listener();
  const pending = new PendingOperations(1024, TIMEOUT_US);
  for (let index = 1; index <= 300; index++) request(pending, context, index, index);
  assert.equal(told.length, 300 - 256);
});
