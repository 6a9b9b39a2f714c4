// Finds the attributes of a RADIUS packet (RFC 2865 3, 5); keeps no state.
import { u16be, u32be } from '../../bytes/endian.ts';
import { Match } from '../../facts/protocol.ts';
import { Attribute, CODES, MICROSOFT, MicrosoftAttribute } from './messages.ts';

export const HEADER_BYTES = 20;
/** No packet is longer (RFC 2865 3). */
export const FRAME_BYTES_MAX = 4096;
export const AUTHENTICATOR_AT = 4;

export function packetLength(bytes: Uint8Array, start: number): number {
  return u16be(bytes, start + 2);
}

/** A known code, and attributes that fill the packet and the datagram. Without attributes any 20 bytes would do. */
export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER_BYTES || !CODES.has(bytes[start]!)) return Match.no;
  const length = packetLength(bytes, start);
  if (length < HEADER_BYTES || length > FRAME_BYTES_MAX || length > end - start) return Match.no;
  if (attributesEnd(bytes, start, start + length) < start + length) return Match.maybe;
  return length > HEADER_BYTES && length === end - start ? Match.yes : Match.maybe;
}

/** Where the attributes that can be read end: at `end` where all can. */
export function attributesEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start + HEADER_BYTES;
  while (at + 2 <= end && bytes[at + 1]! >= 2 && at + bytes[at + 1]! <= end) at += bytes[at + 1]!;
  return at;
}

/** Where the first attributes that matter stand, values without type and length; start 0: there is none. */
export interface Fields {
  readonly user: Span;
  readonly password: Span;
  readonly chapPassword: Span;
  readonly chapChallenge: Span;
  readonly framedAddress: Span;
  readonly callingStation: Span;
  readonly nasIdentifier: Span;
  readonly eap: Span;
  readonly errorCause: Span;
  /** Values of Microsoft's attributes (RFC 2548 2.1, 2.3): the challenge, and the responses of both versions. */
  readonly microsoftChallenge: Span;
  readonly microsoftChap: Span;
  readonly microsoftChap2: Span;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

const NOWHERE: Span = { start: 0, end: 0 };

export function readFields(bytes: Uint8Array, start: number, end: number): Fields {
  const first = new Map<number, Span>();
  const ofMicrosoft = new Map<number, Span>();
  const stop = attributesEnd(bytes, start, end);
  for (let at = start + HEADER_BYTES; at < stop; at += bytes[at + 1]!) {
    const type = bytes[at]!;
    if (type === Attribute.vendorSpecific) readVendor(ofMicrosoft, bytes, at + 2, at + bytes[at + 1]!);
    else if (!first.has(type)) first.set(type, { start: at + 2, end: at + bytes[at + 1]! });
  }
  const of = (type: number): Span => first.get(type) ?? NOWHERE;
  return {
    user: of(Attribute.userName),
    password: of(Attribute.userPassword),
    chapPassword: of(Attribute.chapPassword),
    chapChallenge: of(Attribute.chapChallenge),
    framedAddress: of(Attribute.framedAddress),
    callingStation: of(Attribute.callingStation),
    nasIdentifier: of(Attribute.nasIdentifier),
    eap: of(Attribute.eapMessage),
    errorCause: of(Attribute.errorCause),
    microsoftChallenge: ofMicrosoft.get(MicrosoftAttribute.challenge) ?? NOWHERE,
    microsoftChap: ofMicrosoft.get(MicrosoftAttribute.response) ?? NOWHERE,
    microsoftChap2: ofMicrosoft.get(MicrosoftAttribute.response2) ?? NOWHERE,
  };
}

/** RFC 2865 5.26: attributes of one vendor, each with its type and length. */
function readVendor(found: Map<number, Span>, bytes: Uint8Array, start: number, end: number): void {
  if (end - start < 4 || u32be(bytes, start) !== MICROSOFT) return;
  for (let at = start + 4; at + 2 <= end;) {
    const stop = at + Math.max(2, bytes[at + 1]!);
    if (stop > end) return;
    if (!found.has(bytes[at]!)) found.set(bytes[at]!, { start: at + 2, end: stop });
    at = stop;
  }
}
