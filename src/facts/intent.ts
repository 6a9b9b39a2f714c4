// What a person declared about the site in 1sec.yaml. It wins over what was observed.
import type { Severity } from './alert.ts';
import type { PolicyZone } from './policy.ts';

/** The source of claims that follow from a declaration. */
export const DECLARED_SOURCE = '1sec.yaml';

/** Hosts that a declaration names; each part that is null or empty names all. */
export interface HostPattern {
  /** `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32` or a MAC address. */
  readonly address: string;
  readonly segment: string | null;
}

/** A client that may ask and command these servers. */
export interface DeclaredMaster {
  readonly name: string;
  readonly client: HostPattern;
  /** Empty: every server. */
  readonly servers: readonly HostPattern[];
}

export interface DeclaredStation {
  readonly name: string;
  readonly host: HostPattern;
  /** Purdue level. */
  readonly level: number;
}

/** The host through which remote sessions into the plant have to go. */
export interface DeclaredJumpHost {
  readonly name: string;
  readonly host: HostPattern;
}

/** Frames of these VLANs are in one segment of this name. */
export interface DeclaredSegment {
  readonly name: string;
  /** As a segment is called without a declaration: `default`, `vlan 20`, `vlan 20.5`. */
  readonly observed: readonly string[];
}

/** When work on the plant is planned: once, or on days of the week. */
export interface MaintenanceWindow {
  readonly name: string;
  /** Devices that are worked on; empty: all. */
  readonly devices: readonly HostPattern[];
  /** Microseconds since 1970; null: it comes back every week. */
  readonly fromUs: number | null;
  readonly untilUs: number | null;
  /** 0 Sunday to 6 Saturday: the days on which it begins. */
  readonly days: readonly number[];
  /** Minutes since midnight; an end that is not later than the start is on the next day. */
  readonly fromMinute: number;
  readonly untilMinute: number;
  /** How far the site's clock is ahead of UTC. */
  readonly utcOffsetMinutes: number;
}

export interface ModuleSettings {
  readonly isEnabled: boolean;
  /** By alert kind (`module/name`): what it is raised with whatever the module says; `off`: not at all. */
  readonly severities: ReadonlyMap<string, Severity | 'off'>;
}

export const ACCEPTED_SCOPES = ['exact', 'pair', 'device'] as const;
/** How far «this is normal» goes: this very thing, whatever else the two do to each other of this kind, or whoever does it. */
export type AcceptedScope = (typeof ACCEPTED_SCOPES)[number];

/** A kind of finding that a person marked as normal: it is not raised again. */
export interface AcceptedFinding {
  readonly scope: AcceptedScope;
  /** `module/name`. */
  readonly kind: string;
  readonly subject: AcceptedParty;
  /** Null: nobody did it. */
  readonly peer: AcceptedParty | null;
  readonly object: string;
}

/** What a person wrote down as normal here: such findings are not raised. What is null or empty is not asked. */
export interface DeclaredNormal {
  /** `module/name`. */
  readonly kind: string;
  /** The device it happens to. */
  readonly device: HostPattern | null;
  /** -1: the device itself, none of what is behind it. */
  readonly unit: number | null;
  /** Who does it. */
  readonly by: HostPattern | null;
  /** What is touched, word for word as alerts name it. */
  readonly object: string | null;
  readonly reason: string;
}

export interface AcceptedParty {
  readonly segment: string;
  readonly address: string;
  /** Null: the host itself. */
  readonly unit: number | null;
}

/** 1sec.yaml as it was read, in plain values. */
export interface Declaration {
  readonly masters: readonly DeclaredMaster[];
  readonly engineeringStations: readonly DeclaredStation[];
  readonly jumpHosts: readonly DeclaredJumpHost[];
  readonly segments: readonly DeclaredSegment[];
  /** Parts of the plant; a policy, where one is given, wins. */
  readonly zones: readonly PolicyZone[];
  readonly windows: readonly MaintenanceWindow[];
  readonly normal: readonly DeclaredNormal[];
  /** By module id. */
  readonly settings: ReadonlyMap<string, ModuleSettings>;
}

/** The declaration as modules ask it: by host number. */
export interface Intent {
  readonly declared: Declaration;
  /** Is this client declared to make requests of this server? */
  isMaster(client: number, server: number): boolean;
  isEngineeringStation(host: number): boolean;
  isJumpHost(host: number): boolean;
  /** The declared zone of a host that is taken for `role` (empty: not known); null: none names it. */
  zoneOf(host: number, role: string): PolicyZone | null;
  /** The window in which work on this host is planned at that time; null: there is none. */
  windowAt(host: number, timeUs: number): MaintenanceWindow | null;
}
