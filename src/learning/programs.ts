// Which contents of control programs were seen while the baseline was learned: by device and part, by hash.
import type { KnownProgram, ProgramLearning, ProgramPart } from '../facts/learning.ts';

/** Contents of all parts together; more are not learned. */
export const PROGRAMS_MAX = 65_536;
/** Contents of one part: a recipe that changes all the time is no program. */
const CONTENTS_MAX = 16;

export interface SavedProgram extends ProgramPart, KnownProgram {}

interface Part extends ProgramPart {
  readonly contents: Map<string, KnownProgram>;
}

export class ProgramTable implements ProgramLearning {
  readonly #parts = new Map<string, Part>();
  readonly #devices = new Set<string>();
  #count = 0;

  learn(part: ProgramPart, sha256: string, size: number, timeUs: number): void {
    const before = this.#parts.get(keyOf(part))?.contents.get(sha256);
    this.restore({
      ...part,
      sha256,
      size,
      count: (before?.count ?? 0) + 1,
      firstUs: before?.firstUs ?? timeUs,
      lastUs: timeUs,
      gapUs: before === undefined ? 0 : Math.max(before.gapUs, timeUs - before.lastUs),
      isOnce: false,
      isConfirmed: before?.isConfirmed === true,
    });
  }

  /** Puts back what a baseline says; what it says later of the same counts. */
  restore({ server, unit, protocol, part, ...content }: SavedProgram): void {
    const key = keyOf({ server, unit, protocol, part });
    let known = this.#parts.get(key);
    if (known?.contents.has(content.sha256) !== true) {
      if (this.#count >= PROGRAMS_MAX || (known?.contents.size ?? 0) >= CONTENTS_MAX) return;
      this.#count++;
    }
    if (known === undefined) {
      this.#parts.set(key, (known = { server, unit, protocol, part, contents: new Map() }));
      this.#devices.add(deviceOf({ server, unit, protocol }));
    }
    known.contents.set(content.sha256, content);
  }

  known(part: ProgramPart): readonly KnownProgram[] {
    return [...(this.#parts.get(keyOf(part))?.contents.values() ?? [])];
  }

  isKnownDevice(part: Omit<ProgramPart, 'part'>): boolean {
    return this.#devices.has(deviceOf(part));
  }

  /** In the order in which they came. */
  *all(): Generator<SavedProgram> {
    for (const { contents, ...part } of this.#parts.values()) {
      for (const content of contents.values()) yield { ...part, ...content };
    }
  }
}

function deviceOf({ server, unit, protocol }: Omit<ProgramPart, 'part'>): string {
  return `${server} ${unit} ${protocol}`;
}

function keyOf(part: ProgramPart): string {
  return `${deviceOf(part)} ${part.part}`;
}
