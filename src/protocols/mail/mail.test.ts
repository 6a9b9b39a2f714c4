// Plays POP3 and SMTP by hand, whole, cut, damaged and with losses.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match } from '../../facts/protocol.ts';
import { onlyLogin, play, playDamaged, shown } from '../../../scripts/play-conversation.ts';
import { text, type Step } from '../example-stream.ts';
import { pop3, smtp } from './index.ts';

const base64 = (value: string): string => Buffer.from(value).toString('base64');

/** `S: +OK` and `C: STAT`, a line each. */
export function lines(...said: readonly string[]): Step[] {
  return said.map((line) => [line.startsWith('C'), text(`${line.slice(3)}\r\n`)]);
}

const READ_MAIL = lines(
  'S: +OK POP3 ready <1896.697170952@mail.example.com>',
  'C: USER operator',
  'S: +OK',
  'C: PASS pump 7',
  'S: +OK logged in',
  'C: RETR 1',
  'S: +OK 30 octets\r\nSubject: x\r\n\r\n-ERR no\r\n..\r\n.',
  'C: QUIT',
  'S: +OK',
);

test('POP3: user and password are a login, cut anywhere, and the message says nothing', () => {
  for (const pieces of [65_536, 1, 2, 3, 7]) {
    const told = play(pop3, READ_MAIL, pieces);
    assert.deepEqual(shown(pop3, told), ['name mail.example.com', 'login clear operator accepted']);
  }
});

test('POP3: the password can be tested while the login is told, and is overwritten then', () => {
  const sink = new CheckedSink();
  const outcomes: (boolean | undefined)[] = [];
  let late: ((candidate: string) => boolean) | undefined;
  sink.onFact = (fact) => {
    if (!('fact' in fact) || fact.fact !== 'login') return;
    late = fact.test;
    outcomes.push(fact.test?.('pump 7'), fact.test?.('pump 8'));
  };
  const decoder = pop3.start(0);
  for (const [fromClient, bytes] of READ_MAIL)
    if (decoder.frameSize(bytes, 0, bytes.length, messageContext(sink, { fromClient })) === bytes.length)
      decoder.decode(bytes, 0, bytes.length, messageContext(sink, { fromClient }));
  assert.deepEqual(outcomes, [true, false]);
  assert.equal(late?.('pump 7'), false);
});

test('POP3: APOP of RFC 1939 can be tested later', () => {
  const login = onlyLogin(
    play(
      pop3,
      lines(
        'S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>',
        'C: APOP mrose c4c9334bac560ecc979e58001b3e22fb',
        'S: +OK maildrop has 1 message',
      ),
    ),
  );
  assert.deepEqual([login.mechanism, login.user, login.outcome, login.mayWait], ['apop', 'mrose', 'accepted', true]);
  assert.equal(login.test?.('tanstaaf'), true);
  assert.equal(login.test('tanstaaff'), false);
});

test('POP3: AUTH with and without a first answer', () => {
  const told = play(
    pop3,
    lines(
      'S: +OK POP3 ready',
      'C: AUTH PLAIN',
      'S: + ',
      `C: ${base64('\0a\0b')}`,
      'S: -ERR no',
      `C: AUTH PLAIN ${base64('\0c\0d')}`,
      'S: +OK',
      'C: AUTH',
      'S: +OK\r\nPLAIN\r\n.',
      'C: STLS',
      'S: +OK',
      'C: USER never',
    ),
  );
  assert.deepEqual(shown(pop3, told), ['login sasl-plain a refused', 'login sasl-plain c accepted']);
});

const SEND_MAIL = lines(
  'S: 220-mx.example.com ESMTP Exim 4.69 #1\r\n220 no spam',
  'C: EHLO plc-7.example.com',
  'S: 250-mx.example.com\r\n250 AUTH LOGIN PLAIN',
  'C: AUTH LOGIN',
  'S: 334 VXNlcm5hbWU6',
  `C: ${base64('alarm')}`,
  'S: 334 UGFzc3dvcmQ6',
  `C: ${base64('horn')}`,
  'S: 235 ok',
  'C: DATA',
  'S: 354 go on',
  'C: AUTH PLAIN AAAA\r\n.',
  'S: 250 ok',
  'C: QUIT',
  'S: 221 bye',
);

test('SMTP: greeting, name of the client and a login, cut anywhere; the message says nothing', () => {
  for (const pieces of [65_536, 1, 2, 3, 7]) {
    assert.deepEqual(shown(smtp, play(smtp, SEND_MAIL, pieces)), [
      'application Exim 4.69',
      'name mx.example.com',
      'name plc-7.example.com',
      'login sasl-login alarm accepted',
    ]);
  }
});

