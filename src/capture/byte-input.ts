// Where the bytes of a capture come from: a plain file, a stream such as standard input, or memory. A reader asks for
// bytes to be put into its own buffer; at the end `problem` says whether the end was a natural one.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';

export interface ByteInput {
  /** Puts up to `length` bytes at `at` of `into`; 0 at the end. A promise only where the bytes have to be waited for. */
  read(into: Uint8Array, at: number, length: number): number | Promise<number>;
  /** Why the input ended where it should not have; null while all is well. */
  readonly problem: string | null;
  /** Bytes taken from the outside so far (compressed ones where it is compressed), and in all, -1 where unknown. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  /** A second input over the same bytes from their start; null where they can be had only once, or no more. */
  reopen(): ByteInput | null;
  close(): void;
}

/** A regular file, read in place with blocking calls: the fast way. */
export class FileInput implements ByteInput {
  problem: string | null = null;
  bytesRead = 0;
  readonly bytesTotal: number;
  #descriptor: number;
  readonly #path: string | number;

  /** Throws what `openSync` throws. A descriptor that is already open (standard input) is not closed. */
  constructor(path: string | number) {
    this.#path = path;
    this.#descriptor = typeof path === 'string' ? openSync(path, 'r') : path;
    this.bytesTotal = fstatSync(this.#descriptor).size;
  }

  read(into: Uint8Array, at: number, length: number): number {
    if (this.#descriptor < 0) return 0;
    try {
      const got = readSync(this.#descriptor, into, at, length, null);
      this.bytesRead += got;
      return got;
    } catch (error) {
      this.problem = readProblem(error);
      return 0;
    }
  }

  reopen(): ByteInput | null {
    if (typeof this.#path !== 'string') return null;
    try {
      return new FileInput(this.#path);
    } catch {
      return null;
    }
  }

  close(): void {
    if (typeof this.#path === 'string' && this.#descriptor >= 0) closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
}

/** A pipe or another stream: hands over what has arrived, and waits only when nothing has. */
export class StreamInput implements ByteInput {
  problem: string | null = null;
  bytesRead = 0;
  readonly bytesTotal = -1;
  readonly #stream: Readable;
  #chunk: Uint8Array = new Uint8Array(0);
  #isEnded = false;
  #wake: (() => void) | null = null;

  constructor(stream: Readable) {
    this.#stream = stream;
    stream.on('readable', this.#onEvent);
    stream.on('end', this.#onEnd);
    stream.on('close', this.#onEnd);
    stream.on('error', this.#onError);
  }

  read(into: Uint8Array, at: number, length: number): number | Promise<number> {
    if (this.#chunk.length === 0) {
      const chunk = this.#stream.read() as Uint8Array | null;
      if (chunk === null) return this.#isEnded ? 0 : this.#wait(into, at, length);
      this.#chunk = chunk;
    }
    const taken = Math.min(length, this.#chunk.length);
    into.set(this.#chunk.subarray(0, taken), at);
    this.#chunk = this.#chunk.subarray(taken);
    this.bytesRead += taken;
    return taken;
  }

  reopen(): null {
    return null;
  }

  close(): void {
    this.#isEnded = true;
    this.#stream.off('readable', this.#onEvent);
    this.#stream.destroy();
    this.#onEvent();
  }

  async #wait(into: Uint8Array, at: number, length: number): Promise<number> {
    await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.read(into, at, length);
  }

  readonly #onEvent = (): void => {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  };

  readonly #onEnd = (): void => {
    this.#isEnded = true;
    this.#onEvent();
  };

  readonly #onError = (error: unknown): void => {
    this.problem ??= readProblem(error);
    this.#onEnd();
  };
}

/** Bytes in memory, handed over in pieces of at most `pieceBytes`: for tests and fuzzing. */
export class MemoryInput implements ByteInput {
  readonly problem = null;
  bytesRead = 0;
  readonly bytesTotal: number;
  readonly #bytes: Uint8Array;
  readonly #pieceBytes: number;
  readonly #isReopenable: boolean;

  constructor(bytes: Uint8Array, pieceBytes = Infinity, isReopenable = true) {
    this.#bytes = bytes;
    this.#pieceBytes = pieceBytes;
    this.#isReopenable = isReopenable;
    this.bytesTotal = bytes.length;
  }

  read(into: Uint8Array, at: number, length: number): number {
    const taken = Math.min(length, this.#pieceBytes, this.#bytes.length - this.bytesRead);
    into.set(this.#bytes.subarray(this.bytesRead, this.bytesRead + taken), at);
    this.bytesRead += taken;
    return taken;
  }

  reopen(): ByteInput | null {
    return this.#isReopenable ? new MemoryInput(this.#bytes, this.#pieceBytes) : null;
  }

  close(): void {
    this.bytesRead = this.#bytes.length;
  }
}

function readProblem(error: unknown): string {
  return `cannot be read further: ${error instanceof Error ? error.message : String(error)}`;
}
