// Judges writes by what the points mean here: a point only ever read, a value or a step never seen, many points in a
// row, a point swung to and fro. Reads only teach.
import type { Severity } from '../../facts/alert.ts';
import type { PointView, UnconfirmedWrites } from '../../facts/learning.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { Encoding, Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { ContextKind, spaceWord } from '../../learning/contexts.ts';
import { hasWrittenValues, valueAt } from '../../learning/points.ts';
import * as judge from './judge.ts';
import { KINDS } from './kinds.ts';
import { PointSweeps, type PointSweep } from './sweeps.ts';
import * as wording from './wording.ts';
import { weighed } from '../unconfirmed.ts';

/** Points of one write that are judged; no protocol's frame holds more values. */
const WRITTEN_POINTS_MAX = 4096;
/** Alerts that one write can raise for its values; further ones of the same write say the same. */
const ALERTS_PER_WRITE_MAX = 4;
/** Of so many writes of a client, this share going to points it wrote once makes the next new point no surprise. */
const WRITES_KNOWN_MIN = 10;
const NEW_POINTS_USUAL = 0.05;
/** Who wrote to the devices of the site so often is no stranger to writing. */
const WRITES_KNOWN_ELSEWHERE = 3;

export const processGuard: Module = {
  meta: {
    id: 'process-guard',
    title: 'Process guard',
    purpose:
      'Learns what every point is used for, and judges writes to points only ever read, and values out of range.',
    scope: 'device',
    kinds: Object.values(KINDS),
  },
  start: (site) => new ProcessGuard(site),
};

class ProcessGuard implements ModuleHandlers {
  readonly verbs: readonly number[] = [Verb.read, Verb.report, Verb.publish, Verb.write, Verb.operate];
  readonly #site: Site;
  readonly #sweeps = new PointSweeps();
  /** By run: what is learned of its client's writes. */
  #written = new Int32Array(0);

  constructor(site: Site) {
    this.#site = site;
  }

  operation(operation: Operation): void {
    if (operation.verb === Verb.read || operation.verb === Verb.report || operation.verb === Verb.publish) {
      if (operation.outcome === Outcome.ok) this.#site.learning.points.learnRead(operation);
      return;
    }
    // Nobody confirms a broadcast; command-sentinel tells of it.
    if (operation.first < 0 || (operation.isBroadcast && operation.answerFrame === 0)) return;
    this.#judgeWrite(operation);
  }

