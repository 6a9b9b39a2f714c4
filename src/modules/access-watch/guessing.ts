// Judges refused logins: many of one client on one server, a few each over many, and one that is accepted in the end.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { showable } from '../../bytes/text.ts';
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { Login } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { countOf, maskedUser, spanText, timesText } from '../plain-words.ts';
import { BRUTE_FORCE, OUTDATED, SPRAYING, SUCCESS } from './kinds.ts';
import { Sieges, triesOf as siegeTries, type Siege } from './sieges.ts';
import { Spraying, triesOf as spraysOf, type SprayingRule } from './spraying.ts';
import { Tries } from './tries.ts';

/** Pairs of client and server that are remembered; the one that was made first is forgotten first. */
const PAIRS_MAX = 8192;
const MINUTE_US = 60_000_000;
const HOUR_US = 60 * MINUTE_US;

/** Fast: so many different tries refused within the window; people manage three or four. */
const FAST_US = 5 * MINUTE_US;
const FAST_MIN = 10;
/** Slow: so many different tries without a day's rest between two. */
const SLOW_MIN = 20;
/** Of all tries with a known outcome, no less than this share refused: a busy server refuses some of many. */
const REFUSED_SHARE = 0.8;
/** Sessions of which nobody sees the outcome (SSH, RDP): more are needed, none accepted, and it is said to be a guess. */
const UNSEEN_MIN = 30;
/** Spraying over servers: hasty, or patient, where those that let the client in do not count. */
const FAST_SPRAYING: SprayingRule = { windowUs: HOUR_US, serversMin: 5, forgetsAccepted: false };
const SLOW_SPRAYING: SprayingRule = { windowUs: 7 * 24 * HOUR_US, serversMin: 12, forgetsAccepted: true };
/** Spraying over users of one server: so many, at most so many tries each, within the window. */
const SPRAY_US = HOUR_US;
const SPRAYED_USERS_MIN = 8;
const TRIES_EACH_MAX = 3;
/** More different ones than people need to remember which password it was. */
const SUCCESS_MIN = 5;
const OUTDATED_MIN = 10;
/** Protocols that encrypt the login, so that its outcome is inferred. */
const IS_UNSEEN = new Set(['ssh', 'rdp']);
const NAMED_USERS = 6;

export class Guessing {
  readonly #site: Site;
  readonly #pairs = new Map<string, Tries>();
  readonly #fastSprays = new Spraying(FAST_SPRAYING);
  readonly #slowSprays = new Spraying(SLOW_SPRAYING);
  readonly #sieges = new Sieges();

  constructor(site: Site) {
    this.#site = site;
  }

