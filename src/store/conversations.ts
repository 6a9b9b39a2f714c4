// Conversations of one analysis: gathered in a temporary table while the frames pass, so that neither memory nor the
// lock of the database is held, then merged into what is stored.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Conversation, HostDirectory } from '../facts/facts.ts';
import { numberOf, storedWhole, textOf, textOrNull, type Row } from './stored-values.ts';

export interface Merged {
  readonly seen: number;
  readonly added: number;
  readonly changed: number;
}

/** What hosts are called, by number. */
export type NamedHosts = Pick<HostDirectory, 'segment' | 'address'>;

export interface StoredConversation {
  readonly client: StoredHost;
  readonly server: StoredHost;
  readonly transport: string;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly protocol: string | null;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly clientPackets: number;
  readonly serverPackets: number;
  readonly clientBytes: number;
  readonly serverBytes: number;
  readonly gaps: number;
  readonly isSeenFromStart: boolean;
  readonly isAnswered: boolean;
  /** Of a sum: how many conversations; absent: one. */
  readonly conversations?: number;
  /** Of a sum: how much of the protocol was used, 0 read, 1 write, 2 engineering; null: no operation was seen. */
  readonly access?: number | null;
}

export interface StoredHost {
  readonly segment: string;
  readonly address: string;
  readonly asset: string | null;
}

/** Which conversations are wanted; all of what is given must hold. */
export interface ConversationFilter {
  /** Address of either side. */
  readonly host?: string;
  readonly protocol?: string;
  /** Of either side. */
  readonly port?: number;
  /** Rows. */
  readonly ids?: readonly number[];
}

const COUNTED = ['client_packets', 'server_packets', 'client_bytes', 'server_bytes', 'gaps'] as const;
const COLUMNS = [
  'client',
  'server',
  'transport',
  'client_port',
  'server_port',
  'protocol',
  'first_us',
  'last_us',
  ...COUNTED,
  'is_seen_from_start',
  'is_answered',
];

const SAME_PARTIES = `c.client = o.client AND c.server = o.server AND c.transport = o.transport
  AND c.client_port = o.client_port AND c.server_port = o.server_port`;

/** Of rows that do not overlap, only the last one that begins before another can reach into it. */
const ROW_BEFORE = `FROM conversations c WHERE ${SAME_PARTIES} AND c.first_us <= o.first_us
  ORDER BY c.first_us DESC LIMIT 1`;
const REACHES_IN = '(c.last_us > o.first_us OR c.first_us = o.first_us)';
const BEGINS_WITHIN = `${SAME_PARTIES} AND c.first_us > o.first_us AND c.first_us < o.last_us`;

export class ConversationGathering {
  readonly #database: DatabaseSync;
  readonly #protocols: readonly string[];
  readonly #insert: StatementSync;

