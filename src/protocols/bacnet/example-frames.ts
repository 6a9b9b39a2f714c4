// For tests: builds datagrams of BACnet/IP and hears what a decoder makes of them.
import type { Claim, FactSink, Login, Transfer, Violation } from '../../facts/facts.ts';
import { Encoding, OUTCOME_NAMES, emptyOperation, type Operation } from '../../facts/operation.ts';
import type { MessageContext, ProtocolDecoder } from '../../facts/protocol.ts';
import { NO_HOSTS } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { hexBytes } from '../example-conversation.ts';
import { bacnet } from './index.ts';

/** A datagram of the virtual link layer with what follows its header. */
export function bvlc(code: number, body: string): Uint8Array {
  const bytes = hexBytes(body);
  const size = bytes.length + 4;
  return Uint8Array.from([0x81, code, size >> 8, size & 0xff, ...bytes]);
}

/** Original-Unicast-NPDU with an application message and no network addresses. */
export function unicast(apdu: string): Uint8Array {
  return bvlc(0x0a, `0100 ${apdu}`);
}

/** What a frame of Ethernet carries: LLC header, and a network layer as it is written. */
export function frame(network: string): Uint8Array {
  return hexBytes(`82 82 03 ${network}`);
}

export function broadcast(apdu: string): Uint8Array {
  return bvlc(0x0b, `0100 ${apdu}`);
}

/** To a device behind a router: network, address of one octet. */
export function routedTo(network: number, address: number, apdu: string): Uint8Array {
  return bvlc(0x0a, `0124 ${hex(network, 2)} 01 ${hex(address, 1)} FF ${apdu}`);
}

/** From a device behind a router. */
export function routedFrom(network: number, address: number, apdu: string): Uint8Array {
  return bvlc(0x0a, `0108 ${hex(network, 2)} 01 ${hex(address, 1)} ${apdu}`);
}

/** An unsegmented Confirmed-Request that accepts 1,476 octets. */
export function request(invokeId: number, service: number, parameters: string): string {
  return `00 05 ${hex(invokeId, 1)} ${hex(service, 1)} ${parameters}`;
}

export function complexAck(invokeId: number, service: number, parameters: string): string {
  return `30 ${hex(invokeId, 1)} ${hex(service, 1)} ${parameters}`;
}

export function simpleAck(invokeId: number, service: number): string {
  return `20 ${hex(invokeId, 1)} ${hex(service, 1)}`;
}

/** Error with class and code. */
export function error(invokeId: number, service: number, errorClass: number, code: number): string {
  return `50 ${hex(invokeId, 1)} ${hex(service, 1)} 91 ${hex(errorClass, 1)} 91 ${hex(code, 1)}`;
}

export function unconfirmed(service: number, parameters: string): string {
  return `10 ${hex(service, 1)} ${parameters}`;
}

/** Object identifier of four octets (20.2.14). */
export function objectId(type: number, instance: number): string {
  return hex(((type << 22) | instance) >>> 0, 4);
}

export function hex(value: number, size: number): string {
  return value.toString(16).padStart(size * 2, '0');
}

/** Character string in UTF-8 with its context tag. */
export function contextText(tag: number, text: string): string {
  const content = `00${Buffer.from(text).toString('hex')}`;
  return `${hex((tag << 4) | 0x0d, 1)} ${hex(content.length / 2, 1)} ${content}`;
}

/** Character string in UTF-8 with its application tag. */
export function text(value: string): string {
  const content = `00${Buffer.from(value).toString('hex')}`;
  return `75 ${hex(content.length / 2, 1)} ${content}`;
}

/** An operation as a test compares it. */
export interface HeardOperation {
  readonly verb: string;
  readonly function: string;
  readonly unit: number;
  readonly object: string;
  readonly first: number;
  readonly count: number;
  readonly name: string;
  readonly outcome: string;
  readonly code: string;
  readonly values: readonly (number | string)[];
  readonly requestFrame: number;
  readonly answerFrame: number;
  readonly client: number;
  readonly server: number;
  readonly isBroadcast: boolean;
  readonly isQuestionable: boolean;
}

