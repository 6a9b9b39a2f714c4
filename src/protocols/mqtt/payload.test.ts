// What payloads are taken for, the numbers found in them, and the images they carry.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { hexBytes } from '../example-conversation.ts';
import { PIECE_BYTES } from './framing.ts';
import { JsonNumbers, NumberReader } from '../written-numbers.ts';
import { PAYLOAD_CLASS_NAMES } from './messages.ts';
import { Payload } from './payload.ts';
import { Talk, bytesOf, packet, publish, type Part } from './example-packets.ts';

const SEED = 20_260_102;

function classOf(value: Part, size?: number): string {
  const payload = new Payload();
  const bytes = Uint8Array.from(bytesOf(value));
  payload.look(bytes, 0, bytes.length, size ?? bytes.length);
  return PAYLOAD_CLASS_NAMES[payload.payloadClass]!;
}

/** Bytes that look like nothing in particular. */
function noise(size: number): number[] {
  return Array.from({ length: size }, (_, index) => (index * index * 31 + index * 7 + (index >> 8)) & 0xff);
}

const ELF = [...hexBytes('7F454C46 01010100 0000000000000000 0200 2800 01000000'), ...noise(2000)];
const UIMAGE = [...hexBytes('27051956'), ...noise(2000)];
const ESP = [...hexBytes('E9 04 02 20 34120840'), ...noise(2000)];
const PORTABLE = [0x4d, 0x5a, ...Array.from({ length: 58 }, () => 0), 64, 0, 0, 0, 0x50, 0x45, 0, 0, ...noise(600)];

const CLASSES: readonly (readonly [name: string, payload: Part, expected: string])[] = [
  ['nothing', '', 'empty'],
  ['a number', '-12.5e-3', 'number'],
  ['a number with white space', ' 7 \r\n', 'number'],
  ['true', 'true', 'number'],
  ['a number with a unit', '21.5 C', 'text'],
  ['words', 'pump on', 'text'],
  ['an object', '{"a":1}', 'JSON'],
  ['an array', '[1,2]', 'JSON'],
  ['what begins like an object', '{pump}', 'text'],
  ['XML', '<?xml version="1.0"?><a/>', 'XML'],
  ['JPEG', hexBytes('FFD8FFE000104A464946'), 'image'],
  ['PNG', hexBytes('89504E470D0A1A0A0000000D'), 'image'],
  ['ZIP', hexBytes('504B0304140000000800'), 'archive'],
  ['gzip', hexBytes('1F8B0800000000000003'), 'archive'],
  ['xz', hexBytes('FD377A585A000004'), 'archive'],
  ['tar', [...bytesOf('file'), ...noise(253).map(() => 0), ...bytesOf('ustar'), 0x20, 0x20, 0], 'archive'],
  ['ELF', ELF, 'executable'],
  ['PE', PORTABLE, 'executable'],
  ['MZ that points nowhere', [0x4d, 0x5a, ...noise(200)], 'binary'],
  ['a script', '#!/bin/sh\nreboot\n', 'script'],
  ['words that begin like UBI', 'UBI# of the line is 7', 'text'],
  ['cpio', bytesOf('070701', '0'.repeat(104), 'TRAILER!!!'), 'archive'],
  ['digits that begin like cpio', '070701-12', 'text'],
  ['a heading', '#! important', 'text'],
  ['U-Boot image', UIMAGE, 'firmware'],
  ['device tree', hexBytes('D00DFEED 00010000 00000038'), 'firmware'],
  ['SquashFS', bytesOf('hsqs', noise(64)), 'firmware'],
  ['UBI', bytesOf('UBI#', noise(64)), 'firmware'],
  ['JFFS2', [0x85, 0x19, 0x01, 0xe0, ...noise(100)], 'firmware'],
  ['ESP image', ESP, 'firmware'],
  ['Intel HEX', ':10010000214601360121470136007EFE09D2190140\n:00000001FF\n', 'firmware'],
  ['Intel HEX with a wrong checksum', ':10010000214601360121470136007EFE09D2190141', 'text'],
  ['Motorola S-record', 'S00F000068656C6C6F202020202000003C\n', 'firmware'],
  [
    'Cortex-M vectors',
    [...hexBytes('00500020 C1010008 C9010008 CB010008 CD010008 CF010008 D1010008'), ...noise(2000)],
    'firmware',
  ],
  ['protocol buffers', hexBytes('08 96 01 12 03 616263'), 'protobuf'],
  ['other bytes', hexBytes('00 01 02 FF FE 80 81'), 'binary'],
  ['an image in base64', Buffer.from(ELF).toString('base64'), 'executable'],
  ['an image in a member', JSON.stringify({ part: 1, data: Buffer.from(UIMAGE).toString('base64') }), 'firmware'],
  ['a long text in a member', JSON.stringify({ text: 'word'.repeat(40) }), 'JSON'],
];

