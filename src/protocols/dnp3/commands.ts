// Select before operate (IEEE 1815-2012, clause 4.4): what was selected, whether the operate is of the same objects
// and comes next, and the status each command was answered with.
import type { Association } from './associations.ts';
import type { Fragment } from './fragment.ts';
import type { Rule } from './problems.ts';

const STATUSES_MAX = 4096;
const SEQUENCE = 0x0f;

export class Commands {
  statusCount = 0;
  readonly #statuses = new Uint8Array(STATUSES_MAX);

  /** The fragment is a select. */
  selected({ association, sequence, bytes, objects, end }: Fragment): void {
    association.selected = bytes.slice(objects, end);
    association.selectedSequence = sequence;
    association.isSelectUnknown = false;
  }

  /** The outstation did not accept what was selected. */
  refused(association: Association): void {
    association.selected = null;
  }

  /** The fragment is an operate: the rule it breaks, null where it breaks none. */
  operated({ association, sequence, bytes, objects, end }: Fragment): Rule | null {
    const { selected, selectedSequence, isSelectUnknown } = association;
    // An operate that is sent again has the same sequence; the selection is used up once another one comes.
    if (selected === null) return isSelectUnknown ? null : 'operate-without-select';
    const isSame = isEqual(selected, bytes, objects, end);
    const step = (sequence - selectedSequence) & SEQUENCE;
    if (step > 1 || !isSame) association.selected = null;
    if (isSelectUnknown) return null;
    if (!isSame) return 'operate-differs-from-select';
    return step === 1 ? null : 'operate-out-of-sequence';
  }

  /** False where no more can be kept. */
  addStatus(status: number): boolean {
    if (this.statusCount >= STATUSES_MAX) return false;
    this.#statuses[this.statusCount++] = status;
    return true;
  }

  /** The first status of `count` commands from `first` on that is no success. */
  worstStatus(first: number, count: number): number {
    const end = Math.min(this.statusCount, first + count);
    for (let index = first; index < end; index++) if (this.#statuses[index] !== 0) return this.#statuses[index]!;
    return 0;
  }
}

function isEqual(selected: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (selected.length !== end - start) return false;
  for (let index = 0; index < selected.length; index++) if (selected[index] !== bytes[start + index]) return false;
  return true;
}
