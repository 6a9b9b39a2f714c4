// Turns IPMI over LAN into facts: logins of both versions, what a controller says of itself, commands that change something.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { u16le } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { claim, markSecret, setAnswered, startOperation } from '../facts-of-messages.ts';
import { OpenLogins } from '../open-logins.ts';
import { PendingOperations } from '../pending-operations.ts';
import { Asf, Auth, Command, Payload, algorithmName, commandKind, vendorName } from './messages.ts';
import { AUTH_CODE_BYTES, asfTypeAt, readEnvelope, readMessage, type Envelope, type Message } from './parse.ts';
import { rakp2Attempt, rakp3Attempt, rakpStatus, readOpenResponse, readRakp1, type Handshake } from './rakp.ts';
import { activateAttempt } from './sessions15.ts';

/** Conversations with a handshake, or with something told; the oldest is forgotten for want of room. */
const FLOWS_MAX = 4096;
const PENDING_MAX = 256;
const PENDING_US = 30e6;
const NONE = -1;
const NAME_BYTES_MAX = 16;
/** A system that answers a ping and speaks IPMI (ASF 2.0 3.2.4.3). */
const PONG_IPMI = 0x80;

interface Flow {
  handshake: Handshake | null;
  /** Who has asked for a challenge of IPMI 1.5. */
  user: string;
  /** Traits and claims that were handed over. */
  readonly told: Set<string>;
}

