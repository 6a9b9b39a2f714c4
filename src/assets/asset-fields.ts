// Turns the evidence for a device into the fields of its record: of what contradicts, the most trusted and newest counts.
import type { Asset, AssetEvidence } from '../facts/asset.ts';
import type { ClaimAttribute } from '../facts/facts.ts';

/** `evidence` is sorted by weight. */
export function assetFields(
  evidence: readonly AssetEvidence[],
): Pick<Asset, 'role' | 'level' | 'vendor' | 'model' | 'firmware' | 'serial' | 'name'> {
  return {
    role: best(evidence, 'role'),
    level: levelOf(best(evidence, 'level')),
    vendor: best(evidence, 'vendor'),
    model: best(evidence, 'model') ?? best(evidence, 'product-code'),
    firmware: best(evidence, 'firmware'),
    serial: best(evidence, 'serial'),
    name: best(evidence, 'name'),
  };
}

/** How it is guarded, the worst that was seen: credential-auditor; null: nobody was seen logging in to it. */
export function hardeningOf({ evidence }: Asset): string | null {
  return best(evidence, 'hardening');
}

/** By attribute, then the most trusted, then the newest. */
export function byWeight(left: AssetEvidence, right: AssetEvidence): number {
  return (
    compareText(left.attribute, right.attribute) ||
    right.trust - left.trust ||
    right.timeUs - left.timeUs ||
    compareText(left.value, right.value) ||
    compareText(left.source, right.source)
  );
}

function best(evidence: readonly AssetEvidence[], attribute: ClaimAttribute): string | null {
  return evidence.find((entry) => entry.attribute === attribute)?.value ?? null;
}

function levelOf(text: string | null): number | null {
  const level = Number(text ?? Number.NaN);
  return level >= 0 && level <= 5 ? level : null;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
