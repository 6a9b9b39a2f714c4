// Runs a live watch and prints what it hears: alerts as they come, a status line on a terminal, a summary at the end.
import { severityRank } from '../alerts/severity.ts';
import { showable } from '../bytes/text.ts';
import type { InterfaceState } from '../capture/live-linux.ts';
import { LiveWatch, type LiveResult } from '../engine/live.ts';
import type { Alert } from '../facts/alert.ts';
import type { CredentialRow } from '../facts/credential.ts';
import type { KnownFirmware } from '../facts/firmware.ts';
import type { AcceptedFinding, Declaration } from '../facts/intent.ts';
import type { Policy } from '../facts/policy.ts';
import type { Baseline } from '../learning/baseline.ts';
import { modules } from '../modules/index.ts';
import { protocols } from '../protocols/index.ts';
import { SiteStore } from '../store/site-store.ts';
import { listText, partyText } from './alert-text.ts';
import { alertJson, analysisJson } from './analysis-json.ts';
import { analysisReport } from './analysis-report.ts';
import { damageLines, outputDirectory } from './capture-arguments.ts';
import { LiveEvidenceFolder } from './evidence.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { LiveIncidents } from './live-incidents.ts';
import { LiveSaving } from './live-saving.ts';
import { MODULES_PLANNED } from './modules.ts';
import { OutputError, writeError, writeOutput } from './output.ts';
import { accountText, accountToBecome, become, ownedBy, type Account } from './privileges.ts';
import type { OpenDashboard, ServeOptions } from './serve.ts';
import { bold, severityText, standardTerminal, wrapped } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { SPOOL_BYTES_DEFAULT } from '../engine/transfer-spool.ts';
import { readableDuration, readableTime } from './timestamp.ts';
import { WatchStatus, dropsText } from './watch-status.ts';

/** What `1sec watch` was asked for. */
export interface WatchRequest {
  /** Empty: the stream on standard input. */
  readonly interfaces: readonly string[];
  /** Ends after so long; null: when told. */
  readonly seconds: number | null;
  readonly isJson: boolean;
  /** As `--color` has it. */
  readonly color: string;
  /** What was learned before; null: it is learned from the traffic itself. */
  readonly baseline: Baseline | null;
  readonly policy: Policy | null;
  /** What 1sec.yaml declares; null: none is given. */
  readonly declaration: Declaration | null;
  /** The person's own list of credentials. */
  readonly credentials: readonly CredentialRow[];
  /** Images that are known to be good; null: no such set is given. */
  readonly knownFirmware: KnownFirmware | null;
  /** The site database to add to; null: none. */
  readonly save: string | null;
  /** The directory for evidence; null: none is wanted, and no frames are kept. */
  readonly evidence: string | null;
  /** Bytes of the newest frames that are kept for it. */
  readonly keptBytes: number;
  /** The directory for files that pass; null: none is wanted. */
  readonly spool: string | null;
  /** Who the program becomes when the capture is open; undefined: whoever called sudo. */
  readonly user: string | undefined;
  /** The dashboard that is shown meanwhile; null: none is. */
  readonly served: ServedWatch | null;
}

export interface ServedWatch {
  readonly port: number | null;
  readonly options: ServeOptions;
}

const INDEX_EVERY_MS = 1000;
/** How soon what somebody marks as normal holds. */
const ACTIONS_EVERY_MS = 1000;
/** Long lines are hard to read, however wide the terminal. */
const TEXT_WIDTH_MAX = 110;
const INDENT = '    ';

/** Resolves to the exit code. */
export async function watch(request: WatchRequest): Promise<number> {
  const account = accountToBecome(request.user);
  prepare(request, account);
  const run = new WatchRun(request, account);
  const result = await run.result();
  await run.closeDashboard();
  return run.end(result);
}

/** What can be wrong with the files of the command line is told before the capture is opened. */
function prepare({ save, evidence, spool }: WatchRequest, account: Account | null): void {
  if (save !== null) ownedBy(account, save, () => new SiteStore(save, { isMade: true }).close());
  if (evidence !== null) ownedBy(account, evidence, () => outputDirectory('evidence', evidence));
  if (spool !== null) ownedBy(account, spool, () => outputDirectory('spool', spool));
}

/** One watch from its start to its summary. */
class WatchRun {
  readonly #request: WatchRequest;
  readonly #account: Account | null;
  readonly #terminal: Terminal;
  readonly #input: string;
  readonly #live: LiveWatch;
  readonly #status: WatchStatus;
  #saving: LiveSaving | null = null;
  #evidence: LiveEvidenceFolder | null = null;
  #evidenceProblem = '';
  /** Alerts that came together are written together, and shown when they are on the disk. */
  #pending: Alert[] = [];
  #ending: NodeJS.Timeout | undefined;
  #indexing: NodeJS.Timeout | undefined;
  #hearing: NodeJS.Timeout | undefined;
  #dashboard: Promise<OpenDashboard | null> = Promise.resolve(null);
  readonly #incidents = new LiveIncidents();

