// DES of one block after the other with one key: VNC's and NTLM's responses to a challenge are made with it.
import { createCipheriv } from 'node:crypto';

const KEY_BYTES = 8;

/** `key` has 8 bytes, `blocks` a multiple of 8. Three rounds with one key are one: DES alone is not offered any more. */
export function desEncrypt(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  const thrice = new Uint8Array(KEY_BYTES * 3);
  for (let round = 0; round < 3; round++) thrice.set(key.subarray(0, KEY_BYTES), round * KEY_BYTES);
  const cipher = createCipheriv('des-ede3-ecb', thrice, null).setAutoPadding(false);
  thrice.fill(0);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
}

/** 56 bits of a key spread over eight bytes, seven each; the lowest bit, the parity, is not looked at (MS-NLMP 6). */
export function desKeyOf(seven: Uint8Array, from: number): Uint8Array {
  const key = new Uint8Array(KEY_BYTES);
  for (let at = 0; at < KEY_BYTES; at++) {
    const before = at === 0 ? 0 : (seven[from + at - 1] ?? 0);
    const own = at === 7 ? 0 : (seven[from + at] ?? 0);
    key[at] = ((before << (8 - at)) | (own >> at)) & 0xfe;
  }
  return key;
}
