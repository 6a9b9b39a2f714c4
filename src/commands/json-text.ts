// Turns values into JSON text that is safe to show: characters that could steer a terminal or hide text are written as
// escapes, so the text still means the same.

const HIDDEN_IN_JSON = /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** One line of JSON. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(HIDDEN_IN_JSON, escaped);
}

/** An object as JSON text, one element of each of its lists a line: to be read by people and programs alike. */
export function jsonPage(value: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(value).map(([key, member]) => {
    if (!Array.isArray(member) || member.length === 0) return `${jsonText(key)}: ${jsonText(member)}`;
    return `${jsonText(key)}: [\n${member.map((element) => `    ${jsonText(element)}`).join(',\n')}\n  ]`;
  });
  return `{\n${entries.map((entry) => `  ${entry}`).join(',\n')}\n}\n`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
