// The database of one site (site.db): what was seen, over all analyses. One analysis is written as a whole or not at all.
import type { DatabaseSync } from 'node:sqlite';
import type { CaptureFile, CaptureSource } from '../capture/frames.ts';
import type { Alert } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import type { FactSink, HostDirectory } from '../facts/facts.ts';
import type { AcceptedFinding } from '../facts/intent.ts';
import type { Protocol } from '../facts/protocol.ts';
import { AssetAliases } from './aliases.ts';
import { mergeAlerts, storedAlerts, type AlertFilter } from './alerts.ts';
import { AssetMerge, storedAssets, type AssetFilter, type CaptureIds } from './assets.ts';
import { capturesOf } from './captures.ts';
import { CaptureIdentities, identifiedSource } from './capture-identity.ts';
import {
  ConversationGathering,
  storedConversations,
  type ConversationFilter,
  type Merged,
  type StoredConversation,
} from './conversations.ts';
import { inTransaction, openDatabase, told, type OpenOptions } from './database.ts';
import { LiveRecording } from './live-recording.ts';
import { storeLogLine, storedLog, type LogLine, type LogPage, type LogWish } from './operator-log.ts';
import { acceptances, storeAction, storedActions, type Acceptance, type OperatorAction } from './operator-actions.ts';
import { OperationGathering } from './operations.ts';
import { mergeFirmware, mergePoints, type ObservedFirmware, type ObservedPoint } from './points.ts';
import { numberOf, storedWhole, textOf } from './stored-values.ts';

/** What an analysis hands over in the end. */
export interface Observed {
  readonly files: readonly CaptureFile[];
  /** Gone through more than once. */
  readonly assets: Iterable<Asset>;
  readonly alerts: readonly Alert[];
  readonly hosts: HostDirectory;
  readonly points?: readonly ObservedPoint[];
  readonly firmware?: readonly ObservedFirmware[];
}

export interface SaveSummary {
  readonly captures: Merged;
  readonly assets: Merged;
  readonly conversations: Merged;
  readonly alerts: Merged;
}

export class SiteStore {
  readonly path: string;
  readonly #database: DatabaseSync;

