// Finds in a statement of SQL the few words by which a database's user reaches the machine it runs on, or its
// configuration. Not a parser: words in comments and strings count too, and the statement itself is never kept.

/** One kind of statement; several phrases may be of one kind. Lower case, one space where any white space may stand. */
export interface StatementKind {
  readonly kind: number;
  readonly phrase: string;
}

/** Only so much of a statement is looked at. */
const STATEMENT_BYTES_MAX = 4096;
const SPACE = 0x20;

export class StatementKinds {
  /** By the first letter of the phrase. */
  readonly #byLetter: (readonly Phrase[] | undefined)[] = [];

  constructor(kinds: readonly StatementKind[]) {
    for (const { kind, phrase } of kinds) {
      const letter = phrase.charCodeAt(0);
      this.#byLetter[letter] = [...(this.#byLetter[letter] ?? []), { kind, letters: Buffer.from(phrase, 'latin1') }];
    }
  }

  /** The kind of the first phrase in bytes[start..end), 0 where there is none. `width`: bytes of a character, 1 or 2 (little-endian). */
  find(bytes: Uint8Array, start: number, end: number, width = 1): number {
    const stop = Math.min(end, start + STATEMENT_BYTES_MAX);
    let isInWord = false;
    for (let at = start; at + width <= stop; at += width) {
      const letter = lower(bytes, at, width);
      const phrases = isInWord ? undefined : this.#byLetter[letter];
      isInWord = isOfWord(letter);
      if (phrases === undefined) continue;
      for (const phrase of phrases) if (isAt(phrase.letters, bytes, at, stop, width)) return phrase.kind;
    }
    return 0;
  }
}

interface Phrase {
  readonly kind: number;
  readonly letters: Uint8Array;
}

function isAt(letters: Uint8Array, bytes: Uint8Array, start: number, end: number, width: number): boolean {
  let at = start;
  for (let index = 0; index < letters.length; index++) {
    const wanted = letters[index]!;
    if (at + width > end) return false;
    if (wanted !== SPACE) {
      if (lower(bytes, at, width) !== wanted) return false;
      at += width;
      continue;
    }
    if (!isSpace(lower(bytes, at, width))) return false;
    while (at + width <= end && isSpace(lower(bytes, at, width))) at += width;
  }
  return at + width > end || !isOfWord(lower(bytes, at, width));
}

/** The character at `at` in lower case; one that is not ASCII is 0xff, as if of a word. */
function lower(bytes: Uint8Array, at: number, width: number): number {
  const low = bytes[at]!;
  if (width === 2 && bytes[at + 1] !== 0) return 0xff;
  return low >= 0x41 && low <= 0x5a ? low | 0x20 : low;
}

function isSpace(letter: number): boolean {
  return letter === SPACE || (letter >= 9 && letter <= 13);
}

function isOfWord(letter: number): boolean {
  return (letter >= 0x61 && letter <= 0x7a) || (letter >= 0x30 && letter <= 0x39) || letter === 0x5f || letter >= 0x80;
}
