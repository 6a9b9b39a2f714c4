// The worker of a live watch: interfaces or a capture stream in, alerts and in the end the findings out (live.ts).
//
// Packet time stands still while nothing is heard. So that what is overdue can end all the same, an interface that has
// been silent for a second lets time pass by the kernel's clock, which also stamps the frames: the one place where time
// does not come from a frame. A stream on standard input may be of any day and never does so.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { vendorOfMac } from '../assets/vendors.ts';
import { CaptureOpenError, type CaptureFile, type CaptureSource, type FrameBatch } from '../capture/frames.ts';
import { LIVE_LATENCY_US, openLive, type LiveCapture } from '../capture/live-linux.ts';
import { STANDARD_INPUT, openCapture } from '../capture/open.ts';
import type { Alert } from '../facts/alert.ts';
import { Analysis, type AnalysisFindings } from './analysis.ts';
import { LiveEvidence } from './live-evidence.ts';
import { LiveObserver } from './live-observer.ts';
import { Counter, Signal, type LiveMessage, type LiveStart, type LiveWish } from './live.ts';

/** How soon a stop is noticed on a silent interface. */
const WAIT_MS = 100;
const SILENCE_MS = 1000;
const LOOK_EVERY_MS = 500;
/** Messages that the main thread may be behind with. */
const BEHIND_MAX = 4;

const start = workerData as LiveStart;
const signals = new Int32Array(start.signals);
const counters = new Float64Array(start.counters);
const observer = start.isObserved ? new LiveObserver(performance.now()) : null;
/** Made when privileges are given up, so that its files belong to who can remove them. */
let evidence: LiveEvidence | null = null;
/** Messages that the main thread has to deal with before too many more are sent. */
let sent = 0;
let aheadUs = 0;

const analysis = new Analysis({
  duplicateSeed: start.duplicateSeed,
  credentials: start.credentials,
  accepted: start.accepted,
  onAlert: noteAlert,
  ...(observer === null ? {} : { facts: () => observer.facts() }),
  ...(start.spool === null ? {} : { spool: start.spool }),
  ...(start.baseline === null ? {} : { baseline: start.baseline }),
  ...(start.knownFirmware === null ? {} : { knownFirmware: start.knownFirmware }),
  ...(start.declaration === null ? {} : { declaration: start.declaration }),
  ...(start.policy === null ? {} : { policy: start.policy }),
});

function tell(message: LiveMessage): void {
  parentPort!.postMessage(message);
}

function noteAlert(alert: Alert): void {
  tell({ kind: 'alert', alert });
  evidence?.noted(alert, performance.now());
}

function isStopped(): boolean {
  return Atomics.load(signals, Signal.stop) !== 0;
}

/** Nothing is looked at before the main thread has given up its privileges. */
function waitForGo(): void {
  // The table of vendors is read when first asked, which may not be allowed any more.
  vendorOfMac('00:00:00:00:00:00');
  tell({ kind: 'opened' });
  Atomics.wait(signals, Signal.go, 0);
  if (start.keptBytes > 0) evidence = new LiveEvidence(start.keptBytes, analysis.pipeline.flows.reader.secrets);
}

function judge(batch: FrameBatch): void {
  evidence?.keep(batch);
  analysis.pipeline.batch(batch);
}

function count(capture: LiveCapture | null): void {
  counters[Counter.frames] = analysis.pipeline.frames;
  counters[Counter.bytes] = analysis.pipeline.bytes;
  counters[Counter.hosts] = analysis.hostCount;
  if (capture === null) return;
  capture.readCounters();
  counters[Counter.drops] = capture.drops;
  counters[Counter.freezes] = capture.freezes;
  counters[Counter.aheadUs] = capture.clock.aheadUs;
  if (capture.clock.aheadUs > aheadUs) tell({ kind: 'clock', setBackUs: capture.clock.aheadUs - aheadUs });
  aheadUs = capture.clock.aheadUs;
}

