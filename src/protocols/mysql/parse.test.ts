// Plays hand-made conversations of MySQL, whole, cut and damaged, and tests passwords against them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Match, NEED_MORE } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { lost, onlyLogin, play, playDamaged, shown } from '../../../scripts/play-conversation.ts';
import { text, type Step } from '../example-stream.ts';
import { NATIVE, CACHING, SALT, packet, GREETING, response, OK, DENIED, QUERY } from './example-messages.ts';
import { mysql } from './index.ts';

const OPENING: readonly Step[] = [
  [false, GREETING],
  [true, response('caching_sha2_password', CACHING)],
  [false, packet(2, [1, 3])],
  [false, OK(3)],
];

test('a login and statements, cut anywhere', () => {
  const steps: Step[] = [
    ...OPENING,
    [true, QUERY('select a from v')],
    [false, OK(1)],
    [true, QUERY("SELECT a\n INTO  OUTFILE '/var/www/a.php' FROM v")],
    [false, OK(1)],
    [true, QUERY("create function sys_exec returns integer soname 'udf.so'")],
    [false, packet(1, [0xff, 0x66, 0x04], '#HY000no')],
    [true, packet(0, [8])],
  ];
  for (const pieces of [65_536, 1, 2, 3, 5, 7]) {
    assert.deepEqual(shown(mysql, play(mysql, steps, pieces)), [
      'application MySQL 8.0.35',
      'login mysql-caching-sha2 historian accepted',
      'COM_QUERY SELECT INTO OUTFILE 0/0',
      'COM_QUERY sys_exec 1/1126',
      'COM_SHUTDOWN 2/0',
    ]);
  }
});

test('a statement whose answer was lost does not take the one of the next', () => {
  const create = QUERY("create function sys_exec returns integer soname 'udf.so'");
  const denied = packet(1, [0xff, 0x66, 0x04], '#HY000no');
  for (const next of [QUERY('select 1'), create]) {
    const told = play(mysql, [...OPENING, [true, create], lost(false), [true, next], [false, denied]]);
    assert.equal(shown(mysql, told)[2], 'COM_QUERY sys_exec 2/0');
    assert.deepEqual(shown(mysql, told).slice(3), next === create ? ['COM_QUERY sys_exec 1/1126'] : []);
  }
  const late = play(mysql, [...OPENING, [true, create], lost(true), [false, denied]]);
  assert.equal(shown(mysql, late)[2], 'COM_QUERY sys_exec 1/1126');
});

test('a password can be tested, also later, by the native and by the caching plugin', () => {
  for (const [plugin, secret] of [
    ['mysql_native_password', NATIVE],
    ['caching_sha2_password', CACHING],
  ] as const) {
    const login = onlyLogin(play(mysql, [OPENING[0]!, [true, response(plugin, secret)], [false, DENIED]]));
    assert.equal(login.outcome, 'refused');
    assert.equal(login.mayWait, true);
    const outcomes = ['opcua-2024', 'Opcua-2024', ''].map((candidate) => login.test?.(candidate));
    assert.deepEqual(outcomes, [true, false, false]);
  }
});

test('no password is a password that can be tested', () => {
  const login = onlyLogin(play(mysql, [OPENING[0]!, [true, response('', new Uint8Array(0))], [false, OK(2)]]));
  assert.equal(login.test?.(''), true);
  assert.equal(login.test('root'), false);
});

test('the plugin that the server switches to is the one that counts', () => {
  const switchTo = (plugin: string): Uint8Array => packet(2, [0xfe], `${plugin}\0`, SALT, [0]);
  const opening: Step[] = [OPENING[0]!, [true, response('caching_sha2_password', CACHING)]];
  const clear = onlyLogin(
    play(mysql, [
      ...opening,
      [false, switchTo('mysql_clear_password')],
      [true, packet(3, 'opcua-2024\0')],
      [false, OK(4)],
    ]),
  );
  assert.equal(clear.mechanism, 'clear');
  assert.equal(clear.mayWait, undefined);
  const native = onlyLogin(
    play(mysql, [...opening, [false, switchTo('mysql_native_password')], [true, packet(3, NATIVE)], [false, OK(4)]]),
  );
  assert.equal(native.mechanism, 'mysql-native');
  assert.equal(native.test?.('opcua-2024'), true);
  const other = onlyLogin(
    play(mysql, [...opening, [false, switchTo('client_ed25519')], [true, packet(3, new Uint8Array(64))]]),
  );
  assert.equal(other.mechanism, 'mysql-client-ed25519');
  assert.equal(other.outcome, 'unknown');
  assert.equal(other.test, undefined);
});

test('another user of the same conversation is another login', () => {
  const change = packet(0, [0x11], 'root\0', [20], NATIVE, 'plant\0', [33, 0], 'mysql_native_password\0');
  const told = shown(mysql, play(mysql, [...OPENING, [true, change], [false, packet(1, [0xff, 0x15, 4], '#no')]]));
  assert.equal(told.at(-1), 'login mysql-native root refused');
});

test('after a demand for TLS nothing is looked into', () => {
  const demand = packet(1, [0x0d, 0xaa, 0x08, 0, 0, 0, 0, 1, 33], new Uint8Array(23));
  const told = play(mysql, [OPENING[0]!, [true, demand], [true, hexBytes('1603010005ffffffffff')], [false, OK(2)]]);
  assert.deepEqual(shown(mysql, told), ['application MySQL 8.0.35']);
});

test('a packet longer than a frame is passed over to its end', () => {
  const long = packet(1, new Uint8Array(200_000).fill(0x41));
  const steps: Step[] = [...OPENING, [false, long], [true, QUERY('install plugin a soname "b"')], [false, OK(1)]];
  for (const pieces of [65_536, 4096, 1460]) {
    assert.equal(shown(mysql, play(mysql, steps, pieces)).at(-1), 'COM_QUERY INSTALL PLUGIN 0/0');
  }
});

test('a conversation joined in the middle shows its statements', () => {
  const told = play(mysql, [
    [true, QUERY("load data infile '/etc/passwd' into table v")],
    [false, OK(1)],
  ]);
  assert.deepEqual(shown(mysql, told), ['COM_QUERY LOAD DATA 0/0']);
});

test('a greeting is recognised on any port, what follows only where it is expected, other protocols never', () => {
  const decoder = mysql.start(0);
  const match = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, Math.min(64, bytes.length));
  assert.equal(match(GREETING), Match.yes);
  assert.equal(match(QUERY('select 1')), Match.maybe);
  assert.equal(match(OK(1)), Match.maybe);
  for (const other of ['SSH-2.0-OpenSSH\r\n', 'GET / HTTP/1.1\r\n', 'RFB 003.008\n', '220 ready\r\n']) {
    assert.equal(match(text(other)), Match.no, other);
  }
  assert.equal(decoder.frameSize(GREETING, 0, 3, messageContext(new CheckedSink())), NEED_MORE);
});

test('every change of one byte decodes without throwing', () => {
  playDamaged(mysql, [...OPENING, [true, QUERY('set global a=1')], [false, OK(1)]]);
});
