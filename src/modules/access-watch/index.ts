// Judges sessions of every kind: passwords that are guessed, remote sessions into the control level, tools for remote
// support, tunnels.
import type { Claim, Conversation, Login, Trait } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { ControlHosts } from './control-hosts.ts';
import { Guessing } from './guessing.ts';
import { BRUTE_FORCE, OUTDATED, REMOTE_SESSION, REMOTE_TOOL, SPRAYING, SUCCESS, DISGUISED, TUNNEL } from './kinds.ts';
import { RemoteSessions } from './remote-sessions.ts';
import { Tunnels } from './tunnels.ts';

export const accessWatch: Module = {
  meta: {
    id: 'access-watch',
    title: 'Access watch',
    purpose:
      'Judges sessions and logins: guessed passwords, remote sessions into the control level, remote support, tunnels.',
    scope: 'site',
    kinds: [BRUTE_FORCE, SPRAYING, SUCCESS, OUTDATED, REMOTE_SESSION, REMOTE_TOOL, TUNNEL, DISGUISED],
  },
  start: (site) => new AccessWatch(site),
};

class AccessWatch implements ModuleHandlers {
  readonly #control: ControlHosts;
  readonly #guessing: Guessing;
  readonly #remote: RemoteSessions;
  readonly #tunnels: Tunnels;

  constructor(site: Site) {
    this.#control = new ControlHosts(site);
    this.#guessing = new Guessing(site);
    this.#remote = new RemoteSessions(site, this.#control);
    this.#tunnels = new Tunnels(site, this.#control);
  }

  conversation(conversation: Conversation): void {
    this.#control.conversation(conversation);
    this.#remote.conversation(conversation);
    this.#tunnels.conversation(conversation);
  }

  login(login: Login): void {
    if (login.server <= 0 || login.client <= 0) return;
    this.#guessing.login(login);
  }

  claim(claim: Claim): void {
    this.#control.claim(claim);
  }

  trait(trait: Trait): void {
    this.#remote.trait(trait);
    this.#tunnels.trait(trait);
  }

  end(): void {
    this.#remote.end();
  }
}
