// Turns the words of a command line into options and operands, strictly: what a command does not declare is an error.
import { didYouMean } from './did-you-mean.ts';

export interface OptionSpecification {
  /** Without the dashes. */
  readonly name: string;
  /** One letter that stands for it behind one dash: `o`. */
  readonly short?: string;
  /** How help calls its value; absent: the option takes none. */
  readonly value?: string;
  /** The only values there are. */
  readonly choices?: readonly string[];
  /** For help, one line. */
  readonly text: string;
}

export interface Command {
  readonly name: string;
  /** Behind the name, for help: `FILE… [options]`. */
  readonly usage: string;
  readonly summary: string;
  readonly options: readonly OptionSpecification[];
  readonly operandsMax: number;
  /** Paragraphs below the options in help. */
  readonly notes: readonly string[];
  /** Resolves to the exit code. */
  run(line: CommandLine): Promise<number>;
}

/** A command line that was read: the options given, and what stands beside them. */
export interface CommandLine {
  readonly options: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/** The person's mistake, told in one line; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Options that every command knows. */
export const SHARED_OPTIONS: readonly OptionSpecification[] = [
  {
    name: 'color',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    text: 'colour: auto (on a terminal), always, never',
  },
  { name: 'trace', text: 'show where in the program an internal error happened' },
  { name: 'help', text: 'show this help' },
];

/** Reads what follows the command's name. */
export function parseCommandLine(command: Command, words: readonly string[]): CommandLine {
  const known = [...command.options, ...SHARED_OPTIONS];
  const options = new Map<string, string>();
  const operands: string[] = [];
  let at = 0;
  while (at < words.length) {
    const word = words[at++]!;
    if (word === '--') {
      operands.push(...words.slice(at));
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      operands.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const given = equals < 0 ? word : word.slice(0, equals);
    const name = given === '-h' ? 'help' : given.startsWith('--') ? given.slice(2) : '';
    const option = known.find((candidate) => candidate.name === name || `-${candidate.short ?? '-'}` === given);
    if (option === undefined) throw unknownOption(command, known, given);
    let value = equals < 0 ? undefined : word.slice(equals + 1);
    if (option.value === undefined) {
      if (value !== undefined) throw new UsageError(`option ${given} takes no value`);
    } else {
      if (value === undefined && at < words.length && !words[at]!.startsWith('--')) value = words[at++]!;
      if (value === undefined || value === '') throw new UsageError(`option ${given} needs a value: ${wanted(option)}`);
      if (option.choices !== undefined && !option.choices.includes(value)) {
        throw new UsageError(
          `option ${given} cannot be '${value}'; it is one of ${option.choices.join(', ')}${didYouMean(value, option.choices)}`,
        );
      }
      const earlier = options.get(option.name);
      if (earlier !== undefined && earlier !== value)
        throw new UsageError(`option ${given} is given twice with different values`);
    }
    options.set(option.name, value ?? '');
  }
  if (operands.length > command.operandsMax && !options.has('help')) {
    throw new UsageError(
      `'${operands[command.operandsMax]!}' is one word too many for ${command.name}; see '1sec help ${command.name}'`,
    );
  }
  return { options, operands };
}

function wanted(option: OptionSpecification): string {
  return option.choices === undefined ? option.value! : option.choices.join(', ');
}

function unknownOption(command: Command, known: readonly OptionSpecification[], given: string): UsageError {
  const names = known.map((option) => `--${option.name}`);
  return new UsageError(
    `unknown option ${given} of ${command.name}${didYouMean(given, names)}; see '1sec help ${command.name}'`,
  );
}
