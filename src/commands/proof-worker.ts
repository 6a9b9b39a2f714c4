// The worker that proves a stored alert: reads the captures again, decodes them, and hands over the proving frames without
// secrets, the facts that were decoded from them, and the same as a pcapng file.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { showable } from '../bytes/text.ts';
import { CaptureOpenError } from '../capture/frames.ts';
import { rereadFrames } from '../capture/reread.ts';
import { analyze } from '../engine/analysis.ts';
import { FrameMask } from '../engine/frame-mask.ts';
import { fileOf, frameOf, frameReference } from '../facts/frame-reference.ts';
import { protocols } from '../protocols/index.ts';
import { CaptureIdentities, identifiedSource } from '../store/capture-identity.ts';
import { cutEvidence } from './evidence.ts';
import { FACT_NAMES, FactLines } from './fact-lines.ts';
import { FactsOfFrames } from './facts-of-frames.ts';
import { holdSample } from './sample.ts';
import type { AlertProof, ProofFrameJson, ProofReply, ProofRequest } from './stored-proof.ts';
import { timestamp } from './timestamp.ts';

const FRAMES_SHOWN_MAX = 50;
const FRAME_BYTES_SHOWN_MAX = 2048;
const FACTS_MAX = 500;

parentPort!.postMessage(await reply(workerData as ProofRequest));

async function reply(request: ProofRequest): Promise<ProofReply> {
  try {
    return await prove(request);
  } catch (error) {
    if (error instanceof CaptureOpenError) return { problem: error.message };
    throw error;
  }
}

/** Only whole captures are looked at: a secret may have begun before the frame and end behind it. */
async function prove({ alert, captures, duplicates }: ProofRequest): Promise<ProofReply> {
  holdSample(captures.map(({ path }) => path));
  const indexes = [...new Set(alert.frames.map(fileOf))].sort((left, right) => left - right);
  const files = indexes.map((index) => captures[index]!);
  const paths = files.map(({ path }) => path);
  const frames = alert.frames.map((frame) => frameReference(indexes.indexOf(fileOf(frame)), frameOf(frame)));
  const shown = new Set(frames.slice(0, FRAMES_SHOWN_MAX));
  const identities = new CaptureIdentities();
  const facts: { frame: number; fact: Record<string, unknown> }[] = [];
  const result = await analyze({
    paths,
    modules: false,
    duplicates,
    wrapSource: (source) => identifiedSource(source, identities),
    facts: (hosts) => {
      let frame = 0;
      const everything = { facts: new Set(FACT_NAMES), protocols: null };
      const lines = new FactLines(hosts, protocols, everything, (line) => {
        if (facts.length < FACTS_MAX) facts.push({ frame, fact: JSON.parse(line) as Record<string, unknown> });
      });
      return new FactsOfFrames(lines, shown, (proving) => {
        frame = proving;
      });
    },
  });
  const seen = identities.finish();
  const changed = files.find((file, index) => seen.get(index) !== file.identity);
  if (changed !== undefined)
    return { problem: `${showable(changed.path, 400)} is not the capture that was analysed: it has changed since` };
  const told: ProofFrameJson[] = [];
  const mask = new FrameMask(result.secrets);
  await rereadFrames(
    paths,
    Float64Array.from(shown).sort(),
    (frame, timeUs, linkType, bytes, start, end, originalLength) => {
      const copy = mask.copy(bytes, start, end, originalLength, linkType);
      const file = indexes[fileOf(frame)]!;
      told.push({
        file,
        path: captures[file]!.path,
        frame: frameOf(frame),
        time: timestamp(timeUs),
        length: copy.length,
        originalLength,
        maskedBytes: mask.maskedBytes,
        hex: Buffer.from(copy.subarray(0, FRAME_BYTES_SHOWN_MAX)).toString('hex'),
        facts: facts.filter((each) => each.frame === frame).map(({ fact }) => fact),
      });
    },
  );
  const pcapng = await cutOf({ ...alert, frames }, paths, mask);
  const proof: AlertProof = { frames: told, omitted: alert.frames.length + alert.framesOmitted - told.length, pcapng };
  return { proof };
}

/** Written as evidence always is, in a folder of its own that is gone afterwards. */
async function cutOf(alert: ProofRequest['alert'], paths: readonly string[], mask: FrameMask): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), '1sec-proof-'));
  try {
    const [cut] = await cutEvidence(folder, paths, [alert], null, mask);
    const file = cut?.file ?? null;
    return file === null ? new Uint8Array() : new Uint8Array(readFileSync(join(folder, file)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
