// The main thread's side of a live watch: starts the worker that captures and judges, and hears from it. Memory mapped
// from the kernel does not cross threads, so the whole way of a packet is in that worker (live-worker.ts).
import { randomInt } from 'node:crypto';
import { fstatSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { CaptureOpenError } from '../capture/frames.ts';
import type { InterfaceState } from '../capture/live-linux.ts';
import type { Alert } from '../facts/alert.ts';
import type { CredentialRow } from '../facts/credential.ts';
import type { KnownFirmware } from '../facts/firmware.ts';
import type { AcceptedFinding, Declaration } from '../facts/intent.ts';
import type { Policy } from '../facts/policy.ts';
import type { Baseline } from '../learning/baseline.ts';
import type { NamedHosts } from '../store/conversations.ts';
import type { LiveObserved } from '../store/live-recording.ts';
import type { AnalysisFindings } from './analysis.ts';
import type { Proof } from './live-evidence.ts';
import type { SpoolSettings } from './transfer-spool.ts';
import { startWorker } from './worker-start.ts';

/** What a watch was asked for. */
export interface LiveOptions {
  /** Empty: the capture stream on standard input. */
  readonly interfaces: readonly string[];
  /** What is usual, and what is intended; null: not known. */
  readonly baseline: Baseline | null;
  readonly declaration: Declaration | null;
  readonly policy: Policy | null;
  /** A person's own list, beside the shipped one. */
  readonly credentials: readonly CredentialRow[];
  /** Images that are known to be good; null: no such set is given. */
  readonly knownFirmware: KnownFirmware | null;
  /** What a person marked as normal before; `accept` tells what comes later. */
  readonly accepted: readonly AcceptedFinding[];
  /** Whether `observed` is to be called. */
  readonly isObserved: boolean;
  /** Bytes of the newest frames that are kept, so that `proof` can be called; 0: it is not. */
  readonly keptBytes: number;
  /** Where files that pass are kept; null: nowhere. */
  readonly spool: SpoolSettings | null;
}

/** What the worker is started with. */
export interface LiveStart extends LiveOptions {
  readonly duplicateSeed: number;
  /** Int32 numbers, by `Signal`. */
  readonly signals: SharedArrayBuffer;
  /** Float64 numbers, by `Counter`. */
  readonly counters: SharedArrayBuffer;
}

/** From the main thread to the worker. */
export const Signal = {
  /** Not 0 once the watch is to end. */
  stop: 0,
  /** Not 0 once frames may be judged. */
  go: 1,
  /** How many `observed` and `proof` messages were dealt with. */
  handled: 2,
  /** Not 0: what was told before was lost; all devices and alerts are to be told again. */
  again: 3,
  size: 4,
} as const;

export const Counter = { frames: 0, bytes: 1, hosts: 2, drops: 3, freezes: 4, aheadUs: 5, size: 6 } as const;

export interface LiveResult {
  readonly findings: AnalysisFindings;
  /** Frames the kernel dropped because we were too slow, and how often its ring was full. */
  readonly drops: number;
  readonly freezes: number;
  /** How far packet time ran ahead of the clock in the end, because the clock was set back. */
  readonly aheadUs: number;
  /** Conversations that were not handed to `observed` because that took too long. */
  readonly conversationsLost: number;
  /** Why not all frames were kept; null: they were. */
  readonly keepingProblem: string | null;
}

/** What was seen since the last one, and what the hosts from number `firstHost` on are called. */
export interface LiveReport extends LiveObserved {
  readonly firstHost: number;
  readonly hosts: readonly (readonly [segment: string, address: string])[];
}

export type LiveMessage =
  | { readonly kind: 'opened' }
  | { readonly kind: 'alert'; readonly alert: Alert }
  | { readonly kind: 'interface'; readonly name: string; readonly state: InterfaceState }
  | { readonly kind: 'clock'; readonly setBackUs: number }
  | { readonly kind: 'observed'; readonly report: LiveReport }
  | { readonly kind: 'proof'; readonly proof: Proof }
  | { readonly kind: 'finished'; readonly result: LiveResult }
  /** The person's mistake, in one line. */
  | { readonly kind: 'refused'; readonly message: string };

/** From the main thread, looked for between batches. */
export interface LiveWish {
  readonly accepted: readonly AcceptedFinding[];
}

export interface LiveListener {
  /** The capture is open, and nothing of it was looked at yet. What is thrown ends the watch. */
  opened(): void;
  /** An alert is new, or its severity rose. */
  alert(alert: Alert): void;
  interface(name: string, state: InterfaceState): void;
  /** The clock of the machine was set back by so much: packet time goes on as if it had not been. */
  clockSetBack(setBackUs: number): void;
  /** False: it could not be kept, and devices and alerts are wanted again. */
  observed(observed: LiveObserved, hosts: NamedHosts): boolean;
  proof(proof: Proof): void;
}

/** After a stop what feeds a pipe may still write out what it holds. */
const PIPE_GRACE_MS = 300;

export class LiveWatch {
  /** Settles when the watch has ended; rejects with CaptureOpenError where it could not begin. */
  readonly result: Promise<LiveResult>;
  readonly #worker: Worker;
  readonly #signals = new Int32Array(new SharedArrayBuffer(4 * Signal.size));
  readonly #counters = new Float64Array(new SharedArrayBuffer(8 * Counter.size));
  readonly #names = new HostNames();
  readonly #isPiped: boolean;

  constructor(options: LiveOptions, listener: LiveListener) {
    const start: LiveStart = {
      ...options,
      duplicateSeed: randomInt(2 ** 32),
      signals: this.#signals.buffer,
      counters: this.#counters.buffer,
    };
    this.#isPiped = options.interfaces.length === 0 && !fstatSync(0).isFile();
    this.#worker = startWorker('src/engine/live-worker.ts', { workerData: start, stdin: this.#isPiped });
    this.result = this.#hear(listener);
    if (this.#isPiped) process.stdin.pipe(this.#worker.stdin!);
  }

  /** All that is marked as normal by now: it is not raised from here on. */
  accept(accepted: readonly AcceptedFinding[]): void {
    this.#worker.postMessage({ accepted } satisfies LiveWish);
  }

  /** One of `Counter`, as it is now. */
  counter(index: number): number {
    return this.#counters[index]!;
  }

  /** Ends the watch: what was heard until now is still judged. */
  stop(): void {
    Atomics.store(this.#signals, Signal.stop, 1);
    if (this.#isPiped) setTimeout(() => this.#closePipe(), PIPE_GRACE_MS).unref();
  }

  #hear(listener: LiveListener): Promise<LiveResult> {
    return new Promise<LiveResult>((resolve, reject) => {
      this.#worker.on('message', (message: LiveMessage) => {
        try {
          if (message.kind === 'finished') resolve(message.result);
          else if (message.kind === 'refused') reject(new CaptureOpenError(message.message));
          else this.#heard(message, listener);
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
          void this.#worker.terminate();
        }
      });
      this.#worker.on('error', reject);
      this.#worker.on('exit', () => reject(new Error('the capture thread ended without a result')));
    }).finally(() => this.#closePipe());
  }

  #heard(message: Exclude<LiveMessage, { kind: 'finished' | 'refused' }>, listener: LiveListener): void {
    switch (message.kind) {
      case 'alert':
        listener.alert(message.alert);
        return;
      case 'interface':
        listener.interface(message.name, message.state);
        return;
      case 'clock':
        listener.clockSetBack(message.setBackUs);
        return;
      case 'opened':
        listener.opened();
        this.#signal(Signal.go);
        return;
      case 'observed':
        this.#names.add(message.report);
        if (!listener.observed(message.report, this.#names)) Atomics.store(this.#signals, Signal.again, 1);
        this.#signal(Signal.handled);
        return;
      case 'proof':
        listener.proof(message.proof);
        this.#signal(Signal.handled);
    }
  }

  #signal(index: number): void {
    Atomics.add(this.#signals, index, 1);
    Atomics.notify(this.#signals, index);
  }

  #closePipe(): void {
    if (!this.#isPiped) return;
    process.stdin.unpipe(this.#worker.stdin!);
    this.#worker.stdin!.end();
    process.stdin.destroy();
  }
}

/** What the worker's hosts are called. */
class HostNames implements NamedHosts {
  readonly #names: (readonly [segment: string, address: string])[] = [];

  add({ firstHost, hosts }: LiveReport): void {
    for (const [index, name] of hosts.entries()) this.#names[firstHost + index] = name;
  }

  segment(host: number): string {
    return this.#names[host]?.[0] ?? '';
  }

  address(host: number): string {
    return this.#names[host]?.[1] ?? '';
  }
}
