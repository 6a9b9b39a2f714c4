// The line on a terminal that says what a live watch is doing, and a word on standard error where frames are lost.
import { worseSeverity } from '../alerts/severity.ts';
import { grouped } from '../bytes/text.ts';
import { Counter, type LiveWatch } from '../engine/live.ts';
import type { Alert, Severity } from '../facts/alert.ts';
import { writeError } from './output.ts';
import { cutToWidth, isProgressWanted, standardTerminal } from './terminal.ts';

const STATUS_EVERY_MS = 1000;
/** Drops that go on are told again after so long. */
const DROPS_TOLD_EVERY_MS = 10_000;
const WIPE = '\r\u001b[K';

export class WatchStatus {
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

export function dropsText(drops: number): string {
  const frames = `${grouped(drops)} ${drops === 1 ? 'frame' : 'frames'}`;
  return `The kernel dropped ${frames}, for more came than this machine could judge.`;
}
