// Parts of long lists, as the pages of the dashboard show them: each is found by the database, none is held in memory.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Asset } from '../facts/asset.ts';
import { storedAssets, type CaptureIds } from './assets.ts';
import { countedParts, storedConversations, type StoredConversation } from './conversations.ts';
import { numberOf, textOf, textOrNull } from './stored-values.ts';

export interface PagePlace {
  readonly offset: number;
  readonly limit: number;
  /** In small letters; each has to stand somewhere in the item. */
  readonly words: readonly string[];
}

export interface PageOf<Item> {
  readonly total: number;
  readonly items: readonly Item[];
}

/** Counted by name, the most frequent first. */
export interface NameCount {
  readonly name: string;
  readonly count: number;
}

/** A condition of SQL and what stands for its question marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

const ASSET_TEXT = ['id', 'segment', 'role', 'vendor', 'model', 'firmware', 'serial', 'name']
  .map((column) => `coalesce(${column}, '')`)
  .join(" || ' ' || ");
const ASSET_HAS = `(instr(lower(${ASSET_TEXT}), ?1) > 0
  OR id IN (SELECT asset FROM asset_addresses WHERE instr(address, ?1) > 0)
  OR id IN (SELECT asset FROM asset_protocols WHERE instr(protocol, ?1) > 0)
  OR id IN (SELECT asset FROM asset_evidence WHERE instr(lower(value), ?1) > 0))`;

export interface AssetWish extends PagePlace {
  readonly role: string;
  /** Empty: all; `unknown`: those without one. */
  readonly level: string;
}

export function assetPage(database: DatabaseSync, wish: AssetWish, indexes: CaptureIds): PageOf<Asset> {
  const conditions: Condition[] = wish.words.map((word) => ({
    sql: ASSET_HAS.replaceAll('?1', '?'),
    values: [word, word, word, word],
  }));
  if (wish.role === 'unknown') conditions.push({ sql: 'role IS NULL', values: [] });
  else if (wish.role !== '') conditions.push({ sql: 'role = ?', values: [wish.role] });
  if (wish.level === 'unknown') conditions.push({ sql: 'level IS NULL', values: [] });
  else if (wish.level !== '') conditions.push({ sql: 'level = ?', values: [Number(wish.level)] });
  const { sql, values } = all(conditions);
  const ids = database
    .prepare(`SELECT id FROM assets ${sql} ORDER BY segment, sort_key, unit, id LIMIT ? OFFSET ?`)
    .all(...values, wish.limit, wish.offset)
    .map((row) => textOf(row, 'id'));
  return {
    total: countOf(database, `assets ${sql}`, values),
    items: ids.flatMap((id) => [...storedAssets(database, { id }, indexes)]),
  };
}

export interface ConversationWish extends PagePlace {
  /** An address; empty: all. */
  readonly host: string;
  readonly protocol: string;
  /** All that there are, for the words. */
  readonly protocols: readonly string[];
}

/** In the order of their first packets. */
export function conversationPage(database: DatabaseSync, wish: ConversationWish): PageOf<StoredConversation> {
  const conditions: Condition[] = wish.words.map((word) => conversationHas(database, word, wish.protocols));
  if (wish.host !== '') {
    conditions.push(ofHosts(hostIds(database, 'address = ?', wish.host)));
  }
  if (wish.protocol !== '') conditions.push({ sql: 'protocol = ?', values: [wish.protocol] });
  const { sql, values } = all(conditions);
  const ids = database
    .prepare(`SELECT id FROM conversations ${sql} ORDER BY first_us, id LIMIT ? OFFSET ?`)
    .all(...values, wish.limit, wish.offset)
    .map((row) => numberOf(row, 'id'));
  return {
    total: countOf(database, `conversations ${sql}`, values),
    items: [...storedConversations(database, { ids })],
  };
}

const TRANSPORTS = ['tcp', 'udp', 'icmp', 'ip', 'link'];

