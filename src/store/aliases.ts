// Which stored assets were found to be one device: their rows become one, and what names the others names it.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Alert, AlertParty } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import { textOf, textOrNull } from './stored-values.ts';

/** Within a transaction of the caller. */
export class AssetAliases {
  readonly #database: DatabaseSync;
  readonly #find: StatementSync;
  readonly #macs: StatementSync;
  readonly #add: StatementSync;
  readonly #exists: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#find = database.prepare('SELECT asset FROM asset_aliases WHERE alias = ?');
    this.#macs = database.prepare("SELECT address FROM asset_addresses WHERE asset = ? AND kind = 'mac'");
    this.#add = database.prepare(
      'INSERT INTO asset_aliases (alias, asset) VALUES (?, ?) ON CONFLICT (alias) DO UPDATE SET asset = excluded.asset',
    );
    this.#exists = database.prepare('SELECT 1 FROM assets WHERE id = ?');
  }

  /**
   * The id under which the asset is stored. An alias made from an address is another device's when that has the address
   * now: then its MAC address is not among those of the device.
   */
  idOf({ id, mac }: Asset): string {
    const asset = this.of(id);
    if (asset === id || mac.length === 0) return asset;
    const known = this.#macs.all(asset).map((row) => textOf(row, 'address'));
    return known.length === 0 || mac.some((address) => known.includes(address)) ? asset : id;
  }

  of(id: string): string {
    return textOrNull(this.#find.get(id) ?? {}, 'asset') ?? id;
  }

  /** What `aliases` name becomes a part of the stored asset `id`; whether rows became one. */
  add(id: string, aliases: readonly string[]): boolean {
    let isJoined = false;
    for (const alias of aliases) {
      if (alias === id || this.of(alias) === id) continue;
      if (this.#exists.get(alias) !== undefined) {
        this.#join(alias, id);
        isJoined = true;
      }
      this.#add.run(alias, id);
    }
    return isJoined;
  }

  /** The alert with the ids under which its parties are stored. */
  named(alert: Alert): Alert {
    const subject = this.#party(alert.subject);
    const peer = alert.peer === null ? null : this.#party(alert.peer);
    return subject === alert.subject && peer === alert.peer ? alert : { ...alert, subject, peer };
  }

  #party(party: AlertParty): AlertParty {
    const asset = this.of(party.asset);
    return asset === party.asset ? party : { ...party, asset };
  }

  #join(alias: string, id: string): void {
    const run = (sql: string, ...values: string[]): void => {
      this.#database.prepare(sql).run(...values);
    };
    run(
      `INSERT INTO asset_evidence (asset, attribute, value, source, trust, time_us, capture, frame)
       SELECT ?, attribute, value, source, trust, time_us, capture, frame FROM asset_evidence WHERE asset = ?
       ON CONFLICT (asset, attribute, value, source) DO UPDATE
       SET trust = max(trust, excluded.trust), time_us = max(time_us, excluded.time_us)`,
      id,
      alias,
    );
    run(
      `INSERT INTO asset_addresses (asset, kind, address, sort_key)
       SELECT ?, kind, address, sort_key FROM asset_addresses WHERE asset = ? ON CONFLICT DO NOTHING`,
      id,
      alias,
    );
    run(
      `INSERT INTO asset_protocols (asset, protocol)
       SELECT ?, protocol FROM asset_protocols WHERE asset = ? ON CONFLICT DO NOTHING`,
      id,
      alias,
    );
    run(
      `UPDATE assets SET first_us = min(first_us, (SELECT first_us FROM assets WHERE id = ?1)),
         last_us = max(last_us, (SELECT last_us FROM assets WHERE id = ?1)) WHERE id = ?2`,
      alias,
      id,
    );
    for (const table of ['asset_evidence', 'asset_addresses', 'asset_protocols'])
      run(`DELETE FROM ${table} WHERE asset = ?`, alias);
    for (const table of ['asset_aliases', 'hosts']) run(`UPDATE ${table} SET asset = ? WHERE asset = ?`, id, alias);
    for (const column of ['subject_asset', 'peer_asset'])
      run(
        `UPDATE alerts SET ${column} = ?, revision = (SELECT max(revision) + 1 FROM alerts) WHERE ${column} = ?`,
        id,
        alias,
      );
    run('DELETE FROM assets WHERE id = ?', alias);
  }
}