export class Session {
  readonly #protocol: number;
  readonly #flows = new Map<number, Flow>();
  readonly #logins = new OpenLogins('ipmi');
  readonly #pending = new PendingOperations(PENDING_MAX, PENDING_US);

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const asf = asfTypeAt(bytes, start, end);
    if (asf >= 0) {
      if (bytes[asf] === Asf.pong) this.#pong(bytes, start, end, context);
      return;
    }
    const envelope = readEnvelope(bytes, start, end);
    if (envelope === null || envelope.isEncrypted) return;
    // The password itself stands in every packet of such a session.
    if (envelope.auth === Auth.straight) {
      markSecret(context, bytes, envelope.authCodeAt, envelope.authCodeAt + AUTH_CODE_BYTES);
    }
    if (envelope.payloadType !== Payload.message) {
      this.#setUp(bytes, envelope, context);
      return;
    }
    const message = readMessage(bytes, envelope.payloadStart, envelope.payloadEnd);
    if (message === null) return;
    if (message.isResponse) this.#response(message, bytes, context);
    else this.#request(message, bytes, envelope, context);
  }

  closed(flow: number, context: MessageContext): void {
    this.#flows.delete(flow);
    this.#logins.settle(context, flow, 'unknown');
    this.#pending.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
    this.#pending.tick(timeUs, context);
  }

  #flow(context: MessageContext): Flow {
    const known = this.#flows.get(context.flow);
    if (known !== undefined) return known;
    forgetOldest(this.#flows, FLOWS_MAX);
    const flow: Flow = { handshake: null, user: '', told: new Set() };
    this.#flows.set(context.flow, flow);
    return flow;
  }

  /** Sets up a session of RMCP+. */
  #setUp(bytes: Uint8Array, envelope: Envelope, context: MessageContext): void {
    const { payloadType, payloadStart: start, payloadEnd: end } = envelope;
    const flow = this.#flow(context);
    if (payloadType === Payload.openResponse) {
      flow.handshake = readOpenResponse(bytes, start, end);
      if (flow.handshake !== null) this.#trait('ipmi-cipher', algorithmName(flow.handshake.algorithm), context);
      return;
    }
    const { handshake } = flow;
    if (handshake === null || payloadType === Payload.openRequest) return;
    if (payloadType === Payload.rakp1) {
      if (!readRakp1(handshake, bytes, start, end)) flow.handshake = null;
      return;
    }
    const status = rakpStatus(bytes, start, end);
    if (payloadType === Payload.rakp2) this.#systemProves(handshake, status, bytes, start, end, context);
    else if (payloadType === Payload.rakp3) this.#consoleProves(handshake, status, bytes, start, end, context);
    else if (payloadType === Payload.rakp4) this.#end(status === 0 ? 'accepted' : 'refused', flow, context);
  }

  #systemProves(
    handshake: Handshake,
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    // The same message once more.
    if (this.#logins.isOpen(context.flow) && handshake.systemRandom.length > 0) return;
    const attempt = rakp2Attempt(handshake, bytes, start, end);
    // Where the name is not known, whatever stands there proves nothing.
    const { mechanism, user, secret } = attempt;
    this.#logins.begin(context, status === 0 ? attempt : { mechanism, user, secret });
    if (status !== 0) this.#end('refused', this.#flow(context), context);
  }

  #consoleProves(
    handshake: Handshake,
    status: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    // The console found that the system's proof is not that of its own password.
    if (status !== 0) {
      this.#end('refused', this.#flow(context), context);
      return;
    }
    this.#logins.drop(context.flow);
    this.#logins.begin(context, rakp3Attempt(handshake, bytes, start, end));
  }

  #end(outcome: 'accepted' | 'refused', flow: Flow, context: MessageContext): void {
    flow.handshake = null;
    this.#logins.settle(context, context.flow, outcome);
  }

  #request(message: Message, bytes: Uint8Array, envelope: Envelope, context: MessageContext): void {
    const { code, dataStart, dataEnd, sequence } = message;
    if (code === Command.sessionChallenge) {
      const nameEnd = Math.min(dataEnd, dataStart + 1 + NAME_BYTES_MAX);
      this.#flow(context).user = nameOf(bytes, dataStart + 1, nameEnd);
      return;
    }
    if (code === Command.activateSession) {
      if (envelope.auth === Auth.rmcpPlus || this.#logins.isOpen(context.flow)) return;
      this.#logins.begin(context, activateAttempt(this.#flow(context).user, bytes, envelope));
      return;
    }
    if (code === Command.userPassword) markSecret(context, bytes, dataStart, dataEnd);
    const kind = commandKind(code, dataEnd > dataStart ? bytes[dataStart]! & 0x0f : NONE);
    if (kind === undefined || this.#pending.find(context.flow, keyOf(code, sequence)) !== NONE) return;
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol);
    operation.function = code;
    operation.subfunction = kind.subfunction;
    operation.verb = kind.verb;
    this.#pending.add(operation, keyOf(code, sequence));
  }

  #response(message: Message, bytes: Uint8Array, context: MessageContext): void {
    const { code, completion, sequence, dataStart, dataEnd } = message;
    if (code === Command.activateSession) {
      this.#logins.settle(context, context.flow, completion === 0 ? 'accepted' : 'refused');
      return;
    }
    if (code === Command.deviceId && completion === 0) this.#device(bytes, dataStart, dataEnd, context);
    if (code === Command.authCapabilities && completion === 0) this.#capabilities(bytes, dataStart, dataEnd, context);
    const slot = this.#pending.find(context.flow, keyOf(code, sequence));
    if (slot === NONE) return;
    const { operation } = context;
    this.#pending.recall(slot, operation);
    setAnswered(operation, context, completion);
    context.sink.operation(operation);
    this.#pending.release(slot);
  }

  /** Presence Pong: who made it, and whether it speaks IPMI. */
  #pong(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < 22 || (bytes[start + 20]! & PONG_IPMI) === 0) return;
    this.#claim('service', 'ipmi', 'asf pong', context);
  }

  /** Get Device ID (20.1). */
  #device(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < 11) return;
    const vendor = bytes[start + 6]! | (bytes[start + 7]! << 8) | ((bytes[start + 8]! & 0x0f) << 16);
    const minor = (bytes[start + 3]! + 0x100).toString(16).slice(1);
    const version = bytes[start + 4]!;
    if (vendor !== 0) this.#claim('vendor', vendorName(vendor), 'ipmi device id', context);
    this.#claim('firmware', `${bytes[start + 2]! & 0x7f}.${minor}`, 'ipmi device id', context);
    const product = u16le(bytes, start + 9)
      .toString(16)
      .padStart(4, '0');
    this.#claim('product-code', `0x${product}`, 'ipmi device id', context);
    this.#claim('service', `ipmi ${version & 0x0f}.${version >> 4}`, 'ipmi device id', context);
  }

  /** Get Channel Authentication Capabilities (22.13): ways to log in, and whether a name is needed. */
  #capabilities(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < 3) return;
    const types = bytes[start + 1]!;
    const status = bytes[start + 2]!;
    const ways = WAYS.filter(([bit]) => (types & bit) !== 0).map(([, name]) => name);
    if ((status & 0x01) !== 0) ways.push('anonymous');
    if ((status & 0x02) !== 0) ways.push('null-users');
    this.#trait('ipmi-authentication', ways.join(','), context);
  }

  #claim(
    attribute: 'vendor' | 'firmware' | 'product-code' | 'service',
    value: string,
    source: string,
    context: MessageContext,
  ): void {
    if (this.#isTold(`${attribute} ${value}`, context)) return;
    claim(context, context.server, NONE, attribute, value, source);
  }

  #trait(name: string, value: string, context: MessageContext): void {
    if (value === '' || this.#isTold(`${name} ${value}`, context)) return;
    const { timeUs, frame, server, sink } = context;
    sink.trait({ fact: 'trait', timeUs, frame, host: server, trait: name, value });
  }

  #isTold(what: string, context: MessageContext): boolean {
    const { told } = this.#flow(context);
    if (told.has(what) || told.size >= TOLD_MAX) return true;
    told.add(what);
    return false;
  }
}

/** Things said of the system in one conversation. */
const TOLD_MAX = 32;

const WAYS: readonly (readonly [bit: number, name: string])[] = [
  [0x01, 'none'],
  [0x02, 'md2'],
  [0x04, 'md5'],
  [0x10, 'password'],
  [0x20, 'oem'],
  [0x80, 'rmcp+'],
];

function keyOf(code: number, sequence: number): number {
  return (code << 6) | sequence;
}

/** A name is filled up with zeros. */
function nameOf(bytes: Uint8Array, start: number, end: number): string {
  let stop = start;
  while (stop < end && bytes[stop] !== 0) stop++;
  return printable(bytes, start, stop, NAME_BYTES_MAX);
}