  /** True where the login was accepted as one that was guessed: it is nobody's usual one. */
  login(login: Login): boolean {
    const { client, server, protocol, outcome, user, mechanism } = login;
    // Who says no name guesses nothing.
    if (/anonymous|^none$|-none$/.test(mechanism)) return false;
    const key = `${client} ${server} ${protocol}`;
    let tries = this.#pairs.get(key);
    if (tries === undefined) {
      forgetOldest(this.#pairs, PAIRS_MAX);
      this.#pairs.set(key, (tries = new Tries()));
    }
    const hash = login.keyedHash?.(this.#site.secretKey) ?? '';
    tries.add(login, hash);
    if (outcome === 'accepted') {
      const siege = this.#sieges.accepted(login);
      const isGuessed = !tries.wasAccepted(user, hash) && this.#judgeSuccess(login, tries, siege);
      tries.inARow = 0;
      this.#slowSprays.accepted(login);
      return isGuessed;
    }
    if (outcome === 'refused') {
      this.#spray(login, tries, this.#fastSprays);
      this.#spray(login, tries, this.#slowSprays);
      this.#besiege(login, tries);
      this.#judgeRefused(login, tries);
    } else if (IS_UNSEEN.has(protocol)) this.#judgeUnseen(login, tries);
    return false;
  }

  /** What came after it was told last. */
  end(): void {
    for (const tries of this.#pairs.values()) {
      const { last, toldAt, refused } = tries;
      if (last === null || toldAt === 0 || refused <= toldAt) continue;
      tries.toldAt = 0;
      this.#judgeRefused(last, tries);
    }
  }

  #judgeRefused(login: Login, tries: Tries): void {
    const { timeUs } = login;
    const fast = tries.countSince(timeUs - FAST_US, 'refused', true);
    const fastAccepted = tries.countSince(timeUs - FAST_US, 'accepted');
    const isFast = fast >= FAST_MIN && isMostlyRefused(fast, fastAccepted);
    const isSlow = tries.different >= SLOW_MIN && isMostlyRefused(tries.different, tries.accepted);
    const isSpraying =
      tries.users.size >= SPRAYED_USERS_MIN &&
      timeUs - tries.firstUs <= SPRAY_US &&
      tries.refused <= TRIES_EACH_MAX * tries.users.size &&
      isMostlyRefused(tries.different, tries.accepted);
    if (isFast || isSlow || isSpraying) {
      tries.isBruteForce = true;
      if (tries.refused < 2 * tries.toldAt) return;
      tries.toldAt = tries.refused;
      this.#raise(isSpraying ? SPRAYING : BRUTE_FORCE, 'high', login, this.#seriesText(login, tries), tries.frames);
    } else if (tries.different === 1 && tries.refused >= OUTDATED_MIN && tries.accepted === 0) {
      if (tries.refused < 2 * tries.toldAt) return;
      tries.toldAt = tries.refused;
      const { hosts } = this.#site;
      const text =
        `${hosts.address(login.server)} refused ${hosts.address(login.client)} ${timesText(tries.refused)} by ` +
        `${login.protocol} within ${spanText(timeUs - tries.firstUs)}, always with the same user${named(tries)} and the ` +
        'same password (compared by a keyed hash).';
      this.#raise(OUTDATED, 'low', login, text, tries.frames);
    }
  }

  #seriesText({ client, server, protocol, mechanism, timeUs }: Login, tries: Tries): string {
    const { hosts } = this.#site;
    const spanUs = timeUs - tries.firstUs;
    const known = tries.refused + tries.accepted;
    const share = Math.floor((100 * tries.refused) / known);
    const repeated = tries.refused - tries.different;
    const same = repeated > 0 ? ` (${repeated} of them with a password tried before)` : '';
    const users = tries.users.size;
    return (
      `${hosts.address(server)} refused ${hosts.address(client)} ${timesText(tries.refused)}${same} by ${protocol} ` +
      `(${showable(mechanism, 40)}) within ${spanText(spanUs)}${rateText(tries.refused, spanUs)}: ${share} % of its ` +
      `${known} logins there whose outcome was seen. ` +
      (users === 1 && tries.users.has('')
        ? 'The protocol does not show the user.'
        : `It tried ${countOf(users, 'user')}${named(tries)}.`)
    );
  }

