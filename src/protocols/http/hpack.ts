// Reads the field blocks of one direction of an HTTP/2 connection (RFC 7541): names and values from the static table, from
// the one that both sides build as they go, or as they are.
import { huffmanText } from './huffman.ts';
import { ascii } from './messages.ts';

/** RFC 7541, appendix A; the number of an entry is its place, from 1 on. */
const STATIC: readonly (readonly [name: string, value: string])[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  ...['200', '204', '206', '304', '400', '404', '500'].map((status) => [':status', status] as const),
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ...['accept-language', 'accept-ranges', 'accept', 'access-control-allow-origin', 'age', 'allow'].map(nameOnly),
  ...['authorization', 'cache-control', 'content-disposition', 'content-encoding', 'content-language'].map(nameOnly),
  ...['content-length', 'content-location', 'content-range', 'content-type', 'cookie', 'date', 'etag'].map(nameOnly),
  ...['expect', 'expires', 'from', 'host', 'if-match', 'if-modified-since', 'if-none-match', 'if-range'].map(nameOnly),
  ...['if-unmodified-since', 'last-modified', 'link', 'location', 'max-forwards'].map(nameOnly),
  ...['proxy-authenticate', 'proxy-authorization', 'range', 'referer', 'refresh', 'retry-after'].map(nameOnly),
  ...['server', 'set-cookie', 'strict-transport-security', 'transfer-encoding', 'user-agent'].map(nameOnly),
  ...['vary', 'via', 'www-authenticate'].map(nameOnly),
];

/** What a table counts for an entry beside its bytes (clause 4.1). */
const ENTRY_BYTES = 32;
const TABLE_BYTES_USUAL = 4096;
/** Who agrees on a larger table is not followed. */
const TABLE_BYTES_MAX = 65_536;
/** Of all tables of an analysis, counted as memory: an entry takes far more of it than the 32 bytes that the wire counts. */
const TABLES_BYTES_MAX = 32 << 20;
const ENTRY_MEMORY_BYTES = 500;
/** Fields of one block with their names. */
const BLOCK_BYTES_MAX = 65_536;
const NUMBER_MAX = 1 << 24;
/** Their values are not kept for a later block: those are secrets. */
const SECRET = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie'].map(ascii);

interface Entry {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
  /** As the other side counts it: also of a value that is not kept. */
  readonly size: number;
}

const STATIC_ENTRIES: readonly Entry[] = STATIC.map(([name, value]) => ({
  name: ascii(name),
  value: ascii(value),
  size: name.length + value.length + ENTRY_BYTES,
}));

/** One field; borrowed until the call returns. */
export type FieldHeard = (bytes: Uint8Array, name: number, nameEnd: number, value: number, valueEnd: number) => void;

/** The tables of all connections: where they are too large together, that goes which was not read for the longest time. */
export class FieldTables {
  readonly #bytesMax: number;
  #bytes = 0;
  /** Those with entries; the one that was read last is the last. */
  readonly #used = new Set<FieldBlocks>();

  constructor(bytesMax = TABLES_BYTES_MAX) {
    this.#bytesMax = bytesMax;
  }

  /** `bytes`: more than before, or fewer. */
  changed(table: FieldBlocks, bytes: number): void {
    this.#bytes += bytes;
    this.#used.delete(table);
    if (table.count > 0) this.#used.add(table);
    while (this.#bytes > this.#bytesMax)
      for (const oldest of this.#used) {
        oldest.giveUp();
        break;
      }
  }
}

export class FieldBlocks {
  /** It made room for others: what stood in it cannot be known any more. */
  isGivenUp = false;
  readonly #tables: FieldTables;
  /** The newest first. */
  readonly #entries: Entry[] = [];
  #size = 0;
  #sizeMax = TABLE_BYTES_USUAL;
  /** Of the block that is being read: what stands next. */
  #at = 0;
  #isBroken = false;
  readonly #text: Uint8Array;
  #textEnd = 0;

