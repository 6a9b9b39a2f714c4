import assert from 'node:assert/strict';
import test from 'node:test';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { crc16 } from './crc.ts';
import { Talk, bytesOf, rtuFrame, tcpFrame } from './example-frames.ts';
import { modbus, modbusRtu } from './index.ts';

/** Well-formed messages: what a client and what a server says. */
const REQUESTS = [
  '01 0013 0013',
  '02 00C4 0016',
  '03 006B 0003',
  '04 0008 0001',
  '05 00AC FF00',
  '06 0001 0003',
  '07',
  '08 0000 A537',
  '0B',
  '0C',
  '0F 0013 000A 02 CD01',
  '10 0001 0002 04 000A 0102',
  '11',
  '14 0E 06 0004 0001 0002 06 0003 0009 0002',
  '15 0D 06 0004 0007 0003 06AF 04BE 100D',
  '16 0004 00F2 0025',
  '17 0003 0006 000E 0003 06 00FF 00FE 00FD',
  '18 04DE',
  '2B 0E 01 00',
  '2B 0D 00 01 02',
  '5A 00 02',
];
const ANSWERS = [
  '01 03 CD6B05',
  '02 03 ACDB35',
  '03 06 022B 0000 0064',
  '04 02 000A',
  '07 6D',
  '0B FFFF 0108',
  '0C 08 0000 0108 0121 2000',
  '0F 0013 000A',
  '10 0001 0002',
  '11 05 41424344FF',
  '14 0C 05 06 0DFE 0020 05 06 33CD 0040',
  '17 0C 00FE 0ACD 0001 0003 000D 00FF',
  '18 0006 0002 01B8 1284',
  '2B 0E 01 01 00 00 02 00 03 414243 01 01 58',
  '5A 00 FE 01 02 03',
  '83 02',
];
/** The same bytes go both ways. */
const ECHOES = ['05 ', '06 ', '08 ', '15 ', '16 ', '2B 0D'];

function looks(protocol: typeof modbus, bytes: Uint8Array): number {
  return protocol.start(0).looksLike(bytes, 0, bytes.length);
}

test('well-formed messages are recognised by content, alone and several in a segment', () => {
  for (const message of [...REQUESTS, ...ANSWERS]) {
    const frame = tcpFrame(7, 1, message);
    assert.equal(looks(modbus, frame), Match.yes, `${message} alone`);
    assert.equal(looks(modbus, Uint8Array.from([...frame, ...frame])), Match.yes, `${message} twice`);
    assert.equal(looks(modbusRtu, rtuFrame(1, message)), Match.yes, `${message} in the serial framing`);
  }
});

test('a malformed message is plausible on the usual port, not on any', () => {
  assert.equal(looks(modbus, tcpFrame(7, 1, '03 0000 0000')), Match.maybe);
  assert.equal(looks(modbus, tcpFrame(7, 1, '09 01')), Match.maybe);
  assert.equal(looks(modbus, tcpFrame(7, 1, '00')), Match.maybe);
});

test('one malformed message among good ones takes the certainty away', () => {
  const good = tcpFrame(1, 1, '03 0000 0001');
  const broken = tcpFrame(2, 1, '03 0000 0000');
  assert.equal(looks(modbus, Uint8Array.from([...good, ...broken])), Match.maybe);
});

/** Openings of other protocols, and bytes that nearly fit. */
const OTHERS: Readonly<Record<string, string>> = {
  'an HTTP request': Buffer.from('GET / HTTP/1.1\r\n').toString('hex'),
  'a TLS client hello': '16030100c8010000c40303',
  'an SSH banner': Buffer.from('SSH-2.0-OpenSSH_9.2\r\n').toString('hex'),
  'an S7 connection request': '0300001611e00000000100c0010ac1020100c2020102',
  'a DNS query': '1234 0100 0001 0000 0000 0000 03777777 00 0001 0001',
  'a DNS query without recursion': '0000 0000 0001 0000 0000 0000 03777777 00 0001 0001',
  'an SMB message': '000000850ff534d4272000000001853c8',
  'an EtherNet/IP registration': '6500 0400 00000000 00000000 0000000000000000 00000000 0100 0000',
  'a DNP3 frame': '0564 05c0 0100 0004 e921',
  'protocol id 1': '0001 0001 0006 01 03 0000 0001',
  'length 0': '0001 0000 0000 01 03 0000 0001',
  'length 1': '0001 0000 0001 01',
  zeros: '00'.repeat(64),
  'a length beyond all frames': '0001 0000 ffff 01 03 0000 0001',
};
for (const [name, text] of Object.entries(OTHERS)) {
  test(`${name} is not taken for Modbus`, () => {
    assert.notEqual(looks(modbus, bytesOf(text)), Match.yes);
    assert.equal(looks(modbusRtu, bytesOf(text)), Match.no);
  });
}

