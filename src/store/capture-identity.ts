// Gives each input of an analysis its identity: SHA-256 over time, length and bytes of its frames. A copy, a compressed
// one or the same frames on standard input have the same.
import { createHash, type Hash } from 'node:crypto';
import type { CaptureSource, FrameBatch } from '../capture/frames.ts';
import { fileOf } from '../facts/frame-reference.ts';

const HEADER_SIZE = 20;
/** Kept for each input: there may be thousands. */
const BLOCK_SIZE = 1 << 15;

interface Pending {
  readonly hash: Hash;
  readonly block: Uint8Array;
  readonly view: DataView;
  used: number;
}

export class CaptureIdentities {
  readonly #byFile = new Map<number, Pending>();

  add(batch: FrameBatch): void {
    const { bytes, offset, capturedLength, originalLength, timeUs, linkType, frame } = batch;
    for (let index = 0; index < batch.count; index++) {
      const pending = this.#pending(fileOf(frame[index]!));
      const size = capturedLength[index]!;
      if (pending.used + HEADER_SIZE + size > BLOCK_SIZE) flush(pending);
      const { view, block } = pending;
      view.setFloat64(pending.used, timeUs[index]!);
      view.setUint32(pending.used + 8, originalLength[index]!);
      view.setUint32(pending.used + 12, size);
      view.setUint32(pending.used + 16, linkType[index]!);
      pending.used += HEADER_SIZE;
      const start = offset[index]!;
      const frameBytes = bytes.subarray(start, start + size);
      if (pending.used + size > BLOCK_SIZE) {
        flush(pending);
        pending.hash.update(frameBytes);
      } else {
        block.set(frameBytes, pending.used);
        pending.used += size;
      }
    }
  }

  /** By index of the input; inputs without a frame have none. Called once, at the end. */
  finish(): Map<number, string> {
    const identities = new Map<number, string>();
    for (const [file, pending] of this.#byFile) {
      flush(pending);
      // What was read may hold secrets.
      pending.block.fill(0);
      identities.set(file, pending.hash.digest('hex'));
    }
    return identities;
  }

  #pending(file: number): Pending {
    let pending = this.#byFile.get(file);
    if (pending === undefined) {
      const block = new Uint8Array(BLOCK_SIZE);
      pending = { hash: createHash('sha256'), block, view: new DataView(block.buffer), used: 0 };
      this.#byFile.set(file, pending);
    }
    return pending;
  }
}

function flush(pending: Pending): void {
  pending.hash.update(pending.block.subarray(0, pending.used));
  pending.used = 0;
}

/** The same source; each batch is heard before it is handed on. */
export function identifiedSource(source: CaptureSource, identities: CaptureIdentities): CaptureSource {
  const hear = (batch: FrameBatch | null): FrameBatch | null => {
    if (batch !== null) identities.add(batch);
    return batch;
  };
  return {
    files: source.files,
    inputBytesRead: () => source.inputBytesRead(),
    inputBytesTotal: () => source.inputBytesTotal(),
    next: () => {
      const next = source.next();
      return next instanceof Promise ? next.then(hear) : hear(next);
    },
    close: () => source.close(),
  };
}