/** The addresses, the protocol, the transport or a port. Only what can match is asked for, so that indexes are of use. */
function conversationHas(database: DatabaseSync, word: string, protocols: readonly string[]): Condition {
  const parts: Condition[] = [];
  const ids = hostIds(database, "instr(address || ' ' || segment || ' ' || coalesce(asset, ''), ?) > 0", word);
  if (ids.length > 0) parts.push(ofHosts(ids));
  for (const [column, names] of [
    ['protocol', protocols],
    ['transport', TRANSPORTS],
  ] as const) {
    const named = names.filter((name) => name.includes(word));
    if (named.length > 0) parts.push({ sql: `${column} IN (${named.map(() => '?').join(', ')})`, values: named });
  }
  if (/^\d{1,5}$/.test(word)) parts.push({ sql: '? IN (client_port, server_port)', values: [Number(word)] });
  if (parts.length === 0) return { sql: 'false', values: [] };
  return {
    sql: `(${parts.map(({ sql }) => sql).join(' OR ')})`,
    values: parts.flatMap(({ values }) => values),
  };
}

function hostIds(database: DatabaseSync, condition: string, value: string): number[] {
  return database
    .prepare(`SELECT id FROM hosts WHERE ${condition}`)
    .all(value)
    .map((row) => numberOf(row, 'id'));
}

/** Numbers, not texts of a person: they may stand in the statement. */
function ofHosts(ids: readonly number[]): Condition {
  const list = ids.join(', ');
  return { sql: `(client IN (${list}) OR server IN (${list}))`, values: [] };
}

/** Of one device, on either side: those of the same pair, service and protocol as one sum. */
export function conversationSumsOfAsset(database: DatabaseSync, asset: string): StoredConversation[] {
  const list = hostIds(database, 'asset = ?', asset).join(', ');
  const rows = database
    .prepare(
      `SELECT client, server, transport, 0 AS client_port, server_port, protocol, min(first_us) AS first_us,
         max(last_us) AS last_us, sum(client_packets) AS client_packets, sum(server_packets) AS server_packets,
         sum(client_bytes) AS client_bytes, sum(server_bytes) AS server_bytes, sum(gaps) AS gaps,
         min(is_seen_from_start) AS is_seen_from_start, is_answered, count(*) AS conversations
       FROM conversations WHERE client IN (${list}) OR server IN (${list})
       GROUP BY client, server, transport, server_port, protocol, is_answered ORDER BY 7`,
    )
    .all();
  const host = database.prepare('SELECT segment, address, asset FROM hosts WHERE id = ?');
  const partyOf = (id: unknown): StoredConversation['client'] => {
    const row = host.get(Number(id)) ?? {};
    return { segment: textOf(row, 'segment'), address: textOf(row, 'address'), asset: textOrNull(row, 'asset') };
  };
  return rows.map((row) => ({
    client: partyOf(row['client']),
    server: partyOf(row['server']),
    ...countedParts(row),
    conversations: numberOf(row, 'conversations'),
  }));
}

export function rolesCounted(database: DatabaseSync): NameCount[] {
  return counted(database, "SELECT coalesce(role, 'unknown') AS name, count(*) AS count FROM assets GROUP BY 1");
}

export function protocolsCounted(database: DatabaseSync): NameCount[] {
  return counted(
    database,
    'SELECT protocol AS name, count(*) AS count FROM conversations WHERE protocol IS NOT NULL GROUP BY 1',
  );
}

function counted(database: DatabaseSync, sql: string): NameCount[] {
  return database
    .prepare(`${sql} ORDER BY count DESC, name`)
    .all()
    .map((row) => ({ name: textOrNull(row, 'name') ?? '', count: numberOf(row, 'count') }));
}

export function all(conditions: readonly Condition[]): Condition {
  if (conditions.length === 0) return { sql: '', values: [] };
  return {
    sql: `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`,
    values: conditions.flatMap(({ values }) => values),
  };
}

/** `from`: table and conditions. */
export function countOf(database: DatabaseSync, from: string, values: readonly SQLInputValue[] = []): number {
  return numberOf(database.prepare(`SELECT count(*) AS count FROM ${from}`).get(...values)!, 'count');
}
