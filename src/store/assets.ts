// Merges the assets of an analysis into those that are stored, and reads them back: first and last seen extend, claims
// add up, and the fields follow from all claims together.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { assetFields, byWeight } from '../assets/asset-fields.ts';
import { EVIDENCE_MAX } from '../assets/host-record.ts';
import { sortableAddress } from '../assets/sortable-address.ts';
import type { Asset, AssetEvidence } from '../facts/asset.ts';
import type { ClaimAttribute } from '../facts/facts.ts';
import { DECLARED_SOURCE } from '../facts/intent.ts';
import { fileOf, frameOf, frameReference, type FrameReference } from '../facts/frame-reference.ts';
import { AssetAliases } from './aliases.ts';
import type { Merged } from './conversations.ts';
import { numberOf, numberOrNull, storedWhole, textOf, textOrNull, type Row } from './stored-values.ts';

const FIELDS = ['role', 'level', 'vendor', 'model', 'firmware', 'serial', 'name'] as const;
const COLUMNS = ['id', 'segment', 'unit', 'sort_key', ...FIELDS, 'first_us', 'last_us'];

/** Which assets are wanted; all of what is given must hold. */
export interface AssetFilter {
  /** Its id, or one it had. */
  readonly id?: string;
  /** In small letters: its id or one it had, an address, or its name with or without the domain. */
  readonly device?: string;
  readonly role?: string;
  /** A part of the vendor's name, whatever the case. */
  readonly vendor?: string;
  readonly segment?: string;
  readonly protocol?: string;
}

/** Row number of a capture ↔ index of an input. */
export type CaptureIds = ReadonlyMap<number, number>;

interface Kept {
  readonly evidence: AssetEvidence;
  readonly capture: number | null;
  readonly frame: number | null;
}

/** Within a transaction of the caller. `captures`: row of each input by its index. */
export class AssetMerge {
  readonly #captures: CaptureIds;
  readonly #hasDeclaration: boolean;
  readonly #aliases: AssetAliases;
  readonly #find: StatementSync;
  readonly #write: StatementSync;
  readonly #findEvidence: StatementSync;
  readonly #writeEvidence: StatementSync;
  readonly #removeEvidence: StatementSync;
  readonly #addresses: StatementSync;
  readonly #addAddress: StatementSync;
  readonly #addProtocol: StatementSync;

