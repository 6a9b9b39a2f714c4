// Turns claims, conversations and traits into one record for each device, with the evidence for every field.
import type { Asset, AssetEvidence } from '../facts/asset.ts';
import type { Claim, Conversation, HostDirectory, Trait } from '../facts/facts.ts';
import type { Protocol } from '../facts/protocol.ts';
import { assetFields, byWeight } from './asset-fields.ts';
import { ASSETS_MAX, AssetIds } from './asset-ids.ts';
import { DERIVING_TRAITS, derivedEvidence, type Grounds } from './derived.ts';
import {
  NONE,
  NO_PROTOCOLS,
  NO_TRAITS,
  NO_UNITS,
  addEvidence,
  extend,
  isDevice,
  mergedEvidence,
  namesOf,
  newDevice,
  withOneMore,
  type Device,
  type HostRecord,
} from './host-record.ts';
import { sortableAddress } from './sortable-address.ts';
import { cardOf, sameDevices } from './same-device.ts';

/** Units kept apart behind one host; claims about more are counted and left out. */
export const UNITS_PER_HOST_MAX = 256;

/** How far the vendor of a network card tells the vendor of the device: it may be a part bought in. */
const MAC_TRUST = 0.4;

/** A device, or a unit behind one: the hosts it is, and what was seen of it. */
interface Part {
  readonly records: readonly HostRecord[];
  /** The one whose anchor names it. */
  readonly holder: HostRecord;
  readonly unit: number;
  readonly seen: readonly Device[];
  readonly sources: readonly Device[];
}