  /** `scratch`: for the texts of a block, borrowed while it is read; may be shared by all. */
  constructor(scratch: Uint8Array = new Uint8Array(BLOCK_BYTES_MAX), tables = new FieldTables()) {
    this.#text = scratch;
    this.#tables = tables;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** Hands over the fields of a whole block; false where it is none: then no later one can be read. */
  read(bytes: Uint8Array, start: number, end: number, heard: FieldHeard): boolean {
    this.#begin(start);
    while (this.#at < end && !this.#isBroken) this.#field(bytes, end, heard);
    this.#text.fill(0, 0, this.#textEnd);
    return !this.#isBroken;
  }

  giveUp(): void {
    this.isGivenUp = true;
    this.#resize(0);
  }

  #begin(start: number): void {
    this.#at = start;
    this.#isBroken = false;
    this.#textEnd = 0;
  }

  /** The connection is over: nothing of what was said stays. */
  forget(): void {
    this.#resize(0);
  }

  /** Clause 6: the first bits tell what it is. */
  #field(bytes: Uint8Array, end: number, heard: FieldHeard): void {
    const first = bytes[this.#at]!;
    if (first >= 0x80) {
      const entry = this.#entry(this.#number(bytes, end, 7));
      if (entry === null) return;
      const name = this.#put(entry.name);
      const value = this.#put(entry.value);
      if (!this.#isBroken) heard(this.#text, name, value, value, this.#textEnd);
      return;
    }
    if (first >= 0x20 && first < 0x40) {
      const size = this.#number(bytes, end, 5);
      if (size < 0 || size > TABLE_BYTES_MAX) this.#isBroken = true;
      else this.#resize((this.#sizeMax = size));
      return;
    }
    const isKept = first >= 0x40;
    const index = this.#number(bytes, end, isKept ? 6 : 4);
    const name = this.#textEnd;
    if (index === 0) this.#literal(bytes, end);
    else {
      const entry = this.#entry(index);
      if (entry !== null) this.#put(entry.name);
    }
    const value = this.#textEnd;
    this.#literal(bytes, end);
    if (this.#isBroken) return;
    heard(this.#text, name, value, value, this.#textEnd);
    if (isKept) this.#keep(name, value);
  }

  /** Clause 5.1; -1 and broken where it does not end or is too large. */
  #number(bytes: Uint8Array, end: number, bits: number): number {
    const most = (1 << bits) - 1;
    let value = bytes[this.#at++]! & most;
    if (value < most) return value;
    for (let shift = 0; this.#at < end && shift <= 21; shift += 7) {
      const byte = bytes[this.#at++]!;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) {
        if (value <= NUMBER_MAX) return value;
        break;
      }
    }
    this.#isBroken = true;
    return -1;
  }

  #entry(index: number): Entry | null {
    const entry = STATIC_ENTRIES[index - 1] ?? this.#entries[index - 1 - STATIC_ENTRIES.length];
    if (entry === undefined) this.#isBroken = true;
    return this.#isBroken ? null : entry!;
  }

  /** Clause 5.2. */
  #literal(bytes: Uint8Array, end: number): void {
    if (this.#isBroken || this.#at >= end) {
      this.#isBroken = true;
      return;
    }
    const isCoded = bytes[this.#at]! >= 0x80;
    const size = this.#number(bytes, end, 7);
    const from = this.#at;
    if (size < 0 || size > end - from) {
      this.#isBroken = true;
      return;
    }
    this.#at = from + size;
    if (!isCoded) {
      this.#put(bytes.subarray(from, from + size));
      return;
    }
    const stop = huffmanText(bytes, from, from + size, this.#text, this.#textEnd);
    if (stop < 0) this.#isBroken = true;
    else this.#textEnd = stop;
  }

  /** Copies to the texts; where it stands there. */
  #put(text: Uint8Array): number {
    const at = this.#textEnd;
    if (at + text.length > this.#text.length) this.#isBroken = true;
    else {
      this.#text.set(text, at);
      this.#textEnd = at + text.length;
    }
    return at;
  }

  #keep(nameAt: number, valueAt: number): void {
    const size = this.#textEnd - nameAt + ENTRY_BYTES;
    this.#resize(Math.max(0, this.#sizeMax - size));
    // Clause 4.4: what has no room at all empties the table.
    if (size > this.#sizeMax) return;
    const name = this.#text.slice(nameAt, valueAt);
    const isSecret = SECRET.some((each) => isSame(each, name));
    const value = isSecret ? NO_BYTES : keptBytes(this.#text, valueAt, this.#textEnd);
    this.#entries.unshift({ name, value, size });
    this.#size += size;
    this.#tables.changed(this, memoryOf(size));
  }

  /** The oldest go until no more than `bytes` are left. */
  #resize(bytes: number): void {
    let freed = 0;
    while (this.#size > bytes) {
      const oldest = this.#entries.pop()!;
      this.#size -= oldest.size;
      freed += memoryOf(oldest.size);
      oldest.value.fill(0);
    }
    if (freed > 0) this.#tables.changed(this, -freed);
  }
}

function memoryOf(size: number): number {
  return size + ENTRY_MEMORY_BYTES;
}

const NO_BYTES = new Uint8Array(0);

/** Of the heap's own small arrays the collector leaves copies behind; a value may hold a secret (the query of a path). */
function keptBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const kept = new Uint8Array(new ArrayBuffer(end - start));
  kept.set(bytes.subarray(start, end));
  return kept;
}

function nameOnly(name: string): readonly [string, string] {
  return [name, ''];
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
