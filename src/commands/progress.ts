// Shows on a terminal how far an analysis is: one line on standard error, wiped at the end.
import type { AnalysisProgress } from '../engine/analysis.ts';
import { writeError } from './output.ts';
import { cutToWidth } from './terminal.ts';
import { readableDuration } from './timestamp.ts';
import { grouped } from '../bytes/text.ts';

const WIPE = '\r\u001b[K';
/** The line is written anew this often. */
const SHOWN_EVERY_MS = 200;
/** The first moments say nothing about the speed. */
const RATE_AFTER_MS = 300;

export class ProgressLine {
  readonly #width: number;
  readonly #startMs: number;
  #isShown = false;
  #shownAtMs: number;

  constructor(width: number, startMs: number) {
    this.#width = width;
    this.#startMs = startMs;
    this.#shownAtMs = startMs;
  }

  /** May be called as often as one likes. */
  show(progress: AnalysisProgress, nowMs: number): void {
    if (nowMs - this.#shownAtMs < SHOWN_EVERY_MS) return;
    this.#shownAtMs = nowMs;
    this.#isShown = true;
    writeError(WIPE + cutToWidth(progressText(progress, nowMs - this.#startMs), this.#width - 1));
  }

  wipe(): void {
    if (this.#isShown) writeError(WIPE);
    this.#isShown = false;
  }
}

/** `43 % of 120 MB, 1,200,000 packets/s, 12 s left`. */
export function progressText(progress: AnalysisProgress, elapsedMs: number): string {
  const { inputBytes, inputBytesTotal, frames } = progress;
  const parts: string[] = [];
  const isTotalKnown = inputBytesTotal > 0;
  if (isTotalKnown) {
    const percent = Math.min(100, Math.floor((inputBytes / inputBytesTotal) * 100));
    parts.push(`${percent} % of ${readableBytes(inputBytesTotal)}`);
  } else parts.push(readableBytes(inputBytes));
  parts.push(`${grouped(frames)} packets`);
  if (elapsedMs > RATE_AFTER_MS) {
    parts.push(`${grouped(Math.round((frames * 1000) / elapsedMs))} packets/s`);
    if (isTotalKnown && inputBytes > 0) {
      const leftMs = (elapsedMs * Math.max(0, inputBytesTotal - inputBytes)) / inputBytes;
      parts.push(`${readableDuration(Math.ceil(leftMs / 1000) * 1_000_000)} left`);
    }
  }
  return parts.join(', ');
}

/** `980 bytes`, `1.2 kB`, `43 MB`, `1.5 GB`: powers of ten. */
export function readableBytes(bytes: number): string {
  if (bytes < 1000) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  let value = bytes;
  let unit = '';
  for (unit of ['kB', 'MB', 'GB', 'TB']) {
    value /= 1000;
    if (value < 999.5) break;
  }
  return `${value < 10 ? String(Number(value.toFixed(1))) : String(Math.round(value))} ${unit}`;
}