test('SMTP: a chunk is passed over by its size, and encryption ends everything', () => {
  const told = play(smtp, [
    ...lines('S: 220 ESMTP', 'C: EHLO x'),
    [true, text('BDAT 12 LAST\r\nAUTH PLAIN x\r\n'.slice(0, 26))],
    ...lines('S: 250 x', 'S: 250 ok', `C: AUTH PLAIN ${base64('\0a\0b')}`, 'S: 535 no', 'C: STARTTLS', 'S: 220 go'),
    ...lines(`C: AUTH PLAIN ${base64('\0c\0d')}`, 'S: 235 ok'),
  ]);
  assert.deepEqual(shown(smtp, told), ['login sasl-plain a refused']);
});

test('a loss within a message ends with the reply to it, a loss before an outcome makes it unknown', () => {
  const sink = new CheckedSink();
  const told: string[] = [];
  sink.onFact = (fact) => {
    if ('fact' in fact && fact.fact === 'login') told.push(`${fact.user} ${fact.outcome}`);
  };
  const decoder = smtp.start(0);
  const say = (steps: readonly Step[]): void => {
    for (const [fromClient, bytes] of steps) {
      const context = messageContext(sink, { fromClient });
      for (let at = 0; at < bytes.length;) {
        const size = decoder.frameSize(bytes, at, bytes.length, context);
        assert.ok(size > 0);
        decoder.decode(bytes, at, at + size, context);
        at += size;
      }
    }
  };
  const lose = (fromClient: boolean): void => {
    const context = messageContext(sink, { fromClient });
    decoder.gap(1, fromClient, context);
    assert.equal(decoder.resumes?.(1, fromClient, context, 100), true);
  };
  say(lines('S: 220 ESMTP', 'C: DATA', 'S: 354 go', 'C: text'));
  lose(true);
  say(lines('C: rest of the last line', 'S: 250 ok', `C: AUTH PLAIN ${base64('\0a\0b')}`, 'S: 235 ok'));
  say(lines(`C: AUTH PLAIN ${base64('\0c\0d')}`));
  lose(false);
  assert.deepEqual(told, ['a accepted', 'c unknown']);
  // The line behind a loss is passed over, and may be the reply that is waited for: the next is not in its place.
  say(lines('S: 250 the rest', `C: AUTH PLAIN ${base64('\0e\0f')}`));
  lose(false);
  say(lines(`C: AUTH PLAIN ${base64('\0g\0h')}`, 'S: 535 no', 'C: NOOP', 'S: 250 ok'));
  say(lines(`C: AUTH PLAIN ${base64('\0i\0j')}`, 'S: 535 no'));
  assert.deepEqual(told.slice(2), ['e unknown', 'g unknown', 'i refused']);
  // Where it was a challenge the exchange goes on, and what is answered is as secret as ever.
  lose(false);
  say(lines('C: AUTH LOGIN', `S: 334 ${base64('User')}`, `C: ${base64('k')}`, `S: 334 ${base64('Password')}`));
  say(
    lines(`C: ${base64('l')}`, 'S: 235 ok', 'C: NOOP', 'S: 250 ok', `C: AUTH PLAIN ${base64('\0m\0n')}`, 'S: 235 ok'),
  );
  assert.deepEqual(told.slice(5), ['k unknown', 'm accepted']);
  assert.deepEqual(sink.problems, []);
});

test('each is recognised by what only it says', () => {
  const of = (protocol: typeof pop3, line: string): number => protocol.start(0).looksLike(text(line), 0, line.length);
  assert.equal(of(pop3, '+OK POP3 ready\r\n'), Match.yes);
  assert.equal(of(pop3, '+OK\r\n'), Match.maybe);
  assert.equal(of(pop3, '+OK a long greeting'), Match.later);
  assert.equal(of(smtp, '220 a long greeting'), Match.later);
  assert.equal(of(pop3, 'CAPA\r\n'), Match.yes);
  assert.equal(of(pop3, 'USER x\r\n'), Match.maybe);
  assert.equal(of(pop3, 'CAPABILITIES\r\n'), Match.no);
  assert.equal(of(smtp, '220 mx ESMTP Postfix\r\n'), Match.yes);
  assert.equal(of(smtp, '220 FTP server ready\r\n'), Match.maybe);
  assert.equal(of(smtp, 'EHLO x\r\n'), Match.yes);
  assert.equal(of(smtp, 'MAIL FROM:<a@example.com>\r\n'), Match.yes);
  for (const other of [
    'GET / HTTP/1.1\r\n',
    'SSH-2.0-x\r\n',
    '\x16\x03\x01\n',
    'RFB 003.008\n',
    '*1\r\n$4\r\nPING\r\n',
  ]) {
    assert.equal(of(pop3, other), Match.no, other);
    assert.equal(of(smtp, other), Match.no, other);
  }
});

test('whatever one byte becomes, nothing is thrown and the facts are well-formed', () => {
  playDamaged(pop3, READ_MAIL);
  playDamaged(smtp, SEND_MAIL);
});
