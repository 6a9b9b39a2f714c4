// The numbers of MQTT 3.1, 3.1.1 and 5.0 with the names of the specifications, what the operations of the protocol are
// called, and the rules that can be broken. Clauses are those of MQTT 5.0 unless another version is named.
import type { MessageKind } from '../../facts/protocol.ts';

/** Clause 2.1.2. */
export const PacketType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
  auth: 15,
} as const;

export const PACKET_NAMES = [
  'RESERVED',
  'CONNECT',
  'CONNACK',
  'PUBLISH',
  'PUBACK',
  'PUBREC',
  'PUBREL',
  'PUBCOMP',
  'SUBSCRIBE',
  'SUBACK',
  'UNSUBSCRIBE',
  'UNSUBACK',
  'PINGREQ',
  'PINGRESP',
  'DISCONNECT',
  'AUTH',
] as const;

/** Protocol level in CONNECT: 3.1 has 3, 3.1.1 has 4 (clause 3.1.2.2 of 3.1.1), 5.0 has 5. */
export const Version = { unknown: 0, v31: 3, v311: 4, v5: 5 } as const;

/** The will that a CONNECT leaves is an operation of its own; no packet type has this number. */
export const WILL_FUNCTION = 16;

/** Sparkplug 3.0, clause 6.1.3 (message types); numbers from 32 on are ours. */
export const SparkplugType = {
  nodeBirth: 32,
  nodeDeath: 33,
  deviceBirth: 34,
  deviceDeath: 35,
  nodeData: 36,
  deviceData: 37,
  nodeCommand: 38,
  deviceCommand: 39,
  state: 40,
} as const;

export const SPARKPLUG_NAMES = ['NBIRTH', 'NDEATH', 'DBIRTH', 'DDEATH', 'NDATA', 'DDATA', 'NCMD', 'DCMD', 'STATE'];

/** What a payload is, by its content. */
export const PayloadClass = {
  empty: 0,
  number: 1,
  text: 2,
  json: 3,
  xml: 4,
  image: 5,
  archive: 6,
  firmware: 7,
  executable: 8,
  script: 9,
  protobuf: 10,
  binary: 11,
} as const;

export const PAYLOAD_CLASS_NAMES = [
  'empty',
  'number',
  'text',
  'JSON',
  'XML',
  'image',
  'archive',
  'firmware',
  'executable',
  'script',
  'protobuf',
  'binary',
] as const;

/** Added to the payload class in the sub-function of a PUBLISH that the broker is asked to keep. */
export const RETAINED = 32;

export const Space = { none: 0, topic: 1, delivery: 2, filter: 3, metric: 4, clientId: 5 } as const;
const SPACE_NAMES = ['', 'topic', 'delivery', 'filter', 'metric', 'client id'];

export function spaceName(space: number): string {
  return SPACE_NAMES[space] ?? `space ${space}`;
}

export function functionName(code: number, subfunction: number): string {
  if (code >= SparkplugType.nodeBirth && code <= SparkplugType.state) {
    return `Sparkplug ${SPARKPLUG_NAMES[code - SparkplugType.nodeBirth]}`;
  }
  if (code === PacketType.publish) return classText('PUBLISH', subfunction);
  if (code === WILL_FUNCTION) return classText('will', subfunction);
  return PACKET_NAMES[code] ?? (code < 0 ? '' : `packet type ${code}`);
}

function classText(name: string, subfunction: number): string {
  if (subfunction < 0) return name;
  const payload = PAYLOAD_CLASS_NAMES[subfunction & (RETAINED - 1)] ?? `class ${subfunction}`;
  return `${name} of ${payload}${(subfunction & RETAINED) === 0 ? '' : ', retained'}`;
}

const ALL_CLASSES = PAYLOAD_CLASS_NAMES.flatMap((_name, index) => [index, index | RETAINED]);

function kind(code: number, subfunction = -1): MessageKind {
  return { function: code, subfunction, name: functionName(code, subfunction) };
}

export const KINDS: readonly MessageKind[] = [
  kind(PacketType.connect),
  ...ALL_CLASSES.map((payload) => kind(WILL_FUNCTION, payload)),
  ...ALL_CLASSES.map((payload) => kind(PacketType.publish, payload)),
  kind(PacketType.subscribe),
  kind(PacketType.unsubscribe),
  kind(PacketType.pingreq),
  kind(PacketType.disconnect),
  kind(PacketType.auth),
  ...SPARKPLUG_NAMES.map((_name, index) => kind(SparkplugType.nodeBirth + index)),
];

/** Return codes of CONNACK before 5.0 (3.1.1, clause 3.2.2.3), and the reason codes of 5.0 (clause 2.4). */
const CODE_NAMES: Readonly<Record<number, string>> = {
  1: 'unacceptable protocol version',
  2: 'identifier rejected',
  3: 'server unavailable',
  4: 'bad user name or password',
  5: 'not authorized',
  128: 'unspecified error',
  129: 'malformed packet',
  130: 'protocol error',
  131: 'implementation specific error',
  132: 'unsupported protocol version',
  133: 'client identifier not valid',
  134: 'bad user name or password',
  135: 'not authorized',
  136: 'server unavailable',
  137: 'server busy',
  138: 'banned',
  139: 'server shutting down',
  140: 'bad authentication method',
  141: 'keep alive timeout',
  142: 'session taken over',
  143: 'topic filter invalid',
  144: 'topic name invalid',
  145: 'packet identifier in use',
  146: 'packet identifier not found',
  147: 'receive maximum exceeded',
  148: 'topic alias invalid',
  149: 'packet too large',
  150: 'message rate too high',
  151: 'quota exceeded',
  152: 'administrative action',
  153: 'payload format invalid',
  154: 'retain not supported',
  155: 'QoS not supported',
  156: 'use another server',
  157: 'server moved',
  158: 'shared subscriptions not supported',
  159: 'connection rate exceeded',
  160: 'maximum connect time',
  161: 'subscription identifiers not supported',
  162: 'wildcard subscriptions not supported',
};

