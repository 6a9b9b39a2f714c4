// Keeps the newest frames of a live watch, and cuts out of them what proves an alert, a moment after it was raised, so
// that the frames that follow are there too. When the watch ends, alerts that have grown are cut again.
import type { FrameBatch } from '../capture/frames.ts';
import { frameRanges } from '../capture/reread.ts';
import { FrameSpool } from '../capture/spool.ts';
import type { Alert } from '../facts/alert.ts';
import type { FrameReference } from '../facts/frame-reference.ts';
import type { SecretPlaces } from '../flow/secret-places.ts';
import { FrameMask } from './frame-mask.ts';
import { EVIDENCE_BYTES_MAX, NEIGHBOURS, PROVING_FRAMES_MAX } from './evidence-limits.ts';

/** A frame as an evidence file holds it. */
export interface ProofFrame {
  readonly frame: FrameReference;
  readonly timeUs: number;
  readonly linkType: number;
  readonly bytes: Uint8Array;
  readonly originalLength: number;
  /** So many of `bytes` were secret, and are overwritten. */
  readonly maskedBytes: number;
}

/** The frames that prove an alert, those that are still there, and some around them. */
export interface Proof {
  readonly alert: Alert;
  readonly frames: readonly ProofFrame[];
}

/** So long after an alert was raised its frames are cut … */
const WAIT_MS = 2000;
/** … or sooner, when so large a share of what is kept was replaced since. */
const SHARE_REPLACED = 0.25;
/** Alerts that wait to be cut: as many as an analysis keeps. */
const WAITING_MAX = 16_384;

interface Waiting {
  readonly alert: Alert;
  readonly sinceMs: number;
  readonly sinceBytes: number;
}

export class LiveEvidence {
  readonly #spool: FrameSpool;
  readonly #mask: FrameMask;
  readonly #waiting = new Map<string, Waiting>();
  /** Count of each alert when it was cut. */
  readonly #cutAt = new Map<string, number>();

  constructor(keptBytes: number, secrets: SecretPlaces) {
    this.#mask = new FrameMask(secrets);
    this.#spool = new FrameSpool({ bytesMax: keptBytes });
  }

  /** Why no more frames are kept; null while all is well. */
  get problem(): string | null {
    return this.#spool.problem;
  }

  keep(batch: FrameBatch): void {
    this.#spool.append(batch);
  }

  /** An alert was raised, or became more severe. */
  noted(alert: Alert, nowMs: number): void {
    if (this.#waiting.size >= WAITING_MAX) return;
    const sinceMs = this.#waiting.get(alert.id)?.sinceMs ?? nowMs;
    this.#waiting.set(alert.id, { alert, sinceMs, sinceBytes: this.#spool.bytesWritten });
  }

  /** The next alert whose time has come, with its frames; null: none. */
  next(nowMs: number): Proof | null {
    for (const { alert, sinceMs, sinceBytes } of this.#waiting.values()) {
      const replaced = this.#spool.bytesWritten - sinceBytes;
      if (nowMs - sinceMs < WAIT_MS && replaced < this.#spool.bytesMax * SHARE_REPLACED) continue;
      return this.#cut(alert);
    }
    return null;
  }

  /** All that still waits, and all that has grown since it was cut. `alerts`: as they stand in the end. */
  *rest(alerts: readonly Alert[]): Generator<Proof> {
    for (const alert of alerts) if (this.#cutAt.get(alert.id) !== alert.count) yield this.#cut(alert);
  }

  close(): void {
    this.#spool.close();
  }

  #cut(alert: Alert): Proof {
    this.#waiting.delete(alert.id);
    this.#cutAt.set(alert.id, alert.count);
    const frames: ProofFrame[] = [];
    let size = 0;
    const wanted = Float64Array.from(alert.frames.slice(0, PROVING_FRAMES_MAX)).sort();
    for (const { first, last } of frameRanges(wanted, NEIGHBOURS)) {
      this.#spool.visit(first, last, (frame, timeUs, linkType, bytes, start, end, originalLength) => {
        size += end - start;
        if (size > EVIDENCE_BYTES_MAX) return;
        const copy = this.#mask.copy(bytes, start, end, originalLength, linkType);
        const { maskedBytes } = this.#mask;
        frames.push({ frame, timeUs, linkType, bytes: copy, originalLength, maskedBytes });
      });
    }
    return { alert, frames };
  }
}
