// Zones and conduits that a person owns (policy.yaml), in the sense of IEC 62443: which parts of the plant there are, and
// what may pass between two of them. What stays within a zone is free. 1sec.yaml may declare zones as well, without conduits.

/** How much of a protocol a conduit lets pass; each includes those before it. */
export const ACCESS_NAMES = ['read', 'read-write', 'engineering'] as const;
export type Access = (typeof ACCESS_NAMES)[number];

/** A member that means every public address of the Internet. */
export const INTERNET = 'internet';

export interface PolicyZone {
  readonly name: string;
  /** Purdue level; null: not said. */
  readonly level: number | null;
  /** Addresses are meant in this segment only; null: in all. */
  readonly segment: string | null;
  /** `192.0.2.1`, `192.0.2.0/24`, a MAC address or `internet`. The narrowest that names a device decides. */
  readonly addresses: readonly string[];
  /** Devices of these segments that no zone names by address (the Internet is none of them), … */
  readonly segments: readonly string[];
  /** … and of these roles that no zone names otherwise. */
  readonly roles: readonly string[];
}

export interface Conduit {
  readonly from: string;
  readonly to: string;
  /** Name of a protocol, or `tcp/4840`, `udp/514`, `icmp`, `ip/47`; `any`: all. */
  readonly protocol: string;
  /** Null: all that the protocol can do. */
  readonly functions: Access | null;
  /** Server ports, `tcp/502`; empty: any. */
  readonly ports: readonly string[];
}

export interface Policy {
  readonly zones: readonly PolicyZone[];
  readonly conduits: readonly Conduit[];
}

/** What is to pass: a protocol on a port, and how much of it; `access` null: only that they talk. */
export interface Passage {
  readonly service: string;
  /** `tcp/502`; empty where there is none, or it is not known. */
  readonly port: string;
  readonly access: Access | null;
}

/** The policy as modules ask it: by host number. */
export interface PolicyView {
  readonly policy: Policy;
  /** Index of the host's zone, -1 for none; `role` is what it is taken for, empty where not known. */
  zoneOf(host: number, role: string): number;
}
