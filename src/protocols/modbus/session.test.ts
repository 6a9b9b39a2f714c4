import assert from 'node:assert/strict';
import test from 'node:test';
import { Talk, rtuFrame, tcpFrame } from './example-frames.ts';
import { modbus, modbusRtu } from './index.ts';
import { Space } from './messages.ts';

test('a read is one operation with the values of its answer', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(1, 5, '03 0010 0002'));
  assert.deepEqual(talk.listener.operations, []);
  talk.answer(tcpFrame(1, 5, '03 04 0007 FFFF'));
  assert.deepEqual(talk.listener.operations, [
    {
      verb: 'read',
      function: 3,
      subfunction: -1,
      unit: 5,
      space: Space.holdingRegister,
      first: 16,
      count: 2,
      name: '',
      outcome: 'ok',
      code: 0,
      values: [7, 0xffff],
      requestFrame: 1,
      answerFrame: 2,
      elapsedUs: 1000,
      client: 10,
      server: 20,
      isBroadcast: false,
    },
  ]);
  assert.deepEqual(talk.listener.rules, []);
});

test('a write keeps its values until the answer comes, also when it refuses', () => {
  const talk = new Talk(modbus);
  const frame = tcpFrame(1, 1, '10 0001 0002 04 000A 0102');
  talk.request(frame);
  frame.fill(0xee);
  talk.answer(tcpFrame(1, 1, '10 0001 0002'));
  talk.request(tcpFrame(2, 1, '05 0003 FF00'));
  talk.answer(tcpFrame(2, 1, '85 02'));
  const [accepted, refused] = talk.listener.operations;
  assert.deepEqual([accepted?.outcome, accepted?.values], ['ok', [10, 0x0102]]);
  assert.deepEqual([refused?.outcome, refused?.code, refused?.values], ['refused', 2, [1]]);
});

test('a device that acknowledges has accepted the request, and is still at work on it', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(1, 1, '5A 00 40 FF00'));
  talk.answer(tcpFrame(1, 1, 'DA 05'));
  talk.request(tcpFrame(2, 1, '05 0003 FF00'));
  talk.answer(tcpFrame(2, 1, '85 06'));
  assert.deepEqual(
    talk.listener.operations.map(({ verb, outcome, code }) => [verb, outcome, code]),
    [
      ['start', 'ok', 5],
      ['write', 'refused', 6],
    ],
  );
});

test('answers out of order find their requests by transaction', () => {
  const talk = new Talk(modbus);
  for (const transaction of [1, 2, 3]) talk.request(tcpFrame(transaction, 1, `03 000${transaction} 0001`));
  for (const transaction of [3, 1, 2]) talk.answer(tcpFrame(transaction, 1, `03 02 000${transaction}`));
  assert.deepEqual(
    talk.listener.operations.map(({ first, values, requestFrame }) => [first, ...values, requestFrame]),
    [
      [3, 3, 3],
      [1, 1, 1],
      [2, 2, 2],
    ],
  );
});

test('of requests with the same transaction the oldest of the same function is answered first', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(0, 1, '06 0001 0003'));
  talk.request(tcpFrame(0, 1, '03 0010 0001'));
  talk.request(tcpFrame(0, 1, '03 0020 0001'));
  talk.answer(tcpFrame(0, 1, '03 02 0001'));
  talk.answer(tcpFrame(0, 1, '03 02 0002'));
  talk.answer(tcpFrame(0, 1, '06 0001 0003'));
  assert.deepEqual(
    talk.listener.operations.map(({ first }) => first),
    [16, 32, 1],
  );
  assert.deepEqual(talk.listener.rules, []);
});

test('units of one gateway are told apart', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(0, 1, '03 0010 0001'));
  talk.request(tcpFrame(0, 2, '03 0020 0001'));
  talk.answer(tcpFrame(0, 2, '03 02 0002'));
  talk.answer(tcpFrame(0, 1, '03 02 0001'));
  assert.deepEqual(
    talk.listener.operations.map(({ unit, first }) => [unit, first]),
    [
      [2, 32],
      [1, 16],
    ],
  );
});

