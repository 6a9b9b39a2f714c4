// Decodes hand-made packets of RMCP and IPMI, whole, cut and damaged, and tests passwords against them.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match, Speaker } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { onlyLogin, playDatagrams, shown } from '../../../scripts/play-conversation.ts';
import { joined, text, type Step } from '../example-stream.ts';
import { plain, plus, message } from './example-messages.ts';
import { ipmi } from './index.ts';

const CONSOLE_ID = hexBytes('a4a3a2a0');
const SYSTEM_ID = hexBytes('02000000');
const CONSOLE_RANDOM = new Uint8Array(16).fill(0x11);
const SYSTEM_RANDOM = new Uint8Array(16).fill(0x22);
const GUID = new Uint8Array(16).fill(0x33);
const ROLE_AND_NAME = joined([0x14, 5], 'ADMIN');

function hmac(password: string, ...parts: Uint8Array[]): Uint8Array {
  return createHmac('sha1', joined(password, new Uint8Array(20 - password.length)))
    .update(joined(...parts))
    .digest();
}

function openResponse(algorithm: number): Uint8Array {
  const algorithms = [0, 1, 2].flatMap((type) => [type, 0, 0, 8, type === 0 ? algorithm : 0, 0, 0, 0]);
  return plus(0x11, [0, 0, 4, 0], CONSOLE_ID, SYSTEM_ID, algorithms);
}

const RAKP1 = plus(0x12, [0, 0, 0, 0], SYSTEM_ID, CONSOLE_RANDOM, [0x14, 0, 0, 5], 'ADMIN');
const RAKP2 = plus(
  0x13,
  [0, 0, 0, 0],
  CONSOLE_ID,
  SYSTEM_RANDOM,
  GUID,
  hmac('system-pw', CONSOLE_ID, SYSTEM_ID, CONSOLE_RANDOM, SYSTEM_RANDOM, GUID, ROLE_AND_NAME),
);
const RAKP3 = plus(0x14, [0, 0, 0, 0], SYSTEM_ID, hmac('console-pw', SYSTEM_RANDOM, CONSOLE_ID, ROLE_AND_NAME));
const RAKP4 = (status: number): Uint8Array => plus(0x15, [0, status, 0, 0], CONSOLE_ID, new Uint8Array(12));
const UP_TO_RAKP2: readonly Step[] = [
  [false, openResponse(1)],
  [true, RAKP1],
  [false, RAKP2],
];

function told(...steps: Step[]): string[] {
  return shown(ipmi, playDatagrams(ipmi, steps));
}

test('the proof of the system can be tested before the console has proven anything', () => {
  const login = onlyLogin(playDatagrams(ipmi, UP_TO_RAKP2));
  assert.deepEqual([login.mechanism, login.user, login.outcome], ['ipmi-rakp-hmac-sha1', 'ADMIN', 'unknown']);
  assert.equal(login.mayWait, true);
  assert.deepEqual(
    ['system-pw', 'console-pw'].map((candidate) => login.test?.(candidate)),
    [true, false],
  );
});

test('the proof of the console is the one that has an outcome', () => {
  for (const [status, outcome] of [
    [0, 'accepted'],
    [0x0f, 'refused'],
  ] as const) {
    const login = onlyLogin(playDatagrams(ipmi, [...UP_TO_RAKP2, [true, RAKP3], [false, RAKP4(status)]]));
    assert.equal(login.outcome, outcome);
    assert.deepEqual(
      ['system-pw', 'console-pw'].map((candidate) => login.test?.(candidate)),
      [false, true],
    );
  }
});

test('a message that is sent again changes nothing', () => {
  const steps: Step[] = [
    ...UP_TO_RAKP2,
    [true, RAKP1],
    [false, RAKP2],
    [true, RAKP3],
    [true, RAKP3],
    [false, RAKP4(0)],
  ];
  assert.deepEqual(told(...steps).slice(1), ['login ipmi-rakp-hmac-sha1 ADMIN accepted']);
});

test('cipher suite 0 lets everybody in', () => {
  const steps: Step[] = [
    [false, openResponse(0)],
    [true, RAKP1],
    [false, plus(0x13, [0, 0, 0, 0], CONSOLE_ID, SYSTEM_RANDOM, GUID)],
    [true, plus(0x14, [0, 0, 0, 0], SYSTEM_ID)],
    [false, RAKP4(0)],
  ];
  assert.deepEqual(told(...steps), ['ipmi-cipher rakp-none', 'login ipmi-rakp-none ADMIN accepted']);
  assert.equal(onlyLogin(playDatagrams(ipmi, steps)).test, undefined);
});

test('a name that is not known is refused', () => {
  const refusal = plus(0x13, [0, 0x0d, 0, 0], CONSOLE_ID);
  const steps: Step[] = [...UP_TO_RAKP2.slice(0, 2), [false, refusal]];
  assert.equal(told(...steps).at(-1), 'login ipmi-rakp-hmac-sha1 ADMIN refused');
});

