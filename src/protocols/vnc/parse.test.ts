// Plays hand-made handshakes of RFB, whole, cut and damaged, and tests passwords against them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import type { Login, Trait } from '../../facts/facts.ts';
import { Match, NEED_MORE } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { isPassword } from './challenge.ts';
import { vnc } from './index.ts';

type Step = readonly [fromClient: boolean, bytes: Uint8Array];

function text(line: string): Uint8Array {
  return new TextEncoder().encode(line);
}

function play(steps: readonly Step[], pieces = 65_536): (Login | Trait)[] {
  const sink = new CheckedSink();
  const told: (Login | Trait)[] = [];
  sink.onFact = (fact) => {
    if ('fact' in fact && (fact.fact === 'login' || fact.fact === 'trait')) told.push(fact);
  };
  const decoder = vnc.start(0);
  const kept = [new Uint8Array(0), new Uint8Array(0)];
  for (const [index, [fromClient, bytes]] of steps.entries()) {
    const context = messageContext(sink, { fromClient, serverPort: 5900 });
    const side = fromClient ? 0 : 1;
    // The reader of streams hands the first message over only when it is recognised, whole.
    const step = index === 0 ? bytes.length : pieces;
    for (let from = 0; from < bytes.length; from += step) {
      const all = Uint8Array.from([...kept[side]!, ...bytes.subarray(from, from + step)]);
      let at = 0;
      while (at < all.length) {
        const size = decoder.frameSize(all, at, all.length, context);
        if (size <= 0 || at + size > all.length) break;
        decoder.decode(all, at, at + size, context);
        at += size;
      }
      kept[side] = all.slice(at);
    }
  }
  decoder.closed(1, messageContext(sink, { serverPort: 5900 }));
  assert.deepEqual(sink.problems, []);
  return told;
}

function shown(told: readonly (Login | Trait)[]): string[] {
  return told.map((fact) =>
    fact.fact === 'login' ? `${fact.mechanism} ${fact.outcome}` : `${fact.trait} ${fact.value}`,
  );
}

const V8 = text('RFB 003.008\n');
const V7 = text('RFB 003.007\n');
const V3 = text('RFB 003.003\n');
const CHALLENGE = hexBytes('000102030405060708090a0b0c0d0e0f');
// DES of the challenge with the key of `secret`, computed with another implementation.
const RESPONSE = hexBytes('ee22539f33a5983ec12f9c2edbc995dd');
const INIT = hexBytes('0500 0320 2018000100ff00ff00ff100800000000 00000003 686d69');
const OK = Uint8Array.of(0, 0, 0, 0);
const FAILED = Uint8Array.of(0, 0, 0, 1);
const OPENING: readonly Step[] = [
  [false, V8],
  [true, V8],
  [false, Uint8Array.of(2, 2, 16)],
  [true, Uint8Array.of(2)],
  [false, CHALLENGE],
  [true, RESPONSE],
];

test('VNC authentication of 3.8 that is accepted, cut anywhere', () => {
  for (const pieces of [65_536, 1, 2, 3, 5, 7]) {
    const told = play([...OPENING, [false, OK], [true, Uint8Array.of(1)], [false, INIT], [false, CHALLENGE]], pieces);
    const expected = ['vnc-version 003.008', 'vnc-security des,tight', 'vnc-des accepted', 'vnc-desktop hmi'];
    assert.deepEqual(shown(told), expected);
  }
});

test('a password can be tested, also later', () => {
  const told = play([...OPENING, [false, FAILED], [false, text('\0\0\0\x02no')]]);
  const login = told.find((fact) => fact.fact === 'login');
  assert.ok(login !== undefined);
  assert.equal(login.outcome, 'refused');
  assert.equal(login.mayWait, true);
  const outcomes = ['secret', 'Secret', ''].map((candidate) => login.test?.(candidate));
  assert.deepEqual(outcomes, [true, false, false]);
});

test('only the first eight bytes of a password count', () => {
  const challenge = hexBytes('00'.repeat(16));
  // DES of zeros with the weak key of zeros.
  const response = hexBytes('8ca64de9c1b123a7'.repeat(2));
  assert.equal(isPassword('', challenge, response), true);
  assert.equal(isPassword('\0\0\0\0\0\0\0\0more', challenge, response), true);
});

