// Names what a file is from its first bytes: executables, firmware containers, file systems, archives, documents. The
// signatures are those of the formats' own descriptions; a name that only the extension tells is never believed.

/** So many bytes of a file's beginning are enough for every kind below. */
export const KIND_BYTES = 2112;

interface Signature {
  readonly kind: string;
  /** Offset of the bytes from the start of the file. */
  readonly at: number;
  /** Hexadecimal; `..` is any byte. */
  readonly bytes: string;
}

/** In the order in which they are tried: the longer signature before its own beginning. */
const SIGNATURES: readonly Signature[] = [
  { kind: 'elf', at: 0, bytes: '7f454c46' },
  { kind: 'uboot-image', at: 0, bytes: '27051956' },
  { kind: 'device-tree', at: 0, bytes: 'd00dfeed' },
  { kind: 'squashfs', at: 0, bytes: '68737173' },
  { kind: 'squashfs', at: 0, bytes: '73717368' },
  { kind: 'ubi', at: 0, bytes: '55424923' },
  { kind: 'ubifs', at: 0, bytes: '31181006' },
  { kind: 'jffs2', at: 0, bytes: '851901e0' },
  { kind: 'jffs2', at: 0, bytes: '851903200c000000' },
  { kind: 'jffs2', at: 0, bytes: '1985e001' },
  { kind: 'cramfs', at: 0, bytes: '453dcd28' },
  { kind: 'cramfs', at: 0, bytes: '28cd3d45' },
  { kind: 'romfs', at: 0, bytes: '2d726f6d3166732d' },
  { kind: 'trx-firmware', at: 0, bytes: '48445230' },
  { kind: 'android-boot', at: 0, bytes: '414e44524f494421' },
  { kind: 'android-sparse', at: 0, bytes: '3aff26ed' },
  { kind: 'uf2', at: 0, bytes: '5546320a5751' },
  { kind: 'dfuse', at: 0, bytes: '4466755365' },
  { kind: 'mcuboot-image', at: 0, bytes: '3db8f396' },
  { kind: 'java-class', at: 0, bytes: 'cafebabe000000' },
  { kind: 'mach-o', at: 0, bytes: 'cffaedfe' },
  { kind: 'mach-o', at: 0, bytes: 'cefaedfe' },
  { kind: 'zip', at: 0, bytes: '504b0304' },
  { kind: 'zip', at: 0, bytes: '504b0506' },
  { kind: 'gzip', at: 0, bytes: '1f8b08' },
  { kind: 'xz', at: 0, bytes: 'fd377a585a00' },
  { kind: 'zstd', at: 0, bytes: '28b52ffd' },
  { kind: 'bzip2', at: 0, bytes: '425a68' },
  { kind: 'lz4', at: 0, bytes: '04224d18' },
  { kind: '7z', at: 0, bytes: '377abcaf271c' },
  { kind: 'rar', at: 0, bytes: '526172211a07' },
  { kind: 'cab', at: 0, bytes: '4d53434600000000' },
  { kind: 'rpm', at: 0, bytes: 'edabeedb' },
  { kind: 'deb', at: 0, bytes: '213c617263683e0a64656269616e' },
  { kind: 'ar', at: 0, bytes: '213c617263683e0a' },
  { kind: 'cpio', at: 0, bytes: '30373037303' },
  { kind: 'ole2', at: 0, bytes: 'd0cf11e0a1b11ae1' },
  { kind: 'pdf', at: 0, bytes: '255044462d' },
  { kind: 'png', at: 0, bytes: '89504e470d0a1a0a' },
  { kind: 'jpeg', at: 0, bytes: 'ffd8ff' },
  { kind: 'gif', at: 0, bytes: '474946383' },
  { kind: 'webp', at: 8, bytes: '57454250' },
  { kind: 'wav', at: 8, bytes: '57415645' },
  { kind: 'mp4', at: 4, bytes: '66747970' },
  { kind: 'tiff', at: 0, bytes: '49492a00' },
  { kind: 'tiff', at: 0, bytes: '4d4d002a' },
  { kind: 'sqlite', at: 0, bytes: '53514c69746520666f726d6174203300' },
  { kind: 'pcapng', at: 0, bytes: '0a0d0d0a' },
  { kind: 'pcap', at: 0, bytes: 'd4c3b2a1' },
  { kind: 'pcap', at: 0, bytes: 'a1b2c3d4' },
  { kind: 'rtf', at: 0, bytes: '7b5c727466' },
  { kind: 'windows-shortcut', at: 0, bytes: '4c0000000114020000000000c000000000000046' },
  { kind: 'flash', at: 0, bytes: '435753' },
  { kind: 'flash', at: 0, bytes: '465753' },
  { kind: 's7-block', at: 0, bytes: '7070' },
  { kind: 'tar', at: 257, bytes: '7573746172' },
  { kind: 'ext-filesystem', at: 1080, bytes: '53ef' },
];

