// How bounded tables make room: what came first goes.

/** Room for one more entry in a table of at most `maximum`. */
export function forgetOldest(table: Map<unknown, unknown>, maximum: number): void {
  if (table.size < maximum) return;
  for (const key of table.keys()) {
    table.delete(key);
    return;
  }
}