  /** `protocols`: names, as conversations number them. */
  constructor(database: DatabaseSync, protocols: readonly string[]) {
    this.#database = database;
    this.#protocols = protocols;
    database.exec(`
      PRAGMA temp_store = FILE;
      DROP TABLE IF EXISTS temp.observed;
      CREATE TEMP TABLE observed (id INTEGER PRIMARY KEY, ${COLUMNS.join(', ')});
      BEGIN;
    `);
    // The transaction touches the temporary table alone, and so locks nothing.
    this.#insert = database.prepare(
      `INSERT INTO temp.observed (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
    );
  }

  /** Once for each conversation, when it has closed. */
  add(conversation: Conversation): void {
    this.#insert.run(
      conversation.client,
      conversation.server,
      conversation.transport,
      conversation.clientPort,
      conversation.serverPort,
      this.#protocols[conversation.protocol] ?? null,
      storedWhole(conversation.firstUs),
      storedWhole(conversation.lastUs),
      storedWhole(conversation.clientPackets),
      storedWhole(conversation.serverPackets),
      storedWhole(conversation.clientBytes),
      storedWhole(conversation.serverBytes),
      storedWhole(conversation.gaps),
      conversation.isSeenFromStart ? 1 : 0,
      conversation.isAnswered ? 1 : 0,
    );
  }

  /** No more will come. */
  end(): void {
    if (this.#database.isTransaction) this.#database.exec('COMMIT');
  }

  /** Within a transaction of the caller. `assetOf`: the asset of (segment, address), null where there is none. */
  merge(hosts: NamedHosts, assetOf: (segment: string, address: string) => string | null): Merged {
    const database = this.#database;
    this.#nameHosts(hosts, assetOf);
    const seen = numberOf(database.prepare('SELECT count(*) AS count FROM temp.observed').get()!, 'count');
    database.exec(`
      DELETE FROM temp.observed AS o WHERE (
        SELECT c.last_us >= o.last_us AND (o.protocol IS NULL OR c.protocol IS NOT NULL)
          AND c.is_seen_from_start >= o.is_seen_from_start AND c.is_answered >= o.is_answered
          AND ${COUNTED.map((column) => `c.${column} >= o.${column}`).join(' AND ')}
        ${ROW_BEFORE}
      );
      CREATE TEMP TABLE known AS SELECT o.id FROM temp.observed o
        WHERE (SELECT ${REACHES_IN} ${ROW_BEFORE}) OR EXISTS (SELECT 1 FROM conversations c WHERE ${BEGINS_WITHIN});
    `);
    const added = database
      .prepare(
        `INSERT INTO conversations (${COLUMNS.join(', ')}) SELECT ${COLUMNS.join(', ')} FROM temp.observed
         WHERE id NOT IN (SELECT id FROM temp.known) ORDER BY id`,
      )
      .run().changes;
    const changed = this.#mergeKnown();
    database.exec('DROP TABLE temp.known; DROP TABLE temp.observed');
    return { seen, added: Number(added), changed };
  }

  /** Host numbers of this analysis become rows of `hosts`. */
  #nameHosts(hosts: NamedHosts, assetOf: (segment: string, address: string) => string | null): void {
    const database = this.#database;
    database.exec('CREATE TEMP TABLE named (number INTEGER PRIMARY KEY, id INTEGER)');
    const find = database.prepare('SELECT id, asset FROM hosts WHERE segment = ? AND address = ?');
    const insert = database.prepare('INSERT INTO hosts (segment, address, asset) VALUES (?, ?, ?)');
    const update = database.prepare('UPDATE hosts SET asset = ? WHERE id = ?');
    const name = database.prepare('INSERT INTO temp.named VALUES (?, ?)');
    const numbers = database.prepare('SELECT client AS host FROM temp.observed UNION SELECT server FROM temp.observed');
    for (const row of numbers.all()) {
      const host = numberOf(row, 'host');
      const segment = hosts.segment(host);
      const address = hosts.address(host);
      const asset = assetOf(segment, address);
      const known = find.get(segment, address);
      let id = known === undefined ? 0 : numberOf(known, 'id');
      if (known === undefined) id = Number(insert.run(segment, address, asset).lastInsertRowid);
      else if (asset !== null && asset !== known['asset']) update.run(asset, id);
      name.run(host, id);
    }
    database.exec(`
      UPDATE temp.observed SET
        client = (SELECT id FROM temp.named WHERE number = client),
        server = (SELECT id FROM temp.named WHERE number = server);
      DROP TABLE temp.named;
    `);
  }

  /** Another capture held a part of these, or the whole of which this is a part. */
  #mergeKnown(): number {
    const database = this.#database;
    const columns = ['id', ...COLUMNS].map((column) => `c.${column}`).join(', ');
    const before = database.prepare(
      `SELECT ${columns} FROM temp.observed o JOIN conversations c ON ${SAME_PARTIES} AND c.first_us <= o.first_us
       WHERE o.id = ? ORDER BY c.first_us DESC LIMIT 1`,
    );
    const within = database.prepare(
      `SELECT ${columns} FROM temp.observed o JOIN conversations c ON ${BEGINS_WITHIN} WHERE o.id = ?
       ORDER BY c.first_us`,
    );
    const remove = database.prepare('DELETE FROM conversations WHERE id = ?');
    const update = database.prepare(
      `UPDATE conversations SET protocol = ?, first_us = ?, last_us = ?,
         ${COUNTED.map((column) => `${column} = ?`).join(', ')}, is_seen_from_start = ?, is_answered = ?
       WHERE id = ?`,
    );
    let changed = 0;
    const known = database.prepare('SELECT * FROM temp.observed WHERE id IN (SELECT id FROM temp.known) ORDER BY id');
    for (const row of known.iterate()) {
      const id = numberOf(row, 'id');
      const earlier = before.get(id);
      const pieces = [...(earlier !== undefined && reachesIn(earlier, row) ? [earlier] : []), ...within.all(id)];
      const [kept, ...rest] = pieces;
      if (kept === undefined) continue;
      for (const piece of rest) remove.run(numberOf(piece, 'id'));
      const all = [row, ...pieces];
      update.run(
        all.map((piece) => textOrNull(piece, 'protocol')).find((protocol) => protocol !== null) ?? null,
        Math.min(...all.map((piece) => numberOf(piece, 'first_us'))),
        Math.max(...all.map((piece) => numberOf(piece, 'last_us'))),
        ...COUNTED.map((column) =>
          Math.max(
            numberOf(row, column),
            pieces.reduce((sum, piece) => sum + numberOf(piece, column), 0),
          ),
        ),
        Math.max(...all.map((piece) => numberOf(piece, 'is_seen_from_start'))),
        Math.max(...all.map((piece) => numberOf(piece, 'is_answered'))),
        numberOf(kept, 'id'),
      );
      changed++;
    }
    return changed;
  }
}

function reachesIn(earlier: Row, row: Row): boolean {
  return (
    numberOf(earlier, 'last_us') > numberOf(row, 'first_us') ||
    numberOf(earlier, 'first_us') === numberOf(row, 'first_us')
  );
}

/** In the order of their first packets. */
export function* storedConversations(
  database: DatabaseSync,
  filter: ConversationFilter,
): Generator<StoredConversation> {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const want = (condition: string, ...wanted: SQLInputValue[]): void => {
    conditions.push(condition);
    values.push(...wanted);
  };
  if (filter.host !== undefined) {
    const named = '(SELECT id FROM hosts WHERE address = ?)';
    want(`(v.client IN ${named} OR v.server IN ${named})`, filter.host, filter.host);
  }
  if (filter.protocol !== undefined) want('v.protocol = ?', filter.protocol);
  if (filter.port !== undefined) want('? IN (v.client_port, v.server_port)', filter.port);
  if (filter.ids !== undefined) want(`v.id IN (${filter.ids.join(', ')})`);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = database.prepare(
    `SELECT v.*, c.segment AS client_segment, c.address AS client_address, c.asset AS client_asset,
       s.segment AS server_segment, s.address AS server_address, s.asset AS server_asset
     FROM conversations v JOIN hosts c ON c.id = v.client JOIN hosts s ON s.id = v.server
     ${where} ORDER BY v.first_us, v.id`,
  );
  for (const row of rows.iterate(...values)) {
    const host = (side: 'client' | 'server'): StoredHost => ({
      segment: textOf(row, `${side}_segment`),
      address: textOf(row, `${side}_address`),
      asset: textOrNull(row, `${side}_asset`),
    });
    yield { client: host('client'), server: host('server'), ...countedParts(row) };
  }
}

/** All but the parties. */
export function countedParts(row: Row): Omit<StoredConversation, 'client' | 'server'> {
  return {
    transport: textOf(row, 'transport'),
    clientPort: numberOf(row, 'client_port'),
    serverPort: numberOf(row, 'server_port'),
    protocol: textOrNull(row, 'protocol'),
    firstUs: numberOf(row, 'first_us'),
    lastUs: numberOf(row, 'last_us'),
    clientPackets: numberOf(row, 'client_packets'),
    serverPackets: numberOf(row, 'server_packets'),
    clientBytes: numberOf(row, 'client_bytes'),
    serverBytes: numberOf(row, 'server_bytes'),
    gaps: numberOf(row, 'gaps'),
    isSeenFromStart: numberOf(row, 'is_seen_from_start') === 1,
    isAnswered: numberOf(row, 'is_answered') === 1,
  };
}
