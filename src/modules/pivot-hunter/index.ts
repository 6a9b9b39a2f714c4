// Judges how somebody gets around: scans and enumeration, the way from host to host towards the control level, hidden
// channels, what is started from afar, and what is sent outside.
import type { Claim, Conversation, Login, Trait, Transfer } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import type { Operation } from '../../facts/operation.ts';
import type { ProtocolFamily } from '../../facts/protocol.ts';
import { controlHostsOf, type ControlHosts } from '../control-hosts.ts';
import { Attempts } from './attempts.ts';
import { CallsOut } from './calls-out.ts';
import { Channels } from './channels.ts';
import { Enumeration, ENUMERATION_VERBS } from './enumeration.ts';
import { Execution, EXECUTION_VERBS } from './execution.ts';
import * as kinds from './kinds.ts';
import { CHANGE_VERBS, Movement } from './movement.ts';
import { Openings } from './openings.ts';
import { Scans } from './scans.ts';

export const pivotHunter: Module = {
  meta: {
    id: 'pivot-hunter',
    title: 'Pivot hunter',
    purpose: 'Judges how somebody gets around: scans, enumeration, movement from host to host, hidden channels.',
    scope: 'site',
    kinds: Object.values(kinds),
  },
  start: (site) => new PivotHunter(site),
};

class PivotHunter implements ModuleHandlers {
  /** Who asks for identities, who has something started, who changes something. */
  readonly verbs = [...new Set([...ENUMERATION_VERBS, ...EXECUTION_VERBS, ...CHANGE_VERBS])];
  readonly families: readonly ProtocolFamily[] = ['process', 'building', 'management', 'it'];
  readonly #control: ControlHosts;
  readonly #attempts: Attempts;
  readonly #scans: Scans;
  readonly #openings: Openings;
  readonly #movement: Movement;
  readonly #channels: Channels;
  readonly #enumeration: Enumeration;
  readonly #execution: Execution;
  readonly #callsOut: CallsOut;

  constructor(site: Site) {
    this.#control = controlHostsOf(site);
    this.#attempts = new Attempts(site);
    this.#scans = new Scans(site, this.#attempts, this.#control);
    this.#openings = new Openings(site, this.#control);
    this.#movement = new Movement(site, this.#control, this.#openings);
    this.#channels = new Channels(site, this.#control, this.#openings, this.#movement);
    this.#enumeration = new Enumeration(site);
    this.#execution = new Execution(site, this.#control, this.#openings, this.#movement);
    this.#callsOut = new CallsOut(site, this.#control);
  }

  operation(operation: Operation): void {
    this.#enumeration.operation(operation);
    this.#execution.operation(operation);
    this.#movement.operation(operation);
  }

  conversation(conversation: Conversation): void {
    this.#control.conversation(conversation);
    this.#openings.heard(conversation);
    this.#attempts.conversation(conversation);
    this.#movement.conversation(conversation);
    this.#channels.conversation(conversation);
    this.#enumeration.conversation(conversation);
    this.#callsOut.conversation(conversation);
  }

  transfer(transfer: Transfer): void {
    this.#execution.transfer(transfer);
  }

  claim(claim: Claim): void {
    this.#control.claim(claim);
  }

  login(login: Login): void {
    this.#movement.login(login);
  }

  trait(trait: Trait): void {
    this.#attempts.trait(trait);
    this.#scans.trait(trait);
  }

  tick(timeUs: number): void {
    this.#scans.tick(timeUs);
    this.#channels.tick(timeUs);
    this.#movement.tick(timeUs);
  }

  end(timeUs: number): void {
    this.#scans.end(timeUs);
    this.#channels.end();
    this.#execution.end();
    this.#movement.end();
  }
}
