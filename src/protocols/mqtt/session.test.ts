// What becomes of packets: operations with their outcome, logins, takeovers, aliases.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Talk, bytesOf, connack, connect, field, packet, publish } from './example-packets.ts';
import { PayloadClass, RETAINED, Space, WILL_FUNCTION } from './messages.ts';

function told(talk: Talk): string[] {
  return talk.operations.map(
    ({ verb, function: code, name, value, outcome, code: error }) =>
      `${verb} ${code} ${name}${value === null ? '' : ` = ${value}`} ${outcome}${error === 0 ? '' : ` ${error}`}`,
  );
}

test('a connection is an operation with its client identifier, and its will another with the same answer', () => {
  const talk = new Talk();
  talk.client(connect({ clientId: 'pump-7', will: ['plant/pump-7', 'gone'] }));
  assert.equal(talk.operations.length, 0);
  talk.server(connack());
  assert.deepEqual(told(talk), ['connect 1 pump-7 ok', `publish ${WILL_FUNCTION} plant/pump-7 ok`]);
  const [connection, will] = talk.operations;
  assert.deepEqual([connection?.space, connection?.requestFrame, connection?.answerFrame], [Space.clientId, 1, 2]);
  assert.deepEqual([will?.space, will?.subfunction], [Space.topic, PayloadClass.text]);
});

test('a login is told once its outcome is known, and candidates can be tested while it is', () => {
  const talk = new Talk();
  talk.listener.candidates = ['wrong', 's3cret', 's3cret '];
  talk.client(connect({ user: 'operator', password: 's3cret' })).server(connack());
  const [login] = talk.listener.logins;
  assert.deepEqual(
    [login?.mechanism, login?.user, login?.outcome, login?.frame, login?.client, login?.server],
    ['clear', 'operator', 'accepted', 1, 10, 20],
  );
  assert.deepEqual(talk.listener.matches, ['s3cret']);
  assert.equal(login?.test?.('s3cret'), false, 'afterwards the password is forgotten');
});

test('a refused login is refused with the code of its version', () => {
  const old = new Talk();
  old.client(connect({ user: 'u', password: 'p' })).server(connack(5));
  assert.equal(old.listener.logins[0]?.outcome, 'refused');
  assert.deepEqual(told(old), ['connect 1 client refused 5']);
  const fresh = new Talk();
  fresh.client(connect({ version: 5, user: 'u', password: 'p' })).server(connack(134, 5));
  assert.deepEqual(told(fresh), ['connect 1 client refused 134']);
});

test('without a user the login is anonymous, and without an answer its outcome is unknown', () => {
  const talk = new Talk();
  talk.client(connect());
  talk.close();
  const [login] = talk.listener.logins;
  assert.deepEqual([login?.mechanism, login?.outcome, login?.test], ['anonymous', 'unknown', undefined]);
  assert.deepEqual(told(talk), ['connect 1 client unanswered']);
  const waiting = new Talk();
  waiting.client(connect());
  waiting.wait(31_000_000);
  assert.equal(waiting.listener.logins[0]?.outcome, 'unknown');
});

test('enhanced authentication names its method, and AUTH packets are operations', () => {
  const talk = new Talk();
  const method = [21, ...field('SCRAM-SHA-256')];
  talk.client(connect({ version: 5, properties: method }));
  talk.server(packet(0xf0, 24, method.length, method));
  talk.client(packet(0xf0, 24, method.length, method));
  talk.server(connack(0, 5));
  assert.deepEqual(told(talk), ['authenticate 15  ok', 'connect 1 client ok']);
  assert.equal(talk.listener.logins[0]?.mechanism, 'mqtt-scram-sha-256');
});

test('QoS 0 is ok at once, QoS 1 waits for PUBACK, QoS 2 for PUBREC', () => {
  const talk = new Talk();
  talk.client(publish('a/b', '21.5'));
  assert.deepEqual(told(talk), ['publish 3 a/b = 21.5 ok']);
  talk.client(publish('a/c', '-3', { qos: 1, id: 7 }), publish('a/d', '1e3', { qos: 2, id: 8 }));
  assert.equal(talk.operations.length, 1);
  talk.server(packet(0x50, 0, 8), packet(0x40, 0, 7));
  assert.deepEqual(told(talk).slice(1), ['publish 3 a/d = 1000 ok', 'publish 3 a/c = -3 ok']);
  assert.deepEqual([talk.operations[1]?.requestFrame, talk.operations[1]?.answerFrame], [3, 4]);
});

test('a publish that the broker refuses is refused with its reason, and one it never answers is unanswered', () => {
  const talk = new Talk();
  talk.client(connect({ version: 5 })).server(connack(0, 5));
  talk.client(
    publish('a/b', '1', { qos: 1, id: 1, properties: [] }),
    publish('a/c', '2', { qos: 1, id: 2, properties: [] }),
  );
  talk.server(packet(0x40, 0, 1, 135));
  talk.close();
  assert.deepEqual(told(talk).slice(1), ['publish 3 a/b = 1 refused 135', 'publish 3 a/c = 2 unanswered']);
});