test('an answer with a unit of its own is paired and reported', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(9, 255, '03 0010 0001'));
  talk.answer(tcpFrame(9, 1, '03 02 0001'));
  assert.deepEqual(talk.listener.rules, ['answer-other-unit']);
  assert.deepEqual([talk.listener.operations.length, talk.listener.operations[0]?.unit], [1, 255]);
});

test('an answer whose request was not seen tells what it alone knows', () => {
  const talk = new Talk(modbus);
  talk.answer(tcpFrame(7, 1, '03 04 0001 0002'));
  const [operation] = talk.listener.operations;
  assert.deepEqual([operation?.verb, operation?.first, operation?.count, operation?.values], ['read', -1, 2, [1, 2]]);
  assert.deepEqual([operation?.requestFrame, operation?.answerFrame, operation?.elapsedUs], [0, 1, -1]);
  assert.deepEqual(talk.listener.rules, []);
});

test('an answer with another function than its request is reported, and the request stays open', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(7, 1, '03 0000 0001'));
  talk.answer(tcpFrame(7, 1, '04 02 0001'));
  assert.deepEqual(talk.listener.rules, ['answer-other-function']);
  talk.answer(tcpFrame(7, 1, '03 02 0005'));
  assert.deepEqual(talk.listener.operations[1]?.values, [5]);
  assert.equal(talk.listener.operations[1].requestFrame, 1);
});

test('an answer of another size or content than its request is reported', () => {
  for (const [request, answer, rule] of [
    ['03 0000 0002', '03 02 0001', 'answer-size-mismatch'],
    ['01 0000 0009', '01 01 FF', 'answer-size-mismatch'],
    ['17 0000 0001 0000 0001 02 0001', '17 04 0001 0002', 'answer-size-mismatch'],
    ['06 0001 0003', '06 0001 0004', 'answer-not-an-echo'],
    ['05 0001 FF00', '05 0002 FF00', 'answer-not-an-echo'],
    ['10 0001 0001 02 0005', '10 0001 0002', 'answer-not-an-echo'],
    ['16 0004 00F2 0025', '16 0004 00F2 0026', 'answer-not-an-echo'],
    ['08 0000 A537', '08 0000 A538', 'answer-not-an-echo'],
    ['2B 0E 01 00', '2B 0D 00 01 02', 'answer-not-an-echo'],
  ] as const) {
    const talk = new Talk(modbus);
    talk.request(tcpFrame(7, 1, request));
    talk.answer(tcpFrame(7, 1, answer));
    assert.deepEqual(talk.listener.rules, [rule], `${request} → ${answer}`);
    assert.ok(talk.listener.operations.length >= 1);
  }
});

test('a request without an answer is handed over after ten seconds, not before', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(1, 1, '06 0001 0003'));
  const sentUs = talk.context.timeUs;
  talk.decoder.tick(sentUs + 9_999_999, talk.context);
  assert.equal(talk.listener.operations.length, 0);
  talk.decoder.tick(sentUs + 10_000_000, talk.context);
  const [operation] = talk.listener.operations;
  assert.deepEqual(
    [operation?.outcome, operation?.verb, operation?.values, operation?.answerFrame, operation?.elapsedUs],
    ['unanswered', 'write', [3], 0, -1],
  );
});

test('what is open when the conversation closes is handed over, oldest first, of that conversation only', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(1, 1, '03 0001 0001'));
  talk.context.flow = 2;
  talk.request(tcpFrame(1, 1, '03 0002 0001'));
  talk.context.flow = 1;
  talk.request(tcpFrame(2, 1, '03 0003 0001'));
  talk.close();
  assert.deepEqual(
    talk.listener.operations.map(({ first }) => first),
    [1, 3],
  );
});

