// A record that is read into again and again says the same of a path as a fresh one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Path } from './path.ts';

const PATHS = [
  [0x20, 0x72, 0x24, 0x00],
  [0x20, 0x72, 0x24, 0x00],
  [0x20, 0x01, 0x24, 0x01, 0x30, 0x07],
  [0x01, 0x00],
  [0x01, 0x03],
  [0x01, 0x03, 0x12, 0x04, 0x31, 0x2e, 0x32, 0x2e],
  [0x91, 0x02, 0x41, 0x42],
  [0x91, 0x02, 0x41, 0x42, 0x28, 0x03],
  [0x20, 0x6b, 0x24, 0x05],
  [0x20, 0x6b, 0x24, 0x05, 0x28, 0x02],
  [0x20, 0x04, 0x24, 0x66, 0x2c, 0x01, 0x2c, 0x02, 0x34, 0x04, 1, 0, 2, 0, 3, 0, 1, 1],
  [0xff, 0x00],
  [],
];

function shown({ name, nameSize, ...rest }: Path): unknown {
  return { ...rest, name: [...name.subarray(0, nameSize)], nameSize };
}

test('what was read into a path before does not change what is read next', () => {
  const used = new Path();
  for (const before of PATHS) {
    for (const next of PATHS) {
      used.read(Uint8Array.from([...before, 9]), 0, before.length);
      used.read(Uint8Array.from([7, ...next, 9]), 1, next.length + 1);
      const fresh = new Path();
      fresh.read(Uint8Array.from([7, ...next, 9]), 1, next.length + 1);
      assert.deepEqual(shown(used), shown(fresh));
      used.addText('@480');
    }
  }
});

test('a numbered object that was given a name is read without it', () => {
  const path = new Path();
  const bytes = Uint8Array.from([0x20, 0x6b, 0x24, 0x05]);
  path.read(bytes, 0, bytes.length);
  path.startName('symbol ');
  path.read(bytes, 0, bytes.length);
  assert.equal(path.nameSize, 0);
});