test('a server of 3.3 chooses the type itself', () => {
  const told = play([
    [false, V8],
    [true, V3],
    [false, Uint8Array.of(0, 0, 0, 2)],
    [false, CHALLENGE],
    [true, RESPONSE],
    [false, OK],
  ]);
  assert.deepEqual(shown(told), ['vnc-version 003.008', 'vnc-security des', 'vnc-des accepted']);
});

test('without a password the login is accepted, with the result of 3.8 or without it', () => {
  const none: Step[] = [
    [false, Uint8Array.of(2, 1, 2)],
    [true, Uint8Array.of(1)],
  ];
  assert.equal(shown(play([[false, V7], [true, V7], ...none])).at(-1), 'vnc-none accepted');
  assert.equal(shown(play([[false, V8], [true, V8], ...none, [false, OK]])).at(-1), 'vnc-none accepted');
  assert.equal(shown(play([[false, V8], [true, V8], ...none])).at(-1), 'vnc-none unknown');
});

test('what is not decoded is named, and its outcome unknown', () => {
  const told = play([...OPENING.slice(0, 2), [false, Uint8Array.of(1, 30)], [true, Uint8Array.of(30)], [false, OK]]);
  assert.deepEqual(shown(told).slice(1), ['vnc-security apple-dh', 'vnc-apple-dh unknown']);
});

test("the outcome of a login by Apple's Diffie-Hellman stands behind its two long messages, however they are cut", () => {
  const keyBytes = 128;
  const exchange = new Uint8Array(4 + 2 * keyBytes);
  exchange.set([0, 2, 0, keyBytes]);
  const steps: Step[] = [
    ...OPENING.slice(0, 2),
    [false, Uint8Array.of(1, 30)],
    [true, Uint8Array.of(30)],
    [false, exchange],
    [true, new Uint8Array(128 + keyBytes)],
  ];
  for (const pieces of [65_536, 50, 1]) {
    assert.equal(shown(play([...steps, [false, OK]], pieces)).at(-1), 'vnc-apple-dh accepted');
    assert.equal(shown(play([...steps, [false, Uint8Array.of(0, 0, 0, 1)]], pieces)).at(-1), 'vnc-apple-dh refused');
    assert.equal(shown(play(steps, pieces)).at(-1), 'vnc-apple-dh unknown');
  }
  const init = hexBytes('0500 0320 2018000100ff00ff00ff100800000000 00000006 0002ff00 6869');
  const told = play([...steps, [false, OK], [true, Uint8Array.of(1)], [false, init]]);
  assert.equal(shown(told).at(-1), 'vnc-desktop hi');
});

test('a server that refuses everybody gives its reason and no login', () => {
  const told = play([...OPENING.slice(0, 2), [false, Uint8Array.of(0, 0, 0, 0, 2, 0x6e, 0x6f)]]);
  assert.deepEqual(shown(told), ['vnc-version 003.008']);
});

test('a challenge without a response is no login, a response without a result an unknown one', () => {
  assert.ok(!shown(play(OPENING.slice(0, 5))).some((line) => line.startsWith('vnc-des')));
  assert.equal(shown(play(OPENING)).at(-1), 'vnc-des unknown');
});

test('the version is recognised on any port, other protocols are not', () => {
  const decoder = vnc.start(0);
  assert.equal(decoder.looksLike(V8, 0, V8.length), Match.yes);
  for (const other of ['RFB 003.008', 'RFB 3.8\n-----', 'SSH-2.0-OpenSSH\r\n', 'GET / HTTP/1.1\r\n']) {
    assert.equal(decoder.looksLike(text(other), 0, other.length), Match.no, other);
  }
  assert.equal(decoder.frameSize(V8, 0, V8.length, messageContext(new CheckedSink())), V8.length);
  assert.equal(decoder.frameSize(V8, 0, 5, messageContext(new CheckedSink())), NEED_MORE);
});

test('every change of one byte decodes without throwing', () => {
  for (const [index, [fromClient, bytes]] of OPENING.entries()) {
    for (let at = 0; at < bytes.length; at++) {
      for (const value of [0, 1, 0x0a, 0x7f, 0xff]) {
        play([...OPENING.slice(0, index), [fromClient, bytes.with(at, value)], ...OPENING.slice(index + 1)]);
      }
    }
  }
});
