// Reads ClientHello and ServerHello (RFC 8446 4.1.2, 4.1.3; RFC 5246 7.4.1) and the list of Certificate (RFC 5246 7.4.2).
import { i32be, u16be, u24be } from '../../bytes/endian.ts';
import { ExtensionType } from './messages.ts';

/** What a hello says. Lists are in the order of the wire, with GREASE; bounds are 0 where the field is missing. */
export interface Hello {
  /** `legacy_version`. */
  readonly version: number;
  /** Of a ServerHello: the one that was chosen. */
  readonly ciphers: readonly number[];
  readonly extensions: readonly number[];
  readonly groups: readonly number[];
  readonly pointFormats: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  /** `supported_versions`; of a ServerHello the selected one. */
  readonly versions: readonly number[];
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly hasAlpn: boolean;
  /** The first name of ALPN. */
  readonly alpnStart: number;
  readonly alpnEnd: number;
  /** A HelloRetryRequest, which has the form of a ServerHello. */
  readonly isRetry: boolean;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** `bytes[start..end)` is the message without its header. Null: a field reaches past its end. */
export function readClientHello(bytes: Uint8Array, start: number, end: number): Hello | null {
  const afterSession = sessionEnd(bytes, start, end);
  if (afterSession < 0 || end - afterSession < 2) return null;
  const ciphersStart = afterSession + 2;
  const ciphersEnd = ciphersStart + u16be(bytes, afterSession);
  if (ciphersEnd >= end) return null;
  const at = ciphersEnd + 1 + bytes[ciphersEnd]!;
  if (at > end) return null;
  const hello = emptyHello(u16be(bytes, start), list16(bytes, ciphersStart, ciphersEnd));
  return readExtensions(hello, bytes, at, end, true) ? hello : null;
}

/** The same for a ServerHello or HelloRetryRequest. */
export function readServerHello(bytes: Uint8Array, start: number, end: number): Hello | null {
  const at = sessionEnd(bytes, start, end);
  if (at < 0 || end - at < 3) return null;
  const hello = emptyHello(u16be(bytes, start), [u16be(bytes, at)]);
  hello.isRetry = RETRY_RANDOM.every((word, index) => i32be(bytes, start + 2 + index * 4) === word);
  return readExtensions(hello, bytes, at + 3, end, false) ? hello : null;
}

/** RFC 8446 4.1.3: the random of a HelloRetryRequest is the SHA-256 of these words. */
const RETRY_RANDOM = [
  0xcf21ad74, 0xe59a6111, 0xbe1d8c02, 0x1e65b891, 0xc2a21116, 0x7abb8c5e, 0x079e09e2, 0xc8a8339c,
].map((word) => word | 0);

/** Version (2), random (32), session identifier with its length (1). */
function sessionEnd(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 35) return -1;
  const at = start + 35 + bytes[start + 34]!;
  return at > end ? -1 : at;
}

function emptyHello(version: number, ciphers: readonly number[]): Mutable<Hello> & { extensions: number[] } {
  return {
    version,
    ciphers,
    extensions: [],
    groups: [],
    pointFormats: [],
    signatureAlgorithms: [],
    versions: [],
    nameStart: 0,
    nameEnd: 0,
    hasAlpn: false,
    alpnStart: 0,
    alpnEnd: 0,
    isRetry: false,
  };
}

/** False: the extensions do not end where the message does. Before TLS 1.2 there may be none. */
function readExtensions(
  hello: Mutable<Hello> & { extensions: number[] },
  bytes: Uint8Array,
  start: number,
  end: number,
  isClient: boolean,
): boolean {
  if (start === end) return true;
  if (end - start < 2) return false;
  const stop = start + 2 + u16be(bytes, start);
  if (stop > end) return false;
  let at = start + 2;
  while (stop - at >= 4) {
    const type = u16be(bytes, at);
    const next = at + 4 + u16be(bytes, at + 2);
    if (next > stop) return false;
    hello.extensions.push(type);
    readExtension(hello, type, bytes, at + 4, next, isClient);
    at = next;
  }
  return at === stop;
}

/** A list that is longer than its extension is read as far as that goes. */
function readExtension(
  hello: Mutable<Hello>,
  type: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  isClient: boolean,
): void {
  if (type === ExtensionType.supportedVersions) {
    // RFC 8446 4.2.1.
    hello.versions = isClient
      ? list16(bytes, start + 1, bounded(start + 1, bytes[start]!, end))
      : list16(bytes, start, end);
    return;
  }
  if (!isClient || end - start < 2) return;
  const listEnd = bounded(start + 2, u16be(bytes, start), end);
  if (type === ExtensionType.supportedGroups) hello.groups = list16(bytes, start + 2, listEnd);
  else if (type === ExtensionType.signatureAlgorithms) hello.signatureAlgorithms = list16(bytes, start + 2, listEnd);
  else if (type === ExtensionType.pointFormats) {
    hello.pointFormats = [...bytes.subarray(start + 1, bounded(start + 1, bytes[start]!, end))];
  } else if (type === ExtensionType.serverName && listEnd - start >= 5 && bytes[start + 2] === 0) {
    // RFC 6066 3: a list of names, of which only host_name (0) exists.
    hello.nameStart = start + 5;
    hello.nameEnd = bounded(start + 5, u16be(bytes, start + 3), listEnd);
  } else if (type === ExtensionType.alpn && listEnd - start >= 3) {
    // RFC 7301 3.1.
    hello.hasAlpn = true;
    hello.alpnStart = start + 3;
    hello.alpnEnd = bounded(start + 3, bytes[start + 2]!, listEnd);
  }
}

function bounded(start: number, length: number, end: number): number {
  return Math.min(start + length, end);
}

function list16(bytes: Uint8Array, start: number, end: number): number[] {
  const list: number[] = [];
  for (let at = start; at + 2 <= end; at += 2) list.push(u16be(bytes, at));
  return list;
}

/** Length of the first certificate, which follows six bytes of lengths; 0: the list is empty; -1: it does not fit. */
export function firstCertificateLength(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 3) return -1;
  const stop = start + 3 + u24be(bytes, start);
  if (stop > end) return -1;
  if (stop === start + 3) return 0;
  if (stop - start < 6) return -1;
  const length = u24be(bytes, start + 3);
  return start + 6 + length > stop || length === 0 ? -1 : length;
}
