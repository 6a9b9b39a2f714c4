// The program behind `1sec`: finds the command, runs it, tells what went wrong in one line.
import { showable } from '../bytes/text.ts';
import { UsageError, parseCommandLine } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { commands } from './index.ts';
import { writeError } from './output.ts';

/** An error's message is at most this long on a terminal. */
const MESSAGE_MAX = 1000;
/** Errors by name that are the person's matter, not a defect: their classes are loaded only with what throws them. */
const TOLD_IN_ONE_LINE: readonly string[] = ['UsageError', 'CaptureOpenError', 'OutputError', 'StoreError'];

/** Resolves to the exit code. */
export async function runProgram(words: readonly string[]): Promise<number> {
  try {
    return await run(words);
  } catch (error) {
    return tell(error, words.includes('--trace'));
  }
}

async function run(words: readonly string[]): Promise<number> {
  const [first, ...rest] = words;
  const name =
    first === undefined || first === '--help' || first === '-h' ? 'help' : first === '--version' ? 'version' : first;
  const entry = commands.find((candidate) => candidate.name === name);
  if (entry === undefined) {
    if (name.startsWith('-')) throw new UsageError(`the command comes first, then '${name}'; see '1sec help'`);
    throw (await import('./help.ts')).unknownCommand(name);
  }
  const command = await entry.load();
  const line = parseCommandLine(command, rest);
  if (!line.options.has('help')) return command.run(line);
  const { helpCommand } = await import('./help.ts');
  return helpCommand.run({ options: new Map(), operands: [name] });
}

/** One line for whatever went wrong, and the exit code that says whose mistake it was. */
function tell(error: unknown, withTrace: boolean): number {
  const name = error instanceof Error ? error.name : '';
  const message = showable(error instanceof Error ? error.message : String(error), MESSAGE_MAX);
  if (TOLD_IN_ONE_LINE.includes(name)) {
    writeError(`1sec: ${message}\n`);
    return ExitCode.usage;
  }
  if (withTrace) {
    writeError(`1sec: internal error: ${message}\n${error instanceof Error ? (error.stack ?? '') : ''}\n`);
  } else {
    writeError(`1sec: internal error: ${message}; run it again with --trace to see where, and report it\n`);
  }
  return ExitCode.internal;
}
