// CoAP, and LwM2M on it: the protocol's entry in the list, and the running decoder.
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { violation } from '../facts-of-messages.ts';
import { KINDS, codeName, functionName, spaceName } from './messages.ts';
import { CoapMessage } from './parse.ts';
import { CoapSession } from './session.ts';
import { MESSAGE_KINDS, messageKind, typeName } from './kinds.ts';

export const coap: Protocol = {
  name: 'coap',
  title: 'CoAP (and LwM2M)',
  transports: ['udp'],
  ports: [5683],
  frameBytesMax: 65_535,
  functionName,
  spaceName,
  codeName,
  family: 'messaging',
  kinds: KINDS,
  messageKinds: MESSAGE_KINDS,
  summary: 'requests, observed resources, block-wise transfers, values; registration, device and firmware of LwM2M',
  start: (protocol) => new CoapDecoder(protocol),
};

class CoapDecoder implements ProtocolDecoder {
  readonly #message = new CoapMessage();
  readonly #session: CoapSession;

  constructor(protocol: number) {
    this.#session = new CoapSession(protocol);
  }

  /** A request with a Uri-Path and nothing unknown tells by itself; an answer has too little that is its own. */
  looksLike(bytes: Uint8Array, start: number, end: number): number {
    const message = this.#message;
    if (!message.read(bytes, start, end) || message.problem !== '') return Match.no;
    return message.isRequest && message.pathLength > 0 && message.isKnown ? Match.yes : Match.maybe;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    const message = this.#message;
    if (!message.read(bytes, start, end)) return Speaker.unknown;
    if (message.isRequest) return Speaker.client;
    return message.isResponse ? Speaker.server : Speaker.unknown;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const message = this.#message;
    if (!message.read(bytes, start, end)) {
      violation(context, 'coap', 'header-invalid', 'not a header of CoAP version 1', bytes, start, end);
      return;
    }
    if (message.problem !== '') {
      violation(context, 'coap', message.problem, 'the options cannot be read', bytes, start, end, message.problemAt);
      return;
    }
    this.#session.message(message, bytes, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    const message = this.#message;
    if (message.read(bytes, start, end)) tell(messageKind(message.code), typeName(message.type));
  }

  gap(): void {
    // Datagrams are whole.
  }

  closed(flow: number, context: MessageContext): void {
    this.#session.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#session.tick(timeUs, context);
  }
}
