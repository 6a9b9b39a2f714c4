// For the search for secrets: looks for them in the memory of another process, and in a core that the kernel wrote of one.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Planted } from './planted-secrets.ts';

export interface Searched {
  /** What was found, and where. */
  readonly found: string[];
  readonly bytes: number;
}

const CHUNK_BYTES = 4 << 20;
/** ELF-64, little-endian: offset, entry size and count of the program headers. */
const Elf = { magic: 0x46_4c_45_7f, offset: 32, entrySize: 54, count: 56, load: 1 } as const;

/**
 * What of the planted is in memory of the process; null where it cannot be read. Searched is what a core of it would hold
 * (core(5)): all that is writable, and all that comes from no file, whatever its rights, such as compiled code; with
 * `isAll` everything that can be read.
 */
export function searchedMemory(pid: number, planted: readonly Planted[], isAll = false): Searched | null {
  let descriptor: number;
  try {
    descriptor = openSync(`/proc/${pid}/mem`, 'r');
  } catch {
    return null;
  }
  const search = new Search(descriptor, planted);
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').split('\n')) {
      const [, from = '', to = '', rights = '', inode = ''] =
        /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ (\d+)/.exec(line) ?? [];
      const isOwn = rights.startsWith('rw') || (rights.startsWith('r') && inode === '0');
      if (isOwn || (isAll && rights.startsWith('r')))
        search.stretch(Number.parseInt(from, 16), Number.parseInt(to, 16), line);
    }
  } finally {
    closeSync(descriptor);
  }
  return { found: [...search.found], bytes: search.bytes };
}

/** The same in a core of the kernel's (ELF-64 of this machine's byte order, little-endian); null where it is none. */
export function searchedCore(path: string, planted: readonly Planted[]): Searched | null {
  const descriptor = openSync(path, 'r');
  try {
    const header = Buffer.alloc(64);
    readSync(descriptor, header, 0, 64, 0);
    if (header.readUInt32LE(0) !== Elf.magic) return null;
    const search = new Search(descriptor, planted);
    const size = header.readUInt16LE(Elf.entrySize);
    const entry = Buffer.alloc(size);
    for (let index = 0; index < header.readUInt16LE(Elf.count); index++) {
      readSync(descriptor, entry, 0, size, Number(header.readBigUInt64LE(Elf.offset)) + index * size);
      if (entry.readUInt32LE(0) !== Elf.load) continue;
      const from = Number(entry.readBigUInt64LE(8));
      search.stretch(from, from + Number(entry.readBigUInt64LE(32)), `segment ${index}`);
    }
    return { found: [...search.found], bytes: search.bytes };
  } finally {
    closeSync(descriptor);
  }
}

class Search {
  readonly found = new Set<string>();
  bytes = 0;
  readonly #descriptor: number;
  readonly #planted: readonly Planted[];
  readonly #chunk = Buffer.alloc(CHUNK_BYTES);
  readonly #longest: number;

  constructor(descriptor: number, planted: readonly Planted[]) {
    this.#descriptor = descriptor;
    this.#planted = planted;
    this.#longest = Math.max(...planted.map(({ bytes }) => bytes.length));
  }

  /** Chunks overlap, so that nothing lies across their border. */
  stretch(start: number, end: number, where: string): void {
    const chunk = this.#chunk;
    for (let at = start; at < end; at += chunk.length - this.#longest) {
      const count = readOrNothing(this.#descriptor, chunk, Math.min(chunk.length, end - at), at);
      if (count === 0) break;
      this.bytes += at === start ? count : Math.max(0, count - this.#longest);
      const part = chunk.subarray(0, count);
      for (const { name, bytes } of this.#planted) if (part.includes(bytes)) this.found.add(`${name}: ${where}`);
    }
  }
}

function readOrNothing(descriptor: number, chunk: Buffer, size: number, at: number): number {
  try {
    return readSync(descriptor, chunk, 0, size, at);
  } catch {
    // A page that is mapped but not there.
    return 0;
  }
}
