// What Edimax cameras and plugs tell their maker's servers and the local network of themselves: the protocol's entry in the
// list, and what it has told already.
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { claim, violation } from '../facts-of-messages.ts';
import {
  codeOf,
  isAnswer,
  isRecord,
  isRotated,
  readAnswer,
  readRegistration,
  textOf,
  type EdimaxDevice,
} from './parse.ts';

/** What was told; beyond it all is told anew. */
const TOLD_MAX = 16_384;
/** A device says who it is. */
const REGISTRATION = 1010;
const SERVER_PORT = 8765;

export const edimax: Protocol = {
  name: 'edimax',
  title: 'Edimax (cameras and plugs)',
  transports: ['udp'],
  ports: [SERVER_PORT, 20_560],
  frameBytesMax: 65_535,
  functionName: (code) => `function ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: ['registration', 'other message of the maker', 'search', 'answer to a search', 'keep-alive'],
  summary: 'the model, hardware, firmware and name with which a device registers at its maker and answers to searches',
  start: () => new EdimaxDecoder(),
};

class EdimaxDecoder implements ProtocolDecoder {
  readonly #told = new Set<string>();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return isRotated(bytes, start, end) || isRecord(bytes, start, end) ? Match.yes : Match.no;
  }

  /** Who registers is the client; who answers a search is the server. */
  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (isRotated(bytes, start, end))
      return codeOf(textOf(bytes, start, end)) === REGISTRATION ? Speaker.client : Speaker.unknown;
    return isAnswer(bytes, start, end) ? Speaker.server : Speaker.client;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (isRotated(bytes, start, end)) {
      const text = textOf(bytes, start, end);
      if (codeOf(text) === REGISTRATION) this.#device(context, readRegistration(text), 'edimax registration');
    } else if (isRecord(bytes, start, end)) {
      if (isAnswer(bytes, start, end)) this.#device(context, readAnswer(bytes, start, end), 'edimax discovery');
    } else if (end - start !== KEEP_ALIVE_SIZE) {
      violation(context, 'edimax', 'message-unknown', 'neither the XML nor the record of Edimax', bytes, start, end);
    }
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    if (isRotated(bytes, start, end))
      tell(codeOf(textOf(bytes, start, end)) === REGISTRATION ? 'registration' : 'other message of the maker');
    else if (isRecord(bytes, start, end)) tell(isAnswer(bytes, start, end) ? 'answer to a search' : 'search');
    else if (end - start === KEEP_ALIVE_SIZE) tell('keep-alive');
  }

  gap(): void {
    // Datagrams are whole.
  }

  closed(): void {
    // What was told is told of hosts, not of conversations.
  }

  tick(): void {
    // Nothing waits.
  }

  #device(context: MessageContext, { vendor, model, hardware, firmware, name }: EdimaxDevice, source: string): void {
    const host = context.fromClient ? context.client : context.server;
    const key = `${host} ${source} ${vendor} ${model} ${hardware} ${firmware} ${name}`;
    if (this.#told.has(key)) return;
    if (this.#told.size >= TOLD_MAX) this.#told.clear();
    this.#told.add(key);
    claim(context, host, -1, 'vendor', vendor, source);
    claim(context, host, -1, 'model', model, source);
    claim(context, host, -1, 'hardware', hardware, source);
    claim(context, host, -1, 'firmware', firmware, source);
    claim(context, host, -1, 'name', name, source);
  }
}

/** Keeps the way through a router open. */
const KEEP_ALIVE_SIZE = 4;
