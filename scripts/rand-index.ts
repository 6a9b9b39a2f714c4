// The adjusted Rand index of Hubert and Arabie (1985): how alike two ways of sorting the same things are. 1: the same; 0:
// as alike as chance makes them.

/** The same things in the same order, each with its class by one and by the other. */
export function adjustedRandIndex(one: readonly string[], other: readonly string[]): number {
  if (one.length !== other.length || one.length < 2)
    throw new Error('needs the classes of the same two things or more');
  const both = one.map((name, index) => JSON.stringify([name, other[index]]));
  const [together, inOne, inOther] = [both, one, other].map((classes) => sumOf(countsOf(classes), pairs));
  const all = pairs(one.length);
  const expected = (inOne! * inOther!) / all;
  const most = (inOne! + inOther!) / 2;
  return most === expected ? 1 : (together! - expected) / (most - expected);
}

function countsOf(classes: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const name of classes) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts.values()];
}

function sumOf(values: readonly number[], each: (value: number) => number): number {
  return values.reduce((sum, value) => sum + each(value), 0);
}

function pairs(count: number): number {
  return (count * (count - 1)) / 2;
}
