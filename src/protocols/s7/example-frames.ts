// For tests: builds packets, S7comm and S7comm-plus messages, and hears what a decoder makes of them.
import type { Claim, FactSink, Login, Transfer, Violation } from '../../facts/facts.ts';
import { Encoding, OUTCOME_NAMES, emptyOperation, type Operation } from '../../facts/operation.ts';
import type { MessageContext, Protocol, ProtocolDecoder } from '../../facts/protocol.ts';
import { NO_HOSTS } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { be16, hexBytes } from '../example-conversation.ts';

/** A packet around the bytes of a TPDU from its length indicator on. */
export function packet(tpdu: readonly number[]): Uint8Array {
  return Uint8Array.from([3, 0, ...be16(tpdu.length + 4), ...tpdu]);
}

/** A data unit; `isEnd`: the last of its message. */
export function data(message: Iterable<number>, isEnd = true): Uint8Array {
  return packet([2, 0xf0, isEnd ? 0x80 : 0, ...message]);
}

/** A connection request (E0) or confirmation (D0) with the parameters given in hexadecimal. */
export function connection(code: number, parameters: string): Uint8Array {
  const rest = [code, 0, 0, 0, 1, 0, ...hexBytes(parameters)];
  return packet([rest.length, ...rest]);
}

export const CONNECT = connection(0xe0, 'C0010A C1020100 C2020102');
export const CONFIRM = connection(0xd0, 'C0010A C1020100 C2020102');

/** A job: parameters and data in hexadecimal. */
export function job(reference: number, parameters: string, content = ''): Uint8Array {
  return data(message([0x32, 1, 0, 0, ...be16(reference)], parameters, content, []));
}

/** Its answer. */
export function answer(reference: number, parameters: string, content = '', error = 0): Uint8Array {
  return data(message([0x32, 3, 0, 0, ...be16(reference)], parameters, content, be16(error)));
}

/** User data: type (4 request, 8 answer, 0 push), group and function; `tail`: data unit, whether last, error. */
export function userData(
  reference: number,
  type: number,
  group: number,
  code: number,
  content: string,
  { sequence = 0, tail = '' }: { readonly sequence?: number; readonly tail?: string } = {},
): Uint8Array {
  const rest = [tail === '' ? 0x11 : 0x12, (type << 4) | group, code, sequence, ...hexBytes(tail)];
  const parameters = Buffer.from([0, 1, 0x12, rest.length, ...rest]).toString('hex');
  const bytes = hexBytes(content);
  const head = bytes.length === 0 ? [0x0a, 0, 0, 0] : [0xff, 9, ...be16(bytes.length)];
  const all = Buffer.from([...head, ...bytes]).toString('hex');
  return data(message([0x32, 7, 0, 0, ...be16(reference)], parameters, all, []));
}

function message(head: readonly number[], parameters: string, content: string, error: readonly number[]): number[] {
  const first = hexBytes(parameters);
  const second = hexBytes(content);
  return [...head, ...be16(first.length), ...be16(second.length), ...error, ...first, ...second];
}

/** An item of the syntax S7ANY; `address` counts bits. */
export function anyItem(type: number, count: number, block: number, area: number, address: number): string {
  const bytes = [0x12, 10, 0x10, type, ...be16(count), ...be16(block), area, 0, ...be16(address)];
  return Buffer.from(bytes).toString('hex');
}

/** A message of S7comm-plus; `isLast` false: a part without the trailer. */
export function plus(version: number, content: string, isLast = true): Uint8Array {
  const bytes = hexBytes(content);
  const trailer = isLast ? [0x72, version, 0, 0] : [];
  return data([0x72, version, ...be16(bytes.length), ...bytes, ...trailer]);
}

export interface HeardOperation {
  readonly verb: string;
  readonly function: number;
  readonly subfunction: number;
  readonly space: string;
  readonly first: number;
  readonly count: number;
  readonly name: string;
  readonly outcome: string;
  readonly code: number;
  readonly values: readonly (number | string)[];
  readonly requestFrame: number;
  readonly answerFrame: number;
  readonly elapsedUs: number;
  readonly client: number;
  readonly server: number;
}

