// `1sec analyze FILE…`: what is on the network in a capture, and what is wrong there. Checks the command line; what does
// the work is loaded only when there is work.
import { SEVERITIES } from '../facts/alert.ts';
import type { Severity } from '../facts/alert.ts';
import { capturePaths, outputDirectory } from './capture-arguments.ts';
import type { Command, CommandLine } from './command-line.ts';
import { UsageError } from './command-line.ts';
import { samplePath } from './sample.ts';

const FRAMES_LISTED_MAX = 256;

export const analyzeCommand: Command = {
  name: 'analyze',
  usage: 'FILE… [options]',
  summary: 'say what is on the network in a capture, and what is wrong there',
  options: [
    { name: 'json', text: 'one JSON object instead of the report' },
    { name: 'quiet', text: 'only the alerts, one a line; nothing where there is none' },
    {
      name: 'fail-on',
      value: 'SEVERITY',
      choices: SEVERITIES,
      text: 'exit with 3 where an alert is at least this severe',
    },
    {
      name: 'evidence',
      value: 'DIR',
      text: 'write one pcapng for each alert there: the frames that prove it, and some around',
    },
    {
      name: 'spool',
      value: 'DIR',
      text: 'keep the files that pass there, each under its SHA-256, with index.jsonl; at most 1 GiB',
    },
    {
      name: 'frames',
      value: 'N',
      text: `frames listed for each alert: a number or all (default ${FRAMES_LISTED_MAX})`,
    },
    {
      name: 'duplicates',
      value: 'WHAT',
      choices: ['skip', 'keep'],
      text: 'frames that a mirror port sent twice (default skip)',
    },
    {
      name: 'baseline',
      value: 'FILE',
      text: "what is usual, from '1sec baseline learn': what deviates is told from the first packet on",
    },
    {
      name: 'policy',
      value: 'FILE',
      text: 'zones and conduits (policy.yaml): what no conduit allows is told; see 1sec help policy',
    },
    { name: 'firmware', value: 'FILE', text: "images known to be good, from '1sec firmware add'" },
    { name: 'firmware-key', value: 'FILE', text: 'the public key that they have to be signed with' },
    { name: 'config', value: 'FILE', text: 'what is intended at the site (1sec.yaml); see 1sec help config' },
    {
      name: 'credentials',
      value: 'FILE',
      text: "your own list of credentials beside the shipped one, from '1sec credentials import'",
    },
    {
      name: 'save',
      value: 'FILE',
      text: 'add devices, conversations and alerts to this site database; made where it is missing',
    },
    { name: 'sample', text: 'analyse the bundled capture' },
  ],
  operandsMax: Infinity,
  notes: [
    'FILE is a pcap or pcapng capture, plain, gzip or zstd; - is standard input. Several are read in the order of time.',
    `Severities: ${SEVERITIES.join(', ')}.`,
    [
      'Exit codes: 0 done, with alerts or without; 1 a capture is damaged (what came before is reported);',
      '2 wrong usage or no capture; 3 see --fail-on (it wins over 1).',
    ].join(' '),
    'The shape of --json: docs/formats.md.',
  ],
  run: (line) => runAnalyze(line),
};

/** `kept`: a site database that nobody asked for, filled without a word. */
export async function runAnalyze(line: CommandLine, kept: string | null = null): Promise<number> {
  const isJson = line.options.has('json');
  const isQuiet = line.options.has('quiet');
  if (isJson && isQuiet) throw new UsageError('--json and --quiet cannot be used together');
  const paths = line.options.has('sample') ? samplePaths(line.operands) : capturePaths(line.operands, 'analyze');
  const framesMax = framesListed(line.options.get('frames'));
  const evidence = line.options.get('evidence');
  const spool = line.options.get('spool');
  const failOn = line.options.get('fail-on');
  const config = line.options.get('config');
  const declaration = config === undefined ? null : (await import('./site-config.ts')).declarationOf(config);
  const own = line.options.get('credentials');
  const credentials = own === undefined ? [] : (await import('./credential-file.ts')).readCredentials(own);
  const usual = line.options.get('baseline');
  const baseline = usual === undefined ? null : (await import('./baseline-file.ts')).readBaseline(usual);
  const owned = line.options.get('policy');
  const policy = owned === undefined ? null : (await import('./policy-file.ts')).policyOf(owned);
  if (declaration !== null && policy !== null) {
    (await import('./zone-differences.ts')).warnOfZones(config!, declaration.zones, owned!, policy);
  }
  const known = line.options.get('firmware');
  const firmwareKey = line.options.get('firmware-key');
  if (known === undefined && firmwareKey !== undefined) throw new UsageError('--firmware-key belongs to --firmware');
  const knownFirmware =
    known === undefined ? null : (await import('./firmware-manifest.ts')).readManifest(known, firmwareKey);
  const { runAnalysis } = await import('./run-analysis.ts');
  return runAnalysis({
    paths,
    framesMax,
    duplicates: line.options.get('duplicates') === 'keep' ? 'keep' : 'skip',
    output: isJson ? 'json' : isQuiet ? 'quiet' : 'report',
    color: line.options.get('color') ?? 'auto',
    evidence: evidence === undefined ? null : outputDirectory('evidence', evidence),
    spool: spool === undefined ? null : outputDirectory('spool', spool),
    declaration,
    policy,
    credentials,
    baseline,
    knownFirmware,
    save: line.options.get('save') ?? kept,
    isSaveTold: kept === null,
    failOn: failOn === undefined ? null : (failOn as Severity),
  });
}

function framesListed(text: string | undefined): number {
  if (text === undefined) return FRAMES_LISTED_MAX;
  if (text === 'all') return Infinity;
  if (!/^[0-9]{1,9}$/.test(text)) throw new UsageError(`option --frames cannot be '${text}'; it is a number or all`);
  return Number(text);
}

function samplePaths(operands: readonly string[]): readonly string[] {
  if (operands.length > 0) throw new UsageError('--sample takes no file beside it');
  return [samplePath()];
}
