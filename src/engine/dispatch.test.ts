// Who hears of which operations.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModuleHandlers } from '../facts/module.ts';
import { emptyOperation } from '../facts/operation.ts';
import type { ProtocolFamily } from '../facts/protocol.ts';
import { Verb } from '../facts/verbs.ts';
import { Dispatch } from './dispatch.ts';

test('what offices speak reaches only modules that ask for it', () => {
  const families: readonly ProtocolFamily[] = ['process', 'it', 'management'];
  const heard: string[] = [];
  const listens = (name: string, more: Partial<ModuleHandlers> = {}): ModuleHandlers => ({
    operation: ({ protocol }) => heard.push(`${name} ${families[protocol]!}`),
    ...more,
  });
  const dispatch = new Dispatch(families, null, null, () => undefined);
  dispatch.connect([
    listens('usual'),
    listens('all', { families }),
    listens('office', { families: ['it'], verbs: [Verb.start] }),
  ]);
  for (const verb of [Verb.read, Verb.start])
    for (const protocol of families.keys()) dispatch.operation({ ...emptyOperation(), protocol, verb });
  assert.deepEqual(heard, [
    ...['usual process', 'all process', 'all it', 'usual management', 'all management'],
    ...['usual process', 'all process', 'all it', 'office it', 'usual management', 'all management'],
  ]);
});
