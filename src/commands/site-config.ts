// Turns the text of 1sec.yaml into what it declares, and names every mistake in it with its line and column.
import { readFileSync } from 'node:fs';
import type { Role } from '../assets/roles.ts';
import { addressRange, subnetMeant } from '../engine/host-pattern.ts';
import { SEVERITIES, type Severity } from '../facts/alert.ts';
import type {
  Declaration,
  DeclaredJumpHost,
  DeclaredMaster,
  DeclaredNormal,
  DeclaredSegment,
  DeclaredStation,
  HostPattern,
  MaintenanceWindow,
  ModuleSettings,
} from '../facts/intent.ts';
import type { PolicyZone } from '../facts/policy.ts';
import { modules } from '../modules/index.ts';
import { showable } from '../bytes/text.ts';
import { UsageError } from './command-line.ts';
import { ConfigDocument, type ConfigProblem, type ConfigValue } from './config-nodes.ts';
import { didYouMean } from './did-you-mean.ts';
import { timeOf } from './timestamp.ts';

export interface SiteConfig {
  /** What could be read; to be used only where there is no problem. */
  readonly declaration: Declaration;
  /** In the order of the file. */
  readonly problems: readonly ConfigProblem[];
}

const VERSION = '1';
const STATION_LEVEL = 2;
const NAME_MAX = 64;
const LISTED_MAX = 10_000;
const OBJECT_MAX = 400;
const UNIT_MAX = 0xffff_ffff;
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
const ROLES: Readonly<Record<Role['role'], true>> = {
  controller: true,
  gateway: true,
  hmi: true,
  'scada-server': true,
  'engineering-station': true,
  'building-controller': true,
  'building-workstation': true,
  broker: true,
};
export const ROLE_NAMES: readonly string[] = Object.keys(ROLES);
/** How segments are called that nothing is declared about. */
const OBSERVED_SEGMENT = /^(?:default|vlan [0-9]+(?:\.[0-9]+)?)$/;

/** Reads the file for a command that needs it without a mistake; throws UsageError with the first one. */
export function declarationOf(path: string): Declaration {
  const { declaration, problems } = readSiteConfig(configText(path));
  const [first, ...more] = problems;
  if (first === undefined) return declaration;
  const shown = showable(path, 400);
  const others = more.length === 0 ? '' : `; and ${more.length} more: see '1sec config check ${shown}'`;
  throw new UsageError(`${shown}:${first.line}:${first.column}: ${first.message}${others}`);
}

export function configText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'it is a directory' : message;
    throw new UsageError(`${showable(path, 400)}: ${reason}`);
  }
}

export function readSiteConfig(text: string): SiteConfig {
  const document = new ConfigDocument(text);
  const declaration = new ConfigReader(document).read();
  const problems = [...document.problems].sort((left, right) => left.line - right.line || left.column - right.column);
  return { declaration, problems };
}

class ConfigReader {
  readonly #document: ConfigDocument;
  /** Name and VLANs of the segments read so far. */
  readonly #segments = new Map<string, readonly string[]>();
  /** Address → zone. */
  readonly #zoneMembers = new Map<string, string>();

  constructor(document: ConfigDocument) {
    this.#document = document;
  }

  read(): Declaration {
    const { root } = this.#document;
    const keys = root === null ? new Map<string, ConfigValue>() : this.#document.section(root, TOP_KEYS);
    if (root !== null) this.#document.version(root, keys.get('version'), VERSION);
    // Others refer to segments.
    const segments = this.#each(keys.get('segments'), (value) => this.#segment(value));
    return {
      masters: this.#each(keys.get('masters'), (value) => this.#master(value)),
      engineeringStations: this.#each(keys.get('engineering-stations'), (value) => this.#station(value)),
      jumpHosts: this.#each(keys.get('jump-hosts'), (value) => this.#jumpHost(value)),
      segments,
      zones: this.#named(keys.get('zones'), (value) => this.#zone(value)),
      windows: this.#named(keys.get('maintenance-windows'), (value) => this.#window(value)),
      normal: this.#each(keys.get('normal'), (value) => this.#normal(value)),
      settings: this.#settings(keys.get('modules')),
    };
  }