/** The kind of a file that begins with bytes[start..end); `data` where nothing is known, `empty` where nothing is there. */
export function contentKind(bytes: Uint8Array, start: number, end: number): string {
  if (end <= start) return 'empty';
  for (const { kind, at, bytes: signature } of SIGNATURES) {
    if (hasSignature(bytes, start + at, end, signature)) return kind;
  }
  return portableExecutable(bytes, start, end) ?? espImage(bytes, start, end) ?? textKind(bytes, start, end) ?? 'data';
}

function hasSignature(bytes: Uint8Array, start: number, end: number, signature: string): boolean {
  // Half a byte at the end of a signature: only its upper half counts.
  const whole = signature.length >> 1;
  if (start + whole + (signature.length & 1) > end) return false;
  for (let at = 0; at < whole; at++) {
    if (bytes[start + at] !== Number.parseInt(signature.slice(at * 2, at * 2 + 2), 16)) return false;
  }
  return (signature.length & 1) === 0 || bytes[start + whole]! >> 4 === Number.parseInt(signature.slice(-1), 16);
}

/** `MZ`, and where it points to `PE` (PE format, 2 and 3); without that a DOS program. */
function portableExecutable(bytes: Uint8Array, start: number, end: number): string | null {
  if (bytes[start] !== 0x4d || bytes[start + 1] !== 0x5a || end - start < 64) return null;
  const header = bytes[start + 60]! | (bytes[start + 61]! << 8);
  if (start + header + 4 > end) return 'windows-executable';
  return hasSignature(bytes, start + header, end, '50450000') ? 'windows-executable' : 'dos-executable';
}

/** ESP8266 and ESP32: 0xe9, few segments, a flash mode below 6 (ESP-IDF, firmware image format). */
function espImage(bytes: Uint8Array, start: number, end: number): string | null {
  if (end - start < 24 || bytes[start] !== 0xe9) return null;
  const segments = bytes[start + 1]!;
  return segments > 0 && segments <= 16 && bytes[start + 2]! < 6 && (bytes[start + 3]! & 0xf) <= 0xf
    ? 'esp-image'
    : null;
}

/** Text by its beginning: markup, scripts, hexadecimal images, keys; null where bytes are there that no text has. */
function textKind(bytes: Uint8Array, start: number, end: number): string | null {
  const stop = Math.min(end, start + KIND_BYTES);
  for (let at = start; at < stop; at++) {
    const byte = bytes[at]!;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c && byte !== 0x1b) return null;
    if (byte === 0x7f) return null;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, stop - start)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  for (const [kind, shape] of TEXT_SHAPES) if (shape.test(text)) return kind;
  return isLatinText(bytes, start, stop) ? 'text' : null;
}

/** Valid UTF-8 apart from a character that is cut at the end. */
function isLatinText(bytes: Uint8Array, start: number, end: number): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end), { stream: true });
    return true;
  } catch {
    return false;
  }
}

const TEXT_SHAPES: readonly (readonly [string, RegExp])[] = [
  ['intel-hex', /^:[0-9A-Fa-f]{10,}\r?\n/],
  ['s-record', /^S[0-9][0-9A-Fa-f]{6,}\r?\n/],
  ['script', /^#!/],
  ['private-key', /^-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['certificate', /^-----BEGIN CERTIFICATE-----/],
  ['php', /^<\?php/],
  ['svg', /^(?:<\?xml[^>]*>\s*)?<svg/],
  ['html', /^<(?:!doctype\s+html|html|head|body|title|script)\b/i],
  ['xml', /^<(?:\?xml|[A-Za-z][\w:.-]*[\s>/])/],
  ['json', /^(?:\{\s*(?:"|\})|\[\s*(?:[{["\]]|-?\d|true|false|null))/],
];
