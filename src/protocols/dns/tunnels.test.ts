// Names that carry data, and names that only look so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tunnels, domainOf } from './tunnels.ts';

const A = 1;
const NULL = 10;
const KEY = 25;
const TXT = 16;
const LONG = 'a0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1.a0b1c2d3e4f5a6b7c8d9';

/** What is told of names asked for by one host, each a step after the one before. */
function told(names: readonly string[], type = A, stepUs = 1e6): string[] {
  const tunnels = new Tunnels();
  return names.flatMap((name, index) => {
    const carrying = tunnels.asked(7, name, type, index * stepUs);
    return carrying === null ? [] : [`${domainOf(name)} ${carrying}`];
  });
}

const many = (make: (index: number) => string, count = 100): string[] =>
  Array.from({ length: count }, (_, at) => make(at));

test('many long names of one domain are told once, with the domain', () => {
  assert.deepEqual(told(many((index) => `${LONG}${index}.t.example.org`)), ['example.org names']);
  assert.deepEqual(told(many((index) => `${LONG}${index}.example.co.uk`)), ['example.co.uk names']);
});

test('few, short, repeated or seldom names are none, nor are addresses', () => {
  const long = (index: number): string => `${LONG}${index}.example.org`;
  assert.deepEqual(told(many(long, 15)), []);
  assert.deepEqual(told(many((index) => `device-${index}.site-4.example.org`)), []);
  assert.deepEqual(told(many((index) => long(index % 3))), []);
  assert.deepEqual(told(many(long), A, 700e6), []);
  assert.deepEqual(told(many((index) => `${LONG}${index}.ip6.arpa`)), []);
  assert.deepEqual(told(many((index) => `${LONG}.example${index}.org`)), []);
  assert.deepEqual(told(many((index) => `${'1.2.3.4.5.6.7.8.'.repeat(4)}${index}.list.example.org`)), []);
});

test('names with one hash each below long names that many share are those of machines', () => {
  const machine = (index: number): string =>
    `${index}0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d.gr7.somewhere-central-1.clusters.of.a.large.provider.example.org`;
  assert.deepEqual(told(many(machine)), []);
});

test('short names are told where the type of the record is one for data', () => {
  const short = (index: number): string => `p${index}.t.example.org`;
  for (const type of [NULL, KEY, 0xff77]) {
    assert.deepEqual(told(many(short), type), ['example.org types']);
    assert.deepEqual(told(many(short, 23), type), []);
    assert.deepEqual(
      told(
        many((index) => short(index % 5)),
        type,
      ),
      [],
    );
  }
  assert.deepEqual(told(many(short), TXT), []);
});

test('texts that are no words are told where many names have long ones', () => {
  const answered = (bytes: number, count: number, name: (index: number) => string): (string | null)[] => {
    const tunnels = new Tunnels();
    return many(name, count).map((each, index) => tunnels.answered(7, each, bytes, index * 1e6));
  };
  const short = (index: number): string => `p${index}.t.example.org`;
  assert.deepEqual(
    answered(200, 100, short).filter((each) => each !== null),
    ['texts'],
  );
  assert.deepEqual(
    answered(60, 100, short).filter((each) => each !== null),
    [],
  );
  assert.deepEqual(
    answered(200, 23, short).filter((each) => each !== null),
    [],
  );
  assert.deepEqual(
    answered(200, 100, (index) => short(index % 4)).filter((each) => each !== null),
    [],
  );
});