test('a session of IPMI 1.5 with MD5 can be tested, one with the password itself as well', () => {
  const challenge = message(6, 0x39, joined([2], 'root', new Uint8Array(12)));
  const activate = message(6, 0x3a, new Uint8Array(22));
  const password = joined('calvin', new Uint8Array(10));
  const code = createHash('md5')
    .update(joined(password, [9, 0, 0, 0], activate, [1, 0, 0, 0], password))
    .digest();
  const answer = (completion: number): Uint8Array => plain(message(7, 0x3a, [completion, 0, 0]));
  const md5 = onlyLogin(
    playDatagrams(ipmi, [
      [true, plain(challenge)],
      [true, plain(activate, 2, code)],
      [false, answer(0)],
    ]),
  );
  assert.deepEqual([md5.mechanism, md5.user, md5.outcome, md5.mayWait], ['ipmi-md5', 'root', 'accepted', true]);
  assert.deepEqual(
    ['calvin', 'Calvin', 'longer than sixteen bytes'].map((candidate) => md5.test?.(candidate)),
    [true, false, false],
  );
  const clear = onlyLogin(
    playDatagrams(ipmi, [
      [true, plain(activate, 4, password)],
      [false, answer(0x81)],
    ]),
  );
  assert.deepEqual([clear.mechanism, clear.outcome, clear.mayWait], ['clear', 'refused', undefined]);
});

test('what a controller says of itself is told once', () => {
  const device = plain(message(7, 1, hexBytes('00 20 81 02 51 02 bf a20200 0001 00000000')));
  const ways = plain(message(7, 0x38, hexBytes('00 01 95 07 02 000000 00')));
  const pong = hexBytes('0600ff06 000011be 40000010 000011be 00000000 81000000 00000000');
  assert.deepEqual(told([false, pong], [false, ways], [false, device], [false, device], [false, ways]), [
    'service ipmi',
    'ipmi-authentication none,md5,password,rmcp+,anonymous,null-users',
    'vendor Dell',
    'firmware 2.51',
    'product-code 0x0100',
    'service ipmi 2.0',
  ]);
});

test('power, resets and accounts are operations', () => {
  const steps: Step[] = [
    [true, plus(0, message(0, 2, [0], 1))],
    [false, plus(0, message(1, 2, [0], 1))],
    [true, plus(0, message(0, 2, [3], 2))],
    [true, plus(0, message(0, 2, [3], 2))],
    [false, plus(0, message(1, 2, [0xd5], 2))],
    [true, plain(message(6, 2, [], 3))],
    [true, plain(message(6, 0x47, [2, 2], 4))],
    [true, plain(message(6, 1, [], 5))],
  ];
  assert.deepEqual(told(...steps), [
    'Chassis Control power down 0/0',
    'Chassis Control hard reset 1/213',
    'Cold Reset 2/0',
    'Set User Password 2/0',
  ]);
});

test('what is encrypted, and what has a wrong checksum, is not looked into', () => {
  const damaged = message(0, 2, [0]).with(2, 0);
  assert.deepEqual(told([true, plus(0xc0, message(0, 2, [0]))], [true, plain(damaged)]), []);
});

test('packets are recognised on any port with what they say, others never', () => {
  const decoder = ipmi.start(0);
  const match = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, bytes.length);
  const ping = hexBytes('0600ff06 000011be 80000000');
  for (const bytes of [ping, RAKP1, plain(message(6, 1, [])), plus(0xc0, 'encrypted')])
    assert.equal(match(bytes), Match.yes);
  for (const bytes of [
    text('GET / HTTP/1.1\r\n'),
    ping.with(1, 1),
    plain(message(6, 1, [])).slice(0, 16),
    RAKP1.slice(0, 40),
  ]) {
    assert.equal(match(bytes), Match.no);
  }
  const speaker = (bytes: Uint8Array): number => decoder.speaker(bytes, 0, bytes.length);
  assert.equal(speaker(ping), Speaker.client);
  assert.equal(speaker(RAKP2), Speaker.server);
  assert.equal(speaker(plain(message(7, 1, [0]))), Speaker.server);
});

test('every change of one byte and every cut decodes without throwing', () => {
  for (const [index, [fromClient, bytes]] of UP_TO_RAKP2.entries()) {
    for (let at = 0; at < bytes.length; at++) {
      for (const changed of [bytes.slice(0, at), ...[0, 1, 0x7f, 0xff].map((value) => bytes.with(at, value))]) {
        playDatagrams(ipmi, [
          ...UP_TO_RAKP2.slice(0, index),
          [fromClient, changed],
          ...UP_TO_RAKP2.slice(index + 1),
          [true, RAKP3],
        ]);
      }
    }
  }
  const sink = new CheckedSink();
  ipmi.start(0).decode(new Uint8Array(0), 0, 0, messageContext(sink));
  assert.deepEqual(sink.problems, []);
});
