// Names that carry data, and names that only look so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tunnels } from './tunnels.ts';

const LONG = 'a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1';

function told(names: readonly string[], stepUs = 1e6): string[] {
  const tunnels = new Tunnels();
  return names.map((name, index) => tunnels.asked(7, name, index * stepUs)).filter((domain) => domain !== '');
}

const many = (make: (index: number) => string, count = 100): string[] =>
  Array.from({ length: count }, (_, at) => make(at));

test('many long names of one domain are told once, with the domain', () => {
  assert.deepEqual(told(many((index) => `${LONG}${index}.t.example.org`)), ['example.org']);
  assert.deepEqual(told(many((index) => `${LONG}${index}.example.co.uk`)), ['example.co.uk']);
});

test('few, short, repeated or seldom names are none, nor are addresses', () => {
  assert.deepEqual(told(many((index) => `${LONG}${index}.example.org`, 23)), []);
  assert.deepEqual(told(many((index) => `device-${index}.site-4.example.org`)), []);
  assert.deepEqual(told(many(() => `${LONG}.example.org`)), []);
  assert.deepEqual(
    told(
      many((index) => `${LONG}${index}.example.org`),
      700e6,
    ),
    [],
  );
  assert.deepEqual(told(many((index) => `${LONG}${index}.ip6.arpa`)), []);
  assert.deepEqual(told(many((index) => `${LONG}.example${index}.org`)), []);
});
