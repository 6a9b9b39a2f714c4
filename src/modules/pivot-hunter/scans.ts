// Tells scans from clients at work: most of what a scan tries fails, each target is tried once, and there are many.
import type { Severity } from '../../facts/alert.ts';
import type { Trait } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import { grouped } from '../../bytes/text.ts';
import type { ControlHosts } from '../control-hosts.ts';
import { countOf, spanText } from '../plain-words.ts';
import { hasFailed, type Attempts, type Client, type Target } from './attempts.ts';
import { isFar } from './far.ts';
import { ADDRESS_SCAN, DISTRIBUTED_SCAN, PORT_SCAN } from './kinds.ts';

const SECOND_US = 1_000_000;
const JUDGED_EVERY_US = 5 * SECOND_US;
const FAST_US = 600 * SECOND_US;
/** Distinct targets that failed, within ten minutes and within a day. */
const ADDRESSES_FAST = 10;
const ADDRESSES_SLOW = 15;
const PORTS_FAST = 12;
const PORTS_SLOW = 15;
/** So many are no client whose servers are away for a while; fewer have time to be tried again first. */
const ADDRESSES_SURE = 25;
/** Addresses of the internet: where the way there is cut, a host tries dozens of them. */
const FAR_ADDRESSES = 100;
const SETTLED_US = 60 * SECOND_US;
/** Failed for each one that was used. */
const FAILED_TO_USED = 3;
/** Pings that most answer look like supervision; a scan finds addresses where nobody is. */
const PINGED_MIN = 10;
const SILENT_SHARE = 0.15;
/** Of addresses that a host asks for by ARP; a router asks for those that others want, most of which are there. */
const ARP_SILENT_SHARE = 0.5;
const DISTRIBUTED_CLIENTS = 4;
const DISTRIBUTED_PORTS = 15;
const DISTRIBUTED_PAIRS_MAX = 65_536;
const NAMED_MAX = 4;
const FRAMES_MAX = 64;

/** What a scan tried, seen from one side. */
interface Found {
  readonly targets: readonly Target[];
  readonly used: number;
  readonly isSlow: boolean;
}

export class Scans {
  readonly #site: Site;
  readonly #attempts: Attempts;
  readonly #control: ControlHosts;
  /** Count at which each scan was last told: told again when it has doubled. */
  readonly #told = new Map<string, number>();
  #judgedUs = 0;
  #forgottenUs = 0;

  constructor(site: Site, attempts: Attempts, control: ControlHosts) {
    this.#site = site;
    this.#attempts = attempts;
    this.#control = control;
  }

