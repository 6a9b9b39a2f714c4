// Judges every login: is the credential one that devices are shipped with, one that is guessed first, one that passes in
// clear, one that other devices have as well. A clear secret is compared while the callback runs; a response to a
// challenge is recomputed later. Neither is kept: what stays is a keyed hash, and what was found.
import { forgetOldest } from '../../bytes/forgetting.ts';
import { scopeOf } from '../../bytes/address-space.ts';
import { vendorOfMac } from '../../assets/vendors.ts';
import { showable } from '../../bytes/text.ts';
import type { AlertKind } from '../../facts/alert.ts';
import type { Claim, Login } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { Candidates, isAnonymous, rowName, type DeviceWords, type Finding } from './candidates.ts';
import {
  ANONYMOUS,
  CHANGED,
  CLEAR_TEXT,
  DEFAULT_ACCEPTED,
  DEFAULT_TRIED,
  HARD_CODED,
  SAME_SECRET,
  WEAK,
} from './kinds.ts';
import { maskedUser } from '../plain-words.ts';
import { SameEverywhere } from './same-everywhere.ts';
import { credentialTable } from './table.ts';
import { Waiting } from './waiting.ts';

const DEVICES_MAX = 16_384;
/** Different (server, user, mechanism, secret) whose verdict is remembered. */
const VERDICTS_MAX = 65_536;
/** Responses of one user of one server that are recomputed: the secret is the same, only the challenge differs. */
const RECOMPUTED_MAX = 3;
/** So many devices with one password are no chance. */
const SHARING_MIN = 3;
/** Of SNMP 1 and 2c. */
const COMMUNITY = 'snmp-community';
const NOT_TESTABLE_TRUST = 0.3;

/** How a device is guarded, with how much that outweighs other states. */
const HARDENING = {
  default: ['default credential', 0.9],
  'built-in': ['built-in account', 0.9],
  weak: ['weak credential', 0.85],
  anonymous: ['anonymous access', 0.8],
  other: ['other credential', 0.6],
  untestable: ['login not testable', NOT_TESTABLE_TRUST],
} as const;

export const credentialAuditor: Module = {
  meta: {
    id: 'credential-auditor',
    title: 'Credential auditor',
    purpose: 'Tests every login against what devices are shipped with, and tells of weak, shared and unprotected ones.',
    scope: 'site',
    kinds: [DEFAULT_ACCEPTED, HARD_CODED, WEAK, DEFAULT_TRIED, ANONYMOUS, SAME_SECRET, CLEAR_TEXT, CHANGED],
  },
  start: (site) => new CredentialAuditor(site),
};

class CredentialAuditor implements ModuleHandlers {
  readonly #site: Site;
  readonly #candidates: Candidates;
  readonly #same: SameEverywhere;
  readonly #waiting = new Waiting((login, password) => this.#recomputed(login, password));
  readonly #vendors = new Map<number, Claim>();
  readonly #models = new Map<number, Claim>();
  /** By server, user, mechanism and keyed hash: what was found. */
  readonly #verdicts = new Map<string, Finding | 'other'>();
  readonly #recomputations = new Map<string, number>();
  /** By keyed hash: servers, in the order in which they were seen. */
  readonly #sharing = new Map<string, Map<number, number>>();
  /** By server, protocol and user: keyed hash of what was accepted last. */
  readonly #accepted = new Map<string, string>();
  readonly #hardening = new Set<string>();
  #secrets = 0;
  readonly #secretNumbers = new Map<string, number>();

  constructor(site: Site) {
    this.#site = site;
    this.#same = new SameEverywhere(site);
    this.#candidates = new Candidates(credentialTable(), site.credentials);
  }

  claim(claim: Claim): void {
    const known = claim.attribute === 'vendor' ? this.#vendors : claim.attribute === 'model' ? this.#models : null;
    if (known === null || claim.unit >= 0) return;
    const before = known.get(claim.host);
    if (before === undefined ? known.size < DEVICES_MAX : before.trust <= claim.trust) known.set(claim.host, claim);
  }

  login(login: Login): void {
    if (login.server <= 0) return;
    if (isAnonymous(login)) {
      this.#anonymous(login);
      return;
    }
    if (login.test === undefined) {
      if (login.outcome !== 'refused') this.#harden(login, 'untestable');
      return;
    }
    if (login.mayWait === true) {
      this.#wait(login);
      return;
    }
    this.#clear(login, login.test);
  }

  tick(): void {
    this.#waiting.tick();
  }

  end(): void {
    this.#waiting.end();
  }

