// `1sec policy explain`: in which zones two devices are, and what may pass between them.
import { showable } from '../bytes/text.ts';
import { addressRange } from '../engine/host-pattern.ts';
import { namedHost } from '../engine/named-host.ts';
import { SitePolicy } from '../engine/site-policy.ts';
import type { Conduit, Policy } from '../facts/policy.ts';
import { HostTable } from '../flow/hosts.ts';
import { UsageError } from './command-line.ts';
import { didYouMean } from './did-you-mean.ts';

export interface Explained {
  /** Null: in no zone. */
  readonly from: string | null;
  readonly to: string | null;
  /** From the first to the second, and back. */
  readonly there: readonly Conduit[];
  readonly back: readonly Conduit[];
}

/** `first` and `second`: an address, `ADDRESS@SEGMENT`, or the name of a zone. */
export function explain(policy: Policy, first: string, second: string): Explained {
  const [from, to] = [zoneNamed(policy, first), zoneNamed(policy, second)];
  const between = (one: string | null, other: string | null): Conduit[] =>
    policy.conduits.filter((conduit) => conduit.from === one && conduit.to === other);
  return { from, to, there: between(from, to), back: between(to, from) };
}

export function explanationText(policy: Policy, first: string, second: string): string {
  const { from, to, there, back } = explain(policy, first, second);
  const lines = [placeText(first, from), placeText(second, to)];
  if (from === null || to === null) lines.push('Nothing may pass: what is in no zone has no conduit.');
  else if (from === to) lines.push('Everything may pass: both are in one zone.');
  else {
    lines.push(...directionLines(first, second, there), ...directionLines(second, first, back));
  }
  return `${lines.join('\n')}\n`;
}

export function conduitText({ protocol, functions, ports }: Conduit): string {
  const much = functions === null ? 'all functions' : functions === 'read' ? 'reading only' : functions;
  return `${protocol}: ${much}${ports.length === 0 ? '' : `, on ${ports.join(', ')}`}`;
}

function placeText(word: string, zone: string | null): string {
  const shown = showable(word, 200);
  if (zone === null) return `${shown} is in no zone.`;
  return word === zone ? `${shown} is a zone.` : `${shown} is in zone "${showable(zone, 200)}".`;
}

function directionLines(from: string, to: string, conduits: readonly Conduit[]): string[] {
  const [asking, asked] = [showable(from, 200), showable(to, 200)];
  if (conduits.length === 0) return [`${asking} may open nothing to ${asked}: no conduit leads there.`];
  return [`${asking} may open to ${asked}:`, ...conduits.map((conduit) => `  ${conduitText(conduit)}`)];
}

function zoneNamed(policy: Policy, word: string): string | null {
  if (policy.zones.some(({ name }) => name === word)) return word;
  const at = word.indexOf('@');
  const [address, segment] = at < 0 ? [word, 'default'] : [word.slice(0, at), word.slice(at + 1)];
  if (address.includes('/') || addressRange(address) === null) {
    const names = policy.zones.map(({ name }) => name);
    throw new UsageError(
      `'${showable(word, 200)}' is neither an address nor a zone of the policy${didYouMean(word, names)}`,
    );
  }
  const hosts = new HostTable();
  const zone = new SitePolicy(policy, hosts).zoneOf(namedHost(hosts, segment, address), '');
  return policy.zones[zone]?.name ?? null;
}
