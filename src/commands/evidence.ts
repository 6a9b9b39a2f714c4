// Cuts the frames that prove each alert out of the captures, with some around them, into one pcapng an alert.
import { mkdirSync, statSync } from 'node:fs';
import { showable } from '../bytes/text.ts';
import type { AnalysisResult } from '../engine/analysis.ts';
import { UsageError } from './command-line.ts';

/** The directory, made where it is missing; for its owner only. */
export function evidenceDirectory(path: string): string {
  let isDirectory: boolean | null = null;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw cannotUse(path, error);
  }
  if (isDirectory === false) throw new UsageError(`--evidence ${showable(path)} is a file; it must be a directory`);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cannotUse(path, error);
  }
  return path;
}

function cannotUse(path: string, error: unknown): UsageError {
  return new UsageError(`--evidence ${showable(path)} cannot be used: ${(error as Error).message}`);
}

export function writeEvidence(directory: string, result: AnalysisResult): Promise<string> {
  return Promise.reject(new UsageError(`not there yet: ${directory}, ${result.alerts.length} alerts`));
}
