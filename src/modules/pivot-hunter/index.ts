// Judges how somebody gets around: scans, and the way from host to host towards the control level.
import type { Claim, Conversation, Login, Trait } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { ControlHosts } from '../control-hosts.ts';
import { Attempts } from './attempts.ts';
import { Channels } from './channels.ts';
import {
  ADDRESS_SCAN,
  DISTRIBUTED_SCAN,
  HIDDEN_UPLOAD,
  MOVEMENT_CHAIN,
  MOVEMENT_STEP,
  PORT_SCAN,
  SERVICE_APPEARED,
  UNKNOWN_CHANNEL,
} from './kinds.ts';
import { Movement } from './movement.ts';
import { Openings } from './openings.ts';
import { Scans } from './scans.ts';

export const pivotHunter: Module = {
  meta: {
    id: 'pivot-hunter',
    title: 'Pivot hunter',
    purpose: 'Judges how somebody gets around: scans, enumeration, movement from host to host, hidden channels.',
    scope: 'site',
    kinds: [
      ADDRESS_SCAN,
      PORT_SCAN,
      DISTRIBUTED_SCAN,
      MOVEMENT_CHAIN,
      MOVEMENT_STEP,
      UNKNOWN_CHANNEL,
      HIDDEN_UPLOAD,
      SERVICE_APPEARED,
    ],
  },
  start: (site) => new PivotHunter(site),
};

class PivotHunter implements ModuleHandlers {
  readonly #control: ControlHosts;
  readonly #attempts: Attempts;
  readonly #scans: Scans;
  readonly #openings: Openings;
  readonly #movement: Movement;
  readonly #channels: Channels;

  constructor(site: Site) {
    this.#control = new ControlHosts(site);
    this.#attempts = new Attempts(site);
    this.#scans = new Scans(site, this.#attempts, this.#control);
    this.#openings = new Openings(site, this.#control);
    this.#movement = new Movement(site, this.#control, this.#openings);
    this.#channels = new Channels(site, this.#control, this.#openings, this.#movement);
  }

  conversation(conversation: Conversation): void {
    this.#control.conversation(conversation);
    this.#openings.heard(conversation);
    this.#attempts.conversation(conversation);
    this.#movement.conversation(conversation);
    this.#channels.conversation(conversation);
  }

  claim(claim: Claim): void {
    this.#control.claim(claim);
  }

  login(login: Login): void {
    this.#movement.login(login);
  }

  trait(trait: Trait): void {
    this.#attempts.trait(trait);
  }

  tick(timeUs: number): void {
    this.#scans.tick(timeUs);
    this.#channels.tick(timeUs);
    this.#movement.tick(timeUs);
  }

  end(timeUs: number): void {
    this.#scans.end(timeUs);
    this.#channels.end();
    this.#movement.end();
  }
}
