// Counts what both have, what one alone has, and why; makes the tables of docs/scores.md.
import { table } from '../score-judging.ts';
import type { CarriedFile } from './files.ts';

type Side = 'only tshark' | 'only here';

interface Count {
  captures: number;
  theirs: number;
  ours: number;
  same: number;
  unexplained: number;
}

interface Difference {
  readonly protocol: string;
  readonly why: string;
  readonly check: string;
  readonly captures: Set<string>;
  theirs: number;
  ours: number;
}

export class Tally {
  unexplained = 0;
  #captures = 0;
  readonly #counts: ReadonlyMap<string, Count>;
  readonly #differences = new Map<string, Difference>();

  constructor(protocols: readonly string[]) {
    const none = (): Count => ({ captures: 0, theirs: 0, ours: 0, same: 0, unexplained: 0 });
    this.#counts = new Map(protocols.map((name) => [name, none()]));
  }

  /** One capture; `left` is what has no match on the other side. */
  compared(
    theirs: readonly CarriedFile[],
    ours: readonly CarriedFile[],
    left: { readonly theirs: readonly CarriedFile[] },
  ): void {
    this.#captures++;
    for (const [name, count] of this.#counts) {
      const of = (files: readonly CarriedFile[]): number => files.filter(({ protocol }) => protocol === name).length;
      if (of(theirs) + of(ours) > 0) count.captures++;
      count.theirs += of(theirs);
      count.ours += of(ours);
      count.same += of(theirs) - of(left.theirs);
    }
  }

  /** A file that one side has alone; without a reason it is not explained. */
  explained(
    side: Side,
    capture: string,
    protocol: string,
    reason: { readonly why: string; readonly check: string } | null,
  ): void {
    if (reason === null) {
      this.unexplained++;
      this.#counts.get(protocol)!.unexplained++;
      return;
    }
    const { why, check } = reason;
    const key = `${protocol} ${why} ${check}`;
    let difference = this.#differences.get(key);
    if (difference === undefined)
      this.#differences.set(key, (difference = { protocol, why, check, captures: new Set(), theirs: 0, ours: 0 }));
    difference.captures.add(capture);
    if (side === 'only tshark') difference.theirs++;
    else difference.ours++;
  }

  tables(version: string): string {
    const counts = [...this.#counts].map(([name, count]) => [
      name,
      count.captures,
      count.theirs,
      count.ours,
      count.same,
      count.unexplained,
    ]);
    const order = [...this.#counts.keys()];
    const differences = [...this.#differences.values()]
      .sort((a, b) => order.indexOf(a.protocol) - order.indexOf(b.protocol) || b.theirs + b.ours - a.theirs - a.ours)
      .map(({ protocol, theirs, ours, captures, why, check }) => [protocol, theirs, ours, captures.size, why, check]);
    return [
      `Files of ${this.#captures} captures, by hash, against what ${version} exports.`,
      table(['protocol', 'captures', 'tshark', 'here', 'same', 'not explained'], counts),
      'Why they differ:',
      table(['protocol', 'only tshark', 'only here', 'captures', 'why', 'how that is known'], differences),
    ].join('\n\n');
  }
}