  constructor(database: DatabaseSync, captures: CaptureIds, hasDeclaration: boolean) {
    this.#captures = captures;
    this.#hasDeclaration = hasDeclaration;
    this.#aliases = new AssetAliases(database);
    this.#find = database.prepare('SELECT * FROM assets WHERE id = ?');
    this.#write = database.prepare(
      `INSERT INTO assets (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
       ON CONFLICT (id) DO UPDATE SET ${COLUMNS.slice(1)
         .map((column) => `${column} = excluded.${column}`)
         .join(', ')}`,
    );
    this.#findEvidence = database.prepare('SELECT * FROM asset_evidence WHERE asset = ?');
    this.#writeEvidence = database.prepare(
      `INSERT INTO asset_evidence (asset, attribute, value, source, trust, time_us, capture, frame)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (asset, attribute, value, source) DO UPDATE SET trust = excluded.trust, time_us = excluded.time_us`,
    );
    this.#removeEvidence = database.prepare(
      'DELETE FROM asset_evidence WHERE asset = ? AND attribute = ? AND value = ? AND source = ?',
    );
    this.#addresses = database.prepare(
      "SELECT min(sort_key) AS least FROM asset_addresses WHERE asset = ? GROUP BY kind ORDER BY kind = 'mac' LIMIT 1",
    );
    this.#addAddress = database.prepare(
      'INSERT INTO asset_addresses (asset, kind, address, sort_key) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#addProtocol = database.prepare(
      'INSERT INTO asset_protocols (asset, protocol) VALUES (?, ?) ON CONFLICT DO NOTHING',
    );
  }

  /** (segment, address) of each host → the id of its asset, once they are merged. */
  idsByAddress(assets: Iterable<Asset>): Map<string, string> {
    const ids = new Map<string, string>();
    for (const asset of assets) {
      if (asset.unit !== null) continue;
      const id = this.#aliases.idOf(asset);
      for (const address of [...asset.ip, ...asset.mac]) ids.set(`${asset.segment}\n${address}`, id);
      for (const [segment, address] of asset.elsewhere ?? []) ids.set(`${segment}\n${address}`, id);
    }
    return ids;
  }

  merge(assets: Iterable<Asset>): Merged {
    let seen = 0;
    let added = 0;
    let changed = 0;
    for (const observed of assets) {
      seen++;
      const id = this.#aliases.idOf(observed);
      const asset = id === observed.id ? observed : { ...observed, id };
      const stored = this.#find.get(id);
      if (stored === undefined) added++;
      let isChanged = this.#mergeOne(asset, stored);
      if (asset.aliases.length > 0 && this.#aliases.add(id, asset.aliases)) {
        this.#mergeOne(asset, this.#find.get(id));
        isChanged = true;
      }
      if (isChanged && stored !== undefined) changed++;
    }
    return { seen, added, changed };
  }

  /** Whether anything was written. */
  #mergeOne(asset: Asset, stored: Row | undefined): boolean {
    const firstUs = storedWhole(asset.firstUs);
    const lastUs = storedWhole(asset.lastUs);
    const before = stored === undefined ? [] : this.#findEvidence.all(asset.id).map(keptOf);
    const evidence = this.#mergedEvidence(asset, before);
    const fields = assetFields(evidence.map((kept) => kept.evidence).sort(byWeight));
    const own = (sortKey: string): SQLInputValue[] => [
      asset.id,
      stored === undefined ? asset.segment : textOf(stored, 'segment'),
      asset.unit,
      sortKey,
      ...FIELDS.map((field) => fields[field]),
      stored === undefined ? firstUs : Math.min(firstUs, numberOf(stored, 'first_us')),
      stored === undefined ? lastUs : Math.max(lastUs, numberOf(stored, 'last_us')),
    ];
    // What the others refer to comes first.
    if (stored === undefined) this.#write.run(...own(''));
    let isChanged = this.#writeDifference(asset.id, before, evidence);
    const add = (statement: StatementSync, ...values: string[]): void => {
      if (Number(statement.run(asset.id, ...values).changes) > 0) isChanged = true;
    };
    for (const address of asset.ip) add(this.#addAddress, 'ip', address, addressKey(address));
    for (const address of asset.mac) add(this.#addAddress, 'mac', address, address);
    for (const protocol of asset.protocols) add(this.#addProtocol, protocol);
    const row = own(textOrNull(this.#addresses.get(asset.id) ?? {}, 'least') ?? '');
    if (stored === undefined || COLUMNS.some((column, index) => stored[column] !== row[index])) {
      this.#write.run(...row);
      isChanged = true;
    }
    return isChanged;
  }

  #mergedEvidence(asset: Asset, before: readonly Kept[]): Kept[] {
    const merged = new Map<string, Kept>();
    for (const kept of before) {
      // What a person declared is no observation: it is replaced with the declaration.
      if (this.#hasDeclaration && kept.evidence.source === DECLARED_SOURCE) continue;
      merged.set(keyOf(kept.evidence), kept);
    }
    for (const evidence of asset.evidence) {
      const known = merged.get(keyOf(evidence));
      const timeUs = Math.max(storedWhole(evidence.timeUs), known?.evidence.timeUs ?? 0);
      const trust = Math.max(evidence.trust, known?.evidence.trust ?? 0);
      const capture = evidence.frame === 0 ? null : (this.#captures.get(fileOf(evidence.frame)) ?? null);
      merged.set(keyOf(evidence), {
        evidence: { ...evidence, timeUs, trust },
        capture: known === undefined ? capture : known.capture,
        frame: known === undefined ? (capture === null ? null : frameOf(evidence.frame)) : known.frame,
      });
    }
    const all = [...merged.values()];
    // As within one analysis: the most trusted stay, among equals the newest.
    return all
      .sort(
        (left, right) =>
          right.evidence.trust - left.evidence.trust ||
          right.evidence.timeUs - left.evidence.timeUs ||
          byWeight(left.evidence, right.evidence),
      )
      .slice(0, EVIDENCE_MAX);
  }

  #writeDifference(id: string, before: readonly Kept[], after: readonly Kept[]): boolean {
    const old = new Map(before.map((kept) => [keyOf(kept.evidence), kept]));
    let isChanged = false;
    for (const { evidence, capture, frame } of after) {
      const key = keyOf(evidence);
      const known = old.get(key)?.evidence;
      old.delete(key);
      if (known?.trust === evidence.trust && known.timeUs === evidence.timeUs) continue;
      const { attribute, value, source, trust, timeUs } = evidence;
      this.#writeEvidence.run(id, attribute, value, source, trust, timeUs, capture, frame);
      isChanged = true;
    }
    for (const { evidence } of old.values()) {
      this.#removeEvidence.run(id, evidence.attribute, evidence.value, evidence.source);
      isChanged = true;
    }
    return isChanged;
  }
}

function keptOf(row: Row): Kept {
  return { evidence: evidenceOf(row, 0), capture: numberOrNull(row, 'capture'), frame: numberOrNull(row, 'frame') };
}

function evidenceOf(row: Row, frame: FrameReference): AssetEvidence {
  return {
    attribute: textOf(row, 'attribute') as ClaimAttribute,
    value: textOf(row, 'value'),
    source: textOf(row, 'source'),
    trust: numberOf(row, 'trust'),
    timeUs: numberOf(row, 'time_us'),
    frame,
  };
}

function keyOf({ attribute, value, source }: AssetEvidence): string {
  return `${attribute}\n${value}\n${source}`;
}

/** In text order: IPv4, then IPv6, each by number. */
function addressKey(address: string): string {
  return `${address.includes(':') ? '6' : '4'} ${sortableAddress(address)}`;
}

/** In the order of segment, address and unit. `indexes`: index of a capture by its row. */
export function* storedAssets(database: DatabaseSync, filter: AssetFilter, indexes: CaptureIds): Generator<Asset> {
  const conditions: string[] = [];
  const values: string[] = [];
  const want = (condition: string, value: string | undefined, times = 1): void => {
    if (value === undefined) return;
    conditions.push(`(${condition})`);
    for (let time = 0; time < times; time++) values.push(value);
  };
  want('id = ? OR id = (SELECT asset FROM asset_aliases WHERE alias = ?)', filter.id, 2);
  if (filter.device !== undefined) {
    want(
      `? IN (id, lower(name), CASE WHEN instr(name, '.') > 0 THEN lower(substr(name, 1, instr(name, '.') - 1)) END)
       OR EXISTS (SELECT 1 FROM asset_addresses a WHERE a.asset = assets.id AND a.address = ?)
       OR EXISTS (SELECT 1 FROM asset_aliases a WHERE a.asset = assets.id AND a.alias = ?)`,
      filter.device,
      3,
    );
  }
  want('role = ?', filter.role);
  want('instr(lower(vendor), ?) > 0', filter.vendor?.toLowerCase());
  want('segment = ?', filter.segment);
  want('EXISTS (SELECT 1 FROM asset_protocols p WHERE p.asset = assets.id AND p.protocol = ?)', filter.protocol);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const addresses = database.prepare(
    'SELECT address FROM asset_addresses WHERE asset = ? AND kind = ? ORDER BY sort_key, address',
  );
  const protocols = database.prepare('SELECT protocol FROM asset_protocols WHERE asset = ? ORDER BY protocol');
  const aliases = database.prepare('SELECT alias FROM asset_aliases WHERE asset = ? ORDER BY alias');
  const evidence = database.prepare('SELECT * FROM asset_evidence WHERE asset = ?');
  const list = (statement: StatementSync, column: string, ...parameters: string[]): string[] =>
    statement.all(...parameters).map((row) => textOf(row, column));
  const rows = database.prepare(`SELECT * FROM assets ${where} ORDER BY segment, sort_key, unit, id`);
  for (const row of rows.iterate(...values)) {
    const id = textOf(row, 'id');
    yield {
      id,
      aliases: list(aliases, 'alias', id),
      segment: textOf(row, 'segment'),
      ip: list(addresses, 'address', id, 'ip'),
      mac: list(addresses, 'address', id, 'mac'),
      unit: numberOrNull(row, 'unit'),
      role: textOrNull(row, 'role'),
      level: numberOrNull(row, 'level'),
      vendor: textOrNull(row, 'vendor'),
      model: textOrNull(row, 'model'),
      firmware: textOrNull(row, 'firmware'),
      serial: textOrNull(row, 'serial'),
      name: textOrNull(row, 'name'),
      protocols: list(protocols, 'protocol', id),
      firstUs: numberOf(row, 'first_us'),
      lastUs: numberOf(row, 'last_us'),
      evidence: evidence
        .all(id)
        .map((claim) => evidenceOf(claim, storedFrame(claim, indexes)))
        .sort(byWeight),
    };
  }
}

/** 0 where the row names no frame. */
export function storedFrame(row: Row, indexes: CaptureIds): FrameReference {
  const capture = numberOrNull(row, 'capture');
  const index = capture === null ? undefined : indexes.get(capture);
  return index === undefined ? 0 : frameReference(index, numberOf(row, 'frame'));
}
