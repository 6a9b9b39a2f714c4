// Opens the captures a person named, or bytes in memory, and hands their frames over as one source.
import { createReadStream, fstatSync, statSync } from 'node:fs';
import { type ByteInput, FileInput, MemoryInput, StreamInput } from './byte-input.ts';
import { FileReader, newFile } from './file-reader.ts';
import { CaptureOpenError, type CaptureSource } from './frames.ts';
import { MergedSource } from './merged-source.ts';
import { SingleSource } from './single-source.ts';

export const STANDARD_INPUT = '-';

export interface OpenOptions {
  /** Size of the buffer that frames are read into; it grows where a single frame needs more. */
  readonly bufferBytes?: number;
}

export interface MemoryOptions extends OpenOptions {
  /** Bytes come in pieces of at most so many. */
  readonly pieceBytes?: number;
  /** False: as from a pipe, the bytes can be had only once. */
  readonly isReopenable?: boolean;
}

/** Captures that the program brings along, by the path they go by. */
const inMemory = new Map<string, Uint8Array>();

/** From here on this path means these bytes, whatever is on the disk. */
export function holdInMemory(path: string, bytes: Uint8Array): void {
  inMemory.set(path, bytes);
}

/** Opens files and `-`, at most once, as one source in time order; throws CaptureOpenError with one line. */
export async function openCapture(paths: readonly string[], options: OpenOptions = {}): Promise<CaptureSource> {
  if (paths.filter((path) => path === STANDARD_INPUT).length > 1) {
    throw new CaptureOpenError('standard input (-) can be given only once');
  }
  const [only] = paths;
  if (paths.length !== 1 || only === undefined) return openSeveral(paths, options);
  const reader = new FileReader(openInput(only), newFile(only), 0, options.bufferBytes);
  const problem = await reader.begin();
  if (problem === null) return new SingleSource(reader);
  reader.close();
  throw notACapture(only, problem);
}

async function openSeveral(paths: readonly string[], options: OpenOptions): Promise<CaptureSource> {
  const source = new MergedSource(paths, options.bufferBytes);
  try {
    for (const [index, path] of paths.entries()) {
      const problem = await source.look(index, openInput(path));
      if (problem !== null) throw notACapture(path, problem);
    }
  } catch (error) {
    source.close();
    throw error;
  }
  source.begin();
  return source;
}

/** The frames of one file alone, numbered as file `index` of several, for a second pass. */
export async function openAgain(path: string, index: number): Promise<FileReader> {
  const reader = new FileReader(openInput(path), newFile(path), index);
  const problem = await reader.begin();
  if (problem === null) return reader;
  reader.close();
  throw notACapture(path, problem);
}

/** Can this input be read a second time? Standard input and pipes cannot. */
export function isRereadable(path: string): boolean {
  if (inMemory.has(path)) return true;
  return path !== STANDARD_INPUT && statSync(path, { throwIfNoEntry: false })?.isFile() !== false;
}

/** A capture in memory, read by the same code; bytes that are no capture give no frames and a damage. */
export function readerForBytes(bytes: Uint8Array, options: MemoryOptions = {}): CaptureSource {
  const file = newFile('memory');
  const input = new MemoryInput(bytes, options.pieceBytes, options.isReopenable);
  const reader = new FileReader(input, file, 0, options.bufferBytes);
  const source = new SingleSource(reader);
  const note = (problem: string | null): void => {
    if (problem !== null) file.damage = { offset: 0, message: problem };
  };
  const problem = reader.begin();
  if (problem instanceof Promise) source.waitFor(problem.then(note));
  else note(problem);
  return source;
}

function openInput(path: string): ByteInput {
  const bytes = inMemory.get(path);
  if (bytes !== undefined) return new MemoryInput(bytes);
  try {
    const isStandardInput = path === STANDARD_INPUT;
    const status = isStandardInput ? fstatSync(0) : statSync(path);
    if (status.isDirectory()) throw notACapture(path, 'is a directory');
    if (status.isFile()) return new FileInput(isStandardInput ? 0 : path);
    if (!isStandardInput) return new StreamInput(createReadStream(path));
    if (process.stdin.isTTY) throw notACapture(path, 'is a terminal; give it a capture through a pipe');
    return new StreamInput(process.stdin);
  } catch (error) {
    throw error instanceof CaptureOpenError ? error : notACapture(path, openProblem(error));
  }
}

function openProblem(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return error instanceof Error ? error.message : String(error);
}

function notACapture(path: string, problem: string): CaptureOpenError {
  return new CaptureOpenError(`${path === STANDARD_INPUT ? 'standard input' : path}: ${problem}`);
}
