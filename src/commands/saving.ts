// Adds an analysis to a site database, and says in one line what that changed.
import { grouped, showable } from '../bytes/text.ts';
import type { AcceptedFinding } from '../facts/intent.ts';
import { protocols } from '../protocols/index.ts';
import type { AnalysisResult } from '../engine/analysis.ts';
import { observedPoints } from './observed-points.ts';
import type { Merged } from '../store/conversations.ts';
import { SiteStore, type Observed, type SaveSummary, type SiteRecording } from '../store/site-store.ts';
import { listText } from './alert-text.ts';

export interface Saved {
  readonly told: string;
  /** Nothing was saved. What was found is printed all the same, before this is told. */
  readonly error: Error | null;
}

/** Throws StoreError where the database cannot be used: before any work is done. */
export class Saving {
  readonly recording: SiteRecording;
  readonly #store: SiteStore;

  constructor(path: string) {
    this.#store = new SiteStore(path, { isMade: true });
    this.recording = this.#store.record(
      protocols.map(({ name }) => name),
      protocols,
    );
  }

  /** What operators of this site marked as normal. */
  accepted(): AcceptedFinding[] {
    return this.#store.accepted();
  }

  /** `hasDeclaration`: 1sec.yaml was there. */
  save(result: AnalysisResult, hasDeclaration: boolean): Saved {
    try {
      const { files, devices, alerts, hosts, firmware } = result;
      const observed: Observed = { files, assets: devices, alerts, hosts, firmware, points: observedPoints(result) };
      const marked = this.#store.accepted().length;
      const told = savedText(this.#store.path, this.recording.save(observed, hasDeclaration));
      return { told: `${told}${acceptedText(marked)}`, error: null };
    } catch (error) {
      return { told: '', error: error as Error };
    } finally {
      this.#store.close();
    }
  }
}

/** Silence is told. */
function acceptedText(count: number): string {
  if (count === 0) return '';
  return ` Not raised: what operators marked as normal there (${count} ${count === 1 ? 'mark' : 'marks'}).`;
}

/** `site.db: 3 assets (1 new), 12 conversations (12 new), 2 alerts (2 new).` */
export function savedText(path: string, { captures, assets, conversations, alerts }: SaveSummary): string {
  const where = showable(path, 400);
  const all = [captures, assets, conversations, alerts];
  if (all.every(({ added, changed }) => added + changed === 0))
    return `${where}: all of this was there; nothing changed.`;
  const parts = [part(assets, 'asset'), part(conversations, 'conversation'), part(alerts, 'alert')];
  return `${where}: ${listText(parts)}.`;
}

function part({ seen, added, changed }: Merged, noun: string): string {
  const count = `${grouped(seen)} ${noun}${seen === 1 ? '' : 's'}`;
  if (seen === 0) return count;
  const news = `${grouped(added)} new`;
  return `${count} (${changed === 0 ? news : `${news}, ${grouped(changed)} changed`})`;
}
