// The recorded network: which hosts stand in which zone, and under which addresses in each of the three recordings.

/** `flat`: IPv4, and both cells share one subnet, so that only who asks whom tells them apart. */
export const VARIANTS = ['ipv4', 'ipv6', 'flat'] as const;
export type Variant = (typeof VARIANTS)[number];

export const ZONES = ['internet', 'office', 'dmz', 'control', 'cell1', 'cell2'] as const;
export type Zone = (typeof ZONES)[number];

export interface Host {
  readonly name: string;
  readonly zone: Zone;
  /** Last part of its address; 1 is the router's. */
  readonly number: number;
  /** The last three bytes of its MAC address say who it is, the first three who made it. */
  readonly vendor: string;
  /** What `talk.ts` plays there all the time. */
  readonly programs: readonly string[];
}

const host = (zone: Zone, number: number, name: string, vendor: string, ...programs: readonly string[]): Host => ({
  ...{ name, zone, number, vendor, programs },
});

const [DELL, INTEL, SCHNEIDER, WAGO, ADVANTECH, SUPERMICRO] = [
  'd8:9e:f3',
  '3c:a9:f4',
  '00:80:f4',
  '00:30:de',
  '00:d0:c9',
  '00:25:90',
];

export const HOSTS: readonly Host[] = [
  host('internet', 20, 'cloud', SUPERMICRO, 'web'),
  host('internet', 66, 'attacker', INTEL),
  host('office', 11, 'ws1', DELL, 'office'),
  host('office', 12, 'ws2', DELL, 'office'),
  host('office', 20, 'files', SUPERMICRO),
  host('dmz', 5, 'jump', SUPERMICRO),
  host('dmz', 10, 'mirror', SUPERMICRO, 'web'),
  host('dmz', 20, 'broker', SUPERMICRO),
  host('control', 10, 'scada', DELL, 'web', 'scada'),
  host('control', 20, 'historian', DELL, 'historian'),
  host('control', 30, 'ews', DELL, 'engineering'),
  host('cell1', 11, 'plc1', SCHNEIDER, 'plc'),
  host('cell1', 12, 'plc2', WAGO, 'plc'),
  host('cell1', 20, 'hmi1', ADVANTECH, 'hmi'),
  host('cell2', 31, 'plc3', SCHNEIDER, 'plc'),
  host('cell2', 32, 'plc4', WAGO, 'plc'),
  host('cell2', 40, 'hmi2', ADVANTECH, 'hmi'),
];

/**
 * The Internet of the recording is the deprecated anycast prefix of 6to4 (RFC 7526) and, for IPv6, the prefix that the
 * 6bone gave back (RFC 3701): public addresses that are nobody's.
 */
const IPV4: Readonly<Record<Zone, string>> = {
  internet: '192.88.99',
  office: '10.10.1',
  dmz: '10.20.1',
  control: '10.30.1',
  cell1: '10.40.1',
  cell2: '10.40.2',
};
const IPV6: Readonly<Record<Zone, string>> = {
  internet: '3ffe:0:0:99',
  office: 'fd00:0:0:10',
  dmz: 'fd00:0:0:20',
  control: 'fd00:0:0:30',
  cell1: 'fd00:0:0:41',
  cell2: 'fd00:0:0:42',
};

/** The link that a zone is on: in the flat recording both cells are on that of the first. */
export function linkOf(zone: Zone, variant: Variant): Zone {
  return variant === 'flat' && zone === 'cell2' ? 'cell1' : zone;
}

export function linksOf(variant: Variant): readonly Zone[] {
  return ZONES.filter((zone) => linkOf(zone, variant) === zone);
}

export function addressOf(zone: Zone, number: number, variant: Variant): string {
  const link = linkOf(zone, variant);
  return variant === 'ipv6' ? `${IPV6[link]}::${number}` : `${IPV4[link]}.${number}`;
}

export function hostNamed(name: string): Host {
  const found = HOSTS.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no host is called ${name}`);
  return found;
}

export function addressNamed(name: string, variant: Variant): string {
  const { zone, number } = hostNamed(name);
  return addressOf(zone, number, variant);
}

export function macOf({ vendor, zone, number }: Host): string {
  const parts = [0x5a, ZONES.indexOf(zone), number].map((part) => part.toString(16).padStart(2, '0'));
  return `${vendor}:${parts.join(':')}`;
}
