// Opens the captures a person named, or bytes in memory, and hands their frames over as one source.
import { createReadStream, fstatSync, statSync } from 'node:fs';
import { type ByteInput, FileInput, MemoryInput, StreamInput } from './byte-input.ts';
import { FileReader } from './file-reader.ts';
import { CaptureOpenError, type CaptureSource } from './frames.ts';
import { SequentialSource } from './sequential-source.ts';

export const STANDARD_INPUT = '-';

export interface OpenOptions {
  /** Size of the buffer that frames are read into; it grows where a single frame needs more. */
  readonly bufferBytes?: number;
}

/** Opens files and `-`, at most once; throws CaptureOpenError with one line. */
export async function openCapture(paths: readonly string[], options: OpenOptions = {}): Promise<CaptureSource> {
  const readers: FileReader[] = [];
  try {
    for (const [index, path] of paths.entries()) {
      const reader = new FileReader(openInput(path), path, index, options.bufferBytes);
      readers.push(reader);
      const problem = await reader.begin();
      if (problem !== null) throw new CaptureOpenError(`${nameOf(path)}: ${problem}`);
    }
  } catch (error) {
    for (const reader of readers) reader.close();
    throw error;
  }
  return new SequentialSource(readers);
}

/** A capture in memory, read by the same code; bytes that are no capture give no frames and a damage. */
export function readerForBytes(bytes: Uint8Array, options: OpenOptions & { pieceBytes?: number } = {}): CaptureSource {
  const reader = new FileReader(new MemoryInput(bytes, options.pieceBytes), 'memory', 0, options.bufferBytes);
  const problem = reader.begin();
  if (typeof problem === 'string') reader.file.damage = { offset: 0, message: problem };
  return new SequentialSource([reader]);
}

function openInput(path: string): ByteInput {
  if (path === STANDARD_INPUT) {
    return fstatSync(0).isFile() ? new FileInput(0) : new StreamInput(process.stdin);
  }
  try {
    const status = statSync(path);
    if (status.isDirectory()) throw new CaptureOpenError(`${path}: is a directory`);
    return status.isFile() ? new FileInput(path) : new StreamInput(createReadStream(path));
  } catch (error) {
    if (error instanceof CaptureOpenError) throw error;
    throw new CaptureOpenError(`${path}: ${openProblem(error)}`);
  }
}

function openProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}

function nameOf(path: string): string {
  return path === STANDARD_INPUT ? 'standard input' : path;
}
