// Decodes hand-made messages of Edimax devices, whole and cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match, Speaker } from '../../facts/protocol.ts';
import { edimax } from './index.ts';

/** As a device sends it: rotated to the right by `by` bits. */
function message(text: string, by: number): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'latin1'));
  return bytes.map((byte, at) => (at === 0 ? byte + by : ((byte >> by) | (byte << (8 - by))) & 0xff));
}

const REGISTRATION =
  '<param>\n<code value="1010" />\n<model value="SP-1101W" />\n<id value="02005EABCDEF" />\n<type value="SmartPlug" />\n' +
  '<alias value="Plugabcdef" />\n<devfwver value="1.09#010001" />\n<productid value="EDIMAX#SP-1101W#1.0#1.09" />\n</param>';

/** What answers a search: six bytes of MAC address, then fields padded with zeros. */
function answer(): Uint8Array {
  const bytes = new Uint8Array(186);
  const put = (at: number, text: string): void => bytes.set(Buffer.from(text, 'latin1'), at);
  bytes.set([2, 0, 0x5e, 0xab, 0xcd, 0xef], 0);
  put(6, 'EDIMAX');
  bytes.set([1, 0xa1, 0xfe, 0x5e], 18);
  put(22, 'SP1101W');
  put(36, '1.09');
  put(44, 'Plugabcdef');
  return bytes;
}

function told(messages: readonly Uint8Array[], fromClient = true): string[] {
  const lines: string[] = [];
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if ('verb' in fact) return;
    if (fact.fact === 'claim') lines.push(`${fact.host} ${fact.attribute} ${fact.value}, ${fact.source}`);
    else if (fact.fact === 'violation') lines.push(fact.rule);
  };
  const decoder = edimax.start(0);
  const context = messageContext(sink, { isTcp: false, serverPort: 8765, fromClient });
  for (const bytes of messages) decoder.decode(bytes, 0, bytes.length, context);
  assert.deepEqual(sink.problems, []);
  return lines;
}

test('the published message, rotated by one bit, is recognised and is no registration', () => {
  const published = Uint8Array.from(
    Buffer.from('3d38b039b0b61f1eb1b732b2103bb036bab29e11991818181110971f1e9738b039b0b61f', 'hex'),
  );
  const decoder = edimax.start(0);
  assert.equal(decoder.looksLike(published, 0, published.length), Match.yes);
  assert.equal(decoder.speaker(published, 0, published.length), Speaker.unknown);
  assert.deepEqual(told([published]), []);
});

test('a device that registers tells what it is, once, by whatever number its bits are rotated', () => {
  const rotated = [0, 1, 2, 3, 4, 5, 6, 7].map((by) => message(REGISTRATION, by));
  for (const bytes of rotated) assert.equal(edimax.start(0).speaker(bytes, 0, bytes.length), Speaker.client);
  const lines = told(rotated);
  assert.deepEqual(
    lines.map((line) => line.slice(line.indexOf(' ') + 1)),
    [
      'vendor EDIMAX, edimax registration',
      'model SP-1101W, edimax registration',
      'hardware 1.0, edimax registration',
      'firmware 1.09, edimax registration',
      'name Plugabcdef, edimax registration',
    ],
  );
});

test('an older device without a product identifier says its firmware in another place', () => {
  const lines = told([
    message('<param><code value="1010" /><model value="IC-1" /><devfwver value="2.0#1" /></param>', 3),
  ]);
  assert.deepEqual(
    lines.map((line) => line.slice(line.indexOf(' ') + 1)),
    ['model IC-1, edimax registration', 'firmware 2.0, edimax registration'],
  );
});

test('who answers a search tells what it is, who searches tells nothing', () => {
  const search = answer().slice(0, 22);
  search[18] = 0;
  assert.deepEqual(told([search]), []);
  const lines = told([answer()], false);
  assert.deepEqual(
    lines.map((line) => line.slice(line.indexOf(' ') + 1)),
    [
      'vendor EDIMAX, edimax discovery',
      'model SP1101W, edimax discovery',
      'firmware 1.09, edimax discovery',
      'name Plugabcdef, edimax discovery',
    ],
  );
  const decoder = edimax.start(0);
  assert.equal(decoder.speaker(answer(), 0, 186), Speaker.server);
  assert.equal(decoder.speaker(search, 0, 22), Speaker.client);
});

test('other datagrams are not recognised; four bytes that keep the way open are no fault, others are', () => {
  const decoder = edimax.start(0);
  for (const text of ['<params>', '<?xml version="1.0"?>', '=param>', 'xEDIMAX'])
    assert.equal(decoder.looksLike(Buffer.from(text), 0, text.length), Match.no, text);
  assert.equal(decoder.looksLike(answer(), 0, 21), Match.no);
  assert.deepEqual(told([Uint8Array.of(0x22, 0x16, 0x45, 0x80)]), []);
  assert.deepEqual(told([Uint8Array.of(1, 2, 3)]), ['message-unknown']);
});

test('a cut message tells no more than the whole one', () => {
  for (const whole of [message(REGISTRATION, 5), answer()]) {
    const all = told([whole], false).map((line) => line.split(' ')[1]);
    for (let end = 0; end < whole.length; end++) {
      for (const line of told([whole.slice(0, end)], false)) {
        const [first = '', attribute = ''] = line.split(' ');
        assert.ok(first === 'message-unknown' || all.includes(attribute), line);
      }
    }
  }
});
