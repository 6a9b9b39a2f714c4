// Turns the members of zones into ranges of addresses that do not overlap: what a narrower member of another zone takes
// is taken out of the wider ones.
import { DOCUMENTATION_IPV6, PRIVATE_IPV4, PUBLIC_IPV6 } from '../bytes/address-space.ts';
import { addressRange, ipText } from '../engine/host-pattern.ts';
import { INTERNET, type Policy } from '../facts/policy.ts';

export interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

export interface ZoneRanges {
  readonly name: string;
  readonly ipv4: readonly Span[];
  readonly ipv6: readonly Span[];
  /** Members that are no IP addresses: MAC addresses, segments, roles. */
  readonly others: readonly string[];
}

type Kind = 'ipv4' | 'ipv6';
const BITS: Readonly<Record<Kind, number>> = { ipv4: 32, ipv6: 128 };

interface Member extends Span {
  readonly zone: number;
  readonly width: bigint;
}

export function zoneRanges(policy: Policy): ZoneRanges[] {
  const [ipv4, ipv6] = [spansOf(policy, 'ipv4'), spansOf(policy, 'ipv6')];
  return policy.zones.map(({ name, addresses, segments, roles }, index) => ({
    name,
    ipv4: ipv4[index]!,
    ipv6: ipv6[index]!,
    others: [
      ...addresses.filter((address) => addressRange(address)?.kind === 'mac'),
      ...segments.map((segment) => `segment ${segment}`),
      ...roles.map((role) => `role ${role}`),
    ],
  }));
}

/** `192.0.2.1` or `192.0.2.1-192.0.2.9`. */
export function spanText({ first, last }: Span, kind: Kind): string {
  return first === last ? ipText(first, kind) : `${ipText(first, kind)}-${ipText(last, kind)}`;
}

/** The same as a list of subnets. */
export function subnetsOf({ first, last }: Span, kind: Kind): string[] {
  const subnets: string[] = [];
  let at = first;
  while (at <= last) {
    let size = 1n;
    let prefix = BITS[kind];
    while (prefix > 0 && at % (size * 2n) === 0n && at + size * 2n - 1n <= last) {
      size *= 2n;
      prefix--;
    }
    subnets.push(prefix === BITS[kind] ? ipText(at, kind) : `${ipText(at, kind)}/${prefix}`);
    at += size;
  }
  return subnets;
}

function spansOf(policy: Policy, kind: Kind): Span[][] {
  const members = policy.zones.flatMap(({ addresses }, zone) =>
    addresses.flatMap((text) => membersOf(text, zone, kind)),
  );
  // The narrowest first: each takes what no narrower one of another zone has.
  members.sort((left, right) => (left.width < right.width ? -1 : left.width > right.width ? 1 : 0));
  const spans: Span[][] = policy.zones.map(() => []);
  const taken: Member[] = [];
  for (const member of members) {
    let left: Span[] = [member];
    for (const other of taken) left = left.flatMap((span) => without(span, other));
    spans[member.zone]!.push(...left);
    taken.push(member);
  }
  return spans.map((list) => list.sort((left, right) => (left.first < right.first ? -1 : 1)));
}

function membersOf(text: string, zone: number, kind: Kind): Member[] {
  if (text === INTERNET) {
    const width = 1n << 129n;
    const all = kind === 'ipv4' ? ['0.0.0.0/0'] : [PUBLIC_IPV6];
    const aside = kind === 'ipv4' ? PRIVATE_IPV4 : [DOCUMENTATION_IPV6];
    const cut = (spans: Span[], range: string): Span[] => spans.flatMap((span) => without(span, spanOf(range)));
    return aside.reduce(cut, all.map(spanOf)).map((span) => ({ ...span, zone, width }));
  }
  if (addressRange(text)?.kind !== kind) return [];
  const span = spanOf(text);
  return [{ ...span, zone, width: span.last - span.first }];
}

function spanOf(text: string): Span {
  const { kind, value, prefix } = addressRange(text)!;
  const bits = BITS[kind === 'ipv6' ? 'ipv6' : 'ipv4'];
  const size = 1n << BigInt(bits - prefix);
  const first = (value / size) * size;
  return { first, last: first + size - 1n };
}

function without(span: Span, taken: Span): Span[] {
  if (taken.last < span.first || taken.first > span.last) return [span];
  const rest: Span[] = [];
  if (taken.first > span.first) rest.push({ first: span.first, last: taken.first - 1n });
  if (taken.last < span.last) rest.push({ first: taken.last + 1n, last: span.last });
  return rest;
}
