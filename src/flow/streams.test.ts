// How streams are put together: random cuts, order, overlaps and losses against what was sent. The protocol here is a
// minimal one of length-prefixed frames, so that only the flow stage is judged.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Conversation, FactSink, Violation } from '../facts/facts.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker, type MessageContext, type Protocol } from '../facts/protocol.ts';
import { IpProtocol, Packet, TcpFlag } from '../packet/packet.ts';
import { HostTable } from './hosts.ts';
import { FlowTracker } from './tracker.ts';

const CLIENT = 0x0a000001;
const SERVER = 0x0a000002;
const MAGIC = 0xa7;
/** A frame of this kind is an introduction that others have as well: what follows tells the protocol. */
const INTRODUCTION = 0xb8;

interface Message {
  readonly fromClient: boolean;
  readonly text: string;
}

/** Frames: 0xa7, a role (0 asks, 1 answers), a length (two bytes), a body. */
function prefixed(messages: Message[], gaps: boolean[], ports: readonly number[]): Protocol {
  return {
    name: 'prefixed',
    title: 'Length-prefixed frames',
    transports: ['tcp', 'udp'],
    ports,
    frameBytesMax: 1 << 16,
    family: 'process',
    kinds: [],
    summary: '',
    functionName: () => '',
    spaceName: () => '',
    codeName: () => '',
    start: () => ({
      looksLike(bytes, start, end) {
        let at = start;
        if (bytes[at] === INTRODUCTION) {
          if (end - at < 4) return Match.later;
          at += 4 + (bytes[at + 2]! << 8) + bytes[at + 3]!;
          if (end - at < 4) return Match.later;
        }
        return end - at >= 4 && bytes[at] === MAGIC && bytes[at + 1]! <= 1 ? Match.yes : Match.no;
      },
      speaker: (bytes, start) => (bytes[start + 1] === 0 ? Speaker.client : Speaker.server),
      frameSize(bytes, start, end) {
        if (bytes[start] !== MAGIC && bytes[start] !== INTRODUCTION) return NOT_THIS_PROTOCOL;
        if (end - start < 4) return NEED_MORE;
        return 4 + (bytes[start + 2]! << 8) + bytes[start + 3]!;
      },
      decode(bytes, start, end, context: MessageContext) {
        messages.push({
          fromClient: context.fromClient,
          text: Buffer.from(bytes.slice(start + 4, end)).toString('latin1'),
        });
      },
      gap: (_flow, fromClient) => {
        gaps.push(fromClient);
      },
      closed: () => undefined,
      tick: () => undefined,
    }),
  };
}

class Harness {
  readonly messages: Message[] = [];
  readonly gaps: boolean[] = [];
  readonly conversations: Conversation[] = [];
  readonly violations: Violation[] = [];
  readonly tracker: FlowTracker;
  private readonly record = new Packet();
  private frame = 0;
  timeUs = 1_700_000_000_000_000;

  constructor(ports: readonly number[] = [7000], flowsMax = 1000, others: readonly Protocol[] = []) {
    const sink: FactSink = {
      operation: () => undefined,
      conversation: (conversation) => this.conversations.push(conversation),
      login: () => undefined,
      transfer: () => undefined,
      claim: () => undefined,
      violation: (violation) => this.violations.push(violation),
      trait: () => undefined,
    };
    const protocols = [prefixed(this.messages, this.gaps, ports), ...others];
    this.tracker = new FlowTracker(sink, new HostTable(), protocols, { flowsMax });
  }

