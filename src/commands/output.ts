// Writes text to standard output and standard error at once, with back-pressure: nothing piles up in memory while the
// reader is slow, and a reader that went away (`| head`) ends the program quietly.
import { writeSync } from 'node:fs';
import { ExitCode } from './exit-codes.ts';

const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;
const BATCH_CHARACTERS = 1 << 16;

export function writeOutput(text: string): void {
  writeAll(STANDARD_OUTPUT, text);
}

export function writeError(text: string): void {
  writeAll(STANDARD_ERROR, text);
}

/** Collects text and writes it in batches; `flush` writes the rest. */
export class LineWriter {
  #pending = '';

  line(text: string): void {
    this.#pending += text;
    this.text('\n');
  }

  text(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= BATCH_CHARACTERS) this.flush();
  }

  flush(): void {
    const text = this.#pending;
    this.#pending = '';
    if (text !== '') writeOutput(text);
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EAGAIN') waitMilliseconds(2);
      // Nobody reads any more. Thrown from inside the analysis this would look like a defect of a parser, so it ends
      // here; what must be cleaned up listens for the process's `exit`.
      else if (code === 'EPIPE') process.exit(ExitCode.ok);
      else if (descriptor === STANDARD_ERROR) return;
      else throw new OutputError('standard output', error as Error);
    }
  }
}

/** Something cannot be written: the disk is full, for instance. */
export class OutputError extends Error {
  override readonly name = 'OutputError';

  constructor(what: string, cause: Error) {
    super(`${what} cannot be written: ${cause.message}`, { cause });
  }
}

function waitMilliseconds(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
