import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PACKET_PROBLEMS } from './packet.ts';
import { Problem } from './problems.ts';

test('every name stands for the entry of the table it says, and every entry has a name', () => {
  const written = PACKET_PROBLEMS.slice(1).map(({ layer, rule }) => `${layer}-${rule}`.replaceAll('-', ''));
  const named = Object.entries(Problem).map(([name, index]) => [index, name.toLowerCase()] as const);
  // Names leave out what goes without saying: ethernet/frame-too-short is ethernetTooShort.
  const shortened = written.map((text) => text.replace('ethernetframe', 'ethernet'));
  assert.deepEqual(
    named,
    [...shortened.entries()].map(([index, text]) => [index + 1, text] as const),
  );
});