  tcp(
    fromClient: boolean,
    sequence: number,
    payload: Uint8Array,
    options: {
      flags?: number;
      acknowledgment?: number;
      clientPort?: number;
      serverPort?: number;
      missing?: number;
    } = {},
  ): void {
    const { record } = this;
    const clientPort = options.clientPort ?? 50_000;
    const serverPort = options.serverPort ?? 7000;
    const bytes = new Uint8Array(8 + payload.length);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, fromClient ? CLIENT : SERVER);
    view.setInt32(4, fromClient ? SERVER : CLIENT);
    bytes.set(payload, 8);
    record.bytes = bytes;
    record.ipVersion = 4;
    record.ipProtocol = IpProtocol.tcp;
    record.hasTransport = true;
    record.sourceAt = 0;
    record.destinationAt = 4;
    record.sourcePort = fromClient ? clientPort : serverPort;
    record.destinationPort = fromClient ? serverPort : clientPort;
    record.tcpSequence = sequence | 0;
    record.tcpFlags = options.flags ?? TcpFlag.ack;
    record.tcpAcknowledgment = (options.acknowledgment ?? 0) | 0;
    if (options.acknowledgment === undefined) record.tcpFlags &= ~TcpFlag.ack;
    record.payloadStart = 8;
    record.payloadEnd = 8 + payload.length;
    record.payloadMissing = options.missing ?? 0;
    record.originalLength = 54 + payload.length;
    record.timeUs = this.timeUs += 100;
    record.frame = ++this.frame;
    this.tracker.packet(record);
  }

  end(): void {
    this.tracker.end(this.timeUs);
  }
}