/** From here on a reason code says no. */
export const REASON_REFUSED = 128;
export const REASON_SESSION_TAKEN_OVER = 142;
/** Highest code of CONNACK before 5.0. */
export const RETURN_CODE_MAX = 5;

export function codeName(code: number): string {
  return code === 0 ? '' : (CODE_NAMES[code] ?? `code ${code}`);
}

/** Codes below 128 that say yes: granted QoS, disconnect with will, no matching subscribers, no subscription, AUTH. */
const REASONS_OF_SUCCESS = [0, 1, 2, 4, 16, 17, 24, 25];

export function isKnownReason(code: number): boolean {
  return code >= REASON_REFUSED ? CODE_NAMES[code] !== undefined : REASONS_OF_SUCCESS.includes(code);
}

/** Violations, by what is wrong; `a` and `b` are the numbers of the case. */
export const PROBLEMS = [
  { rule: 'none', detail: () => '' },
  { rule: 'packet-type-reserved', detail: (a) => `packet type ${a}` },
  { rule: 'flags-invalid', detail: (a, b) => `flags ${a} in a ${PACKET_NAMES[b]}` },
  { rule: 'remaining-length-not-minimal', detail: (a) => `the length takes ${a} bytes, fewer would do` },
  { rule: 'packet-cut-short', detail: (a, b) => `${a} bytes are needed, ${b} are left` },
  { rule: 'trailing-bytes', detail: (a, b) => `${a} bytes after the end of a ${PACKET_NAMES[b]}` },
  { rule: 'protocol-name-unknown', detail: (a) => `a protocol name of ${a} bytes` },
  { rule: 'protocol-level-unknown', detail: (a) => `protocol level ${a}` },
  { rule: 'connect-flags-invalid', detail: (a) => `connect flags ${a}` },
  { rule: 'client-id-empty', detail: () => 'no client identifier, and the session is to be kept' },
  { rule: 'qos-invalid', detail: (a) => `QoS ${a}` },
  { rule: 'dup-without-qos', detail: () => 'sent again (DUP) with QoS 0' },
  { rule: 'packet-id-zero', detail: (a) => `packet identifier 0 in a ${PACKET_NAMES[a]}` },
  { rule: 'topic-empty', detail: () => 'no topic name and no topic alias' },
  { rule: 'topic-has-wildcard', detail: () => 'a wildcard in the topic name of a PUBLISH' },
  { rule: 'text-not-utf8', detail: (a) => `text of ${a} bytes that is not UTF-8 or holds U+0000` },
  { rule: 'filter-invalid', detail: (a) => `topic filter of ${a} bytes with a wildcard where none may stand` },
  { rule: 'filter-options-invalid', detail: (a) => `subscription options ${a}` },
  { rule: 'filters-missing', detail: (a) => `no topic filter in a ${PACKET_NAMES[a]}` },
  { rule: 'filters-too-many', detail: (a) => `more than ${a} topic filters` },
  { rule: 'return-code-unknown', detail: (a) => `return code ${a}` },
  { rule: 'property-unknown', detail: (a) => `property ${a}` },
  { rule: 'property-not-allowed', detail: (a, b) => `property ${a} in a ${PACKET_NAMES[b]}` },
  { rule: 'property-repeated', detail: (a) => `property ${a} more than once` },
  { rule: 'properties-cut-short', detail: (a, b) => `${a} bytes of properties, ${b} are left` },
  { rule: 'topic-alias-unknown', detail: (a) => `topic alias ${a} was not set` },
  { rule: 'topic-alias-zero', detail: () => 'topic alias 0' },
  { rule: 'answer-count-mismatch', detail: (a, b) => `${a} codes answer ${b} topic filters` },
  { rule: 'sender-not-allowed', detail: (a) => `a ${PACKET_NAMES[a]} from the wrong side` },
  { rule: 'connect-repeated', detail: () => 'a second CONNECT in one conversation' },
  { rule: 'connect-not-first', detail: (a) => `CONNECT after ${a} other packets of the client` },
  { rule: 'packet-after-refusal', detail: (a) => `a ${PACKET_NAMES[a]} after the connection was refused` },
] as const satisfies readonly { readonly rule: string; readonly detail: (a: number, b: number) => string }[];

type Rule = (typeof PROBLEMS)[number]['rule'];

/** Index in PROBLEMS by rule. */
export const Problem = Object.freeze(
  Object.fromEntries(PROBLEMS.map((problem, index) => [problem.rule, index])),
) as Readonly<Record<Rule, number>>;

/** Rules that are told with texts of their own. */
export const OTHER_RULES = [
  'mqtt-client-takeover',
  'websocket-mask-missing',
  'websocket-reserved-bits',
  'websocket-not-binary',
  'packet-lost',
  'sparkplug-topic-invalid',
  'sparkplug-payload-invalid',
  'sparkplug-sequence-gap',
  'sparkplug-bdseq-mismatch',
] as const;
