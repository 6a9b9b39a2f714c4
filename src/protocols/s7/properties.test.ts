// What must hold for any bytes and any order of messages, of both protocols.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { Match, NEED_MORE, type Protocol } from '../../facts/protocol.ts';
import { Talk } from './example-frames.ts';
import { s7comm, s7commPlus } from './index.ts';

const SEED = 20_260_102;

type Said = readonly [fromClient: boolean, bytes: Uint8Array];

/** Packets of a capture of this folder in their order: Ethernet, IPv4, TCP, one or several packets in each frame. */
function packetsOf(name: string): Said[] {
  const file = readFileSync(join(import.meta.dirname, 'captures', name));
  const said: Said[] = [];
  for (let at = 24; at + 16 <= file.length;) {
    const size = file.readUInt32LE(at + 8);
    const frame = file.subarray(at + 16, at + 16 + size);
    at += 16 + size;
    const ip = 14;
    const tcp = ip + (frame[ip]! & 15) * 4;
    const end = ip + frame.readUInt16BE(ip + 2);
    const isFromClient = frame.readUInt16BE(tcp + 2) === 102;
    for (let start = tcp + (frame[tcp + 12]! >> 4) * 4; start + 4 <= end;) {
      const length = frame.readUInt16BE(start + 2);
      said.push([isFromClient, Uint8Array.from(frame.subarray(start, start + length))]);
      start += length;
    }
  }
  return said;
}

const CONVERSATIONS: readonly (readonly [Protocol, string, Said[]])[] = [
  [s7comm, 'snap7-and-nodes7.pcap', packetsOf('snap7-and-nodes7.pcap')],
  [s7comm, 's7comm.pcap', bigEndianPackets('s7comm.pcap')],
  [s7commPlus, 's7comm-plus.pcap', bigEndianPackets('s7comm-plus.pcap')],
];

/** The hand-made captures are written most significant byte first. */
function bigEndianPackets(name: string): Said[] {
  const file = readFileSync(join(import.meta.dirname, 'captures', name));
  const said: Said[] = [];
  for (let at = 24; at + 16 <= file.length;) {
    const size = file.readUInt32BE(at + 8);
    const frame = file.subarray(at + 16, at + 16 + size);
    at += 16 + size;
    const end = 14 + frame.readUInt16BE(16);
    if (end > 54) said.push([frame.readUInt16BE(36) === 102, Uint8Array.from(frame.subarray(54, end))]);
  }
  return said;
}

/** Says bytes as if they stood between other bytes, and gives everything that was told. */
function told(protocol: Protocol, said: readonly Said[], around: number): string {
  const talk = new Talk(protocol);
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
    replies.push(decoder.frameSize(placed, 32, end, context));
    decoder.decode(placed, 32, end, context);
  }
  decoder.tick(context.timeUs + 70_000_000, context);
  talk.close();
  const { operations, claims, transfers, violations, logins } = talk.listener;
  return JSON.stringify([replies, operations, claims, transfers, violations, logins]);
}

function assertNothingOutsideIsRead(protocol: Protocol, said: readonly Said[], note: string): void {
  assert.equal(told(protocol, said, 0x00), told(protocol, said, 0xff), note);
}

for (const [protocol, name, said] of CONVERSATIONS) {
  test(`${name}: every prefix of every packet decodes, alone and behind the packets before it`, () => {
    assert.ok(said.length > 10, `${said.length} packets`);
    said.forEach(([fromClient, bytes], index) => {
      for (let end = 0; end <= bytes.length; end += bytes.length > 60 ? 11 : 3) {
        const cut: Said = [fromClient, bytes.subarray(0, end)];
        assertNothingOutsideIsRead(protocol, [cut], `packet ${index + 1}, ${end} bytes`);
        if (end % 5 === 0)
          assertNothingOutsideIsRead(protocol, [...said.slice(Math.max(0, index - 3), index), cut], '');
      }
    });
  });

  test(`${name}: changed, doubled, left out and turned round, packets decode, and bytes beyond them change nothing`, () => {
    const packets = fc
      .tuple(
        fc.nat(said.length - 1),
        fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 4 }),
        fc.boolean(),
        fc.nat(400),
      )
      .map(([index, changes, isTurned, size]): Said => {
        const [fromClient, original] = said[index]!;
        const bytes = original.slice(0, Math.max(4, size));
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
        return [fromClient !== isTurned, bytes];
      });
    fc.assert(
      fc.property(fc.array(packets, { maxLength: 12 }), (some) => {
        assertNothingOutsideIsRead(protocol, some, '');
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  test(`${name}: its packets are recognised one by one, and the other protocol does not claim them`, () => {
    const own = protocol.start(0);
    const other = (protocol === s7comm ? s7commPlus : s7comm).start(1);
    let recognised = 0;
    for (const [, bytes] of said) {
      if (own.looksLike(bytes, 0, bytes.length) === Match.yes) recognised++;
      const match = other.looksLike(bytes, 0, bytes.length);
      assert.ok(match === Match.no || match === Match.later);
    }
    // All but those that set up the connection and the later parts of a message.
    assert.ok(recognised >= said.length - 6, `${recognised} of ${said.length}`);
  });
}

for (const protocol of [s7comm, s7commPlus]) {
  test(`${protocol.name}: a frame always makes progress and never is longer than it may be`, () => {
    const { context, decoder } = new Talk(protocol);
    const start = fc.constantFrom([3, 0], [3, 0, 0, 22], [3, 0, 0x3f, 0xff], [0]);
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 400 }), (head, rest) => {
        const bytes = Uint8Array.from([...head, ...rest]);
        const size = decoder.frameSize(bytes, 0, bytes.length, context);
        assert.ok(size <= protocol.frameBytesMax && size >= -1);
        if (size === NEED_MORE) assert.ok(bytes.length < 4);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  test(`${protocol.name}: what is kept of many conversations is bounded and given back`, () => {
    const talk = new Talk(protocol);
    const said = CONVERSATIONS.filter(([one]) => one === protocol).flatMap(([, , packets]) => packets);
    for (let flow = 1; flow <= 400; flow++) {
      talk.context.flow = flow;
      for (const [fromClient, bytes] of said.slice(0, flow % said.length)) talk.say(fromClient, bytes);
    }
    const before = talk.operations.length;
    for (let flow = 1; flow <= 400; flow++) {
      talk.context.flow = flow;
      talk.close();
    }
    assert.ok(talk.operations.length >= before);
    const after = talk.operations.length;
    talk.decoder.tick(talk.context.timeUs + 200_000_000, talk.context);
    assert.equal(talk.operations.length, after, 'a closed conversation has nothing left to tell');
  });
}
