// For tests: builds frames of EtherNet/IP and hears what the decoder makes of them.
import type { Claim, FactSink, Login, Transfer, Violation } from '../../facts/facts.ts';
import { Encoding, OUTCOME_NAMES, emptyOperation, type Operation } from '../../facts/operation.ts';
import type { MessageContext, Protocol, ProtocolDecoder } from '../../facts/protocol.ts';
import { NO_HOSTS } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { hexBytes } from '../example-conversation.ts';
import { enip } from './index.ts';

export const SESSION = 0x0100_0512;

export function le16(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff];
}

export function le32(value: number): number[] {
  return [...le16(value & 0xffff), ...le16(value >>> 16)];
}

/** Text as bytes. */
export function ascii(text: string): number[] {
  return [...Buffer.from(text, 'latin1')];
}

/** Hexadecimal text or bytes, as bytes. */
export function bytesOf(message: string | readonly number[]): number[] {
  return typeof message === 'string' ? [...hexBytes(message)] : [...message];
}

export function header(command: number, length: number, context: number, status = 0, session = SESSION): number[] {
  return [
    ...le16(command),
    ...le16(length),
    ...le32(session),
    ...le32(status),
    ...le32(context),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  ];
}

/** A command with its data. */
export function command(code: number, data: string | readonly number[] = [], context = 0, session = 0): number[] {
  const bytes = bytesOf(data);
  return [...header(code, bytes.length, context, 0, session), ...bytes];
}

/** Send RR Data: null address, unconnected data. */
export function unconnected(message: string | readonly number[], context = 1): number[] {
  const data = bytesOf(message);
  const items = [0, 0, 0, 0, 10, 0, 2, 0, 0, 0, 0, 0, 0xb2, 0, ...le16(data.length), ...data];
  return [...header(0x6f, items.length, context), ...items];
}

/** Send Unit Data: connected address, sequence count and message. */
export function connected(connection: number, sequence: number, message: string | readonly number[]): number[] {
  const data = bytesOf(message);
  const items = [0, 0, 0, 0, 0, 0, 2, 0, 0xa1, 0, 4, 0, ...le32(connection), 0xb1, 0];
  items.push(...le16(data.length + 2), ...le16(sequence), ...data);
  return [...header(0x70, items.length, 0), ...items];
}

/** A path of hexadecimal segments with its size in words before it. */
export function path(segments: string | readonly number[]): number[] {
  const bytes = bytesOf(segments);
  return [bytes.length / 2, ...bytes];
}

/** The symbolic segments of `Program:Main.Speed`, without indices. */
export function symbol(name: string): number[] {
  return name.split('.').flatMap((part) => [0x91, part.length, ...ascii(part), ...(part.length % 2 === 1 ? [0] : [])]);
}

export function request(
  service: number,
  segments: string | readonly number[],
  data: string | readonly number[] = [],
): number[] {
  return [service, ...path(segments), ...bytesOf(data)];
}

export function answer(
  service: number,
  data: string | readonly number[] = [],
  status = 0,
  extended: number[] = [],
): number[] {
  return [service | 0x80, 0, status, extended.length, ...extended.flatMap(le16), ...bytesOf(data)];
}

/** Unconnected Send of a message along a route. */
export function routed(message: readonly number[], route: string): number[] {
  const pad = message.length % 2 === 1 ? [0] : [];
  const [size, ...segments] = path(route);
  return [0x52, ...path('20062401'), 7, 0xf9, ...le16(message.length), ...message, ...pad, size!, 0, ...segments];
}

/** Multiple Service Packet, request or answer. */
export function packet(messages: readonly (readonly number[])[], isAnswer = false): number[] {
  let offset = 2 + messages.length * 2;
  const offsets = messages.flatMap((message) => {
    const at = offset;
    offset += message.length;
    return le16(at);
  });
  const head = isAnswer ? [0x8a, 0, 0, 0] : [0x0a, ...path('20022401')];
  return [...head, ...le16(messages.length), ...offsets, ...messages.flat()];
}

/** A message that a Logix controller wants signed, and its answer; the signature is made up. */
export function signed(service: number, inner: readonly number[], isAnswer = false): number[] {
  const head = isAnswer ? [service | 0x80, 0, 0, 0] : [service, ...path('20022401')];
  const envelope = service === 0x37 ? [1, 3, 0, 0, ...le32(inner.length)] : [];
  return [...head, ...envelope, ...inner, ...le32(1), ...Array.from({ length: 20 }, (_, index) => 0xa0 + index)];
}

/** Forward Open of a class 3 connection along a path, and its answer. */
export function forwardOpen(toOriginator: number, serial: number, segments: string): number[] {
  const data = [7, 0xf9, 0, 0, 0, 0, ...le32(toOriginator), ...le16(serial), ...le16(0x4d), ...le32(0x32952bf3)];
  data.push(0, 0, 0, 0, ...le32(8_000_000), ...le16(0x43f4), ...le32(8_000_000), ...le16(0x43f4), 0xa3);
  return request(0x54, '20062401', [...data, ...path(segments)]);
}

