// Reads the lines of one device in a baseline file: tens of times faster than nested YAML would be.
import { addressRange } from '../engine/host-pattern.ts';
import type { BaselineArea, BaselineDevice, BaselinePoints, Sightings } from '../learning/baseline.ts';
import { nameBytes } from '../learning/names.ts';
import type { SpaceNames } from './space-names.ts';
import { timeOf } from './timestamp.ts';

/** `lineIndex` counts the lines of the device, `column` the characters of the line, both from 0. */
type Fail = (lineIndex: number, column: number, message: string) => never;
type Mutable<Type> = {
  -readonly [Key in keyof Type]: Type[Key] extends readonly (infer Element)[] ? Element[] : Type[Key];
};

const SEEN = /^(\d+) times, first (\S+), last (\S+), gap ([\d.e-]+) s(, once)?$/;
const FUNCTION = /^([a-z0-9-]+) (-?\d+)(?:\/(\d+))? client (\S+)$/;
const WRITES = /^([a-z0-9-]+) (\S+) (\d+) client (\S+)$/;
const PLACE = /^([a-z0-9-]+) (\S+) (\d+)(?:-(\d+))?$/;
const AREA = /^first (\S+), last (\S+), gap ([\d.e-]+) s(?:, readers ([^,]+))?(?:, writers ([^,]+))?$/;
const POINT =
  /^read (\d+), written (\d+)(?: once from (\S+) to (\S+))?(?:, value (\S+), range (\S+) to (\S+), step (\S+), moves (\d+)\/(\d+)\/(\d+)(?:, travel (\S+))?)?$/;
const TURNS = /^at most (\d+) a minute in (\d+) minutes$/;
/** Neighbours that one line may name. */
const POINTS_MAX = 65_536;

export class DeviceReader {
  readonly #spaces: SpaceNames;
  #device: Mutable<BaselineDevice> = emptyDevice('', '');
  #line = 0;
  #failAt: Fail = () => {
    throw new Error('no line is read');
  };

  constructor(spaces: SpaceNames) {
    this.#spaces = spaces;
  }

  /** Lines of the device that was read last. */
  get lines(): number {
    return this.#line + 1;
  }

  /** Reads the lines of `text` from `start` to `end`, each of them from `indent` on. */
  device(
    segment: string,
    address: string,
    text: string,
    start: number,
    end: number,
    indent: number,
    fail: Fail,
  ): BaselineDevice {
    this.#device = emptyDevice(segment, address);
    this.#failAt = fail;
    this.#line = -1;
    for (let at = start; at < end;) {
      const found = text.indexOf('\n', at);
      const lineEnd = found < 0 || found > end ? end : found;
      const line = text.slice(at + indent, lineEnd).trimEnd();
      at = lineEnd + 1;
      this.#line++;
      if (line !== '' && !line.startsWith('#')) this.#read(line);
    }
    return this.#device;
  }

  #fail(column: number, message: string): never {
    return this.#failAt(this.#line, column, message);
  }

  #read(line: string): void {
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
    } else if (what === 'name') {
      const [, protocol, space, number] = this.#match(PLACE, head, headAt, 'mqtt topic 1073741824');
      const bytes = nameBytes(rest) ?? this.#fail(restAt, `'${rest}' is no name; other than plain characters are %HH`);
      device.names.push({
        unit,
        protocol: protocol!,
        space: this.#space(protocol!, space!, headAt),
        number: Number(number),
        bytes,
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
        `'${what}' is not understood; there are point, area, function, name, writer, writes and turns`,
      );
  }

  #facts(rest: string, at: number): Omit<BaselinePoints, 'unit' | 'protocol' | 'space' | 'first' | 'count'> {
    const found = this.#match(POINT, rest, at, 'read 120, written 0');
    const [
      ,
      reads,
      writes,
      onceFirst,
      onceLast,
      last,
      minimum,
      maximum,
      step,
      moves,
      movesInRange,
      movesInStep,
      travel,
    ] = found;
    const counts = {
      reads: this.#whole(reads!, at),
      writes: this.#whole(writes!, at),
      onceFirstUs: onceFirst === undefined ? 0 : this.#time(onceFirst, rest, at),
      onceLastUs: onceLast === undefined ? 0 : this.#time(onceLast, rest, at),
    };
    if (last === undefined) {
      return {
        ...counts,
        last: NaN,
        minimum: Infinity,
        maximum: -Infinity,
        step: 0,
        travel: 0,
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
      // Not said where every step was as large as the largest.
      travel:
        travel === undefined
          ? this.#number(step!, rest, at) * Math.max(0, this.#whole(moves!, at) - 1)
          : this.#number(travel, rest, at),
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
    const [, count, first, last, gap, once] = this.#match(SEEN, rest, at, '12 times, first TIME, last TIME, gap 1 s');
    return {
      count: this.#whole(count!, at),
      firstUs: this.#time(first!, rest, at),
      lastUs: this.#time(last!, rest, at),
      gapUs: Math.round(this.#number(gap!, rest, at) * 1e6),
      isOnce: once !== undefined,
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
  if (text.length !== 27) return null;
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  const micros = digits(text, 20, 26);
  const isForm = SEPARATORS.every(([at, code]) => text.charCodeAt(at) === code);
  const isTime = month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour < 24 && minute < 60 && second < 60;
  if (!isForm || !isTime || !(year >= 1000) || Number.isNaN(micros)) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second) * 1000 + micros;
}

const SEPARATORS: readonly (readonly [number, number])[] = [...'4-7-10T13:16:19.26Z'.matchAll(/(\d+)(\D)/g)].map(
  ([, at, character]) => [Number(at), character!.charCodeAt(0)],
);

/** NaN where one of them is no digit. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = text.charCodeAt(at) - 48;
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : NaN;
  }
  return value;
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
    names: [],
  };
}
