// Reads captures, and proposes zones and conduits from what passed in them. Zones that 1sec.yaml declares are taken as they
// are.
import { proposeConduits, type ProposedConduits } from '../assets/conduits.ts';
import { TalkTable } from '../assets/talks.ts';
import { proposeZones, type ProposedZone, type ProposedZones } from '../assets/zones.ts';
import type { CaptureFile } from '../capture/frames.ts';
import type { FactSink, HostDirectory } from '../facts/facts.ts';
import type { Declaration } from '../facts/intent.ts';
import type { PolicyZone } from '../facts/policy.ts';
import { protocols } from '../protocols/index.ts';
import { analyze } from './analysis.ts';
import { SitePolicy } from './site-policy.ts';

export interface Inferred {
  readonly zones: ProposedZones;
  readonly conduits: ProposedConduits;
  readonly files: readonly CaptureFile[];
  /**
   * Devices that a policy cannot put into the zone that 1sec.yaml has for them, as a device of another zone has the same
   * address in another segment: `192.0.2.1 in vlan 20`.
   */
  readonly misplaced: readonly string[];
  /** Talks that found no room, and are in no conduit. */
  readonly leftOut: number;
}

/** Throws CaptureOpenError as `analyze` does. */
export async function inferPolicy(paths: readonly string[], declaration: Declaration | null): Promise<Inferred> {
  const tables: TalkTable[] = [];
  const result = await analyze({
    paths,
    ...(declaration === null ? {} : { declaration }),
    facts: (hosts) => {
      const table = new TalkTable(hosts, protocols);
      tables.push(table);
      return listener(table);
    },
  });
  const table = tables[0]!;
  const proposed = proposal(result.hosts, table, declaration?.zones ?? []);
  return { ...proposed, files: result.files, leftOut: table.overflow };
}

function proposal(
  hosts: HostDirectory,
  table: TalkTable,
  declared: readonly PolicyZone[],
): Pick<Inferred, 'zones' | 'conduits' | 'misplaced'> {
  const talks = table.list();
  if (declared.length === 0) {
    const zones = proposeZones(hosts, table, talks);
    return { zones, conduits: proposeConduits(hosts, talks, zones), misplaced: [] };
  }
  const view = new SitePolicy({ zones: declared, conduits: [] }, hosts);
  const proposed = proposeZones(hosts, table, talks, view);
  // What is named anew may be the address of another device in another segment, which is then named there.
  const zones = { ...proposed, zones: namingMembers(hosts, namingMembers(hosts, proposed.zones)) };
  const written = new SitePolicy({ zones: zones.zones, conduits: [] }, hosts);
  const misplaced = zones.zones.flatMap(({ members }, index) =>
    members
      .filter(({ host }) => written.zoneOf(host, '') !== index)
      .map(({ host, address }) => `${address} in ${hosts.segment(host)}`),
  );
  return { zones, conduits: proposeConduits(hosts, talks, zones), misplaced };
}

/**
 * A device that is in a declared zone by its role, or by a segment in which a proposed subnet lies, is named by its address
 * as well: addresses count before all else, and what role a device has is known only after it was heard for a while.
 */
function namingMembers(hosts: HostDirectory, zones: readonly ProposedZone[]): ProposedZone[] {
  const view = new SitePolicy({ zones, conduits: [] }, hosts);
  const named = new Set(
    zones.flatMap(({ segment, addresses }) => addresses.map((address) => nameIn(segment, address))),
  );
  return zones.map((zone, index) => {
    const added: string[] = [];
    for (const { host, address } of zone.members) {
      const name = nameIn(zone.segment, address);
      if (view.zoneOf(host, '') === index || named.has(name)) continue;
      named.add(name);
      added.push(address);
    }
    return added.length === 0 ? zone : { ...zone, addresses: [...zone.addresses, ...added] };
  });
}

/** A policy names an address once in a segment. */
function nameIn(segment: string | null, address: string): string {
  return `${segment ?? ''}\n${address}`;
}

function listener(table: TalkTable): FactSink {
  const ignore = (): void => undefined;
  return {
    operation: (operation) => table.operation(operation),
    conversation: (conversation) => table.conversation(conversation),
    claim: (claim) => table.claim(claim),
    login: ignore,
    transfer: ignore,
    violation: ignore,
    trait: ignore,
  };
}
