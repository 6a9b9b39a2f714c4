// Fuzzes one target in a thread of its own, and leaves each input where the main thread finds it should this one hang.
import { parentPort, workerData } from 'node:worker_threads';
import { limitCorpus } from './corpus.ts';
import { fuzz, type Budget } from './session.ts';
import { canaries, targets } from './targets.ts';

export interface WorkerTask {
  readonly target: string;
  readonly seed: number;
  readonly budget: Budget;
  readonly isSmoke: boolean;
  /** Two counters (inputs begun, length of the current one) and its bytes. */
  readonly current: SharedArrayBuffer;
}

export const CURRENT_HEAD_BYTES = 8;

if (parentPort !== null) {
  const task = workerData as WorkerTask;
  const target = [...targets, ...canaries].find(({ name }) => name === task.target)!;
  if (task.isSmoke) limitCorpus('own');
  const counters = new Int32Array(task.current, 0, 2);
  const bytes = new Uint8Array(task.current, CURRENT_HEAD_BYTES);
  const report = await fuzz(target, task.seed, task.budget, (input) => {
    bytes.set(input.subarray(0, bytes.length));
    counters[1] = Math.min(input.length, bytes.length);
    Atomics.add(counters, 0, 1);
  });
  parentPort.postMessage(report);
}
