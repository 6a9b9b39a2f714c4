// Every way to send a secret in clear that is decoded, for the test that looks for secrets where none may be.
import { ExampleFrames, type Endpoint } from '../protocols/example-conversation.ts';
import { joined } from '../protocols/example-stream.ts';
import { contextText, request as bacnetRequest, simpleAck, unicast } from '../protocols/bacnet/example-frames.ts';
import { le, request, response, segmentFrames, sized, textHex } from '../protocols/dnp3/example-frames.ts';
import { HTTP_WAYS } from '../protocols/http/example-logins.ts';
import { clearLogin as ipmiLogin } from '../protocols/ipmi/example-messages.ts';
import { connack, connect } from '../protocols/mqtt/example-packets.ts';
import { clearLogin as mysqlLogin } from '../protocols/mysql/example-messages.ts';
import { clearLogin as postgresLogin } from '../protocols/postgres/example-messages.ts';
import { eapol, pap, pppoe } from '../protocols/ppp/example-frames.ts';
import { clearLogin as radiusLogin } from '../protocols/radius/example-messages.ts';
import { CONFIRM, CONNECT, userData } from '../protocols/s7/example-frames.ts';
import { clearSession, shareLogin } from '../protocols/smb/example-messages.ts';
import { bindings, community, octets, pdu } from '../protocols/snmp/example-messages.ts';
import { clearLogin as tdsLogin, obfuscated } from '../protocols/tds/example-messages.ts';

/** A way to log in. Messages of client (true) and server, in turn. */
export interface Way {
  readonly name: string;
  readonly protocol: string;
  readonly transport: 'tcp' | 'udp' | 'link';
  /** Of `link`: the EtherType. */
  readonly port: number;
  readonly user: string;
  readonly say: (secret: string) => (readonly [boolean, Iterable<number>])[];
  /** Other forms in which the secret stands on the wire. */
  readonly forms?: (secret: string) => Buffer[];
}

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

function hiddenByS7(secret: string): Buffer {
  const hidden = Buffer.from(secret.padEnd(8), 'latin1').map((code) => code ^ 0x55);
  for (let index = 2; index < 8; index++) hidden[index]! ^= hidden[index - 2]!;
  return Buffer.from(hidden);
}

function fileCredentials(user: string, password: string, key: number): string {
  const body = `0c00 ${le(user.length, 2)} ${le(12 + user.length, 2)} ${le(password.length, 2)} ${le(key, 4)}`;
  return sized(70, 2, body.replaceAll(' ', '') + textHex(user + password));
}

/** Lines of client (`C: `) and server (`S: `); CR LF is put behind each. */
function lines(...all: readonly string[]): (readonly [boolean, Iterable<number>])[] {
  return all.map((line) => [line.startsWith('C'), latin1(`${line.slice(3)}\r\n`)]);
}

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');
const USER = 'taint-user';

/** A dialogue in lines; `coded`: in what the secret stands in base64. */
function lineWay(
  name: string,
  protocol: string,
  port: number,
  dialogue: (secret: string) => readonly string[],
  coded?: (secret: string) => string,
): Way {
  return {
    name,
    protocol,
    transport: 'tcp',
    port,
    user: USER,
    say: (secret) => lines(...dialogue(secret)),
    ...(coded === undefined ? {} : { forms: (secret: string) => [latin1(base64(coded(secret)))] }),
  };
}

const plain = (secret: string): string => `\0${USER}\0${secret}`;
const itself = (secret: string): string => secret;

