// Turns what names a thing for good (its anchor) into a short stable identifier.
import { hash } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Twelve base-32 characters (60 bits) of SHA-256 over the parts: at 65,536 names two collide once in 500 million sites. */
export function identifier(...parts: readonly (string | number)[]): string {
  const digest = hash('sha256', JSON.stringify(parts), 'buffer');
  let text = '';
  let bits = 0;
  let bitCount = 0;
  for (let at = 0; text.length < 12; at++) {
    bits = (bits << 8) | digest[at]!;
    bitCount += 8;
    while (bitCount >= 5 && text.length < 12) {
      bitCount -= 5;
      text += ALPHABET[(bits >> bitCount) & 31]!;
    }
    bits &= (1 << bitCount) - 1;
  }
  return text;
}