test('after a gap in the answers the requests behind it are answered first', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(0, 1, '03 0001 0001'));
  talk.decoder.gap(1, false, talk.context);
  talk.request(tcpFrame(0, 1, '03 0002 0001'));
  talk.answer(tcpFrame(0, 1, '03 02 0009'));
  assert.equal(talk.listener.operations[0]?.first, 2);
  talk.close();
  assert.deepEqual([talk.listener.operations[1]?.first, talk.listener.operations[1]?.outcome], [1, 'unanswered']);
});

test('function 23 is a write and a read', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(1, 1, '17 0003 0002 000E 0001 02 00FF'));
  talk.answer(tcpFrame(1, 1, '17 04 0001 0002'));
  assert.deepEqual(
    talk.listener.operations.map(({ verb, first, count, values, outcome }) => [verb, first, count, values, outcome]),
    [
      ['write', 14, 1, [255], 'ok'],
      ['read', 3, 2, [1, 2], 'ok'],
    ],
  );
  talk.request(tcpFrame(2, 1, '17 0003 0002 000E 0001 02 00FF'));
  talk.close();
  assert.deepEqual(
    talk.listener.operations.slice(2).map(({ verb, values, outcome }) => [verb, values, outcome]),
    [
      ['write', [255], 'unanswered'],
      ['read', [], 'unanswered'],
    ],
  );
});

test('every record of a file request is an operation and a piece of a transfer', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(1, 1, '14 0E 06 0004 0001 0002 06 0003 0009 0002'));
  talk.answer(tcpFrame(1, 1, '14 0C 05 06 0DFE 0020 05 06 33CD 0040'));
  assert.deepEqual(
    talk.listener.operations.map(({ verb, first, values }) => [verb, first, values]),
    [
      ['file-read', 4 * 65536 + 1, [0x0dfe, 0x0020]],
      ['file-read', 3 * 65536 + 9, [0x33cd, 0x0040]],
    ],
  );
  talk.close();
  assert.deepEqual(
    talk.listener.transfers.map(({ phase, name, offset, direction, size }) => [phase, name, offset, direction, size]),
    [
      ['begun', 'file 4', -1, 'to-client', 0],
      ['piece', 'file 4', 2, 'to-client', 0],
      ['begun', 'file 3', -1, 'to-client', 0],
      ['piece', 'file 3', 18, 'to-client', 0],
      ['ended', 'file 4', -1, 'to-client', 4],
      ['ended', 'file 3', -1, 'to-client', 4],
    ],
  );
});

test('written records are pieces when they are seen, and operations when they are answered', () => {
  const talk = new Talk(modbus);
  const message = '15 14 06 0004 0007 0003 06AF 04BE 100D 06 0004 000A 0000';
  talk.request(tcpFrame(1, 1, message));
  assert.deepEqual(
    talk.listener.transfers.map(({ phase, bytes }) => [phase, bytes.length]),
    [
      ['begun', 0],
      ['piece', 6],
      ['piece', 0],
    ],
  );
  talk.answer(tcpFrame(1, 1, '95 04'));
  assert.deepEqual(
    talk.listener.operations.map(({ verb, first, values, code }) => [verb, first, values, code]),
    [
      ['file-write', 4 * 65536 + 7, [0x06af, 0x04be, 0x100d], 4],
      ['file-write', 4 * 65536 + 10, [], 4],
    ],
  );
});

test('a conversation whose roles were taken the wrong way round is read the right way', () => {
  const talk = new Talk(modbus, { clientPort: 20_000, serverPort: 40_000 });
  talk.answer(tcpFrame(1, 1, '03 0010 0002'));
  talk.request(tcpFrame(1, 1, '03 04 0001 0002'));
  talk.request(tcpFrame(2, 1, '06 0001 0003'));
  const [read] = talk.listener.operations;
  assert.deepEqual([read?.client, read?.server, read?.first, read?.values], [20, 10, 16, [1, 2]]);
  assert.deepEqual(talk.listener.rules, []);
});

test('on a usual port the port says who the server is, whatever is said', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(1, 1, '03 04 0001 0002'));
  talk.close();
  assert.deepEqual([talk.listener.operations[0]?.client, talk.listener.operations[0]?.requestFrame], [10, 1]);
  assert.ok(talk.listener.rules.length > 0);
});

