// What was learned as plain values, by device, and the way back into the tables: what a baseline file says.
import type { HostDirectory } from '../facts/facts.ts';
import type { Protocol } from '../facts/protocol.ts';
import { subnetOf } from '../bytes/address-space.ts';
import {
  ACCESS_CONTEXTS,
  ContextKind,
  Role,
  codeOfFunction,
  functionWord,
  protocolOfFunction,
  protocolOfSpace,
  spaceOfWord,
  spaceWord,
  subfunctionOfFunction,
  textWord,
  type AccessName,
} from './contexts.ts';
import type { NoveltyTable } from './novelty.ts';
import { PAGE_POINTS, type PointFacts } from './points.ts';
import type { LearningTables } from './tables.ts';

export const BASELINE_VERSION = 1;
/** Symbols of one context that are saved. */
const SYMBOLS_MAX = 1_048_576;

/** How often, when first and last, and the longest time between two; microseconds. */
export interface Sightings {
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly gapUs: number;
  /** All of it in one stretch of what was learned, so that nobody knows whether it is usual. */
  readonly isOnce: boolean;
}

export interface BaselineClient {
  readonly client: string;
  readonly seen: Sightings;
}

export interface BaselineRequest extends BaselineClient {
  readonly unit: number;
  readonly protocol: string;
  readonly function: number;
  readonly subfunction: number;
}

export interface BaselineWriter extends BaselineClient {
  readonly unit: number;
}

/** A place that a client writes: the first object of its writes. */
export interface BaselineWrite extends BaselineClient {
  readonly unit: number;
  readonly protocol: string;
  readonly space: number;
  readonly first: number;
}

/** Somebody who comes in, an hour at which somebody does, or a tool for doing so. */
export interface BaselineAccess {
  readonly what: AccessName;
  /** Empty where no other host is meant. */
  readonly client: string;
  /** Of an hour its number, else a hash: of protocol and user of a login, of the name of others. */
  readonly word: number;
  readonly seen: Sightings;
}

/** 64 neighbouring points: when they were asked for, and by whom. */
export interface BaselineArea {
  readonly unit: number;
  readonly protocol: string;
  readonly space: number;
  readonly first: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly gapUs: number;
  readonly readers: readonly string[];
  readonly writers: readonly string[];
}

/** `count` neighbours of which the same is known. */
export interface BaselinePoints extends PointFacts {
  readonly unit: number;
  readonly protocol: string;
  readonly space: number;
  readonly first: number;
  readonly count: number;
}

/** How often written values turn in a minute, at most, and in how many minutes. */
export interface BaselineSwing {
  readonly unit: number;
  readonly protocol: string;
  readonly space: number;
  readonly point: number;
  readonly reversalsMax: number;
  readonly minutes: number;
}

/** All addresses of one entry are of its segment. */
export interface BaselineDevice {
  readonly segment: string;
  readonly address: string;
  /** Empty where it is not known. */
  readonly mac: string;
  readonly heard: Sightings | null;
  readonly answers: Sightings | null;
  readonly asks: Sightings | null;
  readonly clients: readonly BaselineClient[];
  readonly requests: readonly BaselineRequest[];
  readonly writers: readonly BaselineWriter[];
  readonly writes: readonly BaselineWrite[];
  readonly accesses: readonly BaselineAccess[];
  readonly areas: readonly BaselineArea[];
  readonly points: readonly BaselinePoints[];
  readonly swings: readonly BaselineSwing[];
  readonly names: readonly BaselineName[];
  readonly programs: readonly BaselineProgram[];
}

/** A content of a part of a program that the device held. */
export interface BaselineProgram {
  readonly unit: number;
  readonly protocol: string;
  readonly part: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly seen: Sightings;
}

/** The number that stands for a name in the lines of its device. */
export interface BaselineName {
  readonly unit: number;
  readonly protocol: string;
  readonly space: number;
  readonly number: number;
  readonly bytes: Uint8Array;
}

export interface Baseline {
  readonly baseline: typeof BASELINE_VERSION;
  readonly devices: readonly BaselineDevice[];
}

type Mutable<Type> = {
  -readonly [Key in keyof Type]: Type[Key] extends readonly (infer Element)[] ? Element[] : Type[Key];
};

/** What is marked as seen in one stretch only: nothing, all that no earlier baseline confirmed, or what is short here. */
export type Marking = 'none' | 'open' | { readonly learnedUs: number };

