// Finds session headers, payloads and messages of IPMI in RMCP packets (IPMI 2.0 13.1 to 13.8); keeps no state.
import { u16le, u32be } from '../../bytes/endian.ts';
import { Match, Speaker } from '../../facts/protocol.ts';
import { Asf, Auth, Class, Payload } from './messages.ts';

export const FRAME_BYTES_MAX = 4096;
const RMCP_VERSION = 6;
const ASF_ENTERPRISE = 0x11be;
const RMCP_BYTES = 4;
const ASF_BYTES = 12;
export const AUTH_CODE_BYTES = 16;
/** Addresses, network function, sequence, command and two checksums. */
const MESSAGE_BYTES = 7;

/** A packet of class ASF: where its message type stands; -1: it is none. */
export function asfTypeAt(bytes: Uint8Array, start: number, end: number): number {
  if (!isRmcp(bytes, start, end, Class.asf) || end - start < ASF_BYTES) return -1;
  return u32be(bytes, start + 4) === ASF_ENTERPRISE ? start + 8 : -1;
}

/** What a session header says, and where the payload stands. */
export interface Envelope {
  /** Of IPMI 1.5; 6: RMCP+. */
  readonly auth: number;
  /** Of RMCP+; with IPMI 1.5 always a message. */
  readonly payloadType: number;
  readonly isEncrypted: boolean;
  /** Session number, 4 bytes, and sequence, 4 bytes, of IPMI 1.5. */
  readonly sessionAt: number;
  readonly sequenceAt: number;
  /** Authentication code of IPMI 1.5; 0: there is none. */
  readonly authCodeAt: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
}

/** Null: no session header that fits. */
export function readEnvelope(bytes: Uint8Array, start: number, end: number): Envelope | null {
  const at = start + RMCP_BYTES;
  if (!isRmcp(bytes, start, end, Class.ipmi) || end - at < 10) return null;
  const auth = bytes[at]!;
  if (auth === Auth.rmcpPlus) return readPlus(bytes, at, end);
  if (auth > Auth.oem || auth === 3) return null;
  const authCodeAt = auth === Auth.none ? 0 : at + 9;
  const lengthAt = at + 9 + (auth === Auth.none ? 0 : AUTH_CODE_BYTES);
  const payloadEnd = lengthAt + 1 + bytes[lengthAt]!;
  if (lengthAt >= end || payloadEnd > end) return null;
  return {
    auth,
    payloadType: Payload.message,
    isEncrypted: false,
    sessionAt: at + 5,
    sequenceAt: at + 1,
    authCodeAt,
    payloadStart: lengthAt + 1,
    payloadEnd,
  };
}

function readPlus(bytes: Uint8Array, at: number, end: number): Envelope | null {
  const payloadType = bytes[at + 1]! & 0x3f;
  // Payloads of a maker's own name him first.
  if (end - at < 12 || payloadType === 2) return null;
  const payloadStart = at + 12;
  const payloadEnd = payloadStart + u16le(bytes, at + 10);
  if (payloadEnd > end) return null;
  return {
    auth: Auth.rmcpPlus,
    payloadType,
    isEncrypted: (bytes[at + 1]! & 0x80) !== 0,
    sessionAt: at + 2,
    sequenceAt: at + 6,
    authCodeAt: 0,
    payloadStart,
    payloadEnd,
  };
}

export interface Message {
  /** Network function (that of the request) and command. */
  readonly code: number;
  readonly isResponse: boolean;
  readonly sequence: number;
  /** Of a response: its completion code; of a request 0. */
  readonly completion: number;
  readonly dataStart: number;
  readonly dataEnd: number;
}

/** Null: it is no message, or its checksums are wrong. */
export function readMessage(bytes: Uint8Array, start: number, end: number): Message | null {
  if (end - start < MESSAGE_BYTES || sum(bytes, start, start + 3) !== 0 || sum(bytes, start + 3, end) !== 0)
    return null;
  const netFunction = bytes[start + 1]! >> 2;
  const isResponse = (netFunction & 1) === 1;
  if (isResponse && end - start < MESSAGE_BYTES + 1) return null;
  return {
    code: ((netFunction & 0x3e) << 8) | bytes[start + 5]!,
    isResponse,
    sequence: bytes[start + 4]! >> 2,
    completion: isResponse ? bytes[start + 6]! : 0,
    dataStart: start + 6 + (isResponse ? 1 : 0),
    dataEnd: end - 1,
  };
}

export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  const type = asfTypeAt(bytes, start, end);
  if (type >= 0) return Match.yes;
  const envelope = readEnvelope(bytes, start, end);
  if (envelope === null) return Match.no;
  const { auth, payloadType, payloadStart, payloadEnd } = envelope;
  if (auth === Auth.rmcpPlus) return payloadType <= 1 || isSetup(payloadType) ? Match.yes : Match.maybe;
  return readMessage(bytes, payloadStart, payloadEnd) === null ? Match.maybe : Match.yes;
}

export function speakerOf(bytes: Uint8Array, start: number, end: number): number {
  const type = asfTypeAt(bytes, start, end);
  if (type >= 0) return bytes[type] === Asf.pong ? Speaker.server : Speaker.client;
  const envelope = readEnvelope(bytes, start, end);
  if (envelope === null || envelope.isEncrypted) return Speaker.unknown;
  if (isSetup(envelope.payloadType)) return (envelope.payloadType & 1) === 0 ? Speaker.client : Speaker.server;
  const message = readMessage(bytes, envelope.payloadStart, envelope.payloadEnd);
  if (message === null) return Speaker.unknown;
  return message.isResponse ? Speaker.server : Speaker.client;
}

function isSetup(payloadType: number): boolean {
  return payloadType >= Payload.openRequest && payloadType <= Payload.rakp4;
}

function isRmcp(bytes: Uint8Array, start: number, end: number, messageClass: number): boolean {
  return (
    end - start > RMCP_BYTES &&
    bytes[start] === RMCP_VERSION &&
    bytes[start + 1] === 0 &&
    bytes[start + 3] === messageClass
  );
}

/** Bytes and their checksum together are 0. */
function sum(bytes: Uint8Array, start: number, end: number): number {
  let total = 0;
  for (let at = start; at < end; at++) total += bytes[at]!;
  return total & 0xff;
}