  constructor(request: WatchRequest, account: Account | null) {
    const { interfaces, baseline, knownFirmware, declaration, credentials, policy } = request;
    const { save, evidence, keptBytes, spool } = request;
    this.#request = request;
    this.#account = account;
    this.#terminal = standardTerminal(request.color);
    this.#input = interfaces.length === 0 ? 'standard input' : listText(interfaces.map((name) => showable(name)));
    const options = {
      interfaces,
      baseline,
      knownFirmware,
      declaration,
      policy,
      credentials,
      accepted: save === null ? [] : acceptedIn(save),
      isObserved: save !== null,
      keptBytes: evidence === null ? 0 : keptBytes,
      spool: spool === null ? null : { directory: spool, bytesMax: SPOOL_BYTES_DEFAULT },
    };
    this.#live = new LiveWatch(options, {
      opened: () => this.#begin(),
      alert: (alert) => this.#alert(alert),
      interface: (name, state) => this.#tell(stateText(name, state)),
      clockSetBack: (setBackUs) => this.#tell(clockText(setBackUs)),
      observed: (observed, hosts) => {
        this.#flush();
        return this.#saving?.observed(observed, hosts) ?? true;
      },
      proof: (proof) => this.#keepEvidence((folder) => folder.write(proof)),
    });
    this.#status = new WatchStatus(this.#live, this.#input);
  }

  async result(): Promise<LiveResult> {
    // Told once, it ends in order; told again, at once.
    const stop = (signal: NodeJS.Signals): void => {
      process.once(signal, () => process.exit(ExitCode.interrupted));
      this.#live.stop();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    try {
      return await this.#live.result;
    } finally {
      clearTimeout(this.#ending);
      clearInterval(this.#indexing);
      clearInterval(this.#hearing);
      this.#flush();
      this.#status.end();
    }
  }

  /** The exit code. */
  end(result: LiveResult): number {
    const { interfaces, isJson } = this.#request;
    const saved = this.#saving?.end() ?? null;
    this.#keepEvidence((folder) => folder.writeIndex());
    writeSummary(result, interfaces.length === 0 ? 'from standard input' : `on ${this.#input}`, isJson, this.#terminal);
    if (result.keepingProblem !== null) {
      writeError(`1sec: not all frames could be kept for evidence: ${showable(result.keepingProblem, 400)}\n`);
    }
    if (this.#evidence !== null && !isJson) writeOutput(`\n${this.#evidence.text()}\n`);
    if (saved !== null) {
      if (isJson) writeError(`1sec: ${saved}\n`);
      else writeOutput(`\n${saved}\n`);
    }
    const damages = damageLines(result.findings.files);
    for (const damage of damages) writeError(`1sec: ${damage}\n`);
    return damages.length > 0 ? ExitCode.damaged : ExitCode.ok;
  }

  /** The capture is open: from here on nothing needs the privileges of root. */
  #begin(): void {
    const { interfaces, isJson, save, evidence, declaration, seconds } = this.#request;
    if (this.#account !== null) become(this.#account);
    if (save !== null) {
      const inputs = interfaces.length === 0 ? ['-'] : interfaces;
      const saving = new LiveSaving(save, inputs, declaration !== null, (text) => this.#tell(text));
      this.#saving = saving;
      this.#hearing = setInterval(() => this.#hearActions(saving), ACTIONS_EVERY_MS);
    }
    if (this.#request.served !== null) this.#dashboard = this.#serve(this.#request.served);
    if (evidence !== null) {
      this.#evidence = new LiveEvidenceFolder(evidence);
      this.#indexing = setInterval(() => this.#keepEvidence((folder) => folder.writeIndex()), INDEX_EVERY_MS);
    }
    if (seconds !== null) this.#ending = setTimeout(() => this.#live.stop(), seconds * 1000);
    const user = this.#account === null ? null : (this.#account.name ?? String(this.#account.uid));
    if (isJson) writeOutput(`${jsonText({ event: 'watching', interfaces, user })}\n`);
    else {
      const rights = rightsText(this.#account);
      writeOutput(`Watching ${this.#input}. Nothing is sent. ${rights}Ctrl-C ends it with a summary.\n`);
    }
    this.#status.begin();
  }

  async closeDashboard(): Promise<void> {
    await (await this.#dashboard)?.close();
  }

  /** A dashboard that cannot be shown is told; the watch goes on without it. */
  async #serve({ port, options }: ServedWatch): Promise<OpenDashboard | null> {
    try {
      const { openDashboard } = await import('./serve.ts');
      const dashboard = await openDashboard(this.#request.save!, port, options);
      this.#status.wipe();
      // Standard output is for programs where it is JSON.
      if (this.#request.isJson) writeError(`${dashboard.text}\n`);
      else writeOutput(`${dashboard.text}\n`);
      return dashboard;
    } catch (error) {
      this.#tell(`the dashboard cannot be shown: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    }
  }

  #hearActions(saving: LiveSaving): void {
    const accepted = saving.newlyAccepted();
    if (accepted !== null) this.#live.accept(accepted);
  }

  #alert(alert: Alert): void {
    this.#pending.push(alert);
    if (this.#pending.length === 1) setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    const alerts = this.#incidents.joined(this.#pending, performance.now());
    this.#pending = [];
    this.#saving?.alerts(alerts);
    this.#status.wipe();
    for (const alert of alerts) {
      const isNew = this.#status.note(alert);
      if (this.#request.isJson) writeOutput(`${jsonText({ event: 'alert', ...alertJson(alert) })}\n`);
      else writeOutput(alertText(alert, isNew, this.#terminal));
    }
  }

  /** What cannot be written is told once; the watch goes on. */
  #keepEvidence(work: (folder: LiveEvidenceFolder) => void): void {
    if (this.#evidence === null) return;
    try {
      work(this.#evidence);
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      if (error.message !== this.#evidenceProblem) this.#tell(error.message);
      this.#evidenceProblem = error.message;
    }
  }

  #tell(text: string): void {
    this.#status.wipe();
    writeError(`1sec: ${text}\n`);
  }
}

function acceptedIn(path: string): readonly AcceptedFinding[] {
  const store = new SiteStore(path, { isMade: false });
  try {
    return store.accepted();
  } finally {
    store.close();
  }
}

function rightsText(account: Account | null): string {
  if (account !== null) return `It runs as ${accountText(account)} from here on. `;
  return process.geteuid?.() === 0 ? 'It goes on running as root, which --user NAME would give up. ' : '';
}

function alertText(alert: Alert, isNew: boolean, terminal: Terminal): string {
  const label = alert.severity.toUpperCase();
  const parties = (alert.peer === null ? '' : `${partyText(alert.peer)} → `) + partyText(alert.subject);
  const title = showable(alert.title) + (isNew ? '' : ' (more severe now)');
  const heading = `${severityText(terminal, alert.severity, label)} ${bold(terminal, title)}: ${parties}`;
  const lines = [`${readableTime(alert.firstUs)} UTC  ${heading}`];
  // What only informs is one line; what asks for something is explained.
  if (severityRank(alert.severity) >= severityRank('medium')) {
    const width = Math.min(terminal.width, TEXT_WIDTH_MAX) - INDENT.length;
    for (const text of [alert.explanation, `What to do: ${alert.advice}`]) {
      lines.push(...wrapped(showable(text, Infinity), width).map((line) => INDENT + line));
    }
  }
  return `${lines.join('\n')}\n`;
}

function stateText(name: string, state: InterfaceState): string {
  switch (state) {
    case 'up':
      return `interface ${name} is up again`;
    case 'down':
      return `interface ${name} went down: nothing is heard there until it is up again`;
    case 'gone':
      return `interface ${name} was removed: nothing is heard there any more`;
  }
}

function clockText(setBackUs: number): string {
  return `the clock was set back by ${readableDuration(setBackUs)}: until this watch ends its times go on as if it had not been`;
}

function writeSummary(result: LiveResult, input: string, isJson: boolean, terminal: Terminal): void {
  const { findings, drops, freezes, aheadUs, conversationsLost } = result;
  if (isJson) {
    const cost = { wallMs: performance.now(), peakRssBytes: process.resourceUsage().maxRSS * 1024 };
    const own = { drops, freezes, clockSetBackUs: aheadUs, conversationsLost };
    writeOutput(`${jsonText({ event: 'summary', ...own, ...analysisJson(findings, cost) })}\n`);
    return;
  }
  const coverage = {
    modules: modules.length,
    modulesPlanned: MODULES_PLANNED,
    protocols: protocols.map((protocol) => protocol.title),
    input,
  };
  const lost = drops === 0 ? '' : `${dropsText(drops)} The verdict is blind there.\n`;
  writeOutput(`\n${lost}${analysisReport(findings, terminal, coverage)}`);
}
