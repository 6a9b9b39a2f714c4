// Plays hand-made conversations of PostgreSQL, whole, cut and damaged, and tests passwords against them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import { be32 } from '../example-conversation.ts';
import { lost, onlyLogin, play, playDamaged, shown } from '../../../scripts/play-conversation.ts';
import { joined, text, type Step } from '../example-stream.ts';
import { message, STARTUP, SSL, ASK_MD5, MD5, READY, WELCOME, DENIED, QUERY } from './example-messages.ts';
import { postgres } from './index.ts';

const OPENING: readonly Step[] = [
  [true, STARTUP],
  [false, ASK_MD5],
  [true, message('p', `${MD5}\0`)],
  [false, WELCOME],
];

test('a login and statements, cut anywhere', () => {
  const steps: Step[] = [
    ...OPENING,
    [true, QUERY('select 1')],
    [false, joined(message('C', 'SELECT 1\0'), READY)],
    [true, QUERY("COPY v FROM\tPROGRAM 'id'")],
    [false, joined(message('C', 'COPY 1\0'), READY)],
    [true, message('P', 'name\0alter system set a=1\0', [0, 0])],
    [false, message('E', 'SERROR\0C42501\0\0')],
    [true, QUERY('create extension dblink')],
  ];
  for (const pieces of [65_536, 1, 2, 3, 5, 7]) {
    assert.deepEqual(shown(postgres, play(postgres, steps, pieces)), [
      'application historian',
      'database plant',
      'application PostgreSQL 15.4',
      'login postgres-md5 operator accepted',
      'Query COPY PROGRAM 0/0',
      `Parse ALTER SYSTEM 1/${parseInt('42501', 36)}`,
      'Query CREATE EXTENSION 2/0',
    ]);
  }
  assert.equal(postgres.codeName(parseInt('42501', 36)), '42501 privilege missing');
});

test('a statement whose answer was lost does not take the one of the next', () => {
  const create = QUERY('create extension dblink');
  const denied = message('E', 'SERROR\0C42501\0\0');
  for (const next of [QUERY('select 1'), create]) {
    const told = shown(
      postgres,
      play(postgres, [...OPENING, [true, create], lost(false), [true, next], [false, denied]]),
    );
    assert.equal(told[4], 'Query CREATE EXTENSION 2/0');
    assert.deepEqual(told.slice(5), next === create ? [`Query CREATE EXTENSION 1/${parseInt('42501', 36)}`] : []);
  }
});

test('an MD5 password can be tested, also later', () => {
  const login = onlyLogin(play(postgres, [...OPENING.slice(0, 3), [false, DENIED]]));
  assert.equal(login.outcome, 'refused');
  assert.equal(login.mayWait, true);
  const outcomes = ['opcua-2024', 'Opcua-2024', ''].map((candidate) => login.test?.(candidate));
  assert.deepEqual(outcomes, [true, false, false]);
});

test('the example of RFC 7677 can be tested', () => {
  const first = 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO';
  const server = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
  const final =
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
  const login = onlyLogin(
    play(postgres, [
      [true, STARTUP],
      [false, message('R', be32(10), 'SCRAM-SHA-256\0\0')],
      [true, message('p', 'SCRAM-SHA-256\0', be32(first.length), first)],
      [false, message('R', be32(11), server)],
      [true, message('p', final)],
      [false, message('R', be32(12), 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')],
      [false, WELCOME],
    ]),
  );
  assert.equal(login.mechanism, 'postgres-scram-sha-256');
  assert.equal(login.outcome, 'accepted');
  assert.deepEqual(
    ['pencil', 'Pencil'].map((candidate) => login.test?.(candidate)),
    [true, false],
  );
});

test('a password in clear is overwritten when the outcome was told', () => {
  const steps: Step[] = [OPENING[0]!, [false, message('R', be32(3))], [true, message('p', 'secret\0')]];
  const login = onlyLogin(play(postgres, [...steps, [false, WELCOME]]));
  assert.equal(login.mechanism, 'clear');
  assert.equal(login.mayWait, undefined);
  assert.equal(login.test?.('secret'), false);
});

test('a login without a password, and one that is refused before it is asked for one', () => {
  assert.equal(onlyLogin(play(postgres, [OPENING[0]!, [false, WELCOME]])).mechanism, 'postgres-none');
  const refused = onlyLogin(play(postgres, [OPENING[0]!, [false, DENIED]]));
  assert.deepEqual([refused.mechanism, refused.outcome, refused.test], ['postgres-none', 'refused', undefined]);
});

test('a password that was accepted counts although the session has not begun', () => {
  assert.equal(onlyLogin(play(postgres, [...OPENING.slice(0, 3), [false, message('R', be32(0))]])).outcome, 'accepted');
  assert.equal(onlyLogin(play(postgres, OPENING.slice(0, 3))).outcome, 'unknown');
});

test('after the agreement to encrypt nothing is looked into, after its refusal the login is', () => {
  assert.deepEqual(play(postgres, [[true, SSL], [false, text('S')], ...OPENING]), []);
  assert.equal(onlyLogin(play(postgres, [[true, SSL], [false, text('N')], ...OPENING])).outcome, 'accepted');
});

test('a message longer than a frame is passed over to its end', () => {
  const steps: Step[] = [
    ...OPENING,
    [true, QUERY('select 1')],
    [false, message('D', new Uint8Array(200_000).fill(0x41))],
    [true, QUERY('create role intruder superuser')],
    [false, message('C', 'CREATE ROLE\0')],
  ];
  for (const pieces of [65_536, 1460]) {
    assert.equal(shown(postgres, play(postgres, steps, pieces)).at(-1), 'Query accounts and rights 0/0');
  }
});

test('a startup is recognised on any port, messages only where they are expected, other protocols never', () => {
  const decoder = postgres.start(0);
  const match = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, Math.min(64, bytes.length));
  assert.equal(match(STARTUP), Match.yes);
  assert.equal(match(SSL), Match.yes);
  assert.equal(match(QUERY('select 1')), Match.maybe);
  assert.equal(match(joined(message('C', 'COPY 1\0'), READY)), Match.maybe);
  for (const other of ['SSH-2.0-OpenSSH\r\n', 'GET / HTTP/1.1\r\n', 'RFB 003.008\n', '220 ready\r\n']) {
    assert.equal(match(text(other)), Match.no, other);
  }
  const context = messageContext(new CheckedSink());
  assert.equal(decoder.frameSize(STARTUP, 0, 8, context), STARTUP.length);
  assert.equal(decoder.frameSize(STARTUP, 0, 3, context), NEED_MORE);
  assert.equal(postgres.start(0).frameSize(text('GET / HTTP'), 0, 10, context), NOT_THIS_PROTOCOL);
});

test('every change of one byte decodes without throwing', () => {
  playDamaged(postgres, [...OPENING, [true, QUERY('alter system reset all')], [false, READY]]);
});
