// Turns the text of a baseline file back into what it says. The first mistake is told with its line and column.
import { isMap, isScalar, parseDocument, type Node } from 'yaml';
import { addressRange } from '../engine/host-pattern.ts';
import type { Protocol } from '../facts/protocol.ts';
import { BASELINE_VERSION, type Baseline, type BaselineDevice } from '../learning/baseline.ts';
import { DeviceReader } from './baseline-lines.ts';
import { SpaceNames } from './space-names.ts';

/** A mistake in the file; `line` and `column` from 1. */
export class BaselineProblem extends Error {
  override readonly name = 'BaselineProblem';
  readonly line: number;
  readonly column: number;

  constructor(line: number, column: number, message: string) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** Throws BaselineProblem with the first mistake. */
export function parsedBaseline(text: string, protocols: readonly Protocol[]): Baseline {
  return plainBaseline(text, protocols) ?? yamlBaseline(text, protocols);
}

/** A file in just the form that this program writes needs no YAML, which takes as long as all the rest; else null. */
function plainBaseline(text: string, protocols: readonly Protocol[]): Baseline | null {
  const reader = new DeviceReader(new SpaceNames(protocols));
  const start = text.indexOf(PLAIN_START);
  if (start < 0 || !/^(?:#.*\n)*$/.test(text.slice(0, start))) return null;
  let line = text.slice(0, start + PLAIN_START.length).split('\n').length;
  const devices: BaselineDevice[] = [];
  const names = new Set<string>();
  for (let at = start + PLAIN_START.length; at < text.length;) {
    const headEnd = text.indexOf('\n', at);
    const [, segment, address] = PLAIN_HEAD.exec(text.slice(at, headEnd)) ?? [];
    if (headEnd < 0 || segment === undefined || address === undefined || addressRange(address) === null) return null;
    const name = `${segment} ${address}`;
    if (names.has(name)) return null;
    names.add(name);
    if (text.startsWith(`${PLAIN_INDENT} `, headEnd + 1)) return null;
    let end = headEnd + 1;
    while (text.startsWith(PLAIN_INDENT, end)) {
      const found = text.indexOf('\n', end);
      end = found < 0 ? text.length : found + 1;
    }
    const headLine = line;
    line++;
    devices.push(
      reader.device(segment, address, text, headEnd + 1, end, PLAIN_INDENT.length, (index, column, message) => {
        throw new BaselineProblem(headLine + index + 1, PLAIN_INDENT.length + column + 1, message);
      }),
    );
    line += reader.lines;
    at = end;
  }
  return { baseline: BASELINE_VERSION, devices };
}

const PLAIN_START = `baseline: ${BASELINE_VERSION}\ndevices:\n`;
const PLAIN_HEAD = /^ {2}([a-z0-9][\w .-]*) (\S+): \|$/i;
/** More than that, and a line belongs to a block that is indented differently: YAML knows. */
const PLAIN_INDENT = '    ';

function yamlBaseline(text: string, protocols: readonly Protocol[]): Baseline {
  // Looking for equal keys takes the package a time that grows with their square.
  const document = parseDocument(text, { uniqueKeys: false });
  const fail = (node: Node | null | undefined, message: string): never => {
    throw new BaselineProblem(...placeOf(text, node?.range?.[0] ?? 0), message);
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const message = error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, '');
    throw new BaselineProblem(...placeOf(text, error.pos[0]), message);
  }
  const root = document.contents;
  if (!isMap(root)) return fail(root, "a baseline is a mapping with the keys 'baseline' and 'devices'");
  const version = root.get('baseline', true) as Node | undefined;
  if (!isScalar(version) || version.value !== BASELINE_VERSION) {
    return fail(
      version ?? root,
      `this program reads baselines of version ${BASELINE_VERSION} ('baseline: ${BASELINE_VERSION}')`,
    );
  }
  for (const { key } of root.items) {
    if (!isScalar(key) || !['baseline', 'devices'].includes(String(key.value))) {
      fail(key, "there are only the keys 'baseline' and 'devices'");
    }
  }
  const map = root.get('devices', true) as Node | undefined;
  const names = new Set<string>();
  const reader = new DeviceReader(new SpaceNames(protocols));
  const devices: BaselineDevice[] = [];
  if (map !== undefined && !isMap(map)) return fail(map, 'devices must be a mapping of blocks');
  for (const { key, value } of isMap(map) ? map.items : []) {
    const keyNode = key as Node;
    const name = isScalar(key) ? String(key.value) : '';
    const [, segment, address] = /^(.+) (\S+)$/.exec(name) ?? [];
    if (segment === undefined || address === undefined || addressRange(address) === null) {
      return fail(keyNode, `'${name}' must be a segment and an address, as in 'default 192.0.2.1'`);
    }
    if (names.has(name)) fail(keyNode, `'${name}' stands here twice`);
    names.add(name);
    const node = value as Node | null;
    if (!isScalar(node) || typeof node.value !== 'string')
      return fail(node ?? keyNode, "a device is a block of lines, behind '|'");
    const { value: block, type, range } = node;
    devices.push(
      reader.device(segment, address, block, 0, block.length, 0, (index, column, message) => {
        if (type !== 'BLOCK_LITERAL') return fail(node, `line ${index + 1} of this device: ${message}`);
        const line = placeOf(text, range?.[0] ?? 0)[0] + index + 1;
        const indent = /^ */.exec(text.split('\n')[line - 1] ?? '')![0].length;
        throw new BaselineProblem(line, indent + column + 1, message);
      }),
    );
  }
  return { baseline: BASELINE_VERSION, devices };
}

/** Line and column of an offset, from 1. */
function placeOf(text: string, offset: number): [line: number, column: number] {
  const before = text.slice(0, offset).split('\n');
  return [before.length, before.at(-1)!.length + 1];
}
