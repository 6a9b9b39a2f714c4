// The text table of fingerprints: which setups of which types of device were seen with which features. One thing a
// line, fields parted by tabs; features are numbered by their lines, so that a setup is a list of numbers.

export interface DeviceType {
  readonly name: string;
  /** What is claimed of a device of this type; empty where nothing is. */
  readonly vendor: string;
  readonly model: string;
}

/** One device seen once. */
export interface Setup {
  readonly type: string;
  readonly features: readonly string[];
}

export interface FingerprintTable {
  readonly types: readonly DeviceType[];
  readonly setups: readonly Setup[];
}

export const EMPTY_TABLE: FingerprintTable = { types: [], setups: [] };

export const SETUPS_MAX = 4096;
const FEATURES_MAX = 65_536;
const NAME_CHARACTERS_MAX = 120;

/** What is wrong with a table, with its line, for a person. */
export class FingerprintTableError extends Error {
  override readonly name = 'FingerprintTableError';
}

/** Throws FingerprintTableError. */
export function parseFingerprints(text: string): FingerprintTable {
  const features: string[] = [];
  const types = new Map<string, DeviceType>();
  const setups: Setup[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const [kind, ...fields] = line.split('\t');
    const wrong = (what: string): FingerprintTableError => new FingerprintTableError(`line ${index + 1}: ${what}`);
    const name = fields[0] ?? '';
    if (name === '') throw wrong('a word, a tab and a value are expected');
    if (kind === 'feature') {
      if (!/^[tnp]:/.test(name)) throw wrong("a feature begins with 't:', 'n:' or 'p:'");
      if (features.push(name) > FEATURES_MAX) throw wrong(`more than ${FEATURES_MAX} features`);
    } else if (kind === 'type') {
      if (name.length > NAME_CHARACTERS_MAX) throw wrong(`a name of more than ${NAME_CHARACTERS_MAX} characters`);
      types.set(name, { name, vendor: fields[1] ?? '', model: fields[2] ?? '' });
    } else if (kind === 'setup') {
      if (!types.has(name)) throw wrong(`no type of that name above`);
      if (setups.length >= SETUPS_MAX) throw wrong(`more than ${SETUPS_MAX} setups`);
      const numbers = (fields[1] ?? '').split(' ').filter((word) => word !== '');
      setups.push({
        type: name,
        features: numbers.map((word) => {
          const feature = /^\d{1,6}$/.test(word) ? features[Number(word)] : undefined;
          if (feature === undefined) throw wrong('a setup names a feature that is not above');
          return feature;
        }),
      });
    } else throw wrong("is none of 'feature', 'type', 'setup'");
  }
  return { types: [...types.values()], setups };
}

/** The same table always gives the same text: features and types are sorted, setups keep their order. */
export function fingerprintText(table: FingerprintTable, head: readonly string[]): string {
  const features = [...new Set(table.setups.flatMap((setup) => setup.features))].sort();
  const numbers = new Map(features.map((feature, index) => [feature, index]));
  const lines = head.map((line) => `# ${line}`);
  lines.push(...features.map((feature) => `feature\t${feature}`));
  const types = [...table.types].sort((a, b) => (a.name < b.name ? -1 : 1));
  lines.push(...types.map(({ name, vendor, model }) => `type\t${name}\t${vendor}\t${model}`));
  for (const { type, features: of } of table.setups) {
    const sorted = of.map((feature) => numbers.get(feature)!).sort((a, b) => a - b);
    lines.push(`setup\t${type}\t${sorted.join(' ')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Both tables in one; of a type that both know the second's words count. */
export function joinedTables(first: FingerprintTable, second: FingerprintTable): FingerprintTable {
  const types = new Map([...first.types, ...second.types].map((type) => [type.name, type]));
  return { types: [...types.values()], setups: [...first.setups, ...second.setups].slice(0, SETUPS_MAX) };
}
