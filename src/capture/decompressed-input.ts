// Turns a gzip or zstd input into the bytes it holds, a bounded piece at a time. Where the compressed data is damaged,
// everything before the damage still comes out, and then `problem` says what was wrong.
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { ByteInput } from './byte-input.ts';

export type Compression = 'gzip' | 'zstd';

/** Compressed bytes given to the decompressor at a time; fewer where they can be had only once, see below. */
const PIECE_BYTES = 32 * 1024;
const PIECE_BYTES_ONCE = 16 * 1024;
/** A piece that failed is given again in pieces of so many bytes, and the one of them that fails byte by byte. */
const FINE_PIECE_BYTES = 512;
/** The most that is handed over at a time. */
const OUTPUT_BYTES = 128 * 1024;

const ZSTD_MAGIC = 0xfd2fb528;
/** Frames to be skipped, which some compressors put first: sixteen magics that differ in four bits. */
const ZSTD_SKIPPABLE_MAGIC = 0x184d2a50;

/** What the first (at least four) bytes of a file say of its compression; null for none that is known. */
export function compressionOf(view: DataView): Compression | null {
  const magic = view.getUint32(0, true);
  // RFC 1952 §2.3.1: the two magic bytes, then the only method there is.
  if ((magic & 0xffffff) === 0x088b1f) return 'gzip';
  return magic === ZSTD_MAGIC || (magic & 0xfffffff0) >>> 0 === ZSTD_SKIPPABLE_MAGIC ? 'zstd' : null;
}

/**
 * A decompressor fails as a whole call: what it had made of that call's input before the bad byte is lost. So another
 * one is brought to where the failing piece began (from a reopened input, or, where the input can be had only once, by
 * letting it follow a piece behind), and gets that piece again in smaller ones, down to single bytes.
 */
export class DecompressedInput implements ByteInput {
  problem: string | null = null;
  readonly #compression: Compression;
  readonly #source: ByteInput;
  #main: Decompressor;
  /** Follows a piece behind; null where the source can be reopened instead, and when it has become the main one. */
  #follower: Decompressor | null;
  readonly #isReopenable: boolean;
  #output: Uint8Array = NOTHING;
  /** Bytes given to the reader, and bytes that the main decompressor made: fewer while it repeats a failed piece. */
  #handedOut = 0;
  #made = 0;
  /** The piece that is being decompressed, where it starts in the compressed input, and what was made before it. */
  #piece: Uint8Array = NOTHING;
  #pieceAt = 0;
  #madeBeforePiece = 0;
  readonly #pieceBuffer: Uint8Array;
  /** Bytes that were taken from the source before, and not decompressed yet. */
  #first: Uint8Array;
  /** What is still to be repeated of a failed piece, and in how small pieces; null while nothing has failed. */
  #repeat: { rest: Uint8Array; readonly stepBytes: number } | null = null;
  /** What the decompressor said when it first failed. */
  #failure: string | null = null;