function frameOf(text: string, role = 0): Uint8Array {
  return Uint8Array.from([MAGIC, role, text.length >> 8, text.length & 255, ...Buffer.from(text, 'latin1')]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

const texts = fc.array(
  fc.string({ maxLength: 60, unit: fc.integer({ min: 32, max: 126 }).map((c) => String.fromCharCode(c)) }),
  {
    minLength: 1,
    maxLength: 12,
  },
);

/** Splits 0..length into pieces at the given fractions. */
function pieces(length: number, cuts: readonly number[]): [number, number][] {
  const at = [...new Set([0, length, ...cuts.map((cut) => Math.floor(cut * length))])].sort((a, b) => a - b);
  return at.slice(1).map((end, index) => [at[index]!, end]);
}

describe('TCP streams', () => {
  test('where the stream is cut does not change what is decoded', () => {
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
        fc.integer(),
        (sent, cuts, isn) => {
          const harness = new Harness();
          const stream = join(sent.map((text) => frameOf(text)));
          harness.tcp(true, isn, new Uint8Array(0), { flags: TcpFlag.syn });
          for (const [start, end] of pieces(stream.length, cuts))
            harness.tcp(true, isn + 1 + start, stream.subarray(start, end));
          harness.end();
          assert.deepEqual(
            harness.messages.map(({ text }) => text),
            sent,
          );
          assert.deepEqual(harness.gaps, []);
        },
      ),
      { seed: 1, numRuns: 400 },
    );
  });

  test('a FIN that was not of this stream takes no byte away from what is sent at its number', () => {
    const whole = frameOf('one');
    for (const first of [whole.length, 4]) {
      const harness = new Harness();
      harness.tcp(true, 99, new Uint8Array(0), { flags: TcpFlag.syn });
      harness.tcp(true, 100, new Uint8Array(0), { flags: TcpFlag.fin });
      harness.tcp(true, 100, whole.subarray(0, first));
      harness.tcp(true, 100 + first, whole.subarray(first));
      // The same behind a hole, so that it is held.
      const next = 100 + whole.length;
      harness.tcp(true, next, new Uint8Array(0), { flags: TcpFlag.fin });
      harness.tcp(true, next + whole.length, frameOf('three'));
      harness.tcp(true, next, frameOf('two'));
      harness.end();
      assert.deepEqual(
        harness.messages.map(({ text }) => text),
        ['one', 'two', 'three'],
      );
    }
  });

  test('what is sent again after a FIN, and a probe on its number, are no bytes of the stream', () => {
    const harness = new Harness();
    const whole = frameOf('one');
    harness.tcp(true, 100, whole, { flags: TcpFlag.fin });
    harness.tcp(true, 100, whole, { flags: TcpFlag.fin });
    harness.tcp(true, 100, whole);
    harness.tcp(true, 100 + whole.length, Uint8Array.of(MAGIC));
    harness.end();
    assert.deepEqual(
      harness.messages.map(({ text }) => text),
      ['one'],
    );
    assert.deepEqual(harness.gaps, []);
  });

  test('an introduction that only what follows explains is kept until then, however it is cut', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 3000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
        (size, cuts) => {
          const harness = new Harness();
          const introduction = Uint8Array.from([INTRODUCTION, 0, size >> 8, size & 255, ...new Uint8Array(size)]);
          const stream = join([introduction, frameOf('one'), frameOf('two')]);
          harness.tcp(true, 0, new Uint8Array(0), { flags: TcpFlag.syn });
          for (const [start, end] of pieces(stream.length, cuts))
            harness.tcp(true, 1 + start, stream.subarray(start, end));
          harness.end();
          assert.deepEqual(
            harness.messages.map(({ text }) => text.length),
            [size, 3, 3],
          );
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });

  test('an introduction after which something else follows is given up, and costs no more than its limit', () => {
    const harness = new Harness();
    const introduction = Uint8Array.from([INTRODUCTION, 0, 0xff, 0xff, ...new Uint8Array(20_000)]);
    harness.tcp(true, 0, new Uint8Array(0), { flags: TcpFlag.syn });
    for (const [start, end] of pieces(introduction.length, [0.1, 0.3, 0.5, 0.7]))
      harness.tcp(true, 1 + start, introduction.subarray(start, end));
    harness.end();
    assert.deepEqual(harness.messages, []);
  });

  test('order, repetition and overlap of segments do not change the stream', () => {
    const segment = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(
        texts,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
        fc.array(segment, { maxLength: 6 }),
        fc.integer(),
        fc.infiniteStream(fc.nat()),
        (sent, cuts, extra, isn, random) => {
          const harness = new Harness();
          const stream = join(sent.map((text) => frameOf(text)));
          const segments = pieces(stream.length, cuts);
          for (const [a, b] of extra) {
            const start = Math.floor(Math.min(a, b) * stream.length);
            const end = Math.ceil(Math.max(a, b) * stream.length);
            if (end > start) segments.push([start, end]);
          }
          for (let index = segments.length - 1; index > 0; index--) {
            const other = random.next().value % (index + 1);
            [segments[index], segments[other]] = [segments[other]!, segments[index]!];
          }
          harness.tcp(true, isn, new Uint8Array(0), { flags: TcpFlag.syn });
          for (const [start, end] of segments) harness.tcp(true, isn + 1 + start, stream.subarray(start, end));
          harness.end();
          assert.deepEqual(
            harness.messages.map(({ text }) => text),
            sent,
          );
          assert.deepEqual(harness.gaps, []);
          assert.deepEqual(harness.violations, []);
        },
      ),
      { seed: 2, numRuns: 400 },
    );
  });

  test('a request that the mirror port delivers after its answer is still read first', () => {
    const harness = new Harness();
    harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn });
    harness.tcp(false, 4999, new Uint8Array(0), { flags: TcpFlag.syn | TcpFlag.ack, acknowledgment: 1000 });
    const ask = frameOf('ask');
    const answer = frameOf('answer', 1);
    harness.tcp(false, 5000, answer, { acknowledgment: 1000 + ask.length });
    harness.tcp(true, 1000, ask, { acknowledgment: 5000 });
    harness.end();
    assert.deepEqual(harness.messages, [
      { fromClient: true, text: 'ask' },
      { fromClient: false, text: 'answer' },
    ]);
    assert.deepEqual(harness.gaps, []);
  });

  test('a segment lost on the way to the tap is a gap, and the next frame is found', () => {
    const harness = new Harness();
    harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn });
    harness.tcp(false, 4999, new Uint8Array(0), { flags: TcpFlag.syn | TcpFlag.ack, acknowledgment: 1000 });
    let client = 1000;
    let server = 5000;
    for (let round = 0; round < 20; round++) {
      const ask = frameOf(`ask ${round}`);
      const answer = frameOf(`answer ${round}`, 1);
      if (round !== 5) harness.tcp(true, client, ask, { acknowledgment: server });
      client += ask.length;
      harness.tcp(false, server, answer, { acknowledgment: client });
      server += answer.length;
    }
    harness.end();
    const seen = harness.messages.map(({ text }) => text);
    const expected = Array.from({ length: 20 }, (_, round) => [`ask ${round}`, `answer ${round}`]).flat();
    assert.deepEqual(
      seen,
      expected.filter((text) => text !== 'ask 5'),
    );
    assert.deepEqual(harness.gaps, [true]);
  });

  for (const lost of ['asks', 'answers', 'asks and answers']) {
    test(`${lost} lost now and then cost those messages, and never the order of the others`, () => {
      const harness = new Harness();
      harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn });
      harness.tcp(false, 4999, new Uint8Array(0), { flags: TcpFlag.syn | TcpFlag.ack, acknowledgment: 1000 });
      let client = 1000;
      let server = 5000;
      const expected: string[] = [];
      for (let round = 0; round < 2000; round++) {
        const ask = frameOf(`ask ${round}`);
        const answer = frameOf(`answer ${round}`, 1);
        if (round % 37 !== 5 || lost === 'answers') {
          harness.tcp(true, client, ask, { acknowledgment: server });
          expected.push(`ask ${round}`);
        }
        client += ask.length;
        if (round % 41 !== 7 || lost === 'asks') {
          harness.tcp(false, server, answer, { acknowledgment: client });
          expected.push(`answer ${round}`);
        }
        server += answer.length;
      }
      harness.end();
      assert.deepEqual(
        harness.messages.map(({ text }) => text),
        expected,
      );
    });
  }

  test('a capture of one direction only is read without waiting for the other', () => {
    const harness = new Harness();
    let client = 1000;
    let server = 5000;
    harness.tcp(false, server, frameOf('first', 1), { acknowledgment: client });
    server += 9;
    harness.tcp(true, client, frameOf('ask'), { acknowledgment: server });
    client += 7;
    // From here on the client's segments are missing.
    for (let round = 0; round < 100; round++) {
      const answer = frameOf(`answer ${round}`, 1);
      client += 10;
      harness.tcp(false, server, answer, { acknowledgment: client });
      server += answer.length;
    }
    const before = harness.messages.length;
    harness.end();
    assert.equal(harness.messages.length, before, 'nothing was left waiting');
    assert.equal(harness.messages.length, 102);
  });

  test('where a filter left out short segments of the client, requests are still read before their answers', () => {
    const harness = new Harness();
    let client = 1000;
    let server = 5000;
    const expected: string[] = [];
    // Each request follows 7 bytes that were not captured; now and then the server speaks alone for a while.
    for (let round = 0; round < 60; round++) {
      if (round % 12 !== 11) {
        client += 7;
        harness.tcp(true, client, frameOf(`ask ${round}`), { acknowledgment: server });
        client += frameOf(`ask ${round}`).length;
        expected.push(`ask ${round}`);
      }
      for (let answers = round % 12 === 11 ? 6 : 1; answers > 0; answers--) {
        const answer = frameOf(`answer ${round}`, 1);
        if (answers > 1) client += 7;
        harness.tcp(false, server, answer, { acknowledgment: client });
        server += answer.length;
        expected.push(`answer ${round}`);
      }
    }
    harness.end();
    assert.deepEqual(
      harness.messages.map(({ text }) => text),
      expected,
    );
  });

  test('a conversation joined in the middle of a frame is read from the next frame on', () => {
    const harness = new Harness();
    const tail = frameOf('never seen whole').subarray(7);
    harness.tcp(true, 1000, tail);
    harness.tcp(true, 1000 + tail.length, frameOf('whole'));
    harness.end();
    assert.deepEqual(
      harness.messages.map(({ text }) => text),
      ['whole'],
    );
  });

  test('the role in the content corrects who is the client when nothing else tells', () => {
    const harness = new Harness([]);
    // Both ports ephemeral; the first packet seen is an answer.
    harness.tcp(false, 5000, frameOf('answer', 1), { serverPort: 45_000, clientPort: 44_000 });
    harness.tcp(true, 1000, frameOf('ask'), { serverPort: 45_000, clientPort: 44_000 });
    harness.end();
    assert.deepEqual(harness.messages, [
      { fromClient: false, text: 'answer' },
      { fromClient: true, text: 'ask' },
    ]);
    const closed = harness.conversations.at(-1)!;
    assert.equal(closed.serverPort, 45_000);
    assert.equal(closed.clientPackets, 1);
  });

  test('keep-alive probes change nothing', () => {
    const harness = new Harness();
    harness.tcp(true, 1000, frameOf('one'));
    harness.tcp(true, 1006, Uint8Array.of(0));
    harness.tcp(true, 1007, frameOf('two'));
    harness.end();
    assert.deepEqual(
      harness.messages.map(({ text }) => text),
      ['one', 'two'],
    );
    assert.equal(harness.tracker.order.retransmitted, 1);
  });

  test('overlapping segments with different bytes are reported', () => {
    const harness = new Harness();
    const stream = frameOf('0123456789');
    harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn });
    harness.tcp(true, 1004, stream.subarray(4, 12));
    harness.tcp(true, 1008, Uint8Array.of(1, 2, 3, 4, 5, 6));
    harness.tcp(true, 1000, stream.subarray(0, 4));
    harness.end();
    assert.deepEqual(
      harness.violations.map(({ rule }) => rule),
      ['overlap-differs'],
    );
  });

  test('a segment that the capture cut short is a gap, not a frame', () => {
    const harness = new Harness();
    const whole = frameOf('a long body that was cut');
    harness.tcp(true, 1000, frameOf('first'));
    harness.tcp(true, 1009, whole.subarray(0, 10), { missing: whole.length - 10 });
    harness.tcp(true, 1009 + whole.length, frameOf('next'));
    harness.end();
    assert.deepEqual(
      harness.messages.map(({ text }) => text),
      ['first', 'next'],
    );
    assert.deepEqual(harness.gaps, [true]);
  });

  test('the same ports used again are another conversation', () => {
    const harness = new Harness();
    for (const isn of [1000, 90_000]) {
      harness.tcp(true, isn, new Uint8Array(0), { flags: TcpFlag.syn });
      harness.tcp(true, isn, new Uint8Array(0), { flags: TcpFlag.syn });
      harness.tcp(true, isn + 1, frameOf(`of ${isn}`));
    }
    harness.end();
    assert.deepEqual(
      harness.messages.map(({ text }) => text),
      ['of 1000', 'of 90000'],
    );
    assert.equal(harness.conversations.filter(({ phase }) => phase === 'closed').length, 2);
  });

  test('a full table forgets the longest idle conversations and stays within its limit', () => {
    const harness = new Harness([7000], 100);
    for (let port = 1; port <= 5000; port++) harness.tcp(true, 1, frameOf('x'), { clientPort: 10_000 + port });
    assert.ok(harness.tracker.table.used <= 100);
    assert.equal(harness.tracker.forgotten, 4900);
    harness.end();
    assert.equal(harness.conversations.filter(({ phase }) => phase === 'closed').length, 5000);
    assert.equal(harness.tracker.table.used, 0);
  });
});

