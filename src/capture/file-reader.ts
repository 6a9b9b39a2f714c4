// Turns one input into batches of frames: one buffer is refilled again and again, and the frames stay where they were
// read. A record that reaches past the end of the buffer is moved to its front and read on.
import { grouped } from '../bytes/text.ts';
import type { ByteInput } from './byte-input.ts';
import { compressionOf, DecompressedInput } from './decompressed-input.ts';
import type { CaptureFile, FrameBatch } from './frames.ts';
import { isPcap, PCAP_HEADER_BYTES, PcapWalker } from './pcap.ts';
import { PCAPNG_MAGIC, PcapngWalker } from './pcapng.ts';
import { emptyBatch, RECORD_BYTES_MAX, type RecordWalker } from './record-walker.ts';
import { frameReference } from '../facts/frame-reference.ts';

/** With its batch it has to leave room in the second cache for all that the stages behind keep at hand: measured. */
export const BUFFER_BYTES = 128 * 1024;
/** Room for the header of a compressed or plain file. */
const BUFFER_BYTES_MIN = 64;
/** Bytes of a usual small record: a buffer rarely holds more records than its size over this. */
const RECORD_BYTES_SMALL = 64;

export class FileReader {
  readonly file: CaptureFile;
  /** The batch that `read` filled last. */
  readonly batch: FrameBatch;
  /** Captured bytes in that batch. */
  batchBytes = 0;
  #input: ByteInput;
  #bytes: Uint8Array;
  #view: DataView;
  /** What is read but not walked yet: bytes[start..end). */
  #start = 0;
  #end = 0;
  /** Offset in the file of the first byte in the buffer. */
  #base = 0;
  #isAtEnd = false;
  #walker: RecordWalker | null = null;
  /** FrameReference of the last frame read. */
  #reference: number;