  #clear(login: Login, test: (candidate: string) => boolean): void {
    const { server, user, mechanism, protocol, outcome } = login;
    const hash = login.keyedHash?.(this.#site.secretKey) ?? '';
    const key = `${server} ${protocol} ${mechanism} ${user} ${hash}`;
    let verdict = hash === '' ? undefined : this.#verdicts.get(key);
    if (verdict === undefined) {
      const device = this.#device(server);
      const password = this.#candidates.passwordsFor(login, device).find(test);
      verdict = password === undefined ? 'other' : this.#candidates.meaning(password, login, device);
      if (hash !== '') {
        forgetOldest(this.#verdicts, VERDICTS_MAX);
        this.#verdicts.set(key, verdict);
      }
    }
    this.#judge(login, verdict, 'it passed in clear and was compared');
    if (outcome === 'refused') return;
    this.#tellClearText(login);
    if (hash === '') return;
    if (verdict === 'other') this.#noteSharing(login, hash);
    if (outcome === 'accepted') this.#noteChange(login, hash);
  }

  #wait(login: Login): void {
    const { server, user, mechanism, outcome } = login;
    const key = `${server} ${mechanism} ${user} ${outcome}`;
    const count = this.#recomputations.get(key) ?? 0;
    if (count >= RECOMPUTED_MAX) return;
    if (count === 0) forgetOldest(this.#recomputations, VERDICTS_MAX);
    this.#recomputations.set(key, count + 1);
    this.#waiting.add(login, this.#candidates.passwordsFor(login, this.#device(server)));
  }

  #recomputed(login: Login, password: string | null): void {
    const verdict = password === null ? 'other' : this.#candidates.meaning(password, login, this.#device(login.server));
    this.#judge(login, verdict, 'its response to the challenge was recomputed from it');
  }

  #judge(login: Login, verdict: Finding | 'other', how: string): void {
    const { outcome } = login;
    if (verdict === 'other') {
      if (outcome !== 'refused') this.#harden(login, 'other');
      return;
    }
    if (outcome === 'refused') {
      // Programs ask without a password first, and are told that one is needed.
      if (verdict.isNothing === true) return;
      this.#raise(DEFAULT_TRIED, login, `tried a credential, and was refused: ${verdict.because}`, 'low');
      return;
    }
    this.#harden(login, verdict.kind);
    const end = outcome === 'accepted' ? 'it was accepted' : 'whether it was accepted is not known';
    const kind = verdict.kind === 'built-in' ? HARD_CODED : verdict.kind === 'default' ? DEFAULT_ACCEPTED : WEAK;
    const text = `used a credential that was recognised (${how}): ${verdict.because}; ${end}`;
    const isSure = outcome === 'accepted';
    if (kind === WEAK && login.mechanism === COMMUNITY) {
      this.#tellCommunity(login, verdict, isSure ? 'medium' : 'low');
      return;
    }
    // The account is somebody's of this site, the device is not.
    if (this.#isOfInternet(login.server))
      this.#raise(kind, login, `${text}; the server is one of the Internet`, 'medium');
    else {
      // Of an account that only another maker's devices are known to have, it is as sure as of a weak password.
      const isMilder = kind === WEAK || verdict.isDoubtful === true;
      const severity = isMilder ? WEAK.severity : kind.severity;
      this.#raise(kind, login, text, isSure ? severity : isMilder ? 'medium' : 'high');
    }
  }

