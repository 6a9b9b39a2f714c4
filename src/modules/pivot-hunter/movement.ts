// Follows sessions from host to host, and tells of the ways that end at a controller.
import type { Severity } from '../../facts/alert.ts';
import type { Conversation, Login } from '../../facts/facts.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import type { Site } from '../../facts/module.ts';
import type { ControlHosts } from '../control-hosts.ts';
import { chanceText, countOf, spanText } from '../plain-words.ts';
import { remoteService } from '../remote-services.ts';
import { raiseBetween } from './between-hosts.ts';
import { MOVEMENT_CHAIN, MOVEMENT_STEP } from './kinds.ts';
import type { Openings } from './openings.ts';
import { CAUSAL_US, Paths, type Step } from './paths.ts';

const MINUTE_US = 60_000_000;
const DAY_US = 24 * 60 * MINUTE_US;
/** Heard for less than that without it, what a host opens is not yet unusual. */
const WATCHED_US_MIN = 10 * MINUTE_US;
/** Heard for less than that, nothing of it is known. */
const HEARD_US_MIN = MINUTE_US;
/** Above that, steps that are usual need not have to do with each other. */
const COINCIDENCE_MAX = 0.1;
const WAITING_MAX = 1024;
const WAYS_MAX = 65_536;
const ASKED_MAX = 64;
const ASKERS_MAX = 4096;
const NAMED_MAX = 4;
export const CHANGE_VERBS = [
  Verb.write,
  Verb.operate,
  Verb.force,
  Verb.start,
  Verb.stop,
  Verb.restart,
  Verb['set-mode'],
  Verb['program-download'],
  Verb['firmware-download'],
  Verb['file-write'],
  Verb.delete,
  Verb['factory-reset'],
];
const CHANGES: ReadonlySet<number> = new Set(CHANGE_VERBS);
/** Something that is handed to a web server. */
export const UPLOAD = 'http upload';
/** How easily somebody else gets in: 0 without a password, 4 with a key. */
const STRENGTHS: Readonly<Record<string, number>> = {
  telnet: 0,
  vnc: 1,
  [UPLOAD]: 1,
  rdp: 3,
  winrm: 3,
  ssh: 4,
  'remote-support': 2,
};
const WHY_WEAK = [
  'anybody who reads along, or who asks, gets in',
  'its passwords are short, and pass in clear or nearly so',
  'a password that is known opens it from afar',
  'a password opens it',
  'a password or a key opens it',
];

export class Movement {
  readonly #site: Site;
  readonly #control: ControlHosts;
  readonly #openings: Openings;
  readonly #paths = new Paths();
  readonly #isIndustrial: readonly boolean[];
  /** Ways that end at hosts which may turn out to be controllers. */
  readonly #waiting: Step[][] = [];
  /** Who asks what of whom (`Operation.way`), of those that change something. */
  readonly #ways = new Set<number>();
  #lookedUs = 0;
  /** By client: controllers that it asks. */
  readonly #asked = new Map<number, Set<number>>();

  constructor(site: Site, control: ControlHosts, openings: Openings) {
    this.#site = site;
    this.#control = control;
    this.#openings = openings;
    this.#isIndustrial = site.protocols.map(({ family }) => family === 'process' || family === 'building');
  }