  #each<Item>(value: ConfigValue | undefined, read: (value: ConfigValue) => Item | null): Item[] {
    return this.#document.each(value, LISTED_MAX, read);
  }

  #named<Item extends { readonly name: string }>(
    value: ConfigValue | undefined,
    read: (value: ConfigValue) => Item | null,
  ): Item[] {
    const names = new Set<string>();
    return this.#each(value, (entry) => {
      const item = read(entry);
      if (item === null) return null;
      if (names.has(item.name)) this.#document.problem(entry.node, `'${item.name}' is there twice in ${value!.what}`);
      names.add(item.name);
      return item;
    });
  }

  #master(value: ConfigValue): DeclaredMaster | null {
    const keys = this.#document.section(value, ['name', 'client', 'servers', 'segment']);
    const segment = this.#segmentName(keys.get('segment'));
    const client = this.#required(value, keys, 'client', (given) => this.#host(given, segment));
    const servers = this.#each(keys.get('servers'), (given) => this.#host(given, null));
    if (this.#document.isEmptyList(keys.get('servers'))) {
      this.#document.problem(value.node, 'servers names none; leave the key out where all are meant');
    }
    return client === null ? null : { name: this.#optionalName(keys), client, servers };
  }

  #station(value: ConfigValue): DeclaredStation | null {
    const keys = this.#document.section(value, ['name', 'address', 'segment', 'level']);
    const segment = this.#segmentName(keys.get('segment'));
    const host = this.#required(value, keys, 'address', (given) => this.#host(given, segment));
    const level = keys.get('level');
    const number = level === undefined ? STATION_LEVEL : this.#level(level);
    return host === null || number === null ? null : { name: this.#optionalName(keys), host, level: number };
  }

  #jumpHost(value: ConfigValue): DeclaredJumpHost | null {
    const keys = this.#document.section(value, ['name', 'address', 'segment']);
    const segment = this.#segmentName(keys.get('segment'));
    const host = this.#required(value, keys, 'address', (given) => this.#host(given, segment));
    return host === null ? null : { name: this.#optionalName(keys), host };
  }

  #segment(value: ConfigValue): DeclaredSegment | null {
    const keys = this.#document.section(value, ['name', 'vlans']);
    const name = this.#required(value, keys, 'name', (given) => this.#name(given));
    const observed = this.#each(keys.get('vlans'), (given) => this.#vlan(given));
    if (!keys.has('vlans') || this.#document.isEmptyList(keys.get('vlans'))) {
      this.#document.problem(value.node, 'vlans is missing: the VLANs of this segment, like [20, 21] or [untagged]');
    }
    if (name === null || observed.length === 0) return null;
    this.#distinguish(value, name, observed);
    return { name, observed };
  }

  /** A name means one segment, a VLAN is in one segment, and no name is that of another VLAN. */
  #distinguish(value: ConfigValue, name: string, observed: readonly string[]): void {
    const refuse = (message: string): void => this.#document.problem(value.node, message);
    if (this.#segments.has(name)) refuse(`segment '${name}' is there twice; give one all its vlans`);
    if (OBSERVED_SEGMENT.test(name) && !observed.includes(name)) refuse(`'${name}' is the name of another VLAN`);
    for (const vlan of observed) {
      const other = [...this.#segments].find(([, vlans]) => vlans.includes(vlan))?.[0];
      if (other !== undefined && other !== name) refuse(`${vlan} is in the segments '${other}' and '${name}'`);
    }
    this.#segments.set(name, observed);
  }

  #zone(value: ConfigValue): PolicyZone | null {
    const keys = this.#document.section(value, ['name', 'level', 'addresses', 'segments', 'roles']);
    const name = this.#required(value, keys, 'name', (given) => this.#name(given));
    const wanted = keys.get('level');
    const level = wanted === undefined ? null : this.#level(wanted);
    const addresses = this.#each(keys.get('addresses'), (given) => this.#zoneMember(given, name ?? ''));
    const segments = this.#each(keys.get('segments'), (given) => this.#segmentName(given));
    const roles = this.#each(keys.get('roles'), (given) => this.#choice(given, Object.keys(ROLES)));
    if (!['addresses', 'segments', 'roles'].some((key) => this.#document.list(keys.get(key)).length > 0)) {
      this.#document.problem(value.node, 'the zone names nothing: it needs addresses, segments or roles');
    }
    return name === null ? null : { name, level, segment: null, addresses, segments, roles };
  }

  /** An address belongs to one zone: the same one in two would leave open which is meant. */
  #zoneMember(value: ConfigValue, zone: string): string | null {
    const address = this.#host(value, null)?.address;
    const range = address === undefined ? null : addressRange(address);
    if (address === undefined || range === null) return null;
    const key = `${range.kind} ${range.value}/${range.prefix}`;
    const other = this.#zoneMembers.get(key);
    if (other !== undefined) this.#document.problem(value.node, `${address} is in zone '${other}' already`);
    this.#zoneMembers.set(key, zone);
    return address;
  }

  #window(value: ConfigValue): MaintenanceWindow | null {
    const document = this.#document;
    const keys = document.section(value, ['name', 'from', 'until', 'days', 'utc-offset', 'devices']);
    const name = this.#required(value, keys, 'name', (given) => this.#name(given));
    const devices = this.#each(keys.get('devices'), (given) => this.#host(given, null));
    const isWeekly = keys.has('days');
    const read = (given: ConfigValue): number | null => (isWeekly ? this.#clock(given) : this.#time(given));
    const from = this.#required(value, keys, 'from', read);
    const until = this.#required(value, keys, 'until', read);
    const offset = keys.get('utc-offset');
    const utcOffsetMinutes = offset === undefined ? 0 : this.#offset(offset, isWeekly);
    const days = this.#each(keys.get('days'), (given) => this.#choice(given, DAYS)).map((day) => DAYS.indexOf(day));
    if (isWeekly && document.isEmptyList(keys.get('days'))) {
      document.problem(keys.get('days')!.node ?? value.node, `days needs at least one of ${DAYS.join(', ')}`);
    }
    if (name === null || from === null || until === null || utcOffsetMinutes === null) return null;
    if (!isWeekly && until <= from) document.problem(keys.get('until')!.node, 'until must be later than from');
    return isWeekly
      ? { name, devices, fromUs: null, untilUs: null, days, fromMinute: from, untilMinute: until, utcOffsetMinutes }
      : { name, devices, fromUs: from, untilUs: until, days: [], fromMinute: 0, untilMinute: 0, utcOffsetMinutes };
  }

  #normal(value: ConfigValue): DeclaredNormal | null {
    const keys = this.#document.section(value, [
      'kind',
      'device',
      'segment',
      'unit',
      'by',
      'by-segment',
      'object',
      'reason',
    ]);
    const kind = this.#required(value, keys, 'kind', (given) => this.#kind(given));
    const device = this.#optionalHost(keys, 'device', 'segment');
    const by = this.#optionalHost(keys, 'by', 'by-segment');
    const unit = keys.get('unit');
    const object = keys.get('object');
    const reason = keys.get('reason');
    if (kind !== null && device === null && by === null && !keys.has('device') && !keys.has('by')) {
      this.#document.problem(
        value.node,
        `it names no device; an alert that is never wanted is switched off: modules, ${kind.replace('/', ', severities, ')}: off`,
      );
    }
    if (kind === null) return null;
    return {
      kind,
      device,
      unit: unit === undefined ? null : this.#unit(unit),
      by,
      object: object === undefined ? null : this.#visible(object, OBJECT_MAX),
      reason: reason === undefined ? '' : (this.#visible(reason, OBJECT_MAX) ?? ''),
    };
  }

  #kind(value: ConfigValue): string | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    const kinds = modules.flatMap(({ meta }) => meta.kinds.map(({ kind }) => kind));
    if (kinds.includes(text)) return text;
    const shown = showable(text, NAME_MAX);
    this.#document.problem(
      value.node,
      `no alert is called '${shown}'${didYouMean(text, kinds) || "; '1sec modules' lists them"}`,
    );
    return null;
  }

  #optionalHost(keys: ReadonlyMap<string, ConfigValue>, key: string, segmentKey: string): HostPattern | null {
    const value = keys.get(key);
    const segment = keys.get(segmentKey);
    if (value !== undefined) return this.#host(value, this.#segmentName(segment));
    if (segment !== undefined) this.#document.problem(segment.node, `${segmentKey} is nothing without ${key}`);
    return null;
  }

  /** A number as alerts show it, or `none` for the device itself: -1. */
  #unit(value: ConfigValue): number | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    if (text === 'none') return -1;
    if (/^[0-9]{1,10}$/.test(text) && Number(text) <= UNIT_MAX) return Number(text);
    this.#document.problem(value.node, 'unit must be a number as alerts show it, or none for the device itself');
    return null;
  }

  #settings(value: ConfigValue | undefined): Map<string, ModuleSettings> {
    const settings = new Map<string, ModuleSettings>();
    if (value === undefined) return settings;
    const ids = modules.map(({ meta }) => meta.id);
    for (const [id, given] of this.#document.section(value, ids)) {
      const keys = this.#document.section(given, ['enabled', 'severities']);
      const enabled = keys.get('enabled');
      const isEnabled = enabled === undefined ? true : (this.#document.flag(enabled) ?? true);
      settings.set(id, { isEnabled, severities: this.#severities(id, keys.get('severities')) });
    }
    return settings;
  }

  #severities(id: string, value: ConfigValue | undefined): Map<string, Severity | 'off'> {
    const severities = new Map<string, Severity | 'off'>();
    if (value === undefined) return severities;
    const kinds = modules.find(({ meta }) => meta.id === id)?.meta.kinds ?? [];
    const names = kinds.map(({ kind }) => kind.slice(id.length + 1));
    for (const [name, given] of this.#document.section(value, names)) {
      const severity = this.#choice(given, [...SEVERITIES, 'off'] as const);
      if (severity !== null) severities.set(`${id}/${name}`, severity);
    }
    return severities;
  }

  #required<Item>(
    section: ConfigValue,
    keys: ReadonlyMap<string, ConfigValue>,
    key: string,
    read: (value: ConfigValue) => Item | null,
  ): Item | null {
    const value = keys.get(key);
    if (value !== undefined) return read(value);
    // Of what is no section at all it was said already.
    if (keys.size > 0) this.#document.problem(section.node, `the key '${key}' is missing`);
    return null;
  }

  #optionalName(keys: ReadonlyMap<string, ConfigValue>): string {
    const value = keys.get('name');
    return value === undefined ? '' : (this.#name(value) ?? '');
  }

  #name(value: ConfigValue): string | null {
    return this.#visible(value, NAME_MAX);
  }

  #visible(value: ConfigValue, max: number): string | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    if (text.length <= max && showable(text, max) === text) return text;
    this.#document.problem(value.node, `${value.what} must have at most ${max} characters, all of them visible`);
    return null;
  }

  #host(value: ConfigValue, segment: string | null): HostPattern | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    if (addressRange(text) === null) {
      const shown = showable(text, NAME_MAX);
      this.#document.problem(
        value.node,
        `'${shown}' is no address; write 192.0.2.1, 192.0.2.0/24 or 02:00:00:00:00:01`,
      );
      return null;
    }
    const meant = subnetMeant(text);
    if (meant === null) return { address: text, segment };
    this.#document.problem(value.node, `'${text}' is an address with the length of a subnet; did you mean ${meant}?`);
    return null;
  }

  #segmentName(value: ConfigValue | undefined): string | null {
    const text = value === undefined ? null : this.#name(value);
    if (text === null || value === undefined) return null;
    if (this.#segments.has(text)) return text;
    const renamed = [...this.#segments].find(([, vlans]) => vlans.includes(text))?.[0];
    if (renamed !== undefined) {
      this.#document.problem(value.node, `${text} is called '${renamed}' by segments`);
    } else if (!OBSERVED_SEGMENT.test(text)) {
      this.#document.problem(
        value.node,
        `no segment is called '${text}'${didYouMean(text, [...this.#segments.keys()])}`,
      );
    } else {
      return text;
    }
    return null;
  }

  /** `20`, `20.5` (a VLAN within another) or `untagged`, as segments are called that nothing is declared about. */
  #vlan(value: ConfigValue): string | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    if (text === 'untagged') return 'default';
    const numbers = /^[0-9]{1,4}(?:\.[0-9]{1,4})?$/.test(text) ? text.split('.').map(Number) : [];
    if (numbers.length > 0 && numbers.every((tag) => tag > 0 && tag < 4095)) return `vlan ${numbers.join('.')}`;
    this.#document.problem(
      value.node,
      `'${showable(text, NAME_MAX)}' is no VLAN: a number from 1 to 4094, 20.5 or untagged`,
    );
    return null;
  }

  #level(value: ConfigValue): number | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    if (/^[0-5]$/.test(text)) return Number(text);
    this.#document.problem(value.node, 'level must be a Purdue level from 0 to 5');
    return null;
  }

  #choice<Choice extends string>(value: ConfigValue, choices: readonly Choice[]): Choice | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    const shown = showable(text, NAME_MAX);
    this.#document.problem(value.node, `'${shown}' is none of ${choices.join(', ')}${didYouMean(text, choices)}`);
    return null;
  }

  #time(value: ConfigValue): number | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    const timeUs = timeOf(text);
    if (timeUs !== null) return timeUs;
    const shown = showable(text, NAME_MAX);
    const hint = /^[0-9:]+$/.test(text) ? ' (for one that comes back every week, add days)' : '';
    this.#document.problem(value.node, `'${shown}' is no time like 2026-01-31T08:00:00Z${hint}`);
    return null;
  }

  #clock(value: ConfigValue): number | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    const [, hours = '', minutes = ''] = /^([01]?[0-9]|2[0-4]):([0-5][0-9])$/.exec(text) ?? [];
    const minute = Number(hours) * 60 + Number(minutes);
    if (hours !== '' && minute <= 1440) return minute % 1440;
    this.#document.problem(value.node, `'${showable(text, NAME_MAX)}' is no time of the day like 08:00`);
    return null;
  }

  #offset(value: ConfigValue, isWeekly: boolean): number | null {
    const text = this.#document.text(value);
    if (text === null) return null;
    if (!isWeekly)
      this.#document.problem(
        value.node,
        'utc-offset goes with days; otherwise it stands in the times: 2026-01-31T08:00:00+01:00',
      );
    const [, sign, hours, minutes] = /^([+-])(0[0-9]|1[0-4]):([0-5][0-9])$/.exec(text) ?? [];
    if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
    this.#document.problem(value.node, `'${showable(text, NAME_MAX)}' is no offset like +01:00`);
    return null;
  }
}

const TOP_KEYS = [
  'version',
  'masters',
  'engineering-stations',
  'jump-hosts',
  'segments',
  'zones',
  'maintenance-windows',
  'normal',
  'modules',
];
