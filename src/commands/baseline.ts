// `1sec baseline`: learns from captures what is usual and writes it into a file, and shows what such a file says.
import { showable } from '../bytes/text.ts';
import { capturePaths, damageLines } from './capture-arguments.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { didYouMean } from './did-you-mean.ts';
import { ExitCode } from './exit-codes.ts';
import { writeError, writeOutput } from './output.ts';

const ACTIONS = ['learn', 'show'];

export const baselineCommand: Command = {
  name: 'baseline',
  usage: 'learn FILE… -o FILE | show FILE',
  summary: 'learn from captures what is usual, into a file that can be read and edited',
  options: [
    { name: 'output', short: 'o', value: 'FILE', text: 'of learn: the file to write' },
    { name: 'from', value: 'FILE', text: 'of learn: a baseline to go on from' },
    { name: 'json', text: 'of show: as one JSON object' },
  ],
  operandsMax: Infinity,
  notes: [
    'learn takes what is in the captures as usual: give it captures of normal work. Several are learned one after the other.',
    [
      'What was seen in less than a quarter of the time only may be the one thing that was not normal: it is marked "once"',
      'and silences no alert, which is then one step milder. Whoever deletes the mark confirms it; learning goes on from that.',
    ].join(' '),
    "'1sec analyze --baseline FILE' then tells what deviates, from the first packet on.",
    'The file is YAML text, sorted, one thing a line; it may be edited. Comments are lost when 1sec writes it again.',
  ],
  run: runBaseline,
};

async function runBaseline(line: CommandLine): Promise<number> {
  const [action, ...operands] = line.operands;
  if (action === 'learn') return learn(line, operands);
  if (action === 'show') return show(line, operands);
  const given = action === undefined ? 'baseline needs a word' : `baseline cannot '${action}'`;
  const meant = action === undefined ? '' : didYouMean(action, ACTIONS);
  throw new UsageError(`${given}: ${ACTIONS.join(' or ')}${meant}; see '1sec help baseline'`);
}

async function learn(line: CommandLine, operands: readonly string[]): Promise<number> {
  const output = line.options.get('output');
  if (output === undefined) throw new UsageError('baseline learn needs -o FILE, the file to write');
  if (line.options.has('json')) throw new UsageError('--json belongs to baseline show');
  const paths = capturePaths(operands, 'baseline learn');
  const { readBaseline, writeBaseline } = await import('./baseline-file.ts');
  const { learnBaseline } = await import('../engine/learn.ts');
  const from = line.options.get('from');
  const learned = await learnBaseline(paths, from === undefined ? null : readBaseline(from));
  writeBaseline(output, learned.baseline);
  const { contentText, onceCount } = await import('./baseline-summary.ts');
  const shown = showable(output, 400);
  writeOutput(`${shown}: ${contentText(learned.baseline)}.\n`);
  const once = onceCount(learned.baseline);
  if (once > 0) {
    const [what, are] = once === 1 ? ['One thing', 'is'] : [`${once} things`, 'are'];
    writeOutput(
      `${what} seen in one stretch of time only ${are} marked "once" and not counted: 1sec baseline show ${shown}\n`,
    );
  }
  const damages = damageLines(learned.files);
  for (const damage of damages) writeError(`1sec: ${damage}\n`);
  return damages.length > 0 ? ExitCode.damaged : ExitCode.ok;
}

async function show(line: CommandLine, operands: readonly string[]): Promise<number> {
  const [path, more] = operands;
  if (path === undefined || path === '')
    throw new UsageError('baseline show needs a file: 1sec baseline show baseline.yaml');
  if (more !== undefined) throw new UsageError(`'${more}' is one word too many for baseline show`);
  for (const option of ['output', 'from']) {
    if (line.options.has(option)) throw new UsageError(`--${option} belongs to baseline learn`);
  }
  const { readBaseline } = await import('./baseline-file.ts');
  const baseline = readBaseline(path);
  const { baselineJson, summaryText } = await import('./baseline-summary.ts');
  writeOutput(line.options.has('json') ? baselineJson(baseline) : summaryText(baseline));
  return ExitCode.ok;
}
