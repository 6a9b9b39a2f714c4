// Files that pass are kept whole and under their hash, within a limit, readable for their owner only.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { CONTENT_UNSEEN, type HostDirectory, type Transfer } from '../facts/facts.ts';
import { TransferRecorder } from '../transfers/recorder.ts';
import { DiskSpool } from './transfer-spool.ts';

const HOSTS = { address: (host: number) => `192.0.2.${host}` } as HostDirectory;

function fact(phase: Transfer['phase'], id: string, offset = -1, bytes: Uint8Array = new Uint8Array(0)): Transfer {
  const parties = { flow: 1, client: 1, server: 2, unit: -1, protocol: 'ftp', carrier: 'ftp' } as const;
  const shape = { direction: 'to-client', transfer: id, name: '../../etc/passwd\n', offset, bytes, size: 0 } as const;
  return { fact: 'transfer', phase, timeUs: 1e15, frame: 1, ...parties, ...shape, isComplete: true, ...CONTENT_UNSEEN };
}

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'spool-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return join(path, 'files');
}

function carry(recorder: TransferRecorder, id: string, pieces: readonly (readonly [number, Uint8Array])[]): Transfer {
  recorder.transfer(fact('begun', id));
  for (const [offset, bytes] of pieces) recorder.transfer(fact('piece', id, offset, bytes));
  return recorder.transfer(fact('ended', id));
}

describe('the spool', () => {
  test('a whole file stands under its hash, whatever its name says, and the index tells where it came from', (context) => {
    const directory = folder(context);
    const spool = new DiskSpool({ directory, bytesMax: 1e6 }, HOSTS);
    const content = Buffer.from('#!/bin/sh\necho hello\n');
    carry(new TransferRecorder(spool), 'a', [
      [10, content.subarray(10)],
      [0, content.subarray(0, 10)],
    ]);
    spool.end();
    const sha256 = createHash('sha256').update(content).digest('hex');
    assert.deepEqual(readdirSync(directory).sort(), [sha256, 'index.jsonl'].sort());
    assert.deepEqual(readFileSync(join(directory, sha256)), content);
    const line = JSON.parse(readFileSync(join(directory, 'index.jsonl'), 'utf8')) as Record<string, unknown>;
    assert.deepEqual(
      [line['file'], line['client'], line['kind'], line['complete']],
      [sha256, '192.0.2.1', 'script', true],
    );
    assert.equal(statSync(join(directory, sha256)).mode & 0o777, 0o600);
    assert.equal(statSync(join(directory, 'index.jsonl')).mode & 0o777, 0o600);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
  });

  test('pieces too many to wait in memory are hashed from the disk', (context) => {
    const directory = folder(context);
    const spool = new DiskSpool({ directory, bytesMax: 1e8 }, HOSTS);
    const content = Buffer.alloc(12 << 20, 'abcdefgh');
    const half = 11 << 20;
    const ended = carry(new TransferRecorder(spool), 'a', [
      [1 << 20, content.subarray(1 << 20, half)],
      [half, content.subarray(half)],
      [0, content.subarray(0, 1 << 20)],
    ]);
    assert.equal(ended.sha256, createHash('sha256').update(content).digest('hex'));
    assert.deepEqual(readFileSync(join(directory, ended.sha256)), content);
  });

  test('the limit holds for all files together, and what is left out is counted', (context) => {
    const directory = folder(context);
    const spool = new DiskSpool({ directory, bytesMax: 100 }, HOSTS);
    const recorder = new TransferRecorder(spool);
    for (let index = 0; index < 5; index++) carry(recorder, `t${index}`, [[0, Buffer.alloc(40, index)]]);
    carry(recorder, 'far', [[1e12, Buffer.from('x')]]);
    spool.end();
    assert.equal(spool.kept, 2);
    assert.equal(spool.leftOut, 4);
    const bytes = readdirSync(directory)
      .filter((name) => name !== 'index.jsonl')
      .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
    assert.ok(bytes <= 100, `${bytes} bytes`);
  });

  test('a file with a hole and one that never ended leave nothing that could be taken for a whole one', (context) => {
    const directory = folder(context);
    const spool = new DiskSpool({ directory, bytesMax: 1e6 }, HOSTS);
    const recorder = new TransferRecorder(spool);
    carry(recorder, 'hole', [[5, Buffer.from('later')]]);
    recorder.transfer(fact('begun', 'open'));
    recorder.transfer(fact('piece', 'open', 0, Buffer.from('part')));
    spool.end();
    const names = readdirSync(directory).filter((name) => name !== 'index.jsonl');
    assert.equal(names.length, 1);
    assert.match(names[0]!, /^incomplete-/);
  });

  test('a file that makes room for others is told as what it was, not as the one that came', (context) => {
    const directory = folder(context);
    const recorder = new TransferRecorder(new DiskSpool({ directory, bytesMax: 1e6 }, HOSTS));
    recorder.transfer({ ...fact('begun', 'first'), name: 'first', client: 7 });
    recorder.transfer({ ...fact('piece', 'first', 0, Buffer.from('part')), name: 'first', client: 7 });
    for (let index = 0; index < 1024; index++) recorder.transfer({ ...fact('begun', `t${index}`), name: 'other' });
    const line = JSON.parse(readFileSync(join(directory, 'index.jsonl'), 'utf8')) as Record<string, unknown>;
    assert.deepEqual([line['name'], line['client'], line['complete']], ['first', '192.0.2.7', false]);
  });
});
