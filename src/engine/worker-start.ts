// Starts a thread of the program from its file, wherever the program lies: sources, bundle, or single executable.
import { basename } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { shippedFile, shippedFileUrl } from '../../knowledge/shipped-file.ts';

/**
 * `path` is that of the source in the project. scripts/build.ts makes a bundle of its own of each file whose name ends
 * in `-worker.ts`.
 */
export function startWorker(path: string, options: WorkerOptions): Worker {
  if (import.meta.url.endsWith('.ts')) return new Worker(new URL(`../../${path}`, import.meta.url), options);
  const bundle = `${basename(path, '.ts')}.mjs`;
  const url = shippedFileUrl(bundle);
  if (url !== null) return new Worker(url, options);
  // As text, not as a data: URL, which every line of a stack trace would repeat.
  return new Worker(new TextDecoder().decode(shippedFile(bundle)), { ...options, eval: true });
}
