// Turns claims, conversations and traits into one record for each device, with the evidence for every field.
import type { Asset, AssetEvidence } from '../facts/asset.ts';
import type { Claim, ClaimAttribute, Conversation, HostDirectory, Trait } from '../facts/facts.ts';
import type { FrameReference } from '../facts/frame-reference.ts';
import type { Protocol } from '../facts/protocol.ts';
import { assetFields, byWeight } from './asset-fields.ts';
import { identifier } from './identifier.ts';

/** Hosts with an asset, and ids given out; a host beyond it has an id made on demand and is not listed. */
export const ASSETS_MAX = 65_536;
/** Units kept apart behind one host; claims about more are counted and left out. */
export const UNITS_PER_HOST_MAX = 256;
/** Different claims kept for one host or unit: the most trusted, among equals the newest. */
export const EVIDENCE_MAX = 64;

/** How far the vendor of a network card tells the vendor of the device: it may be a part bought in. */
const MAC_TRUST = 0.4;

interface Evidence {
  readonly attribute: ClaimAttribute;
  readonly value: string;
  readonly source: string;
  trust: number;
  timeUs: number;
  readonly frame: FrameReference;
}

/** What is known of a host itself or of one unit behind it. */
interface Device {
  firstUs: number;
  lastUs: number;
  /** Of a unit: it was claimed to answer (a `service`) and does not stand for the host, so that it may be a device. */
  isThere: boolean;
  /** Of a unit that is there: a device of its own even where the host answers for no other. */
  isBehind: boolean;
  readonly evidence: Map<string, Evidence>;
}

interface HostRecord {
  readonly host: number;
  readonly itself: Device;
  readonly protocols: Set<number>;
  /** The one of them that was added last: most conversations bring nothing new. */
  newestProtocol: number;
  readonly units: Map<number, Device>;
}

/**
 * One asset for each host that spoke, and one for each unit behind a host that answers for several units (the protocol says
 * which units mean the host itself). An address that was only asked and never spoke is no device, neither is a group address.
 * Which units exist is told by claims of a `service`; what an
 * unconfirmed unit says of itself counts for the host.
 */
export class Inventory {
  /** Facts about more devices than there is room for. */
  overflow = 0;
  readonly #hosts: HostDirectory;
  readonly #protocols: readonly Protocol[];
  readonly #vendors: (mac: string) => string;
  readonly #anchorSegment: (host: number) => string;
  /** By host: a conversation is told several times, and there are many. */
  readonly #records: (HostRecord | null)[] = [];
  #count = 0;
  readonly #ids = new Map<string, string>();
  /** Which host an anchor of segment and MAC belongs to: several hosts may share one card. */
  readonly #anchors = new Map<string, number>();
  readonly #hostAnchors = new Map<number, readonly string[]>();

  /** `anchorSegment`: the segment of a host as ids have it, where that is not its name. */
  constructor(
    hosts: HostDirectory,
    protocols: readonly Protocol[],
    vendors: (mac: string) => string,
    anchorSegment = (host: number): string => hosts.segment(host),
  ) {
    this.#hosts = hosts;
    this.#anchorSegment = anchorSegment;
    this.#protocols = protocols;
    this.#vendors = vendors;
  }

  claim(claim: Claim): void {
    const record = this.#record(claim.host, claim.timeUs);
    if (record === null) return;
    const device = claim.unit < 0 ? record.itself : this.#unit(record, claim.unit, claim.timeUs);
    if (device === null) return;
    extend(device, claim.timeUs, claim.timeUs);
    extend(record.itself, claim.timeUs, claim.timeUs);
    if (claim.attribute === 'service' && claim.unit >= 0) this.#isThere(device, claim);
    addEvidence(device, claim);
  }

