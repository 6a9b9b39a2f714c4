// Reads the lines of one device in a baseline file: tens of times faster than nested YAML would be.
import { addressRange, plainIpv4 } from '../engine/host-pattern.ts';
import { ACCESS_HAS_CLIENT, type BaselineArea, type BaselineDevice, type Sightings } from '../learning/baseline.ts';
import { nameBytes } from '../learning/names.ts';
import type { PointFacts } from '../learning/points.ts';
import { LineScan } from './baseline-scan.ts';
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
const ACCESS =
  /^(?:(login|session|opening) ([0-9a-f]{8}) client (\S+)|(tool|path|domain) ([0-9a-f]{8})|(hour) (1?\d|2[0-3]))$/;
const PLACE = /^([a-z0-9-]+) (\S+) (\d+)(?:-(\d+))?$/;
const AREA = /^first (\S+), last (\S+), gap ([\d.e-]+) s(?:, readers ([^,]+))?(?:, writers ([^,]+))?$/;
const POINT =
  /^read (\d+), written (\d+)(?: once from (\S+) to (\S+))?(?:, value (\S+), range (\S+) to (\S+), step (\S+), moves (\d+)\/(\d+)\/(\d+)(?:, travel (\S+))?)?$/;
const PROGRAM = /^([a-z0-9-]+) (\S+) (\d+) bytes ([0-9a-f]{64})$/;
const TURNS = /^at most (\d+) a minute in (\d+) minutes$/;
/** Neighbours that one line may name. */
const POINTS_MAX = 65_536;

