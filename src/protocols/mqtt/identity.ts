// What devices say of themselves over MQTT: user properties of CONNECT, properties in Sparkplug births, and the
// announcements of Home Assistant discovery, Tasmota, Shelly and ESPHome. Rare messages: plain code, bounded.
import { u16be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import type { FlowState } from './flows.ts';
import type { MqttPacket } from './packet.ts';
import { Property, propertyEnd } from './properties.ts';
import { type SparkplugPayload, isSame } from './sparkplug-metric.ts';
import type { NameAt } from './transfers.ts';

const VALUE_CHARACTERS_MAX = 128;
const ANNOUNCEMENT_BYTES_MAX = 16_384;
/** Announcements of one conversation that are read; a bridge may repeat hundreds. */
const ANNOUNCEMENTS_MAX = 64;
const BIRTH_METRICS_MAX = 512;
const SEVERAL = '*';

/** Words for an attribute, lower-case and without what is not a letter or a digit. */
const ATTRIBUTE_WORDS: readonly (readonly [ClaimAttribute, readonly string[]])[] = [
  ['vendor', ['make', 'manufacturer', 'vendor', 'hardwaremake', 'devicemanufacturer', 'mf', 'mfr']],
  ['model', ['model', 'hardwaremodel', 'devicemodel', 'modelname', 'product', 'md', 'board']],
  ['firmware', ['firmware', 'firmwareversion', 'fw', 'fwver', 'fwversion', 'swversion', 'softwareversion', 'sw']],
  ['hardware', ['hwversion', 'hardwareversion', 'hardwarerevision', 'hw']],
  ['serial', ['serial', 'serialnumber', 'serialno', 'sn', 'deviceserial']],
  ['operating-system', ['os', 'osversion', 'operatingsystem']],
  ['name', ['devicename', 'hostname']],
  ['application', ['application', 'app', 'clientsoftware']],
];
const ATTRIBUTES = new Map(ATTRIBUTE_WORDS.flatMap(([attribute, words]) => words.map((word) => [word, attribute])));

function attributeOf(name: string): ClaimAttribute | undefined {
  return ATTRIBUTES.get(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
}

/** User properties of a CONNECT that name what the client is (clause 3.1.2.11.8: "intended to … meaning undefined"). */
export function claimsOfUserProperties(
  context: MessageContext,
  host: number,
  packet: MqttPacket,
  bytes: Uint8Array,
): void {
  let at = packet.propertiesStart;
  while (at < packet.propertiesEnd) {
    const id = bytes[at]!;
    const next = propertyEnd(bytes, id, at + 1, packet.propertiesEnd);
    if (next < 0) return;
    if (id === Property.userProperty) {
      const keyEnd = at + 3 + u16be(bytes, at + 1);
      const attribute = attributeOf(printable(bytes, at + 3, keyEnd, 64));
      const value = printable(bytes, keyEnd + 2, next, VALUE_CHARACTERS_MAX);
      if (attribute !== undefined) claim(context, host, -1, attribute, value, 'mqtt user property', Trust.inferred);
    }
    at = next;
  }
}

/** Metrics of an NBIRTH such as `Properties/Hardware Make`; `payload` is open at its beginning. */
export function claimsOfBirth(
  context: MessageContext,
  host: number,
  payload: SparkplugPayload,
  bytes: Uint8Array,
): void {
  let read = 0;
  while (read++ < BIRTH_METRICS_MAX && payload.nextMetric()) {
    if (!payload.hasText || payload.isNull || payload.textEnd - payload.textStart > VALUE_CHARACTERS_MAX) continue;
    const name = printable(bytes, payload.nameStart, payload.nameEnd, 128);
    const slash = name.lastIndexOf('/');
    // A plain `Model` may be anything the plant measures; `Properties/…` and `Node Info/…` are about the node.
    if (slash < 0 || !/^(?:properties|node info|node properties|device info|info)\//i.test(name)) continue;
    const attribute = attributeOf(name.slice(slash + 1));
    if (attribute === undefined) continue;
    const value = printable(bytes, payload.textStart, payload.textEnd, VALUE_CHARACTERS_MAX);
    claim(context, host, -1, attribute, value, 'sparkplug birth', Trust.selfDeclared);
  }
}

/** Beginnings of client identifiers that software gives itself. */
const CLIENT_ID_HINTS: readonly (readonly [pattern: RegExp, application: string])[] = [
  [/^mosq(?:sub|pub|[-/])/, 'mosquitto client'],
  [/^mqttjs_/, 'MQTT.js'],
  [/^paho[-_0-9]/i, 'Eclipse Paho'],
  [/^mqtt-explorer-/, 'MQTT Explorer'],
  [/^mqttx_/, 'MQTTX'],
  [/^nodered_/, 'Node-RED'],
  [/^DVES_[0-9A-F]{6}/, 'Tasmota'],
  [/^zigbee2mqtt/i, 'Zigbee2MQTT'],
  [/^shelly/i, 'Shelly'],
];

export function claimsOfClientId(context: MessageContext, host: number, clientId: string): void {
  for (const [pattern, application] of CLIENT_ID_HINTS) {
    if (!pattern.test(clientId)) continue;
    claim(context, host, -1, 'application', application, 'mqtt client id', Trust.hint);
    return;
  }
}

const BROKER_VERSION = ascii('$SYS/broker/version');

/** What the broker tells of itself: `$SYS/broker/version`. */
export function claimOfBroker(
  context: MessageContext,
  host: number,
  topic: NameAt,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (topic.bytes[topic.start] !== BROKER_VERSION[0]) return;
  if (!isSame(topic.bytes, topic.start, topic.end, BROKER_VERSION)) return;
  const value = printable(bytes, start, end, VALUE_CHARACTERS_MAX);
  claim(context, host, -1, 'application', value, 'mqtt $SYS topic', Trust.selfDeclared);
}

/** Who announces itself how: by the beginning and the end of the topic. */
const ANNOUNCEMENTS = [
  { source: 'home assistant discovery', begins: ascii('homeassistant/'), ends: ascii('/config'), read: homeAssistant },
  { source: 'tasmota discovery', begins: ascii('tasmota/discovery/'), ends: ascii('/config'), read: tasmota },
  { source: 'tasmota status', begins: ascii('tele/'), ends: ascii('/INFO1'), read: tasmotaInfo },
  { source: 'tasmota status', begins: ascii('stat/'), ends: ascii('/STATUS2'), read: tasmotaStatus },
  { source: 'shelly announcement', begins: ascii('shell'), ends: ascii('/announce'), read: shelly },
  { source: 'esphome discovery', begins: ascii('esphome/discover/'), ends: ascii(''), read: esphome },
] as const;

type Found = readonly (readonly [ClaimAttribute, unknown])[];
type Members = Readonly<Record<string, unknown>>;

/** The device that publishes here may announce itself. */
export function claimsOfAnnouncement(
  context: MessageContext,
  state: FlowState,
  host: number,
  topic: NameAt,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  for (const { source, begins, ends, read } of ANNOUNCEMENTS) {
    if (!isBetween(topic, begins, ends)) continue;
    if (end - start > ANNOUNCEMENT_BYTES_MAX || state.announcements >= ANNOUNCEMENTS_MAX) return;
    state.announcements++;
    const members = parsed(bytes, start, end);
    if (members === null) return;
    const trust = read === homeAssistant ? Trust.inferred : Trust.selfDeclared;
    for (const [attribute, value] of read(members, state)) {
      if (typeof value !== 'string') continue;
      claim(context, host, -1, attribute, value.slice(0, VALUE_CHARACTERS_MAX).toWellFormed(), source, trust);
    }
    return;
  }
}

function isBetween({ bytes, start, end }: NameAt, begins: Uint8Array, ends: Uint8Array): boolean {
  if (end - start < begins.length + ends.length) return false;
  return (
    bytes[start] === begins[0] &&
    isSame(bytes, start, start + begins.length, begins) &&
    isSame(bytes, end - ends.length, end, ends)
  );
}

function parsed(bytes: Uint8Array, start: number, end: number): Members | null {
  try {
    return membersOf(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')));
  } catch {
    return null;
  }
}

function membersOf(value: unknown): Members | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
}

/**
 * `device` of a discovery message. A bridge announces devices that are not itself: they stand behind another (`via_device`),
 * or several are announced by one client.
 */
function homeAssistant(members: Members, state: FlowState): Found {
  const device = membersOf(members['device'] ?? members['dev']);
  if (device === null || device['via_device'] !== undefined || state.announced === SEVERAL) return [];
  const key = JSON.stringify([device['identifiers'] ?? device['ids'], device['connections'] ?? device['cns']]).slice(
    0,
    256,
  );
  if (state.announced !== '' && state.announced !== key) {
    state.announced = SEVERAL;
    return [];
  }
  if (state.announced === key) return [];
  state.announced = key;
  return [
    ['vendor', device['manufacturer'] ?? device['mf']],
    ['model', device['model'] ?? device['mdl']],
    ['firmware', device['sw_version'] ?? device['sw']],
    ['hardware', device['hw_version'] ?? device['hw']],
    ['serial', device['serial_number'] ?? device['sn']],
    ['name', device['name']],
  ];
}

function tasmota(members: Members): Found {
  return [
    ['name', members['dn'] ?? members['hn']],
    ['model', members['md']],
    ['firmware', members['sw']],
    ['application', 'Tasmota'],
  ];
}

function tasmotaInfo(members: Members): Found {
  const info = membersOf(members['Info1']) ?? members;
  return [
    ['model', info['Module']],
    ['firmware', info['Version']],
  ];
}

function tasmotaStatus(members: Members): Found {
  const status = membersOf(members['StatusFWR']);
  if (status === null) return [];
  return [
    ['firmware', status['Version']],
    ['hardware', status['Hardware']],
  ];
}

function shelly(members: Members): Found {
  return [
    ['vendor', members['id'] === undefined ? undefined : 'Shelly'],
    ['name', members['id']],
    ['model', members['model']],
    ['firmware', members['fw_ver'] ?? members['ver'] ?? members['fw_id']],
  ];
}

function esphome(members: Members): Found {
  return [
    ['name', members['name']],
    ['model', members['project_name'] ?? members['board']],
    ['hardware', members['platform']],
    ['firmware', members['project_version'] ?? members['version']],
    ['application', 'ESPHome'],
  ];
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
