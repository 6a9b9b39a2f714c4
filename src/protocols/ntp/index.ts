// NTP (RFC 5905): who gives the time and from where, and who asks the daemon for more than that. The protocol's entry in the
// list, and the running decoder.
import { printable } from '../../bytes/text.ts';
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { claim, setAnswered, setUnasked, startOperation, Trust, violation } from '../facts-of-messages.ts';
import { PendingOperations } from '../pending-operations.ts';
import { KINDS, MODE_NAMES, Mode, functionName, verbOf } from './messages.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

const HEADER_BYTES = 48;
const CONTROL_BYTES = 12;
const PRIVATE_BYTES = 8;
const OPEN_MAX = 1024;
const TIMEOUT_US = 10_000_000;
/** Conversations whose last word is remembered; beyond it all is told anew. */
const TOLD_MAX = 16_384;
const MODE_6_ERROR = 0x40;
const MODE_6_RESPONSE = 0x80;

export const ntp: Protocol = {
  name: 'ntp',
  title: 'NTP',
  transports: ['udp'],
  ports: [123],
  frameBytesMax: 65_535,
  functionName,
  spaceName: () => '',
  codeName: (code) => `error ${code}`,
  family: 'it',
  kinds: KINDS,
  messageKinds: MESSAGE_KINDS,
  summary:
    'who gives the time, its stratum and reference; control and private requests, and what a daemon says of itself',
  start: (protocol) => new NtpDecoder(protocol),
};

class NtpDecoder implements ProtocolDecoder {
  readonly #protocol: number;
  readonly #pending = new PendingOperations(OPEN_MAX, TIMEOUT_US);
  /** By conversation and side, a number for what was told last. */
  readonly #told = new Map<number, number>();

  constructor(protocol: number) {
    this.#protocol = protocol;
  }

  /** Too little is NTP's own to be recognised on another port. */
  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return isNtp(bytes, start, end) ? Match.maybe : Match.no;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (!isNtp(bytes, start, end)) return Speaker.unknown;
    switch (bytes[start]! & 7) {
      case Mode.client:
        return Speaker.client;
      case Mode.server:
        return Speaker.server;
      case Mode.control:
        return (bytes[start + 1]! & MODE_6_RESPONSE) === 0 ? Speaker.client : Speaker.server;
      case Mode.private:
        return (bytes[start]! & 0x80) === 0 ? Speaker.client : Speaker.server;
      default:
        return Speaker.unknown;
    }
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (!isNtp(bytes, start, end)) {
      violation(context, 'ntp', 'header-invalid', `no mode of NTP has ${end - start} bytes so`, bytes, start, end);
      return;
    }
    const mode = bytes[start]! & 7;
    if (mode === Mode.control) this.#control(bytes, start, end, context);
    else if (mode === Mode.private) this.#private(bytes, start, context);
    else this.#time(bytes, start, mode, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    if (isNtp(bytes, start, end)) tellKinds(bytes, start, end, tell);
  }

  gap(): void {
    // Datagrams are whole.
  }

  closed(flow: number, context: MessageContext): void {
    this.#pending.closed(flow, context);
    this.#told.delete(flow * 2);
    this.#told.delete(flow * 2 + 1);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pending.tick(timeUs, context);
  }

  /** Version, mode, stratum and reference of the sender, when one of them has changed. */
  #time(bytes: Uint8Array, start: number, mode: number, context: MessageContext): void {
    // A client's stratum and reference are mostly zero and its own affair.
    const isServing = mode !== Mode.client;
    let said = (bytes[start]! & 0x3f) * 256;
    if (isServing) {
      said += bytes[start + 1]!;
      for (let at = start + 12; at < start + 16; at++) said = said * 256 + bytes[at]!;
    }
    const key = context.flow * 2 + (context.fromClient ? 1 : 0);
    if (this.#told.get(key) === said) return;
    if (this.#told.size >= TOLD_MAX) this.#told.clear();
    this.#told.set(key, said);
    const host = context.fromClient ? context.client : context.server;
    const stratum = bytes[start + 1]!;
    const version = `${MODE_NAMES[mode]!}, version ${(bytes[start]! >> 3) & 7}`;
    const value = isServing ? `${version}, stratum ${stratum}, reference ${reference(bytes, start)}` : version;
    const { timeUs, frame } = context;
    context.sink.trait({ fact: 'trait', timeUs, frame, host, trait: 'ntp', value });
    const isSynchronised = stratum > 0 && stratum < 16;
    if (isSynchronised && (mode === Mode.server || mode === Mode.broadcast))
      claim(context, host, -1, 'role', 'time server', 'ntp', Trust.inferred);
  }

  /** RFC 9327, clause 2: response, error and more bits, operation code, sequence. */
  #control(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const flags = bytes[start + 1]!;
    const sequence = (bytes[start + 2]! << 8) | bytes[start + 3]!;
    const key = (Mode.control << 16) | sequence;
    if ((flags & MODE_6_RESPONSE) === 0) {
      this.#asked(context, Mode.control, flags & 31, key);
      return;
    }
    const code = (flags & MODE_6_ERROR) === 0 ? 0 : bytes[start + 4]! || 255;
    const offset = (bytes[start + 8]! << 8) | bytes[start + 9]!;
    // The further pieces of a long answer.
    if (offset === 0) this.#answered(context, Mode.control, flags & 31, key, code);
    if (code === 0 && (flags & 31) === 2) tellVariables(bytes, start + CONTROL_BYTES, end, context);
  }

  /** Mode 7, ntp_request.h: response and more bits, sequence, implementation, request code, error in the fifth byte. */
  #private(bytes: Uint8Array, start: number, context: MessageContext): void {
    const code = bytes[start + 3]!;
    const key = (Mode.private << 16) | code;
    if ((bytes[start]! & 0x80) === 0) this.#asked(context, Mode.private, code, key);
    else if ((bytes[start + 1]! & 0x7f) === 0) this.#answered(context, Mode.private, code, key, bytes[start + 4]! >> 4);
  }

  #asked(context: MessageContext, mode: number, code: number, key: number): void {
    this.#pending.makeRoom(context);
    this.#pending.add(this.#operation(context, mode, code, !context.fromClient), key);
  }

  #answered(context: MessageContext, mode: number, code: number, key: number, error: number): void {
    const slot = this.#pending.find(context.flow, key);
    const { operation } = context;
    if (slot >= 0) {
      this.#pending.recall(slot, operation);
      setAnswered(operation, context, error);
    } else {
      this.#operation(context, mode, code, context.fromClient);
      setUnasked(operation, context, error);
    }
    context.sink.operation(operation);
    if (slot >= 0) this.#pending.release(slot);
  }

  #operation(context: MessageContext, mode: number, code: number, isReversed: boolean): MessageContext['operation'] {
    const operation = startOperation(context, this.#protocol, isReversed);
    operation.function = mode;
    operation.subfunction = code;
    operation.verb = verbOf(mode, code);
    return operation;
  }
}

