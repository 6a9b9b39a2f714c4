// The changes that are put into benign captures: connections forged from real requests, one list of them for each kind
// of change.
import { Code, Space, spaceName } from '../src/protocols/modbus/messages.ts';
import { connection, fromOtherHost, type Exchange } from './score-forging.ts';
import type { Frame } from './score-frames.ts';
import type { Observed, Pair, Point } from './score-observed.ts';

/** Changes of one kind in one capture. */
const INJECTIONS_MAX = 8;
const SWEPT_FEW = 64;
const SWEPT_MANY = 200;
/** Last byte of the addresses of the client that was never there. */
const NEW_HOST = 251;
const FIRST_PORT = 30_000;
/** Where a sweep starts: far behind the points in use. */
const SWEEP_START = 20_000;
const ILLEGAL_ADDRESS = 2;

export interface Change {
  readonly name: string;
  /** One forged connection each, to be placed at a moment. Empty: the capture has nothing this can be done to. */
  readonly injections: readonly Injection[];
  readonly isWrite: boolean;
}

export interface Injection {
  /** What was done to what, and what the capture shows of it before. */
  readonly what: string;
  readonly forge: (startUs: number, clientPort: number) => Frame[];
}

export function changesFor(observed: Observed): Change[] {
  const readOnly = spread(observed.points.filter(({ reads, writes }) => reads > 0 && writes === 0));
  const written = spread(observed.points.filter(({ space, writes }) => writes > 0 && space === Space.holdingRegister));
  const pairs = firstOfServers(observed.pairs).slice(0, INJECTIONS_MAX);
  return [
    change('write where there was none, known client', true, readOnly, (point) => write(point, flipped(point), false)),
    change('write where there was none, new client', true, readOnly, (point) => write(point, flipped(point), true)),
    change('value out of range, known client', true, written, (point) => write(point, farOut(point), false)),
    change('value ten times beyond all, known client', true, written, (point) => write(point, tenTimes(point), false)),
    change('new client that reads', false, readPoints(observed, pairs), (point) => read(point)),
    change('function never used', false, pairs, (pair) => newFunction(pair)),
    change(`${SWEPT_FEW} swept addresses, reads, known client`, false, pairs.slice(0, 1), (pair) =>
      sweptReads(pair, SWEPT_FEW),
    ),
    change(`${SWEPT_MANY} swept addresses, reads, known client`, false, pairs.slice(0, 1), (pair) =>
      sweptReads(pair, SWEPT_MANY),
    ),
    change('swept addresses, writes, known client', true, writeSweeps(observed), (points) => sweptWrites(points)),
  ];
}

/** `count` injections, evenly from `firstUs` to `lastUs`; several rounds of all where there are fewer. */
export function injected(change: Change, firstUs: number, lastUs: number, count: number): Frame[][] {
  return Array.from({ length: count }, (_, index) => {
    const at = Math.floor(firstUs + ((lastUs - firstUs) * (index + 1)) / (count + 1));
    return change.injections[index % change.injections.length]!.forge(at, FIRST_PORT + index);
  });
}

function change<T>(name: string, isWrite: boolean, targets: readonly T[], make: (target: T) => Injection): Change {
  return { name, isWrite, injections: targets.map(make) };
}

/** At most so many, evenly chosen. */
function spread<T>(items: readonly T[]): T[] {
  if (items.length <= INJECTIONS_MAX) return [...items];
  return Array.from({ length: INJECTIONS_MAX }, (_, i) => items[Math.floor((i * items.length) / INJECTIONS_MAX)]!);
}

function firstOfServers(pairs: readonly Pair[]): Pair[] {
  return [...new Map([...pairs].reverse().map((pair) => [pair.server, pair])).values()].reverse();
}

/** For each pair a point that is read: what a new client would ask for to stay unseen. */
function readPoints(observed: Observed, pairs: readonly Pair[]): Point[] {
  return pairs.flatMap(({ server, unit }) => {
    const usual = observed.points.find(({ pair, reads }) => pair.server === server && pair.unit === unit && reads > 0);
    return usual === undefined ? [] : [usual];
  });
}

/** The points only read of the device that has most of them, if they are enough to call it a sweep. */
function writeSweeps(observed: Observed): Point[][] {
  const devices = new Map<string, Point[]>();
  for (const point of observed.points) {
    if (point.writes > 0) continue;
    const name = `${point.pair.server} ${point.pair.unit} ${point.space}`;
    devices.set(name, [...(devices.get(name) ?? []), point]);
  }
  const most = [...devices.values()].sort((a, b) => b.length - a.length)[0];
  return most === undefined || most.length < 4 ? [] : [most.slice(0, SWEPT_FEW)];
}

