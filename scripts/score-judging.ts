// Learns from some frames and judges others as `1sec baseline learn` and `1sec analyze --baseline` do, with the baseline
// written to a file and read back.
import { severityRank } from '../src/alerts/severity.ts';
import { readBaseline, writeBaseline } from '../src/commands/baseline-file.ts';
import { analyze } from '../src/engine/analysis.ts';
import { learnBaseline } from '../src/engine/learn.ts';
import type { Alert } from '../src/facts/alert.ts';
import type { Baseline } from '../src/learning/baseline.ts';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { writeFrames, type Frame } from './score-frames.ts';

/** Between two rounds of the same frames. */
const BETWEEN_US = 1_000_000;

/** A directory that is gone after the work. */
export async function withScratch<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'score-'));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** `times`: learned so often, each time later, as if the site went on working like this. */
export async function learnFrames(directory: string, frames: readonly Frame[], times = 1): Promise<Baseline> {
  const file = join(directory, 'baseline.yaml');
  const spanUs = Math.round((frames.at(-1)?.timeUs ?? 0) - (frames[0]?.timeUs ?? 0)) + BETWEEN_US;
  const captures = Array.from({ length: times }, (_, index) => {
    const capture = join(directory, `learned-${index}.pcap`);
    // The last one keeps its time: what is judged comes after it.
    const lateUs = (index + 1 - times) * spanUs;
    writeFrames(
      capture,
      frames.map((frame) => ({ ...frame, timeUs: frame.timeUs + lateUs })),
    );
    return capture;
  });
  const { baseline } = await learnBaseline(captures, null);
  writeBaseline(file, baseline);
  return readBaseline(file);
}

/** Frame references of the alerts are positions in `frames`, from 1. */
export async function judgeFrames(
  directory: string,
  frames: readonly Frame[],
  baseline: Baseline,
): Promise<readonly Alert[]> {
  const capture = join(directory, 'judged.pcap');
  writeFrames(capture, frames);
  const { alerts } = await analyze({ paths: [capture], framesMax: Infinity, baseline });
  return alerts;
}

export function isLoud(alert: Alert): boolean {
  return severityRank(alert.severity) >= severityRank('medium');
}

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** One decimal, rounded down, so that "100.0 %" is said only of all; a dash where there is nothing to divide by. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`;
}

const SCORES = resolve(import.meta.dirname, '../docs/scores.md');

/** Puts `text` between the marks of one score in docs/scores.md; what other scripts wrote stays. Gives `text` back. */
export async function writeScore(name: string, text: string): Promise<string> {
  const document = replacedSection(readFileSync(SCORES, 'utf8'), name, text);
  const options = await resolveConfig(SCORES);
  writeFileSync(SCORES, await format(document, { ...options, parser: 'markdown' }));
  return text;
}

/** Throws where the marks are missing. */
export function replacedSection(document: string, name: string, text: string): string {
  const first = `<!-- ${name} begins -->`;
  const last = `<!-- ${name} ends -->`;
  const start = document.indexOf(first);
  const end = document.indexOf(last);
  if (start < 0 || end < start) throw new Error(`docs/scores.md has no place for ${name}`);
  return `${document.slice(0, start + first.length)}\n\n${text.trim()}\n\n${document.slice(end)}`;
}
