// One site database, open for reading as long as pages are shown: what is written meanwhile is seen with the next question.
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { CaptureFile } from '../capture/frames.ts';
import type { Alert } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import { AlertIndex, type AlertHead } from './alert-index.ts';
import { alertsById } from './alerts.ts';
import { storedAssets, type CaptureIds } from './assets.ts';
import { capturesOf } from './captures.ts';
import type { StoredConversation } from './conversations.ts';
import { inTransaction, openDatabase, told } from './database.ts';
import { AlertStates, storeAction, storedActions, type OperatorAction } from './operator-actions.ts';
import {
  assetPage,
  conversationPage,
  conversationSumsOfAsset,
  countOf,
  protocolsCounted,
  rolesCounted,
  type AssetWish,
  type ConversationWish,
  type NameCount,
  type PageOf,
} from './page-queries.ts';

export class SiteReader {
  readonly path: string;
  #database: DatabaseSync;
  #index: AlertIndex;
  #inode: number;
  /** Of the database, as SQLite counts the changes of others. */
  #version = -1;
  #reopened = 0;
  #actions: readonly OperatorAction[] = [];
  #states = new AlertStates([], () => undefined);

  /** Throws StoreError where there is no such database. */
  constructor(path: string) {
    this.path = path;
    this.#database = openDatabase(path, { isMade: false });
    this.#index = new AlertIndex(this.#database);
    this.#inode = inodeOf(path);
    this.#refresh();
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** Another text whenever something changed. */
  version(): string {
    return this.#read(() => `${this.#observation()} ${this.#actions.length}`);
  }

  /** Another text whenever more was observed; what an operator does here is no observation. */
  observation(): string {
    return this.#read(() => this.#observation());
  }

  #observation(): string {
    return `${this.#reopened} ${this.#version}`;
  }

  act(action: Omit<OperatorAction, 'id'>): void {
    this.write((database) => storeAction(database, action));
    this.#judge();
  }

  /**
   * What people do is written by the connection that reads: SQLite then sees no change of others, and what was counted of
   * the site still holds.
   */
  write<Result>(work: (database: DatabaseSync) => Result): Result {
    return this.#read((database) => inTransaction(database, () => work(database)));
  }

  /** Worst first, then by time. */
  heads(): readonly AlertHead[] {
    return this.#read(() => this.#index.heads);
  }

  head(id: string): AlertHead | undefined {
    return this.#read(() => this.#index.get(id));
  }

  /** What operators did, the oldest first. */
  actions(): readonly OperatorAction[] {
    return this.#read(() => this.#actions);
  }

  states(): AlertStates {
    return this.#read(() => this.#states);
  }

  alerts(ids: readonly string[]): Alert[] {
    return this.#read((database) => alertsById(database, ids, this.#indexes()));
  }

  /** Without their frames. */
  alertTexts(ids: readonly string[]): Alert[] {
    return this.#read((database) => alertsById(database, ids, null));
  }

  captures(): { readonly file: CaptureFile; readonly identity: string }[] {
    return this.#read((database) => capturesOf(database));
  }

  assets(wish: AssetWish): PageOf<Asset> {
    return this.#read((database) => assetPage(database, wish, this.#indexes()));
  }

  /** By its id, or one it had. */
  asset(id: string): Asset | null {
    return this.#read((database) => [...storedAssets(database, { id }, this.#indexes())][0] ?? null);
  }

  assetCount(): number {
    return this.#read((database) => countOf(database, 'assets'));
  }

  conversations(wish: ConversationWish): PageOf<StoredConversation> {
    return this.#read((database) => conversationPage(database, wish));
  }

  /** Summed by pair and service. */
  conversationsOfAsset(id: string): StoredConversation[] {
    return this.#read((database) => conversationSumsOfAsset(database, id));
  }

  conversationCount(): number {
    return this.#read((database) => countOf(database, 'conversations'));
  }

  roles(): NameCount[] {
    return this.#read(rolesCounted);
  }

  protocols(): NameCount[] {
    return this.#read(protocolsCounted);
  }

  /** For questions of other files; nothing is written. */
  ask<Answer>(question: (database: DatabaseSync, indexes: CaptureIds) => Answer): Answer {
    return this.#read((database) => question(database, this.#indexes()));
  }

  #indexes(): CaptureIds {
    return new Map(capturesOf(this.#database).map(({ id }, index) => [id, index]));
  }

  #read<Answer>(question: (database: DatabaseSync) => Answer): Answer {
    return told(this.path, () => {
      this.#refresh();
      return question(this.#database);
    });
  }

  /** A file of the same name that is another one by now is opened anew. */
  #refresh(): void {
    const inode = inodeOf(this.path);
    if (inode !== this.#inode && inode !== 0) {
      const database = openDatabase(this.path, { isMade: false });
      this.close();
      this.#database = database;
      this.#index = new AlertIndex(database);
      this.#inode = inode;
      this.#version = -1;
      this.#reopened++;
    }
    const version = Number(this.#database.prepare('PRAGMA data_version').get()?.['data_version']);
    if (version === this.#version) return;
    this.#version = version;
    this.#index.refresh();
    this.#judge();
  }

  #judge(): void {
    const actions = storedActions(this.#database);
    this.#actions = actions;
    this.#states = new AlertStates(actions, (id) => this.#index.get(id));
  }
}

/** 0 where there is none. */
function inodeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? 0;
}
