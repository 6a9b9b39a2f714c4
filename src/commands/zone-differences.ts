// Tells where 1sec.yaml and a policy put the same devices into different zones: the policy wins, which its owner should know.
import { scopeOf } from '../bytes/address-space.ts';
import { grouped, showable } from '../bytes/text.ts';
import { addressRange, ipText, type AddressRange } from '../engine/host-pattern.ts';
import { INTERNET, type Policy, type PolicyZone } from '../facts/policy.ts';
import { writeError } from './output.ts';

/** Differences that one line names. */
const NAMED_MAX = 3;
/** In none of the segments that a zone is bound to. */
const ELSEWHERE = '';
const BITS: Readonly<Record<AddressRange['kind'], number>> = { ipv4: 32, ipv6: 128, mac: 48 };

/** One line on standard error where the two differ. `configPath`, `policyPath`: as the person calls them. */
export function warnOfZones(
  configPath: string,
  declared: readonly PolicyZone[],
  policyPath: string,
  policy: Policy,
): void {
  const differences = zoneDifferences(declared, policy);
  if (differences.length === 0) return;
  const left = differences.length - NAMED_MAX;
  const named = `${differences.slice(0, NAMED_MAX).join('; ')}${left > 0 ? `; and ${grouped(left)} more` : ''}`;
  const [config, owned] = [showable(configPath, 400), showable(policyPath, 400)];
  writeError(`1sec: the zones of ${owned} hold, not those of ${config}, where they differ: ${named}\n`);
}

/** In words, in the order of 1sec.yaml. */
export function zoneDifferences(declared: readonly PolicyZone[], policy: Policy): string[] {
  const byName = new Map(policy.zones.map((zone) => [zone.name, zone]));
  const ranges = rangesByZone(declared, policy.zones);
  return declared.flatMap((zone) => {
    const same = byName.get(zone.name);
    if (same === undefined) return [`${quoted(zone)} is no zone of the policy`];
    const levels =
      zone.level === null || same.level === null || zone.level === same.level
        ? []
        : [`${quoted(zone)} stands at level ${zone.level}, by the policy at level ${same.level}`];
    const members = (['segments', 'roles'] as const).flatMap((key) =>
      zone[key].flatMap((member) => memberDifference(zone, key, member, declared, policy)),
    );
    return [...levels, ...members, ...(ranges.get(zone.name) ?? [])];
  });
}

function memberDifference(
  zone: PolicyZone,
  key: 'segments' | 'roles',
  member: string,
  declared: readonly PolicyZone[],
  policy: Policy,
): string[] {
  const has = (candidate: PolicyZone): boolean => candidate[key].includes(member);
  const owner = policy.zones.find(has);
  // The first that names it decides, in both files.
  if (declared.find(has) !== zone || owner === undefined || owner.name === zone.name) return [];
  const what = key === 'segments' ? 'segment' : 'role';
  return [`${what} ${showable(member, 160)} is in ${quoted(zone)}, by the policy in ${quoted(owner)}`];
}

/** By name of the zone that 1sec.yaml has: addresses that it and the policy put into different zones. */
function rangesByZone(declared: readonly PolicyZone[], owned: readonly PolicyZone[]): Map<string, string[]> {
  const [ours, theirs] = [new MemberIndex(declared), new MemberIndex(owned)];
  const found = new Map<string, string[]>();
  const names = new Map(owned.map((zone) => [zone.name, zone]));
  for (const [text, range] of new Map([...ours.ranges, ...theirs.ranges])) {
    const zone = ours.zoneOf(range, ELSEWHERE);
    if (zone === null) continue;
    const others = [ELSEWHERE, ...theirs.segments].map((segment) => theirs.zoneOf(range, segment));
    const other = others.find((candidate) => candidate !== null && candidate.name !== zone.name);
    const list = found.get(zone.name) ?? [];
    if (other !== undefined && other !== null) {
      list.push(`${text} is in ${quoted(zone)}, by the policy in ${quoted(other)}`);
    } else if (others.every((candidate) => candidate === null) && !mayHold(names.get(zone.name), theirs, range)) {
      list.push(`${text} is in ${quoted(zone)}, by the policy in none`);
    }
    found.set(zone.name, list);
  }
  return found;
}

