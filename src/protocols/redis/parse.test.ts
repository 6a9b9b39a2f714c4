// Plays Redis by hand, whole, cut and damaged.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match } from '../../facts/protocol.ts';
import { lost, onlyLogin, play, playDamaged, shown } from '../../../scripts/play-conversation.ts';
import { text, type Step } from '../example-stream.ts';
import { redis } from './index.ts';

function asks(...words: readonly string[]): Step {
  return [true, text(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`)];
}

function answers(...lines: readonly string[]): Step {
  return [false, text(`${lines.join('\r\n')}\r\n`)];
}

const INFO = '# Server\r\nredis_version:7.0.15\r\nos:Linux 6.1.0 x86_64\r\n';
const SESSION: readonly Step[] = [
  asks('AUTH', 'wrong'),
  answers('-WRONGPASS invalid username-password pair'),
  asks('AUTH', 'operator', 'pump 7'),
  answers('+OK'),
  asks('INFO', 'server'),
  answers(`$${INFO.length}`, INFO),
  asks('CONFIG', 'SET', 'dir', '/tmp'),
  answers('+OK'),
  asks('SLAVEOF', '192.0.2.1', '6380'),
  answers('-NOPERM no'),
  asks('LRANGE', 'x', '0', '2'),
  answers('*3', '$1', 'a', '$-1', '*2', ':1', '+AUTH'),
  asks('MODULE', 'LOAD', '/tmp/x.so'),
  answers('+OK'),
];
const SHOWN = [
  'login clear default refused',
  'login clear operator accepted',
  'application Redis 7.0.15',
  'operating-system Linux 6.1.0 x86_64',
  'CONFIG SET 0/0',
  'REPLICAOF 1/4',
  'MODULE LOAD 0/0',
];

test('logins, version and system, and changes with their outcome, cut anywhere', () => {
  for (const pieces of [65_536, 1, 2, 3, 7]) assert.deepEqual(shown(redis, play(redis, SESSION, pieces)), SHOWN);
});

test('requests that are sent without waiting are paired in their order', () => {
  const asked = SESSION.filter(([fromClient]) => fromClient);
  const answered = SESSION.filter(([fromClient]) => !fromClient);
  const told = shown(redis, play(redis, [...asked, ...answered]));
  // The second login comes before the outcome of the first.
  assert.deepEqual(told, ['login clear default unknown', ...SHOWN.slice(1)]);
});

test('HELLO carries a login and its answer the version', () => {
  const told = play(redis, [
    asks('HELLO', '3', 'AUTH', 'op', 'x'),
    answers('%3', '$6', 'server', '$6', 'valkey', '$7', 'version', '$5', '8.0.1', '$5', 'proto', ':3'),
  ]);
  assert.deepEqual(shown(redis, told), ['application Valkey 8.0.1', 'login clear op accepted']);
  assert.equal(onlyLogin(told).user, 'op');
});

test('an answer behind a lost one is not given to another request', () => {
  const set = asks('CONFIG', 'SET', 'dir', '/tmp');
  const [module, no] = [asks('MODULE', 'LOAD', '/tmp/x.so'), answers('-NOPERM no')];
  // Who waits for each answer asks only when the lost one was there.
  assert.deepEqual(shown(redis, play(redis, [set, lost(false), module, no])), ['MODULE LOAD 1/4', 'CONFIG SET 2/0']);
  // Of three that were sent at once, the answers to one or two are lost: the next may be to any of them.
  const at = (seconds: number, step: Step): [number, Step] => [seconds, step];
  const steps = [
    ...[set, set, set, lost(false), module, no].map((step) => at(0, step)),
    // After a second in which nothing came.
    ...[module, no].map((step) => at(3, step)),
  ];
  const sink = new CheckedSink();
  const operations: string[] = [];
  sink.onFact = (fact) => {
    if ('verb' in fact) operations.push(...shown(redis, [fact]));
  };
  const decoder = redis.start(0);
  for (const [seconds, [fromClient, bytes]] of steps) {
    const context = messageContext(sink, { fromClient });
    context.timeUs += seconds * 1e6;
    if (bytes.length === 0) decoder.gap(1, fromClient, context);
    else decoder.decode(bytes, 0, bytes.length, context);
  }
  assert.deepEqual(operations, ['MODULE LOAD 1/4']);
  decoder.closed(1, messageContext(sink, {}));
  assert.equal(operations.filter((operation) => operation.endsWith(' 2/0')).length, 4);
});

test('lines of words are requests, pushes are no answers, and subscribers are not paired', () => {
  const told = play(redis, [
    [true, text('auth secret\r\n')],
    answers('>2', '+invalidate', '*1', '+key'),
    answers('-ERR no password is set'),
    asks('SUBSCRIBE', 'x'),
    asks('AUTH', 'y'),
    answers('*3', '$9', 'subscribe', '$1', 'x', ':1'),
    answers('+OK'),
  ]);
  assert.deepEqual(shown(redis, told), ['login clear default refused', 'login clear default unknown']);
});

test('a string of megabytes is passed over, and what follows is read', () => {
  const long = 'v'.repeat(200_000);
  for (const pieces of [1000, 65_536, 1_000_000]) {
    const told = play(
      redis,
      [asks('PING'), answers('+PONG'), asks('SET', 'key', long, 'EX', '5'), answers('+OK'), ...SESSION.slice(0, 2)],
      pieces,
    );
    assert.deepEqual(shown(redis, told), SHOWN.slice(0, 1));
    const asked = play(redis, [asks('GET', 'x'), answers(`$${long.length}`, long), ...SESSION.slice(0, 2)], pieces);
    assert.deepEqual(shown(redis, asked), SHOWN.slice(0, 1));
  }
});

test('Redis is recognised by requests on any port, and others are not', () => {
  const of = (line: string): number => redis.start(0).looksLike(text(line), 0, line.length);
  for (const own of ['*1\r\n$4\r\nPING\r\n', '+PONG\r\n', '-NOAUTH Authentication required.\r\n'])
    assert.equal(of(own), Match.yes, own);
  for (const other of ['+OK POP3 ready\r\n', '* OK IMAP\r\n', '220 x ESMTP\r\n', 'GET / HTTP/1.1\r\n', '$x\r\n', '*9'])
    assert.notEqual(of(other), Match.yes, other);
});

test('whatever one byte becomes, nothing is thrown and the facts are well-formed', () => {
  playDamaged(redis, SESSION);
});
