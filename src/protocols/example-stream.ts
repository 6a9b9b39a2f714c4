// What two sides say, byte for byte, for the tests of protocols. No part of the program.

/** What one side says. */
export type Step = readonly [fromClient: boolean, bytes: Uint8Array];

/** Text as bytes of UTF-8. */
export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** Bytes and texts, one after the other. */
export function joined(...parts: (string | readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? text(part) : part)]));
}
