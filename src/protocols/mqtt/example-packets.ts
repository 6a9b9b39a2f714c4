// For tests: builds MQTT packets, WebSocket frames and Sparkplug payloads, and hears what a decoder makes of them.
import type { Claim, FactSink, Login, Trait, Transfer, Violation } from '../../facts/facts.ts';
import { Encoding, OUTCOME_NAMES, emptyOperation, type Operation } from '../../facts/operation.ts';
import { NEED_MORE, NOT_THIS_PROTOCOL, type MessageContext, NO_HOSTS } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { mqtt } from './index.ts';
import { KINDS } from './messages.ts';

export type Part = number | string | Iterable<number>;

/** Numbers are bytes, texts are UTF-8. */
export function bytesOf(...parts: readonly Part[]): number[] {
  return parts.flatMap((part) =>
    typeof part === 'number' ? [part] : typeof part === 'string' ? [...new TextEncoder().encode(part)] : [...part],
  );
}

/** A text or binary field with its length. */
export function field(value: Part): number[] {
  const bytes = bytesOf(value);
  return [bytes.length >> 8, bytes.length & 0xff, ...bytes];
}

export function variable(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const byte = rest & 0x7f;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? byte | 0x80 : byte);
  } while (rest > 0);
  return bytes;
}

/** A packet with this first byte. */
export function packet(first: number, ...body: readonly Part[]): Uint8Array {
  const bytes = bytesOf(...body);
  return Uint8Array.from([first, ...variable(bytes.length), ...bytes]);
}

export interface ConnectOptions {
  readonly version?: number;
  readonly clientId?: string;
  readonly user?: string;
  readonly password?: string;
  readonly keepAlive?: number;
  readonly will?: readonly [topic: string, payload: Part];
  /** Flags besides those that follow. */
  readonly flags?: number;
  readonly properties?: readonly Part[];
}

export function connect(options: ConnectOptions = {}): Uint8Array {
  const {
    version = 4,
    clientId = 'client',
    user,
    password,
    keepAlive = 60,
    will,
    flags = 2,
    properties = [],
  } = options;
  const isNew = version === 5;
  const all =
    flags | (user === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40) | (will === undefined ? 0 : 4);
  const own = bytesOf(...properties);
  return packet(
    0x10,
    field(version === 3 ? 'MQIsdp' : 'MQTT'),
    version,
    all,
    keepAlive >> 8,
    keepAlive & 0xff,
    isNew ? [...variable(own.length), ...own] : [],
    field(clientId),
    will === undefined ? [] : [...(isNew ? [0] : []), ...field(will[0]), ...field(will[1])],
    user === undefined ? [] : field(user),
    password === undefined ? [] : field(password),
  );
}

export function connack(code = 0, version = 4): Uint8Array {
  return packet(0x20, 0, code, version === 5 ? [0] : []);
}

export interface PublishOptions {
  readonly qos?: number;
  readonly id?: number;
  readonly isRetained?: boolean;
  readonly isDup?: boolean;
  /** 5.0: the properties, else none are written. */
  readonly properties?: readonly Part[];
}

export function publish(topic: string, payload: Part, options: PublishOptions = {}): Uint8Array {
  const { qos = 0, id = 1, isRetained = false, isDup = false, properties } = options;
  const first = 0x30 | (qos << 1) | (isRetained ? 1 : 0) | (isDup ? 8 : 0);
  const own = properties === undefined ? null : bytesOf(...properties);
  return packet(
    first,
    field(topic),
    qos === 0 ? [] : [id >> 8, id & 0xff],
    own === null ? [] : [...variable(own.length), ...own],
    bytesOf(payload),
  );
}

/** A WebSocket frame; a client masks with a key of its own. */
export function frame(payload: Iterable<number>, options: { isMasked?: boolean; first?: number } = {}): Uint8Array {
  const { isMasked = true, first = 0x82 } = options;
  const bytes = [...payload];
  const size =
    bytes.length < 126
      ? [bytes.length]
      : bytes.length < 65_536
        ? [126, bytes.length >> 8, bytes.length & 0xff]
        : [127, 0, 0, 0, 0, 0, bytes.length >> 16, (bytes.length >> 8) & 0xff, bytes.length & 0xff];
  const key = [0x37, 0xfa, 0x21, 0x3d];
  if (!isMasked) return Uint8Array.from([first, ...size, ...bytes]);
  size[0]! |= 0x80;
  return Uint8Array.from([first, ...size, ...key, ...bytes.map((byte, index) => byte ^ key[index & 3]!)]);
}

export const UPGRADE = bytesOf(
  'GET /mqtt HTTP/1.1\r\nHost: broker\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Version: 13\r\n\r\n',
);
export const UPGRADED = bytesOf(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n',
);

/** A field of protocol buffers: a number as varint, a text or bytes with its length. */
export function proto(number: number, value: Part | bigint): number[] {
  if (typeof value === 'number' || typeof value === 'bigint') {
    const bytes = variable(number << 3);
    let rest = BigInt.asUintN(64, BigInt(value));
    do {
      const byte = Number(rest & 0x7fn);
      rest >>= 7n;
      bytes.push(rest > 0n ? byte | 0x80 : byte);
    } while (rest > 0n);
    return bytes;
  }
  const bytes = bytesOf(value);
  return [...variable((number << 3) | 2), ...variable(bytes.length), ...bytes];
}

/** The same for a double (8 bytes) or a float (4). */
export function protoFloat(number: number, value: number, size: 4 | 8): number[] {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 8) view.setFloat64(0, value, true);
  else view.setFloat32(0, value, true);
  return [...variable((number << 3) | (size === 8 ? 1 : 5)), ...new Uint8Array(view.buffer)];
}

