// How tables of numbers get more room.

type Numbers =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** Less is left to the collection of garbage. */
const GIVEN_BACK_MIN_BYTES = 1 << 20;

/**
 * A longer array that begins as `old` does, with zeros behind. A large `old` is given back at once, not when garbage is
 * collected next, so that nobody may look at it again.
 */
export function grown<Kind extends Numbers>(old: Kind, length: number): Kind {
  const longer = new (old.constructor as new (length: number) => Kind)(length);
  longer.set(old);
  giveBack(old);
  return longer;
}

/** For one that was replaced in another way, or is not needed any more. */
export function giveBack(old: Numbers): void {
  if (old.byteLength >= GIVEN_BACK_MIN_BYTES) old.buffer.transfer(0);
}
