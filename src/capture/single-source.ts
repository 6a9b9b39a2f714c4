// Hands out the frames of one file: the reader's own batches, nothing in between.
import type { FileReader } from './file-reader.ts';
import type { CaptureFile, CaptureSource, FrameBatch } from './frames.ts';

export class SingleSource implements CaptureSource {
  readonly files: readonly CaptureFile[];
  readonly #reader: FileReader;
  #beginning: Promise<void> | null = null;

  /** `reader` has begun, or `waitFor` is called. */
  constructor(reader: FileReader) {
    this.#reader = reader;
    this.files = [reader.file];
  }

  /** Holds the first batch back until the reader has begun. */
  waitFor(beginning: Promise<void>): void {
    this.#beginning = beginning;
  }

  inputBytesRead(): number {
    return this.#reader.inputBytesRead;
  }

  inputBytesTotal(): number {
    return this.#reader.inputBytesTotal;
  }

  next(): Promise<FrameBatch | null> | FrameBatch | null {
    if (this.#beginning !== null) {
      const beginning = this.#beginning;
      this.#beginning = null;
      return beginning.then(() => this.next());
    }
    const isRead = this.#reader.read();
    return typeof isRead === 'boolean' ? this.#handOut(isRead) : isRead.then((is) => this.#handOut(is));
  }

  close(): void {
    this.#reader.close();
  }

  #handOut(isRead: boolean): FrameBatch | null {
    if (!isRead) return null;
    const { file, batch, batchBytes } = this.#reader;
    countBatch(file, batch, batchBytes);
    return batch;
  }
}

/** Notes in the account of a file that a batch of it was handed out. */
export function countBatch(file: CaptureFile, batch: FrameBatch, capturedBytes: number): void {
  if (file.frames === 0) file.firstUs = batch.timeUs[0]!;
  file.lastUs = batch.timeUs[batch.count - 1]!;
  file.frames += batch.count;
  file.bytes += capturedBytes;
}