test('the serial framing pairs by unit, and a new request ends the wait for the old one', () => {
  const talk = new Talk(modbusRtu, { clientPort: 40_000, serverPort: 4001 });
  talk.request(rtuFrame(1, '03 0010 0001'));
  talk.request(rtuFrame(2, '03 0020 0001'));
  talk.answer(rtuFrame(2, '03 02 0002'));
  talk.request(rtuFrame(1, '03 0030 0001'));
  talk.answer(rtuFrame(1, '03 02 0003'));
  assert.deepEqual(
    talk.listener.operations.map(({ first, outcome }) => [first, outcome]),
    [
      [32, 'ok'],
      [16, 'unanswered'],
      [48, 'ok'],
    ],
  );
});

test('unit 0 of the serial framing is every device: a write is told at once, a read breaks a rule', () => {
  const talk = new Talk(modbusRtu, { clientPort: 40_000, serverPort: 4001 });
  talk.request(rtuFrame(0, '06 0001 0003'));
  assert.deepEqual(
    talk.listener.operations.map(({ isBroadcast, outcome, values }) => [isBroadcast, outcome, values]),
    [[true, 'unanswered', [3]]],
  );
  talk.request(rtuFrame(0, '03 0001 0003'));
  talk.answer(rtuFrame(0, '06 0001 0003'));
  assert.deepEqual(talk.listener.rules, ['broadcast-not-a-write', 'broadcast-answered']);
});

test('unit 0 of Modbus/TCP is the device itself', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(1, 0, '06 0001 0003'));
  talk.answer(tcpFrame(1, 0, '06 0001 0003'));
  assert.equal(talk.listener.operations[0]?.isBroadcast, false);
});

test('device identification becomes claims about the unit, or the host where 0 or 255 is asked', () => {
  for (const [unit, expected] of [
    [0, -1],
    [255, -1],
    [7, 7],
  ] as const) {
    const talk = new Talk(modbus);
    talk.request(tcpFrame(1, unit, '2B 0E 01 00'));
    talk.answer(tcpFrame(1, unit, '2B 0E 01 01 00 00 03 00 03 414243 01 01 58 02 04 56312E32'));
    assert.deepEqual(
      talk.listener.claims.map(({ attribute, value, trust, host, unit: about }) => [
        attribute,
        value,
        trust,
        host,
        about,
      ]),
      [
        ['vendor', 'ABC', 0.9, 20, expected],
        ['product-code', 'X', 0.9, 20, expected],
        ['firmware', 'V1.2', 0.9, 20, expected],
      ],
    );
  }
});

test('a product name is the model only where no model name is told', () => {
  const talk = new Talk(modbus);
  talk.answer(tcpFrame(1, 1, '2B 0E 02 02 00 00 02 04 01 50 05 01 4D'));
  talk.answer(tcpFrame(2, 1, '2B 0E 02 02 00 00 01 04 01 50'));
  assert.deepEqual(
    talk.listener.claims.map(({ attribute, value }) => [attribute, value]),
    [
      ['model', 'M'],
      ['model', 'P'],
    ],
  );
});

test('a server id with text and run indicator becomes claims', () => {
  const talk = new Talk(modbus);
  talk.answer(tcpFrame(1, 1, '11 08 504D3835 3030 20 FF'));
  talk.answer(tcpFrame(2, 1, '11 02 01 00'));
  assert.deepEqual(
    talk.listener.claims.map(({ attribute, value }) => [attribute, value]),
    [
      ['model', 'PM8500'],
      ['run-state', 'run'],
      ['run-state', 'stop'],
    ],
  );
});

