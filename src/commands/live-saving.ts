// Writes a live watch into a site database while it goes on. A database that cannot be written is told, and tried again;
// the watch goes on without it.
import { randomUUID } from 'node:crypto';
import type { Alert } from '../facts/alert.ts';
import type { Conversation } from '../facts/facts.ts';
import { protocols } from '../protocols/index.ts';
import type { AcceptedFinding } from '../facts/intent.ts';
import type { NamedHosts } from '../store/conversations.ts';
import { StoreError } from '../store/database.ts';
import type { LiveObserved, LiveRecording } from '../store/live-recording.ts';
import { SiteStore } from '../store/site-store.ts';
import { savedText } from './saving.ts';

/** Conversations that wait until the database can be written again. */
const WAITING_MAX = 65_536;

export class LiveSaving {
  readonly #store: SiteStore;
  readonly #recording: LiveRecording;
  readonly #tell: (text: string) => void;
  #waiting: readonly Conversation[] = [];
  #told = '';
  #actionsSeen = 0;

  /** Throws StoreError. `tell`: hears what goes wrong later. */
  constructor(path: string, inputs: readonly string[], hasDeclaration: boolean, tell: (text: string) => void) {
    this.#tell = tell;
    this.#store = new SiteStore(path, { isMade: true });
    const names = protocols.map(({ name }) => name);
    this.#recording = this.#store.recordLive(randomUUID(), inputs, names, hasDeclaration);
  }

  /** What is marked as normal by now. */
  accepted(): readonly AcceptedFinding[] {
    this.#actionsSeen = this.#store.lastAction();
    return this.#store.accepted();
  }

  /** The same where somebody did something since the last look; else null. */
  newlyAccepted(): readonly AcceptedFinding[] | null {
    let accepted: readonly AcceptedFinding[] | null = null;
    this.#try(() => {
      if (this.#store.lastAction() !== this.#actionsSeen) accepted = this.accepted();
    });
    return accepted;
  }

  /** When it returns they are on the disk, or it was told why not. */
  alerts(alerts: readonly Alert[]): void {
    this.#try(() => this.#recording.saveAlerts(alerts));
  }

  /** False where it could not be written: conversations are kept for the next time, the rest is wanted again. */
  observed(observed: LiveObserved, hosts: NamedHosts): boolean {
    const conversations = [...this.#waiting, ...observed.conversations];
    const isSaved = this.#try(() => this.#recording.save({ ...observed, conversations }, hosts));
    this.#waiting = isSaved ? [] : conversations.slice(-WAITING_MAX);
    return isSaved;
  }

  /** What is there now, in one line. */
  end(): string {
    const { assets, conversations, alerts } = this.#recording;
    this.#store.close();
    const captures = { seen: 1, added: 1, changed: 0 };
    return savedText(this.#store.path, { captures, assets, conversations, alerts });
  }

  #try(work: () => void): boolean {
    try {
      work();
      this.#told = '';
      return true;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.message !== this.#told) this.#tell(`${error.message}; it is tried again`);
      this.#told = error.message;
      return false;
    }
  }
}
