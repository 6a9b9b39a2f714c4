// Builds datagrams of CoAP for the tests of this folder. No part of the program.

export interface Example {
  readonly type?: number;
  readonly id?: number;
  readonly token?: readonly number[];
  /** Option numbers in rising order, each with a text or bytes. */
  readonly options?: readonly (readonly [number, string | readonly number[]])[];
  readonly payload?: string | readonly number[];
}

export function coapBytes(code: number, example: Example = {}): Uint8Array {
  const { type = 0, id = 1, token = [7], options = [], payload } = example;
  const bytes = [0x40 | (type << 4) | token.length, code, id >> 8, id & 0xff, ...token];
  let last = 0;
  for (const [number, value] of options) {
    const content = bytesOf(value);
    const [delta, deltaMore] = nibble(number - last);
    const [length, lengthMore] = nibble(content.length);
    bytes.push((delta << 4) | length, ...deltaMore, ...lengthMore, ...content);
    last = number;
  }
  if (payload !== undefined) bytes.push(0xff, ...bytesOf(payload));
  return Uint8Array.from(bytes);
}

/** The options of a Uri-Path. */
export function path(text: string): [number, string][] {
  return text.split('/').map((segment) => [11, segment]);
}

function bytesOf(value: string | readonly number[]): number[] {
  return typeof value === 'string' ? [...Buffer.from(value)] : [...value];
}

function nibble(value: number): [number, number[]] {
  if (value < 13) return [value, []];
  if (value < 269) return [13, [value - 13]];
  return [14, [(value - 269) >> 8, (value - 269) & 0xff]];
}
