// Plays LDAP by hand, whole, cut and damaged.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Match, Speaker } from '../../facts/protocol.ts';
import { play, playDamaged, shown } from '../../../scripts/play-conversation.ts';
import { joined, type Step } from '../example-stream.ts';
import { ldap } from './index.ts';

type Part = string | readonly number[] | Uint8Array;

/** An element with its definite length, short or of two octets. */
function element(tag: number, ...parts: readonly Part[]): Uint8Array {
  const contents = joined(...parts);
  const { length } = contents;
  return joined(length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff], contents);
}

function message(number: number, tag: number, ...parts: readonly Part[]): Uint8Array {
  return element(0x30, element(0x02, [number]), element(tag, ...parts));
}

function result(number: number, tag: number, code: number, ...more: readonly Part[]): Uint8Array {
  return message(number, tag, element(0x0a, [code]), element(0x04), element(0x04), ...more);
}

const simple = (number: number, name: string, password: string): Uint8Array =>
  message(number, 0x60, element(0x02, [3]), element(0x04, name), element(0x80, password));
const sasl = (number: number, mechanism: string, credentials: string): Uint8Array =>
  message(
    number,
    0x60,
    element(0x02, [3]),
    element(0x04),
    element(0xa3, element(0x04, mechanism), element(0x04, credentials)),
  );
const attribute = (name: string, value: string): Uint8Array =>
  element(0x30, element(0x04, name), element(0x31, element(0x04, value)));

const OPERATOR = 'cn=operator,dc=example,dc=com';
const SESSION: readonly Step[] = [
  [true, simple(1, OPERATOR, 'wrong')],
  [false, result(1, 0x61, 49)],
  [true, simple(2, OPERATOR, 'pump 7')],
  [false, result(2, 0x61, 0)],
  [
    false,
    message(
      3,
      0x64,
      element(0x04),
      element(
        0x30,
        attribute('vendorName', 'Example Directory'),
        attribute('vendorVersion', '2.5'),
        attribute('dnsHostName', 'dir.example.com'),
        attribute('defaultNamingContext', 'DC=example,DC=com'),
      ),
    ),
  ],
  [true, message(4, 0x42)],
];

test('simple binds with their results, and what the root entry says, cut anywhere', () => {
  for (const pieces of [65_536, 1, 2, 3, 7]) {
    assert.deepEqual(shown(ldap, play(ldap, SESSION, pieces)), [
      `login clear ${OPERATOR} refused`,
      `login clear ${OPERATOR} accepted`,
      'application Example Directory 2.5',
      'name dir.example.com',
      'ldap-naming-context DC=example,DC=com',
    ]);
  }
});

test('a bind without a password is anonymous, with a name or without', () => {
  const told = play(ldap, [
    [true, simple(1, '', '')],
    [false, result(1, 0x61, 0)],
    [true, simple(2, 'cn=x', '')],
    [false, result(2, 0x61, 53)],
  ]);
  assert.deepEqual(shown(ldap, told), ['login anonymous  accepted', 'login ldap-unauthenticated cn=x refused']);
});

test('a bind by SASL in several steps is one login, and what is wrapped behind it is not read', () => {
  const told = play(ldap, [
    [true, sasl(1, 'SCRAM-SHA-256', 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO')],
    [
      false,
      result(
        1,
        0x61,
        14,
        element(0x87, 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'),
      ),
    ],
    [
      true,
      sasl(
        2,
        'SCRAM-SHA-256',
        'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
      ),
    ],
    [false, result(2, 0x61, 0)],
    [true, Uint8Array.of(0, 0, 0, 4, 1, 2, 3, 4)],
    [true, simple(3, 'cn=x', 'y')],
  ]);
  assert.deepEqual(shown(ldap, told), ['login sasl-scram-sha-256 user accepted']);
  const login = told.find((fact) => 'fact' in fact && fact.fact === 'login');
  assert.ok(login !== undefined && 'test' in login);
  assert.equal(login.test('pencil'), true);
  assert.equal(login.test('pencils'), false);
});

test('what Kerberos has signed and not encrypted is read, with the checksum before it or behind it', () => {
  const wrapped = (content: Uint8Array, isRotated: boolean): Uint8Array => {
    const checksum = new Uint8Array(12).fill(0xcc);
    const token = [5, 4, 4, 0xff, 0, 12, 0, isRotated ? 12 : 0, 0, 0, 0, 0, 0, 0, 0, 1];
    const body = isRotated ? [...checksum, ...content] : [...content, ...checksum];
    return Uint8Array.of(0, 0, 0, token.length + body.length, ...token, ...body);
  };
  const bind = sasl(1, 'GSSAPI', 'ticket');
  const told = play(ldap, [
    [true, bind],
    [false, result(1, 0x61, 0)],
    [true, wrapped(simple(2, 'cn=x', 'y'), true)],
    [false, wrapped(result(2, 0x61, 0), false)],
  ]);
  assert.deepEqual(shown(ldap, told), ['login sasl-gssapi  accepted', 'login clear cn=x accepted']);
});

test('a token that is encrypted is not read', () => {
  const sealed = Uint8Array.of(
    0,
    0,
    0,
    34,
    5,
    4,
    6,
    0xff,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    ...simple(2, 'cn=x', 'y'),
  );
  const told = play(ldap, [
    [true, sasl(1, 'GSSAPI', 'ticket')],
    [false, result(1, 0x61, 0)],
    [true, sealed],
  ]);
  assert.deepEqual(shown(ldap, told), ['login sasl-gssapi  accepted']);
});

test('StartTLS ends what is read; a message of more than 64 KB is passed over', () => {
  const startTls = message(1, 0x77, element(0x80, '1.3.6.1.4.1.1466.20037'));
  const told = play(ldap, [
    [true, startTls],
    [false, result(1, 0x78, 0)],
    [true, simple(2, 'cn=x', 'y')],
  ]);
  assert.deepEqual(shown(ldap, told), []);
  const long = joined([0x30, 0x83, 1, 0x86, 0xa3, 2, 1, 1, 0x64], new Uint8Array(99_999));
  assert.deepEqual(shown(ldap, play(ldap, [[false, long], ...SESSION.slice(0, 2)], 30_000)), [
    `login clear ${OPERATOR} refused`,
  ]);
});

test('LDAP is recognised, and SNMP, Kerberos and TLS are not', () => {
  const of = (bytes: Uint8Array): number => ldap.start(0).looksLike(bytes, 0, bytes.length);
  for (const [, bytes] of SESSION) assert.equal(of(bytes), Match.yes);
  const snmp = element(0x30, element(0x02, [1]), element(0x04, 'public'), element(0xa0, [2, 1, 1]));
  assert.equal(of(snmp), Match.no);
  assert.equal(of(Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0)), Match.no);
  assert.equal(of(element(0x6a, element(0x30, [0xa1, 3, 2, 1, 5]))), Match.no);
  assert.equal(ldap.start(0).speaker(SESSION[0]![1], 0, SESSION[0]![1].length), Speaker.client);
  assert.equal(ldap.start(0).speaker(SESSION[1]![1], 0, SESSION[1]![1].length), Speaker.server);
});

test('whatever one byte becomes, nothing is thrown and the facts are well-formed', () => {
  playDamaged(ldap, SESSION);
});
