// The fingerprints that come with the program; read when first asked for.
import { fingerprintsTable } from '../../../knowledge/fingerprints.ts';
import { parseFingerprints, type FingerprintTable } from './table.ts';

let shipped: FingerprintTable | null = null;

export function shippedFingerprints(): FingerprintTable {
  shipped ??= parseFingerprints(new TextDecoder().decode(fingerprintsTable()));
  return shipped;
}
