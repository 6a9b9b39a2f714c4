// Holds the invariant "imports follow the way of the data", and shows that the check can fail.
import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { layeringProblems, sourceFiles, STAGES } from './layering.ts';

function problemsOf(path: string, text: string): string[] {
  return layeringProblems([{ path, text }]);
}

const FORBIDDEN: readonly [name: string, path: string, text: string, problem: RegExp][] = [
  ['a packet decoder that reads flows', 'src/packet/ipv4.ts', `import { f } from '../flow/table.ts';`, /comes later/],
  ['a type taken from a later stage', 'src/bytes/crc.ts', `import type { T } from '../facts/facts.ts';`, /comes later/],
  ['an import written inside a type', 'src/flow/a.ts', `type T = import('../modules/index.ts').M;`, /comes later/],
  ['a later stage exported again', 'src/capture/a.ts', `export * from '../engine/pipeline.ts';`, /comes later/],
  ['an import at run time', 'src/flow/a.ts', `await import('../engine/pipeline.ts');`, /comes later/],
  ['a module that sees packets', 'src/modules/rhythm/index.ts', `import '../../packet/packet.ts';`, /facts only/],
  ['a module that sees a protocol', 'src/modules/a.ts', `import '../protocols/index.ts';`, /facts only/],
  ['a module that sees flows', 'src/modules/a.ts', `import '../flow/table.ts';`, /facts only/],
  ['a module that sees captures', 'src/modules/a.ts', `import '../capture/frames.ts';`, /facts only/],
  ['a protocol that knows another', 'src/protocols/s7/parse.ts', `import '../modbus/parse.ts';`, /do not know/],
  ['a module that knows another', 'src/modules/a/rule.ts', `import '../b/rule.ts';`, /do not know/],
  ['a package on the packet path', 'src/protocols/a.ts', `import fc from 'fast-check';`, /no package/],
  ['a package in a module', 'src/modules/a.ts', `import x from 'oui-data';`, /no package/],
  ['a network socket on the packet path', 'src/flow/a.ts', `import net from 'node:net';`, /may not use/],
  ['a file read by a protocol', 'src/protocols/a.ts', `import { readFileSync } from 'node:fs';`, /may not use/],
  ['a built-in named the old way', 'src/capture/a.ts', `import fs from 'fs';`, /no package/],
  ['a script in the program', 'src/capture/a.ts', `import '../../scripts/golden.ts';`, /outside src/],
  ['a maker of captures that is imported', 'src/flow/a.ts', `import './captures/make.ts';`, /no part of the program/],
  ['a test that is imported', 'src/flow/a.ts', `import './table.test.ts';`, /imported by nobody/],
  ['a test that reaches ahead', 'src/packet/a.test.ts', `import '../modules/index.ts';`, /comes later/],
  ['a folder that is no stage', 'src/utils/a.ts', ``, /no stage/],
  ['a file beside main', 'src/other.ts', ``, /no stage/],
];

for (const [name, path, text, problem] of FORBIDDEN) {
  test(`${name} is refused`, () => {
    const problems = problemsOf(path, text).filter((line) => !line.includes('index.ts') || line.includes('imports'));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0]!, problem);
  });
}

const ALLOWED: readonly [name: string, path: string, text: string][] = [
  ['an earlier stage', 'src/flow/a.ts', `import { Packet } from '../packet/packet.ts';`],
  ['the own stage', 'src/flow/a.ts', `import { b } from './b.ts';`],
  ['a file shared by protocols', 'src/protocols/a.ts', `import { b } from './pairing.ts';`],
  ['files in a capture reader', 'src/capture/a.ts', `import { openSync } from 'node:fs';`],
  ['a table of facts in the asset list', 'src/assets/a.ts', `import t from '../../knowledge/oui.ts';`],
  ['a package in the server', 'src/server/a.ts', `import fastify from 'fastify';`],
  ['a file written by a maker of captures', 'src/flow/captures/make.ts', `import 'node:fs';`],
  ['a test that uses the engine', 'src/flow/a.test.ts', `import '../engine/pipeline.ts'; import 'fast-check';`],
];

for (const [name, path, text] of ALLOWED) {
  test(`${name} is allowed`, () => assert.deepEqual(problemsOf(path, text), []));
}

test('a protocol folder that index.ts does not list is found', () => {
  const folder = { path: 'src/protocols/s7/index.ts', text: '' };
  const empty = { path: 'src/protocols/index.ts', text: 'export const protocols = [];' };
  const full = { path: 'src/protocols/index.ts', text: `import { s7 } from './s7/index.ts';` };
  assert.deepEqual(layeringProblems([folder, empty]), ['src/protocols/s7: not in src/protocols/index.ts']);
  assert.deepEqual(layeringProblems([folder, full]), []);
});

test('a module folder that index.ts does not list is found', () => {
  const folder = { path: 'src/modules/rhythm/index.ts', text: '' };
  assert.deepEqual(layeringProblems([folder]), ['src/modules/rhythm: not in src/modules/index.ts']);
});

test('every import under src/ follows the way of the data', () => {
  const files = sourceFiles(resolve(import.meta.dirname, '..'));
  assert.ok(files.length > STAGES.length / 2, `only ${files.length} files found`);
  assert.deepEqual(layeringProblems(files), []);
});
