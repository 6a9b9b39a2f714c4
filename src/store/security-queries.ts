// What happened to firmware, who logged in where, and which devices are guarded how, part by part. Also the sums of which
// the segmentation is made.
import type { DatabaseSync } from 'node:sqlite';
import type { FrameReference } from '../facts/frame-reference.ts';
import { storedFrame, type CaptureIds } from './assets.ts';
import { countedParts, type StoredConversation } from './conversations.ts';
import { all, countOf, type Condition, type PageOf, type PagePlace } from './page-queries.ts';
import { accessesOfPairs, hostPlaces } from './pair-queries.ts';
import { numberOf, numberOrNull, textOf, textOrNull } from './stored-values.ts';

export interface StoredFirmwareEvent {
  readonly asset: string;
  readonly address: string;
  readonly timeUs: number;
  readonly what: string;
  readonly version: string;
  readonly source: string;
  readonly sha256: string;
  readonly name: string;
  /** Null where there is no image. */
  readonly size: number | null;
  readonly kind: string;
  readonly verdicts: readonly string[];
  readonly frame: FrameReference;
}

const ADDRESS = '(SELECT address FROM asset_addresses a WHERE a.asset = f.asset ORDER BY kind, sort_key LIMIT 1)';
const has = (text: string, word: string): Condition => ({ sql: `instr(lower(${text}), ?) > 0`, values: [word] });

export interface FirmwareWish extends PagePlace {
  readonly asset: string;
  /** `reported`, `sent`, `judged`: with a verdict; empty: all. */
  readonly what: string;
}

/** The newest first. */
export function firmwarePage(
  database: DatabaseSync,
  wish: FirmwareWish,
  indexes: CaptureIds,
): PageOf<StoredFirmwareEvent> {
  const text = `version || ' ' || source || ' ' || sha256 || ' ' || name || ' ' || kind || ' ' || verdicts || ' ' || asset || ' ' || coalesce(${ADDRESS}, '')`;
  const conditions = wish.words.map((word) => has(text, word));
  if (wish.asset !== '') conditions.push({ sql: 'asset = ?', values: [wish.asset] });
  if (wish.what === 'judged') conditions.push({ sql: "verdicts <> ''", values: [] });
  else if (wish.what !== '') conditions.push({ sql: 'what = ?', values: [wish.what] });
  const { sql, values } = all(conditions);
  const rows = database
    .prepare(`SELECT f.*, ${ADDRESS} AS address FROM firmware f ${sql} ORDER BY time_us DESC, id DESC LIMIT ? OFFSET ?`)
    .all(...values, wish.limit, wish.offset);
  return {
    total: countOf(database, `firmware f ${sql}`, values),
    items: rows.map((row) => ({
      asset: textOf(row, 'asset'),
      address: textOf(row, 'address'),
      timeUs: numberOf(row, 'time_us'),
      what: textOf(row, 'what'),
      version: textOf(row, 'version'),
      source: textOf(row, 'source'),
      sha256: textOf(row, 'sha256'),
      name: textOf(row, 'name'),
      size: numberOf(row, 'size') < 0 ? null : numberOf(row, 'size'),
      kind: textOf(row, 'kind'),
      verdicts: textOf(row, 'verdicts').split(' ').filter(Boolean),
      frame: storedFrame(row, indexes),
    })),
  };
}

export interface StoredLogin {
  readonly client: string;
  readonly clientAsset: string | null;
  readonly server: string;
  readonly serverAsset: string | null;
  readonly protocol: string;
  readonly mechanism: string;
  /** Masked. */
  readonly user: string;
  readonly outcome: string;
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly frame: FrameReference;
}

export interface LoginWish extends PagePlace {
  /** Of the server; empty: all. */
  readonly asset: string;
  readonly outcome: string;
}

/** The newest first. */
export function loginPage(database: DatabaseSync, wish: LoginWish, indexes: CaptureIds): PageOf<StoredLogin> {
  const from = 'logins l JOIN hosts c ON c.id = l.client JOIN hosts s ON s.id = l.server';
  const text = "protocol || ' ' || mechanism || ' ' || user || ' ' || c.address || ' ' || s.address";
  const conditions = wish.words.map((word) => has(text, word));
  if (wish.asset !== '') conditions.push({ sql: 's.asset = ?', values: [wish.asset] });
  if (wish.outcome !== '') conditions.push({ sql: 'outcome = ?', values: [wish.outcome] });
  const { sql, values } = all(conditions);
  const rows = database
    .prepare(
      `SELECT l.*, c.address AS client_address, c.asset AS client_asset, s.address AS server_address,
         s.asset AS server_asset FROM ${from} ${sql} ORDER BY last_us DESC, l.id LIMIT ? OFFSET ?`,
    )
    .all(...values, wish.limit, wish.offset);
  return {
    total: countOf(database, `${from} ${sql}`, values),
    items: rows.map((row) => ({
      client: textOf(row, 'client_address'),
      clientAsset: textOrNull(row, 'client_asset'),
      server: textOf(row, 'server_address'),
      serverAsset: textOrNull(row, 'server_asset'),
      protocol: textOf(row, 'protocol'),
      mechanism: textOf(row, 'mechanism'),
      user: textOf(row, 'user'),
      outcome: textOf(row, 'outcome'),
      count: numberOf(row, 'count'),
      firstUs: numberOf(row, 'first_us'),
      lastUs: numberOf(row, 'last_us'),
      frame: storedFrame(row, indexes),
    })),
  };
}

