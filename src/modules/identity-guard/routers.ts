// Who is an IPv6 router here: judges routers that come to a segment that has one, and what is said in the name of one that
// is there (RFC 4861, 6.2; RFC 6104 tells of rogue advertisements).
import { showable } from '../../bytes/text.ts';
import type { Trait } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { spanText } from '../plain-words.ts';
import { VIRTUAL_CARD } from './addresses.ts';
import { ROGUE_ROUTER, ROUTER_FLOOD, ROUTER_SPOOFED } from './kinds.ts';

const SEGMENTS_MAX = 1024;
/** Of one segment; further ones are only counted. */
const ROUTERS_MAX = 64;
/** RFC 4861, 6.2.1: the longest time between two advertisements. Who was not heard for so long was not there. */
const INTERVAL_US = 1800e6;
/** Nobody was heard for so long: what was true before says nothing of now. */
const BLIND_US = 3600e6;
/** So many returns to what was said before, within so long, are two that speak in turn: three restarts in an hour are rare. */
const RETURNS_LEAST = 4;
const RETURNS_US = 3600e6;
/** New routers within a minute: each of the first is told by itself, so many together are one thing. */
const FLOOD_US = 60e6;
const TOLD_MAX = 3;
const FLOOD_LEAST = 16;
const FRAMES = 8;

interface Router {
  readonly host: number;
  readonly sinceUs: number;
  said: Announcement;
  before: string;
  frame: number;
  wasDefault: boolean;
  returns: number;
  returnsSinceUs: number;
}

interface Announcement {
  readonly text: string;
  readonly isDefault: boolean;
  /** Empty where it gives none. */
  readonly card: string;
  /** Flags, prefixes, name servers. */
  readonly settings: string;
}

interface Segment {
  readonly routers: Map<number, Router>;
  /** Since when the newcomers below are counted. */
  sinceUs: number;
  newcomers: number;
  frames: number[];
  isFloodTold: boolean;
}

export class Routers {
  readonly #site: Site;
  readonly #segments = new Map<string, Segment>();
  /** Addresses that a protocol for redundancy says are shared. */
  readonly #shared = new Set<number>();
  #firstUs = 0;
  #tickedUs = 0;

  constructor(site: Site) {
    this.#site = site;
  }

