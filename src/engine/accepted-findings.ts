// Holds back what a person marked as normal, before it becomes an alert.
import { isCovered, type FoundParty } from '../alerts/accepted.ts';
import type { Judgement, Party } from '../facts/alert.ts';
import type { HostDirectory } from '../facts/facts.ts';
import type { AcceptedFinding } from '../facts/intent.ts';

export class AcceptedFindings {
  #byKind = new Map<string, AcceptedFinding[]>();
  readonly #hosts: HostDirectory;

  constructor(accepted: readonly AcceptedFinding[], hosts: HostDirectory) {
    this.#hosts = hosts;
    this.replace(accepted);
  }

  /** From here on these hold, and no others. */
  replace(accepted: readonly AcceptedFinding[]): void {
    this.#byKind = new Map();
    for (const finding of accepted) {
      const known = this.#byKind.get(finding.kind);
      if (known === undefined) this.#byKind.set(finding.kind, [finding]);
      else known.push(finding);
    }
  }

  covers({ kind, subject, peer, object }: Judgement): boolean {
    const ofKind = this.#byKind.get(kind);
    if (ofKind === undefined) return false;
    const found = this.#found(subject);
    const by = peer === null ? null : this.#found(peer);
    return ofKind.some((accepted) => isCovered(accepted, kind, found, by, object));
  }

  #found({ host, unit }: Party): FoundParty {
    return {
      segment: this.#hosts.segment(host),
      address: this.#hosts.address(host),
      unit: unit < 0 ? null : unit,
    };
  }
}
