// Turns RADIUS packets into facts: logins, who is where, and what is asked of a network access server.
import { u32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { claim, setAnswered, startOperation, violation, trait } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import { Logins } from './logins.ts';
import { CLIENT_CODES, Code, SOME_CAUSE } from './messages.ts';
import {
  FRAME_BYTES_MAX,
  HEADER_BYTES,
  attributesEnd,
  packetLength,
  readFields,
  type Fields,
  type Span,
} from './parse.ts';

/** Requests of RFC 5176 that wait for their answer. */
const PENDING_MAX = 256;
const PENDING_US = 30e6;
const NONE = -1;
/** Things said of conversations and hosts that are not said again while they stay the same. */
const TOLD_MAX = 16_384;
const TEXT_CHARACTERS_MAX = 128;

export class Session {
  readonly #protocol: number;
  readonly #logins = new Logins();
  readonly #pending = new PendingOperations(PENDING_MAX, PENDING_US);
  /** Last name of the access server and last station, by conversation. */
  readonly #names = new Map<number, string>();
  readonly #stations = new Map<number, string>();
  /** Last user of the hosts that were given an address. */
  readonly #users = new Map<number, string>();

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < HEADER_BYTES) return;
    const length = packetLength(bytes, start);
    const stop = Math.min(end, start + length);
    if (length < HEADER_BYTES || length > FRAME_BYTES_MAX || length > end - start) {
      const detail = `length ${length}, ${end - start} bytes are there`;
      violation(context, 'radius', 'length-mismatch', detail, bytes, start, end, start + 2);
    }
    const readable = attributesEnd(bytes, start, stop);
    if (readable < stop) {
      const detail = `an attribute at ${readable - start} does not fit into ${stop - start} bytes`;
      violation(context, 'radius', 'attribute-length', detail, bytes, start, end, readable);
    }
    this.#packet(bytes, start, readFields(bytes, start, stop), context);
  }

  closed(flow: number, context: MessageContext): void {
    this.#logins.closed(flow, context);
    this.#pending.closed(flow, context);
    this.#names.delete(flow);
    this.#stations.delete(flow);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
    this.#pending.tick(timeUs, context);
  }

  #packet(bytes: Uint8Array, start: number, fields: Fields, context: MessageContext): void {
    const code = bytes[start]!;
    const identifier = bytes[start + 1]!;
    if (CLIENT_CODES.has(code)) this.#places(bytes, fields, context);
    switch (code) {
      case Code.request:
        this.#logins.request(context, bytes, start, fields);
        return;
      case Code.accept:
      case Code.reject:
        this.#logins.answer(context, identifier, code === Code.accept ? 'accepted' : 'refused');
        return;
      case Code.challenge:
        this.#logins.challenge(context, bytes, start, fields);
        return;
      case Code.accounting:
        this.#user(bytes, fields, context);
        return;
      case Code.disconnect:
      case Code.change:
        this.#ask(bytes, start, fields.user, context);
        return;
      case Code.disconnectAck:
      case Code.changeAck:
        this.#answered(context, identifier, 0);
        return;
      case Code.disconnectNak:
      case Code.changeNak:
        this.#answered(context, identifier, causeOf(bytes, fields.errorCause));
        return;
      default:
    }
  }

  /** Name of the access server, and the station that comes through it. */
  #places(bytes: Uint8Array, fields: Fields, context: MessageContext): void {
    const { nasIdentifier, callingStation } = fields;
    const name = printable(bytes, nasIdentifier.start, nasIdentifier.end, TEXT_CHARACTERS_MAX);
    if (name !== '' && isNew(this.#names, context.flow, name)) {
      claim(context, context.client, NONE, 'name', name, 'radius NAS-Identifier');
    }
    const station = printable(bytes, callingStation.start, callingStation.end, TEXT_CHARACTERS_MAX);
    if (station !== '' && isNew(this.#stations, context.flow, station)) {
      trait(context, context.client, 'radius-station', station);
    }
  }

  /** Who has the address that accounting tells of. */
  #user(bytes: Uint8Array, fields: Fields, context: MessageContext): void {
    const { framedAddress, user } = fields;
    if (framedAddress.end - framedAddress.start !== 4 || user.start === 0) return;
    const host = context.hosts.ofIpv4(bytes, framedAddress.start);
    const name = printable(bytes, user.start, user.end, TEXT_CHARACTERS_MAX);
    if (host !== 0 && name !== '' && isNew(this.#users, host, name)) trait(context, host, 'radius-user', name);
  }

  #ask(bytes: Uint8Array, start: number, user: Span, context: MessageContext): void {
    // The same request once more.
    if (this.#pending.find(context.flow, bytes[start + 1]!) !== NONE) return;
    this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol);
    operation.function = bytes[start]!;
    operation.verb = bytes[start] === Code.disconnect ? Verb.disconnect : Verb.configure;
    if (user.start > 0) {
      operation.space = 1;
      operation.count = 1;
      operation.nameBytes = bytes;
      operation.nameStart = user.start;
      operation.nameEnd = user.end;
    }
    this.#pending.add(operation, bytes[start + 1]!);
  }

  #answered(context: MessageContext, identifier: number, code: number): void {
    const slot = this.#pending.find(context.flow, identifier);
    if (slot === NONE) return;
    const { operation } = context;
    this.#pending.recall(slot, operation);
    setAnswered(operation, context, code);
    context.sink.operation(operation);
    this.#pending.release(slot);
  }
}

function causeOf(bytes: Uint8Array, cause: Span): number {
  return cause.end - cause.start === 4 ? u32be(bytes, cause.start) % 0x1_0000 || SOME_CAUSE : SOME_CAUSE;
}

/** Notes it, too; the oldest is forgotten for want of room. */
function isNew(told: Map<number, string>, key: number, value: string): boolean {
  if (told.get(key) === value) return false;
  if (told.size >= TOLD_MAX && !told.has(key)) told.delete(told.keys().next().value!);
  told.set(key, value);
  return true;
}
