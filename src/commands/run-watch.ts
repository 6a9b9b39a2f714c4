// Runs a live watch and prints what it hears: alerts as they come, a status line on a terminal, a summary at the end.
import { severityRank, worseSeverity } from '../alerts/severity.ts';
import { grouped, showable } from '../bytes/text.ts';
import type { InterfaceState } from '../capture/live-linux.ts';
import { Counter, LiveWatch, type LiveResult } from '../engine/live.ts';
import type { Alert, Severity } from '../facts/alert.ts';
import { modules } from '../modules/index.ts';
import { protocols } from '../protocols/index.ts';
import { listText, partyText } from './alert-text.ts';
import { alertJson, analysisJson } from './analysis-json.ts';
import { analysisReport } from './analysis-report.ts';
import { damageLines } from './capture-arguments.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { MODULES_PLANNED } from './modules.ts';
import { writeError, writeOutput } from './output.ts';
import { bold, cutToWidth, isProgressWanted, severityText, standardTerminal, wrapped } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { readableTime } from './timestamp.ts';

/** What `1sec watch` was asked for. */
export interface WatchRequest {
  /** Empty: the stream on standard input. */
  readonly interfaces: readonly string[];
  /** Ends after so long; null: when told. */
  readonly seconds: number | null;
  readonly isJson: boolean;
  /** As `--color` has it. */
  readonly color: string;
}

const STATUS_EVERY_MS = 1000;
/** Drops that go on are told again after so long. */
const DROPS_TOLD_EVERY_MS = 10_000;
const WIPE = '\r\u001b[K';
/** Long lines are hard to read, however wide the terminal. */
const TEXT_WIDTH_MAX = 110;
const INDENT = '    ';

/** Resolves to the exit code. */
export async function watch(request: WatchRequest): Promise<number> {
  const { interfaces, isJson } = request;
  const terminal = standardTerminal(request.color);
  const input = interfaces.length === 0 ? 'standard input' : listText(interfaces.map((name) => showable(name)));
  let ending: NodeJS.Timeout | undefined;
  const live = new LiveWatch(interfaces, {
    listening: () => {
      if (request.seconds !== null) ending = setTimeout(() => live.stop(), request.seconds * 1000);
      if (isJson) writeOutput(`${jsonText({ event: 'watching', interfaces })}\n`);
      else writeOutput(`Watching ${input}. Nothing is sent. Ctrl-C ends it with a summary.\n`);
      status.begin();
    },
    alert: (alert) => {
      const isNew = status.note(alert);
      status.wipe();
      if (isJson) writeOutput(`${jsonText({ event: 'alert', ...alertJson(alert) })}\n`);
      else writeOutput(alertText(alert, isNew, terminal));
    },
    interface: (name, state) => {
      status.wipe();
      writeError(`1sec: ${stateText(name, state)}\n`);
    },
  });
  const status = new Status(live, input);
  // Told once, it ends in order; told again, at once.
  const stop = (signal: NodeJS.Signals): void => {
    process.once(signal, () => process.exit(ExitCode.interrupted));
    live.stop();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  let result: LiveResult;
  try {
    result = await live.result;
  } finally {
    clearTimeout(ending);
    status.end();
  }
  writeSummary(result, interfaces.length === 0 ? 'from standard input' : `on ${input}`, isJson, terminal);
  const damages = damageLines(result.findings.files);
  for (const damage of damages) writeError(`1sec: ${damage}\n`);
  return damages.length > 0 ? ExitCode.damaged : ExitCode.ok;
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

function writeSummary(result: LiveResult, input: string, isJson: boolean, terminal: Terminal): void {
  const { findings, drops, freezes } = result;
  if (isJson) {
    const cost = { wallMs: performance.now(), peakRssBytes: process.resourceUsage().maxRSS * 1024 };
    writeOutput(`${jsonText({ event: 'summary', drops, freezes, ...analysisJson(findings, cost) })}\n`);
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

function dropsText(drops: number): string {
  const frames = `${grouped(drops)} ${drops === 1 ? 'frame' : 'frames'}`;
  return `The kernel dropped ${frames}, for more came than this machine could judge.`;
}

/** The line on a terminal that says what goes on, and a word on standard error where frames are lost. */
class Status {
  readonly #live: LiveWatch;
  readonly #input: string;
  readonly #isWanted = isProgressWanted();
  /** Alerts by id, with their severity. */
  readonly #alerts = new Map<string, Severity>();
  #timer: NodeJS.Timeout | undefined;
  #isShown = false;
  #frames = 0;
  #shownAtMs = 0;
  #drops = 0;
  #dropsToldAtMs = -Infinity;

  constructor(live: LiveWatch, input: string) {
    this.#live = live;
    this.#input = input;
  }

  begin(): void {
    this.#shownAtMs = performance.now();
    this.#timer = setInterval(() => this.#show(), STATUS_EVERY_MS);
  }

  /** Whether the alert is one that was not there before. */
  note(alert: Alert): boolean {
    const isNew = !this.#alerts.has(alert.id);
    this.#alerts.set(alert.id, alert.severity);
    return isNew;
  }

  wipe(): void {
    if (this.#isShown) writeError(WIPE);
    this.#isShown = false;
  }

  end(): void {
    clearInterval(this.#timer);
    this.wipe();
  }

  #show(): void {
    const nowMs = performance.now();
    this.#tellDrops(nowMs);
    if (!this.#isWanted) return;
    const frames = this.#live.counter(Counter.frames);
    const rate = Math.round(((frames - this.#frames) * 1000) / (nowMs - this.#shownAtMs));
    this.#frames = frames;
    this.#shownAtMs = nowMs;
    this.#isShown = true;
    const parts = [
      this.#input,
      `${grouped(rate)} packets/s`,
      `${grouped(this.#live.counter(Counter.hosts))} devices`,
      this.#alertsText(),
      `${grouped(this.#live.counter(Counter.drops))} dropped`,
    ];
    writeError(WIPE + cutToWidth(parts.join(', '), standardTerminal('never').width - 1));
  }

  #tellDrops(nowMs: number): void {
    const drops = this.#live.counter(Counter.drops);
    if (drops === this.#drops || nowMs - this.#dropsToldAtMs < DROPS_TOLD_EVERY_MS) return;
    this.wipe();
    writeError(`1sec: ${dropsText(drops - this.#drops)}\n`);
    this.#drops = drops;
    this.#dropsToldAtMs = nowMs;
  }

  #alertsText(): string {
    if (this.#alerts.size === 0) return 'no alerts';
    let worst: Severity = 'info';
    for (const severity of this.#alerts.values()) worst = worseSeverity(worst, severity);
    return `${grouped(this.#alerts.size)} ${this.#alerts.size === 1 ? 'alert' : 'alerts'} (worst ${worst})`;
  }
}
