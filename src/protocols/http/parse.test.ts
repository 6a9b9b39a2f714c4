// Heads, bodies and their ends, and what is told of them, from bytes made by hand.
import assert from 'node:assert/strict';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { Match, Speaker } from '../../facts/protocol.ts';
import { Play } from './example-messages.ts';
import { http } from './index.ts';

const GET = 'GET /a/b.bin HTTP/1.1\r\nHost: plant\r\n\r\n';

function bodies(play: Play): string[] {
  return [...play.carried.values()].map(
    ({ name, direction, text, size, isComplete }) => `${direction} ${name} ${text} ${size} ${isComplete}`,
  );
}

test('a start line is recognised on any port, and nothing else is', () => {
  const decoder = http.start(0);
  const cases: readonly (readonly [string, number])[] = [
    ['POST /x HTTP/1.1\r\n', Match.yes],
    ['HTTP/1.1 200 OK\r\n', Match.yes],
    ['HTTP/1.0 404\r\n', Match.yes],
    [GET, Match.yes],
    ['GET / HTTP/1.1\r\nHost', Match.later],
    ['POST /x HT', Match.later],
    ['HTT', Match.later],
    ['HTTP/1.1 2000 OK\r\n', Match.no],
    ['OPTIONS rtsp://192.0.2.1/ RTSP/1.0\r\n', Match.no],
    ['INVITE sip:a@192.0.2.1 SIP/2.0\r\n', Match.no],
    ['EHLO example.org\r\n', Match.no],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', Match.yes],
    ['SSH-2.0-x\r\n', Match.no],
    ['\x16\x03\x01\x02\x00', Match.no],
  ];
  for (const [text, expected] of cases) {
    const bytes = Buffer.from(text, 'latin1');
    assert.equal(decoder.looksLike(bytes, 0, bytes.length), expected, text);
  }
  const answer = Buffer.from('HTTP/1.1 200 OK\r\n');
  assert.equal(decoder.speaker(answer, 0, answer.length), Speaker.server);
  assert.equal(decoder.speaker(Buffer.from(GET), 0, GET.length), Speaker.client);
});

test('a head that asks for MQTT over WebSocket is left to MQTT', () => {
  const decoder = http.start(0);
  const head = 'GET /mqtt HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: chat, mqtt\r\n\r\n';
  const bytes = Buffer.from(head);
  for (let end = 3; end < bytes.length; end++) assert.equal(decoder.looksLike(bytes, 0, end), Match.later);
  assert.equal(decoder.looksLike(bytes, 0, bytes.length), Match.no);
  const answer = Buffer.from('HTTP/1.1 101 Switching\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n');
  assert.equal(decoder.looksLike(answer, 0, answer.length), Match.no);
});