for (const [name, payload, expected] of CLASSES) {
  test(`${name} is of class ${expected}`, () => assert.equal(classOf(payload), expected));
}

test('any finite number is read as the language reads it', () => {
  const reader = new NumberReader();
  const written = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.integer().map(String),
    fc.tuple(fc.integer(), fc.nat(999_999)).map(([whole, part]) => `${whole}.${part}`),
  );
  fc.assert(
    fc.property(written, (text) => {
      const bytes = Uint8Array.from(bytesOf(text));
      assert.ok(reader.read(bytes, 0, bytes.length));
      assert.equal(reader.end, bytes.length);
      assert.equal(reader.value, Number(text));
    }),
    { seed: SEED, numRuns: 3000 },
  );
});

test('the members of any object are those that JSON.parse finds', () => {
  const numbers = new JsonNumbers();
  const leaf = fc.oneof(
    fc.integer(),
    fc.boolean(),
    fc.string(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 3 }),
  );
  const object = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,5}$/),
    fc.oneof(leaf, fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), leaf, { maxKeys: 3 })),
    { maxKeys: 5 },
  );
  fc.assert(
    fc.property(object, fc.nat(2), (value, spaces) => {
      const bytes = Uint8Array.from(bytesOf(JSON.stringify(value, null, spaces)));
      assert.ok(numbers.scan(bytes, 0, bytes.length));
      const found = Array.from({ length: numbers.count }, (_, index) => [
        new TextDecoder().decode(numbers.names.subarray(numbers.nameStart(index), numbers.nameEnds[index])),
        numbers.values[index],
      ]);
      assert.deepEqual(found, membersOf(JSON.parse(JSON.stringify(value)) as Record<string, unknown>, '').slice(0, 16));
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

function membersOf(value: Record<string, unknown>, prefix: string): [string, number][] {
  return Object.entries(value).flatMap(([key, member]): [string, number][] => {
    if (typeof member === 'number') return [[prefix + key, member]];
    if (typeof member === 'boolean') return [[prefix + key, member ? 1 : 0]];
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return [];
    return membersOf(member as Record<string, unknown>, `${prefix}${key}.`);
  });
}

test('an image is a download of firmware and a transfer with all its bytes', () => {
  const talk = new Talk();
  talk.client(publish('meter/update', ELF, { qos: 1 })).server(packet(0x40, 0, 1));
  talk.close();
  assert.deepEqual(
    talk.operations.map(({ verb, name, outcome }) => [verb, name, outcome]),
    [['firmware-download', 'meter/update', 'ok']],
  );
  const [begun, , ended] = talk.listener.transfers;
  assert.deepEqual(
    [begun?.phase, begun?.carrier, begun?.name, begun?.direction],
    ['begun', 'MQTT PUBLISH', 'meter/update', 'to-server'],
  );
  assert.deepEqual([ended?.phase, ended?.size, ended?.isComplete], ['ended', ELF.length, true]);
  assert.deepEqual(talk.listener.carried(begun!.transfer), ELF);
});

test('what is too small to be run is no download', () => {
  const talk = new Talk();
  talk.client(publish('a/b', UIMAGE.slice(0, 100)));
  assert.equal(talk.operations[0]?.verb, 'publish');
});

test('a long image comes in pieces and nothing of it is missing', () => {
  const image = [...UIMAGE.slice(0, 4), ...noise(3 * PIECE_BYTES)];
  const bytes = publish('meter/update', image);
  const talk = new Talk();
  for (let at = 0; at < bytes.length; at += 50_000) talk.client(bytes.subarray(at, at + 50_000));
  talk.client(publish('meter/state', '1'));
  talk.close();
  const id = talk.listener.transfers[0]!.transfer;
  assert.deepEqual(talk.listener.carried(id), image);
  assert.deepEqual(talk.listener.transfers.at(-1)?.isComplete, true);
  assert.deepEqual(
    talk.operations.map(({ verb }) => verb),
    ['firmware-download', 'publish'],
  );
});

test('an image whose rest is lost is not complete', () => {
  const talk = new Talk();
  talk.client(publish('meter/update', [...UIMAGE, ...noise(2 * PIECE_BYTES)]).subarray(0, PIECE_BYTES + 10));
  talk.gap(true);
  talk.client(publish('meter/state', '1'));
  talk.close();
  assert.equal(talk.listener.transfers.at(-1)?.isComplete, false);
  assert.equal(talk.operations.at(-1)?.name, 'meter/state');
});

test('an image in several publishes of one topic is one transfer, and each of them a download', () => {
  const talk = new Talk();
  for (let at = 0; at < ESP.length; at += 550) talk.client(publish('ota/part', ESP.slice(at, at + 550)));
  talk.client(publish('ota/part', '{"done":true}'));
  assert.deepEqual([...new Set(talk.operations.slice(0, -1).map(({ verb }) => verb))], ['firmware-download']);
  assert.deepEqual([talk.operations.at(-1)?.verb, talk.listener.transfers.at(-1)?.phase], ['publish', 'ended']);
  assert.deepEqual(talk.listener.carried('mqtt-1'), ESP);
});

test('base64 in members of several publishes is decoded and put together', () => {
  const talk = new Talk();
  for (let part = 0; part * 600 < UIMAGE.length; part++) {
    const data = Buffer.from(UIMAGE.slice(part * 600, part * 600 + 600)).toString('base64');
    talk.client(publish('ota/json', JSON.stringify({ part, data })));
  }
  talk.close();
  assert.deepEqual(talk.listener.carried('mqtt-1'), UIMAGE);
  assert.equal(talk.listener.transfers.filter(({ phase }) => phase === 'begun').length, 1);
});

test('base64 in a long packet is decoded over its pieces, and what stands behind it is not', () => {
  const image = [...UIMAGE.slice(0, 4), ...noise(PIECE_BYTES)];
  const data = Buffer.from(image).toString('base64');
  const talk = new Talk();
  talk.client(publish('ota/json', JSON.stringify({ version: 2, data, more: 'x'.repeat(70_000) })));
  talk.client(
    publish('ota/short', JSON.stringify({ data: Buffer.from(UIMAGE).toString('base64'), more: 'x'.repeat(140_000) })),
  );
  talk.close();
  assert.deepEqual(talk.listener.carried('mqtt-1'), image);
  assert.deepEqual(talk.listener.carried('mqtt-2'), UIMAGE);
  assert.deepEqual(
    talk.operations.map(({ verb, name, value }) => [verb, name, value]),
    [
      ['firmware-download', 'ota/json#version', 2],
      ['firmware-download', 'ota/short', null],
    ],
  );
});

test('what is delivered to a device is a transfer to the client, and no command', () => {
  const talk = new Talk();
  talk.server(publish('meter/update', ELF));
  assert.deepEqual([talk.operations[0]?.verb, talk.listener.transfers[0]?.direction], ['report', 'to-client']);
});

test('a transfer nothing is added to ends', () => {
  const talk = new Talk();
  talk.client(publish('meter/update', ELF));
  talk.wait(31_000_000);
  assert.equal(talk.listener.transfers.at(-1)?.phase, 'ended');
});

test('devices that announce themselves are claims about the one who publishes, bridges are not', () => {
  const device = (id: string, more = {}): string =>
    JSON.stringify({
      state_topic: 'x',
      device: { identifiers: [id], manufacturer: 'Example', model: 'M1', sw_version: '1.0', ...more },
    });
  const talk = new Talk();
  talk.client(publish('homeassistant/sensor/a/config', device('a', { via_device: 'b' })));
  assert.equal(talk.listener.claims.length, 0);
  talk.client(
    publish('homeassistant/sensor/b/config', device('b')),
    publish('homeassistant/sensor/b2/config', device('b')),
  );
  talk.client(publish('homeassistant/sensor/c/config', device('c')));
  assert.deepEqual(
    talk.listener.claims.map(({ attribute, value }) => `${attribute} ${value}`),
    ['vendor Example', 'model M1', 'firmware 1.0'],
  );
  talk.client(publish('tasmota/discovery/0011/config', '{"dn":"Pump","md":"Sonoff","sw":"12.1"}'));
  talk.client(
    publish('homeassistant/x/config', '{"device": "no'),
    publish('shellies/announce', '{"id":"shelly1-A","model":"SHSW-1","fw_ver":"1.9"}'),
  );
  assert.deepEqual(
    talk.listener.claims.slice(3).map(({ value }) => value),
    ['Pump', 'Sonoff', '12.1', 'Tasmota', 'Shelly', 'shelly1-A', 'SHSW-1', '1.9'],
  );
});
