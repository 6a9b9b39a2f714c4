// EAP (RFC 3748 4): packets as they are carried over Ethernet (EAPoL), PPP and RADIUS; keeps no state.
import { u16be } from '../bytes/endian.ts';
import { CHAP_RESPONSE_BYTES } from './chap.ts';
import { MS_CHAP_BYTES, MS_CHAP_V2_CHALLENGE_BYTES } from './ms-chap.ts';

export const EapCode = { request: 1, response: 2, success: 3, failure: 4 } as const;
export const EapType = { identity: 1, notification: 2, nak: 3, md5: 4, token: 6, mschapv2: 26 } as const;
/** Words of EAP-MSCHAPv2 (draft-kamath-pppext-eap-mschapv2-02, clause 2). */
const MsChapCode = { challenge: 1, response: 2 } as const;
/** Code, identifier, length of all, size of the value. */
const MS_CHAP_HEADER = 5;

/** Methods with a name (the registry of EAP method types). */
const TYPE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'identity'],
  [3, 'nak'],
  [4, 'md5'],
  [5, 'otp'],
  [6, 'gtc'],
  [13, 'tls'],
  [17, 'leap'],
  [18, 'sim'],
  [21, 'ttls'],
  [23, 'aka'],
  [25, 'peap'],
  [26, 'mschapv2'],
  [43, 'fast'],
  [50, 'aka-prime'],
  [52, 'pwd'],
  [55, 'teap'],
]);

/** `eap-md5`, `eap-type-99`. */
export function eapMethodName(type: number): string {
  return `eap-${TYPE_NAMES.get(type) ?? `type-${type}`}`;
}

export interface EapPacket {
  readonly code: number;
  readonly identifier: number;
  /** -1: a success or a failure has none. */
  readonly type: number;
  readonly dataStart: number;
  readonly dataEnd: number;
}

/** Null: no packet of EAP stands there. What is longer than `end` is cut there. */
export function readEap(bytes: Uint8Array, start: number, end: number): EapPacket | null {
  if (end - start < 4) return null;
  const code = bytes[start]!;
  const identifier = bytes[start + 1]!;
  const stop = Math.min(end, start + u16be(bytes, start + 2));
  if (code === EapCode.success || code === EapCode.failure) {
    return { code, identifier, type: -1, dataStart: start + 4, dataEnd: start + 4 };
  }
  if ((code !== EapCode.request && code !== EapCode.response) || stop < start + 5) return null;
  return { code, identifier, type: bytes[start + 4]!, dataStart: start + 5, dataEnd: stop };
}

/** The challenge or the response of MD5-Challenge (5.4), copied; null where it is not whole. */
export function md5Value(bytes: Uint8Array, packet: EapPacket): Uint8Array | null {
  const { type, dataStart, dataEnd } = packet;
  if (type !== EapType.md5 || dataEnd <= dataStart) return null;
  const size = bytes[dataStart]!;
  const isWhole = size > 0 && dataStart + 1 + size <= dataEnd;
  if (!isWhole || (packet.code === EapCode.response && size !== CHAP_RESPONSE_BYTES)) return null;
  return bytes.slice(dataStart + 1, dataStart + 1 + size);
}

/** A copy of the challenge or the response of EAP-MSCHAPv2; null where the packet is another word of it, or not whole. */
export function msChapValue(bytes: Uint8Array, packet: EapPacket): Uint8Array | null {
  const { code, type, dataStart, dataEnd } = packet;
  if (type !== EapType.mschapv2 || dataEnd - dataStart < MS_CHAP_HEADER) return null;
  const isResponse = code === EapCode.response;
  const size = isResponse ? MS_CHAP_BYTES : MS_CHAP_V2_CHALLENGE_BYTES;
  const word = isResponse ? MsChapCode.response : MsChapCode.challenge;
  const start = dataStart + MS_CHAP_HEADER;
  if (bytes[dataStart] !== word || bytes[start - 1] !== size || start + size > dataEnd) return null;
  return bytes.slice(start, start + size);
}

/** Where the name begins that stands behind such a response. */
export function msChapNameStart({ dataStart }: EapPacket): number {
  return dataStart + MS_CHAP_HEADER + MS_CHAP_BYTES;
}
