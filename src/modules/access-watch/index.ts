// Judges sessions of every kind: passwords that are guessed, unusual users and hours, remote sessions into the control
// level, tools for remote support, tunnels.
import type { Claim, Conversation, Login, Trait } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { controlHostsOf, type ControlHosts } from '../control-hosts.ts';
import { Guessing } from './guessing.ts';
import {
  BRUTE_FORCE,
  DISGUISED,
  ENGINEERING_LOGIN,
  NEW_LOGIN,
  OUTDATED,
  REMOTE_SESSION,
  REMOTE_TOOL,
  SPRAYING,
  SUCCESS,
  TUNNEL,
  UNUSUAL_HOUR,
} from './kinds.ts';
import { RemoteSessions } from './remote-sessions.ts';
import { Tunnels } from './tunnels.ts';
import { UsualLogins } from './usual-logins.ts';

export const accessWatch: Module = {
  meta: {
    id: 'access-watch',
    title: 'Access watch',
    purpose: 'Judges sessions and logins: guessed passwords, unusual users and hours, remote sessions, tunnels.',
    scope: 'site',
    kinds: [
      BRUTE_FORCE,
      SPRAYING,
      SUCCESS,
      OUTDATED,
      NEW_LOGIN,
      ENGINEERING_LOGIN,
      UNUSUAL_HOUR,
      REMOTE_SESSION,
      REMOTE_TOOL,
      TUNNEL,
      DISGUISED,
    ],
  },
  start: (site) => new AccessWatch(site),
};

class AccessWatch implements ModuleHandlers {
  readonly #control: ControlHosts;
  readonly #guessing: Guessing;
  readonly #usual: UsualLogins;
  readonly #remote: RemoteSessions;
  readonly #tunnels: Tunnels;

  constructor(site: Site) {
    this.#control = controlHostsOf(site);
    this.#guessing = new Guessing(site);
    this.#usual = new UsualLogins(site, this.#control);
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
    if (!this.#guessing.login(login)) this.#usual.login(login);
  }

  claim(claim: Claim): void {
    this.#control.claim(claim);
  }

  trait(trait: Trait): void {
    this.#remote.trait(trait);
    this.#tunnels.trait(trait);
  }

  end(): void {
    this.#guessing.end();
    this.#remote.end();
  }
}
