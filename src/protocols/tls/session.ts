// Follows the records of a conversation: handshake messages and alerts while they are in clear, everything else passed over.
import { u16be } from '../../bytes/endian.ts';
import { NEED_MORE, type MessageContext } from '../../facts/protocol.ts';
import { violation } from '../facts-of-messages.ts';
import { tellAlert, tellCertificate, tellClientHello, tellServerHello } from './facts.ts';
import { firstCertificateLength, readClientHello, readServerHello } from './hello.ts';
import { handshakeKind, recordKind, tellHandshakes } from './kinds.ts';
import {
  ALERT_CLOSE_NOTIFY,
  ContentType,
  HandshakeType,
  RULES,
  isAlert,
  isHandshakeType,
  type Rule,
} from './messages.ts';
import { Fragments, MESSAGE_BYTES_MAX, messageSize, noFragment, type Fragment } from './reassembly.ts';
import { HANDSHAKE_HEADER_BYTES, RECORD_HEADER_BYTES, recordSize, ssl2HelloSize } from './records.ts';

/** Conversations followed at a time; more are recognised and not looked into. */
const CONVERSATIONS_MAX = 16_384;
/** The name, length and first certificate stand behind so many bytes of a Certificate. */
const CERTIFICATE_LENGTHS_BYTES = 6;

interface Side {
  /** Bytes of an encrypted record that are still to come. */
  left: number;
  /** Type of that record. */
  leftType: number;
  /** From here on the direction is encrypted, or what it says cannot be told. */
  isOpaque: boolean;
  /** Bytes were lost: what follows may begin inside a message, so that nothing is said to be broken. */
  hasGap: boolean;
  hasHello: boolean;
  hasCertificate: boolean;
  hasAlert: boolean;
  readonly fragment: Fragment;
}

interface Conversation {
  readonly sides: readonly [Side, Side];
  /** A HelloRetryRequest was seen: the next ChangeCipherSpec of each side means nothing (RFC 8446 D.4). */
  isRetried: boolean;
}

export class Conversations {
  readonly #conversations = new Map<number, Conversation>();
  readonly #fragments = new Fragments();

  /** An encrypted record is handed over as it comes, so that nobody has to keep its beginning. */
  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const side = this.#conversations.get(context.flow)?.sides[sideOf(context)];
    if (side !== undefined && side.left > 0) return Math.min(side.left, end - start);
    if (bytes[start]! >= 0x80) {
      const size = ssl2HelloSize(bytes, start, end);
      if (size > 0) return size;
    }
    const size = recordSize(bytes, start, end);
    if (size <= NEED_MORE || side === undefined) return size;
    return isSealed(side, bytes[start]!) ? Math.min(size, end - start) : size;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const conversation = this.#of(context.flow);
    if (conversation === null) return;
    const side = conversation.sides[sideOf(context)];
    if (side.left > 0) {
      side.left = Math.max(0, side.left - (end - start));
      return;
    }
    if (bytes[start]! >= 0x80) {
      broken('sslv2-hello', RULES['sslv2-hello'], bytes, start, end, start, context);
      return;
    }
    if (end - start < RECORD_HEADER_BYTES) return;
    const type = bytes[start]!;
    if (isSealed(side, type)) {
      side.left = Math.max(0, RECORD_HEADER_BYTES + u16be(bytes, start + 3) - (end - start));
      side.leftType = type;
      if (type === ContentType.applicationData) this.#encrypted(side);
    } else if (type === ContentType.handshake) {
      this.#handshake(conversation, side, bytes, start + RECORD_HEADER_BYTES, end, context);
    } else if (type === ContentType.changeCipherSpec) {
      if (!conversation.isRetried) this.#encrypted(side);
    } else alert(side, bytes, start + RECORD_HEADER_BYTES, end, context);
  }

  /** Names the record that ends here, and the handshake messages that begin in it while they are in clear. */
  tellKinds(
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
    tell: (kind: string) => void,
  ): void {
    const side = this.#conversations.get(context.flow)?.sides[sideOf(context)];
    if (side !== undefined && side.left > 0) {
      if (side.left <= end - start) tell(recordKind(side.leftType));
      return;
    }
    if (bytes[start]! >= 0x80) {
      if (ssl2HelloSize(bytes, start, end) > 0) tell(handshakeKind(HandshakeType.clientHello));
      return;
    }
    if (end - start < RECORD_HEADER_BYTES || recordSize(bytes, start, end) > end - start) return;
    const type = bytes[start]!;
    tell(recordKind(type));
    if (type !== ContentType.handshake || side?.isOpaque === true) return;
    const body = start + RECORD_HEADER_BYTES;
    const { bytes: kept, length } = side?.fragment ?? noFragment();
    const whole = length === 0 ? 0 : messageSize(kept, 0, length);
    tellHandshakes(bytes, length === 0 ? body : body + Math.max(0, whole - length), end, tell);
  }

  gap(flow: number, fromClient: boolean): void {
    const side = this.#of(flow)?.sides[fromClient ? 0 : 1];
    if (side === undefined) return;
    side.left = 0;
    side.hasGap = true;
    this.#fragments.clear(side.fragment);
  }

  closed(flow: number): void {
    const conversation = this.#conversations.get(flow);
    if (conversation === undefined) return;
    for (const side of conversation.sides) this.#fragments.clear(side.fragment);
    this.#conversations.delete(flow);
  }

  /** Null: too many are followed already. */
  #of(flow: number): Conversation | null {
    const known = this.#conversations.get(flow);
    if (known !== undefined) return known;
    if (this.#conversations.size >= CONVERSATIONS_MAX) return null;
    const conversation: Conversation = { sides: [newSide(), newSide()], isRetried: false };
    this.#conversations.set(flow, conversation);
    return conversation;
  }

  #encrypted(side: Side): void {
    side.isOpaque = true;
    this.#fragments.clear(side.fragment);
  }

  /** `bytes[start..end)` continues the messages of the direction. */
  #handshake(
    conversation: Conversation,
    side: Side,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    const { fragment } = side;
    if (fragment.length === 0) {
      const rest = this.#messages(conversation, side, bytes, start, end, context);
      if (rest < end && !this.#fragments.add(fragment, bytes, rest, end)) this.#encrypted(side);
      return;
    }
    if (!this.#fragments.add(fragment, bytes, start, end)) {
      this.#encrypted(side);
      return;
    }
    const rest = this.#messages(conversation, side, fragment.bytes, 0, fragment.length, context);
    this.#fragments.dropTo(fragment, rest);
  }

  /** Reads as many messages as are whole; returns where the rest starts, `end` where nothing is to be kept. */
  #messages(
    conversation: Conversation,
    side: Side,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): number {
    let at = start;
    while (at < end) {
      if (!isHandshakeType(bytes[at]!)) {
        this.#encrypted(side);
        return end;
      }
      const size = messageSize(bytes, at, end);
      if (size > MESSAGE_BYTES_MAX) {
        if (side.hasHello && !side.hasGap) {
          broken('handshake-too-long', `${size} bytes`, bytes, at, end, at + 1, context);
        }
        this.#encrypted(side);
        return end;
      }
      if (size === 0 || at + size > end) return at;
      readMessage(conversation, side, bytes, at, at + size, context);
      at += size;
    }
    return at;
  }
}

