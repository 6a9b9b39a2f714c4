// Field blocks of HPACK: the examples of RFC 7541, what is refused, and what is not kept.
import assert from 'node:assert/strict';
import test from 'node:test';
import { hexBytes } from '../example-conversation.ts';
import { FieldBlocks, FieldTables } from './hpack.ts';
import { huffmanText } from './huffman.ts';

/** The fields of a block, `name: value`; null where it is none. */
function fields(blocks: FieldBlocks, hex: string): string[] | null {
  const bytes = hexBytes(hex);
  const lines: string[] = [];
  const isRead = blocks.read(bytes, 0, bytes.length, (from, name, nameEnd, value, valueEnd) => {
    const text = (start: number, end: number): string => Buffer.from(from.subarray(start, end)).toString('latin1');
    lines.push(`${text(name, nameEnd)}: ${text(value, valueEnd)}`);
  });
  return isRead ? lines : null;
}

const REQUEST = [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'];

test('requests without the Huffman code build the table (RFC 7541, C.3)', () => {
  const blocks = new FieldBlocks();
  assert.deepEqual(fields(blocks, '828684410f7777772e6578616d706c652e636f6d'), REQUEST);
  assert.deepEqual(fields(blocks, '828684be58086e6f2d6361636865'), [...REQUEST, 'cache-control: no-cache']);
  assert.deepEqual(fields(blocks, '828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565'), [
    ':method: GET',
    ':scheme: https',
    ':path: /index.html',
    ':authority: www.example.com',
    'custom-key: custom-value',
  ]);
});

test('the same with the Huffman code (C.4)', () => {
  const blocks = new FieldBlocks();
  assert.deepEqual(fields(blocks, '828684418cf1e3c2e5f23a6ba0ab90f4ff'), REQUEST);
  assert.deepEqual(fields(blocks, '828684be5886a8eb10649cbf'), [...REQUEST, 'cache-control: no-cache']);
});

test('answers push each other out of a table of 256 bytes (C.6)', () => {
  const blocks = new FieldBlocks();
  const first = fields(
    blocks,
    `3fe101 488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3`,
  );
  assert.deepEqual(first, [
    ':status: 302',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ]);
  const second = fields(blocks, '4883640effc1c0bf');
  assert.deepEqual(second, [
    ':status: 307',
    'cache-control: private',
    'date: Mon, 21 Oct 2013 20:13:21 GMT',
    'location: https://www.example.com',
  ]);
  // `:status: 302` had to go.
  assert.equal(fields(blocks, 'c2'), null);
});

test('what is no block is refused, and cut anywhere it is refused or shorter', () => {
  for (const hex of ['80', 'be', 'ff80808080', '418cf1', '00', '3fe1ffff7f', '4181ff', '4184ffffffff'])
    assert.equal(fields(new FieldBlocks(), hex), null, hex);
  const whole = '828684418cf1e3c2e5f23a6ba0ab90f4ff';
  for (let end = 0; end < whole.length; end += 2) {
    const told = fields(new FieldBlocks(), whole.slice(0, end));
    assert.ok(told === null || told.length < REQUEST.length);
  }
});

test('a table larger than ours is not followed', () => {
  assert.deepEqual(fields(new FieldBlocks(), '3fe1ff03'), []);
  assert.equal(fields(new FieldBlocks(), '3fe1ff07'), null);
});

test('credentials are heard once and not kept in the table', () => {
  const blocks = new FieldBlocks();
  const value = Buffer.from('Basic bm90LWEtc2VjcmV0', 'latin1');
  const block = `57${value.length.toString(16).padStart(2, '0')}${value.toString('hex')}`;
  assert.deepEqual(fields(blocks, block), ['authorization: Basic bm90LWEtc2VjcmV0']);
  assert.deepEqual(fields(blocks, 'be'), ['authorization: ']);
});

test('the Huffman code ends with less than a byte of ones', () => {
  const into = new Uint8Array(64);
  const text = (hex: string): string | null => {
    const bytes = hexBytes(hex);
    const end = huffmanText(bytes, 0, bytes.length, into, 0);
    return end < 0 ? null : Buffer.from(into.subarray(0, end)).toString('latin1');
  };
  assert.equal(text('f1e3c2e5f23a6ba0ab90f4ff'), 'www.example.com');
  assert.equal(text('f1e3c2e5f23a6ba0ab90f4ffff'), null);
  assert.equal(text('f1e3c2e5f23a6ba0ab90f4fe'), null);
  assert.equal(text('fffffffc'), null);
});

test('tables that are too large together lose the one that was not read for the longest time', () => {
  const tables = new FieldTables(100_000);
  const [first, second, third] = [1, 2, 3].map(() => new FieldBlocks(undefined, tables)) as [
    FieldBlocks,
    FieldBlocks,
    FieldBlocks,
  ];
  const entries = `3fe1ff03${'40017800'.repeat(80)}`;
  assert.equal(fields(first, entries)?.length, 80);
  assert.equal(fields(second, entries)?.length, 80);
  assert.ok(fields(first, '40017800'), 'the first is in use again');
  assert.equal(fields(third, entries)?.length, 80);
  assert.deepEqual(
    [first, second, third].map(({ isGivenUp, count }) => [isGivenUp, count]),
    [
      [false, 81],
      [true, 0],
      [false, 80],
    ],
  );
  for (const table of [first, third]) table.forget();
  assert.equal(fields(second, entries)?.length, 80, 'what was counted is free again');
});
