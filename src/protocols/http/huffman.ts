// Takes the Huffman code of HPACK off a text (RFC 7541, clause 5.2 and appendix B). The code is canonical: the lengths of
// its words are all there is to know, for words of one length follow each other in the order of their bytes.

/** By byte; that of the end of a text has 30 bits, too. */
const LENGTHS = Uint8Array.from([
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26,
]);
const BITS_MAX = 30;

/** The bytes in the order of their words; and for each length its first word and where its bytes begin. */
const ORDERED = Uint8Array.from([...LENGTHS.keys()].sort((a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b));
const COUNTS = new Int32Array(BITS_MAX + 1);
for (const length of LENGTHS) COUNTS[length]!++;
const FIRST_WORDS = new Int32Array(BITS_MAX + 1);
const FIRST_PLACES = new Int32Array(BITS_MAX + 1);
for (let length = 1; length <= BITS_MAX; length++) {
  FIRST_WORDS[length] = (FIRST_WORDS[length - 1]! + COUNTS[length - 1]!) << 1;
  FIRST_PLACES[length] = FIRST_PLACES[length - 1]! + COUNTS[length - 1]!;
}

/** Writes the text of bytes[start..end) to `into` from `at` on; where it ends, -1 where it is no text or has no room. */
export function huffmanText(bytes: Uint8Array, start: number, end: number, into: Uint8Array, at: number): number {
  let word = 0;
  let length = 0;
  let to = at;
  for (let from = start; from < end; from++) {
    for (let bit = 7; bit >= 0; bit--) {
      word = (word << 1) | ((bytes[from]! >> bit) & 1);
      if (++length > BITS_MAX) return -1;
      const place = word - FIRST_WORDS[length]!;
      if (place < 0 || place >= COUNTS[length]!) continue;
      if (to >= into.length) return -1;
      into[to++] = ORDERED[FIRST_PLACES[length]! + place]!;
      word = 0;
      length = 0;
    }
  }
  // Filled up with ones, less than a byte of them: the beginning of the word for the end.
  return length < 8 && word === (1 << length) - 1 ? to : -1;
}
