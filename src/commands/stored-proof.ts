// Proves stored alerts: a worker reads their captures again, one alert at a time; the newest proofs are kept.
import { existsSync } from 'node:fs';
import { showable } from '../bytes/text.ts';
import { STANDARD_INPUT } from '../capture/open.ts';
import { startWorker } from '../engine/worker-start.ts';
import type { Alert } from '../facts/alert.ts';
import { fileOf } from '../facts/frame-reference.ts';
import { isSample } from './sample.ts';

export interface ProofCapture {
  readonly path: string;
  readonly identity: string;
}

export interface ProofRequest {
  readonly alert: Alert;
  /** By the file numbers of the alert's frames. */
  readonly captures: readonly ProofCapture[];
  readonly duplicates: 'skip' | 'keep';
}

/** One proving frame; secrets in it are overwritten. */
export interface ProofFrameJson {
  readonly file: number;
  readonly path: string;
  readonly frame: number;
  readonly time: string | null;
  readonly length: number;
  readonly originalLength: number;
  readonly maskedBytes: number;
  /** At most the first 2048 bytes. */
  readonly hex: string;
  /** As `1sec facts` prints them. */
  readonly facts: readonly Record<string, unknown>[];
}

export interface AlertProof {
  readonly frames: readonly ProofFrameJson[];
  /** Proving frames that are not among them. */
  readonly omitted: number;
  readonly pcapng: Uint8Array;
}

export type ProofReply = { readonly proof: AlertProof } | { readonly problem: string };

const KEPT_MAX = 4;
const WAITING_MAX = 16;
const TIME_MAX_MS = 300_000;

export class StoredProofs {
  /** By id and count: a grown alert is proven anew. */
  readonly #kept = new Map<string, Promise<ProofReply>>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  of(alert: Alert, captures: readonly ProofCapture[]): Promise<ProofReply> {
    const problem = problemOf(alert, captures);
    if (problem !== null) return Promise.resolve({ problem });
    const key = `${alert.id} ${alert.count}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    if (this.#waiting >= WAITING_MAX) return Promise.resolve({ problem: 'other captures are being read; try again' });
    this.#waiting++;
    const reply = this.#last.then(() => run({ alert, captures, duplicates: 'skip' }));
    this.#last = reply.then(
      () => this.#waiting--,
      () => this.#waiting--,
    );
    this.#keep(key, reply);
    return reply;
  }

  #keep(key: string, reply: Promise<ProofReply>): void {
    for (const [oldest] of this.#kept) {
      if (this.#kept.size < KEPT_MAX) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(key, reply);
    // What could not be read now may be there later.
    const forget = (): void => {
      if (this.#kept.get(key) === reply) this.#kept.delete(key);
    };
    reply.then((told) => {
      if ('problem' in told) forget();
    }, forget);
  }
}

/** Why it cannot be proven; null: it can be tried. */
function problemOf(alert: Alert, captures: readonly ProofCapture[]): string | null {
  if (alert.frames.length === 0) return 'no frame of a capture proves this alert';
  // It becomes the name of a file.
  if (!/^[\w-]{1,100}$/.test(alert.id)) return 'this alert has no usual id';
  for (const index of new Set(alert.frames.map(fileOf))) {
    const path = captures[index]?.path ?? '';
    const shown = showable(path, 400);
    if (path === STANDARD_INPUT) return 'the capture came through standard input and was not kept';
    if (!isSample(path) && !existsSync(path)) return `the capture ${shown} is not there any more`;
  }
  return null;
}

function run(request: ProofRequest): Promise<ProofReply> {
  return new Promise((resolve, reject) => {
    const worker = startWorker('src/commands/proof-worker.ts', { workerData: request });
    const late = setTimeout(() => {
      resolve({ problem: 'reading the captures takes too long here; use 1sec analyze --evidence' });
      void worker.terminate();
    }, TIME_MAX_MS);
    worker.once('message', (reply: ProofReply) => {
      clearTimeout(late);
      resolve(reply);
      void worker.terminate();
    });
    worker.once('error', (error: unknown) => {
      clearTimeout(late);
      reject(error instanceof Error ? error : new Error(String(error)));
    });
    worker.once('exit', () => {
      clearTimeout(late);
      reject(new Error('the worker ended without a word'));
    });
  });
}
