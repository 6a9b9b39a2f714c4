// The points that an analysis learned, with their names, as a site database keeps them.
import type { AnalysisResult } from '../engine/analysis.ts';
import { NAMED_FIRST } from '../facts/operation.ts';
import { printable } from '../bytes/text.ts';
import type { HostDirectory } from '../facts/facts.ts';
import { savedBaseline, type BaselineDevice } from '../learning/baseline.ts';
import { protocolOfSpace, spaceOfWord } from '../learning/contexts.ts';
import type { Course } from '../learning/courses.ts';
import { protocols } from '../protocols/index.ts';
import { POINTS_MAX, type ObservedPoint } from '../store/points.ts';

/** Neighbours of which the same is known are one entry. */
export function observedPoints({ learning, hosts }: Pick<AnalysisResult, 'learning' | 'hosts'>): ObservedPoint[] {
  const points: ObservedPoint[] = [];
  const courses = coursesOf(learning, hosts);
  for (const device of savedBaseline(learning, hosts, protocols).devices) {
    if (points.length >= POINTS_MAX) break;
    points.push(...pointsOf(device, courses));
  }
  return points;
}

/** By `placeOf`. */
function coursesOf(learning: AnalysisResult['learning'], hosts: HostDirectory): ReadonlyMap<string, Course> {
  const { points } = learning;
  const courses = new Map<string, Course>();
  for (const [point, course] of points.coursesOfPoints()) {
    const [host, unit, word, number] = points.placeOf(point);
    const protocol = protocols[protocolOfSpace(word)]?.name ?? '';
    const key = placeOf(hosts.segment(host), hosts.address(host), unit, protocol, spaceOfWord(word), number);
    courses.set(key, course);
  }
  return courses;
}

function placeOf(...place: readonly (string | number)[]): string {
  return JSON.stringify(place);
}

function pointsOf(device: BaselineDevice, courses: ReadonlyMap<string, Course>): ObservedPoint[] {
  const { segment, address } = device;
  const key = (unit: number, protocol: string, space: number): string => `${unit} ${protocol} ${space}`;
  const lastUs = new Map<string, number>();
  for (const area of device.areas) {
    const place = key(area.unit, area.protocol, area.space);
    lastUs.set(place, Math.max(lastUs.get(place) ?? 0, area.lastUs));
  }
  return device.points.map(({ unit, protocol, space, first, count, reads, writes, last, minimum, maximum, step }) => {
    const name = first < NAMED_FIRST ? undefined : device.names.find((each) => each.number === first);
    return {
      ...{ segment, address, unit, protocol },
      space: protocols.find((each) => each.name === protocol)?.spaceName(space) ?? String(space),
      ...{ first, count, reads, writes, last, minimum, maximum, step },
      name: name === undefined ? '' : printable(name.bytes, 0, name.bytes.length),
      lastUs: lastUs.get(key(unit, protocol, space)) ?? 0,
      // Neighbours that share an entry were not asked whether they went the same way.
      course: count > 1 ? null : (courses.get(placeOf(segment, address, unit, protocol, space, first)) ?? null),
    };
  });
}
