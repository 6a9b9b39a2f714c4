// One device as a person sees it, with the evidence for every field.
import type { FrameReference } from './frame-reference.ts';
import type { ClaimAttribute } from './facts.ts';

export interface AssetEvidence {
  readonly attribute: ClaimAttribute;
  readonly value: string;
  readonly source: string;
  readonly trust: number;
  /** When it was claimed last. */
  readonly timeUs: number;
  readonly frame: FrameReference;
}

/** As `analyze --json` shows it (docs/formats.md); null where nothing is known. */
export interface Asset {
  readonly id: string;
  /** Ids that were given to a part of it before it was known that the parts are one device. */
  readonly aliases: readonly string[];
  readonly segment: string;
  readonly ip: readonly string[];
  readonly mac: readonly string[];
  /** (segment, address) of those of its addresses that are in another segment than `segment`. */
  readonly elsewhere?: readonly (readonly [segment: string, address: string])[];
  /** The device behind the host, null for the host itself. */
  readonly unit: number | null;
  /** `controller`, `hmi`, `scada-server`, `gateway`, `workstation` …: assets/roles.ts. */
  readonly role: string | null;
  /** Purdue level 0 to 5. */
  readonly level: number | null;
  readonly vendor: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly serial: string | null;
  readonly name: string | null;
  /** Names of protocols it spoke that were recognised by content. */
  readonly protocols: readonly string[];
  readonly firstUs: number;
  readonly lastUs: number;
  readonly evidence: readonly AssetEvidence[];
}
