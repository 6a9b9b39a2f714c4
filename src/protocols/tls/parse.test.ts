// Plays hand-made TLS conversations, whole, cut and damaged, and compares fingerprints with the published examples.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import type { Claim, Trait, Violation } from '../../facts/facts.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker, type ProtocolDecoder } from '../../facts/protocol.ts';
import {
  APPLICATION_DATA,
  CERTIFICATE,
  CERTIFICATE_SHA256,
  CHANGE_CIPHER_SPEC,
  JA4_EXAMPLE,
  RETRY_RANDOM,
  alpn,
  ascii,
  certificates,
  clientHello,
  list16,
  message,
  record,
  serverHello,
  serverName,
  type Extension,
} from './example-records.ts';
import { tls } from './index.ts';
import { MESSAGE_BYTES_MAX } from './reassembly.ts';
import { looksLike, recordSize, speaker } from './records.ts';

type Step = readonly [fromClient: boolean, bytes: readonly number[]] | 'gap of the client' | 'gap of the server';

/** As the reader of streams would: what is no whole frame waits for the next bytes of its direction. */
class Player {
  readonly told: string[] = [];
  /** Bytes over all frames of both directions. */
  framed = 0;
  readonly #sink = new CheckedSink();
  readonly #decoder: ProtocolDecoder = tls.start(0);
  readonly #kept: [number[], number[]] = [[], []];

