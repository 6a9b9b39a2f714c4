// A transfer's pieces in any order and with any losses against the file that was sent.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { CONTENT_UNSEEN, type Transfer } from '../facts/facts.ts';
import { contentKind } from './content-kinds.ts';
import { TransferRecorder } from './recorder.ts';

function fact(phase: Transfer['phase'], offset = -1, bytes: Uint8Array = new Uint8Array(0), size = 0): Transfer {
  return {
    fact: 'transfer',
    phase,
    timeUs: 1,
    frame: 1,
    flow: 1,
    client: 1,
    server: 2,
    unit: -1,
    protocol: 'ftp',
    carrier: 'ftp',
    direction: 'to-client',
    transfer: 'one',
    name: 'firmware.bin',
    offset,
    bytes,
    size,
    isComplete: phase === 'ended',
    ...CONTENT_UNSEEN,
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Hands over the pieces [start, end) of the file in this order. */
function recorded(file: Uint8Array, pieces: readonly (readonly [number, number])[]): Transfer {
  const recorder = new TransferRecorder();
  recorder.transfer(fact('begun'));
  let carried = 0;
  for (const [start, end] of pieces) {
    // The bytes are borrowed: they are gone when the call returns.
    const bytes = file.slice(start, end);
    recorder.transfer(fact('piece', start, bytes));
    bytes.fill(0xee);
    carried += end - start;
  }
  return recorder.transfer(fact('ended', -1, new Uint8Array(0), carried));
}

describe('what becomes of a transfer', () => {
  test('cut anywhere, in any order, with pieces that come twice, a whole file has its hash', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 600 }),
        fc.array(fc.nat(600), { maxLength: 12 }),
        fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 }),
        (file, cuts, random) => {
          const at = [...new Set([0, ...cuts.filter((cut) => cut < file.length), file.length])].sort((a, b) => a - b);
          const pieces = at.slice(0, -1).map((start, index) => [start, at[index + 1]!] as const);
          const order = [...pieces, ...pieces.slice(0, 2)]
            .map((piece, index) => ({ piece, key: random[index]! }))
            .sort((a, b) => a.key - b.key)
            .map(({ piece }) => piece);
          const ended = recorded(file, order);
          assert.equal(ended.sha256, sha256(file));
          assert.equal(ended.missingBytes, 0);
          assert.equal(ended.isComplete, true);
          assert.equal(ended.kind, contentKind(file, 0, file.length));
        },
      ),
    );
  });

  test('what is missing is told exactly, and there is no hash', () => {
    const file = Uint8Array.from({ length: 100 }, (_, index) => index);
    const ended = recorded(file, [
      [0, 10],
      [40, 50],
      [20, 30],
      [90, 100],
    ]);
    assert.deepEqual(ended.missing, [
      { offset: 10, size: 10 },
      { offset: 30, size: 10 },
      { offset: 50, size: 40 },
    ]);
    assert.deepEqual([ended.missingBytes, ended.sha256, ended.isComplete], [60, '', false]);
  });

  test('a transfer without its beginning has no kind', () => {
    const ended = recorded(Buffer.from('....\x7fELF'), [[4, 8]]);
    assert.deepEqual([ended.kind, ended.missing], ['', [{ offset: 0, size: 4 }]]);
  });

  test('many transfers, many holes and much that waits do not grow without bound, and end all the same', () => {
    const recorder = new TransferRecorder();
    const megabyte = new Uint8Array(1 << 20);
    for (let index = 0; index < 3000; index++) {
      recorder.transfer({ ...fact('begun'), transfer: `t${index}` });
      recorder.transfer({ ...fact('piece', 10, megabyte.subarray(0, 4096)), transfer: `t${index}` });
    }
    for (let index = 0; index < 5000; index++)
      recorder.transfer(fact('piece', 5000 + index * 10, megabyte.subarray(0, 4)));
    const ended = recorder.transfer(fact('ended'));
    assert.equal(ended.sha256, '');
    assert.equal(ended.isComplete, false);
    assert.equal(ended.missing.length, 16);
    assert.ok(process.memoryUsage().arrayBuffers < 64 << 20);
  });
});

describe('kinds by content', () => {
  const KINDS: readonly (readonly [string, string | Buffer])[] = [
    ['empty', ''],
    ['elf', '\x7fELF\x01\x01'],
    ['windows-executable', Buffer.concat([mz(128), Buffer.from('PE\0\0')])],
    ['dos-executable', Buffer.concat([mz(128), Buffer.from('NE\0\0')])],
    ['uboot-image', Buffer.from('27051956aabbccdd', 'hex')],
    ['squashfs', 'hsqs\x00\x01'],
    ['gzip', Buffer.from('1f8b0800', 'hex')],
    ['zip', 'PK\x03\x04'],
    ['esp-image', Buffer.from('e9030220000010400000000000000000000000000000000000', 'hex')],
    ['intel-hex', ':10010000214601360121470136007EFE09D2190140\n:00000001FF\n'],
    ['s-record', 'S00F000068656C6C6F202020202000003C\n'],
    ['private-key', '-----BEGIN RSA PRIVATE KEY-----\nMII'],
    ['script', '#!/bin/sh\n'],
    ['html', '\n<!DOCTYPE html><html>'],
    ['svg', '<?xml version="1.0"?>\n<svg xmlns="x">'],
    ['xml', '<?xml version="1.0"?><root/>'],
    ['xml', '<project name="x">'],
    ['json', '{"a": 1}'],
    ['json', '[ 1, 2]'],
    ['text', 'plain words, with ünicode'],
    ['text', '[section]\nkey = value'],
    ['data', Buffer.from('00112233', 'hex')],
    ['tar', Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\0')])],
  ];

  test('each is named by its bytes', () => {
    for (const [kind, content] of KINDS) {
      const bytes = typeof content === 'string' ? Buffer.from(content, kind === 'text' ? 'utf8' : 'latin1') : content;
      assert.equal(contentKind(bytes, 0, bytes.length), kind, JSON.stringify(content));
    }
  });

  test('every beginning of a file has a kind, and nothing is thrown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(40), (bytes, start) => {
        assert.match(contentKind(bytes, Math.min(start, bytes.length), bytes.length), /^[a-z0-9-]+$/);
      }),
    );
  });
});

function mz(header: number): Buffer {
  const bytes = Buffer.alloc(header);
  bytes.write('MZ', 'latin1');
  bytes.writeUInt32LE(header, 60);
  return bytes;
}
