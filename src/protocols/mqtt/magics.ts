// Recognises programs, firmware images, archives and pictures by how they begin.
import { u16be, u16le, u32be, u32le } from '../../bytes/endian.ts';
import { PayloadClass } from './messages.ts';

/** Class of what begins at `start`, -1 where nothing is recognised. `size`: bytes of the whole, `end`: those at hand. */
export function magicClass(bytes: Uint8Array, start: number, end: number, size: number): number {
  if (end - start < 4) return -1;
  const four = u32be(bytes, start);
  const known = fixedClass(four, bytes, start, end);
  if (known >= 0) return known;
  const first = bytes[start]!;
  if (first === 0x23 && bytes[start + 1] === 0x21) return isScript(bytes, start, end) ? PayloadClass.script : -1;
  if (first === 0x4d && bytes[start + 1] === 0x5a)
    return isPortable(bytes, start, end, size) ? PayloadClass.executable : -1;
  if (first === 0x3a) return isIntelHex(bytes, start, end) ? PayloadClass.firmware : -1;
  if (first === 0x53) return isSRecord(bytes, start, end) ? PayloadClass.firmware : -1;
  if (first === 0xe9) return isEspImage(bytes, start, end, size) ? PayloadClass.firmware : -1;
  if (isJffs2(bytes, start, end, size)) return PayloadClass.firmware;
  if (isVectorTable(bytes, start, end, size)) return PayloadClass.firmware;
  return isTape(bytes, start, end) ? PayloadClass.archive : -1;
}

function fixedClass(four: number, bytes: Uint8Array, start: number, end: number): number {
  switch (four) {
    case 0x7f454c46: // ELF: class, data and version
      return end - start >= 7 &&
        isOneOrTwo(bytes[start + 4]!) &&
        isOneOrTwo(bytes[start + 5]!) &&
        bytes[start + 6] === 1
        ? PayloadClass.executable
        : -1;
    case 0xfeedface: // Mach-O
    case 0xfeedfacf:
    case 0xcffaedfe:
    case 0xcefaedfe:
    case 0x0061736d: // WebAssembly
    case 0xcafebabe: // Java class
    case 0x6465780a: // Dalvik
      return PayloadClass.executable;
    case 0x27051956: // U-Boot legacy image
    case 0xd00dfeed: // flattened device tree, the container of FIT images
    case 0x31181006: // UBIFS
    case 0x3db8f396: // MCUboot
      return PayloadClass.firmware;
    case 0x68737173: // SquashFS, little-endian
    case 0x73717368: // … and big-endian
    case 0x55424923: // UBI
    case 0x5546320a: // UF2
    case 0x48445230: // TRX
      return hasControl(bytes, start + 4, end) ? PayloadClass.firmware : -1;
    case 0x414e4452: // ANDROID!
      return end - start >= 8 && u32be(bytes, start + 4) === 0x4f494421 ? PayloadClass.firmware : -1;
    case 0x504b0304: // ZIP
    case 0x504b0506:
    case 0x28b52ffd: // Zstandard
    case 0x04224d18: // LZ4
    case 0x52617221: // RAR
    case 0x377abcaf: // 7z
    case 0xfd377a58: // xz
      return PayloadClass.archive;
    case 0x30373037: // cpio "0707"
      return isCpio(bytes, start, end) ? PayloadClass.archive : -1;
    case 0x89504e47: // PNG
    case 0x47494638: // GIF
      return PayloadClass.image;
    case 0x52494646: // RIFF … WEBP
      return end - start >= 12 && u32be(bytes, start + 8) === 0x57454250 ? PayloadClass.image : -1;
    default:
      return shortClass(four, bytes, start, end);
  }
}

/** What begins with letters is no text: a byte that no text has stands soon behind. */
function hasControl(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < Math.min(end, start + 28); at++) if (bytes[at]! < 9) return true;
  return false;
}

/** cpio, the formats in characters: `070701` or `070702` and thirteen hexadecimal numbers, or `070707` and octal ones. */
function isCpio(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 110 || bytes[start + 4] !== 0x30) return false;
  const kind = bytes[start + 5]! - 0x30;
  if (kind !== 1 && kind !== 2 && kind !== 7) return false;
  const numbersEnd = start + (kind === 7 ? 76 : 110);
  for (let at = start + 6; at < numbersEnd; at++) if (hexDigit(bytes[at]!) < 0) return false;
  return true;
}

function isOneOrTwo(byte: number): boolean {
  return byte === 1 || byte === 2;
}

