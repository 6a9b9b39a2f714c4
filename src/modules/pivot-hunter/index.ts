// Judges how somebody gets around: scans, and the way from host to host towards the control level.
import type { Claim, Conversation, Trait } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { ControlHosts } from '../control-hosts.ts';
import { Attempts } from './attempts.ts';
import { ADDRESS_SCAN, DISTRIBUTED_SCAN, PORT_SCAN } from './kinds.ts';
import { Scans } from './scans.ts';

export const pivotHunter: Module = {
  meta: {
    id: 'pivot-hunter',
    title: 'Pivot hunter',
    purpose: 'Judges how somebody gets around: scans, enumeration, movement from host to host, hidden channels.',
    scope: 'site',
    kinds: [ADDRESS_SCAN, PORT_SCAN, DISTRIBUTED_SCAN],
  },
  start: (site) => new PivotHunter(site),
};

class PivotHunter implements ModuleHandlers {
  readonly #control: ControlHosts;
  readonly #attempts: Attempts;
  readonly #scans: Scans;

  constructor(site: Site) {
    this.#control = new ControlHosts(site);
    this.#attempts = new Attempts(site);
    this.#scans = new Scans(site, this.#attempts, this.#control);
  }

  conversation(conversation: Conversation): void {
    this.#control.conversation(conversation);
    this.#attempts.conversation(conversation);
  }

  claim(claim: Claim): void {
    this.#control.claim(claim);
  }

  trait(trait: Trait): void {
    this.#attempts.trait(trait);
  }

  tick(timeUs: number): void {
    this.#scans.tick(timeUs);
  }

  end(timeUs: number): void {
    this.#scans.end(timeUs);
  }
}
