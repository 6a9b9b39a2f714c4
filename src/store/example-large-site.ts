// For tests and measurements: the database of an invented plant as large as one is meant to be, in cells of a network
// each, some of its devices with hostile names. The same sizes give the same site.
import { modules } from '../modules/index.ts';
import type { Alert } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import type { Conversation, HostDirectory } from '../facts/facts.ts';
import { frameReference } from '../facts/frame-reference.ts';
import { emptyOperation, type Operation } from '../facts/operation.ts';
import { Verb } from '../facts/verbs.ts';
import { COURSE_STRETCHES, type Course } from '../learning/courses.ts';
import { protocols } from '../protocols/index.ts';
import {
  SECOND_US,
  START_US,
  exampleAlert,
  exampleAsset,
  exampleConversation,
  exampleEvidence,
  saveExample,
} from './example-site.ts';
import type { ObservedPoint } from './points.ts';
import { SiteStore } from './site-store.ts';

export const MARKUP = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';
const CELL_DEVICES = 250;
const PROTOCOLS = ['modbus', 's7comm', 'enip', 'dnp3', 'http', 'ssh', 'snmp', 'mqtt'];
/** Every so many alerts belong to one incident. */
const INCIDENT_ALERTS = 12;
const ROLES: readonly (readonly [role: string, level: number, vendor: string])[] = [
  ['hmi', 2, 'Siemens'],
  ['engineering-station', 2, 'Dell'],
  ['plc', 1, 'Siemens'],
  ['plc', 1, 'Schneider Electric'],
  ['remote-io', 0, 'Phoenix Contact'],
  ['drive', 0, 'Danfoss'],
  ['switch', 2, 'Hirschmann'],
  ['historian', 3, 'OSIsoft'],
];

export interface LargeSite {
  readonly devices: number;
  readonly alerts: number;
  readonly conversations: number;
}

/** 5,000 devices, 100,000 alerts and as many conversations. */
export const LARGE_SITE: LargeSite = { devices: 5000, alerts: 100_000, conversations: 100_000 };

export async function saveLargeSite(database: string, size: LargeSite = LARGE_SITE): Promise<void> {
  const store = new SiteStore(database, { isMade: true });
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  await saveExample(store, {
    path: `${MARKUP}.pcap`,
    protocols: PROTOCOLS,
    hosts: hostsOf(size.devices),
    assets: numbers(size.devices).map(deviceOf),
    described: PROTOCOLS.map((name) => protocols.find((protocol) => protocol.name === name)!),
    operations: operationsOf(size.devices),
    points: numbers(size.devices).flatMap(pointsOf),
    alerts: numbers(size.alerts).map((number) => alertOf(number, size.devices)),
    conversations: numbers(size.conversations).map((number) => conversationOf(number, size.devices)),
  });
  store.close();
}

function addressOf(device: number): string {
  return `10.${Math.floor(device / CELL_DEVICES)}.0.${(device % CELL_DEVICES) + 1}`;
}

/** Host n + 1 is device n. */
function hostsOf(devices: number): HostDirectory {
  return {
    count: devices + 1,
    address: (host) => addressOf(host - 1),
    addressKind: () => 'ipv4',
    segment: () => 'default',
    mac: () => '',
    isBroadcastOrMulticast: () => false,
  };
}

/** The first of each cell asks the others; of the others every kind comes in turn. */
function roleOf(device: number): (typeof ROLES)[number] {
  const place = device % CELL_DEVICES;
  return place < 2 ? ROLES[place]! : ROLES[2 + (device % (ROLES.length - 2))]!;
}

