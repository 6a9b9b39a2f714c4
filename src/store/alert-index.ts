// What of every alert is held in memory, so that 100,000 of them are searched and counted within milliseconds; the rest of
// those that are shown is read from the database. It follows the database: what was written since is read alone.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { severityRank } from '../alerts/severity.ts';
import { SEVERITIES, type Alert, type AlertParty } from '../facts/alert.ts';

/** An alert as lists are made of it. */
export interface AlertHead extends Pick<Alert, 'id' | 'kind' | 'severity' | 'firstUs' | 'lastUs' | 'count' | 'object'> {
  readonly subject: AlertParty;
  readonly peer: AlertParty | null;
  readonly incident: string | null;
  /** What a search looks through, in small letters. */
  readonly text: string;
}

const PARTY = (side: string): string =>
  `json_array(${['asset', 'segment', 'ip', 'mac', 'port', 'unit'].map((column) => `${side}_${column}`).join(', ')})`;
const TEXT = [
  'kind',
  'title',
  'object',
  'subject_ip',
  'subject_mac',
  'peer_ip',
  'peer_mac',
  'techniques',
  'id',
  'explanation',
]
  .map((column) => `coalesce(${column}, '')`)
  .join(" || ' ' || ");
const HEADS = `SELECT id, kind, severity, first_us, last_us, count, object, ${PARTY('subject')},
  CASE WHEN peer_asset IS NULL THEN NULL ELSE ${PARTY('peer')} END, incident, ${TEXT}, revision
  FROM alerts WHERE revision > ? ORDER BY severity DESC, first_us, kind, id`;

type HeadRow = [
  id: string,
  kind: string,
  severity: number,
  firstUs: number,
  lastUs: number,
  count: number,
  object: string,
  subject: string,
  peer: string | null,
  incident: string | null,
  text: string,
  revision: number,
];

export class AlertIndex {
  /** Worst first, then by time. */
  heads: readonly AlertHead[] = [];
  readonly #select: StatementSync;
  readonly #parties = new Map<string, AlertParty>();
  readonly #kinds = new Map<string, string>();
  readonly #byId = new Map<string, AlertHead>();
  #revision = -1;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare(HEADS);
    this.#select.setReturnArrays(true);
  }

  get(id: string): AlertHead | undefined {
    return this.#byId.get(id);
  }

  /** Takes in what was written since the last time. */
  refresh(): void {
    const fresh: AlertHead[] = [];
    let revision = this.#revision;
    for (const row of this.#select.iterate(this.#revision)) {
      const values = row as unknown as HeadRow;
      revision = Math.max(revision, values[11]);
      fresh.push(this.#headOf(values));
    }
    this.#revision = revision;
    if (fresh.length === 0) return;
    const ids = new Set(fresh.map(({ id }) => id));
    const kept = this.heads.filter(({ id }) => !ids.has(id));
    for (const head of fresh) this.#byId.set(head.id, head);
    this.heads = kept.length === 0 ? fresh : merged(kept, fresh);
  }

  #headOf([id, kind, severity, firstUs, lastUs, count, object, subject, peer, incident, text]: HeadRow): AlertHead {
    return {
      id,
      kind: this.#kindOf(kind),
      severity: SEVERITIES[severity] ?? 'info',
      firstUs,
      lastUs,
      count,
      object,
      subject: this.#partyOf(subject),
      peer: peer === null ? null : this.#partyOf(peer),
      incident,
      text: text.toLowerCase(),
    };
  }

  /** One text for all alerts of a kind. */
  #kindOf(kind: string): string {
    const known = this.#kinds.get(kind);
    if (known === undefined) this.#kinds.set(kind, kind);
    return known ?? kind;
  }

  #partyOf(text: string): AlertParty {
    let party = this.#parties.get(text);
    if (party === undefined) {
      const [asset, segment, ip, mac, port, unit] = JSON.parse(text) as [
        ...[string, string, string | null, string | null],
        ...[number | null, number | null],
      ];
      this.#parties.set(text, (party = { asset, segment, ip, mac, port, unit }));
    }
    return party;
  }
}

/** Two lists in order become one. */
function merged(left: readonly AlertHead[], right: readonly AlertHead[]): AlertHead[] {
  const all: AlertHead[] = [];
  let at = 0;
  for (const head of right) {
    while (at < left.length && isBefore(left[at]!, head)) all.push(left[at++]!);
    all.push(head);
  }
  while (at < left.length) all.push(left[at++]!);
  return all;
}

function isBefore(left: AlertHead, right: AlertHead): boolean {
  if (left.severity !== right.severity) return severityRank(left.severity) > severityRank(right.severity);
  if (left.firstUs !== right.firstUs) return left.firstUs < right.firstUs;
  return left.kind === right.kind ? left.id < right.id : left.kind < right.kind;
}
