// Sparkplug B messages: metrics as points, aliases, commands, order.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  Talk,
  connack,
  connect,
  packet,
  proto,
  protoFloat,
  publish,
  sparkplug,
  type PublishOptions,
} from './example-packets.ts';
import { Space, SparkplugType } from './messages.ts';

/** Fields of a metric, as clause 6.4.6 numbers them. */
const name = (text: string): number[] => proto(1, text);
const alias = (number: number): number[] => proto(2, number);
const type = (number: number): number[] => proto(4, number);
const int = (value: number): number[] => proto(10, value);
const long = (value: bigint): number[] => proto(11, value);
const bool = (value: boolean): number[] => proto(14, value ? 1 : 0);
const text = (value: string): number[] => proto(15, value);

function say(type: string, payload: number[], device = '', options: PublishOptions = {}): Uint8Array {
  return publish(`spBv1.0/Plant/${type}/Edge${device === '' ? '' : `/${device}`}`, payload, options);
}

function told(talk: Talk): string[] {
  return talk.operations.map(
    ({ verb, function: code, name: object, value }) =>
      `${verb} ${code} ${object}${value === null ? '' : ` = ${value}`}`,
  );
}

const bdSeq = (number: bigint): number[][] => [name('bdSeq'), type(8), long(number)];
const BIRTH = sparkplug(0, bdSeq(3n), [name('Temperature'), alias(7), type(9), protoFloat(12, 21.5, 4)]);

test('metrics of a birth are points with their first values', () => {
  const talk = new Talk();
  talk.client(say('NBIRTH', BIRTH));
  assert.deepEqual(told(talk), ['publish 32 Plant/Edge/bdSeq = 3', 'publish 32 Plant/Edge/Temperature = 21.5']);
  assert.ok(talk.operations.every(({ space, outcome }) => space === Space.metric && outcome === 'ok'));
  assert.deepEqual(talk.listener.rules, []);
});

test('data comes under the name that the birth gave its alias, and with its type', () => {
  const talk = new Talk();
  talk.client(say('NBIRTH', BIRTH));
  talk.client(say('DBIRTH', sparkplug(1, [name('Speed'), alias(8), type(2), int(5)]), 'Pump'));
  talk.client(say('DDATA', sparkplug(2, [alias(8), int(0xfff1)]), 'Pump'));
  talk.client(say('NDATA', sparkplug(3, [alias(7), type(9), protoFloat(12, 22, 4)], [alias(99), int(1)])));
  assert.deepEqual(told(talk).slice(2), [
    'publish 34 Plant/Edge/Pump/Speed = 5',
    'publish 37 Plant/Edge/Pump/Speed = -15',
    'publish 36 Plant/Edge/Temperature = 22',
    'publish 36 Plant/Edge/alias:99 = 1',
  ]);
});

test('a subscriber who is told of a birth teaches the aliases as well', () => {
  const talk = new Talk();
  talk.server(say('NBIRTH', BIRTH));
  talk.context.flow = 2;
  talk.client(say('NDATA', sparkplug(1, [alias(7), protoFloat(12, 23, 4)])));
  assert.deepEqual(told(talk), ['report 32 spBv1.0/Plant/NBIRTH/Edge', 'publish 36 Plant/Edge/Temperature = 23']);
});

test('values of every type are the numbers they stand for', () => {
  const talk = new Talk();
  talk.client(
    say(
      'NBIRTH',
      sparkplug(
        0,
        [name('i8'), type(1), int(0xff)],
        [name('i16'), type(2), proto(10, 0xffff_fffen)],
        [name('i32'), type(3), int(0xffff_ffff)],
        [name('i64'), type(4), long(-5n)],
        [name('u8'), type(5), int(255)],
        [name('u32'), type(7), int(0xffff_ffff)],
        [name('u64'), type(8), long(2n ** 40n)],
        [name('double'), type(10), protoFloat(13, -0.125, 8)],
        [name('bool'), type(11), bool(true)],
        [name('time'), type(13), long(1_767_225_600_000n)],
        [name('text'), type(12), text('north')],
        [name('null'), type(3), proto(7, 1)],
      ),
    ),
  );
  assert.deepEqual(
    talk.operations.map(({ value }) => value),
    [-1, -2, -1, -5, 255, 4_294_967_295, 1_099_511_627_776, -0.125, 1, 1_767_225_600_000, null, null],
  );
});

