// Turns a baseline into the text of a file, one thing a line, in a stable order. The file is YAML; what is known of a
// device is one block of lines, which baseline-reader.ts reads.
import type { Protocol } from '../facts/protocol.ts';
import type { Baseline, BaselineArea, BaselineDevice, BaselinePoints, Sightings } from '../learning/baseline.ts';
import { nameText } from '../learning/names.ts';
import { SpaceNames } from './space-names.ts';
import { timestamp } from './timestamp.ts';

const HEADER = `# What is usual here, as 1sec learned it. It may be edited; what is deleted is new again. Comments are lost when it is rewritten.
# What is marked "once" was seen in one stretch of time only: it does not count until the mark is deleted (with its times).
`;

export function baselineText(baseline: Baseline, protocols: readonly Protocol[]): string {
  const spaces = new SpaceNames(protocols);
  const blocks = baseline.devices.map((device) => {
    const key = `${device.segment} ${device.address}`;
    const lines = deviceLines(device, spaces).map((line) => `    ${line}\n`);
    return `  ${/^[a-z0-9][\w .:-]*$/i.test(key) ? key : JSON.stringify(key)}: |\n${lines.join('')}`;
  });
  return `${HEADER}baseline: ${baseline.baseline}\ndevices:${blocks.length === 0 ? ' {}' : ''}\n${blocks.join('')}`;
}

function deviceLines(device: BaselineDevice, spaces: SpaceNames): string[] {
  const lines: string[] = [];
  if (device.mac !== '') lines.push(`mac ${device.mac}`);
  for (const what of ['heard', 'answers', 'asks'] as const) {
    const seen = device[what];
    if (seen !== null) lines.push(`${what}: ${seenText(seen)}`);
  }
  for (const { client, seen } of device.clients) lines.push(`client ${client}: ${seenText(seen)}`);
  for (const { unit, protocol, function: code, subfunction, client, seen } of device.requests) {
    const sub = subfunction < 0 ? '' : `/${subfunction}`;
    lines.push(`unit ${unit} function ${protocol} ${code}${sub} client ${client}: ${seenText(seen)}`);
  }
  for (const { unit, client, seen } of device.writers) lines.push(`unit ${unit} writer ${client}: ${seenText(seen)}`);
  for (const { unit, protocol, space, first, client, seen } of device.writes) {
    const place = spaces.text(protocol, space);
    lines.push(`unit ${unit} writes ${protocol} ${place} ${first} client ${client}: ${seenText(seen)}`);
  }
  for (const area of device.areas) lines.push(areaText(area, spaces));
  for (const points of device.points) lines.push(pointsText(points, spaces));
  for (const { unit, protocol, space, point, reversalsMax, minutes } of device.swings) {
    const place = `${protocol} ${spaces.text(protocol, space)} ${point}`;
    lines.push(`unit ${unit} turns ${place}: at most ${reversalsMax} a minute in ${minutes} minutes`);
  }
  for (const { unit, protocol, space, number, bytes } of device.names) {
    lines.push(`unit ${unit} name ${protocol} ${spaces.text(protocol, space)} ${number}: ${nameText(bytes)}`);
  }
  for (const { unit, protocol, part, size, sha256, seen } of device.programs) {
    const name = nameText(Buffer.from(part, 'utf8'));
    lines.push(`unit ${unit} program ${protocol} ${name} ${size} bytes ${sha256}: ${seenText(seen)}`);
  }
  for (const { what, client, word, seen } of device.accesses) {
    const by = client === '' ? '' : ` client ${client}`;
    lines.push(`access ${what} ${what === 'hour' ? word : hexWord(word)}${by}: ${seenText(seen)}`);
  }
  return lines;
}

/** Eight hexadecimal digits. */
function hexWord(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}

function seenText({ count, firstUs, lastUs, gapUs, isOnce }: Sightings): string {
  const mark = isOnce ? ', once' : '';
  return `${count} times, first ${timeText(firstUs)}, last ${timeText(lastUs)}, gap ${gapUs / 1e6} s${mark}`;
}

function areaText(area: BaselineArea, spaces: SpaceNames): string {
  const { unit, protocol, space, first, firstUs, lastUs, gapUs, readers, writers } = area;
  const place = `${protocol} ${spaces.text(protocol, space)} ${first}`;
  const times = `first ${timeText(firstUs)}, last ${timeText(lastUs)}, gap ${gapUs / 1e6} s`;
  const read = readers.length === 0 ? '' : `, readers ${readers.join(' ')}`;
  const written = writers.length === 0 ? '' : `, writers ${writers.join(' ')}`;
  return `unit ${unit} area ${place}: ${times}${read}${written}`;
}

function pointsText(points: BaselinePoints, spaces: SpaceNames): string {
  const { unit, protocol, space, first, count, reads, writes, last, minimum, maximum, step } = points;
  const { moves, movesInRange, movesInStep } = points;
  const place = `${protocol} ${spaces.text(protocol, space)} ${count === 1 ? first : `${first}-${first + count - 1}`}`;
  const values = Number.isNaN(last)
    ? ''
    : `, value ${last}, range ${minimum} to ${maximum}, step ${step}, moves ${moves}/${movesInRange}/${movesInStep}${travelText(points)}`;
  return `unit ${unit} point ${place}: read ${reads}, written ${writes}${onceText(points)}${values}`;
}

function onceText({ onceFirstUs, onceLastUs }: BaselinePoints): string {
  return onceFirstUs === 0 ? '' : ` once from ${timeText(onceFirstUs)} to ${timeText(onceLastUs)}`;
}

/** Left out where every step was as large as the largest, as of a point that never moved. */
function travelText({ travel, step, moves }: BaselinePoints): string {
  return travel === step * Math.max(0, moves - 1) ? '' : `, travel ${travel}`;
}

function timeText(timeUs: number): string {
  return timestamp(timeUs) ?? '1970-01-01T00:00:00.000000Z';
}
