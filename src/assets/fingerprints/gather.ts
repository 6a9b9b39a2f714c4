// Gathers the features of every device from facts: all addresses behind one MAC address are one device. Devices that
// control a process or a building are left out: they say themselves what they are.
import type { Claim, Conversation, HostDirectory, Trait } from '../../facts/facts.ts';
import type { Protocol } from '../../facts/protocol.ts';
import { DeviceFeatures } from './features.ts';

/** Devices looked at; of further ones nothing is gathered. */
export const DEVICES_MAX = 4096;

/** What is known of one device. */
export interface GatheredDevice {
  readonly mac: string;
  /** The host that was seen last with this MAC address and an address of its own, else any. */
  readonly host: number;
  readonly features: readonly string[];
  /** The last frame that said something of it. */
  readonly frame: number;
}

interface Device {
  readonly mac: string;
  host: number;
  /** Null for what controls a process or a building. */
  features: DeviceFeatures | null;
  hasChanged: boolean;
  frame: number;
}

export class FeatureGatherer {
  readonly #hosts: HostDirectory;
  readonly #protocols: readonly Protocol[];
  readonly #isControl: readonly boolean[];
  readonly #devices = new Map<string, Device>();
  /** By host, as long as its MAC address stays; looking it up costs a string. */
  readonly #known: (Device | undefined)[] = [];

  /** By host: it controls a process or a building. */
  readonly #isLeftOut: boolean[] = [];

  constructor(hosts: HostDirectory, protocols: readonly Protocol[]) {
    this.#hosts = hosts;
    this.#protocols = protocols;
    this.#isControl = protocols.map(({ family }) => family === 'process' || family === 'building');
  }

  conversation(conversation: Conversation): void {
    const { client, server, protocol, phase, frame } = conversation;
    if (phase !== 'closed' && phase !== 'identified') return;
    if (protocol >= 0 && this.#isControl[protocol] === true) {
      this.#leaveOut(client);
      if (conversation.serverPackets > 0) this.#leaveOut(server);
      return;
    }
    if (phase !== 'closed') return;
    const name = protocol < 0 ? '' : this.#protocols[protocol]!.name;
    const isToAll = this.#hosts.isBroadcastOrMulticast(server);
    if (conversation.clientPackets > 0) this.#features(client, frame)?.conversation(conversation, name, true, isToAll);
    if (conversation.serverPackets > 0) this.#features(server, frame)?.conversation(conversation, name, false, false);
  }

  trait(trait: Trait): void {
    // DHCP tells a host's MAC address before the host has sent a packet of its own.
    if (trait.trait === 'address-binding') this.#known[trait.host] = this.#ofMac(trait.host, trait.value) ?? undefined;
    this.#features(trait.host, trait.frame)?.trait(trait.trait, trait.value);
  }

  claim(claim: Claim): void {
    this.#features(claim.host, claim.frame)?.claim(claim.attribute, claim.source, claim.value);
  }

  /** In the order in which they were first heard. `changed`: only those of which something was heard since. */
  devices(changed = false): GatheredDevice[] {
    const list: GatheredDevice[] = [];
    for (const device of this.#devices.values()) {
      const { mac, host, features, frame } = device;
      if (features === null || (changed && !device.hasChanged)) continue;
      device.hasChanged = false;
      list.push({ mac, host, features: features.list(), frame });
    }
    return list;
  }

  #features(host: number, frame: number): DeviceFeatures | null {
    if (this.#isLeftOut[host] === true) return null;
    const device = this.#device(host);
    if (device === null) return null;
    device.hasChanged = true;
    if (frame > 0) device.frame = frame;
    return device.features;
  }

  #leaveOut(host: number): void {
    if (this.#isLeftOut[host] === true) return;
    this.#isLeftOut[host] = true;
    const device = this.#device(host);
    if (device !== null) device.features = null;
  }

  #device(host: number): Device | null {
    const known = this.#known[host];
    if (known !== undefined) return known;
    const device = this.#found(host);
    if (device !== null) this.#known[host] = device;
    return device;
  }

  #found(host: number): Device | null {
    if (this.#hosts.isBroadcastOrMulticast(host)) return null;
    const mac = this.#hosts.mac(host);
    return mac === '' ? null : this.#ofMac(host, mac);
  }

  #ofMac(host: number, mac: string): Device | null {
    let device = this.#devices.get(mac);
    if (device === undefined) {
      if (this.#devices.size >= DEVICES_MAX) return null;
      device = { mac, host, features: new DeviceFeatures(mac), hasChanged: true, frame: 0 };
      this.#devices.set(mac, device);
    }
    // One MAC address, several addresses: that of IPv4 stands for the device.
    if (this.#hosts.addressKind(host) === 'ipv4' && this.#hosts.address(host) !== '0.0.0.0') device.host = host;
    return device;
  }
}
