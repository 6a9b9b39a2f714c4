// Numbers for objects that have only a name (tags, topics, properties): dense per (server, unit, space), so that the
// tables that learn about numbered points serve named ones too.
import { grown } from '../bytes/grown.ts';
import { NAMED_FIRST } from '../facts/operation.ts';
import { WordIndex } from './word-index.ts';

/** Names kept, and their bytes; an object beyond it has no number, and nothing is learned of it. */
export const NAMES_MAX = 262_144;
export const NAME_BYTES_MAX = 16 * 1024 * 1024;
/** A longer name is told by its beginning, its hash and its length. */
export const NAME_LENGTH_MAX = 256;
/** Names of one hash that are told apart by their bytes. */
const SAME_HASH_MAX = 8;

export interface SavedName {
  readonly server: number;
  readonly unit: number;
  /** Protocol and space as `spaceWord` has it. */
  readonly space: number;
  readonly number: number;
  readonly bytes: Uint8Array;
}

export class NameTable {
  overflowed = 0;
  private readonly owners = new WordIndex(3, NAMES_MAX);
  private readonly names = new WordIndex(3, NAMES_MAX);
  /** By name row: where its bytes start, how many are kept, its number. */
  private starts = new Int32Array(256);
  private lengths = new Int32Array(256);
  private numbers = new Int32Array(256);
  /** By owner row: names it has. */
  private counts = new Int32Array(256);
  private bytes = new Uint8Array(4096);
  private bytesUsed = 0;

  get count(): number {
    return this.names.count;
  }

  /** The number of a name, made when new; -1 where there is no room or no name. `space` as `spaceWord` has it. */
  numberOf(server: number, unit: number, space: number, bytes: Uint8Array, start: number, end: number): number {
    if (end <= start) return -1;
    const owner = this.owners.findOrInsert(server, unit, space, 0);
    if (owner === 0) {
      this.overflowed++;
      return -1;
    }
    let hash = hashOf(bytes, start, end);
    for (let tries = 0; tries < SAME_HASH_MAX; tries++, hash = (hash + 0x9e37_79b1) | 0) {
      const known = this.names.find(owner, hash, end - start, 0);
      if (known === 0) return this.insert(owner, hash, bytes, start, end, -1);
      if (this.isSame(known, bytes, start, end)) return this.numbers[known]!;
    }
    this.overflowed++;
    return -1;
  }

  /** Puts back a name with the number it had. */
  restore(server: number, unit: number, space: number, number: number, bytes: Uint8Array): void {
    const owner = this.owners.findOrInsert(server, unit, space, 0);
    if (owner === 0 || bytes.length === 0) return;
    this.insert(owner, hashOf(bytes, 0, bytes.length), bytes, 0, bytes.length, number);
  }

  /** In the order in which they came. */
  *all(): Generator<SavedName> {
    for (let row = 1; row <= this.names.count; row++) {
      const owner = this.names.word(row, 0);
      const start = this.starts[row]!;
      yield {
        server: this.owners.word(owner, 0),
        unit: this.owners.word(owner, 1),
        space: this.owners.word(owner, 2),
        number: this.numbers[row]!,
        bytes: this.bytes.slice(start, start + this.lengths[row]!),
      };
    }
  }

  private insert(
    owner: number,
    hash: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    givenNumber: number,
  ): number {
    const kept = Math.min(end - start, NAME_LENGTH_MAX);
    if (this.bytesUsed + kept > NAME_BYTES_MAX) {
      this.overflowed++;
      return -1;
    }
    const row = this.names.findOrInsert(owner, hash, end - start, 0);
    if (row === 0) {
      this.overflowed++;
      return -1;
    }
    if (row >= this.starts.length) {
      this.starts = grown(this.starts, row * 2);
      this.lengths = grown(this.lengths, row * 2);
      this.numbers = grown(this.numbers, row * 2);
    }
    if (owner >= this.counts.length) this.counts = grown(this.counts, owner * 2);
    if (this.bytesUsed + kept > this.bytes.length) {
      const room = Math.min(NAME_BYTES_MAX, Math.max(this.bytes.length * 2, this.bytesUsed + kept));
      this.bytes = grown(this.bytes, room);
    }
    const number = givenNumber >= 0 ? givenNumber : NAMED_FIRST + this.counts[owner]!;
    this.counts[owner] = Math.max(this.counts[owner]!, number - NAMED_FIRST + 1);
    this.numbers[row] = number;
    this.starts[row] = this.bytesUsed;
    this.lengths[row] = kept;
    for (let at = 0; at < kept; at++) this.bytes[this.bytesUsed + at] = bytes[start + at]!;
    this.bytesUsed += kept;
    return number;
  }

  private isSame(row: number, bytes: Uint8Array, start: number, end: number): boolean {
    const kept = this.lengths[row]!;
    const from = this.starts[row]!;
    if (kept !== Math.min(end - start, NAME_LENGTH_MAX)) return false;
    for (let at = 0; at < kept; at++) if (this.bytes[from + at] !== bytes[start + at]) return false;
    return true;
  }
}

/** FNV-1a over all bytes. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c_9dc5;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x0100_0193);
  return hash | 0;
}

/** A name as text that holds no space and no quote, and from which its bytes can be had again: others as %HH. */
export function nameText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const isPlain = byte > 0x20 && byte < 0x7f && byte !== 0x25 && byte !== 0x22;
    text += isPlain ? String.fromCharCode(byte) : `%${(byte + 256).toString(16).slice(1)}`;
  }
  return text;
}

/** The bytes of a name written by `nameText`; null where it is not one. */
export function nameBytes(text: string): Uint8Array | null {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x25) {
      const byte = Number.parseInt(text.slice(at + 1, at + 3), 16);
      if (!/^[0-9a-f]{2}$/i.test(text.slice(at + 1, at + 3))) return null;
      bytes.push(byte);
      at += 2;
    } else if (code > 0x20 && code < 0x7f && code !== 0x22) bytes.push(code);
    else return null;
  }
  return Uint8Array.from(bytes);
}
