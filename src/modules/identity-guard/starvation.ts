// Whether somebody asks for addresses in the name of many network cards: until the server has none left for anybody else.
// Who starves a server invents its cards; a plant that is switched on asks with cards that makers gave out.
import { vendorOfMac } from '../../assets/vendors.ts';
import { showable } from '../../bytes/text.ts';
import type { Trait } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { DHCP_STARVED } from './kinds.ts';

const WINDOW_US = 60e6;
/** So many different cards within the window, and so large a share of them that no maker gave out. */
const CARDS_LEAST = 64;
const INVENTED_SHARE = 0.5;
const SEGMENTS_MAX = 1024;
/** More in one window are not looked at. */
const CARDS_MAX = 1024;
const FRAMES = 8;

interface Window {
  sinceUs: number;
  readonly cards: Set<string>;
  invented: number;
  readonly frames: number[];
  /** The most in any window that ended. */
  most: number;
  isTold: boolean;
}

export class Starvation {
  readonly #site: Site;
  readonly #windows = new Map<string, Window>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** `server`: of the segment, -1 while none is known. */
  asks({ host, value: mac, timeUs, frame }: Trait, server: number): void {
    const segment = this.#site.hosts.segment(host);
    const window = this.#window(segment, timeUs);
    if (window === null || window.isTold || window.cards.has(mac) || window.cards.size >= CARDS_MAX) return;
    window.cards.add(mac);
    if (vendorOfMac(mac) === '') window.invented++;
    if (window.frames.length < FRAMES) window.frames.push(frame);
    const { invented, cards, most } = window;
    if (cards.size < CARDS_LEAST || invented < cards.size * INVENTED_SHARE) return;
    window.isTold = true;
    if (this.#site.learning.isTeaching) return;
    const seconds = Math.max(1, Math.round((timeUs - window.sinceUs) / 1e6));
    this.#site.raise({
      kind: DHCP_STARVED.kind,
      timeUs,
      subject: { host: server >= 0 ? server : host, unit: -1, port: 67 },
      peer: server >= 0 ? { host, unit: -1, port: 68 } : null,
      object: segment,
      explanation: `${cards.size} network cards asked for an address in segment ${showable(segment, 40)} within ${seconds} s; ${invented} of them have a MAC address that no maker has given out. Before, it was at most ${most} in a minute.`,
      frames: window.frames.filter((each) => each > 0),
    });
  }

  #window(segment: string, timeUs: number): Window | null {
    let window = this.#windows.get(segment);
    if (window !== undefined && timeUs - window.sinceUs < WINDOW_US) return window;
    if (window === undefined && this.#windows.size >= SEGMENTS_MAX) return null;
    const most = Math.max(window?.most ?? 0, window?.isTold === true ? 0 : (window?.cards.size ?? 0));
    window = { sinceUs: timeUs, cards: new Set(), invented: 0, frames: [], most, isTold: false };
    this.#windows.set(segment, window);
    return window;
  }
}