  conversation(conversation: Conversation): void {
    const { phase, client, server, flow, protocol, isAnswered, lastUs } = conversation;
    if (phase === 'closed') this.#paths.ended(flow, lastUs);
    if (phase !== 'identified' || client <= 0 || server <= 0) return;
    if (this.#isIndustrial[protocol] === true) {
      if (!isAnswered || this.#site.hosts.isBroadcastOrMulticast(server)) return;
      this.#asks(client, server);
      // What was going on before is nobody's step.
      const step = this.#stepOf(conversation, this.#site.protocols[protocol]!.name, false);
      if (conversation.isSeenFromStart) this.#reached(this.#paths.leadingTo(step));
      return;
    }
    const service = remoteService(this.#site.protocols, conversation);
    if (service !== '') this.#session(conversation, service);
    else if (this.#site.protocols[protocol]?.name === 'remote-support') this.#relayed(conversation);
  }

  /** A client changes something in a controller for the first time. */
  operation(operation: Operation): void {
    const { way, verb, outcome, client, server, protocol, timeUs, requestFrame, isBroadcast } = operation;
    if (!CHANGES.has(verb) || this.#isIndustrial[protocol] !== true || outcome === Outcome.refused) return;
    if (isBroadcast || client <= 0 || server <= 0 || this.#ways.has(way)) return;
    if (this.#ways.size >= WAYS_MAX) this.#ways.clear();
    this.#ways.add(way);
    const spoken = this.#site.protocols[protocol]!;
    const service = `"${spoken.functionName(operation.function, operation.subfunction)}" over ${spoken.name}`;
    const opening = this.#openings.note(client, server, service, timeUs);
    if (!opening.isNew) return;
    const step = { from: client, to: server, service, timeUs, frame: requestFrame, ...opening };
    this.#reached(this.#paths.leadingTo({ ...step, strength: 0, untilUs: timeUs }));
  }

  /** A login without a password, or with one that anybody can read, makes its session a weak link. */
  login({ flow, mechanism, outcome }: Login): void {
    const session = this.#paths.session(flow);
    if (session === undefined || outcome === 'refused') return;
    if (mechanism === 'clear' || mechanism.endsWith('-anonymous') || mechanism === 'none') session.strength = 0;
  }

  /** Something that gives `client` the run of `server`, in this conversation or as a single act. */
  came(client: number, server: number, service: string, timeUs: number, frame: number, strength: number): void {
    const opening = this.#openings.note(client, server, service, timeUs, true);
    // What programs hand to a web server all the time is no way in.
    if (!opening.isNew && service === UPLOAD) return;
    const step = { from: client, to: server, service, timeUs, frame, ...opening, strength, untilUs: timeUs };
    this.#paths.came(step, -1);
    this.#reached(this.#paths.leadingTo(step));
  }

  /** What was taken for a controller after somebody had come to it, within an hour. */
  tick(timeUs: number): void {
    if (timeUs - this.#lookedUs < MINUTE_US) return;
    this.#lookedUs = timeUs;
    for (const path of this.#waiting.splice(0)) {
      const { to, timeUs: cameUs } = path.at(-1)!;
      if (this.#isController(to)) this.#tell(path);
      else if (timeUs - cameUs < CAUSAL_US) this.#waiting.push(path);
    }
  }

  end(): void {
    this.tick(Infinity);
  }

  #session(conversation: Conversation, service: string): void {
    if (!conversation.isAnswered) return;
    const step = this.#stepOf(conversation, service, true);
    this.#paths.came(step, conversation.flow);
    if (conversation.isSeenFromStart) this.#reached(this.#paths.leadingTo(step));
  }

  /** A tool for remote support calls its relay; whoever is behind it comes in. */
  #relayed(conversation: Conversation): void {
    const { client, server, flow, timeUs, frame } = conversation;
    const opening = this.#openings.note(client, server, 'remote-support', timeUs, true);
    const step = { from: server, to: client, service: 'remote-support', timeUs, frame, ...opening };
    this.#paths.came({ ...step, strength: STRENGTHS['remote-support']!, untilUs: Infinity }, flow);
  }

  #stepOf({ client, server, timeUs, frame, firstUs }: Conversation, service: string, isKept: boolean): Step {
    const opening = this.#openings.note(client, server, service, timeUs, isKept);
    const strength = STRENGTHS[service] ?? 2;
    return { from: client, to: server, service, timeUs: firstUs, frame, ...opening, strength, untilUs: Infinity };
  }

  #reached(path: Step[]): void {
    if (path.length < 2 || this.#site.learning.isTeaching || !path.some(({ isNew }) => isNew)) return;
    if (Paths.coincidence(path) > COINCIDENCE_MAX) return;
    if (this.#isController(path.at(-1)!.to)) this.#tell(path);
    else if (this.#waiting.length < WAITING_MAX) this.#waiting.push(path);
  }

  #isController(host: number): boolean {
    return this.#control.find(host)?.isController === true;
  }

  #tell(path: readonly Step[]): void {
    const last = path.at(-1)!;
    const { hosts } = this.#site;
    const severity = severityOf(path);
    // Where hardly anything was seen before, everything is new: noted once, without its steps.
    for (const step of severity === 'info' ? [] : path.slice(0, -1)) {
      raiseBetween(this.#site, {
        ...{ kind: MOVEMENT_STEP.kind, severity: 'medium', subject: step.to, peer: step.from, object: step.service },
        ...{ timeUs: step.timeUs, explanation: this.#stepText(step, last), frames: [step.frame] },
      });
    }
    const over = path.slice(1, -1).map(({ from }) => hosts.address(from));
    const way = `from ${hosts.address(path[0]!.from)}${over.length === 0 ? '' : ` over ${over.join(', ')}`}`;
    raiseBetween(this.#site, {
      ...{ kind: MOVEMENT_CHAIN.kind, severity, subject: last.to, peer: last.from, object: way, timeUs: last.timeUs },
      explanation: this.#chainText(path),
      frames: path.map(({ frame }) => frame),
    });
  }

  #stepText({ from, to, service }: Step, last: Step): string {
    const { hosts } = this.#site;
    return (
      `${hosts.address(from)} came to ${hosts.address(to)} by ${service}. It is a step of a way that ended at ` +
      `${hosts.address(last.to)}, which ${this.#control.find(last.to)?.what ?? 'is a controller'}.`
    );
  }

  #chainText(path: readonly Step[]): string {
    const { hosts } = this.#site;
    const [first, last] = [path[0]!, path.at(-1)!];
    const way = path.map((step, index) => {
      const later = index === 0 ? '' : ` ${spanText(Math.max(1, step.timeUs - path[index - 1]!.timeUs))} later`;
      return `${later} by ${step.service} to ${hosts.address(step.to)}`;
    });
    const fresh = path
      .filter(({ isNew }) => isNew)
      .map(({ from, service, to }) => `${service} from ${hosts.address(from)} to ${hosts.address(to)}`);
    const watchedUs = watchedOf(path);
    const before =
      `Never seen before: ${fresh.join('; ')}; ` +
      (watchedUs >= HEARD_US_MIN
        ? `the hosts had been heard for ${spanText(watchedUs)} and more.`
        : `but the hosts had been heard for ${spanText(Math.max(1, watchedUs))} only.`) +
      (fresh.length < path.length
        ? ` The other steps are usual; the chance that they followed so soon by coincidence is ${chanceText(Math.max(1e-5, Paths.coincidence(path)))}.`
        : '');
    return (
      `${hosts.address(first.from)} came over ${countOf(path.length - 1, 'host')} to ${hosts.address(last.to)}, which ` +
      `${this.#control.find(last.to)?.what ?? 'is a controller'}:${way.join(',')}. ${before} ${this.#weakestText(path)}` +
      this.#riskText(path)
    );
  }

  #weakestText(path: readonly Step[]): string {
    const { hosts } = this.#site;
    // The last step is what the controller offers to everybody.
    const weakest = path.slice(0, -1).reduce((weak, step) => (step.strength < weak.strength ? step : weak));
    return (
      `The weakest link is ${weakest.service} from ${hosts.address(weakest.from)} to ${hosts.address(weakest.to)}: ` +
      `${WHY_WEAK[weakest.strength]!}.`
    );
  }

  #riskText(path: readonly Step[]): string {
    const { hosts } = this.#site;
    const atRisk = new Set(path.flatMap(({ to }) => [...(this.#asked.get(to) ?? [])]));
    atRisk.add(path.at(-1)!.to);
    const named = [...atRisk].slice(0, NAMED_MAX).map((host) => hosts.address(host));
    const more = atRisk.size > NAMED_MAX ? ` and ${atRisk.size - NAMED_MAX} more` : '';
    return ` At risk ${atRisk.size === 1 ? 'is' : 'are'} ${named.join(', ')}${more}, which the hosts on the way ask.`;
  }

  #asks(client: number, server: number): void {
    const known = this.#asked.get(client);
    if (known === undefined) {
      if (this.#asked.size < ASKERS_MAX) this.#asked.set(client, new Set([server]));
    } else if (known.size < ASKED_MAX) known.add(server);
  }
}

/** For how long those that opened something new had been heard without it: the shortest of these times. */
function watchedOf(path: readonly Step[]): number {
  return Math.min(
    ...path
      .slice(1)
      .filter(({ isNew }) => isNew)
      .map(({ watchedUs }) => watchedUs),
    sinceHeard(path),
  );
}

/** Of a way whose first step alone is new, for how long the host that was reached by it had been heard without. */
function sinceHeard(path: readonly Step[]): number {
  return path.slice(1).some(({ isNew }) => isNew) ? Infinity : path[1]!.watchedUs;
}

function severityOf(path: readonly Step[]): Severity {
  const watchedUs = watchedOf(path);
  if (watchedUs >= DAY_US) return 'critical';
  if (watchedUs >= WATCHED_US_MIN) return 'high';
  return watchedUs >= HEARD_US_MIN ? 'medium' : 'info';
}
