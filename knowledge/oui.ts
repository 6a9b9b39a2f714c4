// Hands out the table of MAC address prefixes that scripts/compact-oui.ts makes.
import { shippedFile } from './shipped-file.ts';

export function ouiTable(): Uint8Array {
  return shippedFile('knowledge/oui.bin');
}
