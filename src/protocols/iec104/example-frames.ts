// For tests: builds frames and hears what the decoder makes of them.
import type { Claim, FactSink, Transfer, Violation } from '../../facts/facts.ts';
import { Encoding, OUTCOME_NAMES, emptyOperation, type Operation } from '../../facts/operation.ts';
import type { MessageContext, ProtocolDecoder } from '../../facts/protocol.ts';
import { NO_HOSTS } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { be16, hexBytes } from '../example-conversation.ts';
import { iec104 } from './index.ts';

/** A U frame with this first control octet. */
export function uFrame(control: number): Uint8Array {
  return Uint8Array.of(0x68, 4, control, 0, 0, 0);
}

export function sFrame(received: number): Uint8Array {
  return Uint8Array.of(0x68, 4, 1, 0, ...le16(received << 1));
}

/** An I frame around an ASDU given in hexadecimal. */
export function iFrame(sent: number, received: number, asdu: string): Uint8Array {
  const body = hexBytes(asdu);
  return Uint8Array.of(0x68, body.length + 4, ...le16(sent << 1), ...le16(received << 1), ...body);
}

export interface AsduOptions {
  readonly isSequence?: boolean;
  readonly isNegative?: boolean;
  readonly isTest?: boolean;
  readonly count?: number;
  readonly station?: number;
}

/** An ASDU in hexadecimal; `objects` is what follows the common address. */
export function asduHex(type: number, cause: number, objects: string, options: AsduOptions = {}): string {
  const { isSequence = false, isNegative = false, isTest = false, count = 1, station = 5 } = options;
  const causeOctet = cause | (isNegative ? 0x40 : 0) | (isTest ? 0x80 : 0);
  const header = [type, count | (isSequence ? 0x80 : 0), causeOctet, 0, ...le16(station)];
  return Buffer.from(header).toString('hex') + objects;
}

/** An object address, least significant octet first, in hexadecimal. */
export function addressHex(address: number): string {
  return Buffer.from([address & 0xff, (address >> 8) & 0xff, address >> 16]).toString('hex');
}

function le16(value: number): number[] {
  return be16(value).reverse();
}

/** An operation as a test compares it. */
export interface HeardOperation {
  readonly verb: string;
  readonly function: number;
  readonly subfunction: number;
  readonly unit: number;
  readonly space: number;
  readonly first: number;
  readonly count: number;
  readonly outcome: string;
  readonly code: number;
  readonly values: readonly number[];
  readonly requestFrame: number;
  readonly answerFrame: number;
  readonly client: number;
  readonly server: number;
  readonly isBroadcast: boolean;
  readonly isQuestionable: boolean;
}

export class Listener implements FactSink {
  operations: HeardOperation[] = [];
  transfers: Transfer[] = [];
  violations: Violation[] = [];

  operation(operation: Operation): void {
    const { verb, outcome, unit, space, first, count, code, requestFrame, answerFrame, client, server } = operation;
    this.operations.push({
      verb: VERB_NAMES[verb]!,
      function: operation.function,
      subfunction: operation.subfunction,
      unit,
      space,
      first,
      count,
      outcome: OUTCOME_NAMES[outcome]!,
      code,
      values: valuesOf(operation),
      requestFrame,
      answerFrame,
      client,
      server,
      isBroadcast: operation.isBroadcast,
      isQuestionable: operation.isQuestionable,
    });
  }

  conversation(): void {
    throw new Error('a protocol tells no conversations');
  }

  login(): void {
    throw new Error('there are no logins');
  }

  transfer(transfer: Transfer): void {
    this.transfers.push(transfer);
  }

  claim(claim: Claim): void {
    throw new Error(`nothing is claimed: ${claim.value}`);
  }

  violation(violation: Violation): void {
    this.violations.push(violation);
  }

  trait(): void {
    throw new Error('no traits are measured');
  }

  get rules(): string[] {
    return this.violations.map(({ rule }) => rule);
  }
}

/** Values as numbers; throws where they stand outside of their bytes. */
function valuesOf(operation: Operation): number[] {
  const { bytes, valuesStart, valueSize, valueCount, encoding } = operation;
  const size = encoding === Encoding.bits ? Math.ceil(valueCount / 8) : valueCount * valueSize;
  if (valueCount > 0 && (valuesStart < 0 || valuesStart + size > bytes.length)) throw new Error('values outside');
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: valueCount }, (_, index) => {
    const at = valuesStart + index * valueSize;
    switch (encoding) {
      case Encoding.bits:
        return (bytes[valuesStart + (index >> 3)]! >> (index & 7)) & 1;
      case Encoding.floatLittle:
        return view.getFloat32(at, true);
      case Encoding.signedLittle:
        return valueSize === 2 ? view.getInt16(at, true) : view.getInt32(at, true);
      case Encoding.unsignedLittle:
        return valueSize === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
      case Encoding.signed:
        return view.getInt8(at);
      default:
        return bytes[at]!;
    }
  });
}

/** One conversation with a decoder, a message in each frame, a millisecond apart. Numbers count as they should. */
export class Talk {
  readonly listener = new Listener();
  readonly decoder: ProtocolDecoder;
  readonly context: MessageContext;
  readonly #sent: [number, number] = [0, 0];
  /** Bytes of both directions so far, lost ones too. */
  readonly #bytes: [number, number] = [0, 0];

  constructor(ports: { readonly clientPort: number; readonly serverPort: number } = USUAL_PORTS) {
    this.decoder = iec104.start(0);
    this.context = {
      timeUs: 1_767_225_600_000_000,
      frame: 0,
      flow: 1,
      client: 10,
      server: 20,
      ...ports,
      fromClient: true,
      isTcp: true,
      operation: emptyOperation(),
      hosts: NO_HOSTS,
      sink: this.listener,
      positionOf: (at) => this.#bytes[this.context.fromClient ? 0 : 1] + at,
    };
  }

  say(fromClient: boolean, frame: Uint8Array): this {
    this.context.fromClient = fromClient;
    this.context.frame++;
    this.context.timeUs += 1000;
    this.decoder.decode(frame, 0, frame.length, this.context);
    this.#bytes[fromClient ? 0 : 1] += frame.length;
    return this;
  }

  /** I frames of the controlled station that nobody saw. */
  lost(...asdus: readonly string[]): this {
    for (const asdu of asdus) this.#bytes[1] += iFrame(this.#sent[1]++, this.#sent[0], asdu).length;
    this.decoder.gap(this.context.flow, false, this.context);
    return this;
  }

  /** An I frame with an ASDU in hexadecimal, from the controlling station. */
  order(asdu: string): this {
    return this.say(true, iFrame(this.#sent[0]++, this.#sent[1], asdu));
  }

  /** The same from the controlled station. */
  tell(asdu: string): this {
    return this.say(false, iFrame(this.#sent[1]++, this.#sent[0], asdu));
  }

  wait(us: number): this {
    this.context.timeUs += us;
    return this;
  }

  close(): this {
    this.decoder.closed(this.context.flow, this.context);
    return this;
  }

  get last(): HeardOperation {
    const operation = this.listener.operations.at(-1);
    if (operation === undefined) throw new Error('no operation was heard');
    return operation;
  }
}

const USUAL_PORTS = { clientPort: 40_000, serverPort: 2404 };
