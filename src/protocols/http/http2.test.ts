// HTTP/2 in clear: connections made by hand, whole, cut, damaged and with losses; and the recorded capture against tshark.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { golden } from '../../../scripts/golden-check.ts';
import { deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { Match, Speaker, type MessageContext } from '../../facts/protocol.ts';
import { frameOf } from '../../facts/frame-reference.ts';
import { GET, HTTP, OK, POST, PREFACE, SETTINGS, field, frame, path } from './example-frames.ts';
import { Play } from './example-messages.ts';
import type { Conversation } from './exchanges.ts';
import type { Head } from './head.ts';
import { HttpDecoder, http } from './index.ts';
import { methodName } from './messages.ts';
import { Session } from './session.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CAPTURE = join(import.meta.dirname, 'captures', 'http2.pcap');
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

function told(play: Play): string[] {
  const bodies = [...play.carried.values()];
  return [
    ...play.traits,
    ...play.claims,
    ...play.operations,
    ...play.logins.map(({ login }) => `${login.mechanism} ${login.user} ${login.outcome}`),
    ...bodies.map(({ direction, name, text, isComplete }) => `${direction} ${name} ${text} ${isComplete}`),
    ...play.rules,
  ];
}

/** A request with content in two frames of which one is padded, a page in answer, and a second request meanwhile. */
function exchange(size = 100_000): Play {
  const play = new Play('not-a-secret');
  const client =
    PREFACE +
    SETTINGS +
    frame(
      1,
      4,
      1,
      POST +
        HTTP +
        path('/set/level') +
        field('user-agent', 'panel 7') +
        field('authorization', 'Basic b3BlcmF0b3I6bm90LWEtc2VjcmV0'),
    ) +
    frame(0, 8, 1, '\x03abc\0\0\0') +
    frame(1, 5, 3, GET + HTTP + path('/log.bin')) +
    frame(0, 1, 1, 'def');
  const server =
    SETTINGS +
    frame(1, 4, 3, OK + field('server', 'pump') + field('content-type', 'application/octet-stream')) +
    frame(0, 0, 3, 'first ') +
    frame(1, 4, 1, OK + field('content-length', '2')) +
    frame(0, 1, 3, 'last') +
    frame(0, 0, 1, 'ok') +
    frame(1, 5, 1, field('grpc-status', '0'));
  for (let at = 0; at < client.length; at += size) play.client(client.slice(at, at + size));
  for (let at = 0; at < server.length; at += size) play.server(server.slice(at, at + size));
  play.closed();
  return play;
}

test('heads and content of two streams at once are told as those of HTTP/1.1', () => {
  const play = exchange();
  assert.deepEqual(told(play), [
    '1 http-version 2',
    '1 user-agent panel 7',
    '2 application pump (http server)',
    '24 POST /set/level 0 0',
    'http-basic operator accepted',
    'to-server level abcdef true',
    'to-client log.bin first last true',
    'to-client level ok true',
  ]);
  assert.deepEqual(play.logins[0]!.fits, ['not-a-secret']);
});

test('where the stream is cut does not change what is told', () => {
  const whole = told(exchange());
  for (const size of [1, 2, 3, 5, 8, 13, 21, 34, 55])
    assert.deepEqual(told(exchange(size)), whole, `pieces of ${size}`);
});

test('the head that holds credentials is marked as secret', () => {
  assert.ok(exchange().marked.some((text) => text.includes('b3BlcmF0b3I6')));
});

test('the settings of a server that speaks first are recognised, other bytes are not', () => {
  const decoder = http.start(0);
  const bytes = Buffer.from(SETTINGS, 'latin1');
  assert.equal(decoder.looksLike(bytes, 0, bytes.length), Match.yes);
  assert.equal(decoder.speaker(bytes, 0, bytes.length), Speaker.server);
  for (const other of [
    frame(4, 0, 0, '\x00\x0b\x00\x00\x00\x64'),
    frame(4, 0, 1, '\x00\x03\x00\x00\x00\x64'),
    frame(6, 0, 0, '12345678'),
  ]) {
    const wrong = Buffer.from(other, 'latin1');
    assert.equal(decoder.looksLike(wrong, 0, wrong.length), Match.no);
  }
});

test('a server that speaks before the client is followed all the same', () => {
  const play = new Play()
    .server(SETTINGS)
    .client(`${PREFACE}${SETTINGS}${frame(1, 5, 1, GET + HTTP + path('/a.bin'))}`);
  play.server(frame(1, 4, 1, OK) + frame(0, 1, 1, 'abc'));
  assert.deepEqual(told(play), ['1 http-version 2', 'to-client a.bin abc true']);
});

test('a connection that changes from HTTP/1.1 answers the first request on stream 1', () => {
  const play = new Play()
    .client('GET /a.bin HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\nConnection: Upgrade\r\n\r\n')
    .server(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n${SETTINGS}`)
    .client(PREFACE + SETTINGS)
    .server(frame(1, 4, 1, OK) + frame(0, 1, 1, 'abc'));
  assert.deepEqual(told(play), ['2 http-upgrade h2c', '1 http-version 2', 'to-client a.bin abc true']);
});

test('a head in several frames is one head, and one that never ends is none', () => {
  const head = GET + HTTP + path('/a.bin') + field('user-agent', 'panel 7');
  const whole = new Play().client(
    PREFACE + frame(1, 1, 1, head.slice(0, 9)) + frame(9, 0, 1, head.slice(9, 12)) + frame(9, 4, 1, head.slice(12)),
  );
  assert.deepEqual(whole.traits, ['1 http-version 2', '1 user-agent panel 7']);
  const other = new Play().client(PREFACE + frame(1, 1, 1, head.slice(0, 9)) + frame(9, 4, 3, head.slice(9)));
  assert.deepEqual(other.rules, ['frame-invalid']);
  const endless = new Play().client(PREFACE + frame(1, 1, 1, head) + frame(9, 0, 1, 'x'.repeat(200)).repeat(400));
  assert.deepEqual(endless.rules, ['frame-invalid']);
});

test('a call of gRPC names its service, and its messages are no file', () => {
  const head = POST + HTTP + path('/plant.Tank/Level') + field('content-type', 'application/grpc+proto');
  const play = new Play().client(PREFACE + frame(1, 4, 1, head) + frame(0, 1, 1, '\0\0\0\0\x04call'));
  assert.deepEqual(told(play), ['1 http-version 2', '2 grpc-service plant.Tank']);
});

test('broken frames and blocks are told once, and the other direction goes on', () => {
  const cases: readonly (readonly [string, string])[] = [
    [frame(0, 8, 1, '\x09abc'), 'frame-invalid'],
    [frame(9, 4, 1, GET), 'frame-invalid'],
    [frame(1, 5, 1, '\xbe'), 'field-block-invalid'],
    [frame(1, 5, 0, GET), 'frame-invalid'],
    [frame(1, 0x2d, 1, 'abc'), 'frame-invalid'],
  ];
  for (const [broken, rule] of cases) {
    const play = new Play()
      .client(PREFACE + frame(1, 5, 1, GET + HTTP + path('/a.bin')) + broken + broken)
      .server(frame(1, 4, 1, OK) + frame(0, 1, 1, 'abc'));
    assert.deepEqual(play.rules, [rule]);
    assert.equal([...play.carried.values()][0]?.text, 'abc');
  }
  assert.deepEqual(new Play().client('PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n').rules, ['frame-invalid']);
});

test('a stream that is reset ends what was on its way', () => {
  const play = new Play()
    .client(PREFACE + frame(1, 5, 1, GET + HTTP + path('/a.bin')))
    .server(frame(1, 4, 1, OK) + frame(0, 0, 1, 'abc') + frame(3, 0, 1, '\0\0\0\x08') + frame(0, 1, 1, 'def'));
  assert.deepEqual(told(play).slice(1), ['to-client a.bin abc false']);
});

test('a line end inside a field makes no second field', () => {
  const play = new Play().client(PREFACE + frame(1, 5, 1, GET + HTTP + path('/a') + field('x', 'a\r\nuser-agent: b')));
  assert.deepEqual(play.traits, ['1 http-version 2']);
});

test('the facts of http2.pcap are the golden ones', () => {
  const kinds = ['--fact', 'operation,login,claim,transfer,violation,trait'];
  const facts = spawnSync(process.execPath, ['src/main.ts', 'facts', CAPTURE, ...kinds], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.equal(facts.status, 0);
  assert.doesNotMatch(facts.stdout, /not-a-secret/);
  golden(CAPTURE.replace(/\.pcap$/, '.golden'), facts.stdout);
});

/** Notes every head, a line each, as tshark's fields are put together below. */
class Listening extends Session {
  readonly lines: string[] = [];

  override request(stream: Conversation, head: Head, bytes: Uint8Array, start: number, context: MessageContext): void {
    if (methodName(head.method) !== 'PRI') {
      const target = Buffer.from(bytes.subarray(head.targetStart, head.targetEnd)).toString('latin1');
      this.#note(context, `${methodName(head.method)} ${target} ${head.text(bytes, 'user-agent')}`);
    }
    super.request(stream, head, bytes, start, context);
  }

  override response(stream: Conversation, head: Head, bytes: Uint8Array, context: MessageContext): void {
    if (head.status !== 101) this.#note(context, `${head.status} ${head.text(bytes, 'server')}`);
    super.response(stream, head, bytes, context);
  }

  #note({ frame: reference }: MessageContext, line: string): void {
    this.lines.push(`${frameOf(reference)} ${line}`);
  }
}

const skip = hasTshark ? false : 'skipped: tshark is not installed';

test('every head of http2.pcap is the one that tshark reads', { skip }, async () => {
  const session = new Listening(0);
  assert.ok(await readFacts(CAPTURE, deafSink({}), [{ ...http, start: () => new HttpDecoder(session) }]));
  const theirs = headsOfTshark();
  assert.equal(theirs.length, 34);
  assert.deepEqual(session.lines.sort(), theirs.sort());
});

/** Of HTTP/2 by stream, of the two requests that ask for a change by HTTP/1.1. */
function headsOfTshark(): string[] {
  const names = [
    'frame.number',
    'http2.headers.method',
    'http2.headers.path',
    'http2.headers.user_agent',
    'http2.headers.status',
    'http2.headers.server',
    'http.request.method',
    'http.request.uri',
    'http.user_agent',
  ];
  const run = spawnSync(
    'tshark',
    [
      '-r',
      CAPTURE,
      '-Y',
      'http2.headers || http.request',
      '-T',
      'fields',
      ...names.flatMap((name) => ['-e', name]),
      '-E',
      'occurrence=a',
    ],
    { encoding: 'utf8' },
  );
  const lines: string[] = [];
  for (const row of run.stdout.split('\n').filter((text) => text !== '')) {
    const [number, ...cells] = row.split('\t');
    const [methods, paths, agents, statuses, servers, method, uri, agent] = cells.map((cell) =>
      cell === '' ? [] : cell.split(','),
    );
    methods!.forEach((each, index) => lines.push(`${number} ${each} ${paths![index]} ${agents![index]}`));
    statuses!.forEach((each, index) => lines.push(`${number} ${each} ${servers![index]}`));
    if (method![0] !== undefined) lines.push(`${number} ${method![0]} ${uri![0]} ${agent![0]}`);
  }
  return lines;
}

/** What scripts/record-http2 had the server serve, and the client send. */
const lines = (count: number, line: (number: number) => string): string =>
  Array.from({ length: count }, (_, index) => `${line(index + 1)}\n`).join('');
const CONTENTS: ReadonlyMap<string, readonly [count: number, text: string]> = new Map([
  ['index.html', [6, '<html><head><title>Panel 7</title></head><body>running</body></html>\n']],
  ['log.txt', [5, lines(120, (number) => `point ${number} of the log`)]],
  ['upload.csv', [2, lines(400, (number) => `${number};0`)]],
]);

test('every file of http2.pcap is told, byte for byte', async () => {
  const texts = new Map<string, { readonly name: string; text: string }>();
  const sink = deafSink({
    transfer: ({ phase, transfer, name, bytes }) => {
      if (phase === 'begun') texts.set(transfer, { name, text: '' });
      else if (phase === 'piece') texts.get(transfer)!.text += Buffer.from(bytes).toString('latin1');
    },
  });
  assert.ok(await readFacts(CAPTURE, sink));
  for (const [name, [count, text]] of CONTENTS) {
    const ours = [...texts.values()].filter((each) => each.name === name);
    assert.deepEqual([name, ours.length], [name, count]);
    for (const each of ours) assert.equal(each.text, text);
  }
});
