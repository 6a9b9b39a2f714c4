// The contract of a security module: one folder under modules/ and one line in modules/index.ts.
import type { AlertKind, Judgement } from './alert.ts';
import type { CredentialRow } from './credential.ts';
import type { Claim, Conversation, HostDirectory, Login, Trait, Transfer, Violation } from './facts.ts';
import type { FirmwareEvent, KnownFirmware } from './firmware.ts';
import type { Intent } from './intent.ts';
import type { Learning } from './learning.ts';
import type { Operation } from './operation.ts';
import type { PolicyView } from './policy.ts';
import type { Protocol, ProtocolFamily } from './protocol.ts';

export interface ModuleMeta {
  /** `command-sentinel`. */
  readonly id: string;
  readonly title: string;
  /** What it judges, in one sentence. */
  readonly purpose: string;
  /** `device`: needs all that is said to one server, may see operations. `site`: sees everything of low rate. */
  readonly scope: 'device' | 'site';
  readonly kinds: readonly AlertKind[];
}

/** What the engine gives a module when an analysis starts. */
export interface Site {
  readonly hosts: HostDirectory;
  readonly protocols: readonly Protocol[];
  /** One set of tables for the whole analysis; a module learns and judges in them. */
  readonly learning: Learning;
  /** What a person declared in 1sec.yaml; absent: nothing. */
  readonly intent?: Intent;
  /** Zones and conduits that a person owns (policy.yaml); absent: nobody does. */
  readonly policy?: PolicyView;
  /** Credentials of a person's own list, beside those that are shipped; absent: none. */
  readonly credentials?: readonly CredentialRow[];
  /** Images that a person knows to be good; absent: no such set is given. */
  readonly knownFirmware?: KnownFirmware;
  /** Known to this run alone: for hashes that must not tell anything to anybody else. */
  readonly secretKey: Uint8Array;
  raise(judgement: Judgement): void;
  /** Tells what follows about a device from how it behaves; weighed with what devices say themselves. */
  claim(claim: Claim): void;
  /** Adds to what is told of the firmware of a device. */
  firmware(event: FirmwareEvent): void;
}

/** Handlers for the facts a module wants; what is absent is not called. Facts of low rate may be kept. */
export interface ModuleHandlers {
  operation?(operation: Operation): void;
  /** Only these verbs reach `operation`; absent: all. */
  readonly verbs?: readonly number[];
  /** Only operations of protocols of these families reach `operation`; absent: all but those of `it`. */
  readonly families?: readonly ProtocolFamily[];
  /** Operations with one of these outcomes reach `operation` whatever their verb. Means nothing without `verbs`. */
  readonly alsoOutcomes?: readonly number[];
  conversation?(conversation: Conversation): void;
  login?(login: Login): void;
  transfer?(transfer: Transfer): void;
  claim?(claim: Claim): void;
  violation?(violation: Violation): void;
  trait?(trait: Trait): void;
  /** A second of packet time has passed. */
  tick?(timeUs: number): void;
  /** No more facts will come. */
  end?(timeUs: number): void;
}

export interface Module {
  readonly meta: ModuleMeta;
  start(site: Site): ModuleHandlers;
}
