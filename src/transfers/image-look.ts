// Looks into an image while its pieces pass: how random its bytes are, which versions stand in it, for which processor
// it is, whether private keys or default credentials are inside. Of the content nothing is kept but its beginning, short
// version texts, and the last bytes of a piece, so that what lies across a border is found.
import { printable } from '../bytes/text.ts';

const HEAD_BYTES = 512;
/** Longer than every marker below. */
const CARRY_BYTES = 64;
const VERSIONS_MAX = 8;
/** Bytes of an image that are searched for versions. */
const SEARCHED_BYTES_MAX = 4 << 20;

/** What stands in an image that should not. Only the name is ever told. */
const MARKERS: readonly (readonly [name: string, text: string])[] = [
  ['private key', '-----BEGIN RSA PRIVATE KEY-----'],
  ['private key', '-----BEGIN EC PRIVATE KEY-----'],
  ['private key', '-----BEGIN DSA PRIVATE KEY-----'],
  ['private key', '-----BEGIN PRIVATE KEY-----'],
  ['private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ['password file with a hash', 'root:$1$'],
  ['password file with a hash', 'root:$5$'],
  ['password file with a hash', 'root:$6$'],
  ['default credential', 'admin:admin'],
  ['default credential', 'root:root'],
  ['default credential', 'password=admin'],
];
/** One of these stands in every marker: four searches instead of eleven where nothing is found. */
const ANCHORS = ['PRIVATE KEY-----', 'root:', 'admin:admin', 'password=admin'].map((anchor) => ({
  anchor: Buffer.from(anchor, 'latin1'),
  markers: MARKERS.filter(([, text]) => text.includes(anchor)).map(
    ([name, text]) => [name, Buffer.from(text, 'latin1')] as const,
  ),
}));

const VERSION =
  /(?:[Vv]ersion|[Ff]irmware|U-Boot|Linux version|BusyBox|FW|SW)[ _:=-]{0,3}[vV]?\d{1,5}(?:\.\d{1,6}){1,4}/g;

const POINT = 0x2e;

export interface ImageFindings {
  /** Bits for each byte, 0 to 8: close to 8 is compressed or encrypted. */
  readonly entropy: number;
  readonly versions: readonly string[];
  /** Names of what was found, in a fixed order; never the text. */
  readonly secrets: readonly string[];
  /** `ARM`, `MIPS` …; empty where the beginning does not tell. */
  readonly architecture: string;
}

export class ImageLook {
  /** Of four neighbouring bytes each counts in its own row: equal ones would wait for each other. */
  readonly #counts = new Float64Array(4 * 256);
  readonly #versions = new Set<string>();
  readonly #secrets = new Set<string>();
  #head = Buffer.alloc(0);
  #carry = Buffer.alloc(0);
  #next = 0;

  piece(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end <= this.#next) return;
    if (offset > this.#next) this.#carry = Buffer.alloc(0);
    const fresh = bytes.subarray(Math.max(0, this.#next - offset));
    const start = end - fresh.length;
    countBytes(this.#counts, fresh);
    if (start === this.#head.length && start < HEAD_BYTES) {
      this.#head = Buffer.concat([this.#head, fresh.subarray(0, HEAD_BYTES - start)]);
    }
    // A copy: the piece is borrowed.
    const text = Buffer.concat([this.#carry, fresh]);
    for (const { anchor, markers } of ANCHORS) {
      if (!text.includes(anchor)) continue;
      for (const [name, marker] of markers) if (text.includes(marker)) this.#secrets.add(name);
    }
    if (start < SEARCHED_BYTES_MAX && this.#versions.size < VERSIONS_MAX) this.#searchVersions(text);
    this.#carry = Buffer.from(text.subarray(Math.max(0, text.length - CARRY_BYTES)));
    this.#next = end;
  }

  /** Forgets what it carried. */
  end(): ImageFindings {
    this.#carry.fill(0);
    return {
      entropy: entropyOf(this.#counts),
      versions: [...this.#versions],
      secrets: [...this.#secrets].sort(),
      architecture: architectureOf(this.#head),
    };
  }

  #searchVersions(text: Buffer): void {
    if (!mayHoldVersion(text)) return;
    for (const match of text.toString('latin1').matchAll(VERSION)) {
      // One that ends with the piece may go on in the next, which sees it again.
      if (match.index + match[0].length >= text.length) continue;
      if (this.#versions.size < VERSIONS_MAX) this.#versions.add(match[0].slice(0, CARRY_BYTES));
    }
  }
}

/** A point between two digits stands in every version; a search for it needs no text. */
function mayHoldVersion(bytes: Buffer): boolean {
  for (let at = bytes.indexOf(POINT, 1); at > 0; at = bytes.indexOf(POINT, at + 1)) {
    if (isDigit(bytes[at - 1]!) && isDigit(bytes[at + 1] ?? 0)) return true;
  }
  return false;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function countBytes(counts: Float64Array, bytes: Uint8Array): void {
  const whole = bytes.length - (bytes.length % 4);
  countFours(counts, bytes, whole);
  for (let at = whole; at < bytes.length; at++) counts[bytes[at]!]!++;
}

// A function of its own: machine code made in the middle of this loop has not yet seen what follows it, and would be
// thrown away at its end, each time anew.
function countFours(counts: Float64Array, bytes: Uint8Array, end: number): void {
  for (let at = 0; at < end; at += 4) {
    counts[bytes[at]!]!++;
    counts[256 + bytes[at + 1]!]!++;
    counts[512 + bytes[at + 2]!]!++;
    counts[768 + bytes[at + 3]!]!++;
  }
}

function entropyOf(counts: Float64Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let bits = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte]! + counts[256 + byte]! + counts[512 + byte]! + counts[768 + byte]!;
    if (count > 0) bits -= (count / total) * Math.log2(count / total);
  }
  return Math.round(bits * 1000) / 1000;
}

/** ELF e_machine (System V ABI). */
const ELF_MACHINES: Readonly<Record<number, string>> = {
  2: 'SPARC',
  3: 'x86',
  4: '68000',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC 64',
  40: 'ARM',
  42: 'SuperH',
  62: 'x86-64',
  93: 'ARC',
  94: 'Xtensa',
  183: 'ARM 64',
  243: 'RISC-V',
};
/** ih_arch of a legacy U-Boot image (include/image.h). */
const UBOOT_ARCHITECTURES: Readonly<Record<number, string>> = {
  2: 'ARM',
  3: 'x86',
  5: 'MIPS',
  6: 'MIPS 64',
  7: 'PowerPC',
  9: 'SuperH',
  10: 'SPARC',
  12: '68000',
  15: 'AVR32',
  22: 'ARM 64',
  23: 'ARC',
  24: 'x86-64',
  25: 'Xtensa',
  26: 'RISC-V',
};

/** The processor that the header of an ELF file or of a U-Boot image names; empty where there is none. */
export function architectureOf(head: Buffer): string {
  if (head.length >= 20 && head.readUInt32BE(0) === 0x7f454c46) {
    const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
    return ELF_MACHINES[machine] ?? `ELF machine ${machine}`;
  }
  if (head.length >= 64 && head.readUInt32BE(0) === 0x27051956) {
    return UBOOT_ARCHITECTURES[head[29]!] ?? `U-Boot architecture ${head[29]!}`;
  }
  return '';
}

/** Parts of the header that say what an image is; text of it made safe to show. */
export function headerParts(head: Buffer): readonly (readonly [name: string, value: string])[] {
  if (head.length >= 64 && head.readUInt32BE(0) === 0x27051956) {
    return [
      ['name', printable(head, 32, nameEnd(head, 32, 64))],
      ['data size', String(head.readUInt32BE(12))],
      ['load address', `0x${head.readUInt32BE(16).toString(16)}`],
      ['entry point', `0x${head.readUInt32BE(20).toString(16)}`],
      ['data checksum', `0x${head.readUInt32BE(24).toString(16)}`],
      ['created', new Date(head.readUInt32BE(8) * 1000).toISOString()],
    ];
  }
  if (head.length >= 40 && head.readUInt32BE(0) === 0xd00dfeed) {
    return [
      ['total size', String(head.readUInt32BE(4))],
      ['device tree version', String(head.readUInt32BE(20))],
    ];
  }
  if (head.length >= 48 && head.readUInt32LE(0) === 0x73717368) {
    const compressions = ['', 'gzip', 'lzma', 'lzo', 'xz', 'lz4', 'zstd'];
    return [
      ['squashfs version', `${head.readUInt16LE(28)}.${head.readUInt16LE(30)}`],
      ['compression', compressions[head.readUInt16LE(20)] ?? 'unknown'],
      ['inodes', String(head.readUInt32LE(4))],
      ['bytes used', String(head.readBigUInt64LE(40))],
      ['created', new Date(head.readUInt32LE(8) * 1000).toISOString()],
    ];
  }
  return [];
}

function nameEnd(head: Buffer, start: number, end: number): number {
  const zero = head.indexOf(0, start);
  return zero < 0 || zero > end ? end : zero;
}