/** Conversations to port 9000 are announced; what they carry is opaque, and losses in it are known by their size. */
function announced(heard: string[]): Protocol {
  return {
    ...prefixed([], [], []),
    name: 'announced',
    start: () => ({
      isAnnounced: ({ serverPort }) => serverPort === 9000,
      looksLike: () => Match.no,
      speaker: () => Speaker.unknown,
      frameSize: (_bytes, start, end) => end - start,
      decode: (bytes, start, end, { fromClient }) => {
        heard.push(`${fromClient ? '>' : '<'}${Buffer.from(bytes.slice(start, end)).toString('latin1')}`);
      },
      gap: () => undefined,
      resumes: (_flow, _fromClient, _context, lostBytes) => {
        heard.push(`lost ${lostBytes}`);
        return true;
      },
      ended: (_flow, fromClient) => {
        heard.push(fromClient ? '> end' : '< end');
      },
      closed: () => undefined,
      tick: () => undefined,
    }),
  };
}

describe('announced conversations', () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

  test('what is announced is not judged by its content, even where that is another protocol', () => {
    const heard: string[] = [];
    const harness = new Harness([7000], 1000, [announced(heard)]);
    harness.tcp(true, 100, frameOf('hello'), { serverPort: 9000 });
    harness.tcp(true, 100, frameOf('hello'), { serverPort: 9001 });
    assert.deepEqual(heard, ['>\xa7\x00\x00\x05hello']);
    assert.deepEqual(
      harness.messages.map(({ text }) => text),
      ['hello'],
    );
  });

  test('a decoder that knows what it is in the middle of goes on behind a loss, and hears the end last', () => {
    const heard: string[] = [];
    const harness = new Harness([7000], 1000, [announced(heard)]);
    const to = { serverPort: 9000 };
    harness.tcp(true, 99, bytes(''), { ...to, flags: TcpFlag.syn });
    harness.tcp(true, 100, bytes('abc'), to);
    harness.tcp(true, 110, bytes('klm'), { ...to, flags: TcpFlag.fin | TcpFlag.ack });
    assert.deepEqual(heard, ['>abc'], 'the hole may still be filled');
    harness.end();
    assert.deepEqual(heard, ['>abc', 'lost 7', '>klm', '> end']);
  });

  test('a retransmitted end is heard once, an end behind a hole only when the hole is filled', () => {
    const heard: string[] = [];
    const harness = new Harness([7000], 1000, [announced(heard)]);
    const to = { serverPort: 9000 };
    harness.tcp(true, 99, bytes(''), { ...to, flags: TcpFlag.syn });
    harness.tcp(true, 106, bytes(''), { ...to, flags: TcpFlag.fin });
    harness.tcp(true, 103, bytes('def'), to);
    harness.tcp(true, 100, bytes('abc'), to);
    harness.tcp(true, 106, bytes(''), { ...to, flags: TcpFlag.fin });
    harness.end();
    assert.deepEqual(heard, ['>abc', '>def', '> end']);
  });
});

