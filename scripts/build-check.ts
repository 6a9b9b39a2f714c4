// Builds the single executable and runs every end-to-end test, those that start the program as a child process, on it.
// usage: node scripts/build-check.ts
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXECUTABLE } from './build.ts';

const ROOT = resolve(import.meta.dirname, '..');

function run(words: readonly string[], environment: NodeJS.ProcessEnv = {}): number {
  const options = { cwd: ROOT, env: { ...process.env, ...environment }, stdio: 'inherit' } as const;
  return spawnSync(process.execPath, words, options).status ?? 1;
}

const tests = globSync('src/**/*.test.ts', { cwd: ROOT })
  .filter((path) => readFileSync(join(ROOT, path), 'utf8').includes("/child-program.ts'"))
  .sort();
process.exitCode =
  run(['scripts/build.ts', '--binary']) || run(['--test', ...tests], { ONE_SEC_PROGRAM: join('dist', EXECUTABLE) });
