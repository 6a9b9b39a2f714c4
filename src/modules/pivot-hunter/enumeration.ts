// Tells who asks one device after the other what it is, and nothing else.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { Conversation } from '../../facts/facts.ts';
import type { Site } from '../../facts/module.ts';
import type { Operation } from '../../facts/operation.ts';
import { Verb } from '../../facts/verbs.ts';
import { countOf, spanText } from '../plain-words.ts';
import { ENUMERATION } from './kinds.ts';

const SECOND_US = 1_000_000;
const FAST_US = 600 * SECOND_US;
const SLOW_US = 24 * 3600 * SECOND_US;
const DEVICES_FAST = 5;
const DEVICES_SLOW = 10;
/** In a conversation with more packets the device is worked with. */
const SHORT_PACKETS_MAX = 60;
const FLOWS_MAX = 16_384;
const CLIENTS_MAX = 4096;
const DEVICES_MAX = 512;
const WORKED_MAX = 65_536;
const NAMED_MAX = 4;
const FRAMES_MAX = 64;

export const ENUMERATION_VERBS = [Verb.identify, Verb.enumerate];

interface Asked {
  readonly server: number;
  readonly unit: number;
  readonly protocol: number;
  readonly timeUs: number;
  readonly frame: number;
}

export class Enumeration {
  readonly #site: Site;
  /** By flow: devices that were asked who they are. */
  readonly #flows = new Map<number, Asked[]>();
  /** By client: devices that were asked nothing else, by server and unit. */
  readonly #asked = new Map<number, Map<string, Asked>>();
  /** Pairs of hosts that work with each other, and clients that work with somebody. */
  readonly #worked = new Set<string>();
  readonly #workers = new Set<number>();
  readonly #told = new Map<number, number>();

  readonly #isControl: readonly boolean[];

  constructor(site: Site) {
    this.#site = site;
    this.#isControl = site.protocols.map(({ family }) => family === 'process' || family === 'building');
  }

  /** Asking all at once is how tools look for devices; one after the other is what is counted. */
  operation({ flow, client, server, unit, protocol, timeUs, requestFrame, isBroadcast, verb }: Operation): void {
    if (verb !== Verb.identify && verb !== Verb.enumerate) return;
    if (isBroadcast || client <= 0 || server <= 0 || this.#site.hosts.isBroadcastOrMulticast(server)) return;
    const asked = { server, unit, protocol, timeUs, frame: requestFrame };
    const known = this.#flows.get(flow);
    if (known === undefined) {
      forgetOldest(this.#flows, FLOWS_MAX);
      this.#flows.set(flow, [asked]);
    } else if (known.length < DEVICES_MAX && !known.some((each) => each.unit === unit)) known.push(asked);
  }

  conversation({ phase, flow, client, server, protocol, clientPackets, serverPackets }: Conversation): void {
    if (phase !== 'closed' && phase !== 'updated') return;
    const isWork = clientPackets + serverPackets > SHORT_PACKETS_MAX;
    if (isWork && this.#isControl[protocol] === true) this.#works(client, server);
    if (phase !== 'closed') return;
    const asked = this.#flows.get(flow);
    this.#flows.delete(flow);
    if (asked !== undefined && !isWork) this.#count(client, asked);
  }

  #works(client: number, server: number): void {
    if (this.#worked.size >= WORKED_MAX) this.#worked.clear();
    if (this.#workers.size >= WORKED_MAX) this.#workers.clear();
    this.#worked.add(`${client} ${server}`);
    this.#workers.add(client);
  }

  #count(client: number, asked: readonly Asked[]): void {
    const { intent, learning } = this.#site;
    if (learning.isTeaching || intent?.isEngineeringStation(client) === true) return;
    let devices = this.#asked.get(client);
    if (devices === undefined) {
      forgetOldest(this.#asked, CLIENTS_MAX);
      this.#asked.set(client, (devices = new Map<string, Asked>()));
    }
    for (const each of asked) {
      const key = `${each.server} ${each.unit}`;
      devices.delete(key);
      forgetOldest(devices, DEVICES_MAX);
      devices.set(key, each);
    }
    this.#judge(client, devices, asked.at(-1)!.timeUs);
  }

  #judge(client: number, devices: ReadonlyMap<string, Asked>, nowUs: number): void {
    const { intent } = this.#site;
    const strange = [...devices.values()].filter(
      ({ server, timeUs }) =>
        nowUs - timeUs <= SLOW_US &&
        !this.#worked.has(`${client} ${server}`) &&
        intent?.isMaster(client, server) !== true,
    );
    const fast = strange.filter(({ timeUs }) => nowUs - timeUs <= FAST_US);
    const found = fast.length >= DEVICES_FAST ? fast : strange.length >= DEVICES_SLOW ? strange : null;
    if (found === null) return;
    const before = this.#told.get(client) ?? 0;
    if (before > 0 && found.length < 2 * before) return;
    if (this.#told.size >= CLIENTS_MAX) this.#told.clear();
    this.#told.set(client, found.length);
    this.#tell(client, found);
  }

  #tell(client: number, found: readonly Asked[]): void {
    const { hosts, protocols } = this.#site;
    const isWorking = this.#workers.has(client);
    const firstUs = Math.min(...found.map(({ timeUs }) => timeUs));
    const lastUs = Math.max(...found.map(({ timeUs }) => timeUs));
    const spoken = [...new Set(found.map(({ protocol }) => protocols[protocol]!.title))].join(', ');
    const named = found
      .slice(0, NAMED_MAX)
      .map(({ server, unit }) => `${hosts.address(server)}${unit < 0 ? '' : ` unit ${unit}`}`);
    const text =
      `${hosts.address(client)} asked ${countOf(found.length, 'device')} within ${spanText(lastUs - firstUs)} what they are, ` +
      `one after the other, and said little else to them, in ${spoken}. The first were ${named.join(', ')}.` +
      (isWorking ? ' With other devices it works as a client does.' : '');
    this.#site.raise({
      kind: ENUMERATION.kind,
      severity: isWorking ? 'low' : 'medium',
      timeUs: firstUs,
      subject: { host: client, unit: -1, port: -1 },
      peer: null,
      object: '',
      explanation: text,
      replacesExplanation: true,
      frames: found
        .map(({ frame }) => frame)
        .filter((frame) => frame > 0)
        .slice(0, FRAMES_MAX),
    });
  }
}
