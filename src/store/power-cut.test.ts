// A program that is killed while it saves loses nothing that was acknowledged, and leaves a database that can be read.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SiteStore } from './site-store.ts';

const CHILD = fileURLToPath(new URL('./print-saves.ts', import.meta.url));
const KILLS = 12;
const CONVERSATIONS = 300;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), '1sec-test-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a kill while the database is made leaves none, an empty one or a whole one', async () => {
  const folder = newFolder();
  for (let kill = 0; kill < KILLS; kill++) {
    const path = join(folder, `${kill}.db`);
    const child = spawn(process.execPath, [CHILD, path, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => child.once('close', resolve));
    while (!existsSync(path)) await setTimeout(1);
    await setTimeout(kill / 2);
    child.kill('SIGKILL');
    await ended;
    const store = new SiteStore(path, { isMade: true });
    const saved = store.captures().length;
    assert.equal([...store.conversations()].length, saved * CONVERSATIONS);
    store.close();
  }
});

/** Number of the last acknowledged save, -1 for none. Killed `afterMs` after the first was acknowledged. */
async function saveAndKill(path: string, first: number, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, path, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let isTimed = false;
  child.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString();
    if (!isTimed) void setTimeout(afterMs).then(() => child.kill('SIGKILL'));
    isTimed = true;
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('close', (_, signal) => resolve(signal)));
  assert.equal(await ended, 'SIGKILL');
  return Math.max(-1, ...output.split('\n').slice(0, -1).map(Number));
}

test('kill -9 at any moment loses nothing acknowledged, and no save is there in part', async () => {
  const path = join(newFolder(), 'site.db');
  let next = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    // Spread over the length of some saves; a fixed sequence, though the moments are never the same.
    const acknowledged = await saveAndKill(path, next, (kill * 17) % 61);
    assert.ok(acknowledged >= next, 'at least one save was acknowledged');
    const database = new DatabaseSync(path);
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' });
    assert.deepEqual(database.prepare('PRAGMA foreign_key_check').all(), []);
    const count = (table: string): number =>
      Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()!['count']);
    const saved = count('captures');
    // What was written but not yet acknowledged may be there, as a whole.
    assert.ok(saved === acknowledged + 1 || saved === acknowledged + 2, `${saved} saved, ${acknowledged} acknowledged`);
    assert.equal(count('conversations'), saved * CONVERSATIONS);
    assert.equal(count('alerts'), saved);
    assert.equal(count('assets'), saved + 1);
    database.close();
    next = acknowledged + 1;
  }
  const store = new SiteStore(path, { isMade: false });
  assert.equal([...store.conversations()].length, store.captures().length * CONVERSATIONS);
  store.close();
});
