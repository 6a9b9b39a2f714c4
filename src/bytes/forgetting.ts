// How bounded tables make room: what came first goes.

/** A full table loses so many parts at once: what was deleted at a table's beginning is passed over at each next look. */
const PARTS = 16;

/** Room for one more entry in a table of at most `maximum`. */
export function forgetOldest(table: Map<unknown, unknown>, maximum: number): void {
  if (table.size < maximum) return;
  let left = Math.max(1, Math.floor(maximum / PARTS));
  for (const key of table.keys()) {
    table.delete(key);
    if (--left === 0) return;
  }
}
