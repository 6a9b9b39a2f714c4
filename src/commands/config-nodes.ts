// Walks the nodes of a YAML document: every mistake is kept with its line and column, and reading goes on behind it.
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument, visit, type Node, type YAMLMap } from 'yaml';
import { didYouMean } from './did-you-mean.ts';
import { grouped } from '../bytes/text.ts';

export interface ConfigProblem {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A key's value, or the whole document; `what` names it in messages. */
export interface ConfigValue {
  readonly node: Node | null;
  readonly what: string;
}

/** Far more than a plant needs; a longer file is a mistake. */
const TEXT_MAX = 1_000_000;
const PROBLEMS_MAX = 100;

export class ConfigDocument {
  readonly problems: ConfigProblem[] = [];
  /** Null where the file is empty or cannot be read at all. */
  readonly root: ConfigValue | null;
  readonly #lines = new LineCounter();
  readonly #whereFrom: string;

  /** `whereFrom`: how a person gets such a file, told where it is empty. */
  constructor(text: string, whereFrom = "'1sec config example' prints one") {
    this.#whereFrom = whereFrom;
    this.root = this.#read(text);
  }

  problem(at: Node | number | null, message: string): void {
    const offset = typeof at === 'number' ? at : (at?.range?.[0] ?? 0);
    const { line, col } = this.#lines.linePos(offset);
    this.#add({ line: Math.max(1, line), column: Math.max(1, col), message });
  }

  /** The keys of a mapping, in the order they stand there; unknown ones are mistakes. */
  section(value: ConfigValue, known: readonly string[]): ReadonlyMap<string, ConfigValue> {
    const found = new Map<string, ConfigValue>();
    for (const [key, member, keyNode] of this.entries(value)) {
      if (known.includes(key)) found.set(key, member);
      else
        this.problem(
          keyNode,
          `unknown key '${key}' in ${value.what}${didYouMean(key, known) || `; there are ${known.join(', ')}`}`,
        );
    }
    return found;
  }

  entries(value: ConfigValue): [key: string, value: ConfigValue, keyNode: Node][] {
    const map = this.#map(value);
    if (map === null) return [];
    return map.items.flatMap((pair) => {
      const keyNode = pair.key as Node;
      if (!isScalar(keyNode)) {
        this.problem(keyNode, 'a key must be a word');
        return [];
      }
      const key = sourceOf(keyNode.value, keyNode.source);
      return [[key, { node: pair.value as Node | null, what: key }, keyNode]];
    });
  }

  list(value: ConfigValue | undefined): ConfigValue[] {
    if (value === undefined || isNothing(value.node)) return [];
    if (!isSeq(value.node)) {
      this.problem(value.node, `${value.what} must be a list: lines that begin with '- '`);
      return [];
    }
    return value.node.items.map((node) => ({ node: node as Node, what: `an entry of ${value.what}` }));
  }

  isEmptyList(value: ConfigValue | undefined): boolean {
    return value !== undefined && (isNothing(value.node) || (isSeq(value.node) && value.node.items.length === 0));
  }

  /** Says what is wrong where `version` is missing or another one than `known`. */
  version(root: ConfigValue, value: ConfigValue | undefined, known: string): void {
    if (value === undefined) {
      this.problem(root.node, `the key 'version' is missing; write 'version: ${known}'`);
      return;
    }
    const version = this.text(value);
    if (version === null || version === known) return;
    this.problem(value.node, `version must be ${known}; this program knows no other`);
  }

  /** What `read` makes of each entry of a list of at most `maximum`; null: nothing. */
  each<Item>(value: ConfigValue | undefined, maximum: number, read: (value: ConfigValue) => Item | null): Item[] {
    const entries = this.list(value);
    if (entries.length > maximum) {
      this.problem(entries[maximum]!.node, `${value!.what} has more than ${maximum} entries`);
    }
    return entries.slice(0, maximum).flatMap((entry) => read(entry) ?? []);
  }

  /** As it is written, without quotes; null (and a mistake) where it is no text. */
  text(value: ConfigValue): string | null {
    const { node } = value;
    if (isScalar(node) && node.value !== null) {
      const text = sourceOf(node.value, node.source);
      if (text !== '') return text;
    }
    this.problem(node, `${value.what} needs a value`);
    return null;
  }

  flag(value: ConfigValue): boolean | null {
    if (isScalar(value.node) && typeof value.node.value === 'boolean') return value.node.value;
    this.problem(value.node, `${value.what} must be true or false`);
    return null;
  }

  #map({ node, what }: ConfigValue): YAMLMap | null {
    if (isMap(node)) return node;
    this.problem(node, `${what} must hold keys, like 'name: …'`);
    return null;
  }

  #read(text: string): ConfigValue | null {
    if (text.length > TEXT_MAX) {
      this.#add({ line: 1, column: 1, message: `the file has more than ${grouped(TEXT_MAX)} characters` });
      return null;
    }
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, stringKeys: false });
    for (const { pos, message } of [...document.errors, ...document.warnings]) this.problem(pos[0], plain(message));
    if (document.errors.length > 0) return null;
    visit(document, {
      Alias: (_, node) => this.problem(node, 'references (*name) are not read here; write it out'),
      Node: (_, node) => {
        if (!isAlias(node) && node.anchor !== undefined) this.problem(node, 'marks (&name) are not read here');
        if (node.tag !== undefined && !isCoreTag(node.tag)) this.problem(node, `the tag ${node.tag} is not read here`);
      },
    });
    if (isNothing(document.contents)) {
      this.#add({ line: 1, column: 1, message: `the file is empty; ${this.#whereFrom}` });
      return null;
    }
    return { node: document.contents, what: 'the file' };
  }

  #add(problem: ConfigProblem): void {
    const { line, column, message } = problem;
    const isKnown = this.problems.some(
      (known) => known.line === line && known.column === column && known.message === message,
    );
    if (!isKnown && this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  }
}

function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/** Numbers and dates as they were written: `20.50` is not 20.5 where it names two VLANs. */
function sourceOf(value: unknown, source: string | undefined): string {
  return typeof value === 'string' ? value : (source ?? '');
}

function isCoreTag(tag: string): boolean {
  return /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/.test(tag);
}

/** The parser's words on one line. */
function plain(message: string): string {
  // The parser goes into what is nested by calling itself, and tells its own limit.
  if (/call stack/.test(message)) return 'this is nested too deeply to be read';
  return message.replace(/\s+/g, ' ').trim();
}
