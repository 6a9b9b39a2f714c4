// Plays hand-made SSH sessions, whole, cut and damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import type { Claim, Login, Trait, Violation } from '../../facts/facts.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import { clearPacket, kexInit, opaque, text } from './example-packets.ts';
import { ssh } from './index.ts';
import { OutcomeOfSizes } from './outcome.ts';

type Told = Claim | Login | Trait | Violation;

/** Client and server in turn; `true` is the one that opened the connection. */
type Step = readonly [fromClient: boolean, bytes: Uint8Array];

function play(steps: readonly Step[], isClosed = true): Told[] {
  const sink = new CheckedSink();
  const told: Told[] = [];
  sink.onFact = (fact) => {
    if ('fact' in fact) told.push(fact as Told);
  };
  const decoder = ssh.start(0);
  let timeUs = 1_700_000_000_000_000;
  for (const [fromClient, bytes] of steps) {
    timeUs += 10_000;
    const context = messageContext(sink, { fromClient, timeUs, serverPort: 22 });
    for (let at = 0; at < bytes.length;) {
      const size = decoder.frameSize(bytes, at, bytes.length, context);
      if (size <= 0 || at + size > bytes.length) break;
      decoder.decode(bytes, at, at + size, context);
      at += size;
    }
  }
  if (isClosed) decoder.closed(1, messageContext(sink, { timeUs, serverPort: 22 }));
  assert.deepEqual(sink.problems, []);
  return told;
}

function shown(told: readonly Told[]): string[] {
  return told.map((fact) => {
    if (fact.fact === 'claim') return `${fact.host} ${fact.attribute} ${fact.value}`;
    if (fact.fact === 'trait') return `${fact.host} ${fact.trait} ${fact.value}`;
    if (fact.fact === 'login') return `${fact.client}>${fact.server} ${fact.mechanism} ${fact.outcome}`;
    return fact.rule;
  });
}

const SERVER_LINE = text('SSH-2.0-OpenSSH_7.4p1 Debian-10+deb9u7\r\n');
const CLIENT_LINE = text('SSH-2.0-PuTTY_Release_0.72\r\n');
const KEX = kexInit();
const OPENING: readonly Step[] = [
  [false, SERVER_LINE],
  [true, CLIENT_LINE],
  [true, KEX],
  [false, KEX],
  [true, clearPacket([30, ...new Uint8Array(36)])],
  [false, clearPacket([31, ...new Uint8Array(100)])],
  [false, clearPacket([21])],
  [true, clearPacket([21])],
  [true, opaque(52)],
  [false, opaque(52)],
];
// MD5 of `kex-a,kex-b@example.org;aes-c;mac-c;none` and of `kex-a,kex-b@example.org;aes-s;mac-s;zlib`.
const HASSH = '67d77276879f439fecbd39af0339aa2f';
const HASSH_SERVER = '3e0b33ea3c3b71ab26145be518ac6a96';

test('a session that is let in tells software, system, fingerprints and one login', () => {
  const told = play([...OPENING, [true, opaque(68)], [false, opaque(60)], [true, opaque(84)], [false, opaque(36)]]);
  assert.deepEqual(shown(told), [
    '2 application OpenSSH_7.4p1',
    '2 operating-system Debian',
    '1 application PuTTY_Release_0.72',
    `1 hassh ${HASSH}`,
    `2 hassh-server ${HASSH_SERVER}`,
    '1>2 ssh accepted',
  ]);
});

test('two refusals of the same size and then the end: refused', () => {
  const told = play([...OPENING, [true, opaque(68)], [false, opaque(60)], [true, opaque(148)], [false, opaque(60)]]);
  assert.equal(shown(told).at(-1), '1>2 ssh refused');
});

test('one quick refusal may be that of the question for methods: unknown', () => {
  const told = play([...OPENING, [true, opaque(68)], [false, opaque(60)]]);
  assert.equal(shown(told).at(-1), '1>2 ssh unknown');
});

test('one slow refusal is that of a password', () => {
  const sizes = new OutcomeOfSizes();
  sizes.segment(true, 52, 0);
  sizes.segment(false, 52, 1);
  sizes.segment(true, 84, 2);
  sizes.segment(false, 60, 2_000_000);
  assert.equal(sizes.closed(), 'refused');
});

test('after a loss only a success that is seen counts', () => {
  const sizes = new OutcomeOfSizes();
  sizes.hasGap = true;
  for (const bytes of [52, 60, 60, 60]) {
    sizes.segment(true, bytes, 0);
    sizes.segment(false, bytes, 1);
  }
  assert.equal(sizes.closed(), 'unknown');
});

