// The main thread's side of a live watch: starts the worker that captures and judges, and hears from it. Memory mapped
// from the kernel does not cross threads, so the whole way of a packet is in that worker (live-worker.ts).
import { randomInt } from 'node:crypto';
import { fstatSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { CaptureOpenError } from '../capture/frames.ts';
import type { InterfaceState } from '../capture/live-linux.ts';
import type { Alert } from '../facts/alert.ts';
import type { AnalysisFindings } from './analysis.ts';
import { startWorker } from './worker-start.ts';

/** What the worker is started with. */
export interface LiveStart {
  /** Empty: the capture stream on standard input. */
  readonly interfaces: readonly string[];
  readonly duplicateSeed: number;
  /** One Int32: not 0 once the watch is to end. */
  readonly stop: SharedArrayBuffer;
  /** Float64 numbers, by `Counter`. */
  readonly counters: SharedArrayBuffer;
}

export const Counter = { frames: 0, bytes: 1, hosts: 2, drops: 3, freezes: 4, size: 5 } as const;

export interface LiveResult {
  readonly findings: AnalysisFindings;
  /** Frames the kernel dropped because we were too slow, and how often its ring was full. */
  readonly drops: number;
  readonly freezes: number;
}

export type LiveMessage =
  | { readonly kind: 'listening' }
  | { readonly kind: 'alert'; readonly alert: Alert }
  | { readonly kind: 'interface'; readonly name: string; readonly state: InterfaceState }
  | { readonly kind: 'finished'; readonly result: LiveResult }
  /** The person's mistake, in one line. */
  | { readonly kind: 'refused'; readonly message: string };

export interface LiveListener {
  /** From here on frames are heard. */
  listening(): void;
  /** An alert is new, or its severity rose. */
  alert(alert: Alert): void;
  interface(name: string, state: InterfaceState): void;
}

/** After a stop what feeds a pipe may still write out what it holds. */
const PIPE_GRACE_MS = 300;

export class LiveWatch {
  /** Settles when the watch has ended; rejects with CaptureOpenError where it could not begin. */
  readonly result: Promise<LiveResult>;
  readonly #worker: Worker;
  readonly #stop = new Int32Array(new SharedArrayBuffer(4));
  readonly #counters = new Float64Array(new SharedArrayBuffer(8 * Counter.size));
  readonly #isPiped: boolean;

  /** No interface: the capture stream on standard input. */
  constructor(interfaces: readonly string[], listener: LiveListener) {
    const start: LiveStart = {
      interfaces,
      duplicateSeed: randomInt(2 ** 32),
      stop: this.#stop.buffer,
      counters: this.#counters.buffer,
    };
    this.#isPiped = interfaces.length === 0 && !fstatSync(0).isFile();
    this.#worker = startWorker('src/engine/live-worker.ts', { workerData: start, stdin: this.#isPiped });
    this.result = this.#hear(listener);
    if (this.#isPiped) process.stdin.pipe(this.#worker.stdin!);
  }

  /** One of `Counter`, as it is now. */
  counter(index: number): number {
    return this.#counters[index]!;
  }

  /** Ends the watch: what was heard until now is still judged. */
  stop(): void {
    Atomics.store(this.#stop, 0, 1);
    if (this.#isPiped) setTimeout(() => this.#closePipe(), PIPE_GRACE_MS).unref();
  }

  #hear(listener: LiveListener): Promise<LiveResult> {
    return new Promise<LiveResult>((resolve, reject) => {
      this.#worker.on('message', (message: LiveMessage) => {
        if (message.kind === 'alert') listener.alert(message.alert);
        else if (message.kind === 'interface') listener.interface(message.name, message.state);
        else if (message.kind === 'listening') listener.listening();
        else if (message.kind === 'finished') resolve(message.result);
        else reject(new CaptureOpenError(message.message));
      });
      this.#worker.on('error', reject);
      this.#worker.on('exit', () => reject(new Error('the capture thread ended without a result')));
    }).finally(() => this.#closePipe());
  }

  #closePipe(): void {
    if (!this.#isPiped) return;
    process.stdin.unpipe(this.#worker.stdin!);
    this.#worker.stdin!.end();
    process.stdin.destroy();
  }
}