export class Listener implements FactSink {
  readonly operations: HeardOperation[] = [];
  readonly claims: Claim[] = [];
  readonly transfers: Transfer[] = [];
  readonly violations: Violation[] = [];
  /** With the answers of their tests to the candidates given. */
  readonly logins: { readonly outcome: string; readonly matching: readonly string[] }[] = [];
  readonly #protocol: Protocol;
  readonly #candidates: readonly string[];

  constructor(protocol: Protocol, candidates: readonly string[]) {
    this.#protocol = protocol;
    this.#candidates = candidates;
  }

  operation(operation: Operation): void {
    const { nameBytes, nameStart, nameEnd, verb, outcome, space } = operation;
    const { first, count, code, requestFrame, answerFrame, elapsedUs, client, server } = operation;
    this.operations.push({
      verb: VERB_NAMES[verb]!,
      function: operation.function,
      subfunction: operation.subfunction,
      space: this.#protocol.spaceName(space),
      first,
      count,
      name: Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString('latin1'),
      outcome: OUTCOME_NAMES[outcome]!,
      code,
      values: valuesOf(operation),
      requestFrame,
      answerFrame,
      elapsedUs,
      client,
      server,
    });
  }

  conversation(): void {
    throw new Error('a protocol tells no conversations');
  }

  login(login: Login): void {
    if (login.frame === 0) throw new Error('a login without its frame');
    const matching = this.#candidates.filter((candidate) => login.test?.(candidate) === true);
    this.logins.push({ outcome: login.outcome, matching });
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
    throw new Error('S7comm measures no traits');
  }

  get rules(): string[] {
    return this.violations.map(({ rule }) => rule);
  }

  /** Claims as `attribute: value`. */
  get said(): string[] {
    return this.claims.map(({ attribute, value }) => `${attribute}: ${value}`);
  }
}

/** Bits as 0 and 1, numbers, bytes as one hexadecimal text a value; throws where values stand outside their bytes. */
function valuesOf(operation: Operation): (number | string)[] {
  const { bytes, valuesStart, valueSize, valueCount, encoding } = operation;
  const size = encoding === Encoding.bits ? Math.ceil(valueCount / 8) : valueCount * valueSize;
  if (valueCount > 0 && (valuesStart < 0 || valuesStart + size > bytes.length)) throw new Error('values outside');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: valueCount }, (_, index) => {
    const at = valuesStart + index * valueSize;
    if (encoding === Encoding.bits) return (bytes[valuesStart + (index >> 3)]! >> (index & 7)) & 1;
    if (encoding === Encoding.float) return valueSize === 4 ? view.getFloat32(at) : view.getFloat64(at);
    if (encoding === Encoding.floatLittle) return view.getFloat64(at, true);
    const hex = Buffer.from(bytes.subarray(at, at + valueSize)).toString('hex');
    if (encoding === Encoding.bytes) return hex;
    const unsigned = Number.parseInt(hex, 16);
    const isNegative = encoding === Encoding.signed && bytes[at]! >= 0x80;
    return isNegative ? unsigned - 2 ** (8 * valueSize) : unsigned;
  });
}

/** One conversation with a decoder, packet by packet, a millisecond apart; a packet in each frame. */
export class Talk {
  readonly listener: Listener;
  readonly decoder: ProtocolDecoder;
  readonly context: MessageContext;

  constructor(protocol: Protocol, candidates: readonly string[] = []) {
    this.listener = new Listener(protocol, candidates);
    this.decoder = protocol.start(0);
    this.context = {
      timeUs: 0,
      frame: 0,
      flow: 1,
      client: 10,
      server: 20,
      clientPort: 40_000,
      serverPort: 102,
      fromClient: true,
      isTcp: true,
      operation: emptyOperation(),
      hosts: NO_HOSTS,
      sink: this.listener,
    };
  }

  request(bytes: Uint8Array): this {
    return this.say(true, bytes);
  }

  answer(bytes: Uint8Array): this {
    return this.say(false, bytes);
  }

  say(fromClient: boolean, bytes: Uint8Array): this {
    this.context.fromClient = fromClient;
    this.context.frame++;
    this.context.timeUs += 1000;
    this.decoder.decode(bytes, 0, bytes.length, this.context);
    return this;
  }

  close(): this {
    this.context.frame = 0;
    this.decoder.closed(this.context.flow, this.context);
    return this;
  }

  get operations(): HeardOperation[] {
    return this.listener.operations;
  }
}