  /** Who asks for addresses by ARP that are not there. */
  trait({ trait, host, value, timeUs, frame }: Trait): void {
    if (trait !== 'arp-asking' || this.#site.learning.isTeaching) return;
    const [asked, silent] = [...value.matchAll(/(\d+) (?:addresses|of them)/g)].map(([, digits]) => Number(digits));
    if (asked === undefined || silent === undefined || silent < asked * ARP_SILENT_SHARE) return;
    // Where nobody is heard to answer, answers do not come by here: that says nothing.
    if (silent === asked) return;
    this.#site.raise({
      kind: ADDRESS_SCAN.kind,
      timeUs,
      subject: { host, unit: -1, port: -1 },
      peer: null,
      object: 'ARP',
      explanation: `${this.#site.hosts.address(host)} asked by ARP for ${value}.`,
      replacesExplanation: true,
      frames: [frame],
    });
  }

  tick(timeUs: number): void {
    if (timeUs - this.#judgedUs < JUDGED_EVERY_US) return;
    this.#judgedUs = timeUs;
    this.#judge(timeUs, false);
    if (timeUs - this.#forgottenUs < FAST_US) return;
    this.#forgottenUs = timeUs;
    this.#attempts.forget(timeUs);
  }

  end(timeUs: number): void {
    this.#judge(timeUs, true);
  }

  #judge(timeUs: number, isEnd: boolean): void {
    if (this.#site.learning.isTeaching) return;
    const shared = new Map<number, Map<number, Target[]>>();
    for (const client of this.#attempts.clients.values()) {
      const isScanning = this.#judgeClient(client, timeUs, isEnd);
      if (!isScanning) this.#share(shared, client, timeUs);
    }
    for (const [server, byClient] of shared) this.#judgeShared(server, byClient);
  }

  /** True where it was taken for a scan. */
  #judgeClient(client: Client, timeUs: number, isEnd: boolean): boolean {
    if (!client.isDirty && !isEnd) return false;
    const targets = [...client.targets.values()];
    const patient = isEnd ? timeUs + JUDGED_EVERY_US : timeUs;
    const failed = targets.filter((target) => hasFailed(target, patient));
    // What still waits is looked at again.
    client.isDirty = targets.some(({ state }) => state === 'waiting');
    let isScan = this.#judgePings(client, targets, timeUs, isEnd);
    for (const [port, ofPort] of grouping(failed, (target) => `${target.transport} ${target.port}`)) {
      if (ofPort[0]!.transport === 'icmp') continue;
      const used = targets.filter((target) => target.state === 'used' && `${target.transport} ${target.port}` === port);
      const found = withinTime(ofPort, ADDRESSES_FAST, ADDRESSES_SLOW, used.length);
      if (found === null) continue;
      const far = found.targets.filter(({ server }) =>
        isFar(this.#site.hosts.address(client.host), this.#site.hosts.address(server)),
      );
      if (far.length * 2 > found.targets.length && far.length < FAR_ADDRESSES) continue;
      const newestUs = Math.max(...found.targets.map(({ lastUs }) => lastUs));
      const isSure = found.targets.length >= ADDRESSES_SURE || timeUs - newestUs >= SETTLED_US;
      if (!isSure && !isEnd) client.isDirty = true;
      else isScan = this.#tellAddresses(client, found) || isScan;
    }
    for (const [, ofServer] of grouping(failed, ({ server }) => String(server))) {
      const used = targets.filter(({ server, state }) => server === ofServer[0]!.server && state === 'used').length;
      const found = withinTime(ofServer, PORTS_FAST, PORTS_SLOW, used);
      if (found !== null) isScan = this.#tellPorts(client, found) || isScan;
    }
    return isScan;
  }

  /** Echo requests to many hosts, some of which are not there. */
  #judgePings(client: Client, targets: readonly Target[], timeUs: number, isEnd: boolean): boolean {
    const pinged = targets.filter(({ transport, hasReturned }) => transport === 'icmp' && !hasReturned);
    const found = withinTime(pinged, PINGED_MIN, ADDRESSES_SLOW, 0);
    if (found === null) return false;
    const silent = found.targets.filter((target) => target.state === 'waiting').length;
    if (silent < found.targets.length * SILENT_SHARE) return false;
    const newestUs = Math.max(...found.targets.map(({ lastUs }) => lastUs));
    if (timeUs - newestUs < SETTLED_US && found.targets.length < ADDRESSES_SURE && !isEnd) {
      client.isDirty = true;
      return false;
    }
    return this.#tellAddresses(client, found);
  }

  #tellAddresses(client: Client, { targets, used, isSlow }: Found): boolean {
    const { hosts } = this.#site;
    const { transport, port } = targets[0]!;
    const what = transport === 'icmp' ? 'echo requests' : `${transport} port ${port}`;
    if (this.#isKnown(`${client.host} ${what}`, targets.length)) return true;
    const controllers = targets.filter(({ server }) => this.#control.find(server) !== undefined).length;
    const text =
      `${hosts.address(client.host)} tried ${countOf(targets.length, 'address')}`.replace(/addresss$/, 'addresses') +
      `${transport === 'icmp' ? ' with echo requests' : ` on ${what}`} within ${spanOf(targets)}` +
      `${isSlow ? ', slowly' : ''}, each once: ${outcomes(targets)}${used > 0 ? `; ${used} more are used` : ''}. ` +
      `The first were ${this.#named(targets)}.` +
      (controllers > 0 ? ` ${countOf(controllers, 'address')} of the control level` : '').replace(
        'addresss',
        'addresses',
      ) +
      (controllers > 0 ? (controllers === 1 ? ' is among them.' : ' are among them.') : '');
    this.#raise(
      ADDRESS_SCAN.kind,
      client.host,
      null,
      what,
      targets,
      text,
      controllers > 0 && isIndustrial(this.#site, port),
    );
    return true;
  }

  #tellPorts(client: Client, { targets, used, isSlow }: Found): boolean {
    const { server } = targets[0]!;
    const { hosts } = this.#site;
    if (this.#isKnown(`${client.host} to ${server}`, targets.length)) return true;
    const control = this.#control.find(server);
    const ports = targets.map(({ port }) => port).sort((left, right) => left - right);
    const text =
      `${hosts.address(client.host)} tried ${grouped(targets.length)} ports of ${hosts.address(server)}` +
      `${control === undefined ? '' : `, which ${control.what},`} within ${spanOf(targets)}${isSlow ? ', slowly' : ''}: ` +
      `${outcomes(targets)}; ${used === 0 ? 'none was' : `${used} were`} used. They lie between ${ports[0]} and ${ports.at(-1)}.`;
    this.#raise(PORT_SCAN.kind, server, client.host, '', targets, text, control?.isController === true);
    return true;
  }

  /** Ports of one server that hosts failed at who are no scanners by themselves. */
  #share(shared: Map<number, Map<number, Target[]>>, client: Client, timeUs: number): void {
    if (shared.size >= DISTRIBUTED_PAIRS_MAX) return;
    for (const target of client.targets.values()) {
      if (target.transport === 'icmp' || !hasFailed(target, timeUs)) continue;
      let byClient = shared.get(target.server);
      if (byClient === undefined) shared.set(target.server, (byClient = new Map<number, Target[]>()));
      const known = byClient.get(client.host);
      if (known === undefined) byClient.set(client.host, [target]);
      else known.push(target);
    }
  }

  #judgeShared(server: number, byClient: ReadonlyMap<number, Target[]>): void {
    if (byClient.size < DISTRIBUTED_CLIENTS) return;
    const byPort = grouping([...byClient.values()].flat(), ({ transport, port }) => `${transport} ${port}`);
    // A port that several want is a service that is away; a scan shares them out.
    const alone = [...byPort.values()].filter((targets) => targets.length === 1).map((targets) => targets[0]!);
    const found = withinTime(alone, DISTRIBUTED_PORTS, DISTRIBUTED_PORTS, 0);
    if (found === null) return;
    const clients = [...byClient].filter(([, targets]) => targets.some((target) => found.targets.includes(target)));
    if (clients.length < DISTRIBUTED_CLIENTS) return;
    if (this.#isKnown(`shared ${server}`, found.targets.length)) return;
    const { hosts } = this.#site;
    const names = clients.slice(0, NAMED_MAX).map(([host]) => hosts.address(host));
    const text =
      `${clients.length} hosts tried ${found.targets.length} ports of ${hosts.address(server)} within ${spanOf(found.targets)}, ` +
      `each port by one of them: ${outcomes(found.targets)}. Among them are ${names.join(', ')}.`;
    this.#raise(DISTRIBUTED_SCAN.kind, server, null, '', found.targets, text, false);
  }

  #isKnown(key: string, count: number): boolean {
    const before = this.#told.get(key);
    if (before !== undefined && count < 2 * before) return true;
    if (this.#told.size >= DISTRIBUTED_PAIRS_MAX) this.#told.clear();
    this.#told.set(key, count);
    return false;
  }

  #named(targets: readonly Target[]): string {
    const { hosts } = this.#site;
    const names = targets.slice(0, NAMED_MAX).map(({ server }) => hosts.address(server));
    return names.join(', ');
  }

  #raise(
    kind: string,
    subject: number,
    peer: number | null,
    object: string,
    targets: readonly Target[],
    explanation: string,
    isGrave: boolean,
  ): void {
    const severity: Severity = isGrave ? 'high' : 'medium';
    // Once for the first try and once for the last: the alert spans the scan.
    const firstUs = Math.min(...targets.map((target) => target.firstUs));
    const frames = targets.slice(0, FRAMES_MAX).map(({ frame }) => frame);
    this.#site.raise({
      kind,
      severity,
      timeUs: firstUs,
      subject: { host: subject, unit: -1, port: -1 },
      peer: peer === null ? null : { host: peer, unit: -1, port: -1 },
      object,
      explanation,
      replacesExplanation: true,
      frames,
    });
  }
}

