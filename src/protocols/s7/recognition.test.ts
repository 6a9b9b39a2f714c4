// What is recognised as S7comm and S7comm-plus, and what others say on the same transport and port.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import {
  CONFIRM,
  CONNECT,
  Talk,
  answer,
  anyItem,
  connection,
  data,
  job,
  packet,
  plus,
  userData,
} from './example-frames.ts';
import { s7comm, s7commPlus } from './index.ts';

const classic = s7comm.start(0);
const newer = s7commPlus.start(0);
const SETUP = job(1, 'F0000001000101E0');
const SESSION = plus(1, '31 0000 04CA 0000 0001 00000120 36 0000011D');
/** Version 3: a digest of 32 bytes before the data. */
const WITH_DIGEST = plus(3, `20 ${'AB'.repeat(32)} 32 0000 054C 0000 0001 34 00`);

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** X.224 with a cookie in the place of parameters. */
function remoteDesktopRequest(): Uint8Array {
  const rest = [0xe0, 0, 0, 0, 0, 0, ...Buffer.from('Cookie: mstshash=user\r\n')];
  return packet([rest.length, ...rest]);
}

function matches(bytes: Uint8Array): [number, number] {
  return [classic.looksLike(bytes, 0, bytes.length), newer.looksLike(bytes, 0, bytes.length)];
}

test('a connection request alone proves neither', () => {
  assert.deepEqual(matches(CONNECT), [Match.later, Match.later]);
  assert.deepEqual(matches(CONFIRM), [Match.later, Match.later]);
});

test('the message behind it decides', () => {
  assert.deepEqual(matches(joined(CONNECT, SETUP)), [Match.yes, Match.no]);
  assert.deepEqual(matches(joined(CONNECT, SESSION)), [Match.no, Match.yes]);
  assert.deepEqual(matches(joined(CONNECT, data([]), SETUP)), [Match.yes, Match.no]);
});

test('a conversation joined in the middle is known by any whole message', () => {
  assert.deepEqual(matches(answer(9, '0501', 'FF')), [Match.yes, Match.no]);
  assert.deepEqual(matches(userData(1, 4, 4, 1, '00110000')), [Match.yes, Match.no]);
  assert.deepEqual(matches(plus(2, '33 7000006A 0400')), [Match.no, Match.yes]);
  assert.deepEqual(matches(WITH_DIGEST), [Match.no, Match.yes]);
  // The first of several data units, and a first part of a message.
  assert.deepEqual(matches(data(SETUP.subarray(7, 20), false)), [Match.yes, Match.no]);
  assert.deepEqual(matches(plus(2, '31 0000 04CA 0000', false)), [Match.no, Match.yes]);
});

test('every prefix is undecided or what the whole is', () => {
  for (const whole of [joined(CONNECT, SETUP), joined(CONNECT, SESSION), WITH_DIGEST]) {
    const [first, second] = matches(whole);
    for (let end = 1; end < whole.length; end++) {
      const [a, b] = matches(whole.subarray(0, end));
      assert.ok(a === Match.later || a === first, `${end} bytes, S7comm: ${a}`);
      assert.ok(b === Match.later || b === second, `${end} bytes, S7comm-plus: ${b}`);
    }
  }
});

test('others on the same transport are not claimed', () => {
  const others = {
    // ISO session: CONNECT, and data of an association, as MMS and ICCP send them.
    'MMS initiate': joined(
      connection(0xe0, 'C0010D C2020001 C1020000'),
      data(hexBytes('0D B2 0506 130100 160102 1402 0002')),
    ),
    'MMS data': data(hexBytes('0100 0100 61 1A 30 18 020103 A013 A011 0201 01 A40C')),
    'RDP request': remoteDesktopRequest(),
    'RDP data': data(hexBytes('7F 65 82 01 94 04 01 01')),
    'H.225 of H.323': hexBytes('0300 0040 0802 1234 05 04 03 88 93 A5'),
    '32 of another protocol': data(hexBytes('32 09 0000 0001 0002 0000 F000')),
    'a length that does not fit, and no reserved zeros': data(hexBytes('32 01 0001 0001 0008 0000 F000')),
    '72 of another protocol': data(hexBytes('72 04 0002 3100')),
    'an opcode that is none': plus(2, '55 0000 04CA 0000'),
    'a TPDU of class 4': packet([4, 0xf0, 0, 1, 0x80, 0x32]),
    'a request with a credit': packet([6, 0xe4, 0, 0, 0, 1, 0]),
    'a reserved byte': Uint8Array.from([3, 1, ...SETUP.subarray(2)]),
    Modbus: hexBytes('0300 0000 0006 01 03 0000 000A'),
    HTTP: Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  };
  for (const [name, bytes] of Object.entries(others)) {
    const [a, b] = matches(bytes);
    const isUndecided = name === 'RDP request';
    assert.deepEqual([a, b], isUndecided ? [Match.later, Match.later] : [Match.no, Match.no], name);
  }
  const remoteDesktop = joined(others['RDP request'], others['RDP data']);
  assert.deepEqual(matches(remoteDesktop), [Match.no, Match.no]);
});

test('a header with lengths that contradict it is enough on the usual port only', () => {
  assert.deepEqual(matches(data(hexBytes('32 01 0000 0001 0008 0000 F000'))), [Match.maybe, Match.no]);
  assert.deepEqual(matches(data(hexBytes('72 02 0009 31 0000 04CA'))), [Match.no, Match.maybe]);
});

test('who speaks is told by requests and answers, by the controller’s own jobs the other way round', () => {
  const speaker = (bytes: Uint8Array): number => classic.speaker(bytes, 0, bytes.length);
  assert.equal(speaker(CONNECT), Speaker.client);
  assert.equal(speaker(CONFIRM), Speaker.server);
  assert.equal(speaker(SETUP), Speaker.client);
  assert.equal(speaker(answer(1, '0401', 'FF040008 01')), Speaker.server);
  assert.equal(speaker(job(1, '1B00 0000 00000000 00')), Speaker.server);
  assert.equal(speaker(answer(1, '1B00', '')), Speaker.client);
  assert.equal(speaker(userData(1, 4, 4, 1, '00110000')), Speaker.client);
  assert.equal(speaker(userData(1, 0, 4, 5, '00')), Speaker.server);
  assert.equal(speaker(packet([2, 0xf0, 0x80])), Speaker.unknown);
  assert.equal(newer.speaker(SESSION, 0, SESSION.length), Speaker.client);
  assert.equal(newer.speaker(WITH_DIGEST, 0, WITH_DIGEST.length), Speaker.server);
});

test('packets are cut by their length, which is believed up to what a frame may have', () => {
  const { decoder, context } = new Talk(s7comm);
  const size = (bytes: string): number => {
    const all = hexBytes(bytes);
    return decoder.frameSize(all, 0, all.length, context);
  };
  assert.equal(decoder.frameSize(SETUP, 0, SETUP.length, context), SETUP.length);
  assert.equal(size('0300'), NEED_MORE);
  assert.equal(size('0300 0016'), 22);
  assert.equal(size('0300 0006'), NOT_THIS_PROTOCOL);
  assert.equal(size('0300 4001'), NOT_THIS_PROTOCOL);
  assert.equal(size('0400'), NOT_THIS_PROTOCOL);
  assert.equal(size('0400 0016'), NOT_THIS_PROTOCOL);
});

test('a message about one item is recognised whatever the item is', () => {
  assert.deepEqual(matches(job(1, `0401${anyItem(2, 1, 1, 0x84, 0)}`)), [Match.yes, Match.no]);
});
