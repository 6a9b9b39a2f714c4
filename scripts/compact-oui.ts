// Turns the IEEE listing in the dev dependency oui-data into knowledge/oui.bin (layout: src/assets/vendors.ts).
// Same package, same bytes: run it again after updating the package, and commit what it writes.
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

import { OUI_MAGIC, PREFIX_BITS } from '../src/assets/vendors.ts';

const TARGET = new URL('../knowledge/oui.bin', import.meta.url);

/** Prefix in upper-case hexadecimal (6, 7 or 9 digits) to the organisation's name, the first line of its entry. */
export async function readListing(): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(new URL(import.meta.resolve('oui-data')), 'utf8');
  const listing = JSON.parse(text) as Readonly<Record<string, string>>;
  return new Map(Object.entries(listing).map(([prefix, entry]) => [prefix, organisation(entry)]));
}

/** First line, single blanks, without the comma or semicolon that some entries end with. */
function organisation(entry: string): string {
  return (entry.split('\n')[0] ?? '')
    .replace(/\s+/g, ' ')
    .replace(/[\s,;]+$/, '')
    .trim();
}

export function compact(listing: ReadonlyMap<string, string>): Uint8Array {
  const names: Buffer[] = [];
  const nameOffsets = new Map<string, number>();
  let namesSize = 0;
  const counts: Buffer[] = [];
  const entries: Buffer[] = [];
  for (const bits of PREFIX_BITS) {
    const prefixes = [...listing.keys()].filter((prefix) => prefix.length * 4 === bits).sort();
    const count = Buffer.alloc(4);
    count.writeUInt32BE(prefixes.length);
    counts.push(count);
    for (const prefix of prefixes) {
      const name = listing.get(prefix) ?? '';
      let offset = nameOffsets.get(name);
      if (offset === undefined) {
        const text = Buffer.from(name).subarray(0, 255);
        offset = namesSize;
        nameOffsets.set(name, offset);
        names.push(Buffer.from([text.length]), text);
        namesSize += 1 + text.length;
      }
      const place = Buffer.alloc(3);
      place.writeUIntBE(offset, 0, 3);
      entries.push(Buffer.from(prefix.padEnd(Math.ceil(bits / 8) * 2, '0'), 'hex'), place);
    }
  }
  return Buffer.concat([Buffer.from(OUI_MAGIC), ...counts, ...entries, ...names]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const table = compact(await readListing());
  writeFileSync(TARGET, table);
  process.stdout.write(`knowledge/oui.bin: ${table.length} bytes\n`);
}
