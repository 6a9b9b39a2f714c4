// `1sec facts FILE…`: what was decoded, one fact a line, as JSON.
import { protocols } from '../protocols/index.ts';
import { capturePaths, damageLines } from './capture-arguments.ts';
import type { Command, CommandLine } from './command-line.ts';
import { UsageError } from './command-line.ts';
import { didYouMean } from './did-you-mean.ts';
import { ExitCode } from './exit-codes.ts';
import { FACT_NAMES, FactLines } from './fact-lines.ts';
import type { FactFilter } from './fact-lines.ts';
import { LineWriter, writeError } from './output.ts';

export const factsCommand: Command = {
  name: 'facts',
  usage: 'FILE… [options]',
  summary: 'print what was decoded, one fact a line, as JSON',
  options: [
    { name: 'fact', value: 'LIST', text: `only these, with commas: ${FACT_NAMES.join(', ')}` },
    { name: 'protocol', value: 'LIST', text: 'only facts of these protocols, with commas' },
    {
      name: 'duplicates',
      value: 'WHAT',
      choices: ['skip', 'keep'],
      text: 'frames that a mirror port sent twice (default skip)',
    },
  ],
  operandsMax: Infinity,
  notes: [
    'FILE is a pcap or pcapng capture, plain, gzip or zstd; - is standard input.',
    'Exit codes: 0 done, 1 a capture is damaged (what came before is printed), 2 wrong usage or no capture.',
    'The shape of the lines: docs/formats.md.',
  ],
  run: runFacts,
};

async function runFacts(line: CommandLine): Promise<number> {
  const paths = capturePaths(line.operands, 'facts');
  const filter = factFilter(line);
  const { analyze } = await import('../engine/analysis.ts');
  const writer = new LineWriter();
  const result = await analyze({
    paths,
    modules: false,
    duplicates: line.options.get('duplicates') === 'keep' ? 'keep' : 'skip',
    facts: (hosts) => new FactLines(hosts, protocols, filter, (text) => writer.line(text)),
  });
  writer.flush();
  const damages = damageLines(result.files);
  for (const damage of damages) writeError(`1sec: ${damage}\n`);
  return damages.length > 0 ? ExitCode.damaged : ExitCode.ok;
}

function factFilter(line: CommandLine): FactFilter {
  const facts = listOption(line, 'fact', FACT_NAMES);
  const named = listOption(
    line,
    'protocol',
    protocols.map((protocol) => protocol.name),
  );
  return { facts: new Set(facts ?? FACT_NAMES), protocols: named === null ? null : new Set(named) };
}

/** The words of an option that is a list; null where it is not given. */
function listOption<Word extends string>(line: CommandLine, name: string, known: readonly Word[]): Word[] | null {
  const text = line.options.get(name);
  if (text === undefined) return null;
  return text.split(',').map((word) => {
    const found = known.find((candidate) => candidate === word.trim());
    if (found !== undefined) return found;
    throw new UsageError(
      `option --${name} cannot be '${word}'; it is of ${known.join(', ')}${didYouMean(word, known)}`,
    );
  });
}