/** Segments that no receiver takes, sent so that a monitor would pass over what really follows. */
const FORGERIES: readonly (readonly [
  what: string,
  forge: (harness: Harness, client: number, server: number) => void,
])[] = [
  [
    'a segment a megabyte ahead',
    (harness, client, server) => harness.tcp(true, client + 1_000_000, frameOf('x'), { acknowledgment: server }),
  ],
  [
    'more segments ahead than are held',
    (harness, client, server) => {
      for (let index = 0; index < 1100; index++)
        harness.tcp(true, client + 1_000_000 + index * 20, frameOf('x'), { acknowledgment: server });
    },
  ],
  [
    'an acknowledgment of what was never sent',
    (harness, client, server) => harness.tcp(true, client, frameOf('x'), { acknowledgment: server + 1_000_000 }),
  ],
  [
    'a reset beside the window',
    (harness, client) => harness.tcp(true, client + 70_000, new Uint8Array(0), { flags: TcpFlag.rst }),
  ],
  [
    'an end a megabyte ahead',
    (harness, client, server) =>
      harness.tcp(true, client + 1_000_000, new Uint8Array(0), {
        flags: TcpFlag.fin | TcpFlag.ack,
        acknowledgment: server,
      }),
  ],
];

// Seen with a fuzzer: each took back the jump that the other one was given, for ever.
test('directions that each answer what the other has not said yet come to an end, and all of it is read', () => {
  const harness = new Harness();
  harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn });
  harness.tcp(false, 4999, new Uint8Array(0), { flags: TcpFlag.syn | TcpFlag.ack, acknowledgment: 1000 });
  harness.tcp(false, 5000, frameOf('answer', 1), { acknowledgment: 1100 });
  harness.tcp(true, 1000, frameOf('ask'), { acknowledgment: 5100 });
  harness.timeUs += 60_000_000;
  harness.tcp(true, 1200, frameOf('later'), { acknowledgment: 5000 });
  harness.end();
  assert.deepEqual(
    harness.messages.map(({ text }) => text),
    ['answer', 'ask', 'later'],
  );
});

