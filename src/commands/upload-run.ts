// One capture that was sent, analysed by a worker of its own: what it says on its way, how it is cancelled, and that a
// hostile file costs the worker at most.
import { startWorker } from '../engine/worker-start.ts';

/** Files that say what is intended at the site; null: not given. */
export interface UploadIntent {
  readonly config: string | null;
  readonly policy: string | null;
  readonly baseline: string | null;
}

export interface UploadRequest {
  readonly path: string;
  readonly database: string;
  readonly intent: UploadIntent;
}

export type UploadEnd =
  | { readonly kind: 'done'; readonly told: string; readonly frames: number; readonly isNew: boolean }
  | { readonly kind: 'failed' | 'cancelled'; readonly told: string };

/** What the worker is started with. */
export interface UploadWork extends UploadRequest {
  /** Its first number is 1 when it is to end. */
  readonly cancel: SharedArrayBuffer;
}

export type UploadMessage =
  | { readonly kind: 'progress'; readonly analysed: number; readonly frames: number }
  | { readonly kind: 'end'; readonly end: UploadEnd };

export interface UploadRun {
  /** Never rejects. */
  readonly outcome: Promise<UploadEnd>;
  cancel: () => void;
}

/** A capture that needs more ends as a line and not as a server without memory. */
const HEAP_MAX_MIB = 3072;
/** After so long a worker that should end is ended. */
const PATIENCE_MS = 10_000;

export function runUpload(request: UploadRequest, progress: (analysed: number, frames: number) => void): UploadRun {
  const cancel = new SharedArrayBuffer(4);
  const worker = startWorker('src/commands/upload-worker.ts', {
    workerData: { ...request, cancel } satisfies UploadWork,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MIB },
  });
  let isCancelled = false;
  const outcome = new Promise<UploadEnd>((resolve) => {
    const broken = (told: string): void => {
      resolve(isCancelled ? { kind: 'cancelled', told: 'cancelled' } : { kind: 'failed', told });
    };
    worker.on('message', (message: UploadMessage) => {
      if (message.kind === 'progress') progress(message.analysed, message.frames);
      else resolve(message.end);
    });
    worker.once('error', (error: unknown) => broken(problemText(error)));
    worker.once('exit', () => broken('the analysis ended without a word'));
  });
  return {
    outcome,
    cancel: () => {
      isCancelled = true;
      Atomics.store(new Int32Array(cancel), 0, 1);
      setTimeout(() => void worker.terminate(), PATIENCE_MS).unref();
    },
  };
}

function problemText(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'its analysis needs more memory than it may have here';
  return `the analysis failed: ${message}`;
}