/** By its segments or roles; and where the policy names parts of the range, these are compared. */
function mayHold(zone: PolicyZone | undefined, index: MemberIndex, range: AddressRange): boolean {
  return (zone !== undefined && zone.segments.length + zone.roles.length > 0) || index.hasPartOf(range);
}

/** The narrowest member that holds a whole range. */
class MemberIndex {
  /** By how they are written. */
  readonly ranges = new Map<string, AddressRange>();
  readonly segments: readonly string[];
  readonly #zones = new Map<string, PolicyZone>();
  /** Of each kind, the longest first. */
  readonly #prefixes: Readonly<Record<AddressRange['kind'], readonly number[]>>;
  readonly #internet: PolicyZone | null;
  /** First addresses of the ranges of each kind, the lowest first. */
  readonly #firsts: Readonly<Record<AddressRange['kind'], readonly bigint[]>>;

  constructor(zones: readonly PolicyZone[]) {
    const prefixes = { ipv4: new Set<number>(), ipv6: new Set<number>(), mac: new Set<number>() };
    for (const zone of zones) {
      for (const text of zone.addresses) {
        const range = addressRange(text);
        if (range === null) continue;
        const key = keyOf(range, range.prefix, zone.segment ?? ELSEWHERE);
        if (!this.#zones.has(key)) this.#zones.set(key, zone);
        this.ranges.set(textOf(range), range);
        prefixes[range.kind].add(range.prefix);
      }
    }
    const sorted = (kind: AddressRange['kind']): number[] => [...prefixes[kind]].sort((left, right) => right - left);
    this.#prefixes = { ipv4: sorted('ipv4'), ipv6: sorted('ipv6'), mac: sorted('mac') };
    const all = [...this.ranges.values()].sort((left, right) => (left.value < right.value ? -1 : 1));
    const firsts = (kind: AddressRange['kind']): bigint[] => all.filter((range) => range.kind === kind).map(valueOf);
    this.#firsts = { ipv4: firsts('ipv4'), ipv6: firsts('ipv6'), mac: firsts('mac') };
    this.segments = [...new Set(zones.flatMap(({ segment }) => segment ?? []))];
    this.#internet = zones.find(({ addresses }) => addresses.includes(INTERNET)) ?? null;
  }

  /** A range begins within this one. */
  hasPartOf({ kind, value, prefix }: AddressRange): boolean {
    const firsts = this.#firsts[kind];
    let [low, high] = [0, firsts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (firsts[middle]! < value) low = middle + 1;
      else high = middle;
    }
    const first = firsts[low];
    return first !== undefined && first < value + (1n << BigInt(BITS[kind] - prefix));
  }

  zoneOf(range: AddressRange, segment: string): PolicyZone | null {
    for (const prefix of this.#prefixes[range.kind]) {
      if (prefix > range.prefix) continue;
      const own = this.#zones.get(keyOf(range, prefix, segment)) ?? this.#zones.get(keyOf(range, prefix, ELSEWHERE));
      if (own !== undefined) return own;
    }
    const isPublic = range.kind !== 'mac' && scopeOf(ipText(range.value, range.kind)) === 'public';
    return isPublic ? this.#internet : null;
  }
}

function keyOf({ kind, value }: AddressRange, prefix: number, segment: string): string {
  return `${kind} ${value >> BigInt(BITS[kind] - prefix)}/${prefix} ${segment}`;
}

function valueOf({ value }: AddressRange): bigint {
  return value;
}

function textOf({ kind, value, prefix }: AddressRange): string {
  if (kind === 'mac')
    return value
      .toString(16)
      .padStart(12, '0')
      .replace(/..(?=.)/g, '$&:');
  return prefix === BITS[kind] ? ipText(value, kind) : `${ipText(value, kind)}/${prefix}`;
}

function quoted({ name }: PolicyZone): string {
  return `"${showable(name, 160)}"`;
}
