// Select before operate (IEEE 1815-2012, clause 4.4): what was selected, whether the operate is of the same objects
// and comes next, and the status each command was answered with.
import type { Association } from './associations.ts';
import { type Fragment, Group } from './fragment.ts';
import { Data, ObjectHeader } from './object-headers.ts';
import type { Rule } from './problems.ts';

const STATUSES_MAX = 4096;
const SEQUENCE = 0x0f;
/** No objects are selected. */
export const NOTHING_SELECTED = -1;

export class Commands {
  statusCount = 0;
  readonly #header = new ObjectHeader();
  readonly #statuses = new Uint8Array(STATUSES_MAX);

  /** The fragment is a select. */
  selected(fragment: Fragment): void {
    const { association, sequence } = fragment;
    association.selected = this.#digest(fragment);
    association.selectedSequence = sequence;
    association.isSelectUnknown = false;
  }

  /** The outstation did not accept what was selected. */
  refused(association: Association): void {
    association.selected = NOTHING_SELECTED;
  }

  /** The fragment is an operate: the rule it breaks, null where it breaks none. */
  operated(fragment: Fragment): Rule | null {
    const { association, sequence } = fragment;
    const { selected, selectedSequence, isSelectUnknown } = association;
    if (selected === NOTHING_SELECTED) return isSelectUnknown ? null : 'operate-without-select';
    const isSame = selected === this.#digest(fragment);
    const step = (sequence - selectedSequence) & SEQUENCE;
    // An operate that is sent again has the same sequence; the selection is used up once another one comes.
    if (step > 1 || !isSame) association.selected = NOTHING_SELECTED;
    if (isSelectUnknown) return null;
    if (!isSame) return 'operate-differs-from-select';
    return step === 1 ? null : 'operate-out-of-sequence';
  }

  /** What stands for the commands of the message: FNV-1a over their objects, without those of authentication. */
  #digest({ bytes, objects, end }: Fragment): number {
    const header = this.#header;
    let digest = 0x811c9dc5;
    for (let at = objects; at < end;) {
      header.read(bytes, at, end, Data.all);
      const next = header.stops ? end : header.next;
      if (header.group !== Group.authentication) {
        for (let index = at; index < next; index++) digest = Math.imul(digest ^ bytes[index]!, 0x01000193);
      }
      at = next;
    }
    return digest >>> 0;
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
