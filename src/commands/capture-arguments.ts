// Checks the files and directories that a command line names, and tells of damage in captures that were read.
import { mkdirSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { grouped, showable } from '../bytes/text.ts';
import type { CaptureFile } from '../capture/frames.ts';
import { UsageError } from './command-line.ts';

const STANDARD_INPUT = 0;
const PATH_MAX = 400;

/** The paths as given; throws where there is none, or where standard input cannot be meant. */
export function capturePaths(operands: readonly string[], command: string): readonly string[] {
  if (operands.length === 0) throw new UsageError(`${command} needs a capture file; see '1sec help ${command}'`);
  if (operands.includes('')) throw new UsageError('a file name is empty');
  const fromInput = operands.filter((path) => path === '-').length;
  if (fromInput > 1) throw new UsageError('standard input (-) can be read only once');
  if (fromInput === 1 && isatty(STANDARD_INPUT)) {
    throw new UsageError('standard input (-) is a terminal; pipe a capture into it');
  }
  return operands;
}

/** One line for each file that was damaged: everything before the damage was read. */
export function damageLines(files: readonly CaptureFile[]): string[] {
  const lines: string[] = [];
  for (const file of files) {
    if (file.damage === null) continue;
    const path = file.path === '-' ? 'standard input' : showable(file.path, PATH_MAX);
    const frames = `${grouped(file.frames)} ${file.frames === 1 ? 'frame' : 'frames'}`;
    lines.push(
      `${path} is damaged at byte ${file.damage.offset}: ${showable(file.damage.message, PATH_MAX)}; the ${frames} before it were read`,
    );
  }
  return lines;
}

/** The directory that `--option` names, made where it is missing; for its owner only. */
export function outputDirectory(option: string, path: string): string {
  let isDirectory: boolean | null = null;
  try {
    isDirectory = statSync(path).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw cannotUse(option, path, error);
  }
  if (isDirectory === false) throw new UsageError(`--${option} ${showable(path)} is a file; it must be a directory`);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw cannotUse(option, path, error);
  }
  return path;
}

function cannotUse(option: string, path: string, error: unknown): UsageError {
  return new UsageError(`--${option} ${showable(path)} cannot be used: ${(error as Error).message}`);
}
