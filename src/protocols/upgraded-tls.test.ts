// Plays conversations that agree to encrypt, and what TLS then says in clear.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play, shown } from '../../scripts/play-conversation.ts';
import type { Protocol } from '../facts/protocol.ts';
import { text, type Step } from './example-stream.ts';
import { ftp } from './ftp/index.ts';
import { ldap } from './ldap/index.ts';
import { imap, pop3, smtp } from './mail/index.ts';
import { postgres } from './postgres/index.ts';
import {
  APPLICATION_DATA,
  CERTIFICATE,
  certificates,
  clientHello,
  record,
  serverHello,
  serverName,
} from './tls/example-records.ts';

const TLS_12 = 0x0303;
const CIPHER = 0xc02b;
const HANDSHAKE = 22;
/** StartTLS and its success (RFC 4511 4.14). */
const START_TLS = Buffer.from('301d02010177188016312e332e362e312e342e312e313436362e3230303337', 'hex');
const STARTED = Buffer.from('300c02010178070a010004000400', 'hex');
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');

const AGREED: readonly (readonly [Protocol, readonly Step[]])[] = [
  [ftp, said('S: 220 ready\r\n', 'C: AUTH TLS\r\n', 'S: 234 go on\r\n')],
  [smtp, said('S: 220 ESMTP\r\n', 'C: EHLO x\r\n', 'S: 250 STARTTLS\r\n', 'C: STARTTLS\r\n', 'S: 220 go on\r\n')],
  [pop3, said('S: +OK ready\r\n', 'C: STLS\r\n', 'S: +OK go on\r\n')],
  [imap, said('S: * OK ready\r\n', 'C: a STARTTLS\r\n', 'S: a OK go on\r\n')],
  [
    ldap,
    [
      [true, START_TLS],
      [false, STARTED],
    ],
  ],
  [
    postgres,
    [
      [true, SSL_REQUEST],
      [false, text('S')],
    ],
  ],
];

/** Hellos, the certificate, and what nobody can read. */
const ENCRYPTED: readonly Step[] = [
  [true, bytes(record(HANDSHAKE, clientHello(TLS_12, [CIPHER], [serverName('plc.example.org')])))],
  [
    false,
    bytes([...record(HANDSHAKE, serverHello(TLS_12, CIPHER, [])), ...record(HANDSHAKE, certificates(CERTIFICATE))]),
  ],
  [true, bytes(APPLICATION_DATA)],
  [false, bytes(APPLICATION_DATA)],
];

function bytes(values: readonly number[]): Uint8Array {
  return Uint8Array.from(values);
}

function said(...lines: readonly string[]): Step[] {
  return lines.map((line): Step => [line.startsWith('C'), text(line.slice(3))]);
}

for (const [protocol, agreed] of AGREED) {
  test(`${protocol.name}: hello and certificate are read behind the agreement to encrypt, however they are cut`, () => {
    const clear = shown(protocol, play(protocol, agreed));
    for (const pieces of [65_536, 100, 7, 1]) {
      const told = shown(protocol, play(protocol, [...agreed, ...ENCRYPTED], pieces)).filter(
        (line) => !clear.includes(line),
      );
      assert.ok(told.includes('tls-server-name plc.example.org'), `${pieces}: ${told.join('; ')}`);
      assert.ok(told.includes('certificate-subject O=Example Works, CN=plc.example.org'), told.join('; '));
      assert.ok(told.every((line) => !line.startsWith('login')));
    }
  });

  test(`${protocol.name}: what is no TLS behind the agreement to encrypt is passed over`, () => {
    const clear = shown(protocol, play(protocol, agreed));
    const noise: Step[] = [
      [true, bytes(Array.from({ length: 300 }, (_, index) => (index * 7) % 256))],
      [false, text('220 USER a\r\n')],
    ];
    assert.deepEqual(shown(protocol, play(protocol, [...agreed, ...noise])), clear);
  });
}
