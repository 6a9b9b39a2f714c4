// For tests: builds link frames with their checks around application fragments, and hears what the decoder makes of them.
import type { Claim, FactSink, Login, Transfer, Violation } from '../../facts/facts.ts';
import { Encoding, OUTCOME_NAMES, emptyOperation, type Operation } from '../../facts/operation.ts';
import type { MessageContext, ProtocolDecoder } from '../../facts/protocol.ts';
import { NO_HOSTS } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { hexBytes } from '../example-conversation.ts';
import { crcDnp3 } from './crc.ts';
import { dnp3 } from './index.ts';
import { SPACE_NAMES } from './objects.ts';

export const MASTER = 1;
export const OUTSTATION = 10;
const SEGMENT_BYTES_MAX = 249;
const UNCONFIRMED_USER_DATA = 0x44;
const FROM_MASTER = 0x80;

function withCrc(bytes: readonly number[]): number[] {
  const crc = crcDnp3(Uint8Array.from(bytes), 0, bytes.length);
  return [...bytes, crc & 0xff, crc >> 8];
}

/** A link frame; `control` is its whole control octet. */
export function linkFrame(control: number, destination: number, source: number, userData: readonly number[]): number[] {
  const addresses = [destination & 0xff, destination >> 8, source & 0xff, source >> 8];
  const frame = withCrc([0x05, 0x64, userData.length + 5, control, ...addresses]);
  for (let at = 0; at < userData.length; at += 16) frame.push(...withCrc(userData.slice(at, at + 16)));
  return frame;
}

/** The frames of a fragment, as many as it needs; `sequence` of the first segment. */
export function segmentFrames(
  fromMaster: boolean,
  fragment: Uint8Array,
  master = MASTER,
  outstation = OUTSTATION,
  sequence = 0,
): number[][] {
  const frames: number[][] = [];
  const control = UNCONFIRMED_USER_DATA | (fromMaster ? FROM_MASTER : 0);
  const [destination, source] = fromMaster ? [outstation, master] : [master, outstation];
  for (let at = 0; at === 0 || at < fragment.length; at += SEGMENT_BYTES_MAX) {
    const segment = fragment.subarray(at, at + SEGMENT_BYTES_MAX);
    const isFirst = at === 0;
    const isFinal = at + SEGMENT_BYTES_MAX >= fragment.length;
    const header = (isFinal ? 0x80 : 0) | (isFirst ? 0x40 : 0) | ((sequence + frames.length) & 0x3f);
    frames.push(linkFrame(control, destination, source, [header, ...segment]));
  }
  return frames;
}

/** A request of this sequence: function code, then objects, in hexadecimal. */
export function request(sequence: number, text: string): Uint8Array {
  return Uint8Array.from([0xc0 | sequence, ...hexBytes(text)]);
}

/** The response to it: function 129, internal indications, then objects. */
export function response(sequence: number, text: string, indications = '0000', control = 0xc0): Uint8Array {
  return Uint8Array.from([control | sequence, 0x81, ...hexBytes(indications + text)]);
}

/** An unsolicited response that asks for a confirm. */
export function unsolicited(sequence: number, text: string, indications = '0000'): Uint8Array {
  return Uint8Array.from([0xf0 | sequence, 0x82, ...hexBytes(indications + text)]);
}

export function textHex(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex');
}

/** Little-endian hexadecimal of `size` octets. */
export function le(value: number, size: number): string {
  return Array.from({ length: size }, (_, index) =>
    (Math.floor(value / 256 ** index) % 256).toString(16).padStart(2, '0'),
  ).join('');
}

/** An object of group 70 or 120 with its size before it. */
export function sized(group: number, variation: number, body: string): string {
  return le(group, 1) + le(variation, 1) + '5b01' + le(body.length / 2, 2) + body;
}

/** An operation as a test compares it. */
export interface HeardOperation {
  readonly verb: string;
  readonly function: number;
  readonly subfunction: number;
  readonly unit: number;
  readonly space: string;
  readonly first: number;
  readonly count: number;
  readonly name: string;
  readonly outcome: string;
  readonly code: number;
  readonly values: readonly (number | string)[];
  readonly isQuestionable: boolean;
  readonly isBroadcast: boolean;
  readonly client: number;
  readonly server: number;
  readonly requestFrame: number;
  readonly answerFrame: number;
  readonly elapsedUs: number;
}

export class Listener implements FactSink {
  operations: HeardOperation[] = [];
  claims: Claim[] = [];
  transfers: Transfer[] = [];
  violations: Violation[] = [];
  logins: (Login & { readonly knows: (candidate: string) => boolean })[] = [];
  /** Candidates that are tested while a login is told. */
  candidates: string[] = [];
  matched: string[] = [];

