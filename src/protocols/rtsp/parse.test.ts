// Plays hand-made RTSP conversations, whole, cut, with losses, and damaged.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match } from '../../facts/protocol.ts';
import { type Step, bytesOf, cut, play } from '../../../scripts/protocol-plays.ts';
import { rtsp } from './index.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 192.0.2.2\r\ns=Gate 4\r\na=tool:LIVE555 Streaming Media v2014.12.17\r\nt=0 0\r\n';

function request(method: string, sequence: number, more = ''): string {
  return `${method} rtsp://192.0.2.2/stream1 RTSP/1.0\r\nCSeq: ${sequence}\r\n${more}User-Agent: Recorder/2\r\n\r\n`;
}

function answer(status: string, sequence: number, more = '', body = ''): string {
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
  return `RTSP/1.0 ${status}\r\ncseq:${sequence}\r\n${more}Server: Camera/1\r\n${length}\r\n${body}`;
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Digest as RFC 2069 has it, which most cameras speak. */
function digest(method: string, password: string): string {
  const ha2 = md5(`${method}:rtsp://192.0.2.2/stream1`);
  const response = md5(`${md5(`operator:CAM-0815:${password}`)}:abc:${ha2}`);
  return `Authorization: Digest username="operator", realm="CAM-0815", nonce="abc", uri="rtsp://192.0.2.2/stream1", response="${response}"\r\n`;
}

const CHALLENGE = 'WWW-Authenticate: Digest realm="CAM-0815", nonce="abc"\r\n';
const BASIC = `Authorization: Basic ${Buffer.from('admin:pass:word').toString('base64')}\r\n`;
const INTERLEAVED = Uint8Array.of(0x24, 0, 0, 12, 0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9);

const SESSION: readonly Step[] = [
  [true, request('OPTIONS', 1)],
  [false, answer('200 OK', 1)],
  [true, request('DESCRIBE', 2)],
  [false, answer('401 Unauthorized', 2, CHALLENGE)],
  [true, request('DESCRIBE', 3, digest('DESCRIBE', 'secret'))],
  [false, answer('200 OK', 3, 'Content-Type: application/sdp\r\n', SDP)],
  [true, request('SETUP', 4, digest('SETUP', 'secret'))],
  [false, answer('200 OK', 4)],
  [true, request('PLAY', 5, digest('PLAY', 'secret'))],
  [false, answer('200 OK', 5)],
  [false, INTERLEAVED],
  [false, INTERLEAVED],
  [true, request('TEARDOWN', 6, digest('TEARDOWN', 'secret'))],
  [false, answer('200 OK', 6)],
];
const TOLD = [
  '1 application Recorder/2',
  '2 application Camera/1',
  '2 rtsp-realm CAM-0815',
  '2 rtsp-session-name Gate 4',
  '2 application LIVE555 Streaming Media v2014.12.17',
  '1>2 http-digest operator accepted tested',
];

test('a session tells software, realm, description and one login that can be tested', () => {
  assert.deepEqual(play(rtsp, SESSION, 'secret'), TOLD);
  assert.equal(play(rtsp, SESSION, 'other').at(-1), '1>2 http-digest operator accepted');
});

test('it does not matter how the stream is cut', () => {
  for (const size of [1, 2, 3, 7, 64]) assert.deepEqual(play(rtsp, cut(SESSION, size), 'secret'), TOLD, `${size}`);
});

test('a wrong password is refused, and so is the next', () => {
  const told = play(
    rtsp,
    [
      [true, request('DESCRIBE', 1, BASIC)],
      [false, answer('401 Unauthorized', 1)],
      [true, request('DESCRIBE', 2, BASIC)],
      [false, answer('403 Forbidden', 2)],
      [true, request('DESCRIBE', 3, BASIC)],
      [false, answer('404 Not Found', 3)],
    ],
    'pass:word',
  );
  assert.deepEqual(
    told.filter((line) => line.includes('basic')),
    [
      '1>2 http-basic admin refused tested',
      '1>2 http-basic admin refused tested',
      '1>2 http-basic admin unknown tested',
    ],
  );
});

test('a nonce that is too old is no wrong password', () => {
  const stale = 'WWW-Authenticate: Digest realm="CAM-0815", nonce="def", stale=TRUE\r\n';
  const told = play(rtsp, [
    [true, request('DESCRIBE', 1, digest('DESCRIBE', 'secret'))],
    [false, answer('401 Unauthorized', 1, stale)],
  ]);
  assert.ok(told.includes('1>2 http-digest operator unknown'));
});

test('an answer to another request decides nothing', () => {
  const told = play(rtsp, [
    [true, request('DESCRIBE', 7, BASIC)],
    [false, answer('200 OK', 6)],
  ]);
  assert.equal(told.at(-1), '1>2 http-basic admin unknown');
});

test('requests and answers are recognised on any port, other protocols are not', () => {
  const decoder = rtsp.start(0);
  const match = (text: string | Uint8Array): number => {
    const bytes = typeof text === 'string' ? bytesOf(text) : text;
    return decoder.looksLike(bytes, 0, bytes.length);
  };
  for (const line of ['DESCRIBE rtsp://h/', 'OPTIONS * RTSP/1.0\r\n', 'RTSP/1.0 200 OK\r\n', 'RTSP/2.0 401 x\r\n']) {
    assert.equal(match(line), Match.yes, line);
  }
  for (const line of ['OPTIONS * HTTP/1.1\r\n', 'OPTIONS sip:a@b SIP/2.0\r\n', 'RTSP/', '', 'GET /x RTSP', '$x']) {
    assert.equal(match(line), Match.no, line);
  }
  assert.equal(match(INTERLEAVED), Match.maybe);
});

test('a loss inside a stream between messages is bridged', () => {
  const sink = new CheckedSink();
  const decoder = rtsp.start(0);
  const context = messageContext(sink, { fromClient: false });
  const header = Uint8Array.of(0x24, 0, 0x10, 0);
  decoder.decode(header, 0, 4, context);
  const resumes = (lost: number): boolean => decoder.resumes?.(context.flow, false, context, lost) ?? false;
  assert.ok(resumes(4000));
  const rest = new Uint8Array(200);
  assert.equal(decoder.frameSize(rest, 0, 200, context), 96);
  decoder.decode(rest, 0, 96, context);
  assert.ok(!resumes(10));
});

test('a body longer than is kept is passed over', () => {
  const told = play(rtsp, [
    [false, answer('200 OK', 1, 'Content-Length: 100000\r\n')],
    [false, new Uint8Array(60_000).fill(65)],
    [false, new Uint8Array(40_000).fill(65)],
    [false, answer('401 Unauthorized', 2, CHALLENGE)],
  ]);
  assert.deepEqual(told, ['2 application Camera/1', '2 rtsp-realm CAM-0815']);
});

test('a line without a colon is told', () => {
  assert.equal(play(rtsp, [[true, 'OPTIONS * RTSP/1.0\r\nCSeq 1\r\n\r\n']])[0], 'header-without-colon');
});

test('every change of one byte decodes without throwing', () => {
  const text = bytesOf(request('DESCRIBE', 3, digest('DESCRIBE', 'secret')));
  for (let at = 0; at < text.length; at++) {
    for (const value of [0, 0x0a, 0x20, 0x22, 0xff]) play(rtsp, [[true, text.with(at, value)]]);
  }
});
