// Runs an analysis as the command line asks for it, and prints what came out of it.
import { grouped, showable } from '../bytes/text.ts';
import { severityRank } from '../alerts/severity.ts';
import type { CaptureSource } from '../capture/frames.ts';
import { analyze } from '../engine/analysis.ts';
import type { AnalysisProgress, AnalysisResult } from '../engine/analysis.ts';
import { SPOOL_BYTES_DEFAULT, type SpoolOutcome } from '../engine/transfer-spool.ts';
import type { Severity } from '../facts/alert.ts';
import type { CredentialRow } from '../facts/credential.ts';
import type { KnownFirmware } from '../facts/firmware.ts';
import type { Declaration } from '../facts/intent.ts';
import type { Policy } from '../facts/policy.ts';
import type { Baseline } from '../learning/baseline.ts';
import { modules } from '../modules/index.ts';
import { protocols } from '../protocols/index.ts';
import { quietLine, worstFirst } from './alert-text.ts';
import { analysisJson } from './analysis-json.ts';
import { analysisReport } from './analysis-report.ts';
import { damageLines } from './capture-arguments.ts';
import { writeEvidence } from './evidence.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPieces } from './json-text.ts';
import { MODULES_PLANNED } from './modules.ts';
import { LineWriter, writeError, writeOutput } from './output.ts';
import { ProgressLine } from './progress.ts';
import { Saving, type Saved } from './saving.ts';
import { spoolFor, spooledSource } from './spooled-source.ts';
import { isProgressWanted, standardTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** What `1sec analyze` was asked for. */
export interface AnalysisRequest {
  readonly paths: readonly string[];
  readonly framesMax: number;
  readonly duplicates: 'skip' | 'keep';
  readonly output: 'report' | 'json' | 'quiet';
  /** As `--color` has it. */
  readonly color: string;
  /** The directory for evidence; null: none is wanted. */
  readonly evidence: string | null;
  /** The directory for files that pass; null: none is wanted. */
  readonly spool: string | null;
  /** What 1sec.yaml declares; null: none is given. */
  readonly declaration: Declaration | null;
  /** Zones and conduits; null: none are given. */
  readonly policy: Policy | null;
  /** The person's own list of credentials. */
  readonly credentials: readonly CredentialRow[];
  /** What was learned before; null: it is learned from the capture itself. */
  readonly baseline: Baseline | null;
  /** Images that are known to be good; null: no such set is given. */
  readonly knownFirmware: KnownFirmware | null;
  /** The site database to add to; null: none. */
  readonly save: string | null;
  /** Say what was saved. */
  readonly isSaveTold: boolean;
  /** Exit with 3 from this severity on; null: never. */
  readonly failOn: Severity | null;
}

/** Resolves to the exit code. */
export async function runAnalysis(request: AnalysisRequest): Promise<number> {
  const { paths, framesMax, duplicates, output, evidence, credentials } = request;
  const terminal = standardTerminal(request.color);
  const spool = evidence === null ? null : spoolFor(paths);
  const saving = request.save === null ? null : new Saving(request.save);
  const wrapSource = (source: CaptureSource): CaptureSource => {
    const spooled = spool === null ? source : spooledSource(source, spool);
    return saving === null ? spooled : saving.recording.source(spooled);
  };
  const accepted = saving === null ? {} : { accepted: saving.accepted() };
  const facts = saving === null ? {} : { facts: () => saving.recording.facts() };
  const declaration = request.declaration === null ? {} : { declaration: request.declaration };
  const policy = request.policy === null ? {} : { policy: request.policy };
  const kept = request.spool === null ? {} : { spool: { directory: request.spool, bytesMax: SPOOL_BYTES_DEFAULT } };
  const baseline = request.baseline === null ? {} : { baseline: request.baseline };
  const known = request.knownFirmware === null ? {} : { knownFirmware: request.knownFirmware };
  const result = await withProgress(terminal.width, (progress) =>
    analyze({
      paths,
      framesMax,
      duplicates,
      credentials,
      progress,
      wrapSource,
      ...facts,
      ...accepted,
      ...declaration,
      ...policy,
      ...baseline,
      ...kept,
      ...known,
    }),
  );
  // Before anything is printed: a reader that goes away ends the program.
  const saved = saving?.save(result, request.declaration !== null) ?? null;
  if (output === 'json') {
    const writer = new LineWriter();
    for (const piece of jsonPieces(analysisJson(result, runCost()))) writer.text(piece);
    writer.flush();
  } else if (output === 'quiet') writeQuiet(result);
  else writeReport(result, terminal);
  if (evidence !== null) {
    const told = await writeEvidence(evidence, result, spool);
    if (output === 'report') writeOutput(`\n${told}\n`);
    const problem = spool?.problem ?? null;
    if (problem !== null) writeError(`1sec: standard input could not be kept for evidence: ${problem}\n`);
    spool?.close();
  }
  if (saved !== null) tellSaved(saved, request.isSaveTold ? output : 'quiet');
  if (request.spool !== null && result.spooled !== null) tellSpooled(request.spool, result.spooled, output);
  return exitCode(result, request.failOn);
}

/** In one line; where standard output is for programs, on standard error. */
function tellSaved(saved: Saved, output: AnalysisRequest['output']): void {
  if (saved.error !== null) throw saved.error;
  if (output === 'report') writeOutput(`\n${saved.told}\n`);
  else if (output === 'json') writeError(`1sec: ${saved.told}\n`);
}

function tellSpooled(directory: string, spooled: SpoolOutcome, output: AnalysisRequest['output']): void {
  const { kept, leftOut, problem } = spooled;
  const files = `${grouped(kept)} ${kept === 1 ? 'file' : 'files'}`;
  const rest = leftOut === 0 ? '' : `; ${grouped(leftOut)} left out or cut at the limit`;
  if (output === 'report') writeOutput(`\nkept ${files} that passed in ${showable(directory)}${rest}\n`);
  if (problem !== null) writeError(`1sec: not all files that passed could be kept: ${showable(problem, 400)}\n`);
}

function writeReport(result: AnalysisResult, terminal: Terminal): void {
  const coverage = {
    modules: modules.length,
    modulesPlanned: MODULES_PLANNED,
    protocols: protocols.map((protocol) => protocol.title),
  };
  writeOutput(analysisReport(result, terminal, coverage));
}

function exitCode(result: AnalysisResult, failOn: Severity | null): number {
  const damages = damageLines(result.files);
  for (const damage of damages) writeError(`1sec: ${damage}\n`);
  if (failOn !== null && result.alerts.some((alert) => severityRank(alert.severity) >= severityRank(failOn))) {
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