  /** Sessions of which only their number is seen. */
  #judgeUnseen(login: Login, tries: Tries): void {
    const { client, server, protocol, timeUs } = login;
    const count = tries.countSince(timeUs - FAST_US, 'unknown');
    if (count < UNSEEN_MIN || tries.accepted > 0 || tries.unknown < 2 * tries.toldAt) return;
    tries.toldAt = tries.unknown;
    const { hosts } = this.#site;
    const text =
      `${hosts.address(client)} began ${count} ${protocol} logins on ${hosts.address(server)} within ${spanText(FAST_US)}, ` +
      'none of which was seen to be accepted. They are encrypted: that they were refused is a guess.';
    this.#raise(BRUTE_FORCE, 'medium', login, text, [login.frame]);
  }

  #spray(login: Login, tries: Tries, sprays: Spraying): void {
    const { client, server, timeUs, protocol } = login;
    const spray = sprays.refused(login);
    if (spray === null || tries.isBruteForce) return;
    // What is told of the hour is not told again of the week.
    if (sprays === this.#slowSprays && this.#fastSprays.toldOf(client, server, timeUs) !== null) return;
    const servers = spray.servers.size;
    spray.toldAt = servers;
    const { hosts } = this.#site;
    const list = [...spray.servers.keys()].slice(0, 8).map((host) => hosts.address(host));
    const text =
      `${servers} servers refused ${hosts.address(client)} within ${spanText(timeUs - spray.firstUs)}, ${spraysOf(spray)} tries in ` +
      `all, the last by ${protocol}: ${list.join(', ')}${servers > list.length ? ' …' : ''}.`;
    const [first = server] = spray.servers.keys();
    this.#raise(SPRAYING, 'high', { ...login, server: first }, text, spray.frames, 'many servers');
  }

  /** Many clients on one server. */
  #besiege(login: Login, tries: Tries): void {
    const { client, server, protocol, timeUs } = login;
    if (tries.isBruteForce || tries.recent.at(-1)?.isNew !== true) return;
    const siege = this.#sieges.refused(login);
    if (siege === null) return;
    const { hosts } = this.#site;
    const total = siegeTries(siege);
    siege.toldAt = total;
    const clients = [...siege.clients.keys()].slice(0, 8).map((host) => hosts.address(host));
    const users = siege.users.size;
    const isSpraying = users >= SPRAYED_USERS_MIN && total <= TRIES_EACH_MAX * users;
    const named = siege.users.has('') ? '' : ` It was for ${countOf(users, 'user')}.`;
    const text =
      `${hosts.address(server)} refused ${siege.clients.size} clients ${timesText(total)} by ${protocol} within ` +
      `${spanText(timeUs - siege.firstUs)}, none of which it ever let in: ${clients.join(', ')}` +
      `${siege.clients.size > clients.length ? ' …' : ''}.${named} Each of them tried too seldom to be noticed alone.`;
    const [first = client] = siege.clients.keys();
    const kind = isSpraying ? SPRAYING : BRUTE_FORCE;
    this.#raise(kind, 'high', { ...login, client: first }, text, siege.frames, `${protocol} from many hosts`);
  }

  #judgeSuccess(login: Login, tries: Tries, siege: Siege | null): boolean {
    const { client, server, protocol, user, timeUs, frame } = login;
    const { hosts } = this.#site;
    const who = `${hosts.address(server)} let ${hosts.address(client)} in by ${protocol}${asUser(user)}`;
    const wasTried = user === '' || tries.users.has(user);
    // Programs first try whoever is at the computer, several times, before the person is asked for another user.
    if (tries.isBruteForce || (tries.inARow >= SUCCESS_MIN && wasTried)) {
      const severity = tries.isBruteForce && wasTried ? 'critical' : 'high';
      const what = tries.isBruteForce ? ', which was guessing passwords' : '';
      const other = wasTried ? '' : ' This user is none of those it had tried.';
      const text =
        `${who} after ${timesText(tries.refused)} refused within ${spanText(timeUs - tries.firstUs)}${what}; the last ` +
        `refusal was ${spanText(timeUs - tries.lastRefusedUs)} before.${other}`;
      this.#raise(SUCCESS, severity, login, text, [...tries.frames.slice(-3), frame]);
      tries.reset();
      return true;
    }
    if (siege !== null) {
      const text = `${who} after it had refused ${siege.clients.size + 1} clients, this one among them.`;
      this.#raise(SUCCESS, 'high', login, text, [...siege.frames.slice(-3), frame]);
      return true;
    }
    const spray = this.#fastSprays.toldOf(client, server, timeUs) ?? this.#slowSprays.toldOf(client, server, timeUs);
    if (spray === null) return false;
    const text = `${who} after ${spray.servers.size} servers had refused it a few times each, this one ${timesText(tries.refused)}.`;
    this.#raise(SUCCESS, 'high', login, text, [...spray.frames.slice(-3), frame]);
    return true;
  }

  #raise(
    kind: AlertKind,
    severity: Severity,
    login: Login,
    explanation: string,
    frames: readonly number[],
    object = login.protocol,
  ): void {
    if (this.#site.learning.isTeaching) return;
    this.#site.raise({
      kind: kind.kind,
      severity,
      timeUs: login.timeUs,
      subject: { host: login.server, unit: -1, port: -1 },
      peer: { host: login.client, unit: -1, port: -1 },
      object,
      explanation,
      replacesExplanation: kind !== SUCCESS,
      frames: frames.filter((frame) => frame > 0),
    });
  }
}

function isMostlyRefused(refused: number, accepted: number): boolean {
  return refused >= REFUSED_SHARE * (refused + accepted);
}

function rateText(count: number, spanUs: number): string {
  if (spanUs < 1_000_000) return '';
  const perMinute = (count * MINUTE_US) / spanUs;
  if (perMinute >= 1) return `, ${Math.round(perMinute)} a minute`;
  return `, ${Math.max(1, Math.round(perMinute * 60))} an hour`;
}

/** ` (a***, r*** …)`; nothing where the protocol names nobody. */
function named({ users }: Tries): string {
  const names = [...users].filter((user) => user !== '');
  if (names.length === 0) return '';
  const list = [...new Set(names.map(maskedUser))].slice(0, NAMED_USERS);
  return ` (${list.join(', ')})`;
}

function asUser(user: string): string {
  return user === '' ? '' : ` as ${maskedUser(user)}`;
}
