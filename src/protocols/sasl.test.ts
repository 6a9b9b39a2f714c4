// The exchanges that the RFCs print, played by hand.
import assert from 'node:assert/strict';
import test from 'node:test';
import { CheckedSink, messageContext } from '../../fuzz/checked-sink.ts';
import { NtlmExchanges } from './ntlm.ts';
import { ntowfV1, v1Response } from './ntlm-responses.ts';
import type { LoginAttempt } from './open-logins.ts';
import { SaslExchange } from './sasl.ts';
import { CHALLENGE, ntlmAuthenticate, ntlmChallenge, ntlmNegotiate } from './smb/example-messages.ts';

const CONTEXT = messageContext(new CheckedSink());

const of = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'utf8'));
const base64 = (text: string): Uint8Array => of(Buffer.from(text, 'utf8').toString('base64'));

/** `S:` what the server asks, `C:` what the client answers; the attempt that comes of it. */
function exchange(name: string, ...steps: readonly string[]): LoginAttempt | null {
  const sasl = new SaslExchange(of(name), 0, name.length);
  let attempt: LoginAttempt | null = null;
  for (const step of steps) {
    const bytes = base64(step.slice(2));
    if (step.startsWith('S:')) sasl.challenged64(bytes, 0, bytes.length, CONTEXT);
    else attempt = sasl.answered64(bytes, 0, bytes.length, CONTEXT) ?? attempt;
  }
  return attempt;
}

function secret(attempt: LoginAttempt | null): string | undefined {
  const bytes = attempt?.secret ?? null;
  return bytes === null ? undefined : Buffer.from(bytes).toString();
}

test('PLAIN gives user and password, also where the user stands in the first place', () => {
  const plain = exchange('PLAIN', 'C:\0tim\0tanstaaftanstaaf');
  assert.deepEqual([plain?.mechanism, plain?.user, secret(plain)], ['sasl-plain', 'tim', 'tanstaaftanstaaf']);
  const first = exchange('plain', 'C:user\0\0word');
  assert.deepEqual([first?.user, secret(first)], ['user', 'word']);
  assert.equal(secret(exchange('PLAIN', 'C:nothing')), undefined);
});

test('LOGIN gives the user at the first prompt and the password at the second', () => {
  const login = exchange('LOGIN', 'S:Username:', 'C:operator', 'S:Password:', 'C:pump 7');
  assert.deepEqual([login?.mechanism, login?.user, secret(login)], ['sasl-login', 'operator', 'pump 7']);
  assert.equal(exchange('LOGIN', 'C:operator'), null);
});

test('CRAM-MD5 of RFC 2195 tests a password', () => {
  const attempt = exchange(
    'CRAM-MD5',
    'S:<1896.697170952@postoffice.reston.mci.net>',
    'C:tim b913a602c7eda7a495b4e6e7334d3890',
  );
  assert.equal(attempt?.user, 'tim');
  assert.deepEqual(
    ['tanstaaftanstaaf', 'x'].map((candidate) => attempt.recompute?.(candidate)),
    [true, false],
  );
});

test('SCRAM-SHA-1 of RFC 5802 and SCRAM-SHA-256 of RFC 7677 test a password', () => {
  const first = exchange(
    'SCRAM-SHA-1',
    'C:n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    'S:r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    'C:c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
  );
  const second = exchange(
    'SCRAM-SHA-256',
    'C:n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    'S:r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    'C:c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  );
  for (const attempt of [first, second]) {
    assert.equal(attempt?.user, 'user');
    assert.equal(attempt.recompute?.('pencil'), true);
    assert.equal(attempt.recompute('Pencil'), false);
  }
});

test('DIGEST-MD5 of RFC 2831 tests a password', () => {
  const attempt = exchange(
    'DIGEST-MD5',
    'S:realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8',
    'C:charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,' +
      'cnonce="OA6MHXh6VqTrRk",digest-uri="imap/elwood.innosoft.com",' +
      'response=d388dad90d4bbd760a152321f2143af7,qop=auth',
  );
  assert.equal(attempt?.user, 'chris');
  assert.deepEqual(
    ['secret', 'Secret'].map((candidate) => attempt.recompute?.(candidate)),
    [true, false],
  );
});

test('a token names its user and cannot be tested; a cancelled exchange is no attempt', () => {
  const token = exchange('XOAUTH2', 'C:user=joe\x01auth=Bearer AAAA\x01\x01');
  assert.deepEqual([token?.mechanism, token?.user, token?.secret], ['sasl-xoauth2', 'joe', null]);
  assert.equal(exchange('OAUTHBEARER', 'C:n,a=joe@example.com,\x01auth=Bearer AAAA\x01')?.user, 'joe@example.com');
  const sasl = new SaslExchange(of('LOGIN'), 0, 5);
  assert.equal(sasl.answered64(of('*'), 0, 1, CONTEXT), null);
  assert.equal(sasl.decided(false), null);
});

test('a mechanism that is refused before anything was answered is no attempt, an accepted one is', () => {
  const sasl = new SaslExchange(of('EXTERNAL'), 0, 8);
  assert.equal(sasl.decided(false), null);
  assert.equal(sasl.decided(true)?.mechanism, 'sasl-external');
});

test('NTLM is an attempt with its third message, which can be tested', () => {
  const coded = (bytes: readonly number[]): Uint8Array => of(Buffer.from(bytes).toString('base64'));
  const nt = v1Response(ntowfV1('Password'), Uint8Array.from(CHALLENGE));
  for (const name of ['NTLM', 'GSS-SPNEGO']) {
    const sasl = new SaslExchange(of(name), 0, name.length, new NtlmExchanges('test'));
    const [first, second] = [coded(ntlmNegotiate()), coded(ntlmChallenge('MAIL'))];
    const third = coded(ntlmAuthenticate('operator', 'DESK', nt));
    assert.equal(sasl.answered64(of(''), 0, 0, CONTEXT), null);
    assert.equal(sasl.answered64(first, 0, first.length, CONTEXT), null);
    sasl.challenged64(second, 0, second.length, CONTEXT);
    const attempt = sasl.answered64(third, 0, third.length, CONTEXT);
    assert.deepEqual([attempt?.mechanism, attempt?.user], ['ntlm-v1', 'operator']);
    assert.deepEqual([attempt?.recompute?.('Password'), attempt?.recompute?.('other')], [true, false]);
    assert.equal(sasl.decided(true), null);
  }
});
