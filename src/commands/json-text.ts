// Turns values into JSON text that is safe to show: characters that could steer a terminal or hide text are written as
// escapes, so the text still means the same.

const HIDDEN_IN_JSON = /[\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A list whose elements are made when they are written, one after the other: a long one is never there as a whole. */
export class MadeList<Source> implements Iterable<unknown> {
  readonly #sources: Iterable<Source>;
  readonly #make: (source: Source) => unknown;

  constructor(sources: Iterable<Source>, make: (source: Source) => unknown) {
    this.#sources = sources;
    this.#make = make;
  }

  *[Symbol.iterator](): Generator {
    for (const source of this.#sources) yield this.#make(source);
  }

  toJSON(): unknown[] {
    return [...this];
  }
}

/** One line of JSON. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(HIDDEN_IN_JSON, escaped);
}

/** An object as JSON text, one element of each of its lists a line: to be read by people and programs alike. */
export function jsonPage(value: Readonly<Record<string, unknown>>): string {
  return [...jsonPieces(value)].join('');
}

/** The same piece by piece, so that a long list is never a text as a whole. */
export function* jsonPieces(value: Readonly<Record<string, unknown>>): Generator<string> {
  let before = '{\n';
  for (const [key, member] of Object.entries(value)) {
    yield `${before}  ${jsonText(key)}: `;
    before = ',\n';
    if (!Array.isArray(member) && !(member instanceof MadeList)) {
      yield jsonText(member);
      continue;
    }
    let separator = '[';
    for (const element of member as Iterable<unknown>) {
      yield `${separator}\n    ${jsonText(element)}`;
      separator = ',';
    }
    yield separator === '[' ? '[]' : '\n  ]';
  }
  yield before === '{\n' ? '{\n\n}\n' : '\n}\n';
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
