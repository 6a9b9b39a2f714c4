// What a person marked as normal: whether a finding is covered by it. The same rule is asked before a finding is raised
// and of alerts that are stored.
import type { AlertParty } from '../facts/alert.ts';
import type { AcceptedFinding } from '../facts/intent.ts';

/** A finding as rules are compared with it. `unit`: null for the host itself. */
export interface FoundParty {
  readonly segment: string;
  readonly address: string;
  readonly unit: number | null;
}

export function foundParty({ segment, ip, mac, asset, unit }: AlertParty): FoundParty {
  return { segment, address: ip ?? mac ?? asset, unit };
}

/** Ports are never compared: a client has another one each time. */
export function isCovered(
  accepted: AcceptedFinding,
  kind: string,
  subject: FoundParty,
  peer: FoundParty | null,
  object: string,
): boolean {
  if (accepted.kind !== kind || !isSame(accepted.subject, subject)) return false;
  if (accepted.scope === 'device') return true;
  if (!isSame(accepted.peer, peer)) return false;
  return accepted.scope === 'pair' || accepted.object === object;
}

function isSame(left: FoundParty | null, right: FoundParty | null): boolean {
  if (left === null || right === null) return left === right;
  return left.address === right.address && left.segment === right.segment && left.unit === right.unit;
}
