// Turns the text of a policy file into zones and conduits, and names every mistake in it with its line and column.
import { addressRange, subnetMeant } from '../engine/host-pattern.ts';
import { ACCESS_NAMES, INTERNET, type Conduit, type Policy, type PolicyZone } from '../facts/policy.ts';
import { protocols } from '../protocols/index.ts';
import { showable } from '../bytes/text.ts';
import { UsageError } from './command-line.ts';
import { ConfigDocument, type ConfigProblem, type ConfigValue } from './config-nodes.ts';
import { didYouMean } from './did-you-mean.ts';
import { ROLE_NAMES, configText } from './site-config.ts';

export interface PolicyFile {
  /** What could be read; to be used only where there is no problem. */
  readonly policy: Policy;
  /** In the order of the file. */
  readonly problems: readonly ConfigProblem[];
}

const VERSION = '1';
const NAME_MAX = 160;
const LISTED_MAX = 100_000;
const ANY = 'any';

/** Reads the file for a command that needs it without a mistake; throws UsageError with the first one. */
export function policyOf(path: string): Policy {
  const { policy, problems } = readPolicy(configText(path));
  const [first, ...more] = problems;
  if (first === undefined) return policy;
  const others = more.length === 0 ? '' : `; and ${more.length} more`;
  throw new UsageError(`${showable(path, 400)}:${first.line}:${first.column}: ${first.message}${others}`);
}

export function readPolicy(text: string): PolicyFile {
  const document = new ConfigDocument(text, "'1sec policy infer FILE… -o policy.yaml' writes one");
  const policy = new PolicyReader(document).read();
  const problems = [...document.problems].sort((left, right) => left.line - right.line || left.column - right.column);
  return { policy, problems };
}

class PolicyReader {
  readonly #document: ConfigDocument;
  readonly #zones = new Set<string>();
  /** Address and segment → zone. */
  readonly #members = new Map<string, string>();

  constructor(document: ConfigDocument) {
    this.#document = document;
  }

  read(): Policy {
    const { root } = this.#document;
    if (root === null) return { zones: [], conduits: [] };
    const keys = this.#document.section(root, ['version', 'zones', 'conduits']);
    this.#document.version(root, keys.get('version'), VERSION);
    const zones = this.#each(keys.get('zones'), (value) => this.#zone(value));
    if (zones.length === 0 && this.#document.problems.length === 0) {
      this.#document.problem(root.node, "the file names no zone under 'zones'");
    }
    return { zones, conduits: this.#each(keys.get('conduits'), (value) => this.#conduit(value)) };
  }

  #each<Item>(value: ConfigValue | undefined, read: (value: ConfigValue) => Item | null): Item[] {
    return this.#document.each(value, LISTED_MAX, read);
  }

  #zone(value: ConfigValue): PolicyZone | null {
    const keys = this.#document.section(value, ['name', 'level', 'segment', 'addresses', 'segments', 'roles']);
    const name = this.#required(value, keys, 'name');
    if (name === null) return null;
    if (this.#zones.has(name)) this.#document.problem(value.node, `'${showable(name)}' is there twice in zones`);
    this.#zones.add(name);
    const segment = this.#optional(keys.get('segment'));
    const addresses = this.#each(keys.get('addresses'), (given) => this.#address(given, name, segment));
    const segments = this.#each(keys.get('segments'), (given) => this.#name(given));
    const roles = this.#each(keys.get('roles'), (given) => this.#choice(given, ROLE_NAMES));
    // Where a key is misspelt, that is what is wrong.
    const isKnown = this.#document.entries(value).length === keys.size;
    if (isKnown && !['addresses', 'segments', 'roles'].some((key) => this.#document.list(keys.get(key)).length > 0)) {
      this.#document.problem(value.node, 'the zone names nothing: it needs addresses, segments or roles');
    }
    return { name, level: this.#level(keys.get('level')), segment, addresses, segments, roles };
  }

  #conduit(value: ConfigValue): Conduit | null {
    const keys = this.#document.section(value, ['from', 'to', 'protocol', 'functions', 'ports']);
    const from = this.#zoneName(value, keys, 'from');
    const to = this.#zoneName(value, keys, 'to');
    const protocol = keys.has('protocol')
      ? this.#protocol(keys.get('protocol')!)
      : this.#required(value, keys, 'protocol');
    const wanted = keys.get('functions');
    const functions = wanted === undefined ? null : this.#choice(wanted, ACCESS_NAMES);
    const ports = this.#each(keys.get('ports'), (given) => this.#port(given));
    if (from === null || to === null || protocol === null) return null;
    if (from === to) this.#document.problem(value.node, 'from and to are one zone, within which everything may pass');
    return { from, to, protocol, functions, ports };
  }

  #zoneName(section: ConfigValue, keys: ReadonlyMap<string, ConfigValue>, key: string): string | null {
    const name = this.#required(section, keys, key);
    if (name === null || this.#zones.has(name)) return name;
    this.#document.problem(
      keys.get(key)!.node,
      `no zone is called '${showable(name, NAME_MAX)}'${didYouMean(name, [...this.#zones])}`,
    );
    return null;
  }