/** What was seen for less than this share of the time for which its device was is one stretch. */
const STRETCH_SHARE = 0.25;

/** All that the tables hold, sorted: the same tables give the same baseline. */
export function savedBaseline(
  tables: LearningTables,
  hosts: HostDirectory,
  protocols: readonly Protocol[],
  marking: Marking = 'none',
): Baseline {
  const devices = new Map<number, Mutable<BaselineDevice>>();
  const deviceOf = (host: number): Mutable<BaselineDevice> => {
    let device = devices.get(host);
    if (device === undefined) devices.set(host, (device = emptyDevice(hosts, host)));
    return device;
  };
  const stretches = new Stretches(tables, hosts, marking);
  saveNovelty(tables.novelty, hosts, protocols, deviceOf, stretches);
  savePoints(tables, hosts, protocols, deviceOf, stretches);
  for (const { server, unit, space, number, bytes } of tables.names.all()) {
    const protocol = protocols[protocolOfSpace(space)]?.name ?? '';
    deviceOf(server).names.push({ unit, protocol, space: spaceOfWord(space), number, bytes });
  }
  for (const { server, unit, protocol, part, size, sha256, ...seen } of tables.programs.all()) {
    const isOnce = !seen.isConfirmed && stretches.isOnce(server, seen.firstUs, seen.lastUs);
    const { count, firstUs, lastUs, gapUs } = seen;
    deviceOf(server).programs.push({
      unit,
      protocol,
      part,
      size,
      sha256,
      seen: { count, firstUs, lastUs, gapUs, isOnce },
    });
  }
  const sorted = [...devices.values()].sort(
    (left, right) => compareText(left.segment, right.segment) || compareAddress(left.address, right.address),
  );
  for (const device of sorted) sortDevice(device);
  return { baseline: BASELINE_VERSION, devices: sorted };
}

/** Tells what was seen in one stretch of the time for which its device was heard. */
class Stretches {
  readonly #tables: LearningTables;
  readonly #hosts: HostDirectory;
  readonly #marking: Marking;
  readonly #spans = new Map<number, number>();

  constructor(tables: LearningTables, hosts: HostDirectory, marking: Marking) {
    this.#tables = tables;
    this.#hosts = hosts;
    this.#marking = marking;
  }

  /** `host`: the device whose time counts; 0: all that was learned. */
  isOnce(host: number, firstUs: number, lastUs: number): boolean {
    const marking = this.#marking;
    if (typeof marking === 'string') return marking === 'open';
    const heard = host === 0 ? Infinity : this.#span(host);
    return lastUs - firstUs < STRETCH_SHARE * Math.min(marking.learnedUs, heard);
  }

  sightings(symbol: number, host: number): Sightings {
    const { novelty, confirmed } = this.#tables;
    const firstUs = novelty.symbolFirstUs(symbol);
    const lastUs = novelty.symbolLastUs(symbol);
    return {
      count: novelty.seen(symbol),
      firstUs,
      lastUs,
      gapUs: novelty.symbolGapUs(symbol),
      isOnce: !confirmed.has(symbol) && this.isOnce(host, firstUs, lastUs),
    };
  }

  /** From when to when the device was heard; where that is not known, forever. */
  #span(host: number): number {
    let span = this.#spans.get(host);
    if (span === undefined) {
      const { novelty } = this.#tables;
      const segment = textWord(this.#hosts.segment(host));
      const heard = novelty.findSymbol(novelty.findContext(ContextKind.presence, segment, 0, 0), host, 0);
      span = heard === 0 ? Infinity : novelty.symbolLastUs(heard) - novelty.symbolFirstUs(heard);
      this.#spans.set(host, span);
    }
    return span;
  }
}

