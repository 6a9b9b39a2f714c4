// Hand-made transfers of TFTP: plain, with options, in windows, over the wrap of block numbers, damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Outcome } from '../../facts/operation.ts';
import { Match, Speaker, type ProtocolDecoder } from '../../facts/protocol.ts';
import { be16 } from '../example-conversation.ts';
import { tftp } from './index.ts';
import { looksLike, optionsOf } from './parse.ts';

const CLIENT = 1;
const SERVER = 2;
const PORT = 50_000;

function strings(opcode: number, ...texts: string[]): Uint8Array {
  return Uint8Array.from([0, opcode, ...Buffer.from(texts.map((part) => `${part}\0`).join(''), 'latin1')]);
}

const data = (block: number, size: number): Uint8Array =>
  Uint8Array.from([0, 3, ...be16(block & 0xffff), ...new Uint8Array(size).fill(block & 0xff)]);
const acknowledgment = (block: number): Uint8Array => Uint8Array.from([0, 4, ...be16(block & 0xffff)]);
const error = (code: number): Uint8Array => Uint8Array.from([0, 5, 0, code, 0x78, 0]);

class Play {
  readonly decoder: ProtocolDecoder = tftp.start(0);
  readonly sink = new CheckedSink();
  readonly context = messageContext(this.sink, { isTcp: false });
  readonly ended: string[] = [];
  readonly offsets: number[] = [];
  readonly operations: string[] = [];
  readonly rules: string[] = [];
  #isFollowed = false;

  constructor() {
    this.sink.onFact = (fact) => {
      if ('verb' in fact) this.operations.push(`${fact.function} ${fact.outcome} ${fact.code}`);
      else if (fact.fact === 'violation') this.rules.push(fact.rule);
      else if (fact.fact === 'transfer' && fact.phase === 'piece') this.offsets.push(fact.offset);
      else if (fact.fact === 'transfer' && fact.phase === 'ended')
        this.ended.push(`${fact.name} ${fact.size} ${fact.isComplete} ${fact.direction}`);
    };
  }

  ask(bytes: Uint8Array): this {
    const flow = { flow: 1, client: CLIENT, server: SERVER, clientPort: PORT, serverPort: 69, fromClient: true };
    this.decoder.decode(bytes, 0, bytes.length, Object.assign(this.context, flow));
    return this;
  }

