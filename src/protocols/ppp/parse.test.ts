// Decodes hand-made frames of PPP and EAPoL, whole, cut and damaged, and tests passwords against them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match, type Protocol } from '../../facts/protocol.ts';
import { onlyLogin, playDatagrams, shown, type Told } from '../../../scripts/play-conversation.ts';
import { joined, text, type Step } from '../example-stream.ts';
import { CHALLENGE, chap, eapol as eapolFrame, md5, pap, pppoe } from './example-frames.ts';
import { eapol, ppp } from './index.ts';

const NOTHING = new Uint8Array(0);

function play(protocol: Protocol, ...steps: Step[]): Told[] {
  return playDatagrams(protocol, steps, { client: 1, server: 2 });
}

test('a password of PAP is in clear, and overwritten once the login was told', () => {
  const login = onlyLogin(
    play(ppp, [true, pap('pump', 'secret')], [true, pap('pump', 'secret', 2)], [false, pppoe(0xc023, 2, 2, NOTHING)]),
  );
  assert.deepEqual(
    [login.mechanism, login.user, login.outcome, login.mayWait],
    ['clear', 'pump', 'accepted', undefined],
  );
  assert.equal(login.test?.('secret'), false);
});

test('a response of CHAP can be tested, also later, and who responds is the client', () => {
  const response = md5(9, 'secret', CHALLENGE);
  const login = onlyLogin(
    play(
      ppp,
      [true, chap(1, 9, CHALLENGE, 'router')],
      [false, chap(2, 9, response, 'pump')],
      [true, pppoe(0xc223, 4, 9, NOTHING)],
    ),
  );
  assert.deepEqual([login.mechanism, login.user, login.outcome, login.mayWait], ['ppp-chap', 'pump', 'refused', true]);
  assert.deepEqual([login.client, login.server], [2, 1]);
  assert.deepEqual(
    ['secret', 'Secret'].map((candidate) => login.test?.(candidate)),
    [true, false],
  );
});

test('a response whose challenge was not seen has no test, one of MS-CHAP is recomputed', () => {
  assert.equal(onlyLogin(play(ppp, [true, chap(2, 9, new Uint8Array(16), 'pump')])).test, undefined);
  const microsoft = onlyLogin(
    play(ppp, [false, chap(1, 9, CHALLENGE, '')], [true, chap(2, 9, new Uint8Array(49), 'pump')]),
  );
  assert.deepEqual([microsoft.mechanism, microsoft.test?.('x')], ['ppp-ms-chap-v2', false]);
  const blind = onlyLogin(play(ppp, [true, chap(2, 9, new Uint8Array(49), 'pump')]));
  assert.deepEqual([blind.mechanism, blind.test], ['ppp-ms-chap', undefined]);
});

test('EAP inside PPP is the same as over LAN', () => {
  const inside = (frame: Uint8Array): Uint8Array => {
    const packet = frame.subarray(4);
    return pppoe(0xc227, packet[0]!, packet[1]!, packet.subarray(4));
  };
  const steps: Step[] = [
    [false, eapolFrame(1, 5, 1, NOTHING)],
    [true, eapolFrame(2, 5, 1, text('panel'))],
    [false, eapolFrame(1, 6, 4, joined([16], CHALLENGE))],
    [true, eapolFrame(2, 6, 4, joined([16], md5(6, 'secret', CHALLENGE)))],
    [false, eapolFrame(4, 6, 0, NOTHING)],
  ];
  const overLan = onlyLogin(play(eapol, ...steps));
  const overPpp = onlyLogin(play(ppp, ...steps.map(([fromClient, frame]): Step => [fromClient, inside(frame)])));
  for (const login of [overLan, overPpp]) {
    assert.deepEqual([login.user, login.outcome, login.test?.('secret')], ['panel', 'refused', true]);
  }
  assert.deepEqual([overLan.mechanism, overPpp.mechanism], ['eapol-eap-md5', 'ppp-eap-md5']);
});

test('a method of several rounds is one login, one that is declined none', () => {
  const steps: Step[] = [
    [false, eapolFrame(1, 1, 13, NOTHING)],
    [true, eapolFrame(2, 1, 3, Uint8Array.of(25))],
    [false, eapolFrame(1, 2, 25, NOTHING)],
    [true, eapolFrame(2, 2, 25, text('hello'))],
    [false, eapolFrame(1, 3, 25, NOTHING)],
    [true, eapolFrame(2, 3, 25, text('more'))],
    [false, eapolFrame(3, 3, 0, NOTHING)],
  ];
  assert.deepEqual(shown(eapol, play(eapol, ...steps)), [
    'eapol authenticator',
    'eapol supplicant',
    'login eapol-eap-peap  accepted',
  ]);
});

test('sessions of PPPoE and frames of EAPoL are recognised, others are not', () => {
  const match = (protocol: Protocol, bytes: Uint8Array): number => protocol.start(0).looksLike(bytes, 0, bytes.length);
  assert.equal(match(ppp, pap('a', 'b')), Match.yes);
  assert.equal(match(ppp, pap('a', 'b').with(0, 0x12)), Match.no);
  assert.equal(match(eapol, eapolFrame(1, 1, 1, NOTHING)), Match.yes);
  assert.equal(match(eapol, eapolFrame(1, 1, 1, NOTHING).with(2, 9)), Match.no);
});

test('every change of one byte and every cut decodes without throwing', () => {
  const sink = new CheckedSink();
  for (const [protocol, frames] of [
    [ppp, [pap('pump', 'secret'), chap(1, 9, CHALLENGE, 'router'), chap(2, 9, CHALLENGE, 'pump')]],
    [eapol, [eapolFrame(1, 6, 4, joined([16], CHALLENGE)), eapolFrame(2, 6, 4, joined([16], CHALLENGE))]],
  ] as const) {
    const decoder = protocol.start(0);
    for (const frame of frames) {
      for (let at = 0; at < frame.length; at++) {
        decoder.decode(frame, 0, at, messageContext(sink));
        for (const value of [0, 1, 2, 0x7f, 0xff])
          decoder.decode(frame.with(at, value), 0, frame.length, messageContext(sink));
      }
    }
    decoder.closed(1, messageContext(sink));
  }
  assert.deepEqual(sink.problems, []);
});
