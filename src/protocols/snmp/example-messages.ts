// Builds messages of SNMP byte for byte for the tests. No part of the program.

export function element(tag: number, contents: readonly number[]): number[] {
  const { length } = contents;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return [tag, ...size, ...contents];
}

/** 0 to 2^31 - 1. */
export function integer(value: number): number[] {
  return element(2, value < 128 ? [value] : [value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff]);
}

export function octets(contents: readonly number[]): number[] {
  return element(4, contents);
}

export function text(value: string): number[] {
  return octets([...Buffer.from(value)]);
}

export function objectId(dotted: string): number[] {
  const [first, second, ...rest] = dotted.split('.').map(Number);
  const contents: number[] = [];
  for (const arc of [first! * 40 + second!, ...rest]) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    contents.push(...groups);
  }
  return element(6, contents);
}

export function sequence(...parts: readonly (readonly number[])[]): number[] {
  return element(0x30, parts.flat());
}

export function bindings(...list: readonly (readonly [string, readonly number[]])[]): number[] {
  return sequence(...list.map(([name, value]) => sequence(objectId(name), value)));
}

export function pdu(number: number, requestId: number, status: number, list: readonly number[]): number[] {
  return element(0xa0 + number, [...integer(requestId), ...integer(status), ...integer(0), ...list]);
}

export function community(version: number, name: string, unit: readonly number[]): Uint8Array {
  return Uint8Array.from(sequence(integer(version), text(name), unit));
}

export function trapV1(name: string, enterprise: string, generic: number, specific: number): Uint8Array {
  const address = element(0x40, [192, 0, 2, 10]);
  const fields = [objectId(enterprise), address, integer(generic), integer(specific), element(0x43, [1]), bindings()];
  return community(0, name, element(0xa4, fields.flat()));
}

/** Version 3, user-based security; `unit` plain. */
export function userMessage(
  messageId: number,
  flags: number,
  engine: readonly number[],
  user: string,
  authentication: readonly number[],
  unit: readonly number[],
): Uint8Array {
  const header = sequence(integer(messageId), integer(65_507), octets([flags]), integer(3));
  const security = sequence(octets(engine), integer(1), integer(100), text(user), octets(authentication), octets([]));
  return Uint8Array.from(sequence(integer(3), header, octets(security), sequence(octets(engine), octets([]), unit)));
}
