// How bounded tables make room: what came first goes.

/** A large table that is full loses one of so many parts at once: what was deleted at its beginning is passed over anew. */
const PARTS = 16;
const LARGE = 1024;

/** Room for one more entry in a table of at most `maximum`. `forget`: takes one out, where that is more than its entry. */
export function forgetOldest<Key>(
  table: Map<Key, unknown>,
  maximum: number,
  forget: (key: Key) => void = (key) => table.delete(key),
): void {
  if (table.size < maximum) return;
  let left = maximum < LARGE ? 1 : Math.floor(maximum / PARTS);
  for (const key of table.keys()) {
    forget(key);
    if (--left === 0) return;
  }
}
