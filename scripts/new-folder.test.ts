// Runs both generators in a copy of the tree: what they make must pass types, lint, format, layering and its own tests.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { tmpdir } from 'node:os';
import { after, before, test } from 'node:test';
import { layeringProblems, sourceFiles } from './layering.ts';
import { makeFolder, nameOf } from './new-folder.ts';
import { MODULE_TEMPLATE } from './new-module.ts';
import { PROTOCOL_TEMPLATE } from './new-protocol.ts';

const ROOT = resolve(import.meta.dirname, '..');
const COPIED = [
  'src',
  'knowledge',
  'fuzz/checked-sink.ts',
  'package.json',
  'tsconfig.json',
  'eslint.config.js',
  '.prettierrc.json',
];
const FOLDERS = ['src/protocols/tried-protocol', 'src/modules/tried-module'];

const copy = mkdtempSync(join(tmpdir(), 'new-folder-'));
after(() => rmSync(copy, { recursive: true }));

function run(program: string, ...rest: string[]): string {
  const file = join(ROOT, 'node_modules', program);
  try {
    return execFileSync(process.execPath, [file, ...rest], { cwd: copy, encoding: 'utf8' });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    assert.fail(`${program} failed\n${stdout}${stderr}`);
  }
}

before(async () => {
  for (const path of COPIED) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, 'README.md'), '# x\n\n0 of 16 modules and 0 protocols.\n');
  assert.ok(Array.isArray(await makeFolder(copy, PROTOCOL_TEMPLATE, 'tried-protocol')));
  assert.ok(Array.isArray(await makeFolder(copy, MODULE_TEMPLATE, 'tried-module')));
});

test('the new folders and the two lists pass the type checker', () => {
  const files = ['src/protocols/index.ts', 'src/modules/index.ts', 'src/protocols/tried-protocol/parse.test.ts'];
  files.push('src/modules/tried-module/tried-module.test.ts');
  writeFileSync(
    join(copy, 'tsconfig.json'),
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), files, include: [] }),
  );
  run('typescript/bin/tsc', '--noEmit', '--typeRoots', join(ROOT, 'node_modules/@types'));
});

test('the new folders pass the linter', () => {
  cpSync(join(ROOT, 'tsconfig.json'), join(copy, 'tsconfig.json'));
  run('eslint/bin/eslint.js', '--max-warnings=0', ...FOLDERS);
});

test('the new folders and the two lists are formatted', () => {
  run(
    'prettier/bin/prettier.cjs',
    '--check',
    ...FOLDERS,
    'src/protocols/index.ts',
    'src/modules/index.ts',
    'README.md',
  );
});

test('the tests of the new folders pass', () => {
  for (const folder of FOLDERS) {
    const environment = { ...process.env };
    delete environment['NODE_TEST_CONTEXT'];
    const output = execFileSync(process.execPath, ['--test', `${folder}/*.test.ts`], {
      cwd: copy,
      encoding: 'utf8',
      env: environment,
    });
    assert.match(output, /^ℹ fail 0$/m);
    assert.match(output, /^ℹ pass [1-9]/m);
  }
});

test('the new folders follow the layers and stand in the lists', () => {
  assert.deepEqual(
    layeringProblems(sourceFiles(copy)).filter((problem) => problem.includes('tried-')),
    [],
  );
});

test("the README's counts are brought up to date", async () => {
  const { protocols } = (await import(join(copy, 'src/protocols/index.ts'))) as { protocols: readonly unknown[] };
  const { modules } = (await import(join(copy, 'src/modules/index.ts'))) as { modules: readonly unknown[] };
  const text = readFileSync(join(copy, 'README.md'), 'utf8');
  assert.match(text, new RegExp(`\\b${modules.length} of 16 modules and ${protocols.length} protocols?\\.`));
});

test('a name that is no folder name, and one that is taken, are refused with a reason', async () => {
  for (const name of ['', 'Modbus', '7s', 'a/b', '../x', 'a--b', '-a']) assert.equal(nameOf(name), null, name);
  assert.match(String(await makeFolder(copy, MODULE_TEMPLATE, 'No')), /is no name/);
  assert.match(String(await makeFolder(copy, MODULE_TEMPLATE, 'tried-module')), /is there already/);
});
