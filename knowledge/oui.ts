// Hands out the table of MAC address prefixes that scripts/compact-oui.ts makes.
import { readFileSync } from 'node:fs';

export function ouiTable(): Uint8Array {
  return readFileSync(new URL('oui.bin', import.meta.url));
}
