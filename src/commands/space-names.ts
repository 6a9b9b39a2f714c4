// Names of a protocol's object spaces as one word each (`holding-register`), and back.
import type { Protocol } from '../facts/protocol.ts';

/** Object spaces of a protocol that have names. */
const SPACES_MAX = 256;

/** Names of object spaces as one word, and back. */
export class SpaceNames {
  readonly #words = new Map<string, readonly string[]>();
  readonly #numbers = new Map<string, ReadonlyMap<string, number>>();

  constructor(protocols: readonly Protocol[]) {
    for (const protocol of protocols) {
      const words = Array.from({ length: SPACES_MAX }, (_, space) => {
        const word = protocol.spaceName(space).replace(/[^a-z0-9]+/gi, '-');
        return word === '' || /^space-/.test(word) ? `space-${space}` : word;
      });
      this.#words.set(protocol.name, words);
      this.#numbers.set(protocol.name, new Map(words.map((word, space) => [word, space])));
    }
  }

  text(protocol: string, space: number): string {
    return this.#words.get(protocol)?.[space] ?? `space-${space}`;
  }

  /** -1 where there is no such space. */
  number(protocol: string, word: string): number {
    const known = this.#numbers.get(protocol)?.get(word);
    if (known !== undefined) return known;
    const [, digits] = /^space-([0-9]{1,8})$/.exec(word) ?? [];
    return digits === undefined ? -1 : Number(digits);
  }
}
