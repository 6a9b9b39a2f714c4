// Select before execute (IEC 60870-5-101:2003, clauses 6.8 and 7.2.6.26): remembers what is selected and which points
// are used with a select at all. Commands are rare: plain code with objects, bounded.

/** More points than this: the one longest not commanded is forgotten. */
const POINTS_MAX = 4096;

interface CommandedPoint {
  /** A select was followed by its execute at least once. */
  usesSelect: boolean;
  isSelected: boolean;
  /** Conversation of the last select, and the stretches it had lost by then. */
  flow: number;
  gaps: number;
  /** Value and qualifier of the select, as text. */
  order: string;
}

export const Verdict = { fine: 0, notSelected: 1, differs: 2 } as const;

export class Selects {
  readonly #points = new Map<string, CommandedPoint>();

  select(key: string, flow: number, gaps: number, order: string): void {
    const before = this.#points.get(key);
    const usesSelect = before?.usesSelect === true;
    this.#points.delete(key);
    if (this.#points.size >= POINTS_MAX) {
      for (const oldest of this.#points.keys()) {
        this.#points.delete(oldest);
        break;
      }
    }
    this.#points.set(key, { usesSelect, isSelected: true, flow, gaps, order });
  }

  /** What an execute of this point is: a `Verdict`. Consumes the select. */
  execute(key: string, flow: number, gaps: number, order: string): number {
    const point = this.#points.get(key);
    if (point === undefined) return Verdict.fine;
    const isSame = point.flow === flow;
    const wasSelected = point.isSelected && isSame;
    if (isSame) point.isSelected = false;
    if (wasSelected) {
      if (point.order !== order) return Verdict.differs;
      point.usesSelect = true;
      return Verdict.fine;
    }
    // A select may have been lost with what the capture does not hold.
    const isCertain = point.usesSelect && (!isSame || point.gaps === gaps);
    point.gaps = isSame ? gaps : point.gaps;
    return isCertain ? Verdict.notSelected : Verdict.fine;
  }

  /** The select was cancelled or refused. */
  deselect(key: string, flow: number): void {
    const point = this.#points.get(key);
    if (point?.flow === flow) point.isSelected = false;
  }

  /** What was selected, as text; empty where nothing is known. */
  orderOf(key: string): string {
    return this.#points.get(key)?.order ?? '';
  }

  get size(): number {
    return this.#points.size;
  }
}