  isShared(host: number): void {
    if (this.#shared.size < SEGMENTS_MAX) this.#shared.add(host);
  }

  tick(timeUs: number): void {
    if (this.#tickedUs > 0 && timeUs - this.#tickedUs > BLIND_US) {
      this.#segments.clear();
      this.#firstUs = 0;
    }
    this.#tickedUs = timeUs;
    if (this.#firstUs === 0) this.#firstUs = timeUs;
  }

  announces(trait: Trait): void {
    const name = this.#site.hosts.segment(trait.host);
    let segment = this.#segments.get(name);
    if (segment === undefined) {
      if (this.#segments.size >= SEGMENTS_MAX) return;
      segment = { routers: new Map(), sinceUs: trait.timeUs, newcomers: 0, frames: [], isFloodTold: false };
      this.#segments.set(name, segment);
    }
    const said = announcementOf(trait.value);
    const known = segment.routers.get(trait.host);
    if (known === undefined) this.#newcomer(segment, said, trait);
    else this.#again(known, said, trait);
  }

  /** It says again and again that it is none any more. */
  withdraws({ host, value, frame, timeUs }: Trait): void {
    const router = this.#segments.get(this.#site.hosts.segment(host))?.routers.get(host);
    if (router === undefined || !router.wasDefault) return;
    this.#spoofed(
      router,
      timeUs,
      frame,
      `said ${value} in a row that it is no router any more (lifetime 0); a router that goes says so at most three times. Since ${spanText(timeUs - router.sinceUs)} it was one`,
    );
  }

  #newcomer(segment: Segment, said: Announcement, { host, frame, timeUs }: Trait): void {
    const [first] = segment.routers.values();
    if (segment.routers.size < ROUTERS_MAX) segment.routers.set(host, newRouter(host, said, frame, timeUs));
    if (first === undefined || VIRTUAL_CARD.test(said.card) || this.#shared.has(host)) return;
    const others = [...segment.routers.values()].filter((router) => router.host !== host);
    // A router with several addresses.
    if (said.card !== '' && others.some((router) => router.said.card === said.card)) return;
    const isLate = timeUs - this.#firstUs > INTERVAL_US && timeUs - first.sinceUs > INTERVAL_US;
    const isAlike = others.some((router) => router.said.settings === said.settings);
    if (timeUs - segment.sinceUs > FLOOD_US) {
      Object.assign(segment, { sinceUs: timeUs, newcomers: 0, frames: [], isFloodTold: false });
    }
    segment.newcomers++;
    if (segment.frames.length < FRAMES) segment.frames.push(frame);
    this.#flood(segment, first, host, timeUs);
    // Two that say the same from the start are a pair.
    if ((isAlike && !isLate) || segment.newcomers > TOLD_MAX || this.#site.learning.isTeaching) return;
    const { hosts } = this.#site;
    const isBad = isLate && !isAlike;
    this.#site.raise({
      kind: ROGUE_ROUTER.kind,
      severity: isBad ? 'high' : 'medium',
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: { host: first.host, unit: -1, port: -1 },
      object: '',
      explanation:
        `${hosts.address(host)}${cardText(said)} announces itself as ${roleText(said)} in segment ${showable(hosts.segment(host), 40)}, ` +
        `where ${hosts.address(first.host)} ${isLate ? `alone had done so for ${spanText(timeUs - first.sinceUs)}` : 'does so as well'}. ` +
        (isAlike
          ? 'Both announce the same.'
          : `It announces ${settingsText(said)}; the other one ${settingsText(first.said)}.`),
      frames: [first.frame, frame].filter((each) => each > 0),
    });
  }

  #flood(segment: Segment, first: Router, host: number, timeUs: number): void {
    if (segment.newcomers < FLOOD_LEAST || segment.isFloodTold || this.#site.learning.isTeaching) return;
    segment.isFloodTold = true;
    const { hosts } = this.#site;
    this.#site.raise({
      kind: ROUTER_FLOOD.kind,
      timeUs,
      subject: { host: first.host, unit: -1, port: -1 },
      peer: { host, unit: -1, port: -1 },
      object: hosts.segment(host),
      explanation: `${segment.newcomers} routers that had not been there announced themselves in segment ${showable(hosts.segment(host), 40)} within ${spanText(Math.max(1e6, timeUs - segment.sinceUs))}. Before, ${hosts.address(first.host)} was the first of those that were known.`,
      frames: segment.frames.filter((each) => each > 0),
    });
  }

  #again(router: Router, said: Announcement, { frame, timeUs }: Trait): void {
    const { said: last } = router;
    if (said.text === last.text) return;
    const isOtherCard = said.card !== '' && last.card !== '' && said.card !== last.card;
    const isVirtual = VIRTUAL_CARD.test(said.card) || VIRTUAL_CARD.test(last.card) || this.#shared.has(router.host);
    const isBack = said.text === router.before;
    router.before = last.text;
    router.said = said;
    router.wasDefault ||= said.isDefault;
    if (timeUs - router.returnsSinceUs > RETURNS_US) {
      router.returns = 0;
      router.returnsSinceUs = timeUs;
    }
    if (isBack) router.returns++;
    const isOtherText = said.settings !== last.settings || said.isDefault !== last.isDefault;
    if (isOtherCard && !isVirtual && isOtherText) {
      const what = `announces ${roleText(said)} with ${settingsText(said)} from ${said.card}; before, it was ${roleText(last)} with ${settingsText(last)} at ${last.card}`;
      this.#spoofed(router, timeUs, frame, what);
    } else if (isBack && router.returns === RETURNS_LEAST) {
      const what =
        `says two things in turn, "${showable(last.text, 100)}" and "${showable(said.text, 100)}", ` +
        `and went back to what it had said ${RETURNS_LEAST} times within ${spanText(timeUs - router.returnsSinceUs)}`;
      this.#spoofed(router, timeUs, frame, what);
    }
    router.frame = frame;
  }

  #spoofed({ host, frame: before }: Router, timeUs: number, frame: number, what: string): void {
    if (this.#site.learning.isTeaching) return;
    this.#site.raise({
      kind: ROUTER_SPOOFED.kind,
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: null,
      object: '',
      explanation: `The router ${this.#site.hosts.address(host)} ${what}.`,
      frames: [before, frame].filter((each) => each > 0),
    });
  }
}

function newRouter(host: number, said: Announcement, frame: number, timeUs: number): Router {
  return {
    host,
    sinceUs: timeUs,
    said,
    before: '',
    frame,
    wasDefault: said.isDefault,
    returns: 0,
    returnsSinceUs: timeUs,
  };
}

/** `default router, 02:00:00:00:00:01, managed, prefix 2001:db8::/64, dns 2001:db8::53` */
function announcementOf(text: string): Announcement {
  const [role = '', card = '', ...settings] = text.split(', ');
  return {
    text,
    isDefault: role.startsWith('default'),
    card: card === 'no card' ? '' : card,
    settings: settings.join(', '),
  };
}

function cardText({ card }: Announcement): string {
  return card === '' ? '' : ` (${card})`;
}

function roleText({ isDefault }: Announcement): string {
  return isDefault ? 'a default router' : 'a router that is no default';
}

function settingsText({ settings }: Announcement): string {
  return settings === '' ? 'no prefix' : showable(settings, 120);
}