  /** `index`: which input file this is, for FrameReference. */
  constructor(input: ByteInput, file: CaptureFile, index: number, bufferBytes = BUFFER_BYTES) {
    this.file = file;
    this.#input = input;
    this.#bytes = new Uint8Array(Math.max(bufferBytes, BUFFER_BYTES_MIN));
    this.#view = new DataView(this.#bytes.buffer);
    this.batch = emptyBatch(Math.max(16, Math.floor(bufferBytes / RECORD_BYTES_SMALL)), this.#bytes);
    this.#reference = frameReference(index, 0);
  }

  get inputBytesRead(): number {
    return this.#input.bytesRead;
  }

  get inputBytesTotal(): number {
    return this.#input.bytesTotal;
  }

  /** Unpacks, recognises the format and reads the file header. Gives in plain words why it is no capture, null when it is one. */
  begin(): Promise<string | null> | string | null {
    while (this.#end < PCAP_HEADER_BYTES && !this.#isAtEnd) {
      const filling = this.#fill(PCAP_HEADER_BYTES);
      if (filling !== null) return filling.then(() => this.begin());
    }
    const compression = this.#end >= 4 ? compressionOf(this.#view) : null;
    if (compression === null || this.#input instanceof DecompressedInput) return this.#recognise();
    this.#input = new DecompressedInput(compression, this.#bytes.slice(0, this.#end), this.#input);
    this.#end = 0;
    this.#isAtEnd = false;
    return this.begin();
  }

  /** Fills `batch`; false at the end of the file, or where it is damaged. */
  read(): Promise<boolean> | boolean {
    const result = this.#step();
    return typeof result === 'boolean' ? result : this.#readOn(result);
  }

  async #readOn(filling: Promise<void>): Promise<boolean> {
    for (;;) {
      await filling;
      const result = this.#step();
      if (typeof result === 'boolean') return result;
      filling = result;
    }
  }

  /** What `read` gives, or a promise where bytes have to be waited for first. */
  #step(): boolean | Promise<void> {
    const walker = this.#walker;
    if (walker === null || this.#isDamaged()) return false;
    const batch = this.batch;
    for (;;) {
      this.#start = walker.walk(this.#bytes, this.#view, this.#start, this.#end, batch, this.#reference);
      batch.bytes = this.#bytes;
      this.batchBytes = walker.frameBytes;
      this.#reference += batch.count;
      if (walker.damage !== null) this.#damage(walker.damage);
      if (batch.count > 0) return true;
      if (this.#isDamaged()) return false;
      if (this.#isAtEnd) {
        this.#endOfInput(walker);
        return false;
      }
      const filling = this.#fill(walker.bytesNeeded);
      if (filling !== null) return filling;
    }
  }

  /** The same bytes from their start, for a reader of their own; null where they can be had only once. */
  reopen(): ByteInput | null {
    return this.#input.reopen();
  }

  close(): void {
    this.#walker = null;
    this.#input.close();
    // What was read may hold secrets.
    this.#bytes.fill(0);
  }

  #recognise(): string | null {
    const size = this.#end;
    if (size < PCAP_HEADER_BYTES && this.#input.problem !== null) return this.#input.problem;
    if (size === 0) return 'is empty';
    const isLongEnough = size >= 4;
    if (isLongEnough && compressionOf(this.#view) !== null) return 'is compressed twice';
    if (isLongEnough && this.#view.getUint32(0) === PCAPNG_MAGIC) {
      if (size < PCAP_HEADER_BYTES) return `ends inside its pcapng section header, after ${size} bytes`;
      this.#walker = new PcapngWalker();
      return null;
    }
    if (!isLongEnough || !isPcap(this.#view)) return `is not a capture: it starts with ${opening(this.#bytes, size)}`;
    if (size < PCAP_HEADER_BYTES) return `ends inside its pcap file header, after ${size} bytes`;
    const walker = PcapWalker.fromHeader(this.#view);
    if (typeof walker === 'string') return walker;
    this.#walker = walker;
    this.#start = PCAP_HEADER_BYTES;
    return null;
  }

  /** Reads more behind what is there, so that `needed` bytes from `start` can come together. */
  #fill(needed: number): Promise<void> | null {
    this.#makeRoom(needed);
    const got = this.#input.read(this.#bytes, this.#end, this.#bytes.length - this.#end);
    if (typeof got !== 'number') return got.then((count) => this.#filled(count));
    this.#filled(got);
    return null;
  }

  #filled(count: number): void {
    this.#end += count;
    if (count === 0) this.#isAtEnd = true;
  }

  #makeRoom(needed: number): void {
    const rest = this.#end - this.#start;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(RECORD_BYTES_MAX + 64, Math.max(needed, this.#bytes.length * 2)));
      larger.set(this.#bytes.subarray(this.#start, this.#end));
      this.#bytes.fill(0);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    } else if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#end);
    }
    this.#base += this.#start;
    this.#start = 0;
    this.#end = rest;
  }

  #endOfInput(walker: RecordWalker): void {
    if (this.#input.problem !== null) this.#damage(this.#input.problem);
    else if (this.#end > this.#start) this.#cut(walker);
  }

  #cut(walker: RecordWalker): void {
    const there = this.#end - this.#start;
    const cut = `ends inside a ${walker.recordName}: ${grouped(walker.bytesNeeded)} bytes are needed, ${grouped(there)} are there`;
    this.#damage(cut);
  }

  #isDamaged(): boolean {
    return this.file.damage !== null;
  }

  #damage(message: string): void {
    this.file.damage = { offset: this.#base + this.#start, message };
  }
}

/** The account of a file of which nothing has been handed out. */
export function newFile(path: string): CaptureFile {
  return { path, frames: 0, bytes: 0, firstUs: NaN, lastUs: NaN, damage: null };
}

/** The first bytes for a message: `3c 68 74 6d 6c 3e ("<html>")`. */
function opening(bytes: Uint8Array, size: number): string {
  const first = bytes.subarray(0, Math.min(size, 8));
  const numbers = Array.from(first, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = Array.from(first, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
  return `${numbers} ("${text}")`;
}
