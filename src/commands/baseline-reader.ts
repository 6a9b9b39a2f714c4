// Turns the text of a baseline file back into what it says. YAML gives the blocks of the devices; their lines are read
// here, which takes a tenth of the time that nested YAML would. The first mistake is told with its line and column.
import { LineCounter, isMap, isScalar, parseDocument, type Node } from 'yaml';
import { addressRange } from '../engine/host-pattern.ts';
import type { Protocol } from '../facts/protocol.ts';
import {
  BASELINE_VERSION,
  type Baseline,
  type BaselineArea,
  type BaselineDevice,
  type BaselinePoints,
  type Sightings,
} from '../learning/baseline.ts';
import { SpaceNames } from './space-names.ts';
import { timeOf } from './timestamp.ts';

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const fail = (node: Node | null | undefined, message: string): never => {
    const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
    throw new BaselineProblem(line, col, message);
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new BaselineProblem(line, col, error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:?$/, ''));
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
  const source = text.split('\n');
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
    const node = value as Node | null;
    if (!isScalar(node) || typeof node.value !== 'string')
      return fail(node ?? keyNode, "a device is a block of lines, behind '|'");
    const firstLine = lines.linePos(node.range?.[0] ?? 0).line;
    const isBlock = node.type === 'BLOCK_LITERAL';
    devices.push(
      reader.device(segment, address, node.value, (index, column, message) => {
        if (!isBlock) return fail(node, `line ${index + 1} of this device: ${message}`);
        const indent = /^ */.exec(source[firstLine + index] ?? '')![0].length;
        throw new BaselineProblem(firstLine + index + 1, indent + column + 1, message);
      }),
    );
  }
  return { baseline: BASELINE_VERSION, devices };
}

type Fail = (lineIndex: number, column: number, message: string) => never;
type Mutable<Type> = {
  -readonly [Key in keyof Type]: Type[Key] extends readonly (infer Element)[] ? Element[] : Type[Key];
};

const SEEN = /^(\d+) times, first (\S+), last (\S+), gap ([\d.e-]+) s$/;
const FUNCTION = /^([a-z0-9-]+) (-?\d+)(?:\/(\d+))? client (\S+)$/;
const WRITES = /^([a-z0-9-]+) (\S+) (\d+) client (\S+)$/;
const PLACE = /^([a-z0-9-]+) (\S+) (\d+)(?:-(\d+))?$/;
const AREA = /^first (\S+), last (\S+), gap ([\d.e-]+) s(?:, readers ([^,]+))?(?:, writers ([^,]+))?$/;
const POINT =
  /^read (\d+), written (\d+)(?:, value (\S+), range (\S+) to (\S+), step (\S+), moves (\d+)\/(\d+)\/(\d+))?$/;
const TURNS = /^at most (\d+) a minute in (\d+) minutes$/;
/** Neighbours that one line may name. */
const POINTS_MAX = 65_536;

