// How the tables of this module forget.

/** The entry that was made first gives way. */
export function makeRoom<Key>(map: Map<Key, unknown>, maximum: number): void {
  if (map.size < maximum) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