function emptyDevice(hosts: HostDirectory, host: number): Mutable<BaselineDevice> {
  return {
    segment: hosts.segment(host),
    address: hosts.address(host),
    mac: hosts.addressKind(host) === 'mac' ? '' : hosts.mac(host),
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

const ACCESS_NAMES = Object.keys(ACCESS_CONTEXTS) as AccessName[];
/** Which of them have the client as the first word of their symbols; the others only have the word. */
export const ACCESS_HAS_CLIENT: Readonly<Record<AccessName, boolean>> = {
  login: true,
  hour: false,
  session: true,
  tool: false,
  opening: true,
  path: false,
  domain: false,
};

function saveNovelty(
  novelty: NoveltyTable,
  hosts: HostDirectory,
  protocols: readonly Protocol[],
  deviceOf: (host: number) => Mutable<BaselineDevice>,
  stretches: Stretches,
): void {
  const name = (protocol: number): string => protocols[protocol]?.name ?? '';
  for (let context = 1; context <= novelty.contextCount; context++) {
    const kind = novelty.contextWord(context, 0);
    const host = novelty.contextWord(context, 1);
    const unit = novelty.contextWord(context, 2);
    for (const symbol of novelty.symbolsOf(context, SYMBOLS_MAX)) {
      if (novelty.seen(symbol) === 0) continue;
      const s = novelty.symbolWord(symbol, 1);
      const isOfDevice = kind !== ContextKind.presence && kind !== ContextKind.roles;
      const seen = stretches.sightings(symbol, isOfDevice ? host : 0);
      const t = novelty.symbolWord(symbol, 2);
      if (kind === ContextKind.presence) deviceOf(s).heard = seen;
      else if (kind === ContextKind.roles) deviceOf(host)[s === Role.serves ? 'answers' : 'asks'] = seen;
      else if (kind === ContextKind.clients) deviceOf(host).clients.push({ client: hosts.address(s), seen });
      else if (kind === ContextKind.writers) deviceOf(host).writers.push({ unit, client: hosts.address(s), seen });
      else if (kind === ContextKind.requests) {
        deviceOf(host).requests.push({
          unit,
          protocol: name(protocolOfFunction(t)),
          function: codeOfFunction(t),
          subfunction: subfunctionOfFunction(t),
          client: hosts.address(s),
          seen,
        });
      } else if (kind === ContextKind.written) {
        const client = hosts.address(novelty.contextWord(context, 3));
        deviceOf(host).writes.push({
          unit,
          protocol: name(protocolOfSpace(s)),
          space: spaceOfWord(s),
          first: t,
          client,
          seen,
        });
      } else {
        const what = ACCESS_NAMES.find((name) => ACCESS_CONTEXTS[name] === kind);
        if (what === undefined) continue;
        const isOfClient = ACCESS_HAS_CLIENT[what];
        const client = isOfClient ? hosts.address(s) : '';
        deviceOf(host).accesses.push({ what, client, word: isOfClient ? t : s, seen });
      }
    }
  }
}

function savePoints(
  { points }: LearningTables,
  hosts: HostDirectory,
  protocols: readonly Protocol[],
  deviceOf: (host: number) => Mutable<BaselineDevice>,
  stretches: Stretches,
): void {
  for (let page = 1; page <= points.pageCount; page++) {
    const host = points.pageWord(page, 0);
    const device = deviceOf(host);
    const isOnce = (firstUs: number, lastUs: number): boolean => stretches.isOnce(host, firstUs, lastUs);
    const unit = points.pageWord(page, 1);
    const word = points.pageWord(page, 2);
    const protocol = protocols[protocolOfSpace(word)]?.name ?? '';
    const space = spaceOfWord(word);
    const first = points.pageWord(page, 3) * PAGE_POINTS;
    const place = { unit, protocol, space };
    const { firstUs, lastUs, gapUs } = points.view(page * PAGE_POINTS);
    const clients = (isWrite: boolean): string[] =>
      points.clientsOf(page * PAGE_POINTS, isWrite).map((client) => hosts.address(client));
    let isUsed = false;
    for (let index = 0; index < PAGE_POINTS; index++) {
      const point = page * PAGE_POINTS + index;
      const facts = points.facts(point, isOnce);
      if (facts.reads + facts.writes === 0) continue;
      isUsed = true;
      addPoint(device.points, { ...place, first: first + index, count: 1, ...facts });
      const swing = points.swings.byPoint.get(point);
      if (swing === undefined || swing.minutes === 0) continue;
      const { reversalsMax, minutes } = swing;
      device.swings.push({ ...place, point: first + index, reversalsMax, minutes });
    }
    if (isUsed) {
      const areas: BaselineArea = {
        ...place,
        first,
        firstUs,
        lastUs,
        gapUs,
        readers: clients(false),
        writers: clients(true),
      };
      device.areas.push(areas);
    }
  }
}

/** Neighbours of which the same is known become one entry. */
function addPoint(points: BaselinePoints[], point: BaselinePoints): void {
  const last = points.at(-1);
  const isNext =
    last !== undefined &&
    last.unit === point.unit &&
    last.protocol === point.protocol &&
    last.space === point.space &&
    last.first + last.count === point.first &&
    FACTS.every((fact) => Object.is(last[fact], point[fact]));
  if (isNext) points[points.length - 1] = { ...last, count: last.count + 1 };
  else points.push(point);
}

const FACTS: readonly (keyof PointFacts)[] = [
  'reads',
  'writes',
  'last',
  'minimum',
  'maximum',
  'step',
  'travel',
  'moves',
  'movesInRange',
  'movesInStep',
  'onceFirstUs',
  'onceLastUs',
];

function sortDevice(device: Mutable<BaselineDevice>): void {
  device.clients.sort((a, b) => compareAddress(a.client, b.client));
  device.requests.sort(
    (a, b) =>
      a.unit - b.unit ||
      compareText(a.protocol, b.protocol) ||
      a.function - b.function ||
      a.subfunction - b.subfunction ||
      compareAddress(a.client, b.client),
  );
  device.writers.sort((a, b) => a.unit - b.unit || compareAddress(a.client, b.client));
  device.writes.sort((a, b) => comparePlace(a, b) || a.first - b.first || compareAddress(a.client, b.client));
  device.accesses.sort((a, b) => compareText(a.what, b.what) || compareAddress(a.client, b.client) || a.word - b.word);
  device.areas.sort((a, b) => comparePlace(a, b) || a.first - b.first);
  device.points.sort((a, b) => comparePlace(a, b) || a.first - b.first);
  device.swings.sort((a, b) => comparePlace(a, b) || a.point - b.point);
  device.names.sort((a, b) => comparePlace(a, b) || a.number - b.number);
  device.programs.sort(
    (a, b) =>
      a.unit - b.unit ||
      compareText(a.protocol, b.protocol) ||
      compareText(a.part, b.part) ||
      compareText(a.sha256, b.sha256),
  );
}

/** Kind and words of a context. */
type ContextKeys = readonly [kind: number, a: number, b: number, c: number];

interface Place {
  readonly unit: number;
  readonly protocol: string;
  readonly space: number;
}

function comparePlace(a: Place, b: Place): number {
  return a.unit - b.unit || compareText(a.protocol, b.protocol) || a.space - b.space;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Dotted addresses by their numbers, others as text. */
function compareAddress(left: string, right: string): number {
  const a = left.split('.');
  const b = right.split('.');
  if (a.length === 4 && b.length === 4) {
    for (let at = 0; at < 4; at++) if (a[at] !== b[at]) return Number(a[at]) - Number(b[at]);
    return 0;
  }
  return compareText(left, right);
}

/**
 * Puts a baseline into empty tables. `hostOf` gives the number of an address in a segment. What a protocol that is not
 * there says, is left out. What was seen in one stretch only goes to the unconfirmed, unless learning goes on.
 */
export function restoreBaseline(
  baseline: Baseline,
  { novelty, unconfirmed, points, names, programs, isTeaching, confirmed }: LearningTables,
  hostOf: (segment: string, address: string) => number,
  protocols: readonly Protocol[],
): void {
  const indexes = new Map(protocols.map(({ name }, index) => [name, index]));
  points.reserve(baseline.devices.reduce((pages, { areas }) => pages + areas.length, 0));
  let segmentBefore: string | null = null;
  let numbers = new Map<string, number>();
  for (const device of baseline.devices) {
    const { segment } = device;
    // Devices are sorted by segment, and most are asked by the same few.
    if (segment !== segmentBefore) numbers = new Map<string, number>();
    segmentBefore = segment;
    const host = hostOf(segment, device.address);
    if (host === 0) continue;
    const numberOf = (address: string): number => {
      let number = numbers.get(address);
      if (number === undefined) numbers.set(address, (number = hostOf(segment, address)));
      return number;
    };
    /** False where it is unconfirmed. */
    const put = (keys: ContextKeys, s: number, t: number, seen: Sightings | null): boolean => {
      if (seen === null) return false;
      const isKnown = isTeaching || !seen.isOnce;
      const table = isKnown ? novelty : unconfirmed;
      const symbol = table.symbol(table.context(...keys), s, t);
      table.restoreSymbol(symbol, seen.count, seen.firstUs, seen.lastUs, seen.gapUs);
      if (isTeaching && !seen.isOnce) confirmed.add(symbol);
      return isKnown;
    };
    put([ContextKind.presence, textWord(segment), 0, 0], host, 0, device.heard);
    put([ContextKind.roles, host, 0, 0], Role.serves, 0, device.answers);
    put([ContextKind.roles, host, 0, 0], Role.asks, 0, device.asks);
    for (const { client, seen } of device.clients) {
      put([ContextKind.clients, host, 0, 0], numberOf(client), 0, seen);
    }
    for (const { unit, client, seen } of device.writers) {
      if (!put([ContextKind.writers, host, unit, 0], numberOf(client), 0, seen)) continue;
      const anywhere = novelty.symbol(novelty.context(ContextKind.siteWriters, 0, 0, 0), numberOf(client), 0);
      novelty.observeMany(anywhere, seen.count, seen.firstUs, seen.lastUs, 0);
    }
    for (const request of device.requests) {
      const protocol = indexes.get(request.protocol);
      if (protocol === undefined) continue;
      const { unit, seen } = request;
      const client = numberOf(request.client);
      const word = functionWord(protocol, request.function, request.subfunction);
      if (!put([ContextKind.requests, host, unit, 0], client, word, seen)) continue;
      novelty.observe(novelty.symbol(novelty.context(ContextKind.askers, host, unit, 0), client, 0), seen.firstUs);
      novelty.observe(novelty.symbol(novelty.context(ContextKind.functions, host, unit, 0), word, 0), seen.firstUs);
    }
    for (const { unit, protocol: name, space, number, bytes } of device.names) {
      const protocol = indexes.get(name);
      if (protocol !== undefined) names.restore(host, unit, spaceWord(protocol, space), number, bytes);
    }
    for (const { unit, protocol, part, size, sha256, seen } of device.programs) {
      const isConfirmed = !seen.isOnce;
      programs.restore({ server: host, unit, protocol, part, size, sha256, ...seen, isConfirmed });
    }
    for (const write of device.writes) {
      const protocol = indexes.get(write.protocol);
      if (protocol === undefined) continue;
      const keys = [ContextKind.written, host, write.unit, numberOf(write.client)] as const;
      put(keys, spaceWord(protocol, write.space), write.first, write.seen);
    }
    for (const { what, client, word, seen } of device.accesses) {
      const [s, t] = ACCESS_HAS_CLIENT[what] ? [numberOf(client), word] : [word, 0];
      if (!put([ACCESS_CONTEXTS[what], host, 0, 0], s, t, seen) || what !== 'path') continue;
      const network = textWord(`${device.segment} ${subnetOf(device.address)}`);
      const anywhere = novelty.symbol(novelty.context(ContextKind.networkPaths, network, 0, 0), word, 0);
      // Several servers of a network may be reached in one way.
      const before = novelty.seen(anywhere);
      novelty.restoreSymbol(
        anywhere,
        before + seen.count,
        before === 0 ? seen.firstUs : Math.min(novelty.symbolFirstUs(anywhere), seen.firstUs),
        Math.max(novelty.symbolLastUs(anywhere), seen.lastUs),
        Math.max(novelty.symbolGapUs(anywhere), seen.gapUs),
      );
    }
    for (const entry of device.points) {
      const protocol = indexes.get(entry.protocol);
      if (protocol === undefined) continue;
      let point = 0;
      for (let address = entry.first; address < entry.first + entry.count; address++) {
        // Neighbours up to the next multiple of 64 follow each other.
        const isNext = point !== 0 && address % PAGE_POINTS !== 0;
        point = isNext ? point + 1 : points.findOrInsert(host, entry.unit, protocol, entry.space, address, 0);
        points.restore(point, entry);
      }
    }
    for (const area of device.areas) {
      const protocol = indexes.get(area.protocol);
      if (protocol === undefined) continue;
      const point = points.findOrInsert(host, area.unit, protocol, area.space, area.first, 0);
      points.restoreArea(point, area, area.readers.map(numberOf), area.writers.map(numberOf));
    }
    for (const { unit, protocol: name, space, point, reversalsMax, minutes } of device.swings) {
      const protocol = indexes.get(name);
      if (protocol === undefined) continue;
      points.swings.restore(points.findOrInsert(host, unit, protocol, space, point, 0), reversalsMax, minutes);
    }
  }
  novelty.resume();
  points.resume();
}
