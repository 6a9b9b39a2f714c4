// Does a realm or a page's title name a device? Only where it can hardly be anything else: short, with a type designation.

const CHARACTERS_MAX = 48;
const WORDS_MAX = 5;
/** Letters and digits in one word, as types are named: `DCS-930L`, `S7-1200`, `WR841N`, `AXIS-M3045`. */
const DESIGNATION = /^(?=[^\s]*[A-Z])[A-Z][A-Za-z]*[-_]?[A-Z]*\d{2,}[A-Za-z0-9-]*(?:\/[A-Za-z0-9]+)?$/;
/** Words with that form which name no device. */
const OTHERS = /^(?:HTTP|HTML|UTF|ISO|IPV|MP|RFC|SHA|MD|WIN|CVE|COVID|X|B|K)-?\d/i;

/** The text where it names a device, else ''. */
export function deviceName(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length > CHARACTERS_MAX) return '';
  const words = trimmed.split(/\s+/);
  if (words.length > WORDS_MAX) return '';
  return words.some((word) => DESIGNATION.test(word) && !OTHERS.test(word)) ? trimmed : '';
}
