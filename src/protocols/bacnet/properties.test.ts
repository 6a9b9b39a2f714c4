// What must hold for any bytes and any order of messages.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import { Talk, complexAck, objectId, request, unicast } from './example-frames.ts';
import { bacnet } from './index.ts';

const SEED = 20_260_101;
const PCAP_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const HEADERS_SIZE = 42;
const LENGTH_OF_UDP_AT = 38;

type Said = readonly [fromClient: boolean, bytes: Uint8Array];

/** Every datagram of the captures of this folder; 192.0.2.20 is the client. */
function datagrams(): Said[] {
  const said: Said[] = [];
  for (const name of ['workstation', 'services', 'routers', 'malformed']) {
    const file = readFileSync(join(import.meta.dirname, 'captures', `${name}.pcap`));
    for (let at = PCAP_HEADER_SIZE; at < file.length;) {
      const size = file.readUInt32LE(0) === 0xa1b2c3d4 ? file.readUInt32LE(at + 8) : file.readUInt32BE(at + 8);
      const frame = file.subarray(at + RECORD_HEADER_SIZE, at + RECORD_HEADER_SIZE + size);
      at += RECORD_HEADER_SIZE + size;
      const isUdp = frame[12] === 0x08 && frame[13] === 0 && frame[23] === 17;
      if (!isUdp) continue;
      const length = frame.readUInt16BE(LENGTH_OF_UDP_AT) - 8;
      said.push([frame[29] === 20, Uint8Array.from(frame.subarray(HEADERS_SIZE, HEADERS_SIZE + length))]);
    }
  }
  return said;
}

const SAID = datagrams();

/** Says bytes as if they stood between other bytes, and gives everything that was told. */
function told(said: readonly Said[], around: number): string {
  const talk = new Talk();
  const { decoder, context } = talk;
  const replies: number[] = [];
  for (const [fromClient, bytes] of said) {
    const end = 32 + bytes.length;
    const placed = new Uint8Array(end + 32).fill(around);
    placed.set(bytes, 32);
    context.fromClient = fromClient;
    context.timeUs += 1000;
    context.frame++;
    replies.push(decoder.looksLike(placed, 32, end), decoder.speaker(placed, 32, end));
    assert.equal(decoder.frameSize(placed, 32, end, context), NOT_THIS_PROTOCOL);
    decoder.decode(placed, 32, end, context);
  }
  decoder.tick(context.timeUs + 60_000_000, context);
  talk.close();
  const { operations, claims, transfers, logins, violations } = talk.listener;
  return JSON.stringify([replies, operations, claims, transfers, logins, violations]);
}

function assertNothingOutsideIsRead(said: readonly Said[], note: string): void {
  assert.equal(told(said, 0x00), told(said, 0xff), note);
}

test('the captures hold what the properties are tried on', () => {
  assert.ok(SAID.length > 150);
  assert.ok(SAID.some(([fromClient]) => fromClient) && SAID.some(([fromClient]) => !fromClient));
});

test('every prefix of every datagram decodes, and bytes beyond it change nothing', () => {
  for (const [fromClient, whole] of SAID) {
    const prefixes = Array.from({ length: whole.length + 1 }, (_, end): Said => [fromClient, whole.subarray(0, end)]);
    assertNothingOutsideIsRead(prefixes, Buffer.from(whole).toString('hex'));
  }
});

test('every prefix of every answer decodes after its request', () => {
  for (const [index, [fromClient, whole]] of SAID.entries()) {
    const before = SAID[index - 1];
    if (before === undefined || before[0] === fromClient) continue;
    const pairs = Array.from({ length: whole.length + 1 }, (_, end): Said[] => [
      before,
      [fromClient, whole.subarray(0, end)],
    ]);
    assertNothingOutsideIsRead(pairs.flat(), `${index}`);
  }
});

test('any bytes decode, and bytes beyond them change nothing', () => {
  const message = fc.oneof(
    fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 120 })),
    fc
      .tuple(fc.constantFrom(...SAID), fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 4 }), fc.nat(200))
      .map(([[fromClient, datagram], changes, size]): [boolean, Uint8Array] => {
        const bytes = datagram.slice();
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        return [fromClient, bytes.subarray(0, size)];
      }),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), (said) => assertNothingOutsideIsRead(said, '')),
    { seed: SEED, numRuns: 1000 },
  );
});