  /** `first` are the bytes that were already taken from the source. */
  constructor(compression: Compression, first: Uint8Array, source: ByteInput) {
    this.#compression = compression;
    this.#source = source;
    this.#main = new Decompressor(compression);
    const again = source.reopen();
    again?.close();
    this.#isReopenable = again !== null;
    this.#follower = this.#isReopenable ? null : new Decompressor(compression);
    this.#pieceBuffer = new Uint8Array(this.#isReopenable ? PIECE_BYTES : PIECE_BYTES_ONCE);
    this.#first = first;
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  get bytesTotal(): number {
    return this.#source.bytesTotal;
  }

  reopen(): ByteInput | null {
    const source = this.#source.reopen();
    return source === null ? null : new DecompressedInput(this.#compression, NOTHING, source);
  }

  read(into: Uint8Array, at: number, length: number): number | Promise<number> {
    return this.#output.length > 0 ? this.#take(into, at, length) : this.#readMore(into, at, length);
  }

  close(): void {
    this.#main.close();
    this.#follower?.close();
    this.#source.close();
  }

  #take(into: Uint8Array, at: number, length: number): number {
    const taken = Math.min(length, this.#output.length);
    into.set(this.#output.subarray(0, taken), at);
    this.#output = this.#output.subarray(taken);
    return taken;
  }

  async #readMore(into: Uint8Array, at: number, length: number): Promise<number> {
    for (;;) {
      const output = this.#main.take();
      if (output !== null) {
        this.#made += output.length;
        const isNew = Math.max(0, this.#made - this.#handedOut);
        this.#output = output.subarray(Math.max(0, output.length - isNew));
        this.#handedOut += this.#output.length;
        if (this.#output.length > 0) return this.#take(into, at, length);
      } else if (this.#main.state === 'ended') {
        return 0;
      } else if (this.#main.state === 'failed') {
        if (this.#piece.length <= 1) return this.#fail();
        await this.#repeatPiece();
      } else if (this.#main.state === 'waiting') {
        if (!(await this.#feedNext())) return this.#fail();
      } else {
        await this.#main.news();
      }
    }
  }

  /** False where a failed piece was repeated and there is no more of it. */
  async #feedNext(): Promise<boolean> {
    this.#pieceAt += this.#piece.length;
    this.#madeBeforePiece = this.#made;
    if (this.#repeat !== null) {
      this.#piece = this.#repeat.rest.subarray(0, this.#repeat.stepBytes);
      this.#repeat.rest = this.#repeat.rest.subarray(this.#repeat.stepBytes);
      if (this.#piece.length === 0) return false;
      this.#main.feed(this.#piece);
      return true;
    }
    if (this.#follower !== null && this.#piece.length > 0) await this.#follower.run(this.#piece);
    this.#piece = await this.#nextPiece();
    if (this.#piece.length > 0) this.#main.feed(this.#piece);
    else this.#main.finish();
    return true;
  }

  async #nextPiece(): Promise<Uint8Array> {
    const pieceBytes = this.#pieceBuffer.length;
    if (this.#first.length > 0) {
      const piece = this.#first.subarray(0, pieceBytes);
      this.#first = this.#first.subarray(pieceBytes);
      return piece;
    }
    return this.#pieceBuffer.subarray(0, await this.#source.read(this.#pieceBuffer, 0, pieceBytes));
  }

  async #repeatPiece(): Promise<void> {
    const failed = this.#main;
    this.#failure ??= failed.failure;
    this.#main = this.#follower ?? (await this.#replay());
    this.#follower = null;
    failed.close();
    const isFine = !this.#isReopenable || this.#piece.length <= FINE_PIECE_BYTES;
    this.#repeat = { rest: this.#piece, stepBytes: isFine ? 1 : FINE_PIECE_BYTES };
    this.#piece = NOTHING;
    this.#made = this.#madeBeforePiece;
  }

  /** A decompressor that has had everything before the failing piece. */
  async #replay(): Promise<Decompressor> {
    const decompressor = new Decompressor(this.#compression);
    const source = this.#source.reopen();
    if (source === null) return decompressor;
    const piece = new Uint8Array(PIECE_BYTES);
    let left = this.#pieceAt;
    while (left > 0) {
      const count = await source.read(piece, 0, Math.min(left, PIECE_BYTES));
      if (count === 0) break;
      await decompressor.run(piece.subarray(0, count));
      left -= count;
    }
    source.close();
    return decompressor;
  }

  #fail(): number {
    // The word of the last one, which failed at a single byte, does not depend on the pieces; junk makes only the first fail.
    const reason = this.#main.failure ?? this.#failure ?? 'it cannot be read';
    // At the end of the input an empty piece was given; nothing can be wrong with it but that more was expected.
    const isCut = this.#piece.length === 0 && this.#repeat === null;
    this.problem ??=
      this.#source.problem ??
      (isCut ? `the ${this.#compression} data ends too early` : `the ${this.#compression} data is damaged: ${reason}`);
    return 0;
  }
}

const NOTHING = new Uint8Array(0);

/** One of zlib's streams, driven a piece at a time. */
class Decompressor {
  state: 'busy' | 'waiting' | 'ended' | 'failed' = 'waiting';
  failure: string | null = null;
  readonly #stream: Transform;
  #hasNews = false;
  #wake: (() => void) | null = null;

  constructor(compression: Compression) {
    // A high-water mark of one byte: no more is made before what there is was taken, so that a failure loses nothing
    // that was handed over, and a small input cannot grow into a large queue.
    const options = { chunkSize: OUTPUT_BYTES, readableHighWaterMark: 1 };
    // For gzip that option would refuse a second member; gunzip tells junk from a member by itself.
    this.#stream =
      compression === 'gzip'
        ? createGunzip(options)
        : createZstdDecompress({ ...options, rejectGarbageAfterEnd: true });
    this.#stream.on('readable', this.#onNews);
    this.#stream.on('end', () => this.#become('ended'));
    this.#stream.on('error', (error) => {
      this.failure = error.message;
      this.#become('failed');
    });
  }

  /** Gives it the next piece; to be left alone until the state is `waiting` again. */
  feed(piece: Uint8Array): void {
    this.state = 'busy';
    this.#stream.write(piece, (error) => {
      if (error === null || error === undefined) this.#become('waiting');
    });
  }

  /** No more pieces will come: it ends, or fails because it needs more. */
  finish(): void {
    this.state = 'busy';
    this.#stream.end();
  }

  /** What it has made; null for nothing at the moment. */
  take(): Uint8Array | null {
    return this.#stream.read() as Uint8Array | null;
  }

  /** Waits until something may have changed. */
  async news(): Promise<void> {
    if (!this.#hasNews) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#hasNews = false;
  }

  /** Takes a piece and throws away what comes out. */
  async run(piece: Uint8Array): Promise<void> {
    if (this.state !== 'waiting') return;
    this.feed(piece);
    while (this.take() !== null || this.#isBusy()) if (this.#isBusy()) await this.news();
  }

  close(): void {
    this.#stream.destroy();
    this.#become('ended');
  }

  #isBusy(): boolean {
    return this.state === 'busy';
  }

  #become(state: 'waiting' | 'ended' | 'failed'): void {
    if (this.state === 'busy' || this.state === 'waiting') this.state = state;
    this.#onNews();
  }

  readonly #onNews = (): void => {
    this.#hasNews = true;
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  };
}
