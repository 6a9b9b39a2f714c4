// Answers what modules ask of 1sec.yaml. A host is compared with the declarations once and remembered by its number.
import type { Alert, Judgement, Severity } from '../facts/alert.ts';
import type { Claim, HostDirectory } from '../facts/facts.ts';
import {
  DECLARED_SOURCE,
  type Declaration,
  type DeclaredNormal,
  type DeclaredStation,
  type HostPattern,
  type Intent,
  type MaintenanceWindow,
} from '../facts/intent.ts';
import type { PolicyZone } from '../facts/policy.ts';
import { addressRange, isInRange, type AddressRange } from './host-pattern.ts';
import { SitePolicy } from './site-policy.ts';

const MINUTE_US = 60_000_000;
const DAY_MINUTES = 1440;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4;

interface Pattern {
  readonly range: AddressRange | null;
  readonly segment: string | null;
}

interface Normal {
  readonly declared: DeclaredNormal;
  readonly device: Pattern | null;
  readonly by: Pattern | null;
}

export class SiteIntent implements Intent {
  readonly declared: Declaration;
  readonly #hosts: HostDirectory;
  readonly #masters: readonly { readonly client: Pattern; readonly servers: readonly Pattern[] }[];
  readonly #stations: readonly Pattern[];
  readonly #jumpHosts: readonly Pattern[];
  readonly #windows: readonly { readonly window: MaintenanceWindow; readonly devices: readonly Pattern[] }[];
  readonly #normalOfKind: ReadonlyMap<string, readonly Normal[]>;
  readonly #zones: SitePolicy;
  /** Host number → index of its station, -1 for none. */
  readonly #stationOf = new Map<number, number>();
  readonly #addresses = new Map<number, AddressRange | null>();
  readonly #isMasterOf = new Map<number, Map<number, boolean>>();

  constructor(declared: Declaration, hosts: HostDirectory) {
    this.declared = declared;
    this.#hosts = hosts;
    this.#masters = declared.masters.map(({ client, servers }) => ({
      client: patternOf(client),
      servers: servers.map(patternOf),
    }));
    this.#stations = declared.engineeringStations.map(({ host }) => patternOf(host));
    this.#jumpHosts = declared.jumpHosts.map(({ host }) => patternOf(host));
    this.#windows = declared.windows.map((window) => ({ window, devices: window.devices.map(patternOf) }));
    const normal = declared.normal.map((each) => ({
      declared: each,
      device: each.device === null ? null : patternOf(each.device),
      by: each.by === null ? null : patternOf(each.by),
    }));
    this.#normalOfKind = Map.groupBy(normal, ({ declared: { kind } }) => kind);
    this.#zones = new SitePolicy({ zones: declared.zones, conduits: [] }, hosts);
  }

  isMaster(client: number, server: number): boolean {
    if (this.#masters.length === 0) return false;
    let servers = this.#isMasterOf.get(client);
    if (servers === undefined) this.#isMasterOf.set(client, (servers = new Map<number, boolean>()));
    let isMaster = servers.get(server);
    if (isMaster === undefined) {
      isMaster = this.#masters.some(
        (master) =>
          this.#matches(client, master.client) &&
          (master.servers.length === 0 || master.servers.some((pattern) => this.#matches(server, pattern))),
      );
      servers.set(server, isMaster);
    }
    return isMaster;
  }

  isEngineeringStation(host: number): boolean {
    return this.station(host) !== null;
  }

  isJumpHost(host: number): boolean {
    return this.#jumpHosts.some((pattern) => this.#matches(host, pattern));
  }

  zoneOf(host: number, role: string): PolicyZone | null {
    const { zones } = this.declared;
    return zones.length === 0 ? null : (zones[this.#zones.zoneOf(host, role)] ?? null);
  }

  station(host: number): DeclaredStation | null {
    if (this.#stations.length === 0) return null;
    let index = this.#stationOf.get(host);
    if (index === undefined) {
      index = this.#stations.findIndex((pattern) => this.#matches(host, pattern));
      this.#stationOf.set(host, index);
    }
    return this.declared.engineeringStations[index] ?? null;
  }

  windowAt(host: number, timeUs: number): MaintenanceWindow | null {
    for (const { window, devices } of this.#windows) {
      if (!isWithin(window, timeUs)) continue;
      if (devices.length === 0 || devices.some((pattern) => this.#matches(host, pattern))) return window;
    }
    return null;
  }

  /** What a declaration says about a host that was heard. */
  claims(host: number, timeUs: number): Claim[] {
    const station = this.station(host);
    if (station === null) return [];
    const claim = { fact: 'claim', timeUs, frame: 0, host, unit: -1, source: DECLARED_SOURCE, trust: 1 } as const;
    return [
      { ...claim, attribute: 'role', value: 'engineering-station' },
      { ...claim, attribute: 'level', value: String(station.level) },
      ...(station.name === '' ? [] : [{ ...claim, attribute: 'name', value: station.name } as const]),
    ];
  }

  /** The judgement with the severity that the settings want; null: it is not to be raised. */
  weighed(judgement: Judgement): Judgement | null {
    if (this.#isNormal(judgement)) return null;
    const wanted = this.#settingOf(judgement.kind);
    if (wanted === undefined) return judgement;
    return wanted === 'off' ? null : { ...judgement, severity: wanted };
  }

  #isNormal({ kind, subject, peer, object }: Judgement): boolean {
    const ofKind = this.#normalOfKind.get(kind);
    if (ofKind === undefined) return false;
    return ofKind.some(({ declared, device, by }) => {
      if (device !== null && !this.#matches(subject.host, device)) return false;
      if (declared.unit !== null && declared.unit !== Math.max(-1, subject.unit)) return false;
      if (by !== null && (peer === null || !this.#matches(peer.host, by))) return false;
      return declared.object === null || declared.object === object;
    });
  }

  #settingOf(kind: Alert['kind']): Severity | 'off' | undefined {
    return this.declared.settings.get(kind.slice(0, kind.indexOf('/')))?.severities.get(kind);
  }

  #matches(host: number, { range, segment }: Pattern): boolean {
    if (segment !== null && this.#hosts.segment(host) !== segment) return false;
    if (range === null) return false;
    if (range.kind === 'mac') {
      const mac = addressRange(this.#hosts.mac(host));
      return mac !== null && isInRange(mac, range);
    }
    let address = this.#addresses.get(host);
    if (address === undefined) this.#addresses.set(host, (address = addressRange(this.#hosts.address(host))));
    return address !== null && isInRange(address, range);
  }
}

function patternOf({ address, segment }: HostPattern): Pattern {
  return { range: addressRange(address), segment };
}

function isWithin(window: MaintenanceWindow, timeUs: number): boolean {
  if (window.fromUs !== null && window.untilUs !== null) return timeUs >= window.fromUs && timeUs < window.untilUs;
  const minutes = Math.floor(timeUs / MINUTE_US) + window.utcOffsetMinutes;
  const day = Math.floor(minutes / DAY_MINUTES) + FIRST_WEEKDAY;
  const minute = minutes - Math.floor(minutes / DAY_MINUTES) * DAY_MINUTES;
  const { fromMinute, untilMinute, days } = window;
  if (fromMinute < untilMinute) return days.includes(day % 7) && minute >= fromMinute && minute < untilMinute;
  return (days.includes(day % 7) && minute >= fromMinute) || (days.includes((day + 6) % 7) && minute < untilMinute);
}
