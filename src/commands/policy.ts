// `1sec policy`: infers zones and conduits from captures, judges captures against them, explains and exports them.
import { writeFileSync } from 'node:fs';
import { grouped, showable } from '../bytes/text.ts';
import { capturePaths, damageLines } from './capture-arguments.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { EXPORT_FORMATS, exported, type ExportFormat } from './policy-export.ts';
import { didYouMean } from './did-you-mean.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { OutputError, writeError, writeOutput } from './output.ts';

type Action = (line: CommandLine, operands: readonly string[]) => Promise<number>;

const ACTIONS: Readonly<Record<string, Action>> = { infer, check, explain, export: exportRules };
/** Options, and the words they belong to. */
const OPTION_ACTIONS: readonly (readonly [option: string, actions: readonly string[]])[] = [
  ['output', ['infer']],
  ['config', ['infer', 'check']],
  ['json', ['check', 'explain']],
  ['format', ['export']],
];

export const policyCommand: Command = {
  name: 'policy',
  usage: 'infer FILE… -o POLICY | check POLICY FILE… | explain POLICY A B | export POLICY --format FORMAT',
  summary: 'infer zones and conduits from captures, and judge others against them',
  options: [
    { name: 'output', short: 'o', value: 'FILE', text: 'of infer: the file to write' },
    { name: 'config', value: 'FILE', text: 'of infer and check: what is intended at the site (1sec.yaml)' },
    { name: 'format', value: 'FORMAT', choices: EXPORT_FORMATS, text: 'of export: nftables, suricata or csv' },
    { name: 'json', text: 'of check and explain: one JSON object' },
  ],
  operandsMax: Infinity,
  notes: [
    [
      'infer proposes zones (hosts of one segment and subnet at a similar level) and conduits (what passed between them),',
      'each with what supports it. Zones that --config declares are taken as they are. Read and correct the file: from then on it is yours, and everything else is a violation.',
    ].join(' '),
    "check tells what a capture holds that the policy does not allow: the same alerts as '1sec analyze --policy POLICY'.",
    'explain takes addresses (with a segment: 192.0.2.1@cell 1) or names of zones, and says what may pass between them.',
    'export writes rules that let the conduits pass and nothing else; what a format cannot say is told on standard error.',
    'Exit codes: 0 done; 1 a capture is damaged; 2 wrong usage or a mistake in the policy; 3 something is violated.',
    'The shape of the file and of --json: docs/formats.md.',
  ],
  run: runPolicy,
};

async function runPolicy(line: CommandLine): Promise<number> {
  const [action, ...operands] = line.operands;
  const run = action === undefined || !Object.hasOwn(ACTIONS, action) ? undefined : ACTIONS[action];
  if (action === undefined || run === undefined) {
    const names = Object.keys(ACTIONS);
    const given = action === undefined ? 'policy needs a word' : `policy cannot '${showable(action)}'`;
    const meant = action === undefined ? '' : didYouMean(action, names);
    throw new UsageError(`${given}: ${names.join(', ')}${meant}; see '1sec help policy'`);
  }
  for (const [option, actions] of OPTION_ACTIONS) {
    if (line.options.has(option) && !actions.includes(action)) {
      throw new UsageError(`--${option} belongs to policy ${actions.join(' and ')}`);
    }
  }
  return run(line, operands);
}

async function infer(line: CommandLine, operands: readonly string[]): Promise<number> {
  const output = line.options.get('output');
  if (output === undefined) throw new UsageError('policy infer needs -o FILE, the file to write');
  const paths = capturePaths(operands, 'policy infer');
  const config = line.options.get('config');
  const declaration = config === undefined ? null : (await import('./site-config.ts')).declarationOf(config);
  const { inferPolicy } = await import('../engine/infer.ts');
  const { policyText } = await import('./policy-text.ts');
  const inferred = await inferPolicy(paths, declaration);
  try {
    writeFileSync(output, policyText(inferred.zones, inferred.conduits, paths));
  } catch (error) {
    throw new OutputError(showable(output, 400), error as Error);
  }
  const [zones, conduits] = [inferred.zones.zones.length, inferred.conduits.conduits.length];
  writeOutput(
    `${showable(output, 400)}: ${grouped(zones)} ${zones === 1 ? 'zone' : 'zones'} and ${grouped(conduits)} ` +
      `${conduits === 1 ? 'conduit' : 'conduits'}. Read and correct it before anything relies on it.\n`,
  );
  const [first, ...more] = inferred.misplaced;
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` and ${grouped(more.length)} more`;
    writeError(
      `1sec: ${showable(first)}${others}: not in the zone that 1sec.yaml has for it, as a device of another zone has the ` +
        'same address in another segment; correct it in the policy, where a zone may be bound to one segment\n',
    );
  }
  if (inferred.leftOut > 0)
    writeError(`1sec: ${grouped(inferred.leftOut)} talks found no room and are in no conduit\n`);
  return endedWith(inferred.files);
}

async function check(line: CommandLine, operands: readonly string[]): Promise<number> {
  const [path, ...captures] = operands;
  const policy = policyPath(path, 'check');
  const paths = capturePaths(captures, 'policy check');
  const config = line.options.get('config');
  const declaration = config === undefined ? null : (await import('./site-config.ts')).declarationOf(config);
  const { checkPolicy } = await import('./policy-check.ts');
  return checkPolicy({ path: policy, paths, config: config ?? '', declaration, isJson: line.options.has('json') });
}

async function explain(line: CommandLine, operands: readonly string[]): Promise<number> {
  const [path, first, second, more] = operands;
  const policy = (await import('./policy-file.ts')).policyOf(policyPath(path, 'explain'));
  if (first === undefined || second === undefined || more !== undefined) {
    throw new UsageError(
      'policy explain needs two devices or zones: 1sec policy explain policy.yaml 192.0.2.1 192.0.2.2',
    );
  }
  const { explanationText, explain: explained } = await import('./policy-explain.ts');
  writeOutput(
    line.options.has('json')
      ? jsonPage({ ...explained(policy, first, second) })
      : explanationText(policy, first, second),
  );
  return ExitCode.ok;
}

async function exportRules(line: CommandLine, operands: readonly string[]): Promise<number> {
  const [path, more] = operands;
  const format = line.options.get('format');
  const named = policyPath(path, 'export');
  if (more !== undefined) throw new UsageError(`'${showable(more)}' is one word too many for policy export`);
  if (format === undefined) throw new UsageError(`policy export needs --format: ${EXPORT_FORMATS.join(', ')}`);
  const { policyOf } = await import('./policy-file.ts');
  const { text, warnings } = exported(policyOf(named), format as ExportFormat);
  writeOutput(text);
  for (const warning of warnings) writeError(`1sec: ${warning}\n`);
  return ExitCode.ok;
}

function policyPath(path: string | undefined, action: string): string {
  if (path !== undefined && path !== '') return path;
  throw new UsageError(`policy ${action} needs a policy: 1sec policy ${action} policy.yaml …`);
}

function endedWith(files: Parameters<typeof damageLines>[0]): number {
  const damages = damageLines(files);
  for (const damage of damages) writeError(`1sec: ${damage}\n`);
  return damages.length > 0 ? ExitCode.damaged : ExitCode.ok;
}