/** The thread is never given away, so that nobody would call a listener. */
function hearWishes(): void {
  for (;;) {
    const heard = receiveMessageOnPort(parentPort!) as { readonly message: LiveWish } | undefined;
    if (heard === undefined) return;
    analysis.accepted.replace(heard.message.accepted);
  }
}

/** Hands over what is due, as long as the main thread keeps up. */
function report(files: readonly CaptureFile[], nowMs: number): void {
  hearWishes();
  if (observer !== null && Atomics.exchange(signals, Signal.again, 0) !== 0) observer.again();
  if (sent - Atomics.load(signals, Signal.handled) >= BEHIND_MAX) return;
  const seen = observer?.next(analysis, files, nowMs) ?? null;
  if (seen !== null) send({ kind: 'observed', report: seen });
  while (sent - Atomics.load(signals, Signal.handled) < BEHIND_MAX) {
    const proof = evidence?.next(nowMs) ?? null;
    if (proof === null) return;
    send({ kind: 'proof', proof });
  }
}

function send(message: LiveMessage): void {
  tell(message);
  sent++;
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
      judge(batch);
    } else if (nowMs - heardMs >= SILENCE_MS) {
      // Not further than to where a frame could still be on its way to us.
      pipeline.passTime(capture.clock.at(Date.now() * 1000 - LIVE_LATENCY_US));
    }
    if (nowMs - lookedMs < LOOK_EVERY_MS) continue;
    lookedMs = nowMs;
    count(capture);
    report(capture.files, nowMs);
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
    if (batch !== null) judge(batch);
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
    judge(batch);
    const nowMs = performance.now();
    if (nowMs - lookedMs < LOOK_EVERY_MS) continue;
    lookedMs = nowMs;
    count(null);
    report(source.files, nowMs);
  }
}

async function watch(): Promise<void> {
  if (start.interfaces.length > 0) {
    const capture = openLive(start.interfaces);
    waitForGo();
    watchInterfaces(capture);
    count(capture);
    capture.close();
    finish(capture, capture.drops, capture.freezes);
    return;
  }
  const source = await openCapture([STANDARD_INPUT]);
  waitForGo();
  await watchStream(source);
  source.close();
  // Where the stream was stopped in the middle of a frame, that is no damage.
  if (isStopped()) for (const file of source.files) file.damage = null;
  finish(source, 0, 0);
}

function finish({ files }: { readonly files: readonly CaptureFile[] }, drops: number, freezes: number): void {
  const found = findings(files);
  if (observer !== null) send({ kind: 'observed', report: observer.rest(analysis, files, found.alerts) });
  for (const proof of evidence?.rest(found.alerts) ?? []) {
    waitForMain();
    send({ kind: 'proof', proof });
  }
  const keepingProblem = evidence?.problem ?? null;
  evidence?.close();
  const conversationsLost = observer?.lost ?? 0;
  const result = { findings: found, drops, freezes, aheadUs, conversationsLost, keepingProblem };
  tell({ kind: 'finished', result });
}

/** So that what is on its way to the main thread does not pile up. */
function waitForMain(): void {
  for (;;) {
    const handled = Atomics.load(signals, Signal.handled);
    if (sent - handled < BEHIND_MAX) return;
    Atomics.wait(signals, Signal.handled, handled);
  }
}

/** Without the tables of hosts, which do not cross threads. */
function findings(files: readonly CaptureFile[]): AnalysisFindings {
  const found = analysis.finish(files);
  const { assets, protocols, conversationCount, conversationsByService, incidents, alerts, firmware, stats } = found;
  return { files, assets, protocols, conversationCount, conversationsByService, incidents, alerts, firmware, stats };
}

try {
  await watch();
} catch (error) {
  if (!(error instanceof CaptureOpenError)) throw error;
  tell({ kind: 'refused', message: error.message });
}
