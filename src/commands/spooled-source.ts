// Keeps what passes from an input that can be read only once (standard input, a pipe), so that evidence can be cut from
// it; what is kept is gone when the program ends, however it ends.
import { constants } from 'node:os';
import type { CaptureSource, FrameBatch } from '../capture/frames.ts';
import { isRereadable } from '../capture/open.ts';
import { FrameSpool } from '../capture/spool.ts';
import { fileOf } from '../facts/frame-reference.ts';

/** A spool where an input needs one, else null. */
export function spoolFor(paths: readonly string[]): FrameSpool | null {
  if (paths.every((path) => isRereadable(path))) return null;
  const spool = new FrameSpool();
  process.once('exit', () => spool.close());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  }
  return spool;
}

/** The same source; each batch of an input that cannot be read again is kept. */
export function spooledSource(source: CaptureSource, spool: FrameSpool): CaptureSource {
  const isKept = source.files.map((file) => !isRereadable(file.path));
  const keep = (batch: FrameBatch | null): FrameBatch | null => {
    if (batch !== null && isKept[fileOf(batch.frame[0]!)] === true) spool.append(batch);
    return batch;
  };
  return {
    files: source.files,
    inputBytesRead: () => source.inputBytesRead(),
    inputBytesTotal: () => source.inputBytesTotal(),
    next: () => {
      const next = source.next();
      return next instanceof Promise ? next.then(keep) : keep(next);
    },
    close: () => source.close(),
  };
}
