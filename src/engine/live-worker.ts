// The worker of a live watch: interfaces or a capture stream in, alerts and in the end the findings out (live.ts).
//
// Packet time stands still while nothing is heard. So that what is overdue can end all the same, an interface that has
// been silent for a second lets time pass by the kernel's clock, which also stamps the frames: the one place where time
// does not come from a frame. A stream on standard input may be of any day and never does so.
import { parentPort, workerData } from 'node:worker_threads';
import { CaptureOpenError, type CaptureSource } from '../capture/frames.ts';
import { LIVE_LATENCY_US, openLive, type LiveCapture } from '../capture/live-linux.ts';
import { STANDARD_INPUT, openCapture } from '../capture/open.ts';
import { Analysis, type AnalysisFindings } from './analysis.ts';
import { Counter, type LiveMessage, type LiveStart } from './live.ts';

/** How soon a stop is noticed on a silent interface. */
const WAIT_MS = 100;
const SILENCE_MS = 1000;
const LOOK_EVERY_MS = 500;

const start = workerData as LiveStart;
const stop = new Int32Array(start.stop);
const counters = new Float64Array(start.counters);
const analysis = new Analysis({
  duplicateSeed: start.duplicateSeed,
  onAlert: (alert) => tell({ kind: 'alert', alert }),
});

function tell(message: LiveMessage): void {
  parentPort!.postMessage(message);
}

function isStopped(): boolean {
  return Atomics.load(stop, 0) !== 0;
}

function count(capture: LiveCapture | null): void {
  counters[Counter.frames] = analysis.pipeline.frames;
  counters[Counter.bytes] = analysis.pipeline.bytes;
  counters[Counter.hosts] = analysis.hostCount;
  if (capture === null) return;
  capture.readCounters();
  counters[Counter.drops] = capture.drops;
  counters[Counter.freezes] = capture.freezes;
}

/** Never gives the thread away: all it waits for is the kernel. */
function watchInterfaces(capture: LiveCapture): void {
  const { pipeline } = analysis;
  const states = capture.files.map(() => 'up');
  let heardMs = performance.now();
  let lookedMs = heardMs;
  while (!isStopped()) {
    const batch = capture.next(WAIT_MS);
    const nowMs = performance.now();
    if (batch !== null) {
      heardMs = nowMs;
      pipeline.batch(batch);
    } else if (nowMs - heardMs >= SILENCE_MS) {
      // Not further than to where a frame could still be on its way to us.
      pipeline.passTime(Date.now() * 1000 - LIVE_LATENCY_US);
    }
    if (nowMs - lookedMs < LOOK_EVERY_MS) continue;
    lookedMs = nowMs;
    count(capture);
    for (const [index, file] of capture.files.entries()) {
      // One that was removed stays so.
      if (states[index] === 'gone') continue;
      const state = capture.state(index);
      if (state !== states[index]) tell({ kind: 'interface', name: file.path, state });
      states[index] = state;
    }
    if (states.every((state) => state === 'gone')) break;
  }
  judgeRest(capture);
}

/** What the kernel had taken when the stop came, but not yet handed over. */
function judgeRest(capture: LiveCapture): void {
  const endMs = performance.now() + LIVE_LATENCY_US / 1000;
  for (;;) {
    const leftMs = Math.ceil(endMs - performance.now());
    if (leftMs <= 0) return;
    const batch = capture.next(leftMs);
    if (batch !== null) analysis.pipeline.batch(batch);
  }
}

async function watchStream(source: CaptureSource): Promise<void> {
  let lookedMs = 0;
  // A pipe that is to stop is closed (live.ts); a file has to be left.
  const isFile = source.inputBytesTotal() >= 0;
  while (!(isFile && isStopped())) {
    const next = source.next();
    const batch = next instanceof Promise ? await next : next;
    if (batch === null) break;
    analysis.pipeline.batch(batch);
    const nowMs = performance.now();
    if (nowMs - lookedMs < LOOK_EVERY_MS) continue;
    lookedMs = nowMs;
    count(null);
  }
}

async function watch(): Promise<void> {
  if (start.interfaces.length > 0) {
    const capture = openLive(start.interfaces);
    tell({ kind: 'listening' });
    watchInterfaces(capture);
    count(capture);
    capture.close();
    const { drops, freezes } = capture;
    tell({ kind: 'finished', result: { findings: findings(capture), drops, freezes } });
    return;
  }
  const source = await openCapture([STANDARD_INPUT]);
  tell({ kind: 'listening' });
  await watchStream(source);
  source.close();
  // Where the stream was stopped in the middle of a frame, that is no damage.
  if (isStopped()) for (const file of source.files) file.damage = null;
  tell({ kind: 'finished', result: { findings: findings(source), drops: 0, freezes: 0 } });
}

/** Without the tables of hosts, which do not cross threads. */
function findings({ files }: Pick<CaptureSource, 'files'>): AnalysisFindings {
  const { assets, protocols, conversationCount, conversationsByService, alerts, stats } = analysis.finish(files);
  return { files, assets, protocols, conversationCount, conversationsByService, alerts, stats };
}

try {
  await watch();
} catch (error) {
  if (!(error instanceof CaptureOpenError)) throw error;
  tell({ kind: 'refused', message: error.message });
}
