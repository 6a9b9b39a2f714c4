// `1sec analyze FILE…`: what is on the network in a capture, and what is wrong there.
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaptureSource } from '../capture/frames.ts';
import { analyze } from '../engine/analysis.ts';
import type { AnalysisProgress, AnalysisResult } from '../engine/analysis.ts';
import { SEVERITIES } from '../facts/alert.ts';
import type { Severity } from '../facts/alert.ts';
import { modules } from '../modules/index.ts';
import { protocols } from '../protocols/index.ts';
import { severityRank } from '../alerts/severity.ts';
import { quietLine, worstFirst } from './alert-text.ts';
import { analysisJson } from './analysis-json.ts';
import { analysisReport } from './analysis-report.ts';
import { capturePaths, damageLines } from './capture-arguments.ts';
import type { Command, CommandLine } from './command-line.ts';
import { UsageError } from './command-line.ts';
import { evidenceDirectory, writeEvidence } from './evidence.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { MODULES_PLANNED } from './modules.ts';
import { LineWriter, writeError, writeOutput } from './output.ts';
import { ProgressLine } from './progress.ts';
import { spoolFor, spooledSource } from './spooled-source.ts';
import { isProgressWanted, standardTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

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
  run: runAnalyze,
};

async function runAnalyze(line: CommandLine): Promise<number> {
  const isJson = line.options.has('json');
  const isQuiet = line.options.has('quiet');
  if (isJson && isQuiet) throw new UsageError('--json and --quiet cannot be used together');
  const paths = line.options.has('sample') ? samplePaths(line.operands) : capturePaths(line.operands, 'analyze');
  const framesMax = framesListed(line.options.get('frames'));
  const evidence = line.options.get('evidence');
  const directory = evidence === undefined ? null : evidenceDirectory(evidence);
  const terminal = standardTerminal(line.options.get('color') ?? 'auto');

  const spool = directory === null ? null : spoolFor(paths);
  const result = await withProgress(terminal.width, (progress) =>
    analyze({
      paths,
      framesMax,
      duplicates: line.options.get('duplicates') === 'keep' ? 'keep' : 'skip',
      progress,
      ...(spool === null ? {} : { wrapSource: (source: CaptureSource) => spooledSource(source, spool) }),
    }),
  );
  if (isJson) writeOutput(jsonPage(analysisJson(result, runCost())));
  else if (isQuiet) writeQuiet(result);
  else writeReport(result, terminal);
  if (directory !== null) {
    const told = await writeEvidence(directory, result, spool);
    if (!isJson && !isQuiet) writeOutput(`\n${told}\n`);
    const problem = spool?.problem ?? null;
    if (problem !== null) writeError(`1sec: standard input could not be kept for evidence: ${problem}\n`);
    spool?.close();
  }
  return exitCode(result, line.options.get('fail-on') as Severity | undefined);
}

function writeReport(result: AnalysisResult, terminal: Terminal): void {
  const coverage = {
    modules: modules.length,
    modulesPlanned: MODULES_PLANNED,
    protocols: protocols.map((protocol) => protocol.title),
  };
  writeOutput(analysisReport(result, terminal, coverage));
}

function exitCode(result: AnalysisResult, failOn: Severity | undefined): number {
  const damages = damageLines(result.files);
  for (const damage of damages) writeError(`1sec: ${damage}\n`);
  if (failOn !== undefined && result.alerts.some((alert) => severityRank(alert.severity) >= severityRank(failOn))) {
    return ExitCode.alerts;
  }
  return damages.length > 0 ? ExitCode.damaged : ExitCode.ok;
}

function writeQuiet(result: AnalysisResult): void {
  const writer = new LineWriter();
  for (const alert of worstFirst(result.alerts)) writer.line(quietLine(alert));
  writer.flush();
}

function runCost(): { wallMs: number; peakRssBytes: number } {
  return { wallMs: performance.now(), peakRssBytes: process.resourceUsage().maxRSS * 1024 };
}

/** Ctrl-C needs nothing here: nobody listens for SIGINT, so it ends the process at once (130 in a shell). */
async function withProgress(
  width: number,
  run: (progress: (progress: AnalysisProgress) => void) => Promise<AnalysisResult>,
): Promise<AnalysisResult> {
  if (!isProgressWanted()) return run(() => undefined);
  const line = new ProgressLine(width, performance.now());
  try {
    return await run((progress) => line.show(progress, performance.now()));
  } finally {
    line.wipe();
  }
}

function framesListed(text: string | undefined): number {
  if (text === undefined) return FRAMES_LISTED_MAX;
  if (text === 'all') return Infinity;
  if (!/^[0-9]{1,9}$/.test(text)) throw new UsageError(`option --frames cannot be '${text}'; it is a number or all`);
  return Number(text);
}

function samplePaths(operands: readonly string[]): readonly string[] {
  if (operands.length > 0) throw new UsageError('--sample takes no file beside it');
  const path = fileURLToPath(new URL('../../samples/plant.pcapng', import.meta.url));
  if (!existsSync(path)) throw new UsageError('the bundled sample, samples/plant.pcapng, is missing');
  const fromHere = relative(process.cwd(), path);
  return [fromHere.startsWith('..') ? path : fromHere];
}