test('values from the past and of bad quality are not to be relied on', () => {
  const quality = proto(9, [...proto(1, 'Quality'), ...proto(2, [...proto(1, 3), ...proto(3, 0)])]);
  const good = proto(9, [...proto(1, 'Quality'), ...proto(2, [...proto(1, 3), ...proto(3, 192)])]);
  const talk = new Talk();
  talk.client(
    say(
      'NDATA',
      sparkplug(0, [name('a'), int(1), proto(5, 1)], [name('b'), int(1), quality], [name('c'), int(1), good]),
    ),
  );
  assert.deepEqual(
    talk.operations.map(({ isQuestionable }) => isQuestionable),
    [true, true, false],
  );
});

test('a command writes, a rebirth asks, a reboot restarts', () => {
  const talk = new Talk();
  talk.client(say('DCMD', sparkplug(-1, [name('Speed'), type(2), int(900)]), 'Pump'));
  talk.client(say('NCMD', sparkplug(-1, [name('Node Control/Rebirth'), type(11), bool(true)])));
  talk.client(say('NCMD', sparkplug(-1, [name('Node Control/Reboot'), type(11), bool(true)])));
  talk.client(say('NCMD', sparkplug(-1, [name('Node Control/Reboot'), type(11), bool(false)])));
  assert.deepEqual(
    talk.operations.map(({ verb, function: code }) => `${verb} ${code}`),
    ['write 39', 'diagnose 38', 'restart 38', 'write 38'],
  );
});

test('a restart that reaches its node is asked of the node by the broker; who only listens is told', () => {
  const talk = new Talk();
  talk.client(say('NBIRTH', BIRTH));
  const command = say('NCMD', sparkplug(-1, [name('Node Control/Reboot'), type(11), bool(true)]));
  talk.server(command);
  const asked = talk.operations.at(-1);
  assert.deepEqual([asked?.verb, asked?.client, asked?.server, asked?.value], ['restart', 20, 10, 1]);
  talk.context.flow = 2;
  talk.context.client = 11;
  talk.server(command);
  const listened = talk.operations.at(-1);
  assert.deepEqual([listened?.verb, listened?.client, listened?.server, listened?.value], ['report', 11, 20, null]);
  talk.context.flow = 1;
  talk.context.client = 10;
  talk.server(say('DCMD', sparkplug(-1, [name('Speed'), type(2), int(900)]), 'Pump'));
  const written = talk.operations.at(-1);
  assert.deepEqual(
    [written?.verb, written?.client, written?.server, written?.name],
    ['report', 10, 20, 'spBv1.0/Plant/DCMD/Edge/Pump'],
    'what writes is told once, where it is published',
  );
});

test('a gap in the sequence of a node is told, one that is explained by a loss is not', () => {
  const talk = new Talk();
  talk.client(say('NBIRTH', sparkplug(254)), say('NDATA', sparkplug(255)), say('DDATA', sparkplug(0), 'Pump'));
  assert.deepEqual(talk.listener.rules, []);
  talk.client(say('NDATA', sparkplug(2)));
  assert.deepEqual(talk.listener.rules, ['sparkplug-sequence-gap']);
  talk.gap(true);
  talk.client(say('NDATA', sparkplug(9)), say('NDATA', sparkplug(10)), say('NBIRTH', sparkplug(0)));
  assert.equal(talk.listener.rules.length, 1);
});

