// Reads a file that ships with the program, named by its path in the project (`knowledge/oui.bin`): from the sources,
// from beside the bundle, or from inside the single executable.
import { readFileSync } from 'node:fs';
import { getRawAsset, isSea } from 'node:sea';

/** Is this the single executable, which has the runtime inside too? */
export function isInExecutable(): boolean {
  return isSea();
}

/** Inside the executable the bytes are read in place and must not be written to. */
export function shippedFile(path: string): Uint8Array {
  const url = shippedFileUrl(path);
  return url === null ? new Uint8Array(getRawAsset(path)) : readFileSync(url);
}

/** Where the file lies; null inside the single executable, where it has no place on the disk. */
export function shippedFileUrl(path: string): URL | null {
  if (isSea()) return null;
  // This source lies in a folder of the project; a bundle lies beside the files that ship with it.
  return new URL(import.meta.url.endsWith('.ts') ? `../${path}` : path, import.meta.url);
}
