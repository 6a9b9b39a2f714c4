// The password of LOGIN7 as bytes that can be compared: it is only obfuscated (MS-TDS 2.2.6.4).
import { secretCopy } from '../../bytes/secret.ts';
import { SECRET_BYTES_MAX } from '../open-logins.ts';

/** A copy in UTF-8 of an obfuscated password in UTF-16; null where it is longer than anybody's password. */
export function clearPassword(obfuscated: Uint8Array): Uint8Array | null {
  if (obfuscated.length > SECRET_BYTES_MAX) return null;
  const wide = secretCopy(obfuscated, 0, obfuscated.length & ~1);
  // The nibbles were swapped, then every byte taken xor A5.
  for (let at = 0; at < wide.length; at++) {
    const byte = wide[at]! ^ 0xa5;
    wide[at] = (byte << 4) | (byte >> 4);
  }
  const narrow = utf8Of(wide);
  wide.fill(0);
  return narrow;
}

/** Without a string in between: what becomes a string cannot be overwritten. */
function utf8Of(wide: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(new ArrayBuffer(wide.length * 2));
  let size = 0;
  for (let at = 0; at < wide.length; at += 2) {
    let point = wide[at]! | (wide[at + 1]! << 8);
    if (point >= 0xd800 && point < 0xdc00 && at + 3 < wide.length) {
      point = 0x10000 + ((point & 0x3ff) << 10) + ((wide[at + 2]! | (wide[at + 3]! << 8)) & 0x3ff);
      at += 2;
    }
    const more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    bytes[size++] = more === 0 ? point : ((0xf00 >> (more + 1)) & 0xff) | (point >> (6 * more));
    for (let left = more - 1; left >= 0; left--) bytes[size++] = 0x80 | ((point >> (6 * left)) & 0x3f);
  }
  const exact = secretCopy(bytes, 0, size);
  bytes.fill(0);
  return exact;
}
