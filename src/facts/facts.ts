// The facts of low rate: small objects that may be kept. With `Operation` they are all that modules ever see.
import type { FrameReference } from './frame-reference.ts';
import type { Operation } from './operation.ts';

export type Transport = 'tcp' | 'udp' | 'icmp' | 'ip' | 'link';

/** Where a conversation stands when the fact is handed over. */
export type ConversationPhase = 'opened' | 'answered' | 'refused' | 'identified' | 'updated' | 'closed';

/** Who talks to whom, over what, since when. A fresh object each time, with the counters as they stand then. */
export interface Conversation {
  readonly fact: 'conversation';
  readonly phase: ConversationPhase;
  readonly timeUs: number;
  readonly frame: FrameReference;
  /** Valid until the `closed` fact; then reused. */
  readonly flow: number;
  readonly client: number;
  readonly server: number;
  readonly transport: Transport;
  /** Ports; for `ip` the IP protocol number and for `link` the EtherType stand in `serverPort`. */
  readonly clientPort: number;
  readonly serverPort: number;
  /** Index in the list of protocols, -1 while none is recognised by content. */
  readonly protocol: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly clientPackets: number;
  readonly serverPackets: number;
  readonly clientBytes: number;
  readonly serverBytes: number;
  /** Stretches of a TCP stream that the capture does not hold. */
  readonly gaps: number;
  readonly isSeenFromStart: boolean;
  readonly isAnswered: boolean;
  /** The last frames of the conversation, oldest first, at most eight; while it begins the newest alone. */
  readonly frames: readonly FrameReference[];
}

/** How a candidate secret can be tested, and whether the server let the user in. */
export interface Login {
  readonly fact: 'login';
  readonly timeUs: number;
  readonly frame: FrameReference;
  readonly flow: number;
  readonly client: number;
  readonly server: number;
  readonly protocol: string;
  /** `clear`, `http-digest`, `ntlm-v2` … */
  readonly mechanism: string;
  readonly user: string;
  readonly outcome: 'accepted' | 'refused' | 'unknown';
  /** Tests a candidate; valid only while the callback runs. Absent where the wire does not allow a test. */
  readonly test?: (candidate: string) => boolean;
  /** Of a clear secret: equal where secrets are, and says nothing without the key. Valid only while the callback runs. */
  readonly keyedHash?: (key: Uint8Array) => string;
  /** `test` recomputes a challenge and its response, holds no secret, and may be kept and called later. */
  readonly mayWait?: true;
}

/** A file, a program or a firmware image on its way. */
export interface Transfer {
  readonly fact: 'transfer';
  readonly phase: 'begun' | 'piece' | 'ended';
  readonly timeUs: number;
  readonly frame: FrameReference;
  readonly flow: number;
  readonly client: number;
  readonly server: number;
  readonly unit: number;
  readonly protocol: string;
  /** What carries it, in the protocol's words: `file record`, `UMAS download`. */
  readonly carrier: string;
  readonly direction: 'to-server' | 'to-client';
  /** Same for all facts of one transfer; unique within the analysis. */
  readonly transfer: string;
  readonly name: string;
  /** Where the piece stands in the whole; -1 on `begun` and `ended`. */
  readonly offset: number;
  /** The piece, borrowed until the callback returns: copy what is to be kept. Empty on `begun` and `ended`. */
  readonly bytes: Uint8Array;
  /** On `ended`: bytes carried, whether all of them were seen. */
  readonly size: number;
  readonly isComplete: boolean;
  /** On `ended`, filled in behind the protocol: what it is by its first bytes, empty where they were not seen. */
  readonly kind: string;
  /** On `ended`: of the whole, lower-case hexadecimal; empty where a piece is missing. */
  readonly sha256: string;
  /** On `ended`: stretches before the last byte that were not seen, the first of them, and how many bytes in all. */
  readonly missing: readonly { readonly offset: number; readonly size: number }[];
  readonly missingBytes: number;
  /** On `ended`: what the content says of itself in a form that its protocol defines, as names and values to show. */
  readonly details?: readonly TransferDetail[];
  /** On `ended`, of carriers that do not tell where the whole ends; it is complete then only by its size. */
  readonly ending?: TransferEnding;
}