export class Listener implements FactSink {
  operations: HeardOperation[] = [];
  claims: Claim[] = [];
  transfers: Transfer[] = [];
  logins: (Login & { readonly knows: readonly string[] })[] = [];
  violations: Violation[] = [];
  /** Passwords that each login is tested with. */
  candidates: readonly string[] = [];

  operation(operation: Operation): void {
    const { nameBytes, nameStart, nameEnd, requestFrame, answerFrame, client, server } = operation;
    this.operations.push({
      verb: VERB_NAMES[operation.verb]!,
      function: bacnet.functionName(operation.function, operation.subfunction),
      unit: operation.unit,
      object: bacnet.spaceName(operation.space),
      first: operation.first,
      count: operation.count,
      name: Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString('latin1'),
      outcome: OUTCOME_NAMES[operation.outcome]!,
      code: bacnet.codeName(operation.code),
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

  login(login: Login): void {
    this.logins.push({ ...login, knows: this.candidates.filter((candidate) => login.test?.(candidate) === true) });
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
    throw new Error('BACnet measures no traits');
  }

  get rules(): string[] {
    return this.violations.map((violation) => violation.rule);
  }

  /** `attribute value` of each claim. */
  get said(): string[] {
    return this.claims.map(({ attribute, value }) => `${attribute} ${value}`);
  }
}

/** Numbers, and bytes as hexadecimal; throws where the values stand outside of their bytes. */
function valuesOf(operation: Operation): (number | string)[] {
  const { bytes, valuesStart, valueSize, valueCount, encoding } = operation;
  if (valueCount > 0 && valuesStart + valueSize * valueCount > bytes.length) throw new Error('values outside');
  return Array.from({ length: valueCount }, (_, index) => {
    const piece = Buffer.from(bytes.slice(valuesStart + index * valueSize, valuesStart + (index + 1) * valueSize));
    if (encoding === Encoding.float) return valueSize === 4 ? piece.readFloatBE() : piece.readDoubleBE();
    if (encoding === Encoding.unsigned) return Number(BigInt(`0x${piece.toString('hex')}`));
    if (encoding === Encoding.signed) return Number(BigInt.asIntN(valueSize * 8, BigInt(`0x${piece.toString('hex')}`)));
    return piece.toString('hex');
  });
}

/** One conversation with a decoder; a datagram in each frame, a millisecond apart. Host 10 is its client, 20 its server. */
export class Talk {
  readonly listener = new Listener();
  readonly decoder: ProtocolDecoder;
  readonly context: MessageContext;

  constructor() {
    this.decoder = bacnet.start(0);
    this.context = {
      timeUs: 0,
      frame: 0,
      flow: 1,
      client: 10,
      server: 20,
      clientPort: 47_808,
      serverPort: 47_808,
      fromClient: true,
      isTcp: false,
      operation: emptyOperation(),
      hosts: NO_HOSTS,
      sink: this.listener,
    };
  }

  client(datagram: Uint8Array): this {
    return this.say(true, datagram);
  }

  server(datagram: Uint8Array): this {
    return this.say(false, datagram);
  }

  say(fromClient: boolean, datagram: Uint8Array): this {
    this.context.fromClient = fromClient;
    this.context.frame++;
    this.context.timeUs += 1000;
    this.decoder.decode(datagram, 0, datagram.length, this.context);
    return this;
  }

  /** Lets time pass in steps of a second, as the flow stage does. */
  wait(seconds: number): this {
    for (let second = 0; second < seconds; second++) {
      this.context.timeUs += 1_000_000;
      this.decoder.tick(this.context.timeUs, this.context);
    }
    return this;
  }

  close(): this {
    this.decoder.closed(this.context.flow, this.context);
    return this;
  }

  get operations(): HeardOperation[] {
    return this.listener.operations;
  }
}