  #required(section: ConfigValue, keys: ReadonlyMap<string, ConfigValue>, key: string): string | null {
    const value = keys.get(key);
    if (value !== undefined) return this.#name(value);
    if (keys.size > 0) this.#document.problem(section.node, `the key '${key}' is missing`);
    return null;
  }

  #optional(value: ConfigValue | undefined): string | null {
    return value === undefined ? null : this.#name(value);
  }

  #name(value: ConfigValue): string | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    if (text.length <= NAME_MAX && showable(text, NAME_MAX) === text) return text;
    this.#document.problem(value.node, `${value.what} must have at most ${NAME_MAX} characters, all of them visible`);
    return null;
  }

  #level(value: ConfigValue | undefined): number | null {
    const text = value === undefined ? null : this.#document.text(value);
    if (text === null || /^[0-5]$/.test(text)) return text === null ? null : Number(text);
    this.#document.problem(value!.node, 'level must be a Purdue level from 0 to 5');
    return null;
  }

  /** An address belongs to one zone: the same one in two would leave open which is meant. */
  #address(value: ConfigValue, zone: string, segment: string | null): string | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    const range = addressRange(text);
    if (range === null && text !== INTERNET) {
      const shown = showable(text, NAME_MAX);
      const known = `write 192.0.2.1, 192.0.2.0/24, 02:00:00:00:00:01 or ${INTERNET}`;
      this.#document.problem(value.node, `'${shown}' is no address; ${known}${didYouMean(text, [INTERNET])}`);
      return null;
    }
    const meant = subnetMeant(text);
    if (meant !== null) {
      this.#document.problem(value.node, `'${text}' is an address with the length of a subnet; did you mean ${meant}?`);
      return null;
    }
    const key = `${segment ?? ''} ${range === null ? text : `${range.kind} ${range.value}/${range.prefix}`}`;
    const other = this.#members.get(key);
    if (other !== undefined) this.#document.problem(value.node, `${text} is in '${showable(other, NAME_MAX)}' already`);
    this.#members.set(key, zone);
    return text;
  }

  #protocol(value: ConfigValue): string | null {
    const text = this.#document.text(value);
    const names = [...protocols.map(({ name }) => name), 'icmp', ANY];
    if (text === null || names.includes(text) || isPort(text) || /^ip\/[0-9]{1,3}$/.test(text)) return text;
    this.#document.problem(
      value.node,
      `'${showable(text, NAME_MAX)}' is no protocol${didYouMean(text, names) || "; '1sec protocols' lists them, or write tcp/4840, udp/514, icmp, ip/47 or any"}`,
    );
    return null;
  }

  #port(value: ConfigValue): string | null {
    const text = this.#document.text(value);
    if (text === null || isPort(text)) return text;
    this.#document.problem(value.node, `'${showable(text, NAME_MAX)}' is no port; write tcp/502 or udp/161`);
    return null;
  }

  #choice<Choice extends string>(value: ConfigValue, choices: readonly Choice[]): Choice | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    const shown = showable(text, NAME_MAX);
    this.#document.problem(value.node, `'${shown}' is none of ${choices.join(', ')}${didYouMean(text, choices)}`);
    return null;
  }
}

function isPort(text: string): boolean {
  const [, port] = /^(?:tcp|udp)\/([0-9]{1,5})$/.exec(text) ?? [];
  return port !== undefined && Number(port) <= 65_535;
}