test('a session that goes on for long was let in, whatever the sizes', () => {
  const sizes = new OutcomeOfSizes();
  for (let turn = 0; turn < 16; turn++) {
    sizes.segment(true, 40, turn);
    sizes.segment(false, 300, turn);
  }
  assert.equal(sizes.closed(), 'accepted');
});

test('the one that was connected to may be the client of SSH', () => {
  const turned = OPENING.map(([fromClient, bytes]): Step => [!fromClient, bytes]);
  const told = shown(play([...turned, [false, opaque(84)], [true, opaque(36)]]));
  assert.ok(told.includes(`2 hassh ${HASSH}`));
  assert.ok(told.includes(`1 hassh-server ${HASSH_SERVER}`));
  assert.equal(told.at(-1), '2>1 ssh accepted');
});

test('without a key exchange the fingerprints are told at the end, and no login', () => {
  const told = shown(play(OPENING.slice(0, 4)));
  assert.deepEqual(told.slice(3), [`1 hassh ${HASSH}`, `2 hassh-server ${HASSH_SERVER}`]);
});

test('a server may say something before its identification', () => {
  const greeting = text('Authorised users only.\r\nSSH-2.0-dropbear_2018.76\r\n');
  assert.equal(ssh.start(0).looksLike(greeting, 0, greeting.length), Match.maybe);
  assert.deepEqual(shown(play([[false, greeting]])), ['2 application dropbear_2018.76']);
});

test('SSH-1 is named and not looked into', () => {
  const told = play([
    [false, text('SSH-1.5-OpenSSH_3.1p1\n')],
    [true, text('SSH-1.5-client\n')],
    [false, opaque(275)],
    [true, opaque(156)],
  ]);
  assert.deepEqual(shown(told), ['2 application OpenSSH_3.1p1', '1 application client']);
});

test('a stream whose beginning was lost is recognised by its KEXINIT', () => {
  assert.equal(ssh.start(0).looksLike(KEX, 0, KEX.length), Match.yes);
  const told = shown(
    play([
      [true, KEX],
      [false, KEX],
    ]),
  );
  assert.deepEqual(told, [`1 hassh ${HASSH}`, `2 hassh-server ${HASSH_SERVER}`]);
});

test('an identification is recognised on any port, other protocols are not', () => {
  const decoder = ssh.start(0);
  assert.equal(decoder.looksLike(CLIENT_LINE, 0, CLIENT_LINE.length), Match.yes);
  for (const other of ['GET / HTTP/1.1\r\n\r\n', '220 ftp ready\r\n', 'SSH-', 'SSH-agent x\r\n', 'RFB 003.008\n']) {
    assert.equal(decoder.looksLike(text(other), 0, other.length), Match.no, other);
  }
});

test('what breaks a rule is told', () => {
  const lines: readonly Step[] = OPENING.slice(0, 2);
  const long = text(`SSH-2.0-${'a'.repeat(300)}\r\n`);
  assert.equal(shown(play([[true, long]]))[0], 'identification-too-long');
  assert.equal(shown(play([...lines, [true, KEX.with(4, 3)]])).at(-1), 'padding-outside');
  assert.equal(shown(play([...lines, [true, clearPacket([20, ...new Uint8Array(20)])]])).at(-1), 'kexinit-cut');
});

test('the size of a frame does not depend on how the stream is cut', () => {
  for (const [fromClient, bytes, before] of [
    [true, CLIENT_LINE, []],
    [true, KEX, OPENING.slice(0, 2)],
  ] as const) {
    const sink = new CheckedSink();
    const context = messageContext(sink, { fromClient });
    const decoder = ssh.start(0);
    for (const [isClient, earlier] of before) {
      decoder.decode(earlier, 0, earlier.length, messageContext(sink, { fromClient: isClient }));
    }
    decoder.frameSize(bytes, 0, bytes.length, context);
    for (let end = 0; end <= bytes.length; end++) {
      const size = decoder.frameSize(bytes, 0, end, context);
      assert.ok(size === NEED_MORE || size === bytes.length, `${end}: ${size}`);
    }
  }
});

test('a packet in clear of an impossible size is none', () => {
  const sink = new CheckedSink();
  const decoder = ssh.start(0);
  decoder.decode(CLIENT_LINE, 0, CLIENT_LINE.length, messageContext(sink));
  const bytes = Uint8Array.of(0x7f, 0, 0, 4, 8, 21, 0, 0);
  assert.equal(decoder.frameSize(bytes, 0, bytes.length, messageContext(sink)), NOT_THIS_PROTOCOL);
});

test('every change of one byte and every cut of a session decodes without throwing', () => {
  for (let at = 0; at < KEX.length; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) play([...OPENING.slice(0, 2), [true, KEX.with(at, value)]]);
    const sink = new CheckedSink();
    ssh.start(0).decode(KEX, 0, at, messageContext(sink));
    assert.deepEqual(sink.problems, []);
  }
});
