// Writes frames with comments as a pcapng file (draft-ietf-opsawg-pcapng): little-endian, one section, times in
// microseconds. For evidence: synchronous, and readable only by who runs the program.
import { closeSync, openSync, writeSync } from 'node:fs';

const BUFFER_BYTES = 64 * 1024;
/** An option's length has 16 bits; a comment is cut well before. */
const COMMENT_BYTES_MAX = 32 * 1024;
const SECTION_LENGTH_UNKNOWN = 0xffffffff;
const OPTION_COMMENT = 1;
const OPTION_APPLICATION = 4;
const OPTION_TIME_RESOLUTION = 9;
const MICROSECONDS = 6;
const TWO_32 = 0x1_0000_0000;

export class PcapngWriter {
  readonly #descriptor: number;
  #bytes = new Uint8Array(BUFFER_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;
  /** Interface index by link type. */
  readonly #interfaces = new Map<number, number>();

  /** Makes the file, mode 0600, and fails where one of that name is there already. */
  constructor(path: string, options: { readonly application: string }) {
    this.#descriptor = openSync(path, 'wx', 0o600);
    const block = this.#begin(0x0a0d0d0a, 64 + options.application.length * 4);
    this.#u32(0x1a2b3c4d);
    this.#u16(1);
    this.#u16(0);
    this.#u32(SECTION_LENGTH_UNKNOWN);
    this.#u32(SECTION_LENGTH_UNKNOWN);
    this.#option(OPTION_APPLICATION, utf8(options.application));
    this.#endOfOptions();
    this.#finish(block);
  }

  /** Index of the interface with this link type, described on first use. */
  interface(linkType: number): number {
    const known = this.#interfaces.get(linkType);
    if (known !== undefined) return known;
    const block = this.#begin(1, 64);
    this.#u16(linkType);
    this.#u16(0);
    this.#u32(0);
    this.#option(OPTION_TIME_RESOLUTION, Uint8Array.of(MICROSECONDS));
    this.#endOfOptions();
    this.#finish(block);
    const index = this.#interfaces.size;
    this.#interfaces.set(linkType, index);
    return index;
  }

  /** Appends bytes[start..end) as one frame. */
  frame(
    interfaceIndex: number,
    timeUs: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
    comment?: string,
  ): void {
    const captured = end - start;
    const remark = comment === undefined || comment === '' ? null : utf8(comment);
    const block = this.#begin(6, 64 + captured + (remark?.length ?? 0));
    this.#u32(interfaceIndex);
    this.#u32(Math.floor(timeUs / TWO_32));
    this.#u32(timeUs % TWO_32);
    this.#u32(captured);
    this.#u32(originalLength);
    this.#bytes.set(bytes.subarray(start, end), this.#end);
    this.#end += captured;
    this.#pad();
    if (remark !== null) {
      this.#option(OPTION_COMMENT, remark);
      this.#endOfOptions();
    }
    this.#finish(block);
  }

  close(): void {
    this.#flush();
    closeSync(this.#descriptor);
  }

  /** Starts a block of at most `bytesMax` bytes; gives where. */
  #begin(type: number, bytesMax: number): number {
    if (this.#end + bytesMax > this.#bytes.length) this.#flush();
    if (bytesMax > this.#bytes.length) {
      this.#bytes = new Uint8Array(bytesMax);
      this.#view = new DataView(this.#bytes.buffer);
    }
    const block = this.#end;
    this.#u32(type);
    this.#u32(0);
    return block;
  }

  #finish(block: number): void {
    const length = this.#end + 4 - block;
    this.#u32(length);
    this.#view.setUint32(block + 4, length, true);
  }

  #option(code: number, value: Uint8Array): void {
    this.#u16(code);
    this.#u16(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
    this.#pad();
  }

  #endOfOptions(): void {
    this.#u32(0);
  }

  #pad(): void {
    while ((this.#end & 3) !== 0) this.#bytes[this.#end++] = 0;
  }

  #u16(value: number): void {
    this.#view.setUint16(this.#end, value, true);
    this.#end += 2;
  }

  #u32(value: number): void {
    this.#view.setUint32(this.#end, value, true);
    this.#end += 4;
  }

  #flush(): void {
    for (let at = 0; at < this.#end;) at += writeSync(this.#descriptor, this.#bytes, at, this.#end - at);
    this.#end = 0;
  }
}

/** Cut to what an option can hold, between two characters. */
function utf8(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.min(COMMENT_BYTES_MAX, text.length * 3));
  return bytes.subarray(0, new TextEncoder().encodeInto(text, bytes).written);
}