test('a publish sent again while it waits is one publish', () => {
  const talk = new Talk();
  talk.client(publish('a/b', '1', { qos: 1, id: 5 }), publish('a/b', '1', { qos: 1, id: 5, isDup: true }));
  talk.server(packet(0x40, 0, 5));
  talk.close();
  assert.deepEqual(told(talk), ['publish 3 a/b = 1 ok']);
});

test('numeric members of JSON are points of their own, with one answer for all', () => {
  const talk = new Talk();
  talk.client(
    publish('tank/1', '{"level": 7.5, "pump": {"on": true, "rpm": 1450}, "unit": "m", "log": [1, 2]}', { qos: 1 }),
  );
  talk.server(packet(0x40, 0, 1));
  assert.deepEqual(told(talk), [
    'publish 3 tank/1#level = 7.5 ok',
    'publish 3 tank/1#pump.on = 1 ok',
    'publish 3 tank/1#pump.rpm = 1450 ok',
  ]);
  assert.ok(talk.operations.every(({ subfunction }) => subfunction === PayloadClass.json));
});

test('what the broker delivers is told unasked and without values, so that points are learned once', () => {
  const talk = new Talk();
  talk.server(publish('a/b', '21.5', { qos: 1, id: 3, isRetained: true }));
  const [operation] = talk.operations;
  assert.deepEqual(told(talk), ['report 3 a/b ok']);
  assert.deepEqual(
    [operation?.space, operation?.client, operation?.server, operation?.requestFrame, operation?.answerFrame],
    [Space.delivery, 10, 20, 0, 1],
  );
  talk.client(packet(0x40, 0, 3));
  assert.equal(talk.operations.length, 1, 'the acknowledgement of a delivery answers no request');
});

test('a payload that is kept by the broker is another function', () => {
  const talk = new Talk();
  talk.client(publish('a/b', 'on', { isRetained: true }));
  assert.equal(talk.operations[0]?.subfunction, PayloadClass.text | RETAINED);
});

test('each filter of a SUBSCRIBE has its own code', () => {
  const talk = new Talk();
  talk.client(packet(0x82, 0, 9, field('a/#'), 1, field('secret/+'), 2));
  talk.server(packet(0x90, 0, 9, 1, 128));
  assert.deepEqual(told(talk), ['subscribe 8 a/# ok', 'subscribe 8 secret/+ refused 128']);
  assert.deepEqual(talk.listener.rules, []);
  talk.client(packet(0x82, 0, 10, field('a'), 1, field('b'), 1)).server(packet(0x90, 0, 10, 1));
  assert.deepEqual(talk.listener.rules, ['answer-count-mismatch']);
});

test('an UNSUBACK before 5.0 answers all filters, of 5.0 each one', () => {
  const old = new Talk();
  old.client(packet(0xa2, 0, 2, field('a'), field('b'))).server(packet(0xb0, 0, 2));
  assert.deepEqual(told(old), ['cancel 10 a ok', 'cancel 10 b ok']);
  const fresh = new Talk();
  fresh.client(packet(0xa2, 0, 2, 0, field('a'), field('b'))).server(packet(0xb0, 0, 2, 0, 17, 135));
  assert.deepEqual(told(fresh), ['cancel 10 a ok', 'cancel 10 b refused 135']);
  assert.deepEqual([...old.listener.rules, ...fresh.listener.rules], []);
});

test('answers without their request tell what they alone know', () => {
  const talk = new Talk();
  talk.server(packet(0x90, 0, 1, 0, 1, 2), packet(0xd0), packet(0x40, 0, 4));
  assert.deepEqual(told(talk), [
    'subscribe 8  ok',
    'subscribe 8  ok',
    'subscribe 8  ok',
    'keep-alive 12  ok',
    'publish -1  ok',
  ]);
  assert.ok(talk.operations.every(({ requestFrame, answerFrame }) => requestFrame === 0 && answerFrame > 0));
});

test('a ping is answered, a DISCONNECT is not waited for, and one of the broker says why', () => {
  const talk = new Talk();
  talk.client(packet(0xc0)).server(packet(0xd0)).client(packet(0xe0));
  assert.deepEqual(told(talk), ['keep-alive 12  ok', 'disconnect 14  ok']);
  const other = new Talk();
  other.client(connect({ version: 5 })).server(connack(0, 5), packet(0xe0, 141, 0));
  assert.deepEqual(told(other).slice(1), ['disconnect 14  refused 141']);
});