test('a birth must have the bdSeq of the will, and a death that of the birth', () => {
  const talk = new Talk();
  talk.client(connect({ will: ['spBv1.0/Plant/NDEATH/Edge', sparkplug(-1, bdSeq(3n))] })).server(connack());
  assert.equal(talk.operations[1]?.function, SparkplugType.nodeDeath);
  talk.client(say('NBIRTH', BIRTH));
  assert.deepEqual(talk.listener.rules, []);
  talk.context.flow = 2;
  talk.client(say('NDEATH', sparkplug(-1, bdSeq(9n))));
  assert.deepEqual(talk.listener.rules, ['sparkplug-bdseq-mismatch']);
  const other = new Talk();
  other.client(connect({ will: ['spBv1.0/Plant/NDEATH/Edge', sparkplug(-1, bdSeq(4n))] })).server(connack());
  other.client(say('NBIRTH', BIRTH));
  assert.deepEqual(other.listener.rules, ['sparkplug-bdseq-mismatch']);
});

test('STATE tells whether a host application is online, in both spellings', () => {
  const talk = new Talk();
  talk.client(
    publish('spBv1.0/STATE/scada', '{"online":true,"timestamp":5}', { isRetained: true }),
    publish('STATE/scada', 'OFFLINE'),
  );
  assert.deepEqual(told(talk), ['publish 40 spBv1.0/STATE/scada = 1', 'publish 40 STATE/scada = 0']);
});

test('topics and payloads that are none of Sparkplug are told', () => {
  const talk = new Talk();
  talk.client(publish('spBv1.0/Plant/XDATA/Edge', 'x'), publish('spBv1.0/Plant/DDATA/Edge', 'x'));
  talk.client(say('NDATA', [0x12, 0x50, 1, 2]));
  assert.deepEqual(talk.listener.rules, [
    'sparkplug-topic-invalid',
    'sparkplug-topic-invalid',
    'sparkplug-payload-invalid',
  ]);
});

test('what the node says of itself in its birth is claimed for who publishes it', () => {
  const talk = new Talk();
  talk.client(
    say(
      'NBIRTH',
      sparkplug(
        0,
        [name('Properties/Hardware Make'), type(12), text('Example')],
        [name('Properties/FW'), type(12), text('2.1')],
        [name('Line/Model'), type(12), text('sedan')],
      ),
    ),
  );
  assert.deepEqual(
    talk.listener.claims.map(({ host, attribute, value }) => [host, attribute, value]),
    [
      [10, 'vendor', 'Example'],
      [10, 'firmware', '2.1'],
    ],
  );
});

test('an image in a metric of bytes is a download and a transfer', () => {
  const image = [0x27, 0x05, 0x19, 0x56, ...Array.from({ length: 800 }, (_, index) => (index * 7) & 0xff)];
  const talk = new Talk();
  talk.client(say('NCMD', sparkplug(-1, [name('Firmware'), type(18), proto(16, image)])));
  talk.close();
  assert.deepEqual(told(talk), ['firmware-download 38 Plant/Edge/Firmware']);
  assert.deepEqual(talk.listener.carried('mqtt-1'), image);
  assert.equal(talk.listener.transfers[0]?.name, 'Plant/Edge/Firmware');
});

test('a birth that is delivered after the data it speaks of takes no alias away', () => {
  const talk = new Talk();
  const device = say('DBIRTH', sparkplug(1, [name('Speed'), alias(8), type(2), int(5)]), 'Pump');
  talk.client(say('NBIRTH', BIRTH), device).server(say('NBIRTH', BIRTH));
  talk.client(say('DDATA', sparkplug(2, [alias(8), int(6)]), 'Pump'));
  assert.equal(told(talk).at(-1), 'publish 37 Plant/Edge/Pump/Speed = 6');
});

test('a birth with QoS 1 and more metrics than can wait leaves nothing unanswered that was answered', () => {
  const metrics = Array.from({ length: 300 }, (_, index) => [name(`m${index}`), type(3), int(index)]);
  const talk = new Talk();
  talk.client(say('NBIRTH', sparkplug(0, ...metrics), '', { qos: 1 })).server(packet(0x40, 0, 1));
  talk.close();
  assert.equal(talk.operations.length, 300);
  assert.ok(talk.operations.every(({ outcome }) => outcome === 'ok'));
});
