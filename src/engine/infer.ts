// Reads captures, and proposes zones and conduits from what passed in them.
import { proposeConduits, type ProposedConduits } from '../assets/conduits.ts';
import { TalkTable } from '../assets/talks.ts';
import { proposeZones, type ProposedZones } from '../assets/zones.ts';
import type { CaptureFile } from '../capture/frames.ts';
import type { FactSink, HostDirectory } from '../facts/facts.ts';
import type { Declaration } from '../facts/intent.ts';
import { protocols } from '../protocols/index.ts';
import { analyze } from './analysis.ts';

export interface Inferred {
  readonly zones: ProposedZones;
  readonly conduits: ProposedConduits;
  readonly files: readonly CaptureFile[];
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
  return { ...proposal(result.hosts, table), files: result.files, leftOut: table.overflow };
}

function proposal(hosts: HostDirectory, table: TalkTable): Pick<Inferred, 'zones' | 'conduits'> {
  const talks = table.list();
  const zones = proposeZones(hosts, table, talks);
  return { zones, conduits: proposeConduits(hosts, talks, zones) };
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