  /** The conversation of the transfer: the server has opened it. */
  say(fromServer: boolean, ...messages: Uint8Array[]): this {
    const flow = {
      flow: 2,
      client: SERVER,
      server: CLIENT,
      clientPort: 3445,
      serverPort: PORT,
      fromClient: fromServer,
    };
    Object.assign(this.context, flow);
    if (!this.#isFollowed) assert.ok(this.decoder.isAnnounced!(this.context));
    this.#isFollowed = true;
    for (const bytes of messages) this.decoder.decode(bytes, 0, bytes.length, this.context);
    return this;
  }

  late(): this {
    this.context.timeUs += 61e6;
    this.decoder.tick(this.context.timeUs, this.context);
    return this;
  }
}

const READ = strings(1, 'image.bin', 'octet');
const WRITE = strings(2, 'image.bin', 'OCTET');

test('a file that is read has its name, its pieces and its end; what is sent again counts once', () => {
  const play = new Play().ask(READ).ask(READ).say(true, data(1, 512), data(1, 512)).say(false, acknowledgment(1));
  play.say(true, data(2, 512), data(3, 0), data(3, 0));
  assert.deepEqual(play.ended, ['image.bin 1024 true to-client']);
  assert.deepEqual(play.offsets, [0, 512]);
  assert.deepEqual(play.operations, [`1 ${Outcome.ok} 0`]);
});

test('a file that is written goes to the server, with the block size that was agreed', () => {
  const play = new Play().ask(strings(2, 'image.bin', 'octet', 'blksize', '1024', 'tsize', '1030'));
  play
    .say(true, strings(6, 'blksize', '1000', 'tsize', '1030'))
    .say(false, data(1, 1000))
    .say(true, acknowledgment(1));
  play.say(false, data(2, 30));
  assert.deepEqual(play.ended, ['image.bin 1030 true to-server']);
  assert.deepEqual(play.offsets, [0, 1000]);
  assert.deepEqual(play.operations, [`2 ${Outcome.ok} 0`]);
});

test('a size that differs from the one that was told, and a block that was not seen, are not complete', () => {
  const short = new Play().ask(READ).say(true, strings(6, 'tsize', '40'), data(1, 30));
  assert.deepEqual(short.ended, ['image.bin 30 false to-client']);
  const lost = new Play().ask(READ).say(true, data(1, 512), data(3, 1));
  assert.deepEqual(lost.ended, ['image.bin 513 false to-client']);
  assert.deepEqual(lost.offsets, [0, 1024]);
});

test('in a window, what follows a lost block is waited for again', () => {
  const play = new Play().ask(strings(1, 'image.bin', 'octet', 'windowsize', '4'));
  play.say(true, strings(6, 'windowsize', '4')).say(false, acknowledgment(0));
  play.say(true, data(1, 512), data(3, 512), data(4, 512)).say(false, acknowledgment(1));
  play.say(true, data(2, 512), data(3, 512), data(4, 9));
  assert.deepEqual(play.ended, ['image.bin 1545 true to-client']);
  const lost = new Play().ask(READ).say(true, strings(6, 'windowsize', '4'), data(1, 512), data(3, 512));
  lost.say(false, acknowledgment(3)).say(true, data(4, 9));
  assert.deepEqual(lost.ended, ['image.bin 521 false to-client']);
});

for (const first of [0, 1]) {
  test(`block numbers that go on with ${first} behind 65535 are counted on`, () => {
    const play = new Play().ask(strings(1, 'big', 'octet')).say(true, strings(6, 'blksize', '8'));
    for (let block = 1; block <= 65_535; block++) play.say(true, data(block, 8)).say(false, acknowledgment(block));
    play
      .say(true, data(first, 8))
      .say(false, acknowledgment(first))
      .say(true, data(first + 1, 3));
    assert.deepEqual(play.ended, [`big ${65_536 * 8 + 3} true to-client`]);
  });
}

test('an error refuses what was asked, or cuts short what had begun', () => {
  assert.deepEqual(new Play().ask(READ).say(true, error(1)).operations, [`1 ${Outcome.refused} 1`]);
  assert.deepEqual(new Play().ask(READ).say(true, error(0)).operations, [`1 ${Outcome.refused} 256`]);
  const play = new Play().ask(WRITE).say(true, acknowledgment(0)).say(false, data(1, 512)).say(true, error(3));
  assert.deepEqual(play.ended, ['image.bin 512 false to-server']);
});

test('what is never answered is told so, and what stops ends incomplete', () => {
  assert.deepEqual(new Play().ask(READ).late().operations, [`1 ${Outcome.unanswered} 0`]);
  assert.deepEqual(new Play().ask(READ).say(true, data(1, 512)).late().ended, ['image.bin 512 false to-client']);
});

test('a second transfer between the same ports is followed too', () => {
  const play = new Play()
    .ask(READ)
    .say(true, data(1, 3))
    .ask(strings(1, 'next', 'octet'))
    .say(true, data(1, 4));
  assert.deepEqual(play.ended, ['image.bin 3 true to-client', 'next 4 true to-client']);
});

test('nobody else announces a conversation, and nobody twice', () => {
  const play = new Play().ask(READ).say(true, data(1, 512));
  Object.assign(play.context, { flow: 3, client: SERVER, server: CLIENT, clientPort: 3446, serverPort: PORT });
  assert.equal(play.decoder.isAnnounced!(play.context), false);
  const other = new Play().ask(READ);
  Object.assign(other.context, { flow: 3, client: 9, server: CLIENT, clientPort: 3446, serverPort: PORT });
  assert.equal(other.decoder.isAnnounced!(other.context), false);
  // What the client asks of another service of the server.
  Object.assign(other.context, { flow: 4, client: CLIENT, server: SERVER, clientPort: PORT, serverPort: 47_808 });
  assert.equal(other.decoder.isAnnounced!(other.context), false);
});

test('only a request is recognised, and its sender is the client', () => {
  assert.equal(looksLike(READ, 0, READ.length), Match.yes);
  assert.equal(tftp.start(0).speaker(READ, 0, READ.length), Speaker.client);
  for (const other of [
    data(1, 20),
    acknowledgment(1),
    strings(1, '', 'octet'),
    strings(1, 'a', 'binary'),
    strings(7, 'a', 'octet'),
  ])
    assert.equal(looksLike(other, 0, other.length), Match.no);
  for (let end = 0; end < READ.length; end++) assert.equal(looksLike(READ, 0, end), Match.no);
});

test('options are read until one is broken', () => {
  const options = (...texts: string[]): number[] => {
    const bytes = strings(6, ...texts);
    const { blockBytes, transferBytes, windowBlocks } = optionsOf(bytes, 2, bytes.length);
    return [blockBytes, transferBytes, windowBlocks];
  };
  assert.deepEqual(options('BLKSIZE', '1428', 'x', 'y', 'tsize', '0'), [1428, 0, -1]);
  assert.deepEqual(options('blksize', '7', 'windowsize', '0', 'tsize', 'a'), [-1, -1, -1]);
  assert.deepEqual(options('blksize'), [-1, -1, -1]);
});

test('what is broken is a violation, whatever the bytes', () => {
  const play = new Play().ask(Uint8Array.of(0, 9, 1)).ask(strings(1, 'a', 'b'));
  assert.deepEqual(play.rules, ['message-malformed', 'request-malformed']);
  for (let at = 0; at < WRITE.length; at++)
    for (let value = 0; value < 256; value++) new Play().ask(WRITE.with(at, value));
});