// Seen in captures whose packets were moved to far places: the first byte that was passed over was lost as well.
test('a loss behind a segment from far ahead hides no more than what was lost', () => {
  const harness = new Harness();
  harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn });
  harness.tcp(false, 4999, new Uint8Array(0), { flags: TcpFlag.syn | TcpFlag.ack, acknowledgment: 1000 });
  let client = 1000;
  let server = 5000;
  for (let round = 0; round < 60; round++) {
    const ask = frameOf(`ask ${round}`);
    const answer = frameOf(`answer ${round}`, 1);
    if (round === 20) harness.tcp(false, server + 10_000, frameOf('far', 1), { acknowledgment: client + 10_000 });
    harness.timeUs += 1_000_000;
    if (round !== 21) harness.tcp(true, client, ask, { acknowledgment: server });
    client += ask.length;
    if (round !== 22) harness.tcp(false, server, answer, { acknowledgment: client });
    server += answer.length;
  }
  harness.end();
  const heard = new Set(harness.messages.map(({ text }) => text));
  const missed = Array.from({ length: 60 }, (_, round) => [`ask ${round}`, `answer ${round}`]).flat();
  assert.deepEqual(
    missed.filter((text) => !heard.has(text)),
    ['ask 21', 'answer 22'],
  );
});

