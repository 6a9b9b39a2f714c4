// What is told of TCP stacks: against the options as RFC 9293, 7323 and 2018 lay them out, and against a second reading.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LinkType } from '../capture/frames.ts';
import type { FactSink, Trait } from '../facts/facts.ts';
import { decodeFrame } from '../packet/decode.ts';
import { Packet } from '../packet/packet.ts';
import { ethernet, hexBytes, ipv4, tcp } from '../packet/sample-frames.ts';
import { TcpStacks } from './tcp-stack.ts';

const LINUX_OPTIONS = '020405b4 0402 080a 00112233 00000000 01 030307';

function packetOf(fields: { options: string; flags?: number; window?: number; ttl?: number }): Packet {
  const segment = tcp(
    { options: hexBytes(fields.options), flags: fields.flags ?? 0x02, window: fields.window ?? 64240 },
    new Uint8Array(0),
  );
  const frame = ethernet(0x0800, ipv4({ protocol: 6, ttl: fields.ttl ?? 64 }, segment));
  const packet = new Packet();
  decodeFrame(packet, frame, 0, frame.length, frame.length, LinkType.ethernet);
  return packet;
}

function listening(): { stacks: TcpStacks; traits: Trait[] } {
  const traits: Trait[] = [];
  const sink = { trait: (trait: Trait) => void traits.push(trait) } as unknown as FactSink;
  return { stacks: new TcpStacks(sink), traits };
}

test('a SYN tells the TTL it set out with, the window, the options and their order', () => {
  const { stacks, traits } = listening();
  stacks.note(packetOf({ options: LINUX_OPTIONS, ttl: 61 }), 7);
  assert.deepEqual(
    traits.map(({ host, trait, value }) => ({ host, trait, value })),
    [{ host: 7, trait: 'tcp-stack', value: '64:64240:1460:7:mss,sok,ts,nop,ws:' }],
  );
});

test('an answer is another trait, and what asks for ECN says so', () => {
  const { stacks, traits } = listening();
  stacks.note(packetOf({ options: '020405b4', flags: 0x12, ttl: 255, window: 4096 }), 7);
  stacks.note(packetOf({ options: '020405b4', flags: 0xc2, ttl: 120, window: 8192 }), 7);
  assert.deepEqual(
    traits.map(({ trait, value }) => `${trait} ${value}`),
    ['tcp-stack-answer 255:4096:1460:-:mss:', 'tcp-stack 128:8192:1460:-:mss:ecn'],
  );
});

test('the same stack is told once, time stamps do not make another, and a flood of them is not told', () => {
  const { stacks, traits } = listening();
  stacks.note(packetOf({ options: LINUX_OPTIONS }), 7);
  stacks.note(packetOf({ options: LINUX_OPTIONS.replace('00112233', '99887766') }), 7);
  assert.equal(traits.length, 1);
  for (let window = 1; window <= 50; window++) stacks.note(packetOf({ options: LINUX_OPTIONS, window }), 7);
  assert.equal(traits.length, 8);
  stacks.note(packetOf({ options: LINUX_OPTIONS }), 8);
  assert.equal(traits.at(-1)?.host, 8);
});

test('options that run past their end are told as far as they go', () => {
  const { stacks, traits } = listening();
  stacks.note(packetOf({ options: '0204 05b4 0801 0000' }), 7);
  stacks.note(packetOf({ options: '01 01 01 00' }), 7);
  stacks.note(packetOf({ options: '01 fd 01 08' }), 7);
  assert.deepEqual(
    traits.map(({ value }) => value.split(':')[4]),
    ['mss,ts,cut', 'nop,nop,nop,eol', 'nop,?253,cut'],
  );
});

test('whatever the options, it ends, and equal bytes are equal', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 0, maxLength: 10 }), (words) => {
      const options = Uint8Array.from({ length: words.length * 4 }, (_, at) => (words[at >> 2]! * (at + 1)) & 0xff);
      const { stacks, traits } = listening();
      stacks.note(packetOf({ options: options.toHex() }), 1);
      stacks.note(packetOf({ options: options.toHex() }), 1);
      assert.equal(traits.length, 1);
    }),
  );
});
