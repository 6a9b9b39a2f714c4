// Feeds mutated inputs to one target until the count or the time is used up, and notes what goes wrong. Input n of a
// seed is the same in every run of the same tree: `--seed S --inputs N` repeats it.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { mutate } from './mutation.ts';
import { Random } from './random.ts';
import type { Run, Target } from './target.ts';

/** An input that takes longer is a finding: the sender decides how long a packet takes. */
const SLOW_MS = 1000;
/** Growth of the heap, after collection, that no bounded state explains. */
const GROWTH_BYTES_MAX = 64 * 1024 * 1024;
/** Inputs that did something new and are changed further. */
const POOL_MAX = 2048;
/** Different things that happened, of which is kept book. */
const EVENTS_MAX = 8192;
const FINDINGS_MAX = 5;
const CHECK_TIME_EVERY = 32;

export interface Finding {
  readonly reason: string;
  /** 1-based number of the input. */
  readonly index: number;
  readonly input: Uint8Array;
}

export interface Budget {
  readonly inputs: number;
  readonly milliseconds: number;
}

export interface Report {
  readonly inputs: number;
  readonly seconds: number;
  readonly seeds: number;
  /** Inputs kept because something new happened. */
  readonly discoveries: number;
  readonly growthBytes: number;
  readonly findings: readonly Finding[];
}

/** Runs in the caller's thread. `before` sees every input before the target does. */
export async function fuzz(
  target: Target,
  seed: number,
  budget: Budget,
  before: (input: Uint8Array) => void,
): Promise<Report> {
  const random = new Random(seed);
  const seeds = target.seeds().map((bytes) => bytes.slice(0, target.bytesMax));
  const pool = [...seeds];
  const seen = new Set<number>();
  const findings: Finding[] = [];
  const reasons = new Set<string>();
  let run = target.open();
  let index = 0;
  let firstHeap = 0;
  let poolBytes = 0;
  let firstHeapAt = Infinity;
  const startedMs = performance.now();

  function note(reason: string, input: Uint8Array): void {
    // Numbers aside, so that one mistake is told once.
    const first = reason.split('\n', 2).join('\n').replace(/\d+/g, '');
    if (reasons.has(first)) return;
    reasons.add(first);
    findings.push({ reason, index, input });
  }

  while (index < budget.inputs && findings.length < FINDINGS_MAX) {
    if (index % CHECK_TIME_EVERY === 0) {
      const elapsedMs = performance.now() - startedMs;
      if (elapsedMs >= budget.milliseconds) break;
      // The first fifth fills caches and bounded tables; growth is counted from there.
      if (firstHeapAt === Infinity && (index >= budget.inputs / 5 || elapsedMs >= budget.milliseconds / 5)) {
        firstHeap = heapBytes() - poolBytes;
        firstHeapAt = index;
      }
    }
    // The known inputs as they are come first.
    const input = index < seeds.length ? seeds[index]!.slice() : mutate(random, pool, target.bytesMax);
    index++;
    before(input);
    const kept = input.slice();
    const { error, events, milliseconds } = await feed(run, input);
    if (error !== null) {
      note(error, kept);
      // What the state is after an exception, nobody promised.
      run = target.open();
    } else if (milliseconds > SLOW_MS && (await feed(run, kept.slice())).milliseconds > SLOW_MS) {
      note(`takes ${Math.round(milliseconds)} ms`, kept);
    }
    const isNew = events.some((event) => !seen.has(event));
    if (isNew && seen.size < EVENTS_MAX && pool.length < seeds.length + POOL_MAX) {
      for (const event of events) seen.add(event);
      pool.push(kept);
      poolBytes += kept.length;
    }
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const growthBytes = firstHeapAt === Infinity ? 0 : heapBytes() - poolBytes - firstHeap;
  if (growthBytes > GROWTH_BYTES_MAX) {
    const from = firstHeapAt.toLocaleString('en');
    note(`the heap grew by ${(growthBytes / 1048576).toFixed(0)} MiB after input ${from}`, new Uint8Array(0));
  }
  return {
    inputs: index,
    seconds,
    seeds: seeds.length,
    discoveries: pool.length - seeds.length,
    growthBytes,
    findings,
  };
}

interface Fed {
  readonly error: string | null;
  readonly events: readonly number[];
  readonly milliseconds: number;
}

async function feed(run: Run, input: Uint8Array): Promise<Fed> {
  const startedMs = processorMs();
  try {
    const outcome = run(input);
    const events = outcome instanceof Promise ? await outcome : outcome;
    return { error: null, events, milliseconds: processorMs() - startedMs };
  } catch (error) {
    return {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      events: [],
      milliseconds: 0,
    };
  }
}

let collect: (() => void) | null = null;

/** Bytes in use after a collection. */
function heapBytes(): number {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  // The buffers of what the first one found dead are given back by the second.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What this thread had of the processor: a busy machine does not make an input slow. */
export function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