/**
 * One asset for each device that spoke (same-device.ts: which hosts are one), and one for each unit behind a host that answers for several units (the protocol says
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
  /** By host: a conversation is told several times, and there are many. */
  readonly #records: (HostRecord | null)[] = [];
  #count = 0;
  /** By protocol. */
  readonly #alone: (readonly number[])[] = [];
  readonly #ids: AssetIds;
  /** Ids of parts of a device → its id, as of the last `devices`. */
  #primaries = new Map<string, string>();

  /** `anchorSegment`: the segment of a host as ids have it, where that is not its name. */
  constructor(
    hosts: HostDirectory,
    protocols: readonly Protocol[],
    vendors: (mac: string) => string,
    anchorSegment = (host: number): string => hosts.segment(host),
  ) {
    this.#hosts = hosts;
    this.#ids = new AssetIds(hosts, anchorSegment);
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
    if (conversation.serverPackets === 0) return;
    this.#spoke(server, firstUs, lastUs, protocol);
    const record = this.#records[server];
    if (protocol >= 0 && conversation.isAnswered && record?.served.includes(protocol) === false)
      record.served = this.#with(record.served, protocol);
  }

  #spoke(host: number, firstUs: number, lastUs: number, protocol: number): void {
    const record = this.#record(host, firstUs);
    if (record === null) return;
    extend(record.itself, firstUs, lastUs);
    if (protocol < 0 || protocol === record.newestProtocol) return;
    record.newestProtocol = protocol;
    if (!record.protocols.includes(protocol)) record.protocols = this.#with(record.protocols, protocol);
  }

  /** Most hosts have one protocol: the list of it alone is shared. */
  #with(list: readonly number[], protocol: number): readonly number[] {
    return list.length === 0 ? (this.#alone[protocol] ??= [protocol]) : list.concat(protocol);
  }

  /** A judgement names the host: it is a device, though perhaps only what was said to it is in the capture. */
  named(host: number, timeUs: number): void {
    const record = this.#record(host, timeUs);
    if (record !== null) extend(record.itself, timeUs, timeUs);
  }

  trait(trait: Trait): void {
    const record = this.#record(trait.host, trait.timeUs);
    if (record === null) return;
    extend(record.itself, trait.timeUs, trait.timeUs);
    if (trait.trait === 'address-binding') {
      // What was seen is what the directory now says; what it does not say was told by a protocol.
      if (this.#hosts.mac(trait.host) === trait.value) record.cards = withOneMore(record.cards, trait.value);
      else record.toldCard = trait.value;
    } else if (DERIVING_TRAITS.has(trait.trait)) {
      if (record.traits === NO_TRAITS) record.traits = new Map();
      record.traits.set(trait.trait, { value: trait.value, timeUs: trait.timeUs, frame: trait.frame });
    } else if (trait.trait === 'management-address') record.managedBy = withOneMore(record.managedBy, trait.value);
  }

  /**
   * The id of the device a host and unit stand for: the unit's own where the host answers for several units, else the
   * host's. An id never changes; which of the two a unit means is known once a second unit has answered.
   */
  assetId(host: number, unit: number): string {
    const record = this.#records[host] ?? null;
    const device = record?.units.get(unit);
    const isBehind = record !== null && device !== undefined && isDevice(record, device);
    return this.#ids.idOf(host, isBehind ? unit : -1);
  }

  get hostCount(): number {
    return this.#count;
  }

  /** The id under which a device is listed, where `id` was given to a part of it; `id` else. As of the last `devices`. */
  primaryId(id: string): string {
    return this.#primaries.get(id) ?? id;
  }

  /** All at once: `devices`. */
  list(): Asset[] {
    return [...this.devices()];
  }

  /**
   * In the order of segment, address and unit. Which hosts are one device is found out at once; the record of each is made
   * when it is asked for, so that a flood of devices is never there as a whole. To be gone through before the next fact.
   */
  devices(): Iterable<Asset> {
    const groups = this.#groups();
    return { [Symbol.iterator]: () => this.#assetsOfAll(groups) };
  }

  *#assetsOfAll(groups: readonly (readonly HostRecord[])[]): Generator<Asset> {
    for (const group of groups) yield* this.#assetsOf(group);
  }

  /** The hosts of each device. */
  #groups(): readonly (readonly HostRecord[])[] {
    const records = this.#inOrder();
    const traces = records.map(({ host, cards, toldCard, managedBy, itself }) => {
      return { host, cards, toldCard, managedBy, names: namesOf(itself) };
    });
    const groups = new Map<string, HostRecord[]>();
    for (const indexes of sameDevices(traces, this.#hosts)) {
      const members = indexes.map((index) => records[index]!);
      const id = this.#ids.idOf(this.#ids.primaryOf(members).host, -1);
      const group = groups.get(id);
      if (group === undefined) groups.set(id, members);
      else group.push(...members);
    }
    this.#primaries = new Map();
    for (const group of groups.values()) this.#notePrimary(group);
    return [...groups.values()];
  }

  /** The ids of the parts of a device, and of the units behind it, lead to those under which they are listed. */
  #notePrimary(group: readonly HostRecord[]): void {
    if (group.length === 1) return;
    for (const { records, holder, unit } of this.#partsOf(group)) {
      const id = this.#ids.idOf(holder.host, unit);
      for (const { host } of records) {
        const alias = this.#ids.idOf(host, unit);
        if (alias !== id && this.#primaries.size < ASSETS_MAX) this.#primaries.set(alias, id);
      }
    }
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

  /** The asset of a device with all its addresses, then those of the units behind it. */
  #assetsOf(group: readonly HostRecord[]): Asset[] {
    return this.#partsOf(group).map(({ records, holder, unit, seen, sources }) =>
      this.#asset(records, holder, unit, seen, sources),
    );
  }

  #partsOf(group: readonly HostRecord[]): Part[] {
    const units = group.flatMap((record) => [...record.units].map(([unit, device]) => ({ record, unit, device })));
    const own: Device[] = [];
    const behind = new Map<number, { readonly records: HostRecord[]; readonly devices: Device[] }>();
    for (const { record, unit, device } of units) {
      if (!isDevice(record, device)) own.push(device);
      else {
        const known = behind.get(unit);
        if (known === undefined) behind.set(unit, { records: [record], devices: [device] });
        else {
          known.records.push(record);
          known.devices.push(device);
        }
      }
    }
    const itself = group.map((record) => record.itself);
    const primary = this.#ids.primaryOf(group);
    return [
      { records: group, holder: primary, unit: -1, seen: itself, sources: [...itself, ...own] },
      ...[...behind]
        .sort(([left], [right]) => left - right)
        .map(([unit, { records, devices }]) => {
          const holder = records.includes(primary) ? primary : records[0]!;
          return { records, holder, unit, seen: devices, sources: devices };
        }),
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
      protocols: NO_PROTOCOLS,
      newestProtocol: -1,
      units: NO_UNITS,
      cards: NONE,
      toldCard: '',
      managedBy: NONE,
      served: NO_PROTOCOLS,
      traits: NO_TRAITS,
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
    if (record.units === NO_UNITS) record.units = new Map();
    record.units.set(unit, device);
    return device;
  }

  #asset(
    group: readonly HostRecord[],
    primary: HostRecord,
    unit: number,
    seen: readonly Device[],
    sources: readonly Device[],
  ): Asset {
    const hosts = group.map(({ host }) => host);
    const id = this.#ids.idOf(primary.host, unit);
    const aliases = hosts.length > 1 ? this.#aliases(hosts, id, unit) : NONE;
    const macs = [...new Set(hosts.map((host) => cardOf(this.#hosts, host)))].filter((mac) => mac !== '').toSorted();
    const firstUs = Math.min(...seen.map((device) => device.firstUs));
    const lastUs = Math.max(...seen.map((device) => device.lastUs));
    const evidence = mergedEvidence(sources);
    // The MAC of a gateway says nothing about the devices behind it.
    for (const mac of unit < 0 ? macs : []) {
      const value = this.#vendors(mac);
      if (value === '') continue;
      evidence.push({ attribute: 'vendor', value, source: 'mac prefix', trust: MAC_TRUST, timeUs: firstUs, frame: 0 });
    }
    if (unit < 0) evidence.push(...derivedEvidence(this.#groundsOf(group, evidence, firstUs)));
    evidence.sort(byWeight);
    const segment = this.#hosts.segment(hosts[0]!);
    const away = hosts.filter((host) => this.#hosts.segment(host) !== segment);
    const places = away.map((host) => [this.#hosts.segment(host), this.#hosts.address(host)] as const);
    const ips = hosts
      .filter((host) => this.#hosts.addressKind(host) !== 'mac')
      .map((host) => this.#hosts.address(host));
    return {
      id,
      aliases,
      segment,
      ip: [...new Set(ips)],
      mac: macs,
      ...(places.length === 0 ? {} : { elsewhere: places }),
      unit: unit < 0 ? null : unit,
      ...assetFields(evidence),
      protocols: this.#protocolNames(group, unit, evidence),
      firstUs,
      lastUs,
      // Without the room that a list keeps for more.
      evidence: evidence.slice(),
    };
  }

  #groundsOf(group: readonly HostRecord[], evidence: readonly AssetEvidence[], firstUs: number): Grounds {
    const [first] = group;
    const isOne = group.length === 1 && first !== undefined;
    const served = isOne ? first.served : group.flatMap((record) => record.served);
    return {
      evidence,
      traits: isOne ? first.traits : new Map(group.flatMap(({ traits }) => [...traits])),
      served: served.map((index) => this.#protocols[index]?.name ?? ''),
      forwards: Math.max(...group.map(({ host }) => this.#hosts.forwards?.(host) ?? 0)),
      firstUs,
    };
  }

  #aliases(hosts: readonly number[], primaryId: string, unit: number): string[] {
    const ids = new Set(hosts.map((host) => this.#ids.idOf(host, unit)));
    ids.delete(primaryId);
    return [...ids].sort();
  }

  /** Of a host: what was recognised in its conversations. Of a unit behind it: what it was claimed to answer. */
  #protocolNames(group: readonly HostRecord[], unit: number, evidence: readonly AssetEvidence[]): string[] {
    const names =
      unit < 0
        ? group.flatMap((record) => record.protocols.map((index) => this.#protocols[index]?.name ?? ''))
        : evidence.filter(({ attribute }) => attribute === 'service').map(({ value }) => value);
    return [...new Set(names)].filter((name) => name !== '').toSorted();
  }
}

function isNoAddress(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '00:00:00:00:00:00';
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
