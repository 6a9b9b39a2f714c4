// Messages by hand: what is SSDP and what only looks like HTTP, and whatever the bytes.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { message } from './captures/example-captures.ts';
import { FIELDS, Kind, SsdpMessage, looksLikeSsdp } from './parse.ts';

function valueOf(record: SsdpMessage, bytes: Uint8Array, field: (typeof FIELDS)[number]): string {
  const index = FIELDS.indexOf(field);
  return Buffer.from(bytes.subarray(record.starts[index], record.ends[index])).toString();
}

test('a response is SSDP only where it names what was searched for and who answers', () => {
  const record = new SsdpMessage();
  const web = message('HTTP/1.1 200 OK', 'SERVER: x');
  const found = message('HTTP/1.1 200 OK', 'st:upnp:rootdevice', 'USN: uuid:1');
  assert.equal(looksLikeSsdp(web, 0, web.length, record), false);
  assert.equal(looksLikeSsdp(found, 0, found.length, record), true);
  assert.equal(record.kind, Kind.response);
  assert.equal(valueOf(record, found, 'st'), 'upnp:rootdevice');
});

test('names are read in any case, values without the blanks around them, and nothing behind the empty line', () => {
  const record = new SsdpMessage();
  const bytes = Uint8Array.from(Buffer.from('NOTIFY * HTTP/1.1\r\nsErVeR:\t a b \r\nNT:x\r\n\r\nUSN: hidden\r\n'));
  record.read(bytes, 0, bytes.length);
  assert.deepEqual([valueOf(record, bytes, 'server'), valueOf(record, bytes, 'nt')], ['a b', 'x']);
  assert.equal(record.has('usn'), false);
  assert.equal(record.problem, '');
});

test('a line without a colon is a problem, and the others are read', () => {
  const record = new SsdpMessage();
  const bytes = message('M-SEARCH * HTTP/1.1', 'broken', 'ST: ssdp:all');
  record.read(bytes, 0, bytes.length);
  assert.equal(record.problem, 'header-without-colon');
  assert.equal(valueOf(record, bytes, 'st'), 'ssdp:all');
});

test('whatever the bytes, values lie within them', () => {
  const record = new SsdpMessage();
  const start = fc.constantFrom('M-SEARCH * HTTP/1.1\r\n', 'NOTIFY * HTTP/1.0\n', 'HTTP/1.1 200 OK\r\nst:', '');
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), (line, rest) => {
      const bytes = Uint8Array.from([...Buffer.from(line), ...rest]);
      for (const end of [bytes.length, bytes.length >> 1]) {
        record.read(bytes, 0, end);
        for (let index = 0; index < FIELDS.length; index++)
          assert.ok(record.starts[index]! <= record.ends[index]! && record.ends[index]! <= end);
      }
    }),
  );
});
