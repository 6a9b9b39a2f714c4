// Cuts the frames that prove each alert out of the captures, with some around them, into one pcapng an alert.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grouped, showable } from '../bytes/text.ts';
import { PcapngWriter } from '../capture/pcapng-writer.ts';
import { rereadFrames } from '../capture/reread.ts';
import type { FrameSpool } from '../capture/spool.ts';
import type { AnalysisResult } from '../engine/analysis.ts';
import type { Alert } from '../facts/alert.ts';
import { fileOf } from '../facts/frame-reference.ts';
import type { FrameReference } from '../facts/frame-reference.ts';
import { jsonPage } from './json-text.ts';
import { OutputError } from './output.ts';
import { programVersion } from './version.ts';

/** Frames before and after each proving one, of the same input file. */
const NEIGHBOURS = 5;
/** Proving frames of one alert that are written, the earliest. */
const PROVING_FRAMES_MAX = 1000;
const FILE_BYTES_MAX = 64 * 1024 * 1024;
/** Alerts whose files are open at once; for more the captures are read again. */
const ALERTS_AT_ONCE = 128;

/** One line of index.json: docs/formats.md. */
interface EvidenceFile {
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly title: string;
  readonly file: string | null;
  readonly sha256: string | null;
  readonly frames: number;
  readonly provingFrames: number;
  readonly missingFrames: number;
}

/** Writes a file for each alert and index.json; tells in one sentence what is there. */
export async function writeEvidence(
  directory: string,
  result: AnalysisResult,
  spool: FrameSpool | null,
): Promise<string> {
  const paths = result.files.map((file) => file.path);
  const entries: EvidenceFile[] = [];
  try {
    for (let first = 0; first < result.alerts.length; first += ALERTS_AT_ONCE) {
      const alerts = result.alerts.slice(first, first + ALERTS_AT_ONCE);
      entries.push(...(await cutEvidence(directory, paths, alerts, spool)));
    }
    replaceFile(directory, 'index.json', (path) => {
      writeFileSync(path, jsonPage({ alerts: entries }), { mode: 0o600, flag: 'wx' });
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new OutputError('evidence', error as Error);
  }
  const files = entries.filter((entry) => entry.file !== null).length;
  const missing = entries.reduce((sum, entry) => sum + entry.missingFrames, 0);
  const without = missing > 0 ? ` (${grouped(missing)} proving frames are not in them)` : '';
  return `Evidence: ${files} ${files === 1 ? 'file' : 'files'} and index.json in ${showable(directory, 400)}${without}.`;
}

async function cutEvidence(
  directory: string,
  paths: readonly string[],
  alerts: readonly Alert[],
  spool: FrameSpool | null,
): Promise<EvidenceFile[]> {
  const cuts = alerts.map((alert) => new EvidenceCut(directory, alert));
  const byFrame = new Map<FrameReference, EvidenceCut[]>();
  for (const cut of cuts) for (const frame of cut.wanted()) listed(byFrame, frame).push(cut);
  const proving = new Set(cuts.flatMap((cut) => [...cut.proving]));
  const wanted = Float64Array.from(proving).sort();
  try {
    await rereadFrames(
      paths,
      wanted,
      (frame, timeUs, linkType, bytes, start, end, originalLength) => {
        for (const cut of byFrame.get(frame) ?? []) cut.add(frame, timeUs, linkType, bytes, start, end, originalLength);
      },
      { neighbours: NEIGHBOURS, ...(spool === null ? {} : { spool }) },
    );
    return cuts.map((cut) => cut.finish());
  } finally {
    for (const cut of cuts) cut.abandon();
  }
}

function listed<Value>(lists: Map<FrameReference, Value[]>, frame: FrameReference): Value[] {
  let list = lists.get(frame);
  if (list === undefined) lists.set(frame, (list = []));
  return list;
}

/** The evidence of one alert while it is written. */
class EvidenceCut {
  readonly proving: ReadonlySet<FrameReference>;
  readonly #directory: string;
  readonly #alert: Alert;
  readonly #name: string;
  readonly #comment: string;
  #writer: PcapngWriter | null = null;
  #bytes = 0;
  #frames = 0;
  #provingFrames = 0;

  constructor(directory: string, alert: Alert) {
    this.#directory = directory;
    this.#alert = alert;
    this.#name = `${alert.id}.pcapng`;
    this.#comment = `${showable(alert.title)} (alert ${alert.id}, ${alert.kind}, ${alert.severity})`;
    this.proving = new Set(alert.frames.slice(0, PROVING_FRAMES_MAX));
  }

  /** The proving frames and those around them. */
  wanted(): Set<FrameReference> {
    const frames = new Set<FrameReference>();
    for (const frame of this.proving) {
      for (let near = frame - NEIGHBOURS; near <= frame + NEIGHBOURS; near++) {
        if (fileOf(near) === fileOf(frame)) frames.add(near);
      }
    }
    return frames;
  }

  add(
    frame: FrameReference,
    timeUs: number,
    linkType: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    originalLength: number,
  ): void {
    if (this.#bytes + end - start > FILE_BYTES_MAX) return;
    this.#bytes += end - start;
    if (this.#writer === null) {
      rmSync(this.#temporaryPath(), { force: true });
      this.#writer = new PcapngWriter(this.#temporaryPath(), { application: `1-SEC Shield ${programVersion()}` });
    }
    const isProving = this.proving.has(frame);
    const link = this.#writer.interface(linkType);
    this.#writer.frame(link, timeUs, bytes, start, end, originalLength, isProving ? this.#comment : undefined);
    this.#frames++;
    if (isProving) this.#provingFrames++;
  }

  finish(): EvidenceFile {
    const { id, kind, severity, title, frames, framesOmitted } = this.#alert;
    const missingFrames = frames.length + framesOmitted - this.#provingFrames;
    const counts = { frames: this.#frames, provingFrames: this.#provingFrames, missingFrames };
    const writer = this.#writer;
    if (writer === null) return { id, kind, severity, title, file: null, sha256: null, ...counts };
    this.#writer = null;
    writer.close();
    const sha256 = sha256OfFile(this.#temporaryPath());
    renameSync(this.#temporaryPath(), join(this.#directory, this.#name));
    return { id, kind, severity, title, file: this.#name, sha256, ...counts };
  }

  /** Leaves nothing behind where the work broke off. */
  abandon(): void {
    if (this.#writer === null) return;
    this.#writer.close();
    this.#writer = null;
    rmSync(this.#temporaryPath(), { force: true });
  }

  #temporaryPath(): string {
    return join(this.#directory, `.${this.#name}.tmp`);
  }
}

/** Writes beside and moves into place: a link that waits under the name is not followed. */
function replaceFile(directory: string, name: string, write: (path: string) => void): void {
  const temporary = join(directory, `.${name}.tmp`);
  rmSync(temporary, { force: true });
  write(temporary);
  renameSync(temporary, join(directory, name));
}

function sha256OfFile(path: string): string {
  const hash = createHash('sha256');
  const descriptor = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(1 << 16);
    for (let count = 1; count > 0;) {
      count = readSync(descriptor, bytes);
      hash.update(bytes.subarray(0, count));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}