export function forwardOpened(toTarget: number, toOriginator: number, serial: number): number[] {
  const whose = [...le16(serial), ...le16(0x4d), ...le32(0x32952bf3)];
  return answer(0x54, [
    ...le32(toTarget),
    ...le32(toOriginator),
    ...whose,
    ...le32(8_000_000),
    ...le32(8_000_000),
    0,
    0,
  ]);
}

/** An operation as a test compares it: only what is told apart from "nothing". */
export interface HeardOperation {
  readonly verb: string;
  readonly function: number;
  readonly subfunction: number;
  readonly unit: number;
  readonly space: number;
  readonly first: number;
  readonly count: number;
  readonly name: string;
  readonly outcome: string;
  readonly code: number;
  readonly values: readonly unknown[];
  readonly requestFrame: number;
  readonly answerFrame: number;
  readonly client: number;
  readonly isBroadcast: boolean;
}

export class Listener implements FactSink {
  operations: HeardOperation[] = [];
  claims: Claim[] = [];
  logins: Login[] = [];
  transfers: Transfer[] = [];
  violations: Violation[] = [];

  operation(operation: Operation): void {
    const { nameBytes, nameStart, nameEnd, requestFrame, answerFrame, client, isBroadcast } = operation;
    this.operations.push({
      verb: VERB_NAMES[operation.verb]!,
      function: operation.function,
      subfunction: operation.subfunction,
      unit: operation.unit,
      space: operation.space,
      first: operation.first,
      count: operation.count,
      name: Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString('latin1'),
      outcome: OUTCOME_NAMES[operation.outcome]!,
      code: operation.code,
      values: valuesOf(operation),
      requestFrame,
      answerFrame,
      client,
      isBroadcast,
    });
  }

  conversation(): void {
    throw new Error('a protocol tells no conversations');
  }

  login(login: Login): void {
    this.logins.push(login);
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

  trait(): void {
    throw new Error('no trait is measured');
  }

  get rules(): string[] {
    return this.violations.map(({ rule }) => rule);
  }

  get claimed(): string[] {
    return this.claims.map(({ attribute, value, unit }) => `${unit} ${attribute} ${value}`);
  }
}

/** Numbers and bits as they are, bytes as hexadecimal; throws where the values stand outside of their bytes. */
function valuesOf(operation: Operation): unknown[] {
  const { bytes, valuesStart, valueSize, valueCount, encoding } = operation;
  const size = encoding === Encoding.bits ? Math.ceil(valueCount / 8) : valueCount * valueSize;
  if (valueCount > 0 && (valuesStart < 0 || valuesStart + size > bytes.length)) throw new Error('values outside');
  return Array.from({ length: encoding === Encoding.none ? 0 : valueCount }, (_, index) => {
    if (encoding === Encoding.bits) return ((bytes[valuesStart + (index >> 3)]! >> (index & 7)) & 1) === 1;
    const at = valuesStart + index * valueSize;
    if (encoding === Encoding.bytes) return Buffer.from(bytes.subarray(at, at + valueSize)).toString('hex');
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, valueSize);
    if (encoding === Encoding.floatLittle) return valueSize === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
    const little = Buffer.from(bytes.subarray(at, at + valueSize)).reverse();
    const value = BigInt(`0x${little.toString('hex')}`);
    return Number(encoding === Encoding.signedLittle ? BigInt.asIntN(valueSize * 8, value) : value);
  });
}

/** One conversation with a decoder, a message in each frame, a millisecond apart. */
export class Talk {
  readonly listener = new Listener();
  readonly decoder: ProtocolDecoder;
  readonly context: MessageContext;

  constructor(protocol: Protocol = enip, isTcp = true) {
    this.decoder = protocol.start(0);
    this.context = {
      timeUs: 0,
      frame: 0,
      flow: 1,
      client: 10,
      server: 20,
      clientPort: 40_000,
      serverPort: 44_818,
      fromClient: true,
      isTcp,
      operation: emptyOperation(),
      hosts: NO_HOSTS,
      sink: this.listener,
    };
  }

  say(fromClient: boolean, frame: readonly number[] | Uint8Array): this {
    this.context.fromClient = fromClient;
    this.context.frame++;
    this.context.timeUs += 1000;
    this.decoder.decode(Uint8Array.from(frame), 0, frame.length, this.context);
    return this;
  }

  ask(frame: readonly number[]): this {
    return this.say(true, frame);
  }

  reply(frame: readonly number[]): this {
    return this.say(false, frame);
  }

  close(): this {
    this.decoder.closed(this.context.flow, this.context);
    return this;
  }

  /** The last operation that was told. */
  get last(): HeardOperation {
    return this.listener.operations.at(-1)!;
  }
}
