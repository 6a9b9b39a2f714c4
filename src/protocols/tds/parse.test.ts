// Plays hand-made conversations of TDS, whole, cut and damaged, and tests passwords against them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { lost, onlyLogin, play, playDamaged, shown } from '../../../scripts/play-conversation.ts';
import { text, type Step } from '../example-stream.ts';
import {
  packet,
  wide,
  le16,
  prelogin,
  obfuscated,
  login,
  token,
  message,
  DONE,
  ACK,
  HEADERS,
  BATCH,
} from './example-messages.ts';
import { ntowfV1, v1Response } from '../ntlm-responses.ts';
import { CHALLENGE, ntlmAuthenticate, ntlmChallenge } from '../smb/example-messages.ts';
import { tds } from './index.ts';
import { clearPassword } from './passwords.ts';

const OPENING: readonly Step[] = [
  [true, prelogin(18, 2)],
  [false, prelogin(4, 2)],
  [true, login('pässwort')],
  [false, packet(4, 1, message(0xab, 5701), ACK, DONE)],
];
const START = ['application Microsoft SQL Server 2017 (14.0.3306)', 'name HMI-7', 'application WinCC'];

test('a statement whose answer was lost does not take the one of the next', () => {
  const configure = BATCH("EXEC sp_configure 'xp_cmdshell', 1");
  const failed = packet(4, 1, message(0xaa, 15281), hexBytes('fd 0200 0000 0000000000000000'));
  for (const next of [BATCH('select 1'), configure]) {
    const told = shown(tds, play(tds, [...OPENING, [true, configure], lost(false), [true, next], [false, failed]]));
    assert.equal(
      told.find((line) => line.startsWith('SQL')),
      'SQL batch sp_configure 2/0',
    );
    assert.equal(told.includes('SQL batch sp_configure 1/15281'), next === configure);
  }
});

test('a login and statements, cut anywhere', () => {
  const steps: Step[] = [
    ...OPENING,
    [true, BATCH('select 1')],
    [false, packet(4, 1, DONE)],
    [true, BATCH("EXEC sp_configure 'xp_cmdshell', 1")],
    [false, packet(4, 1, message(0xab, 15457), DONE)],
    [true, BATCH("exec master..XP_CMDSHELL 'whoami'")],
    [false, packet(4, 1, message(0xaa, 15281), hexBytes('fd 0200 0000 0000000000000000'))],
    [true, packet(3, 1, HEADERS, le16(11), wide('sp_OACreate'), le16(0))],
    [false, packet(4, 1, hexBytes('79 00000000 fe 0000 0000 0000000000000000'))],
    [true, packet(3, 1, HEADERS, [0xff, 0xff, 10, 0, 0, 0, 0], wide('create login x'))],
  ];
  for (const pieces of [65_536, 1, 2, 3, 5, 7]) {
    assert.deepEqual(shown(tds, play(tds, steps, pieces)), [
      ...START,
      'login clear sa accepted',
      'name DB',
      'SQL batch sp_configure 0/0',
      'SQL batch xp_cmdshell 1/15281',
      'RPC OLE automation 0/0',
      'RPC accounts and rights 2/0',
    ]);
  }
});

test('the password is taken out of its disguise', () => {
  for (const password of ['opcua-2024', '', 'pässwort', '€', '𝄞x']) {
    assert.deepEqual(clearPassword(obfuscated(password)), text(password));
  }
  assert.equal(clearPassword(new Uint8Array(4096)), null);
});

test('a refused login is refused, and its password overwritten once it was told', () => {
  const told = onlyLogin(play(tds, [...OPENING.slice(0, 3), [false, packet(4, 1, message(0xaa, 18456), DONE)]]));
  assert.deepEqual([told.mechanism, told.outcome, told.mayWait], ['clear', 'refused', undefined]);
  assert.equal(told.test?.('pässwort'), false);
});

test('a login of Windows has no test and waits for the end of its exchange', () => {
  const steps: Step[] = [
    [true, login('', true)],
    [false, packet(4, 1, token(0xed, 'NTLMSSP\0'))],
    [true, packet(17, 1, 'NTLMSSP\0')],
    [false, packet(4, 1, ACK, DONE)],
  ];
  const told = onlyLogin(play(tds, steps));
  assert.deepEqual([told.mechanism, told.outcome, told.test], ['tds-integrated', 'accepted', undefined]);
});

test('a login of Windows with NTLM is told with its user, and can be tested', () => {
  const nt = v1Response(ntowfV1('Password'), Uint8Array.from(CHALLENGE));
  const told = onlyLogin(
    play(tds, [
      [true, login('', true)],
      [false, packet(4, 1, token(0xed, ntlmChallenge('HISTORIAN')))],
      [true, packet(17, 1, ntlmAuthenticate('operator', 'HMI-7', nt))],
      [false, packet(4, 1, ACK, DONE)],
    ]),
  );
  assert.deepEqual([told.mechanism, told.user, told.outcome], ['ntlm-v1', 'operator', 'accepted']);
  assert.deepEqual([told.test?.('Password'), told.test?.('other')], [true, false]);
});

test('a login that alone is encrypted has an outcome', () => {
  const told = play(tds, [
    [true, prelogin(18, 0)],
    [false, prelogin(4, 0)],
    [true, packet(18, 1, hexBytes('160301000400000000'))],
    [true, hexBytes('1703030010 000102030405060708090a0b0c0d0e0f')],
    [false, packet(4, 1, ACK, DONE)],
    [true, BATCH('exec xp_cmdshell dir')],
    [false, packet(4, 1, DONE)],
  ]);
  assert.deepEqual(shown(tds, told), [START[0], 'login tds-encrypted  accepted', 'SQL batch xp_cmdshell 0/0']);
});

test('where all is encrypted nothing is looked into', () => {
  const told = play(tds, [OPENING[0]!, [false, prelogin(4, 3)], [true, login('x')], OPENING[3]!]);
  assert.deepEqual(shown(tds, told), [START[0]]);
});

test('a message of several packets is looked into once, at its beginning', () => {
  const told = play(tds, [
    [true, BATCH('exec xp_cmdshell a', 0)],
    [true, packet(1, 1, wide('exec xp_cmdshell b'))],
    [false, packet(4, 1, DONE)],
  ]);
  assert.deepEqual(shown(tds, told), ['SQL batch xp_cmdshell 0/0']);
});

test('what is unmistakable is recognised on any port, other packets where they are expected, other protocols never', () => {
  const decoder = tds.start(0);
  const match = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, Math.min(64, bytes.length));
  for (const bytes of [prelogin(18, 2), prelogin(4, 2), login('x'), BATCH('select 1')])
    assert.equal(match(bytes), Match.yes);
  assert.equal(match(packet(4, 1, DONE)), Match.maybe);
  assert.equal(match(packet(1, 1, wide('select 1'))), Match.maybe);
  for (const other of ['SSH-2.0-OpenSSH\r\n', 'GET / HTTP/1.1\r\n', 'RFB 003.008\n', '220 ready\r\n']) {
    assert.equal(match(text(other)), Match.no, other);
  }
  const context = messageContext(new CheckedSink());
  assert.equal(decoder.frameSize(BATCH('x'), 0, 7, context), NEED_MORE);
  assert.equal(decoder.frameSize(text('GET / HTTP'), 0, 10, context), NOT_THIS_PROTOCOL);
});

test('every change of one byte decodes without throwing', () => {
  playDamaged(tds, [...OPENING, [true, BATCH('reconfigure')], [false, packet(4, 1, message(0xaa, 1), DONE)]]);
});
