// A case of the two lists that the tests of pivot-hunter run: what makes it speak, and what does not.
import type { Rehearsal } from '../rehearsal.ts';

export interface Case {
  readonly kind: string;
  readonly what: string;
  readonly play: (rehearsal: Rehearsal) => void;
  readonly severity?: string;
  readonly says?: RegExp;
}