test('a keep-alive behind a loss is no byte of the stream', () => {
  const harness = new Harness();
  harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn });
  harness.tcp(false, 4999, new Uint8Array(0), { flags: TcpFlag.syn | TcpFlag.ack, acknowledgment: 1000 });
  const ask = frameOf('lost');
  const answer = frameOf('answer', 1);
  harness.tcp(false, 5000, answer, { acknowledgment: 1000 + ask.length });
  harness.timeUs += 60_000_000;
  harness.tcp(true, 1000 + ask.length - 1, Uint8Array.of(MAGIC), { acknowledgment: 5000 + answer.length });
  harness.timeUs += 1_000_000;
  harness.tcp(true, 1000 + ask.length - 1, Uint8Array.of(MAGIC), { acknowledgment: 5000 + answer.length });
  harness.tcp(true, 1000 + ask.length, frameOf('next'), { acknowledgment: 5000 + answer.length });
  harness.end();
  assert.deepEqual(
    harness.messages.map(({ text }) => text),
    ['answer', 'next'],
  );
});

test('segments from far ahead that follow each other hide nothing of what comes before them', () => {
  const harness = new Harness();
  harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn });
  harness.tcp(false, 4999, new Uint8Array(0), { flags: TcpFlag.syn | TcpFlag.ack, acknowledgment: 1000 });
  const far = frameOf('far');
  harness.tcp(true, 11_000, far, { acknowledgment: 5000 });
  harness.timeUs += 60_000_000;
  // Nobody sent anything for so long that what stands far ahead is read; it goes on there.
  harness.tcp(true, 11_000 + far.length, far, { acknowledgment: 5000 });
  harness.tcp(true, 11_000 + 2 * far.length, far, { acknowledgment: 5000 });
  harness.tcp(true, 1000, frameOf('ask'), { acknowledgment: 5000 });
  harness.tcp(false, 5000, frameOf('answer', 1), { acknowledgment: 1000 + frameOf('ask').length });
  harness.end();
  const heard = new Set(harness.messages.map(({ text }) => text));
  assert.ok(heard.has('ask') && heard.has('answer'), [...heard].join());
});