  #anonymous(login: Login): void {
    const { mechanism, protocol, outcome } = login;
    if (outcome === 'refused') return;
    this.#harden(login, 'anonymous');
    if (this.#site.learning.isTeaching) return;
    const how = mechanism === 'clear' ? 'as the user for everybody' : showable(mechanism, 40);
    const isOutside = this.#isOfInternet(login.server);
    // Windows opens such sessions by itself before anybody logs in; what they may do is little. Of servers of the
    // Internet it is for others to judge.
    const isUsual = mechanism === 'ntlm-anonymous' || isOutside;
    this.#same.tell(
      {
        kind: ANONYMOUS,
        severity: isUsual ? 'info' : outcome === 'accepted' ? 'medium' : 'low',
        object: `${protocol} ${how}${isOutside ? ' outside' : ''}`,
        what: `was let in without a password (${how})${isOutside ? ', by a server of the Internet' : ''}`,
        whatMany: `${isOutside ? 'of the Internet ' : ''}let in who says no name (${how})`,
      },
      login,
    );
  }

  #tellClearText(login: Login): void {
    const { protocol, mechanism } = login;
    if (this.#site.learning.isTeaching) return;
    const how = mechanism === 'clear' ? '' : ` (${showable(mechanism, 40)})`;
    this.#same.tell(
      {
        kind: CLEAR_TEXT,
        severity: protocol === 'snmp' ? 'info' : 'low',
        object: `${protocol} ${showable(mechanism, 40)}`,
        what: `sent a password in clear${how}`,
        whatMany: `are sent passwords in clear${how}`,
      },
      login,
    );
  }

  /** A community is one word for reading all devices of a site: that it is guessed first is one finding, not one each. */
  #tellCommunity(login: Login, verdict: Finding, severity: AlertKind['severity']): void {
    if (this.#site.learning.isTeaching) return;
    this.#same.tell(
      {
        kind: WEAK,
        severity,
        object: `${login.protocol} ${verdict.row === null ? 'empty' : rowName(verdict.row)}`,
        what: `used a community that is guessed first: ${verdict.because}`,
        whatMany: `are asked with a community that is guessed first (${verdict.because})`,
      },
      login,
    );
  }

  /** Somewhere out there, and not on a link that is seen. */
  #isOfInternet(host: number): boolean {
    const { hosts } = this.#site;
    return hosts.mac(host) === '' && scopeOf(hosts.address(host)) === 'public';
  }

  #noteSharing(login: Login, hash: string): void {
    let servers = this.#sharing.get(hash);
    if (servers === undefined) {
      forgetOldest(this.#sharing, VERDICTS_MAX);
      this.#sharing.set(hash, (servers = new Map<number, number>()));
    }
    if (servers.has(login.server) || servers.size >= 256) return;
    servers.set(login.server, login.frame);
    if (servers.size < SHARING_MIN) return;
    let number = this.#secretNumbers.get(hash);
    if (number === undefined) this.#secretNumbers.set(hash, (number = ++this.#secrets));
    const [first = login.server] = servers.keys();
    const list = [...servers.keys()].slice(0, 8).map((host) => this.#site.hosts.address(host));
    this.#site.raise({
      kind: SAME_SECRET.kind,
      timeUs: login.timeUs,
      subject: { host: first, unit: -1, port: -1 },
      peer: null,
      object: `password ${number}`,
      // One community for all is how SNMP 1 and 2c are run; whoever has it can read, and often no more.
      ...(login.mechanism === COMMUNITY ? { severity: 'info' as const } : {}),
      explanation: `${servers.size} devices accept the same password: ${list.join(', ')}${servers.size > list.length ? ' …' : ''}.`,
      replacesExplanation: true,
      frames: [...servers.values()].filter((frame) => frame > 0),
    });
  }

  #noteChange(login: Login, hash: string): void {
    const { server, protocol, user } = login;
    if (user === '') return;
    const key = `${server} ${protocol} ${user}`;
    const before = this.#accepted.get(key);
    if (before === hash) return;
    if (before === undefined) forgetOldest(this.#accepted, VERDICTS_MAX);
    this.#accepted.set(key, hash);
    if (before !== undefined) this.#raise(CHANGED, login, 'was let in with another password than before', 'info');
  }

  #raise(kind: AlertKind, login: Login, what: string, severity: AlertKind['severity']): void {
    const { client, server, user, protocol, timeUs, frame } = login;
    const { hosts, learning } = this.#site;
    if (learning.isTeaching) return;
    const name = user === '' ? '' : ` as ${maskedUser(user)}`;
    this.#site.raise({
      kind: kind.kind,
      severity,
      timeUs,
      subject: { host: server, unit: -1, port: -1 },
      peer: { host: client, unit: -1, port: -1 },
      object: user === '' ? protocol : `${protocol} ${maskedUser(user)}`,
      explanation: () =>
        `${hosts.address(client)} logged in to ${hosts.address(server)} by ${protocol}${name}: it ${what}.`,
      frames: frame > 0 ? [frame] : [],
    });
  }

  #harden({ server, timeUs, frame, protocol, mechanism }: Login, state: keyof typeof HARDENING): void {
    const [value, trust] = HARDENING[state];
    const key = `${server} ${state} ${protocol}`;
    if (this.#hardening.has(key) || this.#hardening.size >= VERDICTS_MAX) return;
    this.#hardening.add(key);
    const source = `${protocol} login (${showable(mechanism, 40)})`;
    this.#site.claim({
      fact: 'claim',
      timeUs,
      frame,
      host: server,
      unit: -1,
      attribute: 'hardening',
      value,
      source,
      trust,
    });
  }

  #device(host: number): DeviceWords {
    const vendor = this.#vendors.get(host)?.value ?? vendorOfMac(this.#site.hosts.mac(host));
    return { vendor, model: this.#models.get(host)?.value ?? '' };
  }
}