test('each body ends where RFC 9112 6.3 says, and the next message follows', () => {
  const play = new Play()
    .client(
      GET,
      'HEAD /h HTTP/1.1\r\n\r\n',
      'GET /c HTTP/1.1\r\n\r\n',
      'GET /n HTTP/1.1\r\n\r\nGET /u HTTP/1.1\r\n\r\n',
    )
    .server('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst')
    .server('HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n')
    .server('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    .server('3;name=value\r\nabc\r\n02\r\nde\r\n0\r\nTrailer: x\r\n\r\n')
    .server('HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n')
    .server('HTTP/1.0 200 OK\n\nuntil ', 'the end')
    .ended(false);
  assert.deepEqual(bodies(play), [
    'to-client b.bin first 5 true',
    'to-client c abcde 5 true',
    'to-client u until the end 13 true',
  ]);
  assert.deepEqual(play.rules, []);
});

test('wherever the stream is cut, the same is told', () => {
  const request = 'POST /up HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n' + GET;
  const answer =
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\nServer: lighttpd/1.4\r\n\r\n' +
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n';
  const whole = new Play().client(request).server(answer).closed();
  assert.deepEqual(bodies(whole), ['to-server up abcd 4 true', 'to-client b.bin hello 5 true']);
  for (let cut = 1; cut < request.length; cut++) {
    const play = new Play().client(request.slice(0, cut), request.slice(cut)).server(answer).closed();
    assert.deepEqual(bodies(play), bodies(whole), `request cut at ${cut}`);
    assert.deepEqual(play.operations, whole.operations);
  }
  for (let cut = 1; cut < answer.length; cut++) {
    const play = new Play().client(request).server(answer.slice(0, cut), answer.slice(cut)).closed();
    assert.deepEqual(bodies(play), bodies(whole), `answer cut at ${cut}`);
    assert.deepEqual(play.claims, whole.claims);
  }
});

test('a body whose length is known goes on behind a loss, with the right offset', () => {
  const play = new Play()
    .client(GET)
    .server('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')
    .lost(false, 4)
    .server('hij', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
  assert.deepEqual(bodies(play), ['to-client b.bin abchij 6 false', 'to-client  x 1 true']);
  assert.deepEqual([...play.carried.values()][0]!.offsets, [0, 7]);
  const chunked = new Play()
    .client(GET)
    .server('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nab')
    .lost(false, 6)
    .server('\r\n1\r\ni\r\n0\r\n\r\n');
  assert.deepEqual(bodies(chunked), ['to-client b.bin abi 3 false']);
});

test('a loss that nobody can count ends the body, and the next start line is found', () => {
  const play = new Play()
    .client(GET)
    .server('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc')
    .lost(false, -1)
    .server('rest of the body', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxy');
  assert.deepEqual(bodies(play), ['to-client b.bin abc 3 false', 'to-client  xy 2 true']);
  assert.deepEqual(play.rules, []);
});

test('a conversation joined in the middle of a body begins at the next head', () => {
  const play = new Play().server('of a body', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxy');
  assert.deepEqual(bodies(play), ['to-client  xy 2 true']);
  assert.deepEqual(play.rules, []);
});

test('content codings are taken off; what cannot be is handed over as it is, and says so', () => {
  const coded = gzipSync('a page '.repeat(100));
  const head = `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${coded.length}\r\n\r\n`;
  const play = new Play().client(GET).server(head, coded.subarray(0, 10), coded.subarray(10));
  assert.deepEqual(bodies(play), [`to-client b.bin ${'a page '.repeat(100)} 700 true`]);
  const broken = new Play().client(GET).server(head, Buffer.alloc(coded.length, 0x41));
  const [transfer] = [...broken.carried.values()];
  assert.equal(transfer!.carrier, 'http gzip');
  assert.equal(transfer!.size, coded.length);
});

test('what is uploaded is a transfer, and a range says where it stands', () => {
  const play = new Play()
    .client('PUT /fw/image.bin?x=/y HTTP/1.1\r\nContent-Length: 3\r\nContent-Range: bytes 7-9/20\r\n\r\nabc')
    .server('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n');
  assert.deepEqual(bodies(play), ['to-server image.bin abc 3 true']);
  assert.deepEqual([...play.carried.values()][0]!.offsets, [7]);
  assert.deepEqual(play.operations, ['24 PUT /fw/image.bin 0 0']);
});

test('tunnels and other protocols are not looked into', () => {
  const play = new Play()
    .client('CONNECT files.example:443 HTTP/1.1\r\n\r\n')
    .server('HTTP/1.1 200 Connection established\r\n\r\n')
    .client('\x16\x03\x01GET / HTTP/1.1\r\n\r\n')
    .server('HTTP/1.1 500 no\r\n\r\n');
  assert.deepEqual(play.traits, ['1 http-connect files.example:443']);
  const refused = new Play()
    .client('CONNECT files.example:443 HTTP/1.1\r\n\r\n')
    .server('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    .client(GET)
    .server('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
  assert.deepEqual(bodies(refused), ['to-client b.bin x 1 true']);
  const socket = new Play()
    .client('GET /s HTTP/1.1\r\nUpgrade: websocket\r\n\r\n')
    .server('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01a')
    .client('\x81\x01a');
  assert.deepEqual(socket.traits, ['2 http-upgrade websocket']);
  const two = new Play().client('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0').server('\0\0\0\x04');
  assert.deepEqual(two.traits, ['1 http-version 2']);
  assert.deepEqual(
    [play, refused, socket, two].flatMap(({ rules }) => rules),
    [],
  );
});

test('what begins in a tunnel is told where it is neither TLS nor HTTP', () => {
  const opened = (): Play =>
    new Play().client('CONNECT far.example:443 HTTP/1.1\r\n\r\n').server('HTTP/1.1 200 OK\r\n\r\n');
  const target = '1 http-connect far.example:443';
  assert.deepEqual(opened().client('SSH-2.0-x\r\n').server('SSH-2.0-y\r\n').traits, [
    target,
    '1 http-connect-content far.example:443 SSH',
  ]);
  assert.deepEqual(opened().server('SSH-2.0-y\r\n').traits, [target, '1 http-connect-content far.example:443 SSH']);
  assert.deepEqual(opened().client('\x00\x01\x00\x00\x00\x06').traits, [
    target,
    '1 http-connect-content far.example:443 no TLS',
  ]);
  for (const usual of ['\x16\x03\x01\x02\x00', 'GET / HTTP/1.1\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'GE'])
    assert.deepEqual(opened().client(usual).traits, [target]);
});

test('broken rules are told', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['GET / HTTP/1.1\r\nno colon here\r\n\r\n', 'header-without-colon'],
    ['POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc', 'content-length-invalid'],
    ['POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n', 'length-and-coding'],
    ['POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n', 'coding-unknown'],
    ['POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n', 'chunk-size-invalid'],
    ['POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n', 'chunk-end-missing'],
    ['GET / HTTP/1.1\r\n\r\nnothing that begins a message', 'start-line-invalid'],
    [`GET / HTTP/1.1\r\nx: ${'y'.repeat(70_000)}`, 'head-too-long'],
  ];
  for (const [text, rule] of cases) assert.deepEqual(new Play().client(text).rules, [rule], text.slice(0, 80));
});

test('a field that goes on in the next line is one', () => {
  const play = new Play()
    .client('GET / HTTP/1.1\r\nUser-Agent: a\r\n\t b\r\n\r\n')
    .server('HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\n realm="TL-WR841N"\r\nContent-Length: 0\r\n\r\n');
  assert.deepEqual(play.traits, ['1 user-agent a b', '2 http-realm TL-WR841N']);
  assert.deepEqual(play.claims, ['2 model TL-WR841N (http realm)']);
});

test('an answer to a HEAD that was not seen has no body, and the next answer is found', () => {
  const play = new Play()
    .server('HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n')
    .server('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxy');
  assert.deepEqual(bodies(play), ['to-client  xy 2 true']);
});

test('a request whose content was not asked for is followed by the next request', () => {
  const play = new Play()
    .client('POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 500\r\n\r\n')
    .server('HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n')
    .client(GET)
    .server('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
  assert.deepEqual(bodies(play), ['to-client b.bin x 1 true']);
});

test('a stream of pictures is no transfer, and what comes after it is read', () => {
  const play = new Play()
    .client(GET, GET)
    .server('HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=a\r\nContent-Length: 3\r\n\r\nabc')
    .server('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx');
  assert.deepEqual(bodies(play), ['to-client b.bin x 1 true']);
});

test('a realm is found beside other challenges', () => {
  const challenges =
    'WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\nWWW-Authenticate: Basic realm="plant"\r\n';
  const play = new Play().client(GET).server(`HTTP/1.1 401 No\r\n${challenges}Content-Length: 0\r\n\r\n`);
  assert.deepEqual(play.traits, ['2 http-realm plant']);
});
