// Gathers what a live watch has seen, for the store on the main thread: what has ended is handed over soon, what goes on
// every half minute, piece by piece, so that neither thread is held up for long.
import type { CaptureFile } from '../capture/frames.ts';
import type { Alert } from '../facts/alert.ts';
import type { Conversation, FactSink } from '../facts/facts.ts';
import type { Analysis } from './analysis.ts';
import type { LiveReport } from './live.ts';

/** What goes on is told this often. */
const ROUND_EVERY_MS = 30_000;
/** Conversations of one report. */
const CONVERSATIONS_MAX = 8192;
/** Conversations that wait while the store is slow; more are counted as lost. */
const WAITING_MAX = 262_144;

export class LiveObserver {
  /** Conversations that found no room. */
  lost = 0;
  #closed: Conversation[] = [];
  #hostsTold = 0;
  /** Devices and conversations that were heard since are told in the running round. */
  #sinceUs = -Infinity;
  #roundAtMs: number;
  #roundAtUs = 0;
  /** Where the running round goes on; 0: none is running. */
  #row = 0;

  constructor(nowMs: number) {
    this.#roundAtMs = nowMs;
  }

  facts(): FactSink {
    const ignore = (): void => undefined;
    return {
      conversation: (conversation) => {
        if (conversation.phase !== 'closed') return;
        if (this.#closed.length < WAITING_MAX) this.#closed.push(conversation);
        else this.lost++;
      },
      operation: ignore,
      login: ignore,
      transfer: ignore,
      claim: ignore,
      violation: ignore,
      trait: ignore,
    };
  }

  /** What was told was lost: all is told again. */
  again(): void {
    this.#sinceUs = -Infinity;
    this.#roundAtMs = -Infinity;
  }

  /** Null while there is nothing to tell yet. */
  next(analysis: Analysis, files: readonly CaptureFile[], nowMs: number): LiveReport | null {
    const isRound = this.#row === 0 && nowMs - this.#roundAtMs >= ROUND_EVERY_MS;
    if (!isRound && this.#row === 0 && this.#closed.length < CONVERSATIONS_MAX) return null;
    const assets = isRound ? analysis.assetsSince(this.#sinceUs) : [];
    const alerts = isRound && this.#sinceUs === -Infinity ? analysis.alerts() : analysis.grownAlerts();
    const { flows } = analysis.pipeline;
    const conversations = this.#closed.splice(0, CONVERSATIONS_MAX);
    if (isRound) {
      this.#roundAtMs = nowMs;
      this.#roundAtUs = analysis.pipeline.nowUs;
    }
    if (isRound || this.#row > 0) {
      const room = CONVERSATIONS_MAX - conversations.length;
      this.#row = flows.openSince(this.#sinceUs, this.#row, room, (conversation) => conversations.push(conversation));
      if (this.#row === 0) this.#sinceUs = this.#roundAtUs;
    }
    return this.#report(analysis, files, assets, alerts, conversations);
  }

  /** After `finish`: all that was not told yet. */
  rest(analysis: Analysis, files: readonly CaptureFile[], alerts: readonly Alert[]): LiveReport {
    return this.#report(analysis, files, analysis.assetsSince(-Infinity), alerts, this.#closed.splice(0));
  }

  #report(
    { pipeline: { hosts } }: Analysis,
    files: readonly CaptureFile[],
    assets: LiveReport['assets'],
    alerts: readonly Alert[],
    conversations: readonly Conversation[],
  ): LiveReport {
    const firstHost = this.#hostsTold;
    this.#hostsTold = hosts.count;
    const names = Array.from(
      { length: hosts.count - firstHost },
      (_, index) => [hosts.segment(firstHost + index), hosts.address(firstHost + index)] as const,
    );
    return { files, assets, alerts, conversations, firstHost, hosts: names };
  }
}
