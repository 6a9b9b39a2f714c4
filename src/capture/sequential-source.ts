// Hands out the frames of several files one file after the other.
import type { FileReader } from './file-reader.ts';
import type { CaptureFile, CaptureSource, FrameBatch } from './frames.ts';

export class SequentialSource implements CaptureSource {
  readonly files: readonly CaptureFile[];
  readonly #readers: readonly FileReader[];
  #current = 0;

  constructor(readers: readonly FileReader[]) {
    this.#readers = readers;
    this.files = readers.map((reader) => reader.file);
  }

  inputBytesRead(): number {
    return this.#readers.reduce((sum, reader) => sum + reader.inputBytesRead, 0);
  }

  inputBytesTotal(): number {
    if (this.#readers.some((reader) => reader.inputBytesTotal < 0)) return -1;
    return this.#readers.reduce((sum, reader) => sum + reader.inputBytesTotal, 0);
  }

  next(): Promise<FrameBatch | null> | FrameBatch | null {
    for (;;) {
      const reader = this.#readers[this.#current];
      if (reader === undefined) return null;
      const isRead = reader.read();
      if (typeof isRead !== 'boolean') return isRead.then((is) => this.#handOut(reader, is) ?? this.next());
      const batch = this.#handOut(reader, isRead);
      if (batch !== null) return batch;
    }
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
  }

  #handOut(reader: FileReader, isRead: boolean): FrameBatch | null {
    if (!isRead) {
      this.#current++;
      reader.close();
      return null;
    }
    const { file, batch } = reader;
    if (file.frames === 0) file.firstUs = batch.timeUs[0]!;
    file.lastUs = batch.timeUs[batch.count - 1]!;
    file.frames += batch.count;
    file.bytes += reader.batchBytes;
    return batch;
  }
}