/** A Sparkplug payload with a sequence number (none: -1) and metrics, each a list of its fields. */
export function sparkplug(sequence: number, ...metrics: readonly (readonly number[][])[]): number[] {
  return [
    ...proto(1, 1_767_225_600_000),
    ...metrics.flatMap((fields) => proto(2, fields.flat())),
    ...(sequence < 0 ? [] : proto(3, sequence)),
  ];
}

/** An operation as a test compares it. */
export interface HeardOperation {
  readonly verb: string;
  readonly function: number;
  readonly subfunction: number;
  readonly space: number;
  readonly name: string;
  readonly value: number | null;
  readonly outcome: string;
  readonly code: number;
  readonly client: number;
  readonly server: number;
  readonly requestFrame: number;
  readonly answerFrame: number;
  readonly isQuestionable: boolean;
}

export class Listener implements FactSink {
  readonly operations: HeardOperation[] = [];
  readonly claims: Claim[] = [];
  readonly logins: Login[] = [];
  readonly transfers: Transfer[] = [];
  readonly violations: Violation[] = [];
  readonly traits: Trait[] = [];
  /** Asked of each login while it is told. */
  candidates: readonly string[] = [];
  readonly matches: string[] = [];

  operation(operation: Operation): void {
    const isListed = KINDS.some(
      (kind) => kind.function === operation.function && kind.subfunction === operation.subfunction,
    );
    if (!isListed && operation.function >= 0) throw new Error(`no kind ${operation.function}/${operation.subfunction}`);
    const { nameBytes, nameStart, nameEnd, client, server, requestFrame, answerFrame, isQuestionable } = operation;
    this.operations.push({
      verb: VERB_NAMES[operation.verb]!,
      function: operation.function,
      subfunction: operation.subfunction,
      space: operation.space,
      name: new TextDecoder().decode(nameBytes.subarray(nameStart, nameEnd)),
      value: valueOf(operation),
      outcome: OUTCOME_NAMES[operation.outcome]!,
      code: operation.code,
      client,
      server,
      requestFrame,
      answerFrame,
      isQuestionable,
    });
  }

  conversation(): void {
    throw new Error('a protocol tells no conversations');
  }

  login(login: Login): void {
    this.logins.push(login);
    for (const candidate of this.candidates) if (login.test?.(candidate) === true) this.matches.push(candidate);
  }

  transfer(transfer: Transfer): void {
    this.transfers.push(transfer);
  }

  claim(claim: Claim): void {
    this.claims.push(claim);
  }

  violation(violation: Violation): void {
    this.violations.push(violation);
  }

  trait(trait: Trait): void {
    this.traits.push(trait);
  }

  get rules(): string[] {
    return this.violations.map(({ rule }) => rule);
  }

  /** Pieces of one transfer put together. */
  carried(id: string): number[] {
    return this.transfers
      .filter(({ phase, transfer }) => phase === 'piece' && transfer === id)
      .flatMap(({ bytes }) => [...bytes]);
  }
}

function valueOf({ encoding, valueCount, bytes, valuesStart }: Operation): number | null {
  if (encoding !== Encoding.floatLittle || valueCount !== 1) return null;
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(valuesStart, true);
}

/** Conversations with one decoder, cut into frames as the flow stage does it; each `say` is a segment. */
export class Talk {
  readonly listener = new Listener();
  readonly decoder = mqtt.start(0);
  readonly context: MessageContext;
  readonly #waiting = new Map<string, number[]>();

  constructor(change: Partial<MessageContext> = {}) {
    this.context = {
      timeUs: 1_000_000,
      frame: 0,
      flow: 1,
      client: 10,
      server: 20,
      clientPort: 40_000,
      serverPort: 1883,
      fromClient: true,
      isTcp: true,
      operation: emptyOperation(),
      hosts: NO_HOSTS,
      sink: this.listener,
      ...change,
    };
  }

  client(...packets: readonly Iterable<number>[]): this {
    for (const bytes of packets) this.say(true, bytes);
    return this;
  }

  server(...packets: readonly Iterable<number>[]): this {
    for (const bytes of packets) this.say(false, bytes);
    return this;
  }

  say(fromClient: boolean, bytes: Iterable<number>): void {
    const { context, decoder } = this;
    context.fromClient = fromClient;
    context.frame++;
    context.timeUs += 1000;
    const key = `${context.flow} ${fromClient}`;
    const all = Uint8Array.from([...(this.#waiting.get(key) ?? []), ...bytes]);
    let at = 0;
    while (at < all.length) {
      const size = decoder.frameSize(all, at, all.length, context);
      if (size === NOT_THIS_PROTOCOL) throw new Error('the frame is lost');
      if (size === NEED_MORE || at + size > all.length) break;
      decoder.decode(all, at, at + size, context);
      at += size;
    }
    this.#waiting.set(key, [...all.subarray(at)]);
  }

  /** What was begun is dropped, and so many bytes more are lost; -1: nobody knows how many. */
  gap(fromClient: boolean, lostBytes = -1): void {
    const { context, decoder } = this;
    this.#waiting.delete(`${context.flow} ${fromClient}`);
    decoder.gap(context.flow, fromClient, context);
    decoder.resumes?.(context.flow, fromClient, context, lostBytes);
  }

  wait(us: number): void {
    this.context.timeUs += us;
    this.decoder.tick(this.context.timeUs, this.context);
  }

  close(): void {
    this.decoder.closed(this.context.flow, this.context);
  }

  get operations(): readonly HeardOperation[] {
    return this.listener.operations;
  }
}
