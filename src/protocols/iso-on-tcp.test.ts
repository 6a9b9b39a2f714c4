// Packets, data units in pieces, and connections, without a protocol above.
import assert from 'node:assert/strict';
import test from 'node:test';
import { NEED_MORE, NOT_THIS_PROTOCOL } from '../facts/protocol.ts';
import { hexBytes } from './example-conversation.ts';
import { connectionCodeName, readConnection } from './iso-connections.ts';
import { TsduReassembly } from './iso-reassembly.ts';
import { Beginning, CotpHeader, StreamBeginning, Tpdu, readCotp, tpktSize } from './iso-packets.ts';

function size(hex: string): number {
  const bytes = hexBytes(hex);
  return tpktSize(bytes, 0, bytes.length, 1000);
}

function header(hex: string): CotpHeader | null {
  const bytes = hexBytes(hex);
  const read = new CotpHeader();
  return readCotp(bytes, 0, bytes.length, read) ? read : null;
}

test('a packet is as long as its header says, within bounds', () => {
  assert.equal(size('0300 0007 02F080'), 7);
  assert.equal(size('0300 03E8'), 1000);
  assert.equal(size('0300 03E9'), NOT_THIS_PROTOCOL);
  assert.equal(size('0300 0006'), NOT_THIS_PROTOCOL);
  assert.equal(size('0300 00'), NEED_MORE);
  assert.equal(size('0301 00'), NOT_THIS_PROTOCOL);
  assert.equal(size('02'), NOT_THIS_PROTOCOL);
});

test('a data unit has its user data behind the header, and says whether it is the last', () => {
  const last = header('0300 0009 02 F0 80 AABB');
  assert.deepEqual([last?.type, last?.dataStart, last?.isEnd], [Tpdu.data, 7, true]);
  assert.equal(header('0300 0009 02 F0 00 AABB')?.isEnd, false);
  assert.equal(header('0300 0009 01 F0 80 AABB'), null);
  assert.equal(header('0300 0009 05 F0 80 AABB'), null);
  assert.equal(header('0300'), null);
});

test('a connection request tells class, selectors and size of data units', () => {
  const hex = '0300 0019 14 E0 0000 0001 20 C0010A C1020100 C2020102 C30100';
  const bytes = hexBytes(hex);
  const read = new CotpHeader();
  assert.ok(readCotp(bytes, 0, bytes.length, read));
  const request = readConnection(bytes, read);
  assert.deepEqual([request.transportClass, request.tpduBytesMax, request.isMalformed], [2, 1024, false]);
  assert.deepEqual(
    [[...request.callingTsap], [...request.calledTsap]],
    [
      [1, 0],
      [1, 2],
    ],
  );
});

test('a parameter that runs past the header is malformed, and what stands before it is read', () => {
  const bytes = hexBytes('0300 0013 0E E0 0000 0001 00 C1020100 C2090102');
  const read = new CotpHeader();
  assert.ok(readCotp(bytes, 0, bytes.length, read));
  const request = readConnection(bytes, read);
  assert.deepEqual([[...request.callingTsap], request.calledTsap.length, request.isMalformed], [[1, 0], 0, true]);
});

test('the beginning of a stream is walked up to its first user data', () => {
  const beginning = new StreamBeginning();
  const read = (hex: string): number => {
    const bytes = hexBytes(hex);
    return beginning.read(bytes, 0, bytes.length, 1000);
  };
  const request = '0300 000B 06 E0 0000 0001 00';
  assert.equal(read(request), Beginning.undecided);
  assert.equal(read(`${request} 0300 0009 02 F0 80 AABB`), Beginning.data);
  assert.deepEqual([beginning.header.dataStart, beginning.packetEnd], [18, 20]);
  assert.equal(read(`${request} 0300 0007 02 F0 00 0300 0009 02 F0 80`), Beginning.undecided);
  assert.equal(read('0300 000B 06 80 0000 0001 00'), Beginning.notTpkt);
  assert.equal(read('0300 000B 02 10 0000 0001 00'), Beginning.notTpkt);
  assert.equal(read(''), Beginning.undecided);
});

test('pieces of both directions and several conversations are kept apart', () => {
  const reassembly = new TsduReassembly(100);
  const piece = (flow: number, fromClient: boolean, value: number, isEnd: boolean): string =>
    reassembly.append(flow, fromClient, Uint8Array.of(value), 0, 1, isEnd);
  assert.equal(piece(1, true, 1, false), 'more');
  assert.equal(piece(1, false, 2, false), 'more');
  assert.equal(piece(2, true, 3, false), 'more');
  assert.equal(piece(1, true, 4, true), 'whole');
  assert.deepEqual([...reassembly.buffer.subarray(0, reassembly.length)], [1, 4]);
  reassembly.forget(1, false);
  assert.deepEqual([reassembly.isOpen(1, false), reassembly.isOpen(2, true)], [false, true]);
});

test('what grows too long is cut, and the oldest of too many is forgotten', () => {
  const reassembly = new TsduReassembly(100);
  assert.equal(reassembly.append(1, true, new Uint8Array(90), 0, 90, false), 'more');
  assert.equal(reassembly.append(1, true, new Uint8Array(90), 0, 90, true), 'too-long');
  assert.equal(reassembly.length, 100);
  for (let flow = 1; flow <= 257; flow++) reassembly.append(flow, true, Uint8Array.of(1), 0, 1, false);
  assert.deepEqual(
    [reassembly.isOpen(1, true), reassembly.isOpen(2, true), reassembly.isOpen(257, true)],
    [false, true, true],
  );
});

test('reasons of refused connections have names, other codes none', () => {
  assert.equal(connectionCodeName(0x380), 'normal disconnect');
  assert.equal(connectionCodeName(0x3ff), 'disconnect reason 255');
  assert.equal(connectionCodeName(0x402), 'invalid TPDU type');
  assert.equal(connectionCodeName(5), '');
});