test('of every message it is known who says it, of an echo that both could', () => {
  const tcp = modbus.start(0);
  const rtu = modbusRtu.start(0);
  for (const [messages, speaker] of [
    [REQUESTS, Speaker.client],
    [ANSWERS, Speaker.server],
  ] as const) {
    for (const message of messages) {
      const expected = ECHOES.some((echo) => message.startsWith(echo)) ? Speaker.unknown : speaker;
      const frame = tcpFrame(1, 1, message);
      assert.equal(tcp.speaker(frame, 0, frame.length), expected, message);
      const serial = rtuFrame(1, message);
      assert.equal(rtu.speaker(serial, 0, serial.length), expected, `${message} serial`);
    }
  }
});

test('a prefix of a frame says how long it will be or asks for more, never anything else', () => {
  const { context, decoder } = new Talk(modbus);
  for (const message of [...REQUESTS, ...ANSWERS]) {
    const frame = tcpFrame(7, 1, message);
    for (let end = 0; end <= frame.length; end++) {
      const size = decoder.frameSize(frame, 0, end, context);
      assert.equal(size, end < 6 ? NEED_MORE : frame.length, `${message}, ${end} bytes`);
    }
  }
});

test('a prefix of a serial frame asks for more until its CRC proves it', () => {
  const { context, decoder } = new Talk(modbusRtu);
  for (const message of [...REQUESTS, ...ANSWERS]) {
    const frame = rtuFrame(1, message);
    for (let end = 0; end < frame.length; end++) {
      assert.equal(decoder.frameSize(frame, 0, end, context), NEED_MORE, `${message}, ${end} bytes`);
    }
    const followed = Uint8Array.from([...frame, 1, 3, 0, 0]);
    assert.equal(decoder.frameSize(followed, 0, followed.length, context), frame.length, message);
  }
});

test('frames of impossible length or of another protocol id are not ours', () => {
  const { context, decoder } = new Talk(modbus);
  const size = (text: string): number => decoder.frameSize(bytesOf(text), 0, bytesOf(text).length, context);
  assert.equal(size('0001 0000 0000 01 03'), NOT_THIS_PROTOCOL);
  assert.equal(size('0001 0000 FFFF 01 03'), NOT_THIS_PROTOCOL);
  assert.equal(size('0001 0007 0006 01 03 0000 0001 00'), NOT_THIS_PROTOCOL);
  assert.equal(size('0001 0007 0006 01 03 0000 0001'), 12);
});

test('the CRC is the one of the serial specification', () => {
  const frame = bytesOf('01 04 02 FFFF B880');
  assert.equal(crc16(frame, 0, 5), 0x80b8);
  assert.equal(crc16(frame, 0, 7), 0);
});

test('a serial frame with a wrong CRC that ends the segment is decoded and reported', () => {
  const talk = new Talk(modbusRtu);
  const frame = rtuFrame(1, '06 0001 0003');
  frame[3]! ^= 1;
  assert.equal(talk.decoder.frameSize(frame, 0, frame.length, talk.context), frame.length);
  talk.request(frame);
  talk.close();
  assert.deepEqual(talk.listener.rules, ['crc-wrong']);
  assert.equal(talk.listener.operations[0]?.verb, 'write');
});

test('an answer that says it has more than a serial frame can hold is none, though the bytes end there', () => {
  const { context, decoder } = new Talk(modbusRtu);
  const answer = (count: number): number => {
    const bytes = new Uint8Array(5 + count).fill(1);
    bytes.set([1, 4, count]);
    return decoder.frameSize(bytes, 0, bytes.length, context);
  };
  assert.equal(answer(250), 255);
  assert.equal(answer(254), NOT_THIS_PROTOCOL);
});

test('a serial frame is never shorter than its unit, function and CRC', () => {
  const { context, decoder } = new Talk(modbusRtu);
  // The CRC over FF FF alone is 0.
  assert.equal(decoder.frameSize(bytesOf('FFFF 01020304'), 0, 6, context), NEED_MORE);
});