  operation(operation: Operation): void {
    const { nameBytes, nameStart, nameEnd, verb, outcome, space } = operation;
    this.operations.push({
      verb: VERB_NAMES[verb]!,
      function: operation.function,
      subfunction: operation.subfunction,
      unit: operation.unit,
      space: SPACE_NAMES[space]!,
      first: operation.first,
      count: operation.count,
      name: Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString('latin1'),
      outcome: OUTCOME_NAMES[outcome]!,
      code: operation.code,
      values: valuesOf(operation),
      isQuestionable: operation.isQuestionable,
      isBroadcast: operation.isBroadcast,
      client: operation.client,
      server: operation.server,
      requestFrame: operation.requestFrame,
      answerFrame: operation.answerFrame,
      elapsedUs: operation.elapsedUs,
    });
  }

  conversation(): void {
    throw new Error('a protocol tells no conversations');
  }

  login(login: Login): void {
    this.matched.push(...this.candidates.filter((candidate) => login.test?.(candidate) === true));
    this.logins.push({ ...login, knows: (candidate) => login.test?.(candidate) === true });
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
    throw new Error('DNP3 measures no traits');
  }

  get rules(): string[] {
    return this.violations.map(({ rule }) => rule);
  }
}

/** Bits as 0 and 1, octets as text, numbers as they are; throws where the values stand outside of their bytes. */
function valuesOf(operation: Operation): (number | string)[] {
  const { bytes, valuesStart, valueSize, valueCount, encoding } = operation;
  if (encoding === Encoding.none) return [];
  const size = encoding === Encoding.bits ? Math.ceil(valueCount / 8) : valueCount * valueSize;
  if (valueCount > 0 && (valuesStart < 0 || valuesStart + size > bytes.length)) throw new Error('values outside');
  return Array.from({ length: valueCount }, (_, index) => {
    if (encoding === Encoding.bits) return (bytes[valuesStart + (index >> 3)]! >> (index & 7)) & 1;
    const start = valuesStart + index * valueSize;
    const view = Buffer.from(bytes.slice(start, start + valueSize));
    if (encoding === Encoding.bytes) return view.toString('latin1');
    if (encoding === Encoding.floatLittle) return valueSize === 4 ? view.readFloatLE(0) : view.readDoubleLE(0);
    if (encoding === Encoding.signedLittle) return view.readIntLE(0, valueSize);
    return valueSize > 6 ? Number(view.readBigUInt64LE(0)) : view.readUIntLE(0, valueSize);
  });
}

/** One conversation with the decoder; each frame comes a millisecond after the one before. */
export class Talk {
  readonly listener = new Listener();
  readonly decoder: ProtocolDecoder = dnp3.start(0);
  readonly context: MessageContext;
  master = MASTER;
  outstation = OUTSTATION;
  readonly #sequences = [0, 0];

  constructor() {
    this.context = {
      timeUs: 0,
      frame: 0,
      flow: 1,
      client: 100,
      server: 200,
      clientPort: 40_000,
      serverPort: 20_000,
      fromClient: true,
      isTcp: true,
      operation: emptyOperation(),
      hosts: NO_HOSTS,
      sink: this.listener,
    };
  }

  /** A fragment of the master. */
  ask(fragment: Uint8Array): this {
    return this.say(true, fragment);
  }

  /** A fragment of the outstation. */
  answer(fragment: Uint8Array): this {
    return this.say(false, fragment);
  }

  say(fromMaster: boolean, fragment: Uint8Array): this {
    const side = fromMaster ? 0 : 1;
    const frames = segmentFrames(fromMaster, fragment, this.master, this.outstation, this.#sequences[side]);
    this.#sequences[side] = (this.#sequences[side]! + frames.length) & 0x3f;
    for (const frame of frames) this.frame(fromMaster, frame);
    return this;
  }

  frame(fromClient: boolean, bytes: readonly number[]): this {
    this.context.fromClient = fromClient;
    this.context.frame++;
    this.context.timeUs += 1000;
    this.decoder.decode(Uint8Array.from(bytes), 0, bytes.length, this.context);
    return this;
  }

  wait(us: number): this {
    this.context.timeUs += us;
    this.decoder.tick(this.context.timeUs, this.context);
    return this;
  }

  close(): this {
    this.decoder.closed(this.context.flow, this.context);
    return this;
  }

  get operations(): readonly HeardOperation[] {
    return this.listener.operations;
  }

  /** Verb, function, space, first, count, values and outcome of every operation. */
  get told(): string[] {
    return this.operations.map((operation) => {
      const { verb, space, first, count, name, values, outcome, code, isQuestionable } = operation;
      const object = name === '' ? `${space} ${first}+${count}` : `${space} '${name}'`;
      const shown = `${object}${isQuestionable ? '?' : ''}${values.length > 0 ? ` = ${values.join(',')}` : ''}`;
      return `${verb} ${operation.function}: ${shown}; ${outcome}${code === 0 ? '' : ` ${code}`}`;
    });
  }
}