function write(point: Point, value: number, isNewClient: boolean): Injection {
  const range = Number.isNaN(point.minimum) ? '' : `, ${point.minimum} to ${point.maximum}`;
  const shown = point.space === Space.coil ? (value === 0 ? 'off' : 'on') : value;
  const what = `${shown} to ${pointText(point)}, read ${point.reads} times and written ${point.writes} times${range}`;
  return over(what, point.pair, isNewClient, [writeExchange(point, value)]);
}

function writeExchange(point: Point, value: number): Exchange {
  const code = point.space === Space.coil ? Code.writeSingleCoil : Code.writeSingleRegister;
  const pdu = [code, ...word(point.address), ...word(value)];
  return { request: message(point.pair.unit, pdu), answer: message(point.pair.unit, pdu) };
}

function read(point: Point): Injection {
  const { pair, space, address } = point;
  const code = space === Space.coil ? Code.readCoils : Code.readHoldingRegisters;
  const data = space === Space.coil ? [1, 0] : [2, ...word(valueOf(point.minimum))];
  const exchange = {
    request: message(pair.unit, [code, ...word(address), 0, 1]),
    answer: message(pair.unit, [code, ...data]),
  };
  return over(pointText(point), pair, true, [exchange]);
}

/** Report server id, or where that is usual the identification of function 43. */
function newFunction(pair: Pair): Injection {
  const isUsual = pair.functions.has(Code.reportServerId);
  const request = isUsual ? [43, 14, 1, 0] : [Code.reportServerId];
  const answer = isUsual ? [43, 14, 1, 1, 0, 0, 1, 0, 1, 88] : [Code.reportServerId, 2, 88, 255];
  const what = `function ${request[0]!} to ${pair.server}, unit ${pair.unit}, asked ${pair.requests} times by this client, ${pair.functions.size} functions`;
  return over(what, pair, false, [{ request: message(pair.unit, request), answer: message(pair.unit, answer) }]);
}

/** The device has none of the registers. */
function sweptReads(pair: Pair, swept: number): Injection {
  const exchanges = Array.from({ length: swept }, (_, index) => ({
    request: message(pair.unit, [Code.readHoldingRegisters, ...word(SWEEP_START + index), 0, 1]),
    answer: message(pair.unit, [Code.readHoldingRegisters | 128, ILLEGAL_ADDRESS]),
  }));
  return over(`${swept} registers of ${pair.server}, unit ${pair.unit}`, pair, false, exchanges);
}

function sweptWrites(points: readonly Point[]): Injection {
  return over(
    `${points.length} points from ${pointText(points[0]!)}`,
    points[0]!.pair,
    false,
    points.map((point) => writeExchange(point, flipped(point))),
  );
}

function pointText({ pair, space, address }: Point): string {
  return `${spaceName(space)} ${address} of ${pair.server}, unit ${pair.unit}`;
}

function over(what: string, pair: Pair, isNewClient: boolean, exchanges: readonly Exchange[]): Injection {
  const request = isNewClient ? fromOtherHost(pair.request, true, NEW_HOST) : pair.request;
  const answer = isNewClient ? fromOtherHost(pair.answer, false, NEW_HOST) : pair.answer;
  return { what, forge: (startUs, clientPort) => connection(request, answer, clientPort, startUs, exchanges) };
}

/** A value that was there before, so that only the write is unusual; of coils, the other one. */
function flipped(point: Point): number {
  if (point.space === Space.coil) return point.maximum === 1 ? 0 : 0xff00;
  return valueOf(point.maximum);
}

/** Three times the width of the range beyond it, at least a thousand, as far as 16 bits go. */
function farOut(point: Point): number {
  const width = Math.max(1000, 3 * (point.maximum - point.minimum));
  return Math.min(0xffff, Math.max(0, Math.round(valueOf(point.maximum) + width)));
}

/** Ten times the largest value, at least a thousand, as far as 16 bits go. */
function tenTimes(point: Point): number {
  return Math.min(0xffff, Math.max(1000, 10 * valueOf(point.maximum)));
}

function valueOf(value: number): number {
  return Number.isNaN(value) ? 0 : value & 0xffff;
}

function message(unit: number, pdu: readonly number[]): Uint8Array {
  return Uint8Array.of(0, 7, 0, 0, ...word(pdu.length + 1), unit, ...pdu);
}

function word(value: number): [number, number] {
  return [(value >> 8) & 255, value & 255];
}
