// Names of blocks, and what their bytes say of them.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hexBytes } from '../example-conversation.ts';
import { blockHeader, blockName, blockTrailer, digits, fileName } from './blocks.ts';

const text = (value: string): string => Buffer.from(value).toString('hex');
/** DB 1 with 400 bytes of data: the first bytes as an engineering tool sends them. */
const HEADER = hexBytes('7070 0101 050A 0001 000001F4 00000000 0291476029B5 0291476029B5 001C 0000 0000 0190');

test('a file name is a kind, a type, a number and a file system, anything else a text', () => {
  const name = (value: string): unknown => {
    const bytes = Buffer.from(value);
    return fileName(bytes, 0, bytes.length);
  };
  assert.deepEqual(name('_0A00001P'), { type: 10, number: 1, text: 'DB1' });
  assert.deepEqual(name('_0800100A'), { type: 8, number: 100, text: 'OB100' });
  assert.deepEqual(name('_9900100A'), { type: 0x99, number: 100, text: 'block type 0x99100' });
  assert.deepEqual(name('/_N_MPF_DIR/A'), { type: -1, number: -1, text: '/_N_MPF_DIR/A' });
  assert.equal(blockName(Buffer.from('0A0000XP'), 0), null);
  assert.equal(digits(Buffer.from('12'), 0, 2, 10), 12);
  assert.equal(digits(Buffer.from('1G'), 0, 2, 16), -1);
});

test('the header tells language, type, number, lengths and when the block was changed', () => {
  const header = blockHeader(HEADER, 0, HEADER.length);
  assert.ok(header !== null);
  assert.deepEqual(
    [header.language, header.type, header.number, header.loadBytes, header.codeBytes],
    ['DB', 10, 1, 500, 400],
  );
  // 43,075,424 ms of day 10,677 since 1984.
  assert.equal(new Date(header.codeChangedUs / 1000).toISOString(), '2013-03-26T11:57:55.424Z');
  assert.equal(header.interfaceChangedUs, header.codeChangedUs);
});

test('bytes that are no header, or too few, are none', () => {
  assert.equal(blockHeader(HEADER, 0, 35), null);
  assert.equal(blockHeader(new Uint8Array(40), 0, 40), null);
});

test('the trailer tells author, family, name, version and checksum', () => {
  const bytes = hexBytes(`${text('SIMATIC\0IEC_TC\0\0CTU\0\0\0\0\0')} 10 00 798C 0000000000000000`);
  assert.deepEqual(blockTrailer(bytes, 0, bytes.length), {
    author: 'SIMATIC',
    family: 'IEC_TC',
    name: 'CTU',
    version: '1.0',
    checksum: 0x798c,
  });
  assert.equal(blockTrailer(bytes, 1, bytes.length), null);
});
