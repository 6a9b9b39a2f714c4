// Judges sessions of every kind: passwords that are guessed.
import type { Login } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { Guessing } from './guessing.ts';
import { BRUTE_FORCE, OUTDATED, SPRAYING, SUCCESS } from './kinds.ts';

export const accessWatch: Module = {
  meta: {
    id: 'access-watch',
    title: 'Access watch',
    purpose: 'Judges sessions and logins: guessed passwords, and logins that succeed after many that failed.',
    scope: 'site',
    kinds: [BRUTE_FORCE, SPRAYING, SUCCESS, OUTDATED],
  },
  start: (site) => new AccessWatch(site),
};

class AccessWatch implements ModuleHandlers {
  readonly #guessing: Guessing;

  constructor(site: Site) {
    this.#guessing = new Guessing(site);
  }

  login(login: Login): void {
    if (login.server <= 0 || login.client <= 0) return;
    this.#guessing.login(login);
  }
}