function newSide(): Side {
  return {
    left: 0,
    leftType: 0,
    isOpaque: false,
    hasGap: false,
    hasHello: false,
    hasCertificate: false,
    hasAlert: false,
    fragment: noFragment(),
  };
}

function sideOf(context: MessageContext): 0 | 1 {
  return context.fromClient ? 0 : 1;
}

/** Nothing of such a record is looked at. */
function isSealed(side: Side, type: number): boolean {
  return side.isOpaque || type === ContentType.applicationData;
}

/** `bytes[start..end)` is one whole message with its header. */
function readMessage(
  conversation: Conversation,
  side: Side,
  bytes: Uint8Array,
  start: number,
  end: number,
  context: MessageContext,
): void {
  const type = bytes[start];
  if (type === HandshakeType.certificate) readCertificates(side, bytes, start, end, context);
  if (side.hasHello || (type !== HandshakeType.clientHello && type !== HandshakeType.serverHello)) return;
  const isClient = type === HandshakeType.clientHello;
  const read = isClient ? readClientHello : readServerHello;
  const hello = read(bytes, start + HANDSHAKE_HEADER_BYTES, end);
  if (hello === null) {
    if (!side.hasGap) broken('hello-cut', RULES['hello-cut'], bytes, start, end, start, context);
    return;
  }
  if (hello.isRetry) {
    conversation.isRetried = true;
    return;
  }
  // The second ServerHello is the last of the server in clear.
  if (!isClient) conversation.isRetried = false;
  side.hasHello = true;
  if (isClient) tellClientHello(context, hello, bytes);
  else tellServerHello(context, hello);
}

/** RFC 5246 7.4.2: the sender's own certificate comes first. In TLS 1.3 the message is encrypted. */
function readCertificates(side: Side, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  if (side.hasCertificate) return;
  side.hasCertificate = true;
  const lengths = start + HANDSHAKE_HEADER_BYTES;
  const length = firstCertificateLength(bytes, lengths, end);
  if (length === 0) return;
  if (length < 0) {
    if (!side.hasGap) broken('certificate-cut', RULES['certificate-cut'], bytes, start, end, lengths, context);
    return;
  }
  const at = lengths + CERTIFICATE_LENGTHS_BYTES;
  if (tellCertificate(context, bytes.subarray(at, at + length)) || side.hasGap) return;
  broken('certificate-unreadable', RULES['certificate-unreadable'], bytes, start, end, at, context);
}

/** An encrypted alert is longer than two bytes. */
function alert(side: Side, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
  if (side.hasAlert || end - start !== 2 || !isAlert(bytes[start]!, bytes[start + 1]!)) return;
  if (bytes[start + 1] === ALERT_CLOSE_NOTIFY) return;
  side.hasAlert = true;
  tellAlert(context, bytes[start]!, bytes[start + 1]!);
}

function broken(
  rule: Rule,
  detail: string,
  bytes: Uint8Array,
  start: number,
  end: number,
  at: number,
  context: MessageContext,
): void {
  violation(context, 'tls', rule, detail, bytes, start, end, at);
}