function deviceOf(device: number): Asset {
  const [role, level, vendor] = roleOf(device);
  const name = device % 7 === 0 ? MARKUP : `${role}-${device}`;
  return exampleAsset({
    id: `device-${device}`,
    ip: [addressOf(device)],
    mac: [`02:00:00:00:${hex(device >> 8)}:${hex(device & 255)}`],
    protocols: [PROTOCOLS[device % PROTOCOLS.length]!],
    firstUs: START_US + device * SECOND_US,
    lastUs: START_US + 86_400 * SECOND_US,
    evidence: [
      ['role', role],
      ['level', String(level)],
      ['vendor', vendor],
      ['model', `Model ${device % 40}`],
      ['firmware', `${device % 4}.${device % 10}`],
      ['name', name],
    ].map(([attribute, value]) =>
      exampleEvidence({ attribute: attribute as 'role', value: value!, frame: frameReference(0, device + 1) }),
    ),
  });
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function alertOf(number: number, devices: number): Alert {
  const kinds = modules.flatMap(({ meta }) => meta.kinds.map((kind) => ({ module: meta.id, ...kind })));
  const kind = kinds[(number * 7) % kinds.length]!;
  const subject = (number * 13) % devices;
  const peer = subject - (subject % CELL_DEVICES) + (number % 2);
  const party = (device: number): Alert['subject'] => ({
    asset: `device-${device}`,
    segment: 'default',
    ip: addressOf(device),
    mac: null,
    port: null,
    unit: null,
  });
  return exampleAlert({
    id: `alert-${number}`,
    kind: kind.kind,
    module: kind.module,
    severity: kind.severity,
    title: number % 9 === 0 ? MARKUP : kind.title,
    explanation: `${addressOf(peer)} asked ${addressOf(subject)} for register ${number % 5000}, which it had never done in ${number % 977} requests before. ${kind.why}`,
    advice: kind.why,
    subject: { ...party(subject), port: 502 },
    peer: party(peer),
    object: `register ${number % 5000}`,
    firstUs: START_US + (number % 86_400) * SECOND_US,
    lastUs: START_US + ((number % 86_400) + 60) * SECOND_US,
    count: 1 + (number % 50),
    techniques: [...kind.techniques],
    incident: number % 5 === 0 ? `incident-${Math.floor(number / (5 * INCIDENT_ALERTS))}` : null,
    frames: [frameReference(0, number + 1)],
  });
}

const VERBS = [Verb.read, Verb.write, Verb.write, Verb.read, Verb.stop, Verb['program-download']];
const OPERATIONS_EACH = 12;
const POINTS_EACH = 20;

/** The one record, refilled. Of every device: reads and writes, of some also what changes its program. */
function* operationsOf(devices: number): Generator<Operation> {
  const operation = emptyOperation();
  for (let device = 0; device < devices; device++) {
    const cell = device - (device % CELL_DEVICES);
    for (let index = 0; index < OPERATIONS_EACH; index++) {
      const verb = VERBS[device % 9 === 0 ? index % VERBS.length : index % 4]!;
      operation.timeUs = START_US + (device * OPERATIONS_EACH + index) * SECOND_US;
      operation.client = cell + (index % 2) + 1;
      operation.server = device + 1;
      operation.protocol = device % PROTOCOLS.length;
      operation.verb = verb;
      operation.function = verb === Verb.read ? 3 : 6;
      operation.space = 1;
      operation.first = (index * 10) % 100;
      operation.count = verb === Verb.read ? 10 : 1;
      operation.outcome = index % 11 === 10 ? 1 : 0;
      operation.requestFrame = frameReference(0, device + 1);
      yield operation;
    }
  }
}

function pointsOf(device: number): ObservedPoint[] {
  return Array.from({ length: POINTS_EACH }, (_, first) => ({
    segment: 'default',
    address: addressOf(device),
    unit: 1,
    protocol: 'modbus',
    space: 'holding register',
    first,
    name: '',
    count: 1,
    reads: 1000,
    writes: first % 5,
    last: first * 3,
    minimum: first,
    maximum: first * 5 + 1,
    step: 2,
    lastUs: START_US + SECOND_US,
    course: first % 2 === 0 ? null : courseOf(device + first),
  }));
}

function courseOf(seed: number): Course {
  const most = Array.from({ length: COURSE_STRETCHES }, (_, stretch) => 40 + ((stretch * 7 + seed) % 11));
  return { startUs: START_US, widthUs: SECOND_US, least: most.map((value) => value - 3), most };
}

/** Most stay in their cell, one in fifty goes to another. */
function conversationOf(number: number, devices: number): Conversation {
  const server = (number * 11) % devices;
  const cell = server - (server % CELL_DEVICES);
  const client = number % 50 === 0 ? (cell + CELL_DEVICES) % devices : cell + (number % 2);
  const from = number % 80_000;
  return exampleConversation(from, from + 30, {
    client: client + 1,
    server: server + 1,
    clientPort: 20_000 + (number % 40_000),
    serverPort: 502 + (server % PROTOCOLS.length),
    protocol: server % PROTOCOLS.length,
    isAnswered: number % 40 !== 0,
  });
}