/** Magic numbers of two or three bytes, with what must stand behind them. */
function shortClass(four: number, bytes: Uint8Array, start: number, end: number): number {
  const three = four >>> 8;
  // gzip with deflate and no reserved flags (RFC 1952, clause 2.3.1).
  if (three === 0x1f8b08) return (four & 0xe0) === 0 ? PayloadClass.archive : -1;
  if (three === 0x425a68) {
    return end - start >= 10 && (four & 0xff) > 0x30 && u32be(bytes, start + 4) === 0x31415926
      ? PayloadClass.archive
      : -1;
  }
  if (three === 0xffd8ff) return PayloadClass.image;
  return -1;
}

/** `#!` and a path. */
function isScript(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start + 2;
  while (at < end && bytes[at] === 0x20) at++;
  return bytes[at] === 0x2f && at < end;
}

/** MZ, and the header it points to (PE/COFF specification, section 3.3), where that is at hand. */
function isPortable(bytes: Uint8Array, start: number, end: number, size: number): boolean {
  if (end - start < 64) return false;
  const header = u32le(bytes, start + 60);
  if (header < 64 || header + 4 > size) return false;
  return start + header + 4 > end || u32be(bytes, start + header) === 0x50450000;
}

/** One whole record with its checksum: `:`, count, address, type, data, checksum. */
function isIntelHex(bytes: Uint8Array, start: number, end: number): boolean {
  const count = hexByte(bytes, start + 1, end);
  if (count < 0 || start + 11 + count * 2 > end) return false;
  const type = hexByte(bytes, start + 7, end);
  let sum = 0;
  for (let index = 0; index < count + 5; index++) {
    const byte = hexByte(bytes, start + 1 + index * 2, end);
    if (byte < 0) return false;
    sum += byte;
  }
  return type <= 5 && (sum & 0xff) === 0;
}

/** One whole Motorola record: `S`, type, count, address, data, checksum. */
function isSRecord(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 10 || bytes[start + 1]! < 0x30 || bytes[start + 1]! > 0x39) return false;
  const count = hexByte(bytes, start + 2, end);
  if (count < 3 || start + 4 + count * 2 > end) return false;
  let sum = count;
  for (let index = 0; index < count; index++) {
    const byte = hexByte(bytes, start + 4 + index * 2, end);
    if (byte < 0) return false;
    sum += byte;
  }
  return (sum & 0xff) === 0xff;
}

function hexByte(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const high = hexDigit(bytes[at]!);
  const low = hexDigit(bytes[at + 1]!);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Espressif application image: segments, flash mode, entry point in the memory of the chip, first segment in the file. */
function isEspImage(bytes: Uint8Array, start: number, end: number, size: number): boolean {
  if (end - start < 16 || size < 256) return false;
  const segments = bytes[start + 1]!;
  const entry = bytes[start + 7]!;
  return segments >= 1 && segments <= 16 && bytes[start + 2]! <= 5 && (entry === 0x40 || entry === 0x42);
}

/** Magic, a node type that exists, and a length (JFFS2 1.0). */
function isJffs2(bytes: Uint8Array, start: number, end: number, size: number): boolean {
  if (end - start < 12 || size < 64) return false;
  const isLittle = u16le(bytes, start) === 0x1985;
  if (!isLittle && u16be(bytes, start) !== 0x1985) return false;
  const type = isLittle ? u16le(bytes, start + 2) : u16be(bytes, start + 2);
  return type === 0xe001 || type === 0xe002 || type === 0x2003 || type === 0x2004 || type === 0x2006;
}

/** Vector table of an ARM Cortex-M: stack in SRAM, reset and the first handlers odd and near each other in flash. */
function isVectorTable(bytes: Uint8Array, start: number, end: number, size: number): boolean {
  if (end - start < 64 || size < 1024) return false;
  const stack = u32le(bytes, start);
  if (stack >>> 24 !== 0x20 || (stack & 3) !== 0) return false;
  const reset = u32le(bytes, start + 4);
  if ((reset & 1) === 0 || reset >>> 24 > 0x10) return false;
  for (let index = 2; index <= 6; index++) {
    const handler = u32le(bytes, start + index * 4);
    if (handler !== 0 && ((handler & 1) === 0 || Math.abs(handler - reset) > 0x20_0000)) return false;
  }
  return u32le(bytes, start + 8) !== 0 && u32le(bytes, start + 12) !== 0;
}

/** A tar archive says so in its 257th byte. */
function isTape(bytes: Uint8Array, start: number, end: number): boolean {
  return end - start >= 262 && u32be(bytes, start + 257) === 0x75737461 && bytes[start + 261] === 0x72;
}
