// Turns known inputs into new ones: bits, numbers, lengths and whole stretches are changed, moved or mixed.
import type { Random } from './random.ts';

const MUTATIONS_MAX = 8;
const GROWTH_BYTES_MAX = 512;
/** Values at which length and sign checks go wrong. */
const EDGES = [0, 1, 2, 0x7e, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** A new input made from one of `seeds` (and at times a second one), at most `bytesMax` long. */
export function mutate(random: Random, seeds: readonly Uint8Array[], bytesMax: number): Uint8Array {
  let bytes = seeds.length === 0 ? noise(random, random.below(256)) : random.of(seeds).slice(0, bytesMax);
  // One change in half of the inputs, two in a quarter …: most of the structure stays.
  let rounds = 1;
  while (rounds < MUTATIONS_MAX && random.below(2) === 0) rounds++;
  for (let round = 0; round < rounds; round++) bytes = change(random, bytes, seeds).subarray(0, bytesMax);
  return bytes;
}

function change(random: Random, bytes: Uint8Array, seeds: readonly Uint8Array[]): Uint8Array {
  if (bytes.length === 0) return noise(random, 1 + random.below(64));
  const at = random.below(bytes.length);
  switch (random.below(14)) {
    case 0:
    case 1:
      bytes[at]! ^= 1 << random.below(8);
      return bytes;
    case 2:
      bytes[at] = random.next();
      return bytes;
    case 3:
    case 4:
      return number(random, bytes, at, random.of(EDGES));
    case 5:
      return number(random, bytes, at, bytes.length - at - random.below(16));
    case 6:
    case 7:
      return number(random, bytes, at, old(bytes, at) + random.below(33) - 16);
    case 8:
      return bytes.slice(0, at);
    case 9:
      return joined(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(64))));
    case 10:
      return joined(bytes.subarray(0, at), noise(random, 1 + random.below(32)), bytes.subarray(at));
    case 11: {
      const end = Math.min(bytes.length, at + 1 + random.below(GROWTH_BYTES_MAX));
      return joined(bytes.subarray(0, end), bytes.subarray(at));
    }
    case 12: {
      if (seeds.length === 0) return bytes;
      const other = random.of(seeds);
      return joined(bytes.subarray(0, at), other.subarray(random.below(other.length)));
    }
    default: {
      if (seeds.length === 0) return bytes;
      const other = random.of(seeds);
      const from = random.below(other.length);
      const piece = other.subarray(from, from + 1 + random.below(Math.min(64, bytes.length - at)));
      bytes.set(piece.subarray(0, bytes.length - at), at);
      return bytes;
    }
  }
}

/** Writes a number of 1, 2 or 4 bytes in either order, as far as it fits. */
function number(random: Random, bytes: Uint8Array, at: number, value: number): Uint8Array {
  const size = 1 << random.below(3);
  const isLittleEndian = random.below(2) === 0;
  for (let index = 0; index < size && at + index < bytes.length; index++) {
    bytes[at + index] = value >>> (8 * (isLittleEndian ? index : size - 1 - index));
  }
  return bytes;
}

function old(bytes: Uint8Array, at: number): number {
  return at + 1 < bytes.length ? (bytes[at]! << 8) | bytes[at + 1]! : bytes[at]!;
}

function noise(random: Random, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = random.next();
  return bytes;
}

export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
