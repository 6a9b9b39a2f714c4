// Who talks to whom, over what, and how much of it: the support of conduits. Also what each host is taken for.
import type { Claim, Conversation, HostDirectory } from '../facts/facts.ts';
import type { Operation } from '../facts/operation.ts';
import type { Protocol } from '../facts/protocol.ts';
import { ACCESS_NAMES } from '../facts/policy.ts';
import { ACCESS_OF_VERB, portOf, serviceOf } from './conduit-rules.ts';
import { ExchangeTable } from './exchange-table.ts';

/** Different (client, server, service and port) that are kept; more are counted in `overflow`. */
const TALKS_MAX = 65_536;
const SERVICES_MAX = 32_768;
/** Hosts of which the role is kept. */
const HOSTS_MAX = 65_536;
const CONVERSATIONS = 0;
const ANSWERED = 1;
const FIRST_US = 2;
const LAST_US = 3;
const WIDTH = 4;
/** Operations by access, whatever came of them; then first and last time. */
const OPERATION_WIDTH = 5;

export interface Talk {
  readonly client: number;
  readonly server: number;
  readonly service: string;
  /** `tcp/502`, or empty. */
  readonly port: string;
  readonly conversations: number;
  readonly answered: number;
  /** By access: read, read-write, engineering. */
  readonly operations: readonly number[];
  readonly firstUs: number;
  readonly lastUs: number;
}

interface Taken {
  readonly value: string;
  readonly trust: number;
}

export class TalkTable {
  readonly #hosts: HostDirectory;
  readonly #protocols: readonly Protocol[];
  readonly #talks = new ExchangeTable(WIDTH, TALKS_MAX);
  readonly #operations = new ExchangeTable(OPERATION_WIDTH, TALKS_MAX);
  readonly #services: (readonly [service: string, port: string])[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #roles = new Map<number, Taken>();
  readonly #levels = new Map<number, Taken>();

  constructor(hosts: HostDirectory, protocols: readonly Protocol[]) {
    this.#hosts = hosts;
    this.#protocols = protocols;
  }

  /** What found no room. */
  get overflow(): number {
    return this.#talks.overflow + this.#operations.overflow;
  }

  conversation(conversation: Conversation): void {
    if (conversation.phase !== 'closed') return;
    const { client, server, transport, firstUs, lastUs } = conversation;
    if (transport === 'link' || client === 0 || server === 0 || this.#hosts.isBroadcastOrMulticast(server)) return;
    const service = this.#numberOf(serviceOf(conversation, this.#protocols), portOf(conversation));
    const entry = service < 0 ? -1 : this.#talks.entry(client, server, service);
    if (entry < 0) return;
    const { values } = this.#talks;
    const at = entry * WIDTH;
    values[at + CONVERSATIONS]!++;
    if (conversation.isAnswered) values[at + ANSWERED]!++;
    noteTime(values, at + FIRST_US, firstUs);
    noteTime(values, at + FIRST_US, lastUs);
  }

  operation({ client, server, protocol, verb, isBroadcast, timeUs }: Operation): void {
    if (client === 0 || server === 0 || isBroadcast) return;
    const entry = this.#operations.entry(client, server, protocol);
    if (entry < 0) return;
    const { values } = this.#operations;
    const at = entry * OPERATION_WIDTH;
    values[at + ACCESS_OF_VERB[verb]!]!++;
    noteTime(values, at + ACCESS_NAMES.length, timeUs);
  }

  claim({ host, unit, attribute, value, trust }: Claim): void {
    if (unit >= 0 || (attribute !== 'role' && attribute !== 'level')) return;
    const kept = attribute === 'role' ? this.#roles : this.#levels;
    const known = kept.get(host);
    if (known === undefined ? kept.size < HOSTS_MAX : trust >= known.trust) kept.set(host, { value, trust });
  }

  /** Empty where nothing tells. */
  roleOf(host: number): string {
    return this.#roles.get(host)?.value ?? '';
  }

  /** Purdue level; null where nothing tells. */
  levelOf(host: number): number | null {
    const level = this.#levels.get(host)?.value;
    return level === undefined ? null : Number(level);
  }

  /** Conversations in the order they ended, then operations that no conversation of that direction carried. */
  list(): Talk[] {
    const carried = new Set<number>();
    const talks: Talk[] = [];
    const { values } = this.#talks;
    for (let entry = 0; entry < this.#talks.size; entry++) {
      const [client, server] = [this.#talks.client(entry), this.#talks.server(entry)];
      const [service, port] = this.#services[this.#talks.third(entry)]!;
      const protocol = this.#protocols.findIndex(({ name }) => name === service);
      const asked = protocol < 0 ? -1 : this.#operations.find(client, server, protocol);
      const isFirst = asked >= 0 && !carried.has(asked);
      if (isFirst) carried.add(asked);
      const at = entry * WIDTH;
      talks.push({
        ...{ client, server, service, port },
        conversations: values[at + CONVERSATIONS]!,
        answered: values[at + ANSWERED]!,
        operations: isFirst ? this.#operationsOf(asked) : [0, 0, 0],
        firstUs: values[at + FIRST_US]!,
        lastUs: values[at + LAST_US]!,
      });
    }
    for (let entry = 0; entry < this.#operations.size; entry++) {
      if (!carried.has(entry)) talks.push(this.#carriedTheOtherWay(entry));
    }
    return talks;
  }

  #carriedTheOtherWay(entry: number): Talk {
    const at = entry * OPERATION_WIDTH + ACCESS_NAMES.length;
    return {
      client: this.#operations.client(entry),
      server: this.#operations.server(entry),
      service: this.#protocols[this.#operations.third(entry)]!.name,
      port: '',
      conversations: 0,
      answered: 0,
      operations: this.#operationsOf(entry),
      firstUs: this.#operations.values[at]!,
      lastUs: this.#operations.values[at + 1]!,
    };
  }

  #operationsOf(entry: number): number[] {
    const at = entry * OPERATION_WIDTH;
    return [...this.#operations.values.subarray(at, at + ACCESS_NAMES.length)];
  }

  #numberOf(service: string, port: string): number {
    const key = `${service} ${port}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#services.length >= SERVICES_MAX) return -1;
    this.#numbers.set(key, this.#services.length);
    return this.#services.push([service, port]) - 1;
  }
}

/** First time at `at`, last behind it. */
function noteTime(values: Float64Array, at: number, timeUs: number): void {
  if (values[at] === 0 || timeUs < values[at]!) values[at] = timeUs;
  if (timeUs > values[at + 1]!) values[at + 1] = timeUs;
}