/** A device that somebody logged in to, and what shows how it is guarded. */
export interface GuardedDevice {
  readonly asset: string;
  readonly address: string;
  readonly role: string | null;
  /** The worst that was seen first. */
  readonly states: readonly {
    readonly state: string;
    readonly source: string;
    readonly trust: number;
    readonly timeUs: number;
    readonly frame: FrameReference;
  }[];
}

export function guardedPage(database: DatabaseSync, place: PagePlace, indexes: CaptureIds): PageOf<GuardedDevice> {
  const from =
    "assets f WHERE EXISTS (SELECT 1 FROM asset_evidence e WHERE e.asset = f.id AND attribute = 'hardening')";
  const text = `f.id || ' ' || coalesce(role, '') || ' ' || coalesce(${ADDRESS.replace('f.asset', 'f.id')}, '') || ' ' ||
    (SELECT group_concat(value, ' ') FROM asset_evidence e WHERE e.asset = f.id AND attribute = 'hardening')`;
  const words = place.words.map((word) => has(text, word));
  const more = words.map(({ sql }) => ` AND ${sql}`).join('');
  const values = words.flatMap((word) => word.values);
  const evidence = database.prepare(
    "SELECT * FROM asset_evidence WHERE asset = ? AND attribute = 'hardening' ORDER BY trust DESC, time_us DESC, value",
  );
  const rows = database
    .prepare(
      `SELECT id, role, ${ADDRESS.replace('f.asset', 'f.id')} AS address FROM ${from}${more}
       ORDER BY segment, sort_key, unit, id LIMIT ? OFFSET ?`,
    )
    .all(...values, place.limit, place.offset);
  return {
    total: countOf(database, `${from}${more}`, values),
    items: rows.map((row) => ({
      asset: textOf(row, 'id'),
      address: textOf(row, 'address'),
      role: textOrNull(row, 'role'),
      states: evidence.all(textOf(row, 'id')).map((claim) => ({
        state: textOf(claim, 'value'),
        source: textOf(claim, 'source'),
        trust: numberOf(claim, 'trust'),
        timeUs: numberOf(claim, 'time_us'),
        frame: storedFrame(claim, indexes),
      })),
    })),
  };
}

/** All conversations, those of the same pair, service and outcome as one sum, with how much of the protocol was used. */
export function conversationSums(database: DatabaseSync): StoredConversation[] {
  const hosts = hostPlaces(database);
  const accesses = accessesOfPairs(database);
  const rows = database
    .prepare(
      `SELECT client, server, transport, 0 AS client_port, server_port, protocol, min(first_us) AS first_us,
         max(last_us) AS last_us, sum(client_packets) AS client_packets, sum(server_packets) AS server_packets,
         sum(client_bytes) AS client_bytes, sum(server_bytes) AS server_bytes, sum(gaps) AS gaps,
         min(is_seen_from_start) AS is_seen_from_start, is_answered, count(*) AS conversations
       FROM conversations GROUP BY client, server, transport, server_port, protocol, is_answered`,
    )
    .all();
  return rows.map((row) => ({
    client: hosts.get(numberOf(row, 'client'))!,
    server: hosts.get(numberOf(row, 'server'))!,
    ...countedParts(row),
    conversations: numberOf(row, 'conversations'),
    access:
      accesses.get(`${numberOf(row, 'client')} ${numberOf(row, 'server')} ${textOrNull(row, 'protocol')}`) ?? null,
  }));
}

/** What of devices decides about zones. */
export function placedAssets(
  database: DatabaseSync,
): { readonly id: string; readonly mac: string[]; readonly role: string | null; readonly level: number | null }[] {
  const rows = database
    .prepare(
      `SELECT id, role, level, (SELECT address FROM asset_addresses a WHERE a.asset = assets.id AND kind = 'mac' LIMIT 1)
         AS mac FROM assets`,
    )
    .all();
  return rows.map((row) => ({
    id: textOf(row, 'id'),
    mac: textOrNull(row, 'mac') === null ? [] : [textOf(row, 'mac')],
    role: textOrNull(row, 'role'),
    level: numberOrNull(row, 'level'),
  }));
}