const LINE_WAYS: readonly Way[] = [
  lineWay('POP3 PASS', 'pop3', 110, (secret) => [
    'S: +OK POP3',
    `C: USER ${USER}`,
    'S: +OK',
    `C: PASS ${secret}`,
    'S: +OK',
  ]),
  lineWay(
    'POP3 AUTH PLAIN',
    'pop3',
    110,
    (secret) => ['S: +OK POP3', 'C: AUTH PLAIN', 'S: + ', `C: ${base64(plain(secret))}`, 'S: +OK'],
    plain,
  ),
  lineWay(
    'SMTP AUTH PLAIN',
    'smtp',
    25,
    (secret) => [
      'S: 220 mx ESMTP',
      'C: EHLO x',
      'S: 250 AUTH PLAIN LOGIN',
      `C: AUTH PLAIN ${base64(plain(secret))}`,
      'S: 235 2.7.0 in',
    ],
    plain,
  ),
  lineWay(
    'SMTP AUTH LOGIN',
    'smtp',
    587,
    (secret) => [
      'S: 220 mx ESMTP',
      'C: EHLO x',
      'S: 250 AUTH PLAIN LOGIN',
      'C: AUTH LOGIN',
      'S: 334 VXNlcm5hbWU6',
      `C: ${base64(USER)}`,
      'S: 334 UGFzc3dvcmQ6',
      `C: ${base64(secret)}`,
      'S: 535 5.7.8 no',
    ],
    itself,
  ),
  lineWay('IMAP LOGIN', 'imap', 143, (secret) => ['S: * OK IMAP4rev1', `C: a LOGIN ${USER} ${secret}`, 'S: a OK']),
  lineWay('IMAP LOGIN in quotes', 'imap', 143, (secret) => [
    'S: * OK IMAP4rev1',
    `C: a LOGIN "${USER}" "${secret}"`,
    'S: a OK',
  ]),
  lineWay('IMAP LOGIN with literals', 'imap', 143, (secret) => [
    'S: * OK IMAP4rev1',
    `C: a LOGIN {${USER.length}}`,
    'S: + go',
    `C: ${USER} {${secret.length}}`,
    'S: + go',
    `C: ${secret}`,
    'S: a NO',
  ]),
  lineWay(
    'IMAP AUTHENTICATE PLAIN',
    'imap',
    143,
    (secret) => ['S: * OK IMAP4rev1', `C: a AUTHENTICATE PLAIN ${base64(plain(secret))}`, 'S: a OK'],
    plain,
  ),
  lineWay('Redis AUTH', 'redis', 6379, (secret) => [
    'C: *3',
    'C: $4',
    'C: AUTH',
    `C: $${USER.length}`,
    `C: ${USER}`,
    `C: $${secret.length}`,
    `C: ${secret}`,
    'S: +OK',
  ]),
  lineWay('Redis HELLO', 'redis', 6379, (secret) => [
    ['C: *5', '$5', 'HELLO', '$1', '3', '$4', 'AUTH', `$${USER.length}`, USER, `$${secret.length}`, secret].join(
      '\r\n',
    ),
    'S: %0',
  ]),
  lineWay(
    'SIP Basic',
    'sip',
    5060,
    (secret) => [
      `C: REGISTER sip:192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1\r\nf: <sip:7@192.0.2.2>;tag=1\r\nCSeq: 1 REGISTER\r\nAuthorization: Basic ${base64(`${USER}:${secret}`)}\r\nl: 0\r\n`,
      'S: SIP/2.0 200 OK\r\nCSeq: 1 REGISTER\r\nContent-Length: 0\r\n',
    ],
    (secret) => `${USER}:${secret}`,
  ),
];

/** An element of BER with a short length. */
function element(tag: number, ...parts: (string | readonly number[] | Uint8Array)[]): Uint8Array {
  const contents = joined(...parts);
  return joined([tag, contents.length], contents);
}

const BOUND = element(0x30, element(0x02, [1]), element(0x61, element(0x0a, [0]), element(0x04), element(0x04)));

function bind(name: string, credentials: Uint8Array): Uint8Array {
  return element(0x30, element(0x02, [1]), element(0x60, element(0x02, [3]), element(0x04, name), credentials));
}

const OTHER_WAYS: readonly Way[] = [
  {
    name: 'LDAP bind',
    protocol: 'ldap',
    transport: 'tcp',
    port: 389,
    user: USER,
    say: (secret) => [
      [true, bind(USER, element(0x80, secret))],
      [false, BOUND],
    ],
  },
  {
    name: 'LDAP SASL PLAIN',
    protocol: 'ldap',
    transport: 'tcp',
    port: 389,
    user: USER,
    say: (secret) => [
      [true, bind('', element(0xa3, element(0x04, 'PLAIN'), element(0x04, plain(secret))))],
      [false, BOUND],
    ],
  },
  {
    name: 'PPP PAP',
    protocol: 'ppp',
    transport: 'link',
    port: 0x8864,
    user: USER,
    say: (secret) => [
      [true, pap(USER, secret)],
      [false, pppoe(0xc023, 2, 1, Uint8Array.of(0))],
    ],
  },
  {
    name: 'EAP-GTC on a link',
    protocol: 'ppp',
    transport: 'link',
    port: 0x888e,
    user: USER,
    say: (secret) => [
      [false, eapol(1, 5, 1, new Uint8Array(0))],
      [true, eapol(2, 5, 1, joined(USER))],
      [false, eapol(1, 6, 6, joined('Password'))],
      [true, eapol(2, 6, 6, joined(secret))],
      [false, eapol(3, 6, 0, new Uint8Array(0))],
    ],
  },
];

function snmpRead(secret: string): (readonly [boolean, Iterable<number>])[] {
  return [
    [true, community(1, secret, pdu(0, 7, 0, bindings(['1.3.6.1.2.1.1.1.0', [5, 0]])))],
    [false, community(1, secret, pdu(2, 7, 0, bindings(['1.3.6.1.2.1.1.1.0', octets([65])])))],
  ];
}