  /** The value of a `service` is the protocol's name, and that tells what its units are. */
  #isThere(device: Device, { unit, value }: Claim): void {
    const units = this.#protocols.find(({ name }) => name === value)?.units;
    if (units?.isHostItself(unit) === true) return;
    device.isThere = true;
    if (units?.areBehind === true) device.isBehind = true;
  }

  conversation(conversation: Conversation): void {
    const { client, server, firstUs, lastUs, protocol } = conversation;
    if (conversation.clientPackets > 0) this.#spoke(client, firstUs, lastUs, protocol);
    if (conversation.serverPackets > 0) this.#spoke(server, firstUs, lastUs, protocol);
  }

  #spoke(host: number, firstUs: number, lastUs: number, protocol: number): void {
    const record = this.#record(host, firstUs);
    if (record === null) return;
    extend(record.itself, firstUs, lastUs);
    if (protocol < 0 || protocol === record.newestProtocol) return;
    record.newestProtocol = protocol;
    record.protocols.add(protocol);
  }

  /** A judgement names the host: it is a device, though perhaps only what was said to it is in the capture. */
  named(host: number, timeUs: number): void {
    const record = this.#record(host, timeUs);
    if (record !== null) extend(record.itself, timeUs, timeUs);
  }

  trait(trait: Trait): void {
    const record = this.#record(trait.host, trait.timeUs);
    if (record !== null) extend(record.itself, trait.timeUs, trait.timeUs);
  }

  /**
   * The id of the device a host and unit stand for: the unit's own where the host answers for several units, else the
   * host's. An id never changes; which of the two a unit means is known once a second unit has answered.
   */
  assetId(host: number, unit: number): string {
    const record = this.#records[host] ?? null;
    const device = record?.units.get(unit);
    const isBehind = record !== null && device !== undefined && isDevice(record, device);
    return this.#id(host, isBehind ? unit : -1);
  }

  get hostCount(): number {
    return this.#count;
  }

  /** In the order of segment, address and unit. */
  list(): Asset[] {
    const groups = new Map<string, HostRecord[]>();
    for (const record of this.#inOrder()) {
      const id = this.#id(record.host, -1);
      const group = groups.get(id);
      if (group === undefined) groups.set(id, [record]);
      else group.push(record);
    }
    return [...groups.values()].flatMap((group) => this.#assetsOf(group));
  }

  /** The records in the order of segment, kind of address and address; what is compared is made once for each. */
  #inOrder(): HostRecord[] {
    const hosts = this.#hosts;
    const keyed = this.#records
      .filter((record) => record !== null)
      .map((record) => ({
        record,
        segment: hosts.segment(record.host),
        kind: hosts.addressKind(record.host),
        address: sortableAddress(hosts.address(record.host)),
      }));
    keyed.sort(
      (left, right) =>
        compareText(left.segment, right.segment) ||
        compareText(left.kind, right.kind) ||
        compareText(left.address, right.address) ||
        left.record.host - right.record.host,
    );
    return keyed.map(({ record }) => record);
  }

  /** The asset of a host with all its addresses, then those of the units behind it. */
  #assetsOf(group: readonly HostRecord[]): Asset[] {
    const units = group.flatMap((record) => [...record.units].map(([unit, device]) => ({ record, unit, device })));
    const behind = units.filter(({ record, device }) => isDevice(record, device));
    const own = units.filter((entry) => !behind.includes(entry)).map(({ device }) => device);
    const itself = group.map((record) => record.itself);
    behind.sort((left, right) => left.unit - right.unit);
    return [
      this.#asset(group, -1, itself, [...itself, ...own]),
      ...behind.map(({ record, unit, device }) => this.#asset([record], unit, [device], [device])),
    ];
  }

  #record(host: number, timeUs: number): HostRecord | null {
    const known = this.#records[host] ?? null;
    if (known !== null) return known;
    if (this.#hosts.isBroadcastOrMulticast(host) || isNoAddress(this.#hosts.address(host))) return null;
    if (this.#count >= ASSETS_MAX) {
      this.overflow++;
      return null;
    }
    const record: HostRecord = {
      host,
      itself: newDevice(timeUs),
      protocols: new Set(),
      newestProtocol: -1,
      units: new Map(),
    };
    while (this.#records.length <= host) this.#records.push(null);
    this.#records[host] = record;
    this.#count++;
    return record;
  }

  #unit(record: HostRecord, unit: number, timeUs: number): Device | null {
    const known = record.units.get(unit);
    if (known !== undefined) return known;
    if (record.units.size >= UNITS_PER_HOST_MAX) {
      this.overflow++;
      return null;
    }
    const device = newDevice(timeUs);
    record.units.set(unit, device);
    return device;
  }

  #id(host: number, unit: number): string {
    const key = `${host}/${unit}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = identifier('asset', ...this.#anchor(host), unit);
    if (this.#ids.size < ASSETS_MAX * 2) this.#ids.set(key, id);
    return id;
  }

  /**
   * Segment and MAC, or segment and address where no MAC is known; fixed when first asked for, which is as late as
   * possible: that a MAC is a router's shows with the second address behind it. Link-local and MAC addresses are one
   * device with the address that has the same MAC; of several others the first has the MAC as its anchor.
   */
  #anchor(host: number): readonly string[] {
    const known = this.#hostAnchors.get(host);
    if (known !== undefined) return known;
    const segment = this.#anchorSegment(host);
    const address = this.#hosts.address(host);
    const mac = this.#macOf(host);
    let anchor: readonly string[] = [segment, address];
    // Past the limit the anchor is the address: it comes out the same each time.
    if (this.#hostAnchors.size >= ASSETS_MAX * 2) return anchor;
    if (mac !== '') {
      const key = `${segment}\n${mac}`;
      if (this.#hosts.addressKind(host) === 'mac' || isLinkLocal(address)) {
        anchor = [segment, mac];
      } else if (!this.#anchors.has(key)) {
        this.#anchors.set(key, host);
        anchor = [segment, mac];
      }
    }
    this.#hostAnchors.set(host, anchor);
    return anchor;
  }

  #macOf(host: number): string {
    return this.#hosts.addressKind(host) === 'mac' ? this.#hosts.address(host) : this.#hosts.mac(host);
  }

  #asset(group: readonly HostRecord[], unit: number, seen: readonly Device[], sources: readonly Device[]): Asset {
    const hosts = group.map(({ host }) => host);
    const macs = [...new Set(hosts.map((host) => this.#macOf(host)))].filter((mac) => mac !== '').sort();
    const firstUs = Math.min(...seen.map((device) => device.firstUs));
    const lastUs = Math.max(...seen.map((device) => device.lastUs));
    const evidence = sources.flatMap((source) => [...source.evidence.values()]);
    // The MAC of a gateway says nothing about the devices behind it.
    for (const mac of unit < 0 ? macs : []) {
      const value = this.#vendors(mac);
      if (value === '') continue;
      evidence.push({ attribute: 'vendor', value, source: 'mac prefix', trust: MAC_TRUST, timeUs: firstUs, frame: 0 });
    }
    evidence.sort(byWeight);
    return {
      id: this.#id(hosts[0]!, unit),
      segment: this.#hosts.segment(hosts[0]!),
      ip: hosts.filter((host) => this.#hosts.addressKind(host) !== 'mac').map((host) => this.#hosts.address(host)),
      mac: macs,
      unit: unit < 0 ? null : unit,
      ...assetFields(evidence),
      protocols: this.#protocolNames(group, unit, evidence),
      firstUs,
      lastUs,
      evidence: evidence.map(shownEvidence),
    };
  }

  /** Of a host: what was recognised in its conversations. Of a unit behind it: what it was claimed to answer. */
  #protocolNames(group: readonly HostRecord[], unit: number, evidence: readonly Evidence[]): string[] {
    const names =
      unit < 0
        ? group.flatMap((record) => [...record.protocols].map((index) => this.#protocols[index]?.name ?? ''))
        : evidence.filter(({ attribute }) => attribute === 'service').map(({ value }) => value);
    return [...new Set(names)].filter((name) => name !== '').sort();
  }
}

function newDevice(timeUs: number): Device {
  return { firstUs: timeUs, lastUs: timeUs, isThere: false, isBehind: false, evidence: new Map() };
}

function extend(device: Device, firstUs: number, lastUs: number): void {
  if (firstUs < device.firstUs) device.firstUs = firstUs;
  if (lastUs > device.lastUs) device.lastUs = lastUs;
}

/** A unit that answers is a device of its own where its protocol says so, or where the host answers for several. */
function isDevice(record: HostRecord, device: Device): boolean {
  if (!device.isThere || device.isBehind) return device.isThere;
  let behind = 0;
  for (const { isThere } of record.units.values()) if (isThere && ++behind > 1) return true;
  return false;
}

function addEvidence(device: Device, claim: Claim): void {
  const { attribute, value, source, trust, timeUs, frame } = claim;
  if (value === '') return;
  const key = `${attribute}\n${value}\n${source}`;
  const known = device.evidence.get(key);
  if (known !== undefined) {
    known.timeUs = Math.max(known.timeUs, timeUs);
    known.trust = Math.max(known.trust, trust);
    return;
  }
  if (device.evidence.size >= EVIDENCE_MAX) {
    let worstKey = '';
    let worst: Evidence | null = null;
    for (const [candidate, entry] of device.evidence) {
      if (worst === null || entry.trust < worst.trust || (entry.trust === worst.trust && entry.timeUs < worst.timeUs)) {
        worst = entry;
        worstKey = candidate;
      }
    }
    if (worst !== null && worst.trust > trust) return;
    device.evidence.delete(worstKey);
  }
  device.evidence.set(key, { attribute, value, source, trust, timeUs, frame });
}

function shownEvidence({ attribute, value, source, trust, timeUs, frame }: Evidence): AssetEvidence {
  return { attribute, value, source, trust, timeUs, frame };
}

/** fe80::/10: never routed, so its MAC is that of the device. */
function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address);
}

function isNoAddress(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '00:00:00:00:00:00';
}

/** An address with every part at full width, so that text order is numeric order. */
export function sortableAddress(address: string): string {
  if (address.includes('.') && !address.includes(':')) {
    return address
      .split('.')
      .map((part) => part.padStart(3, '0'))
      .join('.');
  }
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].map((part) => part.padStart(4, '0')).join(':');
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
