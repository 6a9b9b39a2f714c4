// For tests: builds frames of both framings and hears what a decoder makes of them.
import type { Claim, FactSink, Transfer, Violation } from '../../facts/facts.ts';
import { Encoding, OUTCOME_NAMES, emptyOperation, type Operation } from '../../facts/operation.ts';
import type { MessageContext, Protocol, ProtocolDecoder } from '../../facts/protocol.ts';
import { NO_HOSTS } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { crc16 } from './crc.ts';

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** A frame of Modbus/TCP around a message that begins with its function code. */
export function tcpFrame(transaction: number, unit: number, message: string): Uint8Array {
  const pdu = bytesOf(message);
  const length = pdu.length + 1;
  return Uint8Array.from([transaction >> 8, transaction & 0xff, 0, 0, length >> 8, length & 0xff, unit, ...pdu]);
}

/** The same in the serial framing. */
export function rtuFrame(unit: number, message: string): Uint8Array {
  const frame = Uint8Array.from([unit, ...bytesOf(message), 0, 0]);
  const crc = crc16(frame, 0, frame.length - 2);
  frame[frame.length - 2] = crc & 0xff;
  frame[frame.length - 1] = crc >> 8;
  return frame;
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
  readonly values: readonly number[];
  readonly requestFrame: number;
  readonly answerFrame: number;
  readonly elapsedUs: number;
  readonly client: number;
  readonly server: number;
  readonly isBroadcast: boolean;
}

export class Listener implements FactSink {
  operations: HeardOperation[] = [];
  claims: Claim[] = [];
  transfers: Transfer[] = [];
  violations: Violation[] = [];

  operation(operation: Operation): void {
    const { nameBytes, nameStart, nameEnd, requestFrame, answerFrame, elapsedUs, client, server } = operation;
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
      elapsedUs,
      client,
      server,
      isBroadcast: operation.isBroadcast,
    });
  }

  conversation(): void {
    throw new Error('a protocol tells no conversations');
  }

  login(): void {
    throw new Error('Modbus knows no logins');
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
    throw new Error('Modbus measures no traits');
  }

  get rules(): string[] {
    return this.violations.map((violation) => violation.rule);
  }
}

/** Bits as 0 and 1, the others as unsigned numbers; throws where the values stand outside of their bytes. */
function valuesOf(operation: Operation): number[] {
  const { bytes, valuesStart, valueSize, valueCount, encoding } = operation;
  const values: number[] = [];
  const size = encoding === Encoding.bits ? Math.ceil(valueCount / 8) : valueCount * valueSize;
  if (valueCount > 0 && (valuesStart < 0 || valuesStart + size > bytes.length)) throw new Error('values outside');
  for (let index = 0; index < valueCount; index++) {
    if (encoding === Encoding.bits) values.push((bytes[valuesStart + (index >> 3)]! >> (index & 7)) & 1);
    else {
      let value = 0;
      for (let at = 0; at < valueSize; at++) value = value * 256 + bytes[valuesStart + index * valueSize + at]!;
      values.push(value);
    }
  }
  return values;
}

/** One conversation with a decoder, frame by frame; a message in each frame, a millisecond apart. */
export class Talk {
  readonly listener = new Listener();
  readonly decoder: ProtocolDecoder;
  readonly context: MessageContext;

  constructor(protocol: Protocol, ports: { readonly clientPort: number; readonly serverPort: number } = USUAL_PORTS) {
    this.decoder = protocol.start(0);
    this.context = {
      timeUs: 0,
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
    };
  }

  request(frame: Uint8Array): void {
    this.say(true, frame);
  }

  answer(frame: Uint8Array): void {
    this.say(false, frame);
  }

  say(fromClient: boolean, frame: Uint8Array): void {
    this.context.fromClient = fromClient;
    this.context.frame++;
    this.context.timeUs += 1000;
    this.decoder.decode(frame, 0, frame.length, this.context);
  }

  close(): void {
    this.decoder.closed(this.context.flow, this.context);
  }
}

const USUAL_PORTS = { clientPort: 40_000, serverPort: 502 };
