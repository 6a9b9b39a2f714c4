// Plays IMAP by hand, whole, cut and damaged.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Match } from '../../facts/protocol.ts';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { play, playDamaged, shown } from '../../../scripts/play-conversation.ts';
import { text, type Step } from '../example-stream.ts';
import { imap } from './index.ts';

const base64 = (value: string): string => Buffer.from(value).toString('base64');

function lines(...said: readonly string[]): Step[] {
  return said.map((line) => [line.startsWith('C'), text(`${line.slice(3)}\r\n`)]);
}

/** `user outcome` of each login and whether the candidate is its password. */
function logins(steps: readonly Step[], candidate: string): string[] {
  const sink = new CheckedSink();
  const told: string[] = [];
  sink.onFact = (fact) => {
    if ('fact' in fact && fact.fact === 'login')
      told.push(`${fact.mechanism} ${fact.user} ${fact.outcome} ${String(fact.test?.(candidate))}`);
  };
  const decoder = imap.start(0);
  for (const [fromClient, bytes] of steps) {
    const context = messageContext(sink, { fromClient });
    for (let at = 0; at < bytes.length;) {
      const size = decoder.frameSize(bytes, at, bytes.length, context);
      assert.ok(size > 0);
      decoder.decode(bytes, at, at + size, context);
      at += size;
    }
  }
  decoder.closed(1, messageContext(sink));
  return told;
}

const SESSION = lines(
  'S: * OK Dovecot ready.',
  'C: a ID ("name" "panel" "version" "2" "os" "Windows XP" "os-version" "5.1")',
  'S: * ID ("name" "gate" "version" "3.5.62")\r\na OK',
  'C: b LOGIN "op\\"er" "pump 7"',
  'S: b OK Logged in.',
  'C: c FETCH 1 RFC822',
  'S: * 1 FETCH (RFC822 {14}\r\n* OK x\r\nb NO\r\n)\r\nc OK',
  'C: d IDLE',
  'S: + idling',
  'C: DONE',
);

test('IMAP: software of both sides and a login, cut anywhere; the message says nothing', () => {
  for (const pieces of [65_536, 1, 2, 3, 7]) {
    assert.deepEqual(shown(imap, play(imap, SESSION, pieces)), [
      'application Dovecot',
      'application panel 2',
      'operating-system Windows XP 5.1',
      'application gate 3.5.62',
      'login clear op"er accepted',
    ]);
  }
});

test('LOGIN with atoms, quotes and literals, and its outcome by the tag', () => {
  assert.deepEqual(logins(lines('C: a LOGIN op pump7', 'S: x NO', 'S: a NO'), 'pump7'), ['clear op refused true']);
  assert.deepEqual(logins(SESSION, 'pump 7'), ['clear op"er accepted true']);
  const literals = lines('C: a LOGIN {2}', 'S: + go', 'C: op {6}', 'S: + go', 'C: pump 7', 'S: a OK');
  assert.deepEqual(logins(literals, 'pump 7'), ['clear op accepted true']);
  assert.deepEqual(logins(lines('C: a LOGIN {2+}\r\nop {6+}\r\npump 7', 'S: a OK'), 'x'), ['clear op accepted false']);
});

test('a literal that is refused never comes', () => {
  const steps = lines('C: a APPEND x {300}', 'S: a NO too much', 'C: b LOGIN op "x"', 'S: b OK');
  assert.deepEqual(logins(steps, 'x'), ['clear op accepted true']);
});

test('AUTHENTICATE with and without a first answer; after STARTTLS nothing is read', () => {
  const steps = lines(
    'C: a AUTHENTICATE PLAIN',
    'S: + ',
    `C: ${base64('\0op\0x')}`,
    'S: a NO',
    `C: b AUTHENTICATE PLAIN ${base64('\0op2\0y')}`,
    'S: b OK',
    'C: c AUTHENTICATE GSSAPI',
    'S: c BAD no',
    'C: d STARTTLS',
    'S: d OK',
    'C: e LOGIN op x',
  );
  assert.deepEqual(logins(steps, 'x'), ['sasl-plain op refused true', 'sasl-plain op2 accepted false']);
});

test('IMAP is recognised by what only it says', () => {
  const of = (line: string): number => imap.start(0).looksLike(text(line), 0, line.length);
  for (const own of ['* OK ready\r\n', '* 13 EXISTS\r\n', 'A1 CAPABILITY\r\n', '7 UID FETCH 1 FLAGS\r\n'])
    assert.equal(of(own), Match.yes, own);
  for (const likely of ['a LOGIN b c\r\n', 'a OK done\r\n', '* SEARCH 1 2\r\n']) assert.equal(of(likely), Match.maybe);
  for (const other of [
    'GET /LOGIN HTTP/1.1\r\n',
    '+OK x\r\n',
    '220 x ESMTP\r\n',
    '*1\r\n$4\r\nPING\r\n',
    'EHLO LIST\r\n',
  ])
    assert.notEqual(of(other), Match.yes, other);
});

test('whatever one byte becomes, nothing is thrown and the facts are well-formed', () => {
  playDamaged(imap, SESSION);
});
