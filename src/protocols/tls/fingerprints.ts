// What a hello is known by: JA3 and JA3S (Salesforce, 2017) and JA4 of the client (FoxIO, technical details of JA4, 2023).
import { createHash } from 'node:crypto';
import { hex } from '../../bytes/text.ts';
import type { Hello } from './hello.ts';
import { ExtensionType, Version, isGrease } from './messages.ts';

/** MD5 of version, ciphers, extensions, groups and point formats, in decimal and in the order of the wire. */
export function ja3(hello: Hello): string {
  const { version, ciphers, extensions, groups, pointFormats } = hello;
  return md5(`${version},${decimal(ciphers)},${decimal(extensions)},${decimal(groups)},${pointFormats.join('-')}`);
}

/** MD5 of version, the chosen cipher, extensions. */
export function ja3s(hello: Hello): string {
  return md5(`${hello.version},${decimal(hello.ciphers)},${decimal(hello.extensions)}`);
}

/** `bytes`: what the bounds of the hello mean. `transport`: `t` for TCP, `q` for QUIC. */
export function ja4(hello: Hello, bytes: Uint8Array, transport: 't' | 'q' = 't'): string {
  const ciphers = withoutGrease(hello.ciphers);
  const extensions = withoutGrease(hello.extensions);
  const toDomain = extensions.includes(ExtensionType.serverName) ? 'd' : 'i';
  const counts = `${twoDigits(ciphers.length)}${twoDigits(extensions.length)}`;
  const head = `${transport}${ja4Version(hello)}${toDomain}${counts}${alpnEnds(hello, bytes)}`;
  const hashed = extensions.filter((type) => type !== ExtensionType.serverName && type !== ExtensionType.alpn);
  const signatures = withoutGrease(hello.signatureAlgorithms);
  const tail = signatures.length === 0 ? '' : `_${hexadecimal(signatures)}`;
  const extensionHash = hashed.length === 0 ? NOTHING : sha256(`${hexadecimal(sorted(hashed))}${tail}`);
  return `${head}_${ciphers.length === 0 ? NOTHING : sha256(hexadecimal(sorted(ciphers)))}_${extensionHash}`;
}

const NOTHING = '000000000000';

/** The highest of supported_versions, else that of the hello. */
function ja4Version(hello: Hello): string {
  const offered = withoutGrease(hello.versions);
  return JA4_VERSIONS.get(offered.length === 0 ? hello.version : Math.max(...offered)) ?? '00';
}

const JA4_VERSIONS: ReadonlyMap<number, string> = new Map([
  [Version.ssl2, 's2'],
  [Version.ssl3, 's3'],
  [Version.tls10, '10'],
  [Version.tls11, '11'],
  [Version.tls12, '12'],
  [Version.tls13, '13'],
]);

/** First and last character of the first ALPN name, or of its hexadecimal form where one is no letter or digit. */
function alpnEnds(hello: Hello, bytes: Uint8Array): string {
  const { alpnStart, alpnEnd } = hello;
  if (!hello.hasAlpn || alpnEnd <= alpnStart) return '00';
  const first = bytes[alpnStart]!;
  const last = bytes[alpnEnd - 1]!;
  if (isLetterOrDigit(first) && isLetterOrDigit(last)) return String.fromCharCode(first, last);
  return `${hex(bytes, alpnStart, alpnStart + 1)[0]}${hex(bytes, alpnEnd - 1, alpnEnd)[1]}`;
}

function isLetterOrDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function withoutGrease(values: readonly number[]): number[] {
  return values.filter((value) => !isGrease(value));
}

function decimal(values: readonly number[]): string {
  return withoutGrease(values).join('-');
}

function sorted(values: number[]): number[] {
  return values.sort((a, b) => a - b);
}

function hexadecimal(values: readonly number[]): string {
  return values.map((value) => value.toString(16).padStart(4, '0')).join(',');
}

function twoDigits(count: number): string {
  return String(Math.min(count, 99)).padStart(2, '0');
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
