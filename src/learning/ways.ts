// Gives every way in which devices are asked (client, server, unit, protocol, function and sub-function) a small number,
// once for each operation and all modules: what they keep of a way they find by it, without a table of their own.
import type { Operation } from '../facts/operation.ts';
import { functionWord } from './contexts.ts';
import { WordIndex } from './word-index.ts';

/** Ways with a number; operations of further ones have the number 0. */
export const WAYS_MAX = 131_072;

export class WayTable {
  readonly #ways = new WordIndex(4, WAYS_MAX);

  /** From 1 on, in the order in which they came; 0 where there is no room. */
  wayOf(operation: Operation): number {
    const word = functionWord(operation.protocol, operation.function, operation.subfunction);
    return this.#ways.findOrInsert(operation.client, operation.server, operation.unit, word);
  }
}
