// What must hold for any bytes, any cut and any order.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { FactSignature } from '../../../fuzz/fact-signature.ts';
import { NEED_MORE } from '../../facts/protocol.ts';
import { Talk, connack, connect, field, packet, proto, publish, sparkplug } from './example-packets.ts';
import { mqtt } from './index.ts';

const SEED = 20_260_104;

const CLIENT = [
  connect({
    version: 5,
    clientId: 'c',
    user: 'u',
    password: 'p',
    will: ['w/t', 'x'],
    properties: [38, ...field('model'), ...field('M')],
  }),
  publish('a/b', '{"level":1.5,"pump":{"on":true}}', { qos: 1, id: 3, properties: [35, 0, 1, 1, 1] }),
  publish('', '-7.25', { properties: [35, 0, 1] }),
  publish('spBv1.0/G/NBIRTH/N', sparkplug(0, [proto(1, 'm'), proto(2, 5), proto(4, 3), proto(10, 9)]), {
    properties: [],
  }),
  publish('spBv1.0/G/DDATA/N/D', sparkplug(1, [proto(2, 5), proto(10, 8)]), { properties: [] }),
  publish('fw/x', [0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, ...new Array<number>(600).fill(3)], {
    qos: 2,
    id: 9,
    properties: [],
  }),
  publish('homeassistant/a/config', '{"device":{"identifiers":["a"],"model":"M"}}', { properties: [] }),
  packet(0x82, 0, 4, 0, field('a/#'), 1, field('b'), 2),
  packet(0xa2, 0, 5, 0, field('b')),
  packet(0xc0),
  packet(0xf0, 24, 0),
  packet(0xe0, 4, 0),
];
const SERVER = [
  connack(0, 5),
  packet(0x40, 0, 3, 0, 0),
  packet(0x50, 0, 9),
  packet(0x90, 0, 4, 0, 1, 128),
  packet(0xb0, 0, 5, 0, 17),
  packet(0xd0),
  publish('a/b', 'x', { properties: [11, 5] }),
  packet(0xe0, 142, 0),
];

/** Everything that is told when these frames are said between other bytes. */
function told(said: readonly (readonly [boolean, Uint8Array])[], around: number): number {
  const signature = new FactSignature();
  const decoder = mqtt.start(0);
  const context = messageContext(signature.sink, { serverPort: 1883 });
  for (const [fromClient, bytes] of said) {
    const end = 32 + bytes.length;
    const placed = new Uint8Array(end + 32).fill(around);
    placed.set(bytes, 32);
    context.fromClient = fromClient;
    context.timeUs += 1000;
    context.frame++;
    decoder.looksLike(placed, 32, end);
    decoder.speaker(placed, 32, end);
    decoder.frameSize(placed, 32, end, context);
    decoder.decode(placed, 32, end, context);
  }
  decoder.tick(context.timeUs + 60_000_000, context);
  decoder.closed(context.flow, context);
  signature.assertWellFormed();
  return signature.whole;
}

test('every prefix of every packet decodes, tells only what is well-formed, and bytes beyond it change nothing', () => {
  for (const [fromClient, packets] of [
    [true, CLIENT],
    [false, SERVER],
  ] as const) {
    for (const whole of packets) {
      for (let end = 0; end <= Math.min(whole.length, 200); end++) {
        const said = [[fromClient, whole.subarray(0, end)]] as const;
        assert.equal(told(said, 0x00), told(said, 0xff), `${Buffer.from(whole).toString('hex')}, ${end} bytes`);
      }
    }
  }
});

test('any changed packets decode, in any order, and bytes beyond them change nothing', () => {
  const changed = fc
    .tuple(
      fc.constantFrom(
        ...CLIENT.map((bytes) => [true, bytes] as const),
        ...SERVER.map((bytes) => [false, bytes] as const),
      ),
      fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 3 }),
    )
    .map(([[fromClient, bytes], changes]) => {
      const copy = bytes.slice();
      for (const [at, byte] of changes) if (at < copy.length) copy[at] = byte;
      return [fromClient, copy] as const;
    });
  fc.assert(
    fc.property(fc.array(changed, { maxLength: 8 }), (said) => {
      assert.equal(told(said, 0x00), told(said, 0xff));
    }),
    { seed: SEED, numRuns: 400 },
  );
});

test('it makes no difference where the stream is cut into segments', () => {
  const summary = (talk: Talk): unknown => {
    talk.close();
    const { operations, transfers, claims, violations } = talk.listener;
    return JSON.stringify([
      operations.map(({ verb, name, value, outcome, code, subfunction }) => [
        verb,
        name,
        value,
        outcome,
        code,
        subfunction,
      ]),
      transfers.map(({ phase, offset, size, bytes }) => [phase, offset, size, bytes.length]),
      claims.map(({ attribute, value }) => [attribute, value]),
      violations.map(({ rule, detail }) => [rule, detail]),
    ]);
  };
  const whole = new Talk();
  whole.client(...CLIENT).server(...SERVER);
  const expected = summary(whole);
  const stream = CLIENT.flatMap((bytes) => [...bytes]);
  const answers = SERVER.flatMap((bytes) => [...bytes]);
  fc.assert(
    fc.property(
      fc.array(fc.nat(stream.length), { maxLength: 20 }),
      fc.array(fc.nat(answers.length), { maxLength: 8 }),
      (first, second) => {
        const talk = new Talk();
        for (const [fromClient, bytes, places] of [
          [true, stream, first],
          [false, answers, second],
        ] as const) {
          const at = [0, ...places.toSorted((a, b) => a - b), bytes.length];
          at.slice(1).forEach((end, index) => talk.say(fromClient, bytes.slice(at[index], end)));
        }
        assert.equal(summary(talk), expected);
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});

test('a frame always makes progress and never is longer than it may be', () => {
  const decoder = mqtt.start(0);
  const context = messageContext(new CheckedSink());
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), fc.nat(50), (bytes, fromClient, flow) => {
      context.fromClient = fromClient;
      context.flow = flow;
      const size = decoder.frameSize(bytes, 0, bytes.length, context);
      assert.ok(size <= mqtt.frameBytesMax && size >= -1);
      if (size === NEED_MORE) assert.ok(bytes.length < mqtt.frameBytesMax);
    }),
    { seed: SEED, numRuns: 3000 },
  );
});

test('a client that never waits for an answer loses its oldest requests, and no other client does', () => {
  const talk = new Talk();
  talk.context.flow = 5;
  talk.client(publish('other/topic', '1', { qos: 1, id: 1 }));
  talk.context.flow = 6;
  for (let id = 1; id <= 2000; id++) talk.client(publish('a/b', '1', { qos: 1, id }));
  assert.equal(talk.operations.length, 2000 - 256);
  assert.ok(talk.operations.every(({ outcome }) => outcome === 'unanswered'));
  talk.context.flow = 5;
  talk.server(packet(0x40, 0, 1));
  assert.deepEqual([talk.operations.at(-1)?.name, talk.operations.at(-1)?.outcome], ['other/topic', 'ok']);
});
