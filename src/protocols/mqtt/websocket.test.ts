// MQTT in WebSocket frames: however packets and frames are cut, the same is told as without them.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { NEED_MORE } from '../../facts/protocol.ts';
import { Talk, UPGRADE, UPGRADED, connack, connect, field, frame, packet, publish } from './example-packets.ts';
import { PIECE_BYTES } from './framing.ts';
import { mqtt } from './index.ts';

const SEED = 20_260_103;

const CLIENT = [
  connect({ version: 5, clientId: 'ws', user: 'u', password: 'p' }),
  publish('a/b', '{"level":1.5,"on":true}', { qos: 1, id: 3, properties: [35, 0, 1] }),
  publish('', '7', { properties: [35, 0, 1] }),
  packet(0x82, 0, 4, 0, field('a/#'), 1),
];
const SERVER = [connack(0, 5), packet(0x40, 0, 3), packet(0x90, 0, 4, 0, 1), publish('a/b', 'x', { properties: [] })];

function summary(talk: Talk): unknown {
  return talk.operations.map(({ verb, name, value, outcome }) => [verb, name, value, outcome]);
}

function plain(): unknown {
  const talk = new Talk();
  talk.client(...CLIENT).server(...SERVER);
  talk.close();
  return summary(talk);
}

function webSocket(): Talk {
  const talk = new Talk({ serverPort: 8080 });
  return talk.client(UPGRADE).server(UPGRADED);
}

test('packets in frames are told as packets without frames', () => {
  const talk = webSocket();
  for (const bytes of CLIENT) talk.client(frame(bytes));
  for (const bytes of SERVER) talk.server(frame(bytes, { isMasked: false }));
  talk.close();
  assert.deepEqual(summary(talk), plain());
  assert.deepEqual(talk.listener.rules, []);
  assert.equal(talk.listener.logins[0]?.user, 'u');
});

/** The bytes cut at these places, in 0 to 1 of their length. */
function cut(bytes: readonly number[], places: readonly number[]): number[][] {
  const at = [0, ...places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.slice(at[index], end));
}

test('it makes no difference where packets are cut into frames and frames into segments', () => {
  const places = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 12 });
  fc.assert(
    fc.property(places, places, places, (ofClient, ofServer, ofSegments) => {
      const talk = webSocket();
      const client = cut(
        CLIENT.flatMap((bytes) => [...bytes]),
        ofClient,
      ).flatMap((part) => [...frame(part)]);
      for (const segment of cut(client, ofSegments)) talk.client(segment);
      const server = cut(
        SERVER.flatMap((bytes) => [...bytes]),
        ofServer,
      );
      for (const part of server) talk.server(frame(part, { isMasked: false }));
      talk.close();
      assert.deepEqual(summary(talk), plain());
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('continuation frames carry on, control frames between them are stepped over', () => {
  const talk = webSocket();
  const bytes = [...publish('a/b', '1')];
  talk.client(
    frame(bytes.slice(0, 3), { first: 0x02 }),
    frame([1, 2], { first: 0x89 }),
    frame(bytes.slice(3), { first: 0x80 }),
  );
  talk.server(frame([], { first: 0x8a, isMasked: false }));
  assert.deepEqual(summary(talk), [['publish', 'a/b', 1, 'ok']]);
});

test('a long frame with a long packet is read in pieces', () => {
  const image = [0x27, 0x05, 0x19, 0x56, ...Array.from({ length: 2 * PIECE_BYTES }, (_, index) => (index * 7) & 0xff)];
  const talk = webSocket();
  const bytes = frame(publish('meter/update', image));
  for (let at = 0; at < bytes.length; at += 20_000) talk.client(bytes.subarray(at, at + 20_000));
  talk.client(frame(publish('a/b', '2')));
  talk.close();
  assert.deepEqual(talk.listener.carried('mqtt-1'), image);
  assert.deepEqual(
    talk.operations.map(({ verb }) => verb),
    ['firmware-download', 'publish'],
  );
});

test('frames that break the rules of WebSocket are told', () => {
  const talk = webSocket();
  const bytes = publish('a/b', '1');
  talk.client(frame(bytes, { isMasked: false }), frame(bytes, { first: 0x81 }));
  assert.equal(talk.operations.length, 2);
  // Compressed (RFC 7692): told once, and not read.
  talk.client(frame(bytes, { first: 0xc2 }), frame(bytes, { first: 0xc2 }));
  assert.deepEqual(talk.listener.rules, ['websocket-mask-missing', 'websocket-not-binary', 'websocket-reserved-bits']);
  assert.equal(talk.operations.length, 2);
});

test('what is no packet inside a frame is told once, and the next packet is found', () => {
  const talk = webSocket();
  talk.client(frame([0, 0xff, 0xff, 0xff, 0xff]), frame([1, 2, 3]), frame(publish('a/b/c', '1')));
  assert.deepEqual(talk.listener.rules, ['packet-lost']);
  assert.deepEqual(summary(talk), [['publish', 'a/b/c', 1, 'ok']]);
});

test('a head that does not end is none of ours', () => {
  const decoder = mqtt.start(0);
  const { context } = new Talk();
  const head = Uint8Array.from([...UPGRADE.slice(0, 60), ...Array.from({ length: 9000 }, () => 0x61)]);
  assert.equal(decoder.frameSize(head, 0, 5000, context), NEED_MORE);
  assert.ok(decoder.frameSize(head, 0, head.length, context) < 0);
});

test('after a loss the stream goes on with the next frame', () => {
  const talk = webSocket();
  talk.client(frame(publish('a/b', '1')).subarray(0, 6));
  talk.gap(true);
  talk.client(frame(publish('a/b', '2')));
  assert.deepEqual(summary(talk), [['publish', 'a/b', 2, 'ok']]);
});