test('values nested without end are malformed, and cost no more than their bytes', () => {
  const parameters = `0C${objectId(0, 1)} 1955 3E ${'0E'.repeat(1400)}`;
  const talk = new Talk().server(unicast(complexAck(1, 12, parameters)));
  assert.deepEqual(talk.listener.rules, ['parameters-invalid']);
});

test('a tag that claims a length of four gigabytes is malformed', () => {
  const talk = new Talk().server(unicast(complexAck(1, 12, `0C${objectId(0, 1)} 1955 3E 65 FF FFFFFFFF 00 3F`)));
  assert.deepEqual(talk.listener.rules, ['parameters-invalid']);
});

interface Step {
  readonly flow: number;
  readonly fromClient: boolean;
  readonly invokeId: number;
  readonly isRequest: boolean;
}

/** The rule in its plainest form: an answer belongs to the one open request of the other side with its invoke id. */
function pairsOfModel(steps: readonly Step[]): string[] {
  const open = new Map<string, number>();
  const pairs: string[] = [];
  steps.forEach(({ flow, fromClient, invokeId, isRequest }, index) => {
    const frame = index + 1;
    const key = `${flow} ${isRequest ? fromClient : !fromClient} ${invokeId}`;
    const before = open.get(key);
    if (isRequest) {
      if (before !== undefined) pairs.push(`${before} 0`);
      open.delete(key);
      open.set(key, frame);
    } else {
      pairs.push(`${before ?? 0} ${frame}`);
      open.delete(key);
    }
  });
  return [...pairs, ...[...open.values()].map((frame) => `${frame} 0`)];
}

test('any interleaving of requests and answers is paired as the plainest model pairs it', () => {
  const step = fc.record({
    flow: fc.nat(2),
    fromClient: fc.boolean(),
    invokeId: fc.nat(2),
    isRequest: fc.boolean(),
  });
  const object = objectId(0, 1);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const talk = new Talk();
      for (const { flow, fromClient, invokeId, isRequest } of steps) {
        talk.context.flow = flow;
        const apdu = isRequest
          ? request(invokeId, 12, `0C${object} 1955`)
          : complexAck(invokeId, 12, `0C${object} 1955 3E 2101 3F`);
        talk.say(fromClient, unicast(apdu));
      }
      // One tick much later: everything that is open goes, oldest first.
      talk.decoder.tick(talk.context.timeUs + 60_000_000, talk.context);
      const pairs = talk.operations.map(({ requestFrame, answerFrame }) => `${requestFrame} ${answerFrame}`);
      assert.deepEqual(pairs, pairsOfModel(steps));
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

test('a long list that is written keeps its properties until the answer', () => {
  const writes = Array.from({ length: 60 }, (_, index) => `0C${objectId(2, index)} 1E 0955 2E 4441B00000 2F 1F`).join(
    '',
  );
  const talk = new Talk().client(unicast(request(1, 16, writes))).server(unicast('20 01 10'));
  assert.deepEqual(
    talk.operations.map(({ first }) => first),
    Array.from({ length: 60 }, (_, index) => index),
  );
});

test('writes of a segmented request that is too long to be kept are told all the same', () => {
  const talk = new Talk();
  const writes = Array.from({ length: 400 }, (_, index) => `0C${objectId(2, index)} 1E 0955 2E 4441B00000 2F 1F`);
  for (let part = 0; part < 8; part++) {
    const isLast = part === 7;
    const some = writes.slice(part * 50, part * 50 + 50).join('');
    talk.client(unicast(`${isLast ? '08' : '0C'} 05 01 0${part} 08 10 ${some}`));
  }
  talk.server(unicast('20 01 10')).close();
  const written = talk.operations.filter(({ object }) => object === 'analog-value present-value');
  assert.equal(written.length, 400);
  assert.deepEqual(talk.listener.rules, []);
});

test('passwords that wait are bounded, and none is lost', () => {
  const talk = new Talk();
  for (let index = 0; index < 100; index++) talk.client(unicast(request(index, 20, `0901 1D 03 00 3${index % 10}41`)));
  assert.equal(talk.listener.logins.length, 36);
  talk.close();
  assert.equal(talk.listener.logins.length, 100);
});

test('the protocol declares what it is', () => {
  assert.deepEqual(bacnet.ports.slice(0, 2), [47_808, 47_809]);
  assert.equal(bacnet.family, 'building');
  assert.equal(bacnet.units!.areBehind, true);
});