/** A version and a mode that exist, and a length that fits them. */
function isNtp(bytes: Uint8Array, start: number, end: number): boolean {
  const size = end - start;
  if (size < PRIVATE_BYTES) return false;
  const version = (bytes[start]! >> 3) & 7;
  const mode = bytes[start]! & 7;
  if (version < 1 || version > 4 || mode === 0) return false;
  if (mode === Mode.private) return true;
  if (mode === Mode.control) {
    if (size < CONTROL_BYTES) return false;
    return size >= CONTROL_BYTES + ((bytes[start + 10]! << 8) | bytes[start + 11]!);
  }
  // What follows the header, extension fields and a digest, is in words.
  return size >= HEADER_BYTES && size % 4 === 0;
}

/** RFC 5905, figure 12: letters where the stratum is 0 or 1, else the address of who is followed, or a hash of it. */
function reference(bytes: Uint8Array, start: number): string {
  const at = start + 12;
  if (bytes[start + 1]! > 1) return `${bytes[at]!}.${bytes[at + 1]!}.${bytes[at + 2]!}.${bytes[at + 3]!}`;
  let end = at + 4;
  while (end > at && bytes[end - 1] === 0) end--;
  return end === at ? 'none' : printable(bytes, at, end, 16);
}

/** `version="ntpd 4.2.8p15", processor="armv7l", system="Linux/5.10"` of an answer to "read variables". */
function tellVariables(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  const text = printable(bytes, start, end, 512);
  const host = context.fromClient ? context.client : context.server;
  const tell = (name: string, attribute: 'application' | 'operating-system' | 'hardware'): void => {
    const value = new RegExp(`\\b${name}="([^"]{1,128})"`).exec(text)?.[1];
    if (value !== undefined) claim(context, host, -1, attribute, value, `ntp ${name}`);
  };
  tell('version', 'application');
  tell('system', 'operating-system');
  tell('processor', 'hardware');
}