  /** Throws StoreError, as all methods do. */
  constructor(path: string, options: OpenOptions) {
    this.path = path;
    this.#database = openDatabase(path, options);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /**
   * Call before the analysis; `protocols`: names, as conversations number them; `described`: the same, where operations
   * and logins are kept.
   */
  record(protocols: readonly string[], described: readonly Protocol[] | null = null): SiteRecording {
    return told(this.path, () => new SiteRecording(this.path, this.#database, protocols, described));
  }

  /**
   * Call when a live watch begins. `run`: a name that no other run has; `hasDeclaration`: what a person declared was
   * known.
   */
  recordLive(
    run: string,
    inputs: readonly string[],
    protocols: readonly string[],
    hasDeclaration: boolean,
  ): LiveRecording {
    return told(this.path, () => new LiveRecording(this.path, this.#database, run, inputs, protocols, hasDeclaration));
  }

  captures(): CaptureFile[] {
    return told(this.path, () => capturesOf(this.#database).map(({ file }) => file));
  }

  /** Frames name captures by their index in `captures`. */
  *assets(filter: AssetFilter = {}): Generator<Asset> {
    yield* this.#each(() => storedAssets(this.#database, filter, this.#indexes()));
  }

  *alerts(filter: AlertFilter = {}): Generator<Alert> {
    yield* this.#each(() => storedAlerts(this.#database, filter, this.#indexes()));
  }

  /** In the order of their first packets. */
  *conversations(filter: ConversationFilter = {}): Generator<StoredConversation> {
    yield* this.#each(() => storedConversations(this.#database, filter));
  }

  /** What operators did, the oldest first. */
  actions(): OperatorAction[] {
    return told(this.path, () => storedActions(this.#database));
  }

  /** The number of the newest; 0: nobody did anything. */
  lastAction(): number {
    const row = told(this.path, () => this.#database.prepare('SELECT max(id) AS last FROM operator_actions').get());
    return Number(row?.['last'] ?? 0);
  }

  /** The alert must be there. */
  act(action: Omit<OperatorAction, 'id'>): OperatorAction {
    return told(this.path, () => inTransaction(this.#database, () => storeAction(this.#database, action)));
  }

  /** Writes what somebody did that is no action on an alert; false: the log is full. */
  note(entry: Omit<LogLine, 'id'>): boolean {
    return told(this.path, () => inTransaction(this.#database, () => storeLogLine(this.#database, entry)));
  }

  /** What people did beside that, the newest first. `words`: have to stand in a line, whatever the case. */
  log(wish: LogWish): LogPage {
    return told(this.path, () => storedLog(this.#database, wish));
  }

  /** What operators marked as normal, and did not undo. */
  accepted(): AcceptedFinding[] {
    return this.acceptances().map(({ finding }) => finding);
  }

  /** The same with who did it. */
  acceptances(): Acceptance[] {
    const actions = this.actions();
    const wanted = new Set(actions.filter(({ scope }) => scope !== null).map(({ alert }) => alert));
    if (wanted.size === 0) return [];
    const alerts = new Map<string, Alert>();
    for (const alert of this.alerts()) if (wanted.has(alert.id)) alerts.set(alert.id, alert);
    return acceptances(actions, (id) => alerts.get(id));
  }

  /** By its index in `captures`: what tells a capture from others, however it is called. */
  captureIdentities(): string[] {
    return told(this.path, () => capturesOf(this.#database).map(({ identity }) => identity));
  }

  /** What is usual at the site, in the form learning/ gives it; null while there is none. */
  baseline(): string | null {
    return told(this.path, () => {
      const row = this.#database.prepare('SELECT document FROM baseline').get();
      return row === undefined ? null : textOf(row, 'document');
    });
  }

  saveBaseline(document: string): void {
    told(this.path, () =>
      this.#database.prepare('INSERT OR REPLACE INTO baseline (id, document) VALUES (1, ?)').run(document),
    );
  }

  #indexes(): CaptureIds {
    return new Map(capturesOf(this.#database).map(({ id }, index) => [id, index]));
  }

  *#each<Item>(items: () => Generator<Item>): Generator<Item> {
    const iterator = told(this.path, items);
    for (;;) {
      const next = told(this.path, () => iterator.next());
      if (next.done === true) return;
      yield next.value;
    }
  }
}

/** One analysis on its way into the store: hears frames and conversations, and writes all at once in the end. */
export class SiteRecording {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #identities = new CaptureIdentities();
  readonly #conversations: ConversationGathering;
  readonly #operations: OperationGathering | null;

  constructor(
    path: string,
    database: DatabaseSync,
    protocols: readonly string[],
    described: readonly Protocol[] | null,
  ) {
    this.#operations = described === null ? null : new OperationGathering(described);
    this.#path = path;
    this.#database = database;
    this.#conversations = new ConversationGathering(database, protocols);
  }

  /** The frames that pass give each capture its identity. */
  source(source: CaptureSource): CaptureSource {
    return identifiedSource(source, this.#identities);
  }

  facts(): FactSink {
    const ignore = (): void => undefined;
    return {
      conversation: (conversation) => {
        if (conversation.phase === 'closed') told(this.#path, () => this.#conversations.add(conversation));
      },
      operation: (operation) => this.#operations?.operation(operation),
      login: (login) => this.#operations?.login(login),
      transfer: ignore,
      claim: ignore,
      violation: ignore,
      trait: ignore,
    };
  }

  /** Once, at the end. When it returns all is on the disk. `hasDeclaration`: what a person declared was known. */
  save(observed: Observed, hasDeclaration = false): SaveSummary {
    return told(this.#path, () => {
      this.#conversations.end();
      return inTransaction(this.#database, () => this.#write(observed, hasDeclaration));
    });
  }

  #write(observed: Observed, hasDeclaration: boolean): SaveSummary {
    const { assets, alerts, hosts } = observed;
    const captures = this.#writeCaptures(observed.files);
    const merge = new AssetMerge(this.#database, captures.ids, hasDeclaration);
    const merged = merge.merge(assets);
    const byAddress = merge.idsByAddress(assets);
    const aliases = new AssetAliases(this.#database);
    const conversations = this.#conversations.merge(
      hosts,
      (segment, address) => byAddress.get(`${segment}\n${address}`) ?? null,
    );
    this.#operations?.merge(this.#database, hosts, captures.ids);
    mergePoints(this.#database, observed.points ?? []);
    mergeFirmware(this.#database, observed.firmware ?? [], captures.ids, (asset) => aliases.of(asset));
    return {
      captures: captures.merged,
      assets: merged,
      conversations,
      alerts: mergeAlerts(
        this.#database,
        alerts.map((alert) => aliases.named(alert)),
        captures.ids,
      ),
    };
  }

  #writeCaptures(files: readonly CaptureFile[]): { readonly ids: CaptureIds; readonly merged: Merged } {
    const find = this.#database.prepare('SELECT id FROM captures WHERE identity = ?');
    const insert = this.#database.prepare(
      `INSERT INTO captures (identity, path, frames, bytes, first_us, last_us, damage_offset, damage_message)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const ids = new Map<number, number>();
    let added = 0;
    for (const [index, identity] of this.#identities.finish()) {
      const file = files[index]!;
      const known = find.get(identity);
      if (known !== undefined) {
        ids.set(index, numberOf(known, 'id'));
        continue;
      }
      const { lastInsertRowid } = insert.run(
        identity,
        file.path,
        file.frames,
        file.bytes,
        storedWhole(file.firstUs),
        storedWhole(file.lastUs),
        file.damage?.offset ?? null,
        file.damage?.message ?? null,
      );
      ids.set(index, Number(lastInsertRowid));
      added++;
    }
    return { ids, merged: { seen: ids.size, added, changed: 0 } };
  }
}
