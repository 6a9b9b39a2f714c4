// Says what a baseline holds: in one line, as a page for people, and as JSON.
import { grouped } from '../bytes/text.ts';
import type { Baseline, BaselineDevice, Sightings } from '../learning/baseline.ts';
import { nameText } from '../learning/names.ts';
import { protocols } from '../protocols/index.ts';
import { listText } from './alert-text.ts';
import { jsonPage } from './json-text.ts';
import { readableDuration, readableTime, timestamp } from './timestamp.ts';

/** Names of one sort that are listed for a device. */
const NAMED_MAX = 8;

/** `7 devices, 2,163 requests, 120 points (20 of them written), from 2026-… to 2026-…`. */
export function contentText(baseline: Baseline): string {
  const { devices } = baseline;
  const requests = sum(devices, (device) => sum(device.clients, ({ seen }) => seen.count));
  const points = sum(devices, pointCount);
  const written = sum(devices, writtenCount);
  const [firstUs, lastUs] = span(devices);
  const when = firstUs < lastUs ? `, from ${readableTime(firstUs)} to ${readableTime(lastUs)} UTC` : '';
  return (
    `${counted(devices.length, 'device')}, ${counted(requests, 'request')}, ` +
    `${counted(points, 'point')} (${grouped(written)} of them written)${when}`
  );
}

