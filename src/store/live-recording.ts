// A live watch on its way into the store: alerts at once, devices and conversations bit by bit while they go on.
import type { DatabaseSync } from 'node:sqlite';
import type { CaptureFile } from '../capture/frames.ts';
import type { Alert } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import type { Conversation } from '../facts/facts.ts';
import { AssetAliases } from './aliases.ts';
import { mergeAlerts } from './alerts.ts';
import { AssetMerge, type CaptureIds } from './assets.ts';
import { ConversationGathering, type Merged, type NamedHosts } from './conversations.ts';
import { inTransaction, told } from './database.ts';
import { storedWhole } from './stored-values.ts';

/** What was seen since the last time. Conversations are told again, with larger counts, as long as they go on. */
export interface LiveObserved {
  readonly files: readonly CaptureFile[];
  readonly assets: readonly Asset[];
  readonly alerts: readonly Alert[];
  readonly conversations: readonly Conversation[];
}

const NOTHING: Merged = { seen: 0, added: 0, changed: 0 };

/**
 * Each input is a capture of its own, named by the run: a second run adds to what is there, and counts nothing twice.
 * Every call writes all it is given or nothing, and what it returned from is on the disk.
 */
export class LiveRecording {
  /** Over all calls. What goes on changes with every call: that is not counted. */
  assets: Merged = NOTHING;
  conversations: Merged = NOTHING;
  alerts: Merged = NOTHING;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #protocols: readonly string[];
  readonly #hasDeclaration: boolean;
  readonly #captures: CaptureIds;
  /** By segment and address. */
  readonly #assetIds = new Map<string, string>();
  readonly #assetsSeen = new Set<string>();
  readonly #alertsSeen = new Set<string>();

  /** `run`: a name that no other run has. `protocols`: names, as conversations number them. */
  constructor(
    path: string,
    database: DatabaseSync,
    run: string,
    inputs: readonly string[],
    protocols: readonly string[],
    hasDeclaration: boolean,
  ) {
    this.#path = path;
    this.#database = database;
    this.#protocols = protocols;
    this.#hasDeclaration = hasDeclaration;
    const insert = database.prepare(
      'INSERT INTO captures (identity, path, frames, bytes, first_us, last_us) VALUES (?, ?, 0, 0, 0, 0)',
    );
    this.#captures = inTransaction(
      database,
      () =>
        new Map(
          inputs.map((input, index) => [index, Number(insert.run(`live ${run} ${index}`, input).lastInsertRowid)]),
        ),
    );
  }

  /** Alerts the moment they come. */
  saveAlerts(alerts: readonly Alert[]): void {
    told(this.#path, () => inTransaction(this.#database, () => this.#mergeAlerts(alerts)));
  }

  save(observed: LiveObserved, hosts: NamedHosts): void {
    told(this.#path, () => {
      const gathering =
        observed.conversations.length === 0 ? null : new ConversationGathering(this.#database, this.#protocols);
      try {
        for (const conversation of observed.conversations) gathering?.add(conversation);
      } finally {
        gathering?.end();
      }
      inTransaction(this.#database, () => this.#write(observed, hosts, gathering));
    });
  }

  #write(observed: LiveObserved, hosts: NamedHosts, gathering: ConversationGathering | null): void {
    this.#writeCaptures(observed.files);
    this.#mergeAssets(observed.assets);
    if (gathering !== null) {
      const merged = gathering.merge(hosts, (segment, address) => this.#assetIds.get(`${segment}\n${address}`) ?? null);
      this.conversations = sum(this.conversations, merged, this.conversations.seen + merged.added);
    }
    this.#mergeAlerts(observed.alerts);
  }

  #mergeAlerts(alerts: readonly Alert[]): void {
    const aliases = new AssetAliases(this.#database);
    const named = alerts.map((alert) => aliases.named(alert));
    const merged = mergeAlerts(this.#database, named, this.#captures);
    for (const { id } of alerts) this.#alertsSeen.add(id);
    this.alerts = sum(this.alerts, merged, this.#alertsSeen.size);
  }

  #mergeAssets(assets: readonly Asset[]): void {
    if (assets.length === 0) return;
    const merge = new AssetMerge(this.#database, this.#captures, this.#hasDeclaration);
    const merged = merge.merge(assets);
    // A conversation may have been written before its ends were known as devices.
    const name = this.#database.prepare(
      'UPDATE hosts SET asset = ? WHERE segment = ? AND address = ? AND asset IS NOT ?',
    );
    for (const { id } of assets) this.#assetsSeen.add(id);
    for (const [key, id] of merge.idsByAddress(assets)) {
      this.#assetIds.set(key, id);
      const [segment = '', address = ''] = key.split('\n');
      name.run(id, segment, address, id);
    }
    this.assets = sum(this.assets, merged, this.#assetsSeen.size);
  }

  #writeCaptures(files: readonly CaptureFile[]): void {
    const update = this.#database.prepare(
      `UPDATE captures SET frames = ?, bytes = ?, first_us = ?, last_us = ?, damage_offset = ?, damage_message = ?
       WHERE id = ?`,
    );
    for (const [index, { frames, bytes, firstUs, lastUs, damage }] of files.entries()) {
      const id = this.#captures.get(index);
      if (id === undefined) continue;
      const [offset, message] = damage === null ? [null, null] : [damage.offset, damage.message];
      update.run(frames, bytes, storedWhole(firstUs), storedWhole(lastUs), offset, message, id);
    }
  }
}

function sum(before: Merged, { added }: Merged, seen: number): Merged {
  return { seen, added: before.added + added, changed: 0 };
}
