// Gathers what one host does to the program of one controller in one go, so that a download of two hundred blocks is one
// alert that lists them.
import type { AlertKind } from '../../facts/alert.ts';
import { grouped } from '../../bytes/text.ts';
import { durationText } from '../plain-words.ts';

const SESSIONS_MAX = 4096;
/** Without anything for so long the next is another session; as long as an episode of the kinds that list. */
const SESSION_US = 600_000_000;
/** Parts that are told one by one; the others are counted. */
const LISTED_MAX = 8;
const FRAMES_MAX = 64;

/** What one kind of alert says of a session. */
export interface Listing {
  readonly texts: string[];
  readonly frames: number[];
  count: number;
  bytes: number;
}

export interface Session {
  readonly client: number;
  readonly server: number;
  readonly unit: number;
  readonly firstUs: number;
  lastUs: number;
  readonly listings: Map<AlertKind, Listing>;
  readonly steps: Map<string, number>;
}

export class Sessions {
  readonly #sessions = new Map<string, Session>();

  of(client: number, server: number, unit: number, timeUs: number): Session {
    const key = `${client} ${server} ${unit}`;
    let session = this.#sessions.get(key);
    if (session === undefined || timeUs - session.lastUs > SESSION_US) {
      session = { client, server, unit, firstUs: timeUs, lastUs: timeUs, listings: new Map(), steps: new Map() };
      this.#sessions.delete(key);
      if (this.#sessions.size >= SESSIONS_MAX) {
        for (const oldest of this.#sessions.keys()) {
          this.#sessions.delete(oldest);
          break;
        }
      }
      this.#sessions.set(key, session);
    }
    session.lastUs = timeUs;
    return session;
  }
}

export function step(session: Session, name: string): void {
  session.steps.set(name, (session.steps.get(name) ?? 0) + 1);
}

/** One more for a kind; the listing as it stands. */
export function listed(session: Session, kind: AlertKind, text: string, bytes: number, frame: number): Listing {
  let listing = session.listings.get(kind);
  if (listing === undefined) session.listings.set(kind, (listing = { texts: [], frames: [], count: 0, bytes: 0 }));
  listing.count++;
  listing.bytes += bytes;
  if (listing.texts.length < LISTED_MAX) listing.texts.push(text);
  if (frame > 0 && listing.frames.length < FRAMES_MAX) listing.frames.push(frame);
  return listing;
}

/** `DB1 (…)`, or how many there are, the bytes of all, and the first of them. */
export function listingText({ texts, count, bytes }: Listing): string {
  if (count === 1) return texts[0]!;
  const more = count > texts.length ? ` … and ${grouped(count - texts.length)} more` : '';
  return `${grouped(count)} parts, ${grouped(bytes)} bytes: ${texts.join('; ')}${more}`;
}

/** What else was done in the session, as a sentence; '' where nothing was. */
export function stepsText({ steps, firstUs, lastUs }: Session): string {
  if (steps.size === 0) return '';
  const list = [...steps].map(([name, count]) => (count === 1 ? name : `${name} (${grouped(count)} times)`));
  const span = lastUs > firstUs ? ` in ${durationText(lastUs - firstUs)}` : '';
  return `The same host did${span}: ${list.join(', ')}.`;
}
