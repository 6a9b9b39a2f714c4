// Feeds conversations to the decoder of one protocol as the flow stage would, and a second time with other bytes around
// each message: what is decoded must not depend on them.
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker, type MessageContext } from '../src/facts/protocol.ts';
import type { Protocol, ProtocolDecoder } from '../src/facts/protocol.ts';
import { messageContext } from './checked-sink.ts';
import { conversationSeeds, type Numbered } from './corpus.ts';
import { FactSignature } from './fact-signature.ts';
import { Control, scriptOf, walkScript, type Step } from './script.ts';
import { mixed, type Run, type Target } from './target.ts';

const FLOWS = 64;
const MARGIN_BYTES = 40;
const SEEDS_MAX = 300;
/** More facts than this from one message is growth that the sender decides. */
const FACTS_PER_BYTE_MAX = 4;
const FACTS_PER_MESSAGE_MAX = 64;

export function protocolTarget(protocol: Protocol): Target {
  return {
    name: protocol.name,
    summary: `the decoder of ${protocol.title}: framing, messages, losses, pairing`,
    bytesMax: 4096,
    seeds: () => conversationSeeds(protocol.ports, SEEDS_MAX, numbered(protocol)).map(scriptOf),
    open: () => open(protocol),
  };
}

function numbered({ transports }: Protocol): Numbered {
  if (transports.includes('link')) return 'link';
  return transports.includes('ip') ? 'ip' : 'port';
}

function open(protocol: Protocol): Run {
  const zeros = new Conversation(protocol, 0x00);
  const ones = new Conversation(protocol, 0xff);
  return (input) => {
    const kinds = zeros.play(input);
    ones.play(input);
    if (zeros.signature.whole !== ones.signature.whole)
      throw new Error('what is decoded depends on bytes outside the message');
    return kinds;
  };
}

class Conversation {
  readonly signature = new FactSignature();
  private readonly protocol: Protocol;
  private readonly decoder: ProtocolDecoder;
  private readonly context: MessageContext;
  /** What stands before and after a message. */
  private readonly margin: number;
  private readonly waiting: [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  private flow = 0;

  constructor(protocol: Protocol, margin: number) {
    this.protocol = protocol;
    this.decoder = protocol.start(0);
    this.context = messageContext(this.signature.sink, { serverPort: protocol.ports[0] ?? 1 });
    this.margin = margin;
  }

  play(script: Uint8Array): number[] {
    this.signature.reset();
    this.next();
    walkScript(script, (step) => this.step(script, step));
    this.signature.assertWellFormed();
    return [...this.signature.kinds];
  }

  private step(script: Uint8Array, step: Step): void {
    const { context, decoder, protocol } = this;
    const direction = (step.control & Control.fromServer) === 0 ? 0 : 1;
    context.frame++;
    context.timeUs += 1000;
    context.fromClient = direction === 0;
    if ((step.control & Control.next) !== 0) {
      this.fill({ fromClient: true });
      decoder.closed(this.flow, context);
      this.next();
    }
    if ((step.control & Control.second) !== 0) {
      context.timeUs += 1_000_000;
      decoder.tick(context.timeUs, context);
    }
    this.fill({ fromClient: direction === 0 });
    if ((step.control & Control.gap) !== 0) {
      this.waiting[direction] = new Uint8Array(0);
      decoder.gap(this.flow, direction === 0, context);
    }
    const hasTcp = protocol.transports.includes('tcp');
    const hasUdp = protocol.transports.includes('udp');
    context.isTcp = hasTcp && !(hasUdp && (step.control & Control.datagram) !== 0);
    const payload = script.subarray(step.start, step.end);
    const match = this.recognise(payload);
    if (context.isTcp) this.stream(direction, payload);
    else if (match === Match.maybe || match === Match.yes) this.whole(payload);
  }

  private recognise(payload: Uint8Array): number {
    const bytes = this.surrounded(payload);
    const end = MARGIN_BYTES + payload.length;
    const match = this.decoder.looksLike(bytes, MARGIN_BYTES, end);
    if (![Match.no, Match.maybe, Match.yes, Match.later].includes(match as 0))
      throw new Error(`looksLike gives ${match}`);
    const speaker = this.decoder.speaker(bytes, MARGIN_BYTES, end);
    if (![Speaker.unknown, Speaker.client, Speaker.server].includes(speaker as 0))
      throw new Error(`speaker gives ${speaker}`);
    const { signature } = this;
    signature.whole = mixed(mixed(signature.whole, match), speaker);
    signature.kinds.add(-1 - match * 3 - speaker);
    return match;
  }

  private stream(direction: 0 | 1, payload: Uint8Array): void {
    const all = concatenated(this.waiting[direction], payload);
    const bytes = this.surrounded(all);
    const end = MARGIN_BYTES + all.length;
    let at = MARGIN_BYTES;
    while (at < end) {
      const size = this.decoder.frameSize(bytes, at, end, this.context);
      if (!Number.isInteger(size) || size < NOT_THIS_PROTOCOL) throw new Error(`frameSize gives ${size}`);
      if (size > this.protocol.frameBytesMax) throw new Error(`frameSize gives ${size}, more than frameBytesMax`);
      // As the flow stage does it: what wants more than a frame can hold is lost.
      const isEndless = size === NEED_MORE && end - at >= this.protocol.frameBytesMax;
      if (size === NOT_THIS_PROTOCOL || isEndless) at = end;
      if (size === NEED_MORE || size === NOT_THIS_PROTOCOL || at + size > end) break;
      // The message alone, so that the next one in the stream counts as outside too.
      this.whole(bytes.subarray(at, at + size));
      at += size;
    }
    this.waiting[direction] = bytes.slice(at, end);
  }

  private whole(message: Uint8Array): void {
    const { sink } = this.signature;
    const before = sink.count;
    this.decoder.decode(this.surrounded(message), MARGIN_BYTES, MARGIN_BYTES + message.length, this.context);
    const facts = sink.count - before;
    if (facts > FACTS_PER_MESSAGE_MAX + message.length * FACTS_PER_BYTE_MAX)
      throw new Error(`${facts} facts from one message`);
  }

  private surrounded(bytes: Uint8Array): Uint8Array {
    const whole = new Uint8Array(bytes.length + 2 * MARGIN_BYTES).fill(this.margin);
    whole.set(bytes, MARGIN_BYTES);
    return whole;
  }

  private next(): void {
    this.flow = 1 + (this.flow % FLOWS);
    this.fill({ fromClient: true });
    this.waiting[0] = new Uint8Array(0);
    this.waiting[1] = new Uint8Array(0);
  }

  private fill(change: { fromClient: boolean }): void {
    const { context } = this;
    context.flow = this.flow;
    context.client = 1 + (this.flow % 5);
    context.server = 10 + (this.flow % 7);
    context.clientPort = 40_000 + this.flow;
    context.fromClient = change.fromClient;
  }
}

function concatenated(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}