/** The targets of ten minutes where they are enough, else those of a day; null where neither are. */
function withinTime(targets: readonly Target[], fast: number, slow: number, used: number): Found | null {
  if (targets.length < Math.min(fast, slow) || targets.length < FAILED_TO_USED * used) return null;
  const ordered = [...targets].sort((left, right) => left.firstUs - right.firstUs);
  for (let at = 0; at + fast <= ordered.length; at++) {
    if (ordered[at + fast - 1]!.firstUs - ordered[at]!.firstUs > FAST_US) continue;
    const startUs = ordered[at]!.firstUs;
    const within = ordered.slice(at).filter(({ firstUs }) => firstUs - startUs <= FAST_US);
    return { targets: within, used, isSlow: false };
  }
  return ordered.length >= slow ? { targets: ordered, used, isSlow: true } : null;
}

function grouping(targets: readonly Target[], keyOf: (target: Target) => string): Map<string, Target[]> {
  const groups = new Map<string, Target[]>();
  for (const target of targets) {
    const key = keyOf(target);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [target]);
    else known.push(target);
  }
  return groups;
}

function isIndustrial(site: Site, port: number): boolean {
  return site.protocols.some(({ family, ports }) => family === 'process' && ports.includes(port));
}

function spanOf(targets: readonly Target[]): string {
  const firstUs = Math.min(...targets.map((target) => target.firstUs));
  return spanText(Math.max(...targets.map((target) => target.firstUs)) - firstUs);
}

/** `9 silent, 3 refused, 2 answered and were left at once`. */
function outcomes(targets: readonly Target[]): string {
  const count = (...states: Target['state'][]): number => targets.filter(({ state }) => states.includes(state)).length;
  const parts: string[] = [];
  const say = (number: number, what: string): void => {
    if (number > 0) parts.push(`${grouped(number)} ${what}`);
  };
  say(count('waiting'), 'silent');
  say(count('refused'), 'refused');
  say(count('answered'), 'answered');
  say(count('empty'), 'answered and were left at once');
  return parts.join(', ');
}
