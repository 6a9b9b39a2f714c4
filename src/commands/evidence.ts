// Cuts the frames that prove each alert out of the captures, with some around them, into one pcapng an alert.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { grouped, showable } from '../bytes/text.ts';
import { PcapngWriter } from '../capture/pcapng-writer.ts';
import { rereadFrames } from '../capture/reread.ts';
import type { FrameSpool } from '../capture/spool.ts';
import type { AnalysisResult } from '../engine/analysis.ts';
import { EVIDENCE_BYTES_MAX, NEIGHBOURS, PROVING_FRAMES_MAX } from '../engine/evidence-limits.ts';
import { FrameMask } from '../engine/frame-mask.ts';
import type { Proof, ProofFrame } from '../engine/live-evidence.ts';
import type { Alert } from '../facts/alert.ts';
import { fileOf } from '../facts/frame-reference.ts';
import type { FrameReference } from '../facts/frame-reference.ts';
import { jsonPage } from './json-text.ts';
import { OutputError } from './output.ts';
import { programVersion } from './version.ts';

/** Alerts whose files are open at once; for more the captures are read again. */
const ALERTS_AT_ONCE = 128;

/** One line of index.json: docs/formats.md. */
export interface EvidenceFile {
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
  const mask = new FrameMask(result.secrets);
  try {
    for (let first = 0; first < result.alerts.length; first += ALERTS_AT_ONCE) {
      const alerts = result.alerts.slice(first, first + ALERTS_AT_ONCE);
      entries.push(...(await cutEvidence(directory, paths, alerts, spool, mask)));
    }
    writeIndex(directory, entries);
  } catch (error) {
    throw outputError(error);
  }
  return evidenceText(directory, entries);
}

/** Evidence of a live watch: written while it goes on, added to what an earlier one left in the directory. */
export class LiveEvidenceFolder {
  readonly #directory: string;
  readonly #entries = new Map<string, EvidenceFile>();
  readonly #written = new Set<string>();
  #isIndexDue = false;

  constructor(directory: string) {
    this.#directory = directory;
    for (const entry of earlierEntries(directory)) this.#entries.set(entry.id, entry);
  }

  /** Where more of the frames that prove it were kept before, those stay. */
  write({ alert, frames }: Proof): void {
    const cut = new EvidenceCut(this.#directory, alert);
    const proving = frames.filter(({ frame }) => cut.proving.has(frame)).length;
    const known = this.#entries.get(alert.id);
    if (known !== undefined && known.provingFrames > proving) return;
    try {
      for (const proof of frames) cut.add(proof);
      this.#entries.set(alert.id, cut.finish());
    } catch (error) {
      throw outputError(error);
    } finally {
      cut.abandon();
    }
    this.#written.add(alert.id);
    this.#isIndexDue = true;
  }

  writeIndex(): void {
    if (!this.#isIndexDue) return;
    try {
      writeIndex(this.#directory, [...this.#entries.values()]);
    } catch (error) {
      throw outputError(error);
    }
    this.#isIndexDue = false;
  }

  /** Of this watch. */
  text(): string {
    return evidenceText(
      this.#directory,
      [...this.#written].map((id) => this.#entries.get(id)!),
    );
  }
}

function earlierEntries(directory: string): EvidenceFile[] {
  try {
    const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8')) as { alerts?: EvidenceFile[] };
    return (index.alerts ?? []).filter((entry) => typeof entry.id === 'string');
  } catch {
    // None is there, or none that was written here.
    return [];
  }
}

function writeIndex(directory: string, entries: readonly EvidenceFile[]): void {
  replaceFile(directory, 'index.json', (path) => {
    writeFileSync(path, jsonPage({ alerts: entries }), { mode: 0o600, flag: 'wx' });
  });
}

function evidenceText(directory: string, entries: readonly EvidenceFile[]): string {
  const files = entries.filter((entry) => entry.file !== null).length;
  const missing = entries.reduce((sum, entry) => sum + entry.missingFrames, 0);
  const without = missing > 0 ? ` (${grouped(missing)} proving frames are not in them)` : '';
  return `Evidence: ${files} ${files === 1 ? 'file' : 'files'} and index.json in ${showable(directory, 400)}${without}.`;
}

/** What the system refuses is told in one line; a defect of ours stays one. */
function outputError(error: unknown): Error {
  if ((error as NodeJS.ErrnoException).code === undefined) return error as Error;
  return new OutputError('evidence', error as Error);
}

/** A file for each alert, in this directory. */
export async function cutEvidence(
  directory: string,
  paths: readonly string[],
  alerts: readonly Alert[],
  spool: FrameSpool | null,
  mask: FrameMask,
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
        const wanting = byFrame.get(frame);
        if (wanting === undefined) return;
        const copy = mask.copy(bytes, start, end, originalLength, linkType);
        const { maskedBytes } = mask;
        for (const cut of wanting) cut.add({ frame, timeUs, linkType, bytes: copy, originalLength, maskedBytes });
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

  add({ frame, timeUs, linkType, bytes, originalLength, maskedBytes }: ProofFrame): void {
    if (this.#bytes + bytes.length > EVIDENCE_BYTES_MAX) return;
    this.#bytes += bytes.length;
    if (this.#writer === null) {
      rmSync(this.#temporaryPath(), { force: true });
      this.#writer = new PcapngWriter(this.#temporaryPath(), { application: `1-SEC Shield ${programVersion()}` });
    }
    const isProving = this.proving.has(frame);
    const link = this.#writer.interface(linkType);
    const remarks = [...(isProving ? [this.#comment] : []), ...(maskedBytes > 0 ? [maskedText(maskedBytes)] : [])];
    this.#writer.frame(link, timeUs, bytes, 0, bytes.length, originalLength, remarks.join('; '));
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

function maskedText(count: number): string {
  return `${count} ${count === 1 ? 'byte' : 'bytes'} of a login secret overwritten with X`;
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