export class DeviceReader {
  readonly #spaces: SpaceNames;
  readonly #scan = new LineScan();
  /** Addresses that were looked at, as most stand in many lines. */
  readonly #addresses = new Set<string>();
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
      const start = at + indent;
      at = lineEnd + 1;
      this.#line++;
      if (this.#quickLine(text, start, lineEnd)) continue;
      const line = text.slice(start, lineEnd).trimEnd();
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
    } else if (head.startsWith('access ')) this.#accessLine(head.slice(7), rest, restAt);
    else {
      const [all, digits, what] = /^unit (-?\d+) ([a-z]+) /.exec(head) ?? this.#fail(0, `'${head}' is not understood`);
      this.#unitLine(Number(digits), what!, head.slice(all.length), all.length, rest, restAt);
    }
  }

  #accessLine(head: string, rest: string, restAt: number): void {
    const found = this.#match(ACCESS, head, 7, 'login 0123abcd client 192.0.2.1');
    const [what, digits] = [found[1] ?? found[4] ?? found[6], found[2] ?? found[5] ?? found[7]!];
    const name = what as keyof typeof ACCESS_HAS_CLIENT;
    this.#device.accesses.push({
      what: name,
      client: ACCESS_HAS_CLIENT[name] ? this.#address(found[3]!, 7) : '',
      word: name === 'hour' ? Number(digits) : Number.parseInt(digits, 16) | 0,
      seen: this.#seen(rest, restAt),
    });
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
    } else if (what === 'program') {
      const [, protocol, name, size, sha256] = this.#match(PROGRAM, head, headAt, 's7comm DB1 500 bytes SHA-256');
      const bytes =
        nameBytes(name!) ?? this.#fail(headAt, `'${name!}' is no name; other than plain characters are %HH`);
      device.programs.push({
        unit,
        protocol: protocol!,
        part: Buffer.from(bytes).toString('utf8'),
        size: this.#whole(size!, headAt),
        sha256: sha256!,
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
        `'${what}' is not understood; there are point, area, function, name, program, writer, writes and turns`,
      );
  }

  #facts(rest: string, at: number): PointFacts {
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

  /** Reads a line of the common kinds in just the form this program writes; false: it is left to `#read`. */
  #quickLine(text: string, start: number, end: number): boolean {
    const scan = this.#scan;
    scan.begin(text, start, end);
    if (!scan.passed('unit ')) return this.#quickDeviceLine();
    const unit = scan.passed('-1') ? -1 : scan.whole();
    if (scan.passed(' point ')) return this.#quickPoint(unit);
    if (scan.passed(' function ')) return this.#quickFunction(unit);
    if (!scan.passed(' writer ')) return false;
    const client = scan.dotted();
    scan.pass(': ');
    const seen = this.#quickSeen();
    if (seen === null || !this.#isAddress(client)) return false;
    this.#device.writers.push({ unit, client, seen });
    return true;
  }

  #quickDeviceLine(): boolean {
    const scan = this.#scan;
    const what = scan.passed('heard: ')
      ? 'heard'
      : scan.passed('answers: ')
        ? 'answers'
        : scan.passed('asks: ')
          ? 'asks'
          : null;
    if (what !== null) {
      const seen = this.#quickSeen();
      if (seen !== null) this.#device[what] = seen;
      return seen !== null;
    }
    if (!scan.passed('client ')) return false;
    const client = scan.dotted();
    scan.pass(': ');
    const seen = this.#quickSeen();
    if (seen === null || !this.#isAddress(client)) return false;
    this.#device.clients.push({ client, seen });
    return true;
  }

  #quickPoint(unit: number): boolean {
    const scan = this.#scan;
    const protocol = scan.word();
    scan.pass(' ');
    const space = this.#spaces.number(protocol, scan.word());
    scan.pass(' ');
    const first = scan.whole();
    const last = scan.passed('-') ? scan.whole() : first;
    scan.pass(': ');
    const facts = this.#quickFacts();
    if (facts === null || space < 0 || last < first || last - first >= POINTS_MAX) return false;
    this.#device.points.push({ unit, protocol, space, first, count: last - first + 1, ...facts });
    return true;
  }

  #quickFunction(unit: number): boolean {
    const scan = this.#scan;
    const protocol = scan.word();
    scan.pass(' ');
    const code = scan.whole();
    const subfunction = scan.passed('/') ? scan.whole() : -1;
    scan.pass(' client ');
    const client = scan.dotted();
    scan.pass(': ');
    const seen = this.#quickSeen();
    if (seen === null || !this.#isAddress(client)) return false;
    this.#device.requests.push({ unit, protocol, function: code, subfunction, client, seen });
    return true;
  }

  /** Null: in another form, or without values. */
  #quickFacts(): PointFacts | null {
    const scan = this.#scan;
    scan.pass('read ');
    const reads = scan.whole();
    scan.pass(', written ');
    const writes = scan.whole();
    scan.pass(', value ');
    const last = scan.number();
    scan.pass(', range ');
    const minimum = scan.number();
    scan.pass(' to ');
    const maximum = scan.number();
    scan.pass(', step ');
    const step = scan.number();
    scan.pass(', moves ');
    const moves = scan.whole();
    scan.pass('/');
    const movesInRange = scan.whole();
    scan.pass('/');
    const movesInStep = scan.whole();
    const travel = scan.passed(', travel ') ? scan.number() : step * Math.max(0, moves - 1);
    if (scan.isLost || !scan.isAtEnd) return null;
    return {
      reads,
      writes,
      last,
      minimum,
      maximum,
      step,
      travel,
      moves,
      movesInRange,
      movesInStep,
      onceFirstUs: 0,
      onceLastUs: 0,
    };
  }

  /** Null: in another form. */
  #quickSeen(): Sightings | null {
    const scan = this.#scan;
    const count = scan.whole();
    scan.pass(' times, first ');
    const firstUs = scan.time();
    scan.pass(', last ');
    const lastUs = scan.time();
    scan.pass(', gap ');
    const gapUs = Math.round(scan.number() * 1e6);
    scan.pass(' s');
    const isOnce = scan.passed(', once');
    return scan.isLost || !scan.isAtEnd ? null : { count, firstUs, lastUs, gapUs, isOnce };
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
    this.#scan.begin(text);
    const quick = this.#scan.time();
    if (!this.#scan.isLost && this.#scan.isAtEnd) return quick;
    return timeOf(text) ?? this.#fail(at + rest.indexOf(text), `'${text}' is no time, as 2026-01-31T10:00:00Z`);
  }

  #address(text: string, at: number): string {
    return this.#isAddress(text) ? text : this.#fail(at, `'${text}' is no address`);
  }

  #isAddress(text: string): boolean {
    if (this.#addresses.has(text)) return true;
    if (plainIpv4(text) < 0 && addressRange(text) === null) return false;
    this.#addresses.add(text);
    return true;
  }
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
    accesses: [],
    areas: [],
    points: [],
    swings: [],
    names: [],
    programs: [],
  };
}