  constructor() {
    this.#sink.onFact = (fact) => {
      if ('fact' in fact) this.told.push(shown(fact as Claim | Trait | Violation));
    };
  }

  play(steps: readonly Step[], pieceSize = Number.POSITIVE_INFINITY): this {
    for (const step of steps) {
      if (typeof step === 'string') this.#gap(step === 'gap of the client');
      else for (const piece of pieces(step[1], pieceSize)) this.#bytes(step[0], piece);
    }
    assert.deepEqual(this.#sink.problems, []);
    return this;
  }

  close(): string[] {
    this.#decoder.closed(1, messageContext(this.#sink, {}));
    return this.told;
  }

  #gap(fromClient: boolean): void {
    this.#kept[fromClient ? 0 : 1] = [];
    this.#decoder.gap(1, fromClient, messageContext(this.#sink, { fromClient }));
  }

  #bytes(fromClient: boolean, piece: readonly number[]): void {
    const side = fromClient ? 0 : 1;
    const bytes = Uint8Array.from([...this.#kept[side], ...piece]);
    const context = messageContext(this.#sink, { fromClient, serverPort: 443 });
    let at = 0;
    while (at < bytes.length) {
      const size = this.#decoder.frameSize(bytes, at, bytes.length, context);
      if (size <= 0 || at + size > bytes.length) break;
      this.#decoder.decode(bytes, at, at + size, context);
      at += size;
      this.framed += size;
    }
    this.#kept[side] = [...bytes.subarray(at)];
  }
}

function pieces(bytes: readonly number[], size: number): number[][] {
  if (bytes.length <= size) return [[...bytes]];
  const list: number[][] = [];
  for (let at = 0; at < bytes.length; at += size) list.push(bytes.slice(at, at + size));
  return list;
}

function shown(fact: Claim | Trait | Violation): string {
  if (fact.fact === 'claim') return `${fact.host} claim ${fact.attribute} ${fact.value} ${fact.trust}`;
  return fact.fact === 'trait' ? `${fact.host} ${fact.trait} ${fact.value}` : fact.rule;
}

function told(steps: readonly Step[], pieceSize?: number): string[] {
  return new Player().play(steps, pieceSize).close();
}

function traitOf(hello: readonly number[], name: string): string | undefined {
  return told([[true, record(22, hello)]])
    .find((line) => line.startsWith(`1 ${name} `))
    ?.slice(3 + name.length);
}

const HELLO = clientHello(
  0x0303,
  [0xc02f, 0x0a0a],
  [serverName('plc.example.org'), [10, list16([0x1a1a, 29])], [11, [1, 0]]],
);
const SERVER = serverHello(0x0303, 0xc02f, [[0xff01, [0]]]);
const SESSION: readonly Step[] = [
  [true, record(22, HELLO)],
  [false, record(22, [...SERVER, ...certificates(CERTIFICATE), ...message(14, [])])],
  [true, [...CHANGE_CIPHER_SPEC, ...record(22, [...new Uint8Array(40).fill(0x91)])]],
  [false, [...CHANGE_CIPHER_SPEC, ...record(22, [...new Uint8Array(40).fill(0x0b)])]],
  [true, APPLICATION_DATA],
  [false, APPLICATION_DATA],
];
// MD5 of `771,49199,0-10-11,29,0` and of `771,49199,65281`; SHA-256 of `c02f` and of `000a,000b`.
const SESSION_TOLD = [
  '1 ja3 f80ac03980f9535ce515e0e85238bc2c',
  '1 ja4 t12d010300_f06271c2b022_33a13ba74d1c',
  '1 tls-server-name plc.example.org',
  '2 ja3s fbe78c619e7ea20046131294ad087f05',
  '2 tls-version TLS 1.2',
  '2 tls-cipher TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  '2 certificate-subject O=Example Works, CN=plc.example.org',
  '2 certificate-issuer O=Example Works, CN=plc.example.org (self-signed)',
  '2 certificate-validity 2026-11-27T12:33:26Z to 2036-11-24T12:33:26Z',
  `2 certificate-sha256 ${CERTIFICATE_SHA256}`,
  '2 certificate-key EC prime256v1',
  '2 claim name plc.example.org 0.3',
];

test('a session tells both hellos and the certificate, and nothing of what is encrypted', () => {
  assert.deepEqual(told(SESSION), SESSION_TOLD);
});

test('cut into segments of any size, and into records of any size, it tells the same', () => {
  for (let size = 1; size < 64; size++) assert.deepEqual(told(SESSION, size), SESSION_TOLD, `segments of ${size}`);
  const flight = [...SERVER, ...certificates(CERTIFICATE), ...message(14, [])];
  for (let size = 1; size < 200; size += 7) {
    const records = pieces(flight, size).flatMap((fragment) => record(22, fragment));
    const cut: readonly Step[] = [[true, record(22, HELLO)], [false, records], ...SESSION.slice(2)];
    assert.deepEqual(told(cut), SESSION_TOLD, `records of ${size}`);
  }
});

test('a prefix of a session tells a prefix of it, and breaks no rule', () => {
  const server = record(22, [...SERVER, ...certificates(CERTIFICATE)]);
  const whole = told([[false, server]]);
  for (let length = 0; length < server.length; length++) {
    const cut = told([[false, server.slice(0, length)]]);
    assert.deepEqual(cut, whole.slice(0, cut.length));
  }
});

test('JA4 of the published example', () => {
  assert.equal(traitOf(JA4_EXAMPLE, 'ja4'), 't13d1516h2_8daaf6152771_e5627efa2ab1');
});

test('JA4 of the published example without signature algorithms, extensions, ciphers', () => {
  const types = [0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b];
  const bare: Extension[] = [...types, 0xff01, 0x000b, 0x000a, 0x0015].map((type) => [type, []]);
  assert.equal(traitOf(clientHello(0x0303, [], bare), 'ja4'), 't12d001600_000000000000_6d807ffa2a79');
  assert.equal(traitOf(clientHello(0x0300, [], null), 'ja4'), 'ts3i000000_000000000000_000000000000');
  const many = Array.from({ length: 120 }, (_, index) => 0xc000 + index);
  assert.match(traitOf(clientHello(0x0301, many, null), 'ja4')!, /^t10i990000_[0-9a-f]{12}_000000000000$/);
});

test('the ends of ALPN in JA4 are those of the published examples', () => {
  const examples: readonly [string, readonly number[]][] = [
    ['h1', ascii('http/1.1')],
    ['aa', ascii('a')],
    ['ab', [0xab]],
    ['ad', [0xab, 0xcd]],
    ['3b', [0x30, 0xab]],
    ['3d', [0x30, 0x31, 0xab, 0xcd]],
    ['01', [0x30, 0xab, 0xcd, 0x31]],
    ['00', []],
  ];
  for (const [ends, name] of examples) {
    assert.equal(traitOf(clientHello(0x0303, [1], [alpn(name)]), 'ja4')!.slice(8, 10), ends);
  }
});

test('JA3 of the published examples', () => {
  const ciphers = [47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4];
  const extensions: Extension[] = [serverName('example.org'), [10, list16([23, 24, 25])], [11, [1, 0]]];
  assert.equal(traitOf(clientHello(769, ciphers, extensions), 'ja3'), 'ada70206e40642a3e4461f35503241d5');
  const old = [4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99];
  assert.equal(traitOf(clientHello(769, old, null), 'ja3'), 'de350869b8c85de67a350c8d186f11e6');
});

test('after a HelloRetryRequest the second ServerHello counts, though a ChangeCipherSpec stands before it', () => {
  const lines = told([
    [true, record(22, JA4_EXAMPLE)],
    [false, [...record(22, serverHello(0x0303, 0x1301, [[43, [3, 4]]], RETRY_RANDOM)), ...CHANGE_CIPHER_SPEC]],
    [true, [...CHANGE_CIPHER_SPEC, ...record(22, JA4_EXAMPLE)]],
    [false, [...record(22, serverHello(0x0303, 0x1302, [[43, [3, 4]]])), ...APPLICATION_DATA]],
  ]);
  assert.equal(lines.length, 6);
  assert.deepEqual(lines.slice(4), ['2 tls-version TLS 1.3', '2 tls-cipher TLS_AES_256_GCM_SHA384']);
});

test('an alert in clear is told once, a closing and an encrypted one are not', () => {
  const alert = record(21, [2, 40]);
  assert.deepEqual(told([[false, [...alert, ...alert]]]), ['2 tls-alert fatal handshake_failure']);
  assert.deepEqual(told([[false, record(21, [1, 0])]]), []);
  assert.deepEqual(told([[false, [...CHANGE_CIPHER_SPEC, ...record(21, [2, 40])]]]), []);
});

test('what is broken is said', () => {
  const cut = (bytes: readonly number[]): number[] => message(bytes[0]!, bytes.slice(4, -1));
  assert.deepEqual(told([[true, record(22, cut(HELLO))]]), ['hello-cut']);
  assert.deepEqual(told([[false, record(22, cut(SERVER))]]), ['hello-cut']);
  assert.deepEqual(told([[false, record(22, cut(certificates(CERTIFICATE)))]]), ['certificate-cut']);
  assert.deepEqual(told([[false, record(22, certificates([0x30, 0x03, 1, 2, 3]))]]), ['certificate-unreadable']);
  assert.deepEqual(told([[false, record(22, certificates(ascii('-----BEGIN')))]]), ['certificate-unreadable']);
  assert.deepEqual(told([[false, record(22, certificates())]]), []);
  const long = [11, 1, 0, 0, ...new Uint8Array(64)];
  assert.equal(told([[false, record(22, [...SERVER, ...long])]]).at(-1), 'handshake-too-long');
});

test('a message up to the bound is joined over its records', () => {
  const body = new Uint8Array(MESSAGE_BYTES_MAX - 4);
  const flight = [...message(4, [...body]), ...certificates(CERTIFICATE)];
  const records = pieces(flight, 16_384).flatMap((fragment) => record(22, fragment));
  assert.ok(told([[false, records]]).includes(`2 certificate-sha256 ${CERTIFICATE_SHA256}`));
});

test('after a gap no rule is said to be broken', () => {
  const cut = record(22, message(1, HELLO.slice(4, -1)));
  assert.deepEqual(told([[true, record(22, HELLO).slice(0, 40)], 'gap of the client', [true, cut]]).length, 0);
  const rest: Step[] = [[false, record(22, SERVER.slice(0, 20))], 'gap of the server', [false, record(22, SERVER)]];
  assert.equal(told(rest).length, 3);
});

test('an encrypted record is handed over as it comes', () => {
  const player = new Player().play(SESSION);
  const before = player.framed;
  player.play([[true, [23, 3, 3, 0x40, 0, ...new Uint8Array(1000)]]]);
  assert.equal(player.framed - before, 1005);
  player.play([[true, [...new Uint8Array(0x4000 - 1000), ...APPLICATION_DATA]]]);
  assert.equal(player.framed - before, 5 + 0x4000 + APPLICATION_DATA.length);
});

test('a hello in the form of SSL 2.0 is recognised and said', () => {
  const body = [1, 3, 1, 0, 6, 0, 0, 0, 16, 0, 0, 0x2f, 0, 0, 0x35, ...new Uint8Array(16)];
  const hello = Uint8Array.from([0x80, body.length, ...body]);
  assert.equal(looksLike(hello, 0, hello.length), Match.yes);
  assert.equal(speaker(hello, 0, hello.length), Speaker.client);
  assert.deepEqual(told([[true, [...hello]]]), ['sslv2-hello']);
  hello[1]!++;
  assert.equal(looksLike(hello, 0, hello.length), Match.no);
});

test('hellos are recognised anywhere, encrypted records by the next header, others are left alone', () => {
  const match = (bytes: readonly number[]): number => looksLike(Uint8Array.from(bytes), 0, bytes.length);
  assert.equal(match(record(22, HELLO)), Match.yes);
  assert.equal(match(record(22, HELLO).slice(0, 11)), Match.yes);
  assert.equal(match(record(22, SERVER)), Match.yes);
  assert.equal(match(APPLICATION_DATA), Match.yes);
  assert.equal(match([...APPLICATION_DATA, ...APPLICATION_DATA.slice(0, 5)]), Match.yes);
  assert.equal(match([...APPLICATION_DATA.slice(0, 30)]), Match.maybe);
  assert.equal(match(record(21, [2, 40])), Match.maybe);
  assert.equal(match(record(21, [3, 40])), Match.no);
  assert.equal(match(record(23, [])), Match.no);
  assert.equal(match(ascii('GET / HTTP/1.1\r\n\r\n')), Match.no);
  assert.equal(match([3, 0, 0, 22, 17, 224, 0, 0, 0, 1, 0, 193, 2, 1, 0, 194, 2, 1, 2, 192, 1, 10]), Match.no);
  // A request of Modbus RTU: unit 22, function 3.
  assert.equal(match([0x16, 3, 1, 0, 0, 2, 0xc6, 0xd0]), Match.no);
});

test('the size of a record stands in its header', () => {
  const size = (bytes: readonly number[]): number => recordSize(Uint8Array.from(bytes), 0, bytes.length);
  assert.equal(size([22, 3, 1, 2]), NEED_MORE);
  assert.equal(size([22, 3, 1, 2, 0]), 517);
  assert.equal(size([22, 3, 1, 0x48, 0]), 5 + 18_432);
  assert.equal(size([22, 3, 1, 0x48, 1]), NOT_THIS_PROTOCOL);
  assert.equal(size([24, 3, 1, 0, 3]), NOT_THIS_PROTOCOL);
  assert.equal(size([22, 2]), NOT_THIS_PROTOCOL);
});

test('whatever the bytes, decode does not throw and the facts are well-formed', () => {
  const flights = [record(22, HELLO), record(22, [...SERVER, ...certificates(CERTIFICATE)])];
  const damage = fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
  fc.assert(
    fc.property(fc.boolean(), damage, (fromClient, changes) => {
      const bytes = [...flights[fromClient ? 0 : 1]!];
      for (const [at, value] of changes) if (at > 4) bytes[at % bytes.length] = value;
      told([[fromClient, bytes]]);
    }),
    { numRuns: 300, seed: 5 },
  );
});