/**
 * What made an end of it, where the protocol does not tell: it is as long as its told size (`size`), its receiver was
 * restarted, it was read back, it was begun anew, nothing more came for a while, or the conversation ended.
 */
export type TransferEnding = 'size' | 'restart' | 'read-back' | 'begun-anew' | 'silence' | 'closed';

/** `language` and `SCL`: of the header of a block. Values are safe to show. */
export type TransferDetail = readonly [name: string, value: string];

/** What a protocol says of content it does not look at. */
export const CONTENT_UNSEEN = { kind: '', sha256: '', missing: [], missingBytes: 0 } as const;

export const CLAIM_ATTRIBUTES = [
  'vendor',
  'model',
  'product-code',
  'serial',
  'firmware',
  'hardware',
  'operating-system',
  'name',
  'role',
  'level',
  'service',
  'application',
  'url',
  'run-state',
  'project',
  /** How it is guarded: see credential-auditor. */
  'hardening',
] as const;
export type ClaimAttribute = (typeof CLAIM_ATTRIBUTES)[number];

/** Something a device shows about itself, or that follows from how it behaves. */
export interface Claim {
  readonly fact: 'claim';
  readonly timeUs: number;
  readonly frame: FrameReference;
  readonly host: number;
  /** The device behind the host that is meant, -1 for the host itself. */
  readonly unit: number;
  readonly attribute: ClaimAttribute;
  readonly value: string;
  /** Where it was read: `modbus 43/14`, `mac prefix`. */
  readonly source: string;
  /** 0 to 1: how far to trust it. Self-declared in a protocol made for it 0.9; inferred 0.5; a hint 0.3. */
  readonly trust: number;
}

/** A protocol rule broken. */
export interface Violation {
  readonly fact: 'violation';
  readonly timeUs: number;
  readonly frame: FrameReference;
  /** -1 where the frame belongs to no conversation. */
  readonly flow: number;
  readonly client: number;
  readonly server: number;
  readonly unit: number;
  readonly fromClient: boolean;
  /** Name of the protocol or layer: `modbus`, `ipv4`, `tcp`. */
  readonly protocol: string;
  /** Stable kebab-case name of the rule: `length-too-short`. */
  readonly rule: string;
  /** Plain words with the numbers: "byte count 3, 4 bytes follow". */
  readonly detail: string;
  /** Offset of the offending field in the message, -1 where it is no single field. */
  readonly offset: number;
  /** A copy of the offending bytes, at most 32. */
  readonly bytes: Uint8Array;
}

/** A measured feature of a host. */
export interface Trait {
  readonly fact: 'trait';
  readonly timeUs: number;
  readonly frame: FrameReference;
  readonly host: number;
  /** `address-binding`, `tcp-stack`, `dhcp-fingerprint`, `ja4` … */
  readonly trait: string;
  readonly value: string;
}

/** What protocols and the engine hand facts to. */
export interface FactSink {
  operation(operation: Operation): void;
  conversation(conversation: Conversation): void;
  login(login: Login): void;
  transfer(transfer: Transfer): void;
  claim(claim: Claim): void;
  violation(violation: Violation): void;
  trait(trait: Trait): void;
}

/** Hosts are small integers over (segment, address); this tells what stands behind the number. */
export interface HostDirectory {
  readonly count: number;
  /** `192.0.2.1`, `2001:db8::1`, or the MAC address of a host that speaks no IP. */
  address(host: number): string;
  addressKind(host: number): 'ipv4' | 'ipv6' | 'mac';
  /** `default`, `vlan 20` … */
  segment(host: number): string;
  /** Lower-case, colons; empty where the host was never seen on the local link or stands behind a router. */
  mac(host: number): string;
  /** How many other addresses it was seen to route for: their packets came from its MAC with a lowered TTL. */
  forwards?(host: number): number;
  isBroadcastOrMulticast(host: number): boolean;
}