export function summaryText(baseline: Baseline): string {
  const lines = [`${contentText(baseline)}.`];
  for (const device of baseline.devices) {
    const { heard } = device;
    lines.push('', `${device.segment} ${device.address}${device.mac === '' ? '' : `  ${device.mac}`}`);
    if (heard !== null) {
      const silence = heard.gapUs > 0 ? `, never silent for more than ${readableDuration(heard.gapUs)}` : '';
      lines.push(`  heard in ${counted(heard.count, 'second')}${silence}; ${sidesText(device)}`);
    }
    if (device.clients.length > 0) {
      lines.push(`  asked by ${named(device.clients.map(({ client, seen }) => `${client} (${grouped(seen.count)})`))}`);
    }
    const functions = new Set(
      device.requests.map(({ protocol, function: code, subfunction }) =>
        subfunction < 0 ? `${protocol} ${code}` : `${protocol} ${code}/${subfunction}`,
      ),
    );
    if (functions.size > 0) lines.push(`  functions ${named([...functions])}`);
    if (device.clients.length > 0) {
      const writers = new Set(device.writers.map(({ client }) => client));
      lines.push(writers.size === 0 ? '  written by nobody' : `  written by ${named([...writers])}`);
    }
    const points = pointCount(device);
    if (points > 0) lines.push(`  ${counted(points, 'point')}, ${grouped(writtenCount(device))} of them written`);
    if (device.programs.length > 0) lines.push(`  programs ${named(device.programs.map(({ part }) => part))}`);
    const once = onceTexts(device);
    if (once.length > 0) lines.push(`  seen in one stretch only, so not counted: ${named(once)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** How many things were seen in one stretch of time only. */
export function onceCount(baseline: Baseline): number {
  return sum(baseline.devices, (device) => onceTexts(device).length);
}

/** What was seen in one stretch only, with when it was. */
function onceTexts(device: BaselineDevice): string[] {
  const texts: string[] = [];
  const note = (what: string, seen: Sightings | null): void => {
    if (seen?.isOnce === true) texts.push(`${what} (${onceText(seen.count, seen.firstUs)})`);
  };
  note('the device itself', device.heard);
  note('that it answers', device.answers);
  note('that it asks others', device.asks);
  for (const { client, seen } of device.clients) note(`client ${client}`, seen);
  for (const { client, seen } of device.writers) note(`writer ${client}`, seen);
  for (const { part, seen } of device.programs) note(`program ${part}`, seen);
  for (const { protocol, space, first, count, writes, onceFirstUs } of device.points) {
    if (onceFirstUs === 0) continue;
    const name = protocols.find((each) => each.name === protocol)?.spaceName(space) ?? 'point';
    const where = count === 1 ? `${first}` : `${first} to ${first + count - 1}`;
    texts.push(`writes to ${name} ${where} (${onceText(writes, onceFirstUs)})`);
  }
  for (const { client, protocol, function: code, subfunction, seen } of device.requests) {
    note(`${protocol} ${code}${subfunction < 0 ? '' : `/${subfunction}`} of ${client}`, seen);
  }
  return texts;
}

function onceText(count: number, firstUs: number): string {
  return `${count === 1 ? 'once' : `${grouped(count)} times`} at ${readableTime(firstUs)}`;
}

/** See docs/formats.md; one device a line. */
export function baselineJson(baseline: Baseline): string {
  return jsonPage({ baseline: baseline.baseline, devices: baseline.devices.map(deviceJson) });
}

function deviceJson(device: BaselineDevice): Record<string, unknown> {
  const withSeen = (entries: readonly { readonly seen: Sightings }[]): unknown[] =>
    entries.map(({ seen, ...entry }) => ({ ...entry, ...seenJson(seen) }));
  return {
    segment: device.segment,
    address: device.address,
    mac: device.mac === '' ? null : device.mac,
    heard: device.heard === null ? null : seenJson(device.heard),
    answers: device.answers === null ? null : seenJson(device.answers),
    asks: device.asks === null ? null : seenJson(device.asks),
    clients: withSeen(device.clients),
    requests: withSeen(device.requests),
    writers: withSeen(device.writers),
    writes: withSeen(device.writes).map(withSpaceName),
    accesses: withSeen(device.accesses),
    areas: device.areas.map(({ firstUs, lastUs, ...area }) =>
      withSpaceName({ ...area, firstTime: timestamp(firstUs), lastTime: timestamp(lastUs) }),
    ),
    points: device.points.map(({ onceFirstUs, onceLastUs, ...points }) =>
      withSpaceName({
        ...points,
        ...(Number.isNaN(points.last) ? NO_VALUES : {}),
        onceFirstTime: onceFirstUs === 0 ? null : timestamp(onceFirstUs),
        onceLastTime: onceLastUs === 0 ? null : timestamp(onceLastUs),
      }),
    ),
    turns: device.swings.map(withSpaceName),
    programs: withSeen(device.programs),
    names: device.names.map(({ bytes, ...name }) => withSpaceName({ ...name, name: nameText(bytes) })),
  };
}

const NO_VALUES = { last: null, minimum: null, maximum: null };

function seenJson({ count, firstUs, lastUs, gapUs, isOnce }: Sightings): Record<string, unknown> {
  return { count, firstTime: timestamp(firstUs), lastTime: timestamp(lastUs), gapUs, once: isOnce };
}

function withSpaceName(value: unknown): unknown {
  const { protocol, space } = value as { readonly protocol: string; readonly space: number };
  const known = protocols.find(({ name }) => name === protocol);
  return { ...(value as object), spaceName: known?.spaceName(space) ?? '' };
}

function sidesText({ asks, answers }: BaselineDevice): string {
  const sides = [...(answers === null ? [] : ['answers']), ...(asks === null ? [] : ['asks others'])];
  return sides.length === 0 ? 'no field protocol' : sides.join(' and ');
}

function named(names: readonly string[]): string {
  if (names.length <= NAMED_MAX) return listText(names);
  return `${names.slice(0, NAMED_MAX).join(', ')} and ${names.length - NAMED_MAX} more`;
}

function pointCount(device: BaselineDevice): number {
  return sum(device.points, ({ count }) => count);
}

function writtenCount(device: BaselineDevice): number {
  return sum(device.points, ({ count, writes }) => (writes > 0 ? count : 0));
}

function span(devices: readonly BaselineDevice[]): [number, number] {
  let firstUs = Infinity;
  let lastUs = -Infinity;
  for (const { heard } of devices) {
    if (heard === null) continue;
    firstUs = Math.min(firstUs, heard.firstUs);
    lastUs = Math.max(lastUs, heard.lastUs);
  }
  return [firstUs, lastUs];
}

function sum<Element>(list: readonly Element[], of: (element: Element) => number): number {
  return list.reduce((total, element) => total + of(element), 0);
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}