class DeviceReader {
  readonly #spaces: SpaceNames;
  #device: Mutable<BaselineDevice> = emptyDevice('', '');
  #fail: (column: number, message: string) => never = () => {
    throw new Error('no line is read');
  };

  constructor(spaces: SpaceNames) {
    this.#spaces = spaces;
  }

  device(segment: string, address: string, text: string, fail: Fail): BaselineDevice {
    this.#device = emptyDevice(segment, address);
    let index = 0;
    for (let at = 0; at < text.length; index++) {
      const found = text.indexOf('\n', at);
      const end = found < 0 ? text.length : found;
      const line = text.slice(at, end).trimEnd();
      at = end + 1;
      if (line === '' || line.startsWith('#')) continue;
      this.#fail = (column, message) => fail(index, column, message);
      this.#line(line);
    }
    return this.#device;
  }

  #line(line: string): void {
    const device = this.#device;
    const colon = line.indexOf(': ');
    const head = colon < 0 ? line : line.slice(0, colon);
    const rest = colon < 0 ? '' : line.slice(colon + 2);
    const restAt = colon + 2;
    if (colon < 0) {
      if (!head.startsWith('mac ') || addressRange(head.slice(4))?.kind !== 'mac')
        this.#fail(0, `'${head}' is not understood`);
      device.mac = head.slice(4);
    } else if (head === 'heard' || head === 'answers' || head === 'asks') {
      device[head] = this.#seen(rest, restAt);
    } else if (head.startsWith('client ')) {
      device.clients.push({ client: this.#address(head.slice(7), 7), seen: this.#seen(rest, restAt) });
    } else {
      const [all, digits, what] = /^unit (-?\d+) ([a-z]+) /.exec(head) ?? this.#fail(0, `'${head}' is not understood`);
      this.#unitLine(Number(digits), what!, head.slice(all.length), all.length, rest, restAt);
    }
  }

  #unitLine(unit: number, what: string, head: string, headAt: number, rest: string, restAt: number): void {
    const device = this.#device;
    if (what === 'point') {
      const [, protocol, space, from, to] = this.#match(PLACE, head, headAt, 'modbus coil 0-15');
      const first = this.#whole(from!, headAt);
      const count = to === undefined ? 1 : this.#whole(to, headAt) - first + 1;
      if (count < 1 || count > POINTS_MAX) this.#fail(headAt, `'${head}' is no range of points`);
      device.points.push({
        unit,
        protocol: protocol!,
        space: this.#space(protocol!, space!, headAt),
        first,
        count,
        ...this.#facts(rest, restAt),
      });
    } else if (what === 'area') {
      const [, protocol, space, first] = this.#match(PLACE, head, headAt, 'modbus coil 0');
      device.areas.push({
        unit,
        protocol: protocol!,
        space: this.#space(protocol!, space!, headAt),
        first: Number(first),
        ...this.#area(rest, restAt),
      });
    } else if (what === 'function') {
      const [, protocol, code, sub, client] = this.#match(FUNCTION, head, headAt, 'modbus 3 client 192.0.2.1');
      device.requests.push({
        unit,
        protocol: protocol!,
        function: Number(code),
        subfunction: sub === undefined ? -1 : Number(sub),
        client: this.#address(client!, headAt),
        seen: this.#seen(rest, restAt),
      });
    } else if (what === 'writer') {
      device.writers.push({ unit, client: this.#address(head, headAt), seen: this.#seen(rest, restAt) });
    } else if (what === 'writes') {
      const [, protocol, space, first, client] = this.#match(WRITES, head, headAt, 'modbus coil 0 client 192.0.2.1');
      device.writes.push({
        unit,
        protocol: protocol!,
        space: this.#space(protocol!, space!, headAt),
        first: Number(first),
        client: this.#address(client!, headAt),
        seen: this.#seen(rest, restAt),
      });
    } else if (what === 'turns') {
      const [, protocol, space, point] = this.#match(PLACE, head, headAt, 'modbus coil 0');
      const [, most, minutes] = this.#match(TURNS, rest, restAt, 'at most 2 a minute in 60 minutes');
      device.swings.push({
        unit,
        protocol: protocol!,
        space: this.#space(protocol!, space!, headAt),
        point: Number(point),
        reversalsMax: Number(most),
        minutes: Number(minutes),
      });
    } else
      this.#fail(
        headAt - what.length - 1,
        `'${what}' is not understood; there are point, area, function, writer, writes and turns`,
      );
  }

  #facts(rest: string, at: number): Omit<BaselinePoints, 'unit' | 'protocol' | 'space' | 'first' | 'count'> {
    const found = this.#match(POINT, rest, at, 'read 120, written 0');
    const [, reads, writes, last, minimum, maximum, step, moves, movesInRange, movesInStep] = found;
    const counts = { reads: this.#whole(reads!, at), writes: this.#whole(writes!, at) };
    if (last === undefined) {
      return {
        ...counts,
        last: NaN,
        minimum: Infinity,
        maximum: -Infinity,
        step: 0,
        moves: 0,
        movesInRange: 0,
        movesInStep: 0,
      };
    }
    return {
      ...counts,
      last: this.#number(last, rest, at),
      minimum: this.#number(minimum!, rest, at),
      maximum: this.#number(maximum!, rest, at),
      step: this.#number(step!, rest, at),
      moves: this.#whole(moves!, at),
      movesInRange: this.#whole(movesInRange!, at),
      movesInStep: this.#whole(movesInStep!, at),
    };
  }

  #area(rest: string, at: number): Omit<BaselineArea, 'unit' | 'protocol' | 'space' | 'first'> {
    const [, first, last, gap, readers, writers] = this.#match(
      AREA,
      rest,
      at,
      'first TIME, last TIME, gap 1 s, readers 192.0.2.1',
    );
    const addresses = (list: string | undefined): string[] =>
      list === undefined ? [] : list.split(' ').map((address) => this.#address(address, at));
    return {
      firstUs: this.#time(first!, rest, at),
      lastUs: this.#time(last!, rest, at),
      gapUs: Math.round(this.#number(gap!, rest, at) * 1e6),
      readers: addresses(readers),
      writers: addresses(writers),
    };
  }

  #seen(rest: string, at: number): Sightings {
    const [, count, first, last, gap] = this.#match(SEEN, rest, at, '12 times, first TIME, last TIME, gap 1 s');
    return {
      count: this.#whole(count!, at),
      firstUs: this.#time(first!, rest, at),
      lastUs: this.#time(last!, rest, at),
      gapUs: Math.round(this.#number(gap!, rest, at) * 1e6),
    };
  }

  #match(pattern: RegExp, text: string, at: number, example: string): RegExpExecArray {
    return pattern.exec(text) ?? this.#fail(at, `'${text}' is not understood; it is written like '${example}'`);
  }

  #space(protocol: string, word: string, at: number): number {
    const space = this.#spaces.number(protocol, word);
    return space >= 0 ? space : this.#fail(at, `${protocol} has no '${word}'`);
  }

  #whole(text: string, at: number): number {
    const value = Number(text);
    return value <= 0xffff_ffff ? value : this.#fail(at, `${text} is too large`);
  }

  #number(text: string, rest: string, at: number): number {
    const value = Number(text);
    return Number.isFinite(value) ? value : this.#fail(at + rest.indexOf(text), `'${text}' is no number`);
  }

  #time(text: string, rest: string, at: number): number {
    return (
      quickTime(text) ??
      timeOf(text) ??
      this.#fail(at + rest.indexOf(text), `'${text}' is no time, as 2026-01-31T10:00:00Z`)
    );
  }

  #address(text: string, at: number): string {
    return isPlainIpv4(text) || addressRange(text) !== null ? text : this.#fail(at, `'${text}' is no address`);
  }
}

/** The form this program writes, on days that every month has; null: any other. */
function quickTime(text: string): number | null {
  if (text.length !== 27 || !text.endsWith('Z') || Number(text.slice(8, 10)) > 28) return null;
  const milliseconds = Date.parse(`${text.slice(0, 19)}Z`);
  const micros = Number(text.slice(20, 26));
  return Number.isNaN(milliseconds) || Number.isNaN(micros) ? null : milliseconds * 1000 + micros;
}

function isPlainIpv4(text: string): boolean {
  return /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
}

function emptyDevice(segment: string, address: string): Mutable<BaselineDevice> {
  return {
    segment,
    address,
    mac: '',
    heard: null,
    answers: null,
    asks: null,
    clients: [],
    requests: [],
    writers: [],
    writes: [],
    areas: [],
    points: [],
    swings: [],
  };
}
