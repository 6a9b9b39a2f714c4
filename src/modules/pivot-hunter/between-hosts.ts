// How the parts of pivot-hunter raise what one host did to another.
import type { Severity } from '../../facts/alert.ts';
import type { Site } from '../../facts/module.ts';

export interface BetweenHosts {
  readonly kind: string;
  readonly severity: Severity;
  /** Whom it happened to. */
  readonly subject: number;
  /** Who did it. */
  readonly peer: number;
  readonly object: string;
  readonly timeUs: number;
  readonly explanation: string;
  /** 0 stands for a frame that is not known. */
  readonly frames: readonly number[];
  readonly replacesExplanation?: true;
}

export function raiseBetween(site: Site, { subject, peer, frames, ...told }: BetweenHosts): void {
  site.raise({
    ...told,
    subject: { host: subject, unit: -1, port: -1 },
    peer: { host: peer, unit: -1, port: -1 },
    frames: frames.filter((frame) => frame > 0),
  });
}
