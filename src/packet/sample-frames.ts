// Builds frames for the tests of this stage, a layer at a time, from the inside out.

/** Bytes written as hexadecimal; spaces are for the reader. */
export function hexBytes(text: string): Uint8Array {
  return Uint8Array.fromHex(text.replaceAll(/\s/g, ''));
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function big16(value: number): Uint8Array {
  return Uint8Array.of((value >> 8) & 0xff, value & 0xff);
}

export function big32(value: number): Uint8Array {
  return join(big16(value >>> 16), big16(value));
}

export const DESTINATION_MAC = hexBytes('02 00 5e 10 00 01');
export const SOURCE_MAC = hexBytes('82 00 5e 10 00 02');

export function ethernet(type: number, payload: Uint8Array): Uint8Array {
  return join(DESTINATION_MAC, SOURCE_MAC, big16(type), payload);
}

/** `inner`: everything from the tag's own EtherType on comes from here; use as ethernet(0x8100, vlanTag(…)). */
export function vlanTag(id: number, type: number, payload: Uint8Array): Uint8Array {
  return join(big16(0xa000 | id), big16(type), payload);
}

export interface Ipv4Fields {
  protocol: number;
  id?: number;
  /** In bytes. */
  offset?: number;
  more?: boolean;
  ttl?: number;
  options?: Uint8Array;
  totalLength?: number;
  source?: Uint8Array;
  destination?: Uint8Array;
}

export function ipv4(fields: Ipv4Fields, payload: Uint8Array): Uint8Array {
  const options = fields.options ?? new Uint8Array(0);
  const headerSize = 20 + options.length;
  return join(
    Uint8Array.of(0x40 | (headerSize >> 2), 0),
    big16(fields.totalLength ?? headerSize + payload.length),
    big16(fields.id ?? 0x1234),
    big16((fields.more === true ? 0x2000 : 0) | ((fields.offset ?? 0) >> 3)),
    Uint8Array.of(fields.ttl ?? 64, fields.protocol, 0, 0),
    fields.source ?? Uint8Array.of(192, 168, 0, 10),
    fields.destination ?? Uint8Array.of(192, 168, 0, 20),
    options,
    payload,
  );
}

export const SOURCE_IPV6 = hexBytes('20010db8 00000000 00000000 0000000a');
export const DESTINATION_IPV6 = hexBytes('20010db8 00000000 00000000 00000014');

export function ipv6(nextHeader: number, payload: Uint8Array, payloadLength = payload.length): Uint8Array {
  return join(
    hexBytes('60000000'),
    big16(payloadLength),
    Uint8Array.of(nextHeader, 63),
    SOURCE_IPV6,
    DESTINATION_IPV6,
    payload,
  );
}

/** A hop-by-hop, destination or routing header of 8 bytes. */
export function ipv6Extension(nextHeader: number, payload: Uint8Array): Uint8Array {
  return join(Uint8Array.of(nextHeader, 0, 1, 4, 0, 0, 0, 0), payload);
}

/** `offset` in bytes. */
export function ipv6Fragment(
  nextHeader: number,
  offset: number,
  more: boolean,
  id: number,
  payload: Uint8Array,
): Uint8Array {
  return join(Uint8Array.of(nextHeader, 0), big16(offset | (more ? 1 : 0)), big32(id), payload);
}

export interface TcpFields {
  source?: number;
  destination?: number;
  sequence?: number;
  acknowledgment?: number;
  flags?: number;
  window?: number;
  options?: Uint8Array;
  dataOffset?: number;
}

export function tcp(fields: TcpFields, payload: Uint8Array): Uint8Array {
  const options = fields.options ?? new Uint8Array(0);
  const dataOffset = fields.dataOffset ?? (20 + options.length) >> 2;
  return join(
    big16(fields.source ?? 49152),
    big16(fields.destination ?? 502),
    big32(fields.sequence ?? 0x81020304),
    big32(fields.acknowledgment ?? 0x05060708),
    big16((dataOffset << 12) | (fields.flags ?? 0x18)),
    big16(fields.window ?? 8192),
    hexBytes('beef 0000'),
    options,
    payload,
  );
}

export function udp(payload: Uint8Array, destination = 47808, length = payload.length + 8, source = 40000): Uint8Array {
  return join(big16(source), big16(destination), big16(length), hexBytes('cafe'), payload);
}

export function arp(operation: number): Uint8Array {
  return join(
    hexBytes('0001 0800 06 04'),
    big16(operation),
    SOURCE_MAC,
    Uint8Array.of(192, 168, 0, 10),
    new Uint8Array(6),
    Uint8Array.of(192, 168, 0, 20),
  );
}

/** `count` bytes 1, 2, 3 … */
export function counting(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => (index + 1) & 0xff);
}
