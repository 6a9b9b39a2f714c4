// `1sec completion`: a script with which a shell completes commands, options and their values.
import { SHARED_OPTIONS, UsageError, type Command, type OptionSpecification } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { showable } from '../bytes/text.ts';
import { commands } from './index.ts';
import { writeOutput } from './output.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export const completionCommand: Command = {
  name: 'completion',
  usage: SHELLS.join(' | '),
  summary: 'print a script that completes commands and options in a shell',
  options: [],
  operandsMax: 1,
  notes: [
    'bash: 1sec completion bash > ~/.local/share/bash-completion/completions/1sec',
    'zsh: 1sec completion zsh > a file _1sec in a directory of $fpath',
    'fish: 1sec completion fish > ~/.config/fish/completions/1sec.fish',
  ],
  run: async (line) => {
    const shell = SHELLS.find((each) => each === line.operands[0]);
    if (shell === undefined) {
      const given =
        line.operands[0] === undefined ? 'completion needs a shell' : `no shell '${showable(line.operands[0])}'`;
      throw new UsageError(`${given}: ${SHELLS.join(', ')}`);
    }
    const all: CompletedCommand[] = [];
    for (const entry of commands) {
      const { name, summary } = entry;
      const command = name === 'completion' ? completionCommand : await entry.load();
      all.push({ name, summary, words: wordsOf(command), options: [...command.options, ...SHARED_OPTIONS] });
    }
    writeOutput(SCRIPTS[shell](all));
    return ExitCode.ok;
  },
};

export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  /** Words that may follow the name: `add`, `list` … */
  readonly words: readonly string[];
  readonly options: readonly OptionSpecification[];
}

const SCRIPTS: Readonly<Record<Shell, (all: readonly CompletedCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Of a usage as `add NAME [--role ROLE] | list | revoke NAME`: add, list, revoke. */
function wordsOf({ name, usage }: Command): string[] {
  if (name === 'help') return commands.map((entry) => entry.name);
  const alternatives = usage.split('|').map((part) => part.trim().split(/\s/)[0]!);
  return alternatives.length < 2 ? [] : alternatives.filter((word) => /^[a-z][a-z-]*$/.test(word));
}

function bashScript(all: readonly CompletedCommand[]): string {
  const cases = all.map(({ name, words, options }) => {
    const names = options.map((option) => `--${option.name}`).join(' ');
    return `    ${name}) words="${words.join(' ')}"; options="${names}" ;;`;
  });
  const values = choicesOf(all).map(
    ([command, option, choices]) => `    "${command} --${option}") values="${choices.join(' ')}" ;;`,
  );
  const files = filesOf(all).map(([command, option]) => `"${command} --${option}"`);
  return `# Completes 1sec in bash.
_1sec() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  local words="" options="" values=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${all.map(({ name }) => name).join(' ')}" -- "$word"))
    return
  fi
  case "$command" in
${cases.join('\n')}
    *) return ;;
  esac
  case "$command $before" in
${values.join('\n')}
    ${files.join(' | ')}) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$word"))
  elif [[ "$word" == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [ "$COMP_CWORD" -eq 2 ] && [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -o bashdefault -F _1sec 1sec
`;
}

function zshScript(all: readonly CompletedCommand[]): string {
  const cases = all.map(({ name, words, options }) => {
    // `=`: the value may stand behind it, or be the next word.
    const specs = options.map((option) => {
      const name = option.value === undefined ? option.name : `${option.name}=`;
      return `'--${name}[${zshText(option.text)}]${zshValue(option)}'`;
    });
    const first = words.length === 0 ? "'*:file:_files'" : `'1:word:(${words.join(' ')})' '*:file:_files'`;
    return `    ${name}) _arguments ${[...specs, first].join(' ')} ;;`;
  });
  return `#compdef 1sec
# Completes 1sec in zsh.
_1sec() {
  local -a commands
  commands=(
${all.map(({ name, summary }) => `    '${name}:${zshText(summary)}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="\${words[2]}"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
_1sec "$@"
`;
}

/** Within single quotes and brackets of _arguments. */
function zshText(text: string): string {
  return text.replace(/'/g, "'\\''").replace(/[[\]:]/g, '\\$&');
}

function zshValue({ value, choices }: OptionSpecification): string {
  if (value === undefined) return '';
  if (choices !== undefined) return `:${value}:(${choices.join(' ')})`;
  return isFile(value) ? `:${value}:_files` : `:${value}: `;
}

function fishScript(all: readonly CompletedCommand[]): string {
  const lines = [
    '# Completes 1sec in fish.',
    '# Is it the command that stands behind 1sec, and, with a number, do so many words stand before the one that is typed?',
    'function __1sec_within',
    '    set -l words (commandline -opc)',
    '    test (count $words) -ge 2; and test "$words[2]" = $argv[1]; or return 1',
    '    test (count $argv) -lt 2; or test (count $words) -eq $argv[2]',
    'end',
    "complete -c 1sec -n 'test (count (commandline -opc)) -eq 1' -f",
  ];
  for (const { name, summary, words, options } of all) {
    lines.push(`complete -c 1sec -n 'test (count (commandline -opc)) -eq 1' -a ${name} -d '${fishText(summary)}'`);
    const within = `complete -c 1sec -n '__1sec_within ${name}'`;
    if (words.length > 0) lines.push(`complete -c 1sec -n '__1sec_within ${name} 2' -f -a '${words.join(' ')}'`);
    for (const { name: option, value, choices, text } of options) {
      const takes = value === undefined ? '' : choices === undefined ? ' -r' : ` -x -a '${choices.join(' ')}'`;
      const plain = value !== undefined && choices === undefined && !isFile(value) ? ' -f' : '';
      lines.push(`${within} -l ${option}${takes}${plain} -d '${fishText(text)}'`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function fishText(text: string): string {
  return text.replace(/[\\']/g, '\\$&');
}

function choicesOf(all: readonly CompletedCommand[]): [command: string, option: string, choices: readonly string[]][] {
  return all.flatMap(({ name, options }) =>
    options.flatMap((option): [string, string, readonly string[]][] =>
      option.choices === undefined ? [] : [[name, option.name, option.choices]],
    ),
  );
}

function filesOf(all: readonly CompletedCommand[]): [command: string, option: string][] {
  return all.flatMap(({ name, options }) =>
    options
      .filter(({ value, choices }) => value !== undefined && choices === undefined)
      .map((option): [string, string] => [name, option.name]),
  );
}

function isFile(value: string): boolean {
  return value === 'FILE' || value === 'DIR';
}
