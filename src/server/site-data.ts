// What the server shows: lists of plain objects, made by whoever knows the site. The server itself knows no database.

/** A part of a list, and how long the whole is. */
export interface Page {
  readonly total: number;
  readonly items: readonly unknown[];
}

export interface PageQuery {
  /** From the first on, 0-based. */
  readonly offset: number;
  readonly limit: number;
  /** Words that have to stand somewhere in the item, whatever the case; empty: all. */
  readonly search: string;
}

export interface AlertQuery extends PageQuery {
  /** At least this severe; empty: all. */
  readonly severity: string;
  readonly asset: string;
}

export interface ConversationQuery extends PageQuery {
  /** An address; empty: all. */
  readonly host: string;
  readonly protocol: string;
}

export interface SiteData {
  /** Counts and what needs a person now. */
  overview(): unknown;
  assets(query: PageQuery): Page;
  /** Null where there is none with this id. */
  asset(id: string): unknown;
  alerts(query: AlertQuery): Page;
  alert(id: string): unknown;
  conversations(query: ConversationQuery): Page;
  /** Devices and who talks to whom, for the map: at most `limit` of each. */
  map(limit: number): unknown;
  modules(): Page;
  protocols(): Page;
}
