// What the fuzzer needs to know of a parser.

export interface Target {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  /** No input is longer. */
  readonly bytesMax: number;
  /** Known inputs, from which new ones are made; the same in the same tree. */
  seeds(): Uint8Array[];
  /** The parser with the state it keeps between inputs. */
  open(): Run;
}

/**
 * Feeds one input; throws where something is wrong. Gives numbers that stand for what happened (each kind of fact,
 * each problem): an input with a new one is kept and changed further. `input` may be changed.
 */
export type Run = (input: Uint8Array) => readonly number[] | Promise<readonly number[]>;

/** One number for a row of numbers, order included. */
export function mixed(signature: number, value: number): number {
  return (Math.imul(signature ^ value, 0x01000193) ^ (signature >>> 15)) | 0;
}