test('an alias stands for the topic it was set with, in its own direction and conversation', () => {
  const talk = new Talk();
  const alias = [35, 0, 5];
  talk.client(connect({ version: 5 })).server(connack(0, 5));
  talk.client(publish('a/b', '1', { properties: alias }), publish('', '2', { properties: alias }));
  assert.deepEqual(told(talk).slice(1), ['publish 3 a/b = 1 ok', 'publish 3 a/b = 2 ok']);
  talk.server(publish('', '3', { properties: alias }));
  assert.deepEqual(talk.listener.rules, ['topic-alias-unknown']);
  talk.gap(false);
  talk.server(publish('', '3', { properties: alias }));
  assert.equal(talk.listener.rules.length, 1, 'after a loss it may have been set');
});

test('a client identifier that another host takes while the first one lives is a takeover', () => {
  const talk = new Talk();
  talk.client(connect({ clientId: 'pump-7', keepAlive: 10 })).server(connack());
  talk.context.flow = 2;
  talk.context.client = 66;
  talk.client(connect({ clientId: 'pump-7' })).server(connack());
  assert.deepEqual(talk.listener.rules, ['mqtt-client-takeover']);
  assert.deepEqual(
    talk.listener.traits.map(({ host, trait, value }) => [host, trait, value]),
    [[10, 'mqtt-client-taken-over', 'pump-7']],
  );
});

test('a client that comes back, that said good-bye, whose connection closed or that fell silent is no takeover', () => {
  const again = (between: (talk: Talk) => void, client = 66): string[] => {
    const talk = new Talk();
    talk.client(connect({ clientId: 'pump-7', keepAlive: 10 })).server(connack());
    between(talk);
    talk.context.flow = 2;
    talk.context.client = client;
    talk.client(connect({ clientId: 'pump-7' })).server(connack());
    return talk.listener.rules;
  };
  assert.deepEqual(
    again(() => undefined, 10),
    [],
  );
  assert.deepEqual(
    again((talk) => void talk.client(packet(0xe0))),
    [],
  );
  assert.deepEqual(
    again((talk) => talk.close()),
    [],
  );
  assert.deepEqual(
    again((talk) => talk.wait(20_000_000)),
    [],
  );
  const refused = new Talk();
  refused.client(connect({ clientId: 'pump-7' })).server(connack());
  refused.context.flow = 2;
  refused.context.client = 66;
  refused.client(connect({ clientId: 'pump-7' })).server(connack(5));
  assert.deepEqual(refused.listener.rules, []);
});

test('where neither port is usual, who speaks like a client is one', () => {
  const talk = new Talk({ clientPort: 9999, serverPort: 40_001 });
  talk.server(packet(0x82, 0, 1, field('a/b'), 0)).client(packet(0x90, 0, 1, 0));
  assert.deepEqual([talk.operations[0]?.client, talk.operations[0]?.server], [20, 10]);
  talk.server(publish('a/b', '1'));
  assert.deepEqual([talk.operations[1]?.verb, talk.operations[1]?.client], ['publish', 20]);
  assert.deepEqual(talk.listener.rules, []);
});

test('packets out of order or from the wrong side are told', () => {
  const talk = new Talk();
  talk.client(connect()).server(connack()).client(connect());
  talk.server(packet(0xc0));
  talk.server(connack(5)).client(publish('a/b', '1'));
  assert.deepEqual(talk.listener.rules, ['connect-repeated', 'sender-not-allowed', 'packet-after-refusal']);
  const old = new Talk();
  old.client(connect()).server(connack(), packet(0xe0));
  assert.deepEqual(old.listener.rules, ['sender-not-allowed']);
  const late = new Talk();
  late.client(publish('a/b', '1'), connect());
  assert.deepEqual(late.listener.rules, ['connect-not-first']);
});

test('requests from before a gap in the answers are answered last', () => {
  const talk = new Talk();
  talk.client(publish('a/old', '1', { qos: 1, id: 5 }));
  talk.gap(false);
  talk.client(publish('a/new', '2', { qos: 1, id: 6 }));
  talk.server(packet(0x40, 0, 6));
  talk.close();
  assert.deepEqual(told(talk), ['publish 3 a/new = 2 ok', 'publish 3 a/old = 1 unanswered']);
});

test('the client says what it is in user properties and in its identifier', () => {
  const talk = new Talk();
  const properties = [
    ...[38, ...field('Manufacturer'), ...field('Example')],
    ...[38, ...field('sw_version'), ...field('1.2\u0007')],
    ...[38, ...field('colour'), ...field('blue')],
  ];
  talk.client(connect({ version: 5, clientId: 'mqttjs_0a1b', properties: bytesOf(properties) }));
  assert.deepEqual(
    talk.listener.claims.map(({ host, attribute, value }) => [host, attribute, value]),
    [
      [10, 'application', 'MQTT.js'],
      [10, 'vendor', 'Example'],
      [10, 'firmware', '1.2\\x07'],
    ],
  );
});
