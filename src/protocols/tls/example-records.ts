// Builds handshake messages and records of TLS for the tests, byte for byte. No part of the program.

export function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

export function u24(value: number): number[] {
  return [value >> 16, ...u16(value & 0xffff)];
}

export function ascii(text: string): number[] {
  return [...Buffer.from(text, 'latin1')];
}

export function record(type: number, fragment: readonly number[]): number[] {
  return [type, 3, 3, ...u16(fragment.length), ...fragment];
}

export function message(type: number, body: readonly number[]): number[] {
  return [type, ...u24(body.length), ...body];
}

/** A list of two-byte numbers behind its length in two bytes. */
export function list16(values: readonly number[]): number[] {
  return [...u16(values.length * 2), ...values.flatMap(u16)];
}

export type Extension = readonly [type: number, body: readonly number[]];

export function serverName(name: string): Extension {
  return [0, [...u16(name.length + 3), 0, ...u16(name.length), ...ascii(name)]];
}

export function alpn(...names: readonly (readonly number[])[]): Extension {
  const list = names.flatMap((name) => [name.length, ...name]);
  return [16, [...u16(list.length), ...list]];
}

function extensionBytes(extensions: readonly Extension[]): number[] {
  const bytes = extensions.flatMap(([type, body]) => [...u16(type), ...u16(body.length), ...body]);
  return [...u16(bytes.length), ...bytes];
}

const RANDOM = Array.from({ length: 32 }, (_, index) => index);

/** `extensions` null: the message ends before them, as in SSL 3.0. */
export function clientHello(
  version: number,
  ciphers: readonly number[],
  extensions: readonly Extension[] | null,
): number[] {
  const tail = extensions === null ? [] : extensionBytes(extensions);
  return message(1, [...u16(version), ...RANDOM, 0, ...list16(ciphers), 1, 0, ...tail]);
}

export function serverHello(
  version: number,
  cipher: number,
  extensions: readonly Extension[],
  random: readonly number[] = RANDOM,
): number[] {
  return message(2, [...u16(version), ...random, 0, ...u16(cipher), 0, ...extensionBytes(extensions)]);
}

/** RFC 8446 4.1.3. */
export const RETRY_RANDOM: readonly number[] = [
  ...Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex'),
];

export function certificates(...list: readonly (readonly number[])[]): number[] {
  const bytes = list.flatMap((der) => [...u24(der.length), ...der]);
  return message(11, [...u24(bytes.length), ...bytes]);
}

/** Made with a key that was thrown away: O=Example Works, CN=plc.example.org, signed by itself. */
const CERTIFICATE_LINES = [
  'MIIBuDCCAV+gAwIBAgIUN7alpZyFJEtA7kxxal8MwaXQSO4wCgYIKoZIzj0EAwIwMjEWMBQGA1UECgwNRXhhbXBsZSBXb3JrczEY',
  'MBYGA1UEAwwPcGxjLmV4YW1wbGUub3JnMB4XDTI2MTEyNzEyMzMyNloXDTM2MTEyNDEyMzMyNlowMjEWMBQGA1UECgwNRXhhbXBs',
  'ZSBXb3JrczEYMBYGA1UEAwwPcGxjLmV4YW1wbGUub3JnMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJ/PBUVqlraEex/9I97Jn',
  'H3vb67CPCMkknY+H2YJDav5UJY9y0SUnEZGY4ljr7b7wAqcMvel7SaL5BaAJBevNpaNTMFEwHQYDVR0OBBYEFE8t/f36/8e7eFeC',
  'rUkuOjZeW2T+MB8GA1UdIwQYMBaAFE8t/f36/8e7eFeCrUkuOjZeW2T+MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAw',
  'RAIgN5pemMDnXa3LH6fxPbiWCn17BEI2Jf+3WaOZKK0KIp4CIHhN5qUMOAYDy3DV1Yjg09NHZieHqbfpNwKxjRn9HG+l',
];
export const CERTIFICATE: readonly number[] = [...Buffer.from(CERTIFICATE_LINES.join(''), 'base64')];
export const CERTIFICATE_SHA256 = 'd4b218b1734bd21e86995f7ff725ab96cf2f5c63506576a4fe27d619d2fbba1a';

export const CHANGE_CIPHER_SPEC = record(20, [1]);
/** Of the kind and length that a cipher makes. */
export const APPLICATION_DATA = record(
  23,
  Array.from({ length: 40 }, (_, index) => (index * 7) & 0xff),
);

/** The hello of the published example of JA4, with GREASE in every list. */
export const JA4_EXAMPLE = clientHello(
  0x0303,
  [
    0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d,
    0x002f, 0x0035,
  ],
  [
    [0x3a3a, []],
    [0x001b, [2, 0, 2]],
    serverName('www.example.org'),
    [0x0033, [0, 0]],
    alpn(ascii('h2'), ascii('http/1.1')),
    [0x4469, []],
    [0x0017, []],
    [0x002d, [1, 1]],
    [0x000d, list16([0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601])],
    [0x0005, [1, 0, 0, 0, 0]],
    [0x0023, []],
    [0x0012, []],
    [0x002b, [6, 0x4a, 0x4a, 3, 4, 3, 3]],
    [0xff01, [0]],
    [0x000b, [1, 0]],
    [0x000a, list16([0x5a5a, 29, 23, 24])],
    [0x0015, [0, 0, 0]],
  ],
);
