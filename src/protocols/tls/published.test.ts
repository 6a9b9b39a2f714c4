// Fingerprints that others have published: of the same lists they are the same here, and in the captures they come from.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { alpn, ascii, clientHello, list16, serverName, type Extension } from './example-records.ts';
import { ja3, ja4 } from './fingerprints.ts';
import { readClientHello } from './hello.ts';

/** The strings and their digests, and where both stand. */
const JA3: readonly (readonly [from: string, text: string, digest: string])[] = [
  [
    'README of pyJA3',
    '769,255-49162-49172-136-135-57-56-49167-49157-132-53-49159-49161-49169-49171-69-68-51-50-49164-49166-49154-49156-150-65-4-5-47-49160-49170-22-19-49165-49155-65279-10,0-10-11-35,23-24-25,0',
    '2aef69b4ba1938c3a400de4188743185',
  ],
  [
    'change log of fq 0.5, read out of a capture',
    '771,4866-4867-4865-49196-49200-159-52393-52392-52394-49195-49199-158-49188-49192-107-49187-49191-103-49162-49172-57-49161-49171-51-157-156-61-60-53-47-255,0-11-10-16-22-23-49-13-43-45-51-21,29-23-30-25-24,0-1-2',
    'bc29aa426fc99c0be1b9be941869f88a',
  ],
  [
    'a log line of Suricata 6',
    '771,4865-4867-4866-49195-49199-52393-52392-49196-49200-49162-49161-49171-49172-156-157-47-53,0-23-65281-10-11-35-16-5-34-51-43-13-45-28-21,29-23-24-25-256-257,0',
    '579ccef312d18482fc42e2b822ca2430',
  ],
];

/** FoxIO's test data sigalg-grease.pcapng: JA4_ro, the lists as they stood on the wire, and JA4. */
const JA4_ORDER =
  't13d1517h2_1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035_fe0d,0010,0017,0033,44cd,ff01,000a,000d,0023,002b,000b,ca34,002d,0000,0005,001b,0012_0904,0905,0906,0403,0804,0401,0503,0805,0501,0806,0601';
const JA4 = 't13d1517h2_8daaf6152771_cb7bf5808d99';

interface Lists {
  readonly groups?: readonly number[];
  readonly formats?: readonly number[];
  readonly signatures?: readonly number[];
}

function extension(type: number, { groups = [], formats = [], signatures = [] }: Lists): Extension {
  switch (type) {
    case 0:
      return serverName('example.org');
    case 10:
      return [10, list16(groups)];
    case 11:
      return [11, [formats.length, ...formats]];
    case 13:
      return [13, list16(signatures)];
    case 16:
      return alpn(ascii('h2'));
    case 43:
      return [43, [4, 0x0a, 0x0a, 3, 4]];
    default:
      return [type, []];
  }
}

function read(version: number, ciphers: readonly number[], extensions: readonly Extension[]): [Uint8Array, number] {
  const bytes = Uint8Array.from(clientHello(version, ciphers, extensions));
  return [bytes, bytes.length];
}

for (const [from, text, digest] of JA3) {
  test(`JA3 of the ${from} is ${digest}`, () => {
    const [versions, ciphers, types, groups, formats] = text.split(',').map((part) => part.split('-').map(Number));
    const extensions = types!.map((type) => extension(type, { groups: groups!, formats: formats! }));
    const [bytes, end] = read(versions![0]!, ciphers!, extensions);
    assert.equal(ja3(readClientHello(bytes, 4, end)!), digest);
  });
}

test('JA4 of the lists that FoxIO publishes for a hello with GREASE among its signatures is the published one', () => {
  const [, ciphers, types, signatures] = JA4_ORDER.split('_').map((part) =>
    part.split(',').map((word) => Number.parseInt(word, 16)),
  );
  // GREASE stood on the wire, and is in none of the lists.
  const lists = { groups: [29], formats: [0], signatures: [0x2a2a, ...signatures!] };
  const extensions = [0x1a1a, ...types!].map((type) => extension(type, lists));
  const [bytes, end] = read(0x0303, [0x3a3a, ...ciphers!], extensions);
  assert.equal(ja4(readClientHello(bytes, 4, end)!, bytes), JA4);
});

/** Of software, not of captures: Firefox 6 to 12, and curl with OpenSSL 3, as lists of JA3 name them. */
const CAPTURES: readonly (readonly [string, string])[] = [
  ['zeek__zeek/testing/btest/Traces/socks-with-ssl.pcap', '2aef69b4ba1938c3a400de4188743185'],
  ['zeek__zeek/testing/btest/Traces/tunnels/geneve-47101.pcap', 'bc29aa426fc99c0be1b9be941869f88a'],
];

for (const [capture, digest] of CAPTURES) {
  const path = join(REAL_CAPTURES, capture);
  const skip = existsSync(path) ? false : 'skipped: no real captures here';
  test(`${capture} holds the hello with the published JA3`, { skip }, async () => {
    const told: string[] = [];
    const sink = deafSink({
      trait: ({ trait, value }) => {
        if (trait === 'ja3') told.push(value);
      },
    });
    assert.ok(await readFacts(path, sink));
    assert.deepEqual(told, [digest]);
  });
}
