// The worker that analyses a capture that was sent, and adds what it found to the site database.
import { parentPort, workerData } from 'node:worker_threads';
import { CaptureOpenError } from '../capture/frames.ts';
import { analyze } from '../engine/analysis.ts';
import { protocols } from '../protocols/index.ts';
import { StoreError } from '../store/database.ts';
import { SiteStore } from '../store/site-store.ts';
import { readBaseline } from './baseline-file.ts';
import { UsageError } from './command-line.ts';
import { policyOf } from './policy-file.ts';
import { savedText } from './saving.ts';
import { declarationOf } from './site-config.ts';
import type { UploadEnd, UploadMessage, UploadWork } from './upload-run.ts';

const PROGRESS_EVERY_MS = 200;

class CancelledError extends Error {}

const work = workerData as UploadWork;
const flag = new Int32Array(work.cancel);

tell({ kind: 'end', end: await analysed().catch(endOf) });

async function analysed(): Promise<UploadEnd> {
  const { config, policy, baseline } = work.intent;
  const declaration = config === null ? null : declarationOf(config);
  const store = new SiteStore(work.database, { isMade: false });
  try {
    const recording = store.record(protocols.map(({ name }) => name));
    let toldMs = 0;
    const result = await analyze({
      paths: [work.path],
      accepted: store.accepted(),
      facts: () => recording.facts(),
      wrapSource: (source) => recording.source(source),
      progress: ({ inputBytes, frames }) => {
        // A file is read without a turn of the event loop: no message would arrive.
        if (Atomics.load(flag, 0) !== 0) throw new CancelledError();
        const nowMs = performance.now();
        if (nowMs - toldMs < PROGRESS_EVERY_MS) return;
        toldMs = nowMs;
        tell({ kind: 'progress', analysed: inputBytes, frames });
      },
      ...(declaration === null ? {} : { declaration }),
      ...(policy === null ? {} : { policy: policyOf(policy) }),
      ...(baseline === null ? {} : { baseline: readBaseline(baseline) }),
    });
    const [file] = result.files;
    const { damage } = file!;
    if (result.stats.frames === 0)
      throw new UsageError(`the capture holds no frame${damage === null ? '' : `: ${damage.message}`}`);
    if (Atomics.load(flag, 0) !== 0) throw new CancelledError();
    const summary = recording.save(result, declaration !== null);
    const broken =
      damage === null ? '' : ` Damaged at byte ${damage.offset}: ${damage.message}; what is behind is missing.`;
    const told = `${savedText('the site', summary)}${broken}`;
    return { kind: 'done', told, frames: result.stats.frames, isNew: summary.captures.added > 0 };
  } finally {
    store.close();
  }
}

function endOf(error: unknown): UploadEnd {
  if (error instanceof CancelledError) return { kind: 'cancelled', told: 'cancelled while it was read' };
  const isTheirs = error instanceof CaptureOpenError || error instanceof UsageError || error instanceof StoreError;
  const text = error instanceof Error ? error.message : String(error);
  return {
    kind: 'failed',
    told: isTheirs ? text.replaceAll(work.path, 'the capture') : `the analysis failed: ${text}`,
  };
}

function tell(message: UploadMessage): void {
  parentPort!.postMessage(message);
}