test('UMAS identity, reservation and refusal are told', () => {
  const talk = new Talk(modbus);
  talk.request(tcpFrame(1, 0, '5A 00 02'));
  const cpu = Buffer.from('CPU 1').toString('hex');
  talk.answer(tcpFrame(1, 0, `5A 00 FE 0000 00000000 0000 7002 0000 0000 0000 00000000 0000 05 ${cpu} 00`));
  talk.request(tcpFrame(2, 0, `5A 00 03 00`));
  talk.answer(tcpFrame(2, 0, `5A 00 FE ${'00'.repeat(38)} 06 506C616E7400`));
  talk.request(tcpFrame(3, 0, '5A 00 10 00000000 02 5043'));
  talk.answer(tcpFrame(3, 0, '5A 00 FE 01'));
  talk.request(tcpFrame(4, 0, '5A 01 41 FF00'));
  talk.answer(tcpFrame(4, 0, '5A 01 FD 80'));
  assert.deepEqual(
    talk.listener.claims.map(({ attribute, value, unit }) => [attribute, value, unit]),
    [
      ['firmware', '2.70', -1],
      ['vendor', 'Schneider Electric', -1],
      ['model', 'CPU 1', -1],
      ['project', 'Plant', -1],
    ],
  );
  assert.deepEqual(
    talk.listener.operations.slice(2).map(({ verb, name, outcome, code }) => [verb, name, outcome, code]),
    [
      ['reserve', 'PC', 'ok', 0],
      ['stop', '', 'refused', 0xfd],
    ],
  );
});

/** Begins a transfer in either direction, moves blocks and ends it. */
function program(talk: Talk, isDownload: boolean, blocks: readonly number[]): void {
  const [begin, move, end] = isDownload ? ['30', '31', '32'] : ['33', '34', '35'];
  talk.request(tcpFrame(1, 0, `5A 01 ${begin} 0001`));
  talk.answer(tcpFrame(1, 0, isDownload ? '5A 01 FE' : '5A 01 FE 0001 04000000'));
  for (const block of blocks) {
    const number = `0${block}00`;
    talk.request(tcpFrame(2, 0, `5A 01 ${move} 0001 ${number} ${isDownload ? '0200 AABB' : ''}`));
    talk.answer(tcpFrame(2, 0, isDownload ? '5A 01 FE' : '5A 01 FE 00 00 0200 AABB'));
  }
  talk.request(tcpFrame(3, 0, `5A 01 ${end} 0001 0200`));
  talk.answer(tcpFrame(3, 0, '5A 01 FE'));
}

test('a UMAS program is one transfer: complete, with a block missing, with a block repeated', () => {
  for (const isDownload of [true, false]) {
    for (const [blocks, size, isComplete] of [
      [[1, 2], 4, true],
      [[1, 3], 4, false],
      [[1, 2, 2], 4, true],
    ] as const) {
      const talk = new Talk(modbus);
      program(talk, isDownload, blocks);
      const ended = talk.listener.transfers.at(-1);
      assert.deepEqual([ended?.phase, ended?.size, ended?.isComplete], ['ended', size, isComplete], String(blocks));
      assert.equal(new Set(talk.listener.transfers.map(({ transfer }) => transfer)).size, 1);
      assert.equal(ended?.direction, isDownload ? 'to-server' : 'to-client');
    }
  }
});

test('an upload shorter than announced is not complete', () => {
  const talk = new Talk(modbus);
  program(talk, false, [1]);
  assert.equal(talk.listener.transfers.at(-1)?.isComplete, false);
});

test('a header that contradicts its datagram is reported', () => {
  const talk = new Talk(modbus);
  const long = tcpFrame(1, 1, '06 0001 0003');
  long[5] = 9;
  talk.request(long);
  const short = Uint8Array.from([...tcpFrame(2, 1, '06 0001 0003'), 0, 0]);
  talk.request(short);
  const foreign = tcpFrame(3, 1, '06 0001 0003');
  foreign[3] = 4;
  talk.request(foreign);
  talk.request(tcpFrame(4, 1, '06 0001 0003').subarray(0, 5));
  assert.deepEqual(talk.listener.rules, [
    'length-mismatch',
    'trailing-bytes',
    'protocol-id-not-zero',
    'length-too-short',
    'length-too-short',
  ]);
});
