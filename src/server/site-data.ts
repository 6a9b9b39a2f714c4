// What the server shows: lists of plain objects, made by whoever knows the site. The server itself knows no database.
import type { ListName } from './list-filters.ts';

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
  /** `open`, `acknowledged`, `normal`, `closed`; empty: all. */
  readonly status: string;
}

export interface AssetQuery extends PageQuery {
  /** `unknown`: those without one; empty: all. */
  readonly role: string;
  /** Purdue level, or `unknown`; empty: all. */
  readonly level: string;
}

export interface ConversationQuery extends PageQuery {
  /** An address; empty: all. */
  readonly host: string;
  readonly protocol: string;
}

export interface MapQuery {
  /** RFC 3339; empty: the whole time. */
  readonly from: string;
  readonly until: string;
  /** Key of the group that is open; empty: none. */
  readonly group: string;
}

export interface OperationQuery extends PageQuery {
  /** Id of a device, on either side; empty: all. */
  readonly asset: string;
  /** `client` or `server`: on that side only. */
  readonly side: string;
  readonly verb: string;
  readonly outcome: string;
  readonly protocol: string;
  /** `read`, `write`, `engineering`; empty: all. */
  readonly access: string;
}

export interface FirmwareQuery extends PageQuery {
  readonly asset: string;
  /** `reported`, `sent`, `judged`; empty: all. */
  readonly what: string;
}

export interface LoginQuery extends PageQuery {
  /** Of the server; empty: all. */
  readonly asset: string;
  readonly outcome: string;
}

export interface BaselineQuery extends PageQuery {
  /** `once`: only what no person has confirmed; empty: all. */
  readonly only: string;
  readonly address: string;
}

export type BaselineOutcome =
  | { readonly kind: 'done'; readonly told: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: string };

/** What an operator wants done with an alert. */
export interface WantedAction {
  readonly action: 'acknowledge' | 'normal' | 'close' | 'undo';
  /** Of `normal`: how far it goes. */
  readonly scope: 'exact' | 'pair' | 'device';
  readonly reason: string;
  readonly operator: string;
  readonly timeMs: number;
}

export type ActionOutcome =
  | { readonly kind: 'done'; readonly item: unknown }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: string };

/** The frames that prove an alert; gone: the capture is not there any more. */
export type ProofOutcome =
  | { readonly kind: 'done'; readonly item: unknown; readonly pcapng: Uint8Array }
  | { readonly kind: 'missing' }
  | { readonly kind: 'gone'; readonly reason: string };

/** Of the report of changes: from when on and until when; empty: as the report has it. */
export interface ReportQuery {
  readonly since: string;
  readonly until: string;
}

export type ReportOutcome =
  | { readonly kind: 'done'; readonly html: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: string };

/** What somebody did that is no action on an alert. `refused`: somebody without a name was not let in. */
export interface LogEntry {
  /** Empty: nobody who is known. */
  readonly operator: string;
  readonly action: 'session' | 'session-end' | 'refused' | 'token' | 'upload' | 'upload-cancel' | 'settings';
  readonly detail: string;
  readonly timeMs: number;
}

export interface SiteData {
  /** Counts and what needs a person now. */
  overview(): unknown;
  assets(query: AssetQuery): Page;
  /** Null where there is none with this id. */
  asset(id: string): unknown;
  alerts(query: AlertQuery): Page;
  alert(id: string): unknown;
  proof(alert: string): Promise<ProofOutcome>;
  /** Stories of alerts that belong together, worst first. */
  incidents(query: PageQuery): Page;
  /** With its alerts. */
  incident(id: string): unknown;
  /** What operators did, the newest first. */
  actions(query: PageQuery): Page;
  act(alert: string, wanted: WantedAction): ActionOutcome;
  /** What the site was made from. */
  captures(): readonly unknown[];
  /** Written before what it tells is done. */
  note(entry: LogEntry): void;
  /** The newest first. */
  log(query: PageQuery): Page;
  conversations(query: ConversationQuery): Page;
  /** Devices in groups, and what is done between them. */
  map(query: MapQuery): unknown;
  /** Who asked whom for what, and what came of it; the gravest first, then the latest. */
  operations(query: OperationQuery): Page;
  /** What was read and written at the points of one device. */
  points(query: PageQuery & { readonly asset: string }): Page;
  /** Zones, what is said of them, and what passed between them. */
  segmentation(): unknown;
  firmware(query: FirmwareQuery): Page;
  logins(query: LoginQuery): Page;
  /** Devices that somebody logged in to, and how they are guarded. */
  hardening(query: PageQuery): Page;
  /** What happened to one device, the newest first; null where there is none with this id. */
  timeline(asset: string, query: PageQuery): Page | null;
  /** Its file is empty where none was given. */
  baseline(query: BaselineQuery): Page;
  /** `before` is called with the line when nothing stands in the way any more. */
  actOnBaseline(id: string, action: 'approve' | 'forget', before: (told: string) => void): BaselineOutcome;
  reports(): Page;
  report(name: string, query: ReportQuery): ReportOutcome;
  /** The lists that `csv` knows, by the names of their paths. */
  readonly csvLists: readonly ListName[];
  /** A whole list as comma-separated values, part by part; `query` as that of the list. */
  csv(list: ListName, query: PageQuery): Iterable<string>;
  modules(): Page;
  protocols(): Page;
  /** Another text whenever something changed. */
  version(): string;
}
