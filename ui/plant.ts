// What the API tells of the plant itself: the map, operations, points.
import type { Counted, Page, Severity } from './api.ts';

export const DOINGS = ['remote', 'engineering', 'write', 'read', 'talk'] as const;
export type Doing = (typeof DOINGS)[number];

export interface MapGroup {
  readonly key: string;
  readonly zone: string;
  readonly level: number | null;
  readonly devices: number;
  readonly severity: Severity | null;
  readonly roles: readonly Counted[];
  readonly isOpen: boolean;
}

export interface MapNode {
  readonly id: string;
  readonly address: string;
  readonly role: string | null;
  readonly level: number | null;
  readonly label: string | null;
  readonly group: string;
  readonly severity: Severity | null;
}

export interface MapLine {
  /** Keys of groups or ids of devices. */
  readonly from: string;
  readonly to: string;
  readonly conversations: number;
  readonly pairs: number;
  readonly protocols: readonly string[];
  readonly doings: readonly Doing[];
}

export interface SiteMap {
  readonly devices: number;
  readonly groups: readonly MapGroup[];
  readonly nodes: readonly MapNode[];
  readonly lines: readonly MapLine[];
  readonly linesOmitted: number;
  readonly first: string | null;
  readonly last: string | null;
  /** Conversations that began, in equal parts of the time. */
  readonly activity: readonly number[];
}

export const ACCESSES = ['read', 'write', 'engineering'] as const;
export const OUTCOMES = ['ok', 'refused', 'unanswered'] as const;

export interface Operation {
  readonly client: string;
  readonly clientAsset: string | null;
  readonly server: string;
  readonly serverAsset: string | null;
  readonly unit: number | null;
  readonly protocol: string;
  readonly verb: string;
  readonly access: (typeof ACCESSES)[number];
  readonly function: string;
  readonly space: string;
  readonly object: string;
  readonly objectFirst: number | null;
  readonly objectLast: number | null;
  readonly outcome: (typeof OUTCOMES)[number];
  readonly count: number;
  readonly first: string;
  readonly last: string;
  readonly frame: { readonly file: number; readonly frame: number } | null;
  /** Alerts of the server and who asked it. */
  readonly alerts: number;
}

export interface OperationPage extends Page<Operation> {
  readonly verbs: readonly string[];
  readonly protocols: readonly string[];
}

export interface Point {
  readonly unit: number | null;
  readonly protocol: string;
  readonly space: string;
  readonly first: number;
  /** Neighbours of which the same is known. */
  readonly count: number;
  readonly name: string;
  readonly reads: number;
  readonly writes: number;
  readonly last: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly step: number | null;
  /** Null: its value never changed, or is not followed. */
  readonly course: PointCourse | null;
  readonly seen: string;
}

/** The least and the most in stretches of equal length. */
export interface PointCourse {
  readonly from: string;
  readonly until: string;
  readonly least: readonly number[];
  readonly most: readonly number[];
}

export type Verdict = 'violating' | 'observed' | 'unanswered' | 'allowed' | 'unused';

export interface Zone {
  readonly name: string;
  readonly level: number | null;
  readonly because: string;
  readonly hostCount: number;
  readonly hosts: readonly { readonly address: string; readonly asset: string | null; readonly role: string | null }[];
}

export interface ZoneCell {
  /** Zones by index. */
  readonly from: number;
  readonly to: number;
  /** Null within a zone. */
  readonly verdict: Verdict | null;
  readonly conversations: number;
  readonly pairs: number;
  readonly bytes: number;
  readonly said: readonly {
    readonly protocol: string;
    readonly functions: string | null;
    readonly ports: readonly string[];
  }[];
  readonly services: readonly {
    readonly service: string;
    readonly ports: readonly string[];
    readonly verdict: Verdict | null;
    readonly conversations: number;
    readonly pairs: number;
    readonly access: string | null;
    readonly last: string;
  }[];
}

export interface Segmentation {
  readonly hasPolicy: boolean;
  readonly zones: readonly Zone[];
  readonly cells: readonly ZoneCell[];
  readonly outside: number;
}

export interface FirmwareEvent {
  readonly asset: string;
  readonly address: string;
  readonly time: string;
  readonly what: 'reported' | 'sent';
  readonly version: string;
  readonly source: string;
  readonly sha256: string;
  readonly name: string;
  readonly size: number | null;
  readonly kind: string;
  readonly verdicts: readonly string[];
}

export interface Login {
  readonly client: string;
  readonly clientAsset: string | null;
  readonly server: string;
  readonly serverAsset: string | null;
  readonly protocol: string;
  readonly mechanism: string;
  readonly user: string;
  readonly outcome: 'accepted' | 'refused' | 'unknown';
  readonly count: number;
  readonly last: string;
}

export interface GuardedDevice {
  readonly asset: string;
  readonly address: string;
  readonly role: string | null;
  readonly findings: number;
  readonly states: readonly {
    readonly state: string;
    readonly source: string;
    readonly trust: number;
    readonly last: string;
    readonly frame: { readonly file: number; readonly frame: number } | null;
  }[];
}

export interface BaselinePage {
  readonly total: number;
  readonly file: string;
  readonly once: number;
  readonly items: readonly {
    readonly id: string;
    readonly segment: string;
    readonly address: string;
    readonly text: string;
    readonly isOnce: boolean;
  }[];
}
