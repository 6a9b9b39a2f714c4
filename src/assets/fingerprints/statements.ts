// What the setups of a type say of themselves, by where they say it: where all of them say the same, a device that says
// something else is of another type, however alike it talks.
import { statementOf } from './features.ts';

/** So many setups must have said it before it counts as said by all: fewer may agree by chance. */
const SETUPS_LEAST = 3;

interface Said {
  setups: number;
  /** How many of them said each. */
  readonly values: Map<string, number>;
}

export class TypeStatements {
  readonly #types = new Map<string, Map<string, Said>>();

  add(type: string, features: readonly string[]): void {
    let sources = this.#types.get(type);
    if (sources === undefined) this.#types.set(type, (sources = new Map<string, Said>()));
    for (const [source, values] of statements(features)) {
      let said = sources.get(source);
      if (said === undefined) sources.set(source, (said = { setups: 0, values: new Map() }));
      said.setups++;
      for (const value of values) said.values.set(value, (said.values.get(value) ?? 0) + 1);
    }
  }

  /** A feature with which the device says what no setup of the type does; empty where there is none. */
  contradiction(type: string, features: readonly string[]): string {
    const sources = this.#types.get(type);
    if (sources === undefined) return '';
    for (const [source, values] of statements(features)) {
      const said = sources.get(source);
      if (said === undefined || said.setups < SETUPS_LEAST) continue;
      if ([...said.values.values()].some((count) => count < said.setups)) continue;
      const other = values.find((value) => !said.values.has(value));
      if (other !== undefined) return other;
    }
    return '';
  }
}

/** Features that are statements, by their source. */
function statements(features: readonly string[]): Map<string, string[]> {
  const bySource = new Map<string, string[]>();
  for (const feature of new Set(features)) {
    const source = statementOf(feature);
    if (source === '') continue;
    const known = bySource.get(source);
    if (known === undefined) bySource.set(source, [feature]);
    else known.push(feature);
  }
  return bySource;
}