describe('forged segments', () => {
  test('two that each wait for the other are read in the end, whatever each acknowledges', () => {
    const jump = fc.integer({ min: 0, max: 3 }).map((which) => [0, 4, 40, 1_000_000][which]!);
    const segment = fc.tuple(fc.boolean(), jump, jump, fc.boolean());
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 0, max: 2 }),
        (segments, pause) => {
          const harness = new Harness();
          harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn });
          harness.tcp(false, 4999, new Uint8Array(0), { flags: TcpFlag.syn | TcpFlag.ack, acknowledgment: 1000 });
          for (const [fromClient, sequence, acknowledgment, isEmpty] of segments) {
            const [own, other] = fromClient ? [1000, 5000] : [5000, 1000];
            harness.timeUs += [0, 300_000, 60_000_000][pause]!;
            harness.tcp(fromClient, own + sequence, isEmpty ? new Uint8Array(0) : frameOf('x', fromClient ? 0 : 1), {
              acknowledgment: other + acknowledgment,
            });
          }
          // Ends, at all.
          harness.end();
        },
      ),
      { numRuns: 3000 },
    );
  });

  for (const [what, forge] of FORGERIES) {
    for (const pauseUs of [1000, 1_000_000, 60_000_000]) {
      test(`${what} hides nothing of what follows, at one request in ${pauseUs / 1e6} s`, () => {
        const harness = new Harness();
        harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn });
        harness.tcp(false, 4999, new Uint8Array(0), { flags: TcpFlag.syn | TcpFlag.ack, acknowledgment: 1000 });
        let client = 1000;
        let server = 5000;
        const sent: string[] = [];
        for (let round = 0; round < 200; round++) {
          const ask = frameOf(`ask ${round}`);
          const answer = frameOf(`answer ${round}`, 1);
          if (round === 100) forge(harness, client, server);
          harness.timeUs += pauseUs;
          harness.tcp(true, client, ask, { acknowledgment: server });
          client += ask.length;
          harness.tcp(false, server, answer, { acknowledgment: client });
          server += answer.length;
          // What is at the place of the forgery, and of two copies only one, is another matter.
          if (round !== 100) sent.push(`ask ${round}`, `answer ${round}`);
        }
        harness.end();
        const heard = new Set(harness.messages.map(({ text }) => text));
        assert.deepEqual(
          sent.filter((text) => !heard.has(text)),
          [],
        );
      });
    }
  }
});

test('what is held of all conversations together is bounded with what a segment takes besides its bytes', () => {
  const harness = new Harness();
  const held = Uint8Array.of(1);
  const ask = frameOf('ask');
  for (let each = 0; each < 180; each++) {
    const clientPort = 10_000 + each;
    harness.tcp(true, 999, new Uint8Array(0), { flags: TcpFlag.syn, clientPort });
    harness.tcp(true, 1000, ask, { clientPort });
    for (let index = 0; index < 1000; index++) harness.tcp(true, 2000 + index, held, { clientPort });
    // 64 MiB are 174,308 segments of a byte.
    if (each === 173) assert.equal(harness.gaps.length, 0);
  }
  assert.ok(harness.gaps.length > 0);
});
