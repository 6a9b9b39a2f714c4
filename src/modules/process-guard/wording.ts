// Says in plain words what was written where, and why it is unusual here, with the numbers that were learned.
import type { PointView } from '../../facts/learning.ts';
import type { Site } from '../../facts/module.ts';
import { Encoding, Outcome, type Operation } from '../../facts/operation.ts';
import { printable } from '../../bytes/text.ts';
import { valueAt } from '../../learning/points.ts';
import { chanceText, countOf, durationText, spanText, timesText } from '../plain-words.ts';
import type { PointSweep } from './sweeps.ts';

/** Values of one write that are named. */
const VALUES_SHOWN_MAX = 4;
/** Characters of a name that are shown. */
const NAME_SHOWN_MAX = 96;

/** `holding register 8`, `holding registers 8 to 12`: equal where the points are. */
export function pointsText(site: Site, operation: Operation, from: number, to: number): string {
  const name = site.protocols[operation.protocol]?.spaceName(operation.space) ?? '';
  const space = name === '' ? 'point' : name;
  if (operation.nameEnd > operation.nameStart) {
    return `${space} ${printable(operation.nameBytes, operation.nameStart, operation.nameEnd, NAME_SHOWN_MAX)}`;
  }
  return from === to ? `${space} ${from}` : `${space}s ${from} to ${to}`;
}

export function deviceText(site: Site, operation: Operation): string {
  const address = site.hosts.address(operation.server);
  const { unit } = operation;
  return unit < 0 ? address : `${address} ${site.protocols[operation.protocol]?.units?.name(unit) ?? `unit ${unit}`}`;
}

/** `192.0.2.1 wrote 1200 to holding register 8 of 192.0.2.2 unit 1, and the device confirmed it after 2 ms`. */
export function whoWroteWhat(site: Site, operation: Operation, from: number, to: number): string {
  const { hosts } = site;
  const what = valuesText(operation, from, to);
  const verb = operation.outcome === Outcome.ok ? 'wrote' : 'asked to write';
  const where = `${pointsText(site, operation, from, to)} of ${deviceText(site, operation)}`;
  return `${hosts.address(operation.client)} ${verb} ${what === '' ? '' : `${what} to `}${where}${outcomeText(site, operation)}`;
}

export function readOnlyText(
  site: Site,
  operation: Operation,
  from: number,
  to: number,
  view: PointView,
  bound: number,
  readers: number,
  client: { readonly writes: number; readonly sinceUs: number; readonly newShare: number },
): string {
  const points = pointsText(site, operation, from, to);
  const were = from === to ? 'It was' : 'Each of them was at least';
  const by = readers === 0 ? '' : ` by ${readersText(readers)}`;
  const before =
    client.writes === 0
      ? `${site.hosts.address(operation.client)} never wrote to this device before`
      : `${site.hosts.address(operation.client)} had written elsewhere in this device ${timesText(client.writes)}, first ${spanText(client.sinceUs)} before`;
  const often =
    client.newShare === 0
      ? ''
      : `; about ${Math.round(client.newShare * 100)} % of its writes go to points it wrote but once`;
  return (
    `${whoWroteWhat(site, operation, from, to)}. ${were} read ${timesText(view.reads)}${by} in ` +
    `${spanText(operation.timeUs - view.firstUs)} and never written: the chance that a write to ${points} is part of normal ` +
    `operation is below ${chanceText(bound)}. ${before}${often}.`
  );
}

export function rangeText(
  site: Site,
  operation: Operation,
  address: number,
  view: PointView,
  beyond: { readonly distance: number; readonly scales: number; readonly chance: number },
): string {
  const isConstant = view.minimum === view.maximum;
  const range = isConstant
    ? `it had always been ${numberText(view.minimum)}, ${countOf(view.reads, 'read')} and ${countOf(view.writes, 'write')}`
    : `it had taken ${countOf(view.moves, 'value')}, all between ${numberText(view.minimum)} and ${numberText(view.maximum)}`;
  const far =
    isConstant || beyond.scales < 1 ? '' : `, ${shortNumber(beyond.scales)} times as much as it is known to vary`;
  return (
    `${whoWroteWhat(site, operation, address, address)}. In ${spanText(operation.timeUs - view.firstUs)} ${range}. This is ` +
    `${numberText(beyond.distance)} outside${far}: the chance that the next value is so far out is about ${chanceText(beyond.chance)}.`
  );
}

export function stepText(
  site: Site,
  operation: Operation,
  address: number,
  view: PointView,
  value: number,
  chance: number,
): string {
  return (
    `${whoWroteWhat(site, operation, address, address)}, a step of ${numberText(Math.abs(value - view.last))} from ` +
    `${numberText(view.last)}. The largest of the ${countOf(view.moves - 1, 'step')} before was ${numberText(view.step)}; the chance ` +
    `that the next one is as large is about ${chanceText(chance)}.`
  );
}

export function sweepText(site: Site, operation: Operation, sweep: PointSweep): string {
  const { hosts } = site;
  const took = durationText(sweep.lastUs - sweep.firstUs);
  const refused =
    sweep.refused === 0 ? '' : `, of which ${sweep.refused === sweep.writes ? 'all' : sweep.refused} were refused`;
  return (
    `${hosts.address(operation.client)} wrote to ${sweep.places} places of ${hosts.address(operation.server)} that are never ` +
    `written in normal operation (numbers ${sweep.lowest} to ${sweep.highest}), ${countOf(sweep.writes, 'write')} within ` +
    `${took}${refused}. Each of them alone would be unusual.`
  );
}

export function swingText(
  site: Site,
  operation: Operation,
  address: number,
  swing: { readonly reversals: number; readonly reversalsMax: number; readonly minutes: number },
): string {
  const before =
    swing.reversalsMax === 0
      ? `in none of the ${countOf(swing.minutes, 'minute')} before`
      : `at most ${timesText(swing.reversalsMax)} in any of the ${countOf(swing.minutes, 'minute')} before`;
  return (
    `${site.hosts.address(operation.client)} turned ${pointsText(site, operation, address, address)} of ` +
    `${deviceText(site, operation)} up and down ${timesText(swing.reversals)} within one minute; ${before}.`
  );
}

function outcomeText(site: Site, operation: Operation): string {
  const after = operation.elapsedUs < 0 ? '' : ` after ${durationText(operation.elapsedUs)}`;
  if (operation.outcome === Outcome.ok) {
    return operation.answerFrame > 0 ? `, and the device confirmed it${after}` : ', which asks for no answer';
  }
  if (operation.outcome === Outcome.unanswered) return '; no answer was seen';
  const name = site.protocols[operation.protocol]?.codeName(operation.code) ?? '';
  return `; the device refused it with code ${operation.code}${name === '' ? '' : ` (${name})`}`;
}

function readersText(readers: number): string {
  return readers >= 4 ? 'at least 4 clients' : countOf(readers, 'client');
}

function valuesText(operation: Operation, from: number, to: number): string {
  const { bytes, valuesStart, encoding, valueSize, first } = operation;
  if (operation.valueCount !== operation.count || encoding === Encoding.none || encoding === Encoding.bytes) return '';
  const values: string[] = [];
  for (let address = from; address <= to && values.length < VALUES_SHOWN_MAX; address++) {
    values.push(numberText(valueAt(bytes, valuesStart, address - first, encoding, valueSize)));
  }
  return `${values.join(', ')}${to - from >= VALUES_SHOWN_MAX ? ' …' : ''}`;
}

function shortNumber(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

function numberText(value: number): string {
  return Number.isInteger(value) ? `${value}` : `${Number(value.toPrecision(7))}`;
}