  #judgeWrite(operation: Operation): void {
    const { points, isTeaching } = this.#site.learning;
    const { server, unit, protocol, space, first, timeUs, client } = operation;
    const count = Math.min(operation.count, WRITTEN_POINTS_MAX);
    const isRefused = operation.outcome === Outcome.refused;
    const run = points.runOf(operation);
    if (points.learnRepeatedWrite(run, operation)) {
      if (!isRefused) this.#learnWriter(operation, run);
      return;
    }
    let isOrdinary = true;
    let readOnly: ReadOnlyPart | null = null;
    let unknown = 0;
    let raised = 0;
    let point = 0;
    for (let address = first; address < first + count; address++) {
      // Neighbours up to the next multiple of 64 follow each other.
      const isNext = point !== 0 && (address & 63) !== 0;
      point = isNext ? point + 1 : points.findOrInsert(server, unit, protocol, space, address, timeUs);
      const wire = writtenValue(operation, address - first);
      const value = isRefused ? NaN : wire;
      if (point !== 0 && !Number.isNaN(value)) this.#judgeSwing(operation, address, point, value);
      if (points.isOrdinary(point, wire)) {
        points.learnWrite(point, value, client, timeUs);
        continue;
      }
      isOrdinary = false;
      const view = points.view(point);
      if (view.reads + view.writes === 0) unknown++;
      if (!isTeaching && judge.isReadOnly(view, timeUs)) {
        readOnly = withPoint(readOnly, address, view, points.unconfirmedWrites(point));
        points.noteDeviation(point, value, timeUs);
      } else if (!isTeaching && this.#judgeValue(operation, address, view, wire, raised < ALERTS_PER_WRITE_MAX)) {
        raised++;
        points.noteDeviation(point, value, timeUs);
      } else points.learnWrite(point, value, client, timeUs);
    }
    if (readOnly !== null) this.#raiseReadOnly(operation, readOnly);
    else if (unknown === count && !isTeaching) this.#noteUnknown(operation);
    if (readOnly === null && raised === 0 && !isRefused) this.#learnWriter(operation, run);
    if (isOrdinary && count === operation.count) points.noteOrdinaryWrite(run, operation);
  }

  #learnWriter(operation: Operation, run: number): void {
    const { novelty } = this.#site.learning;
    const { server, unit, client, protocol, space, first } = operation;
    let symbol = this.#written[run] ?? 0;
    if (symbol === 0) {
      const context = novelty.context(ContextKind.written, server, unit, client);
      symbol = novelty.symbol(context, spaceWord(protocol, space), first);
      if (run !== 0) this.#noteWritten(run, symbol);
    }
    novelty.observe(symbol, operation.timeUs);
  }

  #noteWritten(run: number, symbol: number): void {
    if (run >= this.#written.length) {
      const written = new Int32Array(Math.max(1024, run * 2));
      written.set(this.#written);
      this.#written = written;
    }
    this.#written[run] = symbol;
  }

  #raiseReadOnly(operation: Operation, { from, to, weakest: view, unconfirmed }: ReadOnlyPart): void {
    const { novelty } = this.#site.learning;
    const { server, unit, client } = operation;
    const bound = judge.firstWriteBound(view);
    const known = novelty.findContext(ContextKind.written, server, unit, client);
    const writes = novelty.observations(known);
    const { chance } = novelty.estimate(known);
    const isNewUsual = writes >= WRITES_KNOWN_MIN && chance >= NEW_POINTS_USUAL;
    const isRefused = operation.outcome === Outcome.refused;
    const isUsual = judge.isUsualWriter(writes, novelty.firstUs(known), view, operation.timeUs);
    let severity: Severity =
      isNewUsual && isUsual ? 'low' : judge.firstWriteSeverity(bound, isUsual || this.#writesElsewhere(operation));
    if (isRefused) severity = judge.lower(severity);
    severity = weighed(severity, '', unconfirmed).severity;
    const sweep = this.#sweeps.noted(operation, severity);
    if (sweep !== null) {
      this.#raiseSweep(operation, sweep);
      return;
    }
    const text = wording.readOnlyText(this.#site, operation, from, to, view, bound, this.#readersOf(operation, from), {
      writes,
      sinceUs: operation.timeUs - novelty.firstUs(known),
      newShare: isNewUsual ? chance : 0,
    });
    const object = wording.pointsText(this.#site, operation, from, to);
    const { explanation } = weighed(severity, text, unconfirmed);
    this.#raise(KINDS.writeToReadOnlyPoint.kind, severity, operation, object, explanation);
  }

  /** A client that is known to this server, and to write at the site. */
  #writesElsewhere(operation: Operation): boolean {
    const { novelty } = this.#site.learning;
    const clients = novelty.findContext(ContextKind.clients, operation.server, 0, 0);
    if (novelty.findSymbol(clients, operation.client, 0) === 0) return false;
    const site = novelty.findContext(ContextKind.siteWriters, 0, 0, 0);
    return novelty.seen(novelty.findSymbol(site, operation.client, 0)) >= WRITES_KNOWN_ELSEWHERE;
  }

  /** Points that nobody ever asked for: one is nothing, many in a row on a device that is known are a search. */
  #noteUnknown(operation: Operation): void {
    const { novelty } = this.#site.learning;
    if (!novelty.isLearned(novelty.findContext(ContextKind.clients, operation.server, 0, 0))) return;
    const sweep = this.#sweeps.noted(operation, 'low');
    if (sweep !== null) this.#raiseSweep(operation, sweep);
  }

  /** True where the value deviates; `mayRaise` is false when the same write already raised enough. */
  #judgeValue(operation: Operation, address: number, view: PointView, value: number, mayRaise: boolean): boolean {
    if (operation.encoding === Encoding.bits || Number.isNaN(value) || Number.isNaN(view.last)) return false;
    const isPart = operation.count > 1;
    const span = operation.encoding === Encoding.unsigned ? judge.wordSpan(operation.valueSize) : 0;
    const isOutOfRange = judge.isOutOfRange(view, value, span, isPart);
    if (!isOutOfRange && !judge.isStepTooLarge(view, value, span, isPart)) return false;
    if (!mayRaise) return true;
    const kind = isOutOfRange ? KINDS.valueOutOfRange : KINDS.stepTooLarge;
    const full: Severity = isOutOfRange ? judge.rangeSeverity(view, value, span) : kind.severity;
    const severity = operation.outcome === Outcome.refused ? judge.lower(full) : full;
    const text = isOutOfRange
      ? wording.rangeText(this.#site, operation, address, view, {
          distance: judge.outside(view, value, span),
          scales: judge.scalesOutside(view, value, span),
          chance: judge.rangeChance(view, value, span),
        })
      : wording.stepText(this.#site, operation, address, view, value, judge.largeStepChance(view, value, span));
    this.#raise(kind.kind, severity, operation, wording.pointsText(this.#site, operation, address, address), text);
    return true;
  }

  #judgeSwing(operation: Operation, address: number, point: number, value: number): void {
    const { points, isTeaching } = this.#site.learning;
    const swing = points.turned(point, value, operation.timeUs);
    if (swing === null || !swing.isOscillating || isTeaching) return;
    const object = wording.pointsText(this.#site, operation, address, address);
    const text = wording.swingText(this.#site, operation, address, swing);
    this.#raise(KINDS.oscillatingWrites.kind, KINDS.oscillatingWrites.severity, operation, object, text, true);
  }

  #raiseSweep(operation: Operation, sweep: PointSweep): void {
    this.#site.raise({
      kind: KINDS.pointSweep.kind,
      severity: sweep.severity,
      timeUs: sweep.isNew ? sweep.firstUs : operation.timeUs,
      subject: { host: operation.server, unit: -1, port: operation.serverPort },
      peer: { host: operation.client, unit: -1, port: -1 },
      object: '',
      explanation: wording.sweepText(this.#site, operation, sweep),
      replacesExplanation: true,
      frames: sweep.frames,
    });
  }

  #raise(
    kind: string,
    severity: Severity,
    operation: Operation,
    object: string,
    explanation: string,
    replacesExplanation = false,
  ): void {
    this.#site.raise({
      kind,
      severity,
      timeUs: operation.timeUs,
      subject: { host: operation.server, unit: operation.unit, port: operation.serverPort },
      peer: { host: operation.client, unit: -1, port: operation.clientPort },
      object,
      explanation,
      replacesExplanation,
      frames: [operation.requestFrame, operation.answerFrame].filter((frame) => frame > 0),
    });
  }

  #readersOf(operation: Operation, address: number): number {
    const { points } = this.#site.learning;
    const { server, unit, protocol, space } = operation;
    return points.clientsOf(points.find(server, unit, protocol, space, address), false).length;
  }
}

/** The points of one write that are only ever read. */
interface ReadOnlyPart {
  readonly from: number;
  readonly to: number;
  /** The one that was read least. */
  readonly weakest: PointView;
  /** The baseline has seen writes to all of them, but in one stretch of time only. */
  readonly unconfirmed: UnconfirmedWrites | null;
}

function withPoint(
  before: ReadOnlyPart | null,
  address: number,
  view: PointView,
  unconfirmed: UnconfirmedWrites | null,
): ReadOnlyPart {
  if (before === null) return { from: address, to: address, weakest: view, unconfirmed };
  return {
    from: before.from,
    to: address,
    weakest: view.reads < before.weakest.reads ? view : before.weakest,
    unconfirmed: unconfirmed === null ? null : before.unconfirmed,
  };
}

function writtenValue(operation: Operation, index: number): number {
  if (!hasWrittenValues(operation)) return NaN;
  return valueAt(operation.bytes, operation.valuesStart, index, operation.encoding, operation.valueSize);
}
