// Changes one setting in the text of 1sec.yaml, and nothing else of it: comments, order and spaces of the rest stay as a
// person wrote them.
import { LineCounter, isMap, isScalar, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml';

/** Why it cannot be changed here, in plain words. */
export interface EditProblem {
  readonly problem: string;
}

const STEP = 2;

/** `value`: null takes the setting out. Unchanged text where it is so already. */
export function editedConfig(text: string, path: readonly string[], value: string | null): string | EditProblem {
  const lines = new LineCounter();
  const { contents, errors } = parseDocument(text, { lineCounter: lines, stringKeys: false });
  if (errors.length > 0 || !isMap(contents)) return { problem: 'the file has mistakes; 1sec config check names them' };
  const pairs = pairsAlong(contents, path);
  if (value === null) return pairs.length < path.length ? text : withoutPair(text, contents, pairs);
  const last = pairs.at(-1);
  if (pairs.length === path.length) {
    const node = last!.value;
    if (!isScalar(node) || node.range === null || node.range === undefined) return { problem: inBraces(path) };
    return text.slice(0, node.range[0]) + value + text.slice(node.range[1]);
  }
  const map = last === undefined ? contents : last.value;
  if (!isMap(map) || map.flow === true || map.items.length === 0) return { problem: inBraces(path) };
  return withPair(text, lines, map, path.slice(pairs.length), value);
}

/** The line in which a setting stands, from 1; null: it does not stand there. */
export function lineOfSetting(text: string, path: readonly string[]): number | null {
  const lines = new LineCounter();
  const { contents, errors } = parseDocument(text, { lineCounter: lines });
  if (errors.length > 0 || !isMap(contents)) return null;
  const pairs = pairsAlong(contents, path);
  const key = pairs.length < path.length ? undefined : (pairs.at(-1)!.key as Node);
  return key?.range === undefined || key.range === null ? null : lines.linePos(key.range[0]).line;
}

function inBraces(path: readonly string[]): string {
  return `'${path[0]!}' is written in a way that is not changed here; change the file by hand`;
}

/** As far as the path leads. */
function pairsAlong(root: YAMLMap, path: readonly string[]): Pair[] {
  const pairs: Pair[] = [];
  let map: unknown = root;
  for (const name of path) {
    const pair: Pair | undefined = isMap(map)
      ? map.items.find(({ key }) => isScalar(key) && String(key.value) === name)
      : undefined;
    if (pair === undefined) break;
    pairs.push(pair);
    map = pair.value;
  }
  return pairs;
}

/** Behind the last line of the map, as deep as its first key. */
function withPair(text: string, lines: LineCounter, map: YAMLMap, names: readonly string[], value: string): string {
  const first = map.items[0]!.key as Node;
  const depth = lines.linePos(first.range![0]).col - 1;
  const at = endOfLine(text, endOf(map.items.at(-1)!));
  const added = names.map((name, index) => {
    const indent = ' '.repeat(depth + index * STEP);
    return `${indent}${name}:${index === names.length - 1 ? ` ${value}` : ''}`;
  });
  const before = text.slice(0, at);
  return `${before}${before.endsWith('\n') || before === '' ? '' : '\n'}${added.join('\n')}\n${text.slice(at)}`;
}

/** With it goes the key above it that would hold nothing. */
function withoutPair(text: string, root: YAMLMap, pairs: readonly Pair[]): string | EditProblem {
  let depth = pairs.length - 1;
  while (depth > 0 && (pairs[depth - 1]!.value as YAMLMap).items.length === 1) depth--;
  const pair = pairs[depth]!;
  const parent = depth === 0 ? root : (pairs[depth - 1]!.value as YAMLMap);
  if (parent.flow === true) return { problem: inBraces(['modules']) };
  const key = pair.key as Node;
  const start = text.lastIndexOf('\n', key.range![0] - 1) + 1;
  return text.slice(0, start) + text.slice(endOfLine(text, endOf(pair)));
}

/** Where the value ends, without the comments behind it. */
function endOf({ key, value }: Pair): number {
  let node = (value ?? key) as Node;
  while (isMap(node) && node.flow !== true && node.items.length > 0) {
    const { key: lastKey, value: lastValue } = node.items.at(-1)!;
    node = (lastValue ?? lastKey) as Node;
  }
  return node.range![1];
}

/** Behind the line break, or the end of the text. */
function endOfLine(text: string, from: number): number {
  // A block value ends behind its own line break.
  if (from > 0 && text[from - 1] === '\n') return from;
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at + 1;
}
