// Hands out the table of behavioural fingerprints that scripts/learn-devices.ts makes.
import { shippedFile } from './shipped-file.ts';

export function fingerprintsTable(): Uint8Array {
  return shippedFile('knowledge/fingerprints/devices.tsv');
}
