// What is so on one device after the other, and says of each the same: one alert that lists the devices, not one for each.
// How each device is guarded stands in its own record all the same.
import type { AlertKind, Severity } from '../../facts/alert.ts';
import type { Login } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { maskedUser } from '../plain-words.ts';
import { grouped } from '../../bytes/text.ts';

const STORIES_MAX = 4096;
const SERVERS_MAX = 256;
const SERVERS_NAMED = 8;

export interface Told {
  readonly kind: AlertKind;
  readonly severity: Severity;
  /** What is the same: the alert's object. */
  readonly object: string;
  /** Of one login: `was let in without a password`. */
  readonly what: string;
  /** Of many devices: `let in who says no name`. */
  readonly whatMany: string;
}

interface Story {
  /** The alert stands at the first login that told it. */
  readonly client: number;
  readonly server: number;
  readonly servers: Set<number>;
}

export class SameEverywhere {
  readonly #site: Site;
  readonly #stories = new Map<string, Story>();

  constructor(site: Site) {
    this.#site = site;
  }

  tell({ kind, severity, object, what, whatMany }: Told, login: Login): void {
    const { client, server, user, protocol, timeUs, frame } = login;
    const name = user === '' ? '' : ` as ${maskedUser(user)}`;
    const { hosts } = this.#site;
    const story = this.#storyOf(`${kind.kind} ${object}`, login);
    if (story.servers.size < SERVERS_MAX) story.servers.add(server);
    const single = (): string =>
      `${hosts.address(client)} logged in to ${hosts.address(server)} by ${protocol}${name}: it ${what}.`;
    this.#site.raise({
      kind: kind.kind,
      severity,
      timeUs,
      subject: { host: story.server, unit: -1, port: -1 },
      peer: { host: story.client, unit: -1, port: -1 },
      object,
      explanation: story.servers.size === 1 ? single : () => this.#manyText(story, whatMany, login),
      replacesExplanation: story.servers.size > 1,
      frames: frame > 0 ? [frame] : [],
    });
  }

  #manyText({ servers }: Story, whatMany: string, { client, server, protocol }: Login): string {
    const { hosts } = this.#site;
    const listed = [...servers].slice(0, SERVERS_NAMED).map((host) => hosts.address(host));
    const count = `${grouped(servers.size)}${servers.size >= SERVERS_MAX ? ' and more' : ''}`;
    return (
      `${count} devices ${whatMany} by ${protocol}: ${listed.join(', ')}${servers.size > listed.length ? ' …' : ''}. ` +
      `The last login was that of ${hosts.address(client)} at ${hosts.address(server)}.`
    );
  }

  #storyOf(key: string, { client, server }: Login): Story {
    const known = this.#stories.get(key);
    if (known !== undefined) return known;
    const story = { client, server, servers: new Set<number>() };
    // Beyond that each login stands for itself.
    if (this.#stories.size < STORIES_MAX) this.#stories.set(key, story);
    return story;
  }
}
