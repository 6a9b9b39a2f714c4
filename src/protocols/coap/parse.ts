// Reads one datagram of CoAP (RFC 7252, clause 3): header, token, options, payload, as places in the bytes.
import { Code, Format, Observe, Option, Type } from './messages.ts';

const PATH_BYTES_MAX = 255;
const NO_BLOCK = -1;

export class CoapMessage {
  type = 0;
  code = 0;
  messageId = 0;
  /** The token as one number: equal tokens give equal numbers. */
  token = 0;
  tokenLength = 0;
  /** -1: no such option. */
  observe = -1;
  format: number = Format.none;
  accept: number = Format.none;
  block1 = NO_BLOCK;
  block2 = NO_BLOCK;
  /** Size1 or Size2; -1: not said. */
  size = -1;
  /** The Uri-Path with its slashes, `3/0/4`. */
  readonly path = new Uint8Array(PATH_BYTES_MAX);
  pathLength = 0;
  /** The first Uri-Query that begins with `ep=`, behind that; equal: there is none. */
  endpointStart = 0;
  endpointEnd = 0;
  payloadStart = 0;
  /** Every option has a number and a length that RFC 7252 gives. */
  isKnown = true;
  /** The rule that is broken, empty: none. */
  problem = '';
  problemAt = 0;

  get isRequest(): boolean {
    return this.code >= Code.get && this.code <= Code.iPatch;
  }

  get isResponse(): boolean {
    return this.code >= 0x40;
  }

  /** False: the header is not of CoAP. `problem` says what is wrong behind it. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.#clear();
    if (end - start < 4) return false;
    const first = bytes[start]!;
    const tokenLength = first & 15;
    if (first >> 6 !== 1 || tokenLength > 8) return false;
    this.type = (first >> 4) & 3;
    this.code = bytes[start + 1]!;
    this.messageId = (bytes[start + 2]! << 8) | bytes[start + 3]!;
    if (!isCode(this.code, this.type)) return false;
    // An empty message is its header alone (clause 4.1).
    if (this.code === Code.empty && (tokenLength > 0 || end - start !== 4)) return false;
    const optionsAt = start + 4 + tokenLength;
    if (optionsAt > end) return false;
    this.tokenLength = tokenLength;
    let token = 0;
    for (let at = start + 4; at < optionsAt; at++) token = (Math.imul(token, 0x01000193) ^ bytes[at]!) | 0;
    this.token = token;
    this.#options(bytes, optionsAt, end);
    return true;
  }

  #clear(): void {
    this.observe = -1;
    this.format = Format.none;
    this.accept = Format.none;
    this.block1 = NO_BLOCK;
    this.block2 = NO_BLOCK;
    this.size = -1;
    this.pathLength = 0;
    this.endpointStart = 0;
    this.endpointEnd = 0;
    this.isKnown = true;
    this.problem = '';
  }

  /** Clause 3.1: a delta, a length, each a nibble and up to two bytes more. */
  #options(bytes: Uint8Array, start: number, end: number): void {
    let number = 0;
    let at = start;
    this.payloadStart = end;
    while (at < end) {
      const first = bytes[at]!;
      if (first === 0xff) {
        this.payloadStart = at + 1;
        if (at + 1 === end) this.#broken('payload-missing', at);
        return;
      }
      const optionAt = at++;
      let delta = first >> 4;
      let length = first & 15;
      if (delta === 15 || length === 15) {
        this.#broken('option-reserved', optionAt);
        return;
      }
      if (delta === 13) delta = 13 + (bytes[at++] ?? 0);
      else if (delta === 14) {
        delta = 269 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
        at += 2;
      }
      if (length === 13) length = 13 + (bytes[at++] ?? 0);
      else if (length === 14) {
        length = 269 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
        at += 2;
      }
      if (at + length > end) {
        this.#broken('option-cut', optionAt);
        return;
      }
      number += delta;
      this.#option(number, bytes, at, at + length);
      at += length;
    }
  }

  #broken(rule: string, at: number): void {
    this.problem = rule;
    this.problemAt = at;
  }

  #option(number: number, bytes: Uint8Array, at: number, end: number): void {
    switch (number) {
      case Option.observe:
        this.observe = uint(bytes, at, end);
        break;
      case Option.uriPath:
        this.#segment(bytes, at, end);
        break;
      case Option.contentFormat:
        this.format = uint(bytes, at, end);
        break;
      case Option.uriQuery:
        if (end - at > 3 && bytes[at] === 0x65 && bytes[at + 1] === 0x70 && bytes[at + 2] === 0x3d) {
          this.endpointStart = at + 3;
          this.endpointEnd = end;
        }
        break;
      case Option.accept:
        this.accept = uint(bytes, at, end);
        break;
      case Option.block1:
        this.block1 = uint(bytes, at, end);
        break;
      case Option.block2:
        this.block2 = uint(bytes, at, end);
        break;
      case Option.size1:
      case Option.size2:
        this.size = uint(bytes, at, end);
        break;
      default:
        if (!OTHERS.has(number)) this.isKnown = false;
    }
  }

  #segment(bytes: Uint8Array, at: number, end: number): void {
    const { path } = this;
    if (this.pathLength > 0 && this.pathLength < PATH_BYTES_MAX) path[this.pathLength++] = 0x2f;
    const length = Math.min(end - at, PATH_BYTES_MAX - this.pathLength);
    for (let index = 0; index < length; index++) path[this.pathLength + index] = bytes[at + index]!;
    this.pathLength += length;
  }
}

/** If-Match, Uri-Host, ETag, If-None-Match, Uri-Port, Location-Path, OSCORE, Max-Age, Hop-Limit, Location-Query, Echo … */
const OTHERS: ReadonlySet<number> = new Set([1, 3, 4, 5, 7, 8, 9, 14, 16, 20, 35, 39, 252, 258, 292]);

function isCode(code: number, type: number): boolean {
  const detail = code & 31;
  switch (code >> 5) {
    case 0:
      // Only an empty message acknowledges or resets without an answer; a request does neither (table 1).
      return (
        detail <= Code.iPatch && (code === Code.empty ? type !== Type.nonConfirmable : type < Type.acknowledgement)
      );
    case 2:
    case 4:
    case 5:
      return type !== Type.reset;
    default:
      return false;
  }
}

/** Clause 3.2: a number of at most four bytes. */
function uint(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (; at < end; at++) value = value * 256 + bytes[at]!;
  return value <= 0xffff_ffff ? value : -1;
}

/** What Observe asks for; -1: the request does not observe. */
export function observing(message: CoapMessage): number {
  if (message.code !== Code.get && message.code !== Code.fetch) return -1;
  return message.observe === Observe.register || message.observe === Observe.deregister ? message.observe : -1;
}
