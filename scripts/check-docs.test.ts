// Shows that each check of the documents can fail; the documents themselves are checked by `npm test`'s step "docs".
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  brokenLinks,
  codeMapProblems,
  countProblems,
  docsProblems,
  invariantProblems,
  machinePaths,
  type Tree,
} from './check-docs.ts';

function treeOf(texts: Record<string, string>): Tree {
  const files = Object.keys(texts);
  return {
    files,
    read: (path) => texts[path]!,
    exists: (path) => files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, '')}/`)),
  };
}

test('a link to a file that does not exist is found', () => {
  const tree = treeOf({
    'docs/a.md': 'see [b](b.md), [c](../c.md "C") and [src](../src/)',
    'docs/b.md': '',
    'src/x.ts': '',
  });
  assert.deepEqual(brokenLinks(tree, 'docs/a.md'), ['docs/a.md: link to ../c.md, which does not exist']);
});

test('an image and a reference that lead nowhere are found', () => {
  const tree = treeOf({ 'a.md': '![p](picture.png)\n\n[r]: other.md\n' });
  assert.equal(brokenLinks(tree, 'a.md').length, 2);
});

test('web addresses and code are no links of the tree', () => {
  const tree = treeOf({ 'a.md': '[w](https://example.org/x) `[x](y)`\n```\n[x](y)\n```\n' });
  assert.deepEqual(brokenLinks(tree, 'a.md'), []);
});

test('a link to a heading that is not there is found', () => {
  const tree = treeOf({ 'a.md': '# One thing, and `code`\n[ok](#one-thing-and-code) [bad](#two)' });
  assert.deepEqual(brokenLinks(tree, 'a.md'), ['a.md: link to #two, but there is no such heading']);
});

test('a folder the code map forgets, and one it makes up, are found', () => {
  const tree = treeOf({
    'A.md': '`flow/` and `src/store/`\n```\nsrc/\n  magic/  spells\n```\n',
    'src/flow/a.ts': '',
    'src/packet/b.ts': '',
  });
  assert.deepEqual(codeMapProblems(tree, 'A.md'), [
    'A.md: does not name src/packet',
    'A.md: names src/store, which does not exist',
    'A.md: names magic, which does not exist',
  ]);
});

test('an invariant without a test, and one whose test is gone, are found', () => {
  const text =
    '## Invariants\n- Time never runs back. `src/a.test.ts`\n- Nothing\n  throws.\n1. Held by src/gone.test.ts\n## Next\n- x\n';
  assert.deepEqual(invariantProblems(treeOf({ 'A.md': text, 'src/a.test.ts': '' }), 'A.md'), [
    'A.md: no test is named for "- Nothing throws. "',
    'A.md: src/gone.test.ts does not exist ("1. Held by src/gone.test.ts ")',
  ]);
  assert.deepEqual(invariantProblems(treeOf({ 'A.md': 'none' }), 'A.md'), ['A.md: has no section "Invariants"']);
});

test('a count that the indexes do not bear out is found', () => {
  const tree = treeOf({ 'R.md': 'It has 2 of 16 modules and 1 protocol.' });
  assert.deepEqual(countProblems(tree, 'R.md', { protocols: 1, modules: 2 }), []);
  assert.equal(countProblems(tree, 'R.md', { protocols: 2, modules: 3 }).length, 2);
  assert.equal(countProblems(treeOf({ 'R.md': '' }), 'R.md', { protocols: 1, modules: 2 }).length, 1);
});

test('a path of the machine it was built on is found', () => {
  const path = ['', 'work', 'main'].join('/');
  assert.deepEqual(machinePaths(treeOf({ 'a.md': `x\nrun ${path}` }), 'a.md'), ['a.md:2: a path of one machine']);
  assert.deepEqual(machinePaths(treeOf({ 'a.md': 'bench/work/in.pcap' }), 'a.md'), []);
});

test('a README or an ARCHITECTURE that is not there is found', () => {
  const missing = docsProblems(treeOf({}), { protocols: 0, modules: 0 });
  assert.deepEqual(missing, ['README.md: does not exist', 'ARCHITECTURE.md: does not exist']);
});
