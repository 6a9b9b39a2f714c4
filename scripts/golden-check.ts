// Compares a text with its golden file, or, under `npm run golden -- --update`, writes it there.
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');

/** Set by scripts/golden.ts: the file in which rewritten golden files are listed; absent: compare. */
export const UPDATE_VARIABLE = 'GOLDEN_UPDATE_LIST';
/** Set by scripts/golden.ts: the file in which every golden file that was asked for is listed. */
export const USED_VARIABLE = 'GOLDEN_USED_LIST';

/**
 * Fails when `actual` differs from the golden file. `path` is absolute or relative to the project's root and ends in
 * `.golden`; `actual` is text with one thing a line, the same on every machine.
 */
export function golden(path: string, actual: string): void {
  const file = resolve(ROOT, path);
  const name = relative(ROOT, file);
  assert.ok(file.endsWith('.golden'), `${name}: golden files end in .golden`);
  const used = process.env[USED_VARIABLE];
  if (used !== undefined) appendFileSync(used, `${file}\n`);
  const text = actual.endsWith('\n') || actual === '' ? actual : `${actual}\n`;
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : null;
  if (expected === text) return;

  const list = process.env[UPDATE_VARIABLE];
  if (list !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    appendFileSync(list, `${file}\n`);
    return;
  }
  assert.ok(expected !== null, `${name} does not exist; 'npm run golden -- --update' writes it`);
  assert.fail(`${name} differs ('npm run golden -- --update' rewrites it)\n${firstDifference(expected, text)}`);
}

/** The first line that differs with a few lines before it, as a person reads a diff. */
export function firstDifference(expected: string, actual: string): string {
  const old = expected.split('\n');
  const fresh = actual.split('\n');
  let line = 0;
  while (line < old.length && line < fresh.length && old[line] === fresh[line]) line++;
  const before = old.slice(Math.max(0, line - 2), line).map((text) => `  ${text}`);
  const removed = old.slice(line, line + 3).map((text) => `- ${text}`);
  const added = fresh.slice(line, line + 3).map((text) => `+ ${text}`);
  return [`line ${line + 1}:`, ...before, ...removed, ...added].join('\n');
}
