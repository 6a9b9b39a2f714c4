// Turns a policy into rules that let its conduits pass and nothing else: for nftables, for Suricata, or as a table.
import { showable } from '../bytes/text.ts';
import type { Conduit, Policy } from '../facts/policy.ts';
import { csvLine } from './csv.ts';
import { spanText, subnetsOf, zoneRanges, type Span, type ZoneRanges } from './policy-ranges.ts';

export const EXPORT_FORMATS = ['nftables', 'suricata', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Rule numbers for own use (1,000,000 to 1,999,999) begin here. */
const FIRST_SID = 1_110_000;
const COMMENT_MAX = 120;
type Kind = 'ipv4' | 'ipv6';
const KINDS: readonly Kind[] = ['ipv4', 'ipv6'];

export interface Exported {
  readonly text: string;
  /** What the format cannot say, one line each. */
  readonly warnings: readonly string[];
}

export function exported(policy: Policy, format: ExportFormat): Exported {
  const zones = zoneRanges(policy);
  if (format === 'csv') return { text: csvOf(policy, zones), warnings: [] };
  const rules = format === 'nftables' ? nftables(policy, zones) : suricata(policy, zones);
  return { text: rules, warnings: warningsOf(policy, zones, format) };
}

function warningsOf(policy: Policy, zones: readonly ZoneRanges[], format: ExportFormat): string[] {
  const others = zones
    .filter((zone) => zone.others.length > 0)
    .map(({ name, others }) => `zone '${name}': ${others.slice(0, 4).join(', ')} cannot be written as addresses`);
  const parted = policy.zones.filter(({ segment }) => segment !== null).length;
  const limited = policy.conduits.filter(({ functions }) => functions !== null && functions !== 'engineering').length;
  return [
    ...others,
    ...(parted > 0 ? [`${parted} zones name a segment: the rules have their addresses, not the VLAN`] : []),
    ...(limited > 0 ? [`${limited} conduits limit functions: the ${format} rules open the port for all of them`] : []),
  ].map((warning) => showable(warning, 400));
}

function nftables(policy: Policy, zones: readonly ZoneRanges[]): string {
  const lines = [
    '# Lets the conduits of the policy pass and nothing else; load it with nft -f.',
    'table inet conduits {',
  ];
  for (const [index, zone] of zones.entries()) lines.push(...setLines(zone, index));
  lines.push('  chain forward {', '    type filter hook forward priority filter; policy drop;');
  lines.push('    ct state established,related accept', '    ct state invalid drop');
  for (const [index, zone] of zones.entries()) {
    for (const kind of KINDS) {
      if (zone[kind].length > 0)
        lines.push(`    ${pairText(index, index, kind)} accept comment ${nftComment(`within ${zone.name}`)}`);
    }
  }
  const names = zones.map(({ name }) => name);
  for (const conduit of policy.conduits) {
    const [from, to] = [names.indexOf(conduit.from), names.indexOf(conduit.to)];
    for (const kind of KINDS) {
      if (zones[from]![kind].length === 0 || zones[to]![kind].length === 0) continue;
      for (const match of nftMatches(conduit, kind)) {
        const parts = [pairText(from, to, kind), match, 'accept comment', nftComment(titleOf(conduit))];
        lines.push(`    ${parts.filter((part) => part !== '').join(' ')}`);
      }
    }
  }
  lines.push('  }', '}');
  return `${lines.join('\n')}\n`;
}

function setLines(zone: ZoneRanges, index: number): string[] {
  return KINDS.flatMap((kind) => {
    if (zone[kind].length === 0) return [];
    const elements = zone[kind].map((span) => spanText(span, kind)).join(', ');
    return [
      `  set zone${index + 1}_${kind} {`,
      `    # ${plain(zone.name)}`,
      `    type ${kind}_addr`,
      '    flags interval',
      '    auto-merge',
      `    elements = { ${elements} }`,
      '  }',
    ];
  });
}

function pairText(from: number, to: number, kind: Kind): string {
  const word = kind === 'ipv4' ? 'ip' : 'ip6';
  return `${word} saddr @zone${from + 1}_${kind} ${word} daddr @zone${to + 1}_${kind}`;
}

/** One match for each transport. */
function nftMatches(conduit: Conduit, kind: Kind): string[] {
  const { protocol } = conduit;
  if (protocol === 'icmp') return [kind === 'ipv4' ? 'meta l4proto icmp' : 'meta l4proto ipv6-icmp'];
  if (protocol.startsWith('ip/')) return [`meta l4proto ${protocol.slice(3)}`];
  const ports = portsOf(conduit);
  if (ports.length === 0) return [protocol === 'any' ? '' : 'meta l4proto { tcp, udp }'];
  return ['tcp', 'udp'].flatMap((transport) => {
    const numbers = numbersOf(ports, transport);
    return numbers.length === 0 ? [] : [`${transport} dport { ${numbers.join(', ')} }`];
  });
}

function suricata(policy: Policy, zones: readonly ZoneRanges[]): string {
  const lines = [
    '# Passes the conduits of the policy; everything else between its zones is dropped (an alert where Suricata only listens).',
  ];
  let sid = FIRST_SID;
  const add = (action: string, header: string, title: string, more = ''): void => {
    lines.push(`${action} ${header} (msg:"${plain(title).replace(/[";\\:]/g, ' ')}"; ${more}sid:${sid++}; rev:1;)`);
  };
  const groups = zones.map(suricataGroup);
  for (const [index, group] of groups.entries()) {
    if (group !== '') add('pass', `ip ${group} any -> ${group} any`, `within ${zones[index]!.name}`);
  }
  const names = zones.map(({ name }) => name);
  for (const conduit of policy.conduits) {
    const [from, to] = [groups[names.indexOf(conduit.from)]!, groups[names.indexOf(conduit.to)]!];
    if (from === '' || to === '') continue;
    for (const [transport, ports, more] of suricataMatches(conduit)) {
      add('pass', `${transport} ${from} any -> ${to} ${ports}`, titleOf(conduit), `flow:to_server; ${more}`);
      add(
        'pass',
        `${transport} ${to} ${ports} -> ${from} any`,
        `answers of ${titleOf(conduit)}`,
        `flow:to_client; ${more}`,
      );
    }
  }
  const all = groups.filter((group) => group !== '');
  if (all.length > 0) {
    const whole = `[${all.join(',')}]`;
    add('drop', `ip ${whole} any -> ${whole} any`, 'no conduit lets this pass');
  }
  return `${lines.join('\n')}\n`;
}

function suricataMatches(conduit: Conduit): (readonly [transport: string, ports: string, more: string])[] {
  const { protocol } = conduit;
  if (protocol === 'icmp') return [['icmp', 'any', '']];
  if (protocol.startsWith('ip/')) return [['ip', 'any', `ip_proto:${protocol.slice(3)}; `]];
  const ports = portsOf(conduit);
  if (ports.length === 0)
    return protocol === 'any'
      ? [['ip', 'any', '']]
      : [
          ['tcp', 'any', ''],
          ['udp', 'any', ''],
        ];
  return ['tcp', 'udp'].flatMap((transport) => {
    const numbers = numbersOf(ports, transport);
    return numbers.length === 0 ? [] : [[transport, `[${numbers.join(',')}]`, ''] as const];
  });
}

/** Empty where the zone has no addresses. */
function suricataGroup(zone: ZoneRanges): string {
  const subnets = KINDS.flatMap((kind) => zone[kind].flatMap((span: Span) => subnetsOf(span, kind)));
  return subnets.length === 0 ? '' : `[${subnets.join(',')}]`;
}

function csvOf(policy: Policy, zones: readonly ZoneRanges[]): string {
  const addresses = new Map(zones.map((zone) => [zone.name, addressList(zone)]));
  const head = ['from', 'from_addresses', 'to', 'to_addresses', 'protocol', 'functions', 'ports'];
  const rows = policy.conduits.map(({ from, to, protocol, functions, ports }) => [
    from,
    addresses.get(from) ?? '',
    to,
    addresses.get(to) ?? '',
    protocol,
    functions ?? '',
    ports.join(' '),
  ]);
  return [head, ...rows].map(csvLine).join('');
}

function addressList(zone: ZoneRanges): string {
  return [...KINDS.flatMap((kind) => zone[kind].map((span) => spanText(span, kind))), ...zone.others].join(' ');
}

function portsOf({ protocol, ports }: Conduit): readonly string[] {
  return /^(?:tcp|udp)\//.test(protocol) ? [...new Set([protocol, ...ports])] : ports;
}

function numbersOf(ports: readonly string[], transport: string): string[] {
  return ports.filter((port) => port.startsWith(`${transport}/`)).map((port) => port.slice(transport.length + 1));
}

function titleOf({ from, to, protocol, functions }: Conduit): string {
  return `${from} to ${to}: ${protocol}${functions === null ? '' : ` ${functions}`}`;
}

function nftComment(text: string): string {
  return `"${plain(text).replace(/["\\]/g, ' ')}"`;
}

/** On one line, of plain characters. */
function plain(text: string): string {
  return showable(text, COMMENT_MAX).replace(/[^\x20-\x7e]/g, '?');
}
