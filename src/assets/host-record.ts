// What the inventory keeps of a host and of the units behind it, bounded, and how that grows and is put together.
import type { AssetEvidence } from '../facts/asset.ts';
import type { Claim } from '../facts/facts.ts';
import type { KeptTrait } from './derived.ts';

/** Different claims kept for one host or unit: the most trusted, among equals the newest. */
export const EVIDENCE_MAX = 64;

/** What is known of a host itself or of one unit behind it. */
export interface Device {
  firstUs: number;
  lastUs: number;
  /** Of a unit: it was claimed to answer (a `service`) and does not stand for the host, so that it may be a device. */
  isThere: boolean;
  /** Of a unit that is there: a device of its own even where the host answers for no other. */
  isBehind: boolean;
  /** In the order they came; a list without spare room, since there are few of them and many devices. */
  evidence: AssetEvidence[];
}

export interface HostRecord {
  readonly host: number;
  readonly itself: Device;
  /** That it speaks; shared while there is none. */
  protocols: readonly number[];
  /** The one of them that was added last: most conversations bring nothing new. */
  newestProtocol: number;
  /** Shared while there is none. */
  units: Map<number, Device>;
  /** As in HostTraces; the lists that nothing was added to are one. */
  cards: readonly string[];
  toldCard: string;
  managedBy: readonly string[];
  /** Protocols in which it answered; shared while there is none. */
  served: readonly number[];
  /** Of the traits that something is derived from the last; shared while there is none. */
  traits: Map<string, KeptTrait>;
}

export const NONE: readonly string[] = [];
export const NO_PROTOCOLS: readonly number[] = [];
/** Never added to: a claim makes another list. */
const NO_EVIDENCE: AssetEvidence[] = [];
/** Never added to. */
export const NO_TRAITS = new Map<string, KeptTrait>();
/** Never added to. */
export const NO_UNITS = new Map<number, Device>();
/** MAC addresses remembered for one host, of a kind. */
export const CARDS_MAX = 8;
/** Names that one address has in mDNS and that count. */
export const NAMES_MAX = 4;

export function newDevice(timeUs: number): Device {
  return { firstUs: timeUs, lastUs: timeUs, isThere: false, isBehind: false, evidence: NO_EVIDENCE };
}

export function extend(device: Device, firstUs: number, lastUs: number): void {
  if (firstUs < device.firstUs) device.firstUs = firstUs;
  if (lastUs > device.lastUs) device.lastUs = lastUs;
}

/** A unit that answers is a device of its own where its protocol says so, or where the host answers for several. */
export function isDevice(record: HostRecord, device: Device): boolean {
  if (!device.isThere || device.isBehind) return device.isThere;
  let behind = 0;
  for (const { isThere } of record.units.values()) if (isThere && ++behind > 1) return true;
  return false;
}

export function addEvidence(device: Device, claim: Claim): void {
  const { attribute, value, source, trust, timeUs, frame } = claim;
  if (value === '') return;
  const { evidence } = device;
  for (let index = 0; index < evidence.length; index++) {
    const known = evidence[index]!;
    if (!isSame(known, claim)) continue;
    // Another object, since this one may have been given out.
    if (timeUs > known.timeUs || trust > known.trust) evidence[index] = joined(known, claim);
    return;
  }
  if (evidence.length >= EVIDENCE_MAX) {
    let worst = 0;
    for (let index = 1; index < evidence.length; index++) {
      const [entry, least] = [evidence[index]!, evidence[worst]!];
      if (entry.trust < least.trust || (entry.trust === least.trust && entry.timeUs < least.timeUs)) worst = index;
    }
    if (evidence[worst]!.trust > trust) return;
    evidence.splice(worst, 1);
  }
  const entry: AssetEvidence = { attribute, value, source, trust, timeUs, frame };
  device.evidence = evidence.concat(entry);
}

function isSame(one: AssetEvidence, other: Claim): boolean {
  return one.value === other.value && one.attribute === other.attribute && one.source === other.source;
}

/** The same was claimed again. */
function joined(
  { attribute, value, source, trust, timeUs, frame }: AssetEvidence,
  again: Pick<AssetEvidence, 'trust' | 'timeUs'>,
): AssetEvidence {
  return {
    attribute,
    value,
    source,
    trust: Math.max(trust, again.trust),
    timeUs: Math.max(timeUs, again.timeUs),
    frame,
  };
}

/** What several addresses of a device claim alike is one claim; bounded as for one address. */
export function mergedEvidence(sources: readonly Device[]): AssetEvidence[] {
  if (sources.length === 1) return [...sources[0]!.evidence];
  const merged = new Map<string, AssetEvidence>();
  for (const { evidence } of sources) {
    for (const entry of evidence) {
      const key = `${entry.attribute}\n${entry.value}\n${entry.source}`;
      const known = merged.get(key);
      merged.set(key, known === undefined ? entry : joined(known, entry));
    }
  }
  const all = [...merged.values()];
  if (all.length <= EVIDENCE_MAX) return all;
  return all.sort((left, right) => right.trust - left.trust || right.timeUs - left.timeUs).slice(0, EVIDENCE_MAX);
}

/** The names that mDNS gives to an address. */
export function namesOf(device: Device): readonly string[] {
  const names: string[] = [];
  for (const { attribute, source, value } of device.evidence) {
    if (attribute === 'name' && (source === 'mdns A' || source === 'mdns AAAA') && names.length < NAMES_MAX)
      names.push(value);
  }
  return names.length === 0 ? NONE : names;
}

export function withOneMore(list: readonly string[], value: string): readonly string[] {
  return list.includes(value) || list.length >= CARDS_MAX ? list : list.concat(value);
}
