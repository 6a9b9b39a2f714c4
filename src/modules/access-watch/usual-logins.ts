// Learns who logs in to which server and at which hours, and judges logins of others and at other hours. Judged is only
// what was learned over days; what was judged is not learned.
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { Login } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { ContextKind, textWord } from '../../learning/contexts.ts';
import { chanceText, countOf, maskedUser, spanText } from '../plain-words.ts';
import type { ControlHosts } from '../control-hosts.ts';
import { unconfirmedSighting, weighed } from '../unconfirmed.ts';
import { ENGINEERING_LOGIN, NEW_LOGIN, UNUSUAL_HOUR } from './kinds.ts';

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
/** Logins of one user from one client within this time are one visit: programs log in with each request. */
const VISIT_US = 10 * 60_000_000;
/** What is known of a server is enough when it was seen for so long, and the chance of somebody new is below this. */
const LEARNED_US_MIN = 3 * DAY_US;
const LEARNED_BELOW = 0.15;
/** Few work on engineering stations and safety controllers, so that less has to do. */
const ENGINEERING_BELOW = 0.35;
/** Hours: a working week, and not a beginning. */
const HOURS_US_MIN = 5 * DAY_US;
const HOURS_MIN = 20;
const HOURS_A_DAY = 24;

export class UsualLogins {
  readonly #site: Site;
  readonly #control: ControlHosts;

  constructor(site: Site, control: ControlHosts) {
    this.#site = site;
    this.#control = control;
  }

  login(login: Login): void {
    if (login.outcome === 'refused') return;
    const isNew = this.#judgeWho(login);
    // Whoever is told of as new is at no usual hour either.
    if (!isNew && login.outcome === 'accepted') this.#judgeHour(login);
  }

  /** True where it was judged. */
  #judgeWho(login: Login): boolean {
    const { client, server, protocol, user, timeUs } = login;
    const { novelty, isTeaching } = this.#site.learning;
    const logins = novelty.context(ContextKind.logins, server, 0, 0);
    const word = textWord(`${protocol}\n${user}`);
    const known = novelty.findSymbol(logins, client, word);
    if (known === 0 && !isTeaching && !this.#isDeclared(client)) {
      const isEngineering = this.#control.find(server)?.isEngineering === true;
      if (this.#isLearned(logins, timeUs, isEngineering ? ENGINEERING_BELOW : LEARNED_BELOW)) {
        this.#tellWho(login, logins, word, isEngineering);
        return true;
      }
    }
    if (known !== 0 && timeUs - novelty.symbolLastUs(known) < VISIT_US) return false;
    novelty.observe(novelty.symbol(logins, client, word), timeUs);
    return false;
  }

  /** Days were seen, somebody new is unlikely, and nobody new came for as long as it took to see those who are known. */
  #isLearned(context: number, timeUs: number, below: number): boolean {
    const { novelty } = this.#site.learning;
    if (novelty.observations(context) === 0) return false;
    const firstUs = novelty.firstUs(context);
    const newestUs = novelty.newestUs(context);
    if (timeUs - firstUs < LEARNED_US_MIN || timeUs - newestUs < newestUs - firstUs) return false;
    return novelty.estimate(context).bound <= below;
  }

  #tellWho(login: Login, logins: number, word: number, isEngineering: boolean): void {
    const { client, server, user, protocol, outcome, timeUs } = login;
    const { learning, hosts } = this.#site;
    const { novelty } = learning;
    const rows = novelty.symbolsOf(logins, 64);
    const isHostKnown = rows.some((row) => novelty.symbolWord(row, 1) === client);
    const isUserKnown = rows.some((row) => novelty.symbolWord(row, 2) === word);
    const { observations, distinct, bound } = novelty.estimate(logins);
    const what = isHostKnown
      ? isUserKnown
        ? 'Host and user are known there, but not together.'
        : 'The host is known there, the user is not.'
      : isUserKnown
        ? 'The user is known there, the host is not.'
        : 'Neither host nor user are known there.';
    const control = this.#control.find(server);
    const where = control === undefined ? '' : `, which ${control.what}`;
    const result = outcome === 'accepted' ? 'was let in' : 'and whether it was let in is not known';
    const text =
      `${hosts.address(client)} logged in to ${hosts.address(server)}${where}, by ${protocol}${user === '' ? '' : ` as ${maskedUser(user)}`}, ${result}. ` +
      `${what} In ${spanText(timeUs - novelty.firstUs(logins))} there were ${observations} visits of ` +
      `${countOf(distinct, 'pair')} of host and user: the chance that the next one is of a new pair is below ${chanceText(bound)}.`;
    const isAccepted = outcome === 'accepted';
    const severity: Severity = isEngineering
      ? isAccepted
        ? 'high'
        : 'medium'
      : control !== undefined && isAccepted
        ? 'medium'
        : 'low';
    const kind = isEngineering ? ENGINEERING_LOGIN : NEW_LOGIN;
    const sought = [ContextKind.logins, server, 0, 0, client, word] as const;
    const told = weighed(severity, text, unconfirmedSighting(this.#site, sought));
    this.#raise(kind, told.severity, login, told.explanation);
  }

  #judgeHour(login: Login): void {
    const { client, server, protocol, timeUs } = login;
    const { learning, hosts } = this.#site;
    const { novelty } = learning;
    const hours = novelty.context(ContextKind.loginHours, server, 0, 0);
    const hour = Math.floor(timeUs / HOUR_US) % HOURS_A_DAY;
    const seen = (at: number): number => novelty.seen(novelty.findSymbol(hours, (at + HOURS_A_DAY) % HOURS_A_DAY, 0));
    const count = novelty.observations(hours);
    const spanUs = timeUs - novelty.firstUs(hours);
    const isUnusual =
      !learning.isTeaching &&
      count >= HOURS_MIN &&
      spanUs >= HOURS_US_MIN &&
      timeUs - novelty.newestUs(hours) >= novelty.newestUs(hours) - novelty.firstUs(hours) &&
      seen(hour) + seen(hour - 1) + seen(hour + 1) === 0;
    if (!isUnusual) {
      const symbol = novelty.symbol(hours, hour, 0);
      // Once for each hour of each day.
      if (novelty.seen(symbol) === 0 || timeUs - novelty.symbolLastUs(symbol) >= HOUR_US)
        novelty.observe(symbol, timeUs);
      return;
    }
    const usual = Array.from({ length: HOURS_A_DAY }, (_none, at) => at).filter((at) => seen(at) > 0);
    const text =
      `${hosts.address(client)} logged in to ${hosts.address(server)} by ${protocol} at ${hourText(hour)} UTC. In ` +
      `${spanText(spanUs)} there were logins in ${count} hours, all of them at ` +
      `${usual.map(hourText).join(', ')}; never at this hour nor at the one before or after.`;
    this.#raise(UNUSUAL_HOUR, this.#control.find(server) === undefined ? 'low' : 'medium', login, text);
  }

  #isDeclared(client: number): boolean {
    return this.#site.intent?.isEngineeringStation(client) === true;
  }

  #raise(kind: AlertKind, severity: Severity, login: Login, explanation: string): void {
    const { client, server, protocol, user, timeUs, frame } = login;
    this.#site.raise({
      kind: kind.kind,
      severity,
      timeUs,
      subject: { host: server, unit: -1, port: -1 },
      peer: { host: client, unit: -1, port: -1 },
      object: user === '' ? protocol : `${protocol} ${maskedUser(user)}`,
      explanation,
      frames: frame > 0 ? [frame] : [],
    });
  }
}

function hourText(hour: number): string {
  return `${String(hour).padStart(2, '0')}h`;
}
