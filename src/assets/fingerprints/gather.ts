// Gathers the features of every device of a capture from facts: all addresses behind one MAC address are one device.
import type { Claim, Conversation, HostDirectory, Trait } from '../../facts/facts.ts';
import type { Protocol } from '../../facts/protocol.ts';
import { DeviceFeatures } from './features.ts';

/** Devices looked at; of further ones nothing is gathered. */
export const DEVICES_MAX = 4096;

export class FeatureGatherer {
  readonly #hosts: HostDirectory;
  readonly #protocols: readonly Protocol[];
  readonly #devices = new Map<string, DeviceFeatures>();

  constructor(hosts: HostDirectory, protocols: readonly Protocol[]) {
    this.#hosts = hosts;
    this.#protocols = protocols;
  }

  conversation(conversation: Conversation): void {
    if (conversation.phase !== 'closed') return;
    const hosts = this.#hosts;
    const { client, server, protocol } = conversation;
    const name = protocol < 0 ? '' : this.#protocols[protocol]!.name;
    if (conversation.clientPackets > 0) {
      this.#device(client)?.conversation(conversation, name, true, hosts.isBroadcastOrMulticast(server));
    }
    if (conversation.serverPackets > 0) {
      this.#device(server)?.conversation(conversation, name, false, false);
    }
  }

  trait(trait: Trait): void {
    this.#device(trait.host)?.trait(trait.trait, trait.value);
  }

  claim(claim: Claim): void {
    this.#device(claim.host)?.claim(claim.attribute, claim.source, claim.value);
  }

  /** Features by MAC address. */
  devices(): Map<string, string[]> {
    return new Map([...this.#devices].map(([mac, features]) => [mac, features.list()]));
  }

  #device(host: number): DeviceFeatures | null {
    if (this.#hosts.isBroadcastOrMulticast(host)) return null;
    const mac = this.#hosts.mac(host);
    if (mac === '') return null;
    let device = this.#devices.get(mac);
    if (device === undefined) {
      if (this.#devices.size >= DEVICES_MAX) return null;
      this.#devices.set(mac, (device = new DeviceFeatures(mac)));
    }
    return device;
  }
}
