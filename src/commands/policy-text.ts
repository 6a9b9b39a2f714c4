// Writes proposed zones and conduits as a policy file with comments: what each rests on stands beside it.
import { stringify } from 'yaml';
import { grouped, showable } from '../bytes/text.ts';
import type { ProposedConduit, ProposedConduits } from '../assets/conduits.ts';
import type { ProposedZone, ProposedZones } from '../assets/zones.ts';
import { ACCESS_NAMES } from '../facts/policy.ts';
import { timestamp } from './timestamp.ts';

/** Members named in the comment of a zone that is written as a subnet. */
const NAMED_MAX = 16;

const HEAD = [
  '# Zones and conduits as they were inferred from what was seen. Read it, correct it, and it is yours:',
  '#   1sec policy check FILE CAPTURE     1sec analyze --policy FILE CAPTURE     1sec policy export FILE --format nftables',
  '# Within a zone everything may pass. Between two zones only what a conduit names, from who asks to who answers.',
  '# The narrowest address that names a device decides its zone; then segments, then roles.',
];

export function policyText(zones: ProposedZones, proposed: ProposedConduits, sources: readonly string[]): string {
  const { conduits, searches } = proposed;
  const lines = [...HEAD, `# Seen in: ${sources.map((source) => showable(source, 200)).join(', ')}`, 'version: 1', ''];
  lines.push(zones.zones.length === 0 ? 'zones: []' : 'zones:', ...zones.zones.flatMap(zoneLines));
  lines.push('', conduits.length === 0 ? 'conduits: []' : 'conduits:', ...conduits.flatMap(conduitLines));
  for (const { from, to, services } of searches) {
    lines.push(
      `  # Left out: ${grouped(services)} ports were tried from ${showable(from)} to ${showable(to)} and none answered, which is a search.`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function zoneLines(zone: ProposedZone): string[] {
  const addresses = new Set(zone.addresses);
  const roleOf = new Map(zone.members.map(({ address, role }) => [address, role]));
  const lines = [
    `  # ${zone.because}; ${countText(zone.members.length, 'device')} seen`,
    `  - name: ${word(zone.name)}`,
  ];
  if (zone.level !== null) lines.push(`    level: ${zone.level}`);
  if (zone.segment !== null) lines.push(`    segment: ${word(zone.segment)}`);
  if (zone.segments.length > 0)
    lines.push('    segments:', ...zone.segments.map((segment) => `      - ${word(segment)}`));
  if (zone.roles.length > 0) lines.push(`    roles: [${zone.roles.join(', ')}]`);
  if (addresses.size > 0) lines.push('    addresses:');
  for (const address of addresses) {
    const role = roleOf.get(address) ?? '';
    lines.push(`      - ${word(address)}${role === '' ? '' : ` # ${role}`}`);
  }
  const others = zone.members.filter(({ address }) => !addresses.has(address));
  for (const { address, role } of others.slice(0, NAMED_MAX)) {
    lines.push(`      # seen: ${address}${role === '' ? '' : `, ${role}`}`);
  }
  if (others.length > NAMED_MAX) lines.push(`      # and ${grouped(others.length - NAMED_MAX)} more`);
  return lines;
}

function conduitLines(conduit: ProposedConduit): string[] {
  const { from, to, protocol, functions, ports } = conduit;
  const lines = [`  # ${supportText(conduit)}`, `  - from: ${word(from)}`, `    to: ${word(to)}`];
  lines.push(`    protocol: ${word(protocol)}`);
  if (functions !== null) lines.push(`    functions: ${functions}`);
  if (ports.length > 0) lines.push(`    ports: [${ports.join(', ')}]`);
  return lines;
}

/** `3 conversations of 2 pairs, 1,203 operations (1,200 read, 3 read-write), FIRST to LAST`. */
export function supportText(conduit: ProposedConduit): string {
  const { conversations, answered, operations, pairs, firstUs, lastUs } = conduit;
  const total = operations.reduce((sum, count) => sum + count, 0);
  const parts = operations.flatMap((count, access) => (count > 0 ? [`${grouped(count)} ${ACCESS_NAMES[access]}`] : []));
  const asked = total === 0 ? '' : `, ${countText(total, 'operation')} (${parts.join(', ')})`;
  const vain =
    conversations > 0 && answered === 0 && total === 0 ? ', none answered: delete it where nobody wants it' : '';
  const span = `${timestamp(firstUs) ?? ''} to ${timestamp(lastUs) ?? ''}`;
  return `${countText(conversations, 'conversation')} of ${countText(pairs, 'pair')}${asked}${vain}, ${span}`;
}

function countText(count: number, what: string): string {
  return `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;
}

/** A scalar that YAML reads as it stands. */
function word(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}
