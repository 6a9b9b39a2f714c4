// Turns a MAC address into the vendor that the IEEE lists for its prefix, from the table scripts/compact-oui.ts makes.
import { ouiTable } from '../../knowledge/oui.ts';
import { u24be, u32be } from '../bytes/endian.ts';

/** Bits of the three IEEE registries, longest first: MA-S, MA-M, MA-L. */
export const PREFIX_BITS = [36, 28, 24] as const;
/** First bytes of the table: its name and version. */
export const OUI_MAGIC = '1SECOUI1';

const COUNT_SIZE = 4;
const NAME_OFFSET_SIZE = 3;

interface Registry {
  readonly bits: number;
  /** Bytes of one prefix, left-aligned. */
  readonly prefixSize: number;
  readonly start: number;
  readonly count: number;
}

/**
 * Layout: the magic; for each registry a count (32 bits); for each registry its entries, sorted: the prefix
 * left-aligned in whole bytes, then the offset of the name (24 bits) among the names; then the names, each a length
 * byte and UTF-8. Numbers are big-endian. A table that is cut or not ours knows no vendor.
 */
export function vendorTable(table: Uint8Array): (mac: string) => string {
  const registries: Registry[] = [];
  let start = OUI_MAGIC.length + PREFIX_BITS.length * COUNT_SIZE;
  if (table.length < start || decoder.decode(table.subarray(0, OUI_MAGIC.length)) !== OUI_MAGIC) {
    return () => '';
  }
  for (const [index, bits] of PREFIX_BITS.entries()) {
    const count = u32be(table, OUI_MAGIC.length + index * COUNT_SIZE);
    const prefixSize = Math.ceil(bits / 8);
    registries.push({ bits, prefixSize, start, count });
    start += count * (prefixSize + NAME_OFFSET_SIZE);
  }
  if (start > table.length) return () => '';
  const namesStart = start;
  return (mac) => {
    const address = macBytes(mac);
    // The second lowest bit of the first byte marks an address that no vendor gave out, the lowest one a group.
    if (address === null || (address[0]! & 3) !== 0) return '';
    for (const registry of registries) {
      const at = findPrefix(table, registry, address);
      if (at >= 0) return nameAt(table, namesStart + u24be(table, at + registry.prefixSize));
    }
    return '';
  };
}

let shipped: ((mac: string) => string) | null = null;

/** The vendor by the table that comes with the program, '' where none is listed; the table is read when first asked. */
export function vendorOfMac(mac: string): string {
  shipped ??= vendorTable(ouiTable());
  return shipped(mac);
}

function macBytes(mac: string): Uint8Array | null {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) return null;
  return Uint8Array.from(mac.split(':'), (part) => Number.parseInt(part, 16));
}

/** Offset of the entry, -1 where there is none. */
function findPrefix(table: Uint8Array, registry: Registry, address: Uint8Array): number {
  const { prefixSize, bits } = registry;
  const lastByteMask = bits % 8 === 0 ? 0xff : 0xf0;
  const entrySize = prefixSize + NAME_OFFSET_SIZE;
  let low = 0;
  let high = registry.count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = registry.start + middle * entrySize;
    let order = 0;
    for (let byte = 0; byte < prefixSize && order === 0; byte++) {
      const mask = byte === prefixSize - 1 ? lastByteMask : 0xff;
      order = table[at + byte]! - (address[byte]! & mask);
    }
    if (order === 0) return at;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

const decoder = new TextDecoder();

function nameAt(table: Uint8Array, at: number): string {
  return decoder.decode(table.subarray(at + 1, at + 1 + (table[at] ?? 0)));
}
