// Copies of secrets. A small typed array lies in the heap of the engine, which copies it about when it collects garbage
// and leaves old copies behind; a buffer of its own stays where it is, and is gone when it is overwritten.

/** bytes[start..end) in a buffer of its own; to be overwritten (`fill(0)`) when it is no longer needed. */
export function secretCopy(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(Math.max(0, end - start)));
  for (let at = 0; at < copy.length; at++) copy[at] = bytes[start + at]!;
  return copy;
}
