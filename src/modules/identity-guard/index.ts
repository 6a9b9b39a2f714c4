// Asks whether a device is who it says it is: who has an address, which system is behind it, who answers to which name.
// What it judges by is compared with what the same network showed before, never with a list of good devices.
import type { Claim, Conversation, Trait } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import type { Operation } from '../../facts/operation.ts';
import { Addresses } from './addresses.ts';
import { Contradictions } from './contradictions.ts';
import { Habits } from './habits.ts';
import {
  ADDRESS_CONFLICT,
  ADDRESS_MOVED,
  ADDRESS_SPOOFED,
  BEHAVIOUR_CHANGED,
  CLONED,
  DHCP_STARVED,
  HARDWARE_DOUBTFUL,
  IMPERSONATED,
  NAMES_SPOOFED,
  NAME_TAKEN,
  NEIGHBOUR_CHANGED,
  ROGUE_DHCP,
  ROGUE_ROUTER,
  ROUTER_FLOOD,
  ROUTER_SPOOFED,
  SEVERAL_SYSTEMS,
} from './kinds.ts';
import { Names } from './names.ts';
import { Routers } from './routers.ts';
import { Starvation } from './starvation.ts';
import { Systems } from './systems.ts';

export const identityGuard: Module = {
  meta: {
    id: 'identity-guard',
    title: 'Identity guard',
    purpose: 'Asks whether a device is who it says it is, by its addresses, its system and the names it answers to.',
    scope: 'device',
    kinds: [
      ADDRESS_SPOOFED,
      IMPERSONATED,
      BEHAVIOUR_CHANGED,
      NAMES_SPOOFED,
      ROGUE_DHCP,
      ROGUE_ROUTER,
      ROUTER_SPOOFED,
      ROUTER_FLOOD,
      DHCP_STARVED,
      ADDRESS_CONFLICT,
      ADDRESS_MOVED,
      CLONED,
      HARDWARE_DOUBTFUL,
      NAME_TAKEN,
      NEIGHBOUR_CHANGED,
      SEVERAL_SYSTEMS,
    ],
  },
  start: (site) => new IdentityGuard(site),
};

class IdentityGuard implements ModuleHandlers {
  readonly #addresses: Addresses;
  readonly #habits: Habits;
  readonly #systems: Systems;
  readonly #names: Names;
  readonly #contradictions: Contradictions;
  readonly #starvation: Starvation;
  readonly #routers: Routers;

  constructor(site: Site) {
    this.#addresses = new Addresses(site);
    this.#habits = new Habits(site);
    this.#systems = new Systems(site, this.#habits);
    this.#names = new Names(site);
    this.#contradictions = new Contradictions(site);
    this.#starvation = new Starvation(site);
    this.#routers = new Routers(site);
  }

  operation(operation: Operation): void {
    this.#habits.operation(operation);
  }

  conversation(conversation: Conversation): void {
    this.#systems.conversation(conversation);
  }

  claim(claim: Claim): void {
    this.#names.claim(claim);
    this.#contradictions.claim(claim);
  }

  trait(trait: Trait): void {
    switch (trait.trait) {
      case 'address-binding':
        this.#addresses.bound(trait);
        return;
      case 'dhcp-fingerprint':
      case 'dhcp-options':
        this.#addresses.mayMove(trait.host);
        return;
      case 'shared-address':
        this.#addresses.mayMove(trait.host);
        this.#routers.isShared(trait.host);
        return;
      case 'ipv6-router':
        this.#routers.announces(trait);
        return;
      case 'ipv6-router-withdrawn':
        this.#routers.withdraws(trait);
        return;
      case 'dhcp-asks':
        this.#starvation.asks(trait, this.#names.dhcpServerOf(trait.host));
        return;
      case 'tcp-stack':
        this.#systems.asks(trait);
        return;
      case 'tcp-stack-answer':
        this.#systems.answers(trait);
        return;
      default:
        this.#names.trait(trait);
    }
  }

  tick(timeUs: number): void {
    this.#addresses.tick(timeUs);
    this.#names.tick(timeUs);
    this.#routers.tick(timeUs);
  }

  end(): void {
    this.#addresses.end();
  }
}