export const WAYS: readonly Way[] = [
  ...LINE_WAYS,
  ...OTHER_WAYS,
  {
    name: 'MQTT CONNECT',
    protocol: 'mqtt',
    transport: 'tcp',
    port: 1883,
    user: 'taint-user',
    say: (secret) => [
      [true, connect({ user: 'taint-user', password: secret })],
      [false, connack(0)],
    ],
  },
  {
    name: 'SNMP community',
    protocol: 'snmp',
    transport: 'udp',
    port: 161,
    user: '',
    say: snmpRead,
  },
  {
    name: 'SNMP community over TCP',
    protocol: 'snmp',
    transport: 'tcp',
    port: 161,
    user: '',
    say: snmpRead,
  },
  { name: 'SMB 1 share', protocol: 'smb', transport: 'tcp', port: 445, user: '', say: shareLogin },
  {
    name: 'SMB 1 session',
    protocol: 'smb',
    transport: 'tcp',
    port: 445,
    user: USER,
    say: (secret) => clearSession(USER, secret),
  },
  {
    name: 'S7 session password',
    protocol: 's7comm',
    transport: 'tcp',
    port: 102,
    user: '',
    say: (secret) => [
      [true, CONNECT],
      [false, CONFIRM],
      [true, userData(1, 4, 5, 1, hiddenByS7(secret).toString('hex'))],
      [false, userData(1, 8, 5, 1, '', { tail: '00000000' })],
    ],
    forms: (secret) => [hiddenByS7(secret)],
  },
  {
    name: 'DNP3 file authentication',
    protocol: 'dnp3',
    transport: 'tcp',
    port: 20_000,
    // One character more, so that no checksum stands within the password.
    user: 'taint-users',
    say: (secret) => [
      [true, segmentFrames(true, request(0, `1d ${fileCredentials('taint-users', secret, 0)}`)).flat()],
      [false, segmentFrames(false, response(0, fileCredentials('', '', 77))).flat()],
    ],
  },
  {
    name: 'BACnet device communication control',
    protocol: 'bacnet',
    transport: 'udp',
    port: 47_808,
    user: '',
    say: (secret) => [
      [true, unicast(bacnetRequest(1, 17, `1900 ${contextText(2, secret)}`))],
      [false, unicast(simpleAck(1, 17))],
    ],
  },
  ...HTTP_WAYS,
  {
    name: 'FTP PASS',
    protocol: 'ftp',
    transport: 'tcp',
    port: 21,
    user: 'taint-user',
    say: (secret) => [
      [false, latin1('220 plant\r\n')],
      [true, latin1('USER taint-user\r\n')],
      [false, latin1('331 Password required\r\n')],
      [true, latin1(`PASS ${secret}\r\n`)],
      [false, latin1('230 User logged in\r\n')],
    ],
  },
  {
    name: 'Telnet login',
    protocol: 'telnet',
    transport: 'tcp',
    port: 23,
    user: 'taint-user',
    say: (secret) => [
      [false, latin1('\xff\xfd\x18\xff\xfd\x1flogin: ')],
      [true, latin1('taint-user\r\0')],
      [false, latin1('\r\nPassword: ')],
      [true, latin1(`${secret}\r\0`)],
      [false, latin1('\r\nWelcome\r\n$ ')],
    ],
  },
  { name: 'MySQL in clear', protocol: 'mysql', transport: 'tcp', port: 3306, user: 'historian', say: mysqlLogin },
  {
    name: 'PostgreSQL in clear',
    protocol: 'postgres',
    transport: 'tcp',
    port: 5432,
    user: 'operator',
    say: postgresLogin,
  },
  {
    name: 'TDS LOGIN7',
    protocol: 'tds',
    transport: 'tcp',
    port: 1433,
    user: 'sa',
    say: tdsLogin,
    forms: (secret) => [Buffer.from(obfuscated(secret))],
  },
  { name: 'RADIUS with EAP-GTC', protocol: 'radius', transport: 'udp', port: 1812, user: 'operator', say: radiusLogin },
  { name: 'IPMI 1.5 in clear', protocol: 'ipmi', transport: 'udp', port: 623, user: 'operator', say: ipmiLogin },
  {
    name: 'RTSP Basic',
    protocol: 'rtsp',
    transport: 'tcp',
    port: 554,
    user: 'taint-user',
    say: (secret) => [
      [
        true,
        latin1(`DESCRIBE rtsp://192.0.2.2/1 RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Basic ${basic(secret)}\r\n\r\n`),
      ],
      [false, latin1('RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n')],
    ],
    forms: (secret) => [latin1(basic(secret))],
  },
];

function basic(secret: string): string {
  return base64(`${USER}:${secret}`);
}

/** Frames of a conversation without IP. */
export function linkFrames(way: Way, secret: string, client: Endpoint, server: Endpoint): Uint8Array {
  const frames = new ExampleFrames();
  for (const [fromClient, bytes] of way.say(secret)) {
    const target = fromClient ? server : client;
    frames.onLink([2, 0, 0, 0, 0, target.mac], fromClient ? client : server, way.port, bytes);
  }
  return frames.file();
}
