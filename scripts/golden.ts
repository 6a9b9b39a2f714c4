// Runs every test that has a golden file. With --update the files are rewritten and listed: read their diff.
// usage: npm run golden [-- --update] [FILE.test.ts…]
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UPDATE_VARIABLE, USED_VARIABLE } from './golden-check.ts';

const ROOT = resolve(import.meta.dirname, '..');
/** A test that has golden files imports one of these. */
const GOLDEN_CHECKS = /\b(?:golden-check|protocol-goldens)\.ts'/;

function listedIn(file: string): string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return [...new Set(lines.filter((line) => line !== ''))].map((path) => relative(ROOT, path)).sort();
}

function main(): number {
  const { values, positionals } = parseArgs({
    options: { update: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const candidates =
    positionals.length > 0 ? positionals : globSync('{src,scripts}/**/*.test.ts', { cwd: ROOT }).sort();
  const tests = candidates.filter((path) => GOLDEN_CHECKS.test(readFileSync(resolve(ROOT, path), 'utf8')));
  const folder = mkdtempSync(join(tmpdir(), 'golden-'));
  const [updated, used] = [join(folder, 'updated'), join(folder, 'used')];
  try {
    writeFileSync(updated, '');
    writeFileSync(used, '');
    const environment = { ...process.env, [USED_VARIABLE]: used, ...(values.update && { [UPDATE_VARIABLE]: updated }) };
    const result = spawnSync(process.execPath, ['--test', ...tests], { cwd: ROOT, stdio: 'inherit', env: environment });

    const inUse = new Set(listedIn(used));
    const orphans = globSync('{src,scripts,samples}/**/*.golden', { cwd: ROOT }).filter((path) => !inUse.has(path));
    console.log(`\n${inUse.size} golden files in ${tests.length} tests`);
    for (const path of listedIn(updated)) console.log(`rewritten ${path}`);
    if (positionals.length === 0) for (const path of orphans) console.log(`no test uses ${path}`);
    return result.status === 0 && (positionals.length > 0 || orphans.length === 0) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

process.exitCode = main();
