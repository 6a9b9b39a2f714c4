// Which system is behind an address: by how it opens and answers TCP connections, and what else of it changed with that.
import type { Conversation, Trait } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import type { Habits } from './habits.ts';
import { IMPERSONATED, SEVERAL_SYSTEMS } from './kinds.ts';

const HOSTS_MAX = 65_536;
/** So many answered connections in the one way make it the host's own: of the next the chance was below 3/30 (95 %). */
const ANSWERS_MIN = 30;
/** A way to speak TCP without any of these options is a tool's, not a system's. */
const SYSTEM_OPTIONS = /sok|ts|ws/;
const SYSTEMS_MAX = 4;
/** Ways of which the list is shared by all hosts that have no other; there are some tens. */
const SHARED_MAX = 1024;

interface Answering {
  /** Initial TTL, order of options and quirks: what does not change with the service or the path. */
  ways: readonly string[];
  readonly frame: number;
  /** Connections answered since the first way was seen. */
  answered: number;
  /** More than one way from the start: a port forwarding, a cluster. */
  isMixed: boolean;
}

interface Asking {
  ways: readonly string[];
  /** Of each way the first. */
  readonly frames: number[];
  isTold: boolean;
}

export class Systems {
  readonly #site: Site;
  readonly #answering = new Map<number, Answering>();
  readonly #asking = new Map<number, Asking>();
  /** By a way: the list of it alone. */
  readonly #alone = new Map<string, readonly string[]>();
  readonly #habits: Habits;

  constructor(site: Site, habits: Habits) {
    this.#site = site;
    this.#habits = habits;
  }

  conversation({ phase, transport, server, isAnswered }: Conversation): void {
    if (phase !== 'answered' || transport !== 'tcp' || !isAnswered) return;
    const known = this.#answering.get(server);
    if (known !== undefined) known.answered++;
  }

  answers({ host, value, frame, timeUs }: Trait): void {
    const way = wayOf(value);
    const known = this.#answering.get(host);
    if (known === undefined) {
      if (this.#answering.size < HOSTS_MAX)
        this.#answering.set(host, { ways: this.#only(way), frame, answered: 0, isMixed: false });
      return;
    }
    if (known.ways.includes(way)) return;
    const [usual = ''] = known.ways;
    if (known.ways.length < SYSTEMS_MAX) known.ways = known.ways.concat(way);
    if (known.isMixed) return;
    known.isMixed = true;
    if (known.answered < ANSWERS_MIN || this.#site.learning.isTeaching) return;
    const { hosts } = this.#site;
    const mac = hosts.mac(host);
    this.#site.raise({
      kind: IMPERSONATED.kind,
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: null,
      object: 'tcp stack',
      explanation:
        `${hosts.address(host)}${mac === '' ? '' : ` (${mac})`} answers connections in another way: ${differences(usual, way)}. ` +
        `All ${known.answered} connections before were answered in one way.${this.#habits.changes(host, timeUs)}`,
      frames: [known.frame, frame].filter((each) => each > 0),
    });
  }

  asks({ host, value, frame, timeUs }: Trait): void {
    if (!SYSTEM_OPTIONS.test(value)) return;
    const way = wayOf(value);
    const known = this.#asking.get(host);
    if (known === undefined) {
      if (this.#asking.size < HOSTS_MAX)
        this.#asking.set(host, { ways: this.#only(way), frames: [frame], isTold: false });
      return;
    }
    if (known.ways.includes(way) || known.ways.length >= SYSTEMS_MAX) return;
    known.ways = known.ways.concat(way);
    known.frames.push(frame);
    // The TTL tells families of systems apart, options alone only applications.
    const ttls = new Set(known.ways.map((each) => each.split(' ')[1]));
    if (ttls.size < 2 || known.isTold || this.#site.hosts.mac(host) === '' || this.#site.learning.isTeaching) return;
    known.isTold = true;
    this.#site.raise({
      kind: SEVERAL_SYSTEMS.kind,
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: null,
      object: '',
      explanation: `${this.#site.hosts.address(host)} opens connections in ${known.ways.length} ways that no single system has: ${known.ways.join('; ')}.`,
      frames: known.frames.filter((each) => each > 0),
    });
  }

  #only(way: string): readonly string[] {
    const known = this.#alone.get(way);
    if (known !== undefined) return known;
    const list = [way];
    if (this.#alone.size < SHARED_MAX) this.#alone.set(way, list);
    return list;
  }
}

/** `ttl:window:mss:scale:options:quirks` without window, segment size and scale: those depend on the service. */
function wayOf(stack: string): string {
  const [ttl = '', , , , options = '', quirks = ''] = stack.split(':');
  return `TTL ${ttl} options ${options === '' ? 'none' : options}${quirks === '' ? '' : ` ${quirks}`}`;
}

function differences(before: string, now: string): string {
  return `"${now}" instead of "${before}"`;
}
