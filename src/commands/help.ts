// `1sec help [COMMAND]`: explains the program, or one command.
import { SHARED_OPTIONS, UsageError } from './command-line.ts';
import type { Command, OptionSpecification } from './command-line.ts';
import { didYouMean } from './did-you-mean.ts';
import { ExitCode } from './exit-codes.ts';
import { commands } from './index.ts';
import { writeOutput } from './output.ts';

export const helpCommand: Command = {
  name: 'help',
  usage: '[COMMAND]',
  summary: 'explain the program or one of its commands',
  options: [],
  operandsMax: 1,
  notes: [],
  run: async (line) => {
    const name = line.operands[0];
    if (name === undefined) {
      writeOutput(programHelp());
      return ExitCode.ok;
    }
    const entry = commands.find((candidate) => candidate.name === name);
    if (entry === undefined) throw unknownCommand(name);
    writeOutput(commandHelp(await entry.load()));
    return ExitCode.ok;
  },
};

export function unknownCommand(name: string): UsageError {
  const names = commands.map((entry) => entry.name);
  return new UsageError(`unknown command '${name}'${didYouMean(name, names)}; see '1sec help'`);
}

export function programHelp(): string {
  const lines = [
    'Usage: 1sec COMMAND [options]',
    '',
    'Watches industrial and IoT networks, from a capture or live, without sending a packet.',
    '',
    'Commands:',
    ...columns(commands.map((entry) => [entry.name, entry.summary])),
    '',
    "'1sec help COMMAND' explains one of them. First steps:",
    '',
    '  1sec demo                      the bundled capture',
    '  1sec analyze capture.pcapng    your own',
    '  1sec watch eth1                what a mirror port shows, live (Linux)',
  ];
  return `${lines.join('\n')}\n`;
}

export function commandHelp(command: Command): string {
  const lines = [`Usage: 1sec ${command.name} ${command.usage}`.trimEnd(), '', sentence(command.summary)];
  lines.push('', 'Options:', ...columns([...command.options, ...SHARED_OPTIONS].map(optionColumns)));
  for (const note of command.notes) lines.push('', note);
  return `${lines.join('\n')}\n`;
}

function optionColumns(option: OptionSpecification): [string, string] {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return [`${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`, option.text];
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
