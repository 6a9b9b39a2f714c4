// The hosts of stored conversations by number, and who talked to whom among them: what the inference of zones asks for.
import type { Talk } from '../assets/talks.ts';
import type { HostLooks } from '../assets/zones.ts';
import { scopeOf } from '../bytes/address-space.ts';
import type { Asset } from '../facts/asset.ts';
import type { HostDirectory } from '../facts/facts.ts';
import type { StoredConversation, StoredHost } from '../store/conversations.ts';

/** What of a device counts here. */
export type LookedAt = Pick<Asset, 'id' | 'mac' | 'role' | 'level'>;

interface KnownHost {
  readonly host: StoredHost;
  readonly asset: LookedAt | undefined;
}

export class StoredHosts implements HostDirectory, HostLooks {
  readonly #hosts: KnownHost[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(assets: readonly LookedAt[], conversations: Iterable<StoredConversation>) {
    const byId = new Map(assets.map((asset) => [asset.id, asset]));
    const add = (host: StoredHost): void => {
      const key = keyOf(host);
      if (this.#numbers.has(key)) return;
      this.#hosts.push({ host, asset: host.asset === null ? undefined : byId.get(host.asset) });
      this.#numbers.set(key, this.#hosts.length);
    };
    for (const { client, server } of conversations) {
      add(client);
      add(server);
    }
  }

  /** Number 0 is nobody, as everywhere. */
  get count(): number {
    return this.#hosts.length + 1;
  }

  numberOf(host: StoredHost): number {
    return this.#numbers.get(keyOf(host)) ?? 0;
  }

  address(host: number): string {
    return this.#known(host)?.host.address ?? '';
  }

  addressKind(host: number): 'ipv4' | 'ipv6' | 'mac' {
    const address = this.address(host);
    if (/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(address)) return 'mac';
    return address.includes(':') ? 'ipv6' : 'ipv4';
  }

  segment(host: number): string {
    return this.#known(host)?.host.segment ?? '';
  }

  mac(host: number): string {
    return this.#known(host)?.asset?.mac[0] ?? '';
  }

  isBroadcastOrMulticast(host: number): boolean {
    const address = this.address(host);
    if (this.addressKind(host) === 'mac') return (parseInt(address.slice(0, 2), 16) & 1) !== 0;
    if (scopeOf(address) === 'multicast' || address === '255.255.255.255' || address === '0.0.0.0') return true;
    // As src/flow/hosts.ts has it: a device of a larger network has a MAC address of its own.
    return address.endsWith('.255') && this.mac(host) === '';
  }

  roleOf(host: number): string {
    return this.#known(host)?.asset?.role ?? '';
  }

  levelOf(host: number): number | null {
    return this.#known(host)?.asset?.level ?? null;
  }

  assetOf(host: number): string | null {
    return this.#known(host)?.host.asset ?? null;
  }

  /** What operations there were is not stored: none are told. */
  talks(conversations: Iterable<StoredConversation>): Talk[] {
    const sums = new Map<string, Talk & { conversations: number; answered: number; firstUs: number; lastUs: number }>();
    for (const conversation of conversations) {
      const { transport, isAnswered, firstUs, lastUs } = conversation;
      const [client, server] = [this.numberOf(conversation.client), this.numberOf(conversation.server)];
      if (transport === 'link' || this.isBroadcastOrMulticast(server)) continue;
      const [service, port] = [serviceText(conversation), portText(conversation)];
      const key = `${client} ${server} ${service} ${port}`;
      let sum = sums.get(key);
      if (sum === undefined) {
        const nothing = { conversations: 0, answered: 0, operations: [0, 0, 0], firstUs, lastUs };
        sums.set(key, (sum = { client, server, service, port, ...nothing }));
      }
      const count = conversation.conversations ?? 1;
      sum.conversations += count;
      if (isAnswered) sum.answered += count;
      sum.firstUs = Math.min(sum.firstUs, firstUs);
      sum.lastUs = Math.max(sum.lastUs, lastUs);
    }
    return [...sums.values()];
  }

  #known(host: number): KnownHost | undefined {
    return this.#hosts[host - 1];
  }
}

/** `modbus`, or where no protocol was recognised `tcp/4840`, `icmp`, `ip/47`: as conduits name it. */
export function serviceText({ protocol, transport, serverPort }: StoredConversation): string {
  return protocol ?? (transport === 'icmp' ? 'icmp' : `${transport}/${serverPort}`);
}

/** `tcp/502`; empty where the transport has no ports. */
export function portText({ transport, serverPort }: StoredConversation): string {
  return transport === 'tcp' || transport === 'udp' ? `${transport}/${serverPort}` : '';
}

function keyOf({ segment, address }: StoredHost): string {
  return `${segment}\n${address}`;
}
