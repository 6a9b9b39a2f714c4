// The words of BACnet/IP: functions, services and their verbs, the object space of an operation, the codes of refusals,
// the rules that can be broken. Clauses are those of ASHRAE 135-2020.
import type { MessageKind, ProtocolUnits } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import {
  ABORT_REASON_NAMES,
  ERROR_CLASS_NAMES,
  ERROR_CODE_NAMES,
  OBJECT_TYPE_NAMES,
  PROPERTY_NAMES,
  REJECT_REASON_NAMES,
} from './names.ts';

export const NAME = 'bacnet';
/** First octet of a message over UDP and IPv4 (J.2). */
export const BVLL_TYPE = 0x81;
/** More is never sent in a datagram over IPv4. */
export const FRAME_BYTES_MAX = 65_507;

/** Functions of the virtual link layer (J.2). */
export const Bvlc = {
  result: 0x00,
  writeBroadcastTable: 0x01,
  readBroadcastTable: 0x02,
  readBroadcastTableAck: 0x03,
  forwarded: 0x04,
  registerForeignDevice: 0x05,
  readForeignTable: 0x06,
  readForeignTableAck: 0x07,
  deleteForeignEntry: 0x08,
  distributeBroadcast: 0x09,
  unicast: 0x0a,
  broadcast: 0x0b,
  secure: 0x0c,
} as const;

/** Types of network layer messages (6.2.4). */
export const NetworkMessage = {
  whoIsRouter: 0x00,
  iAmRouter: 0x01,
  iCouldBeRouter: 0x02,
  reject: 0x03,
  routerBusy: 0x04,
  routerAvailable: 0x05,
  initializeRouting: 0x06,
  initializeRoutingAck: 0x07,
  establishConnection: 0x08,
  disconnectConnection: 0x09,
  whatIsNetworkNumber: 0x12,
  networkNumberIs: 0x13,
  proprietary: 0x80,
} as const;

/** Types of application messages (20.1), the upper half of their first octet. */
export const Pdu = {
  confirmedRequest: 0,
  unconfirmedRequest: 1,
  simpleAck: 2,
  complexAck: 3,
  segmentAck: 4,
  error: 5,
  reject: 6,
  abort: 7,
} as const;

/** Confirmed services (clause 21, BACnetConfirmedServiceChoice). */
export const Confirmed = {
  acknowledgeAlarm: 0,
  covNotification: 1,
  eventNotification: 2,
  getAlarmSummary: 3,
  getEnrollmentSummary: 4,
  subscribeCov: 5,
  atomicReadFile: 6,
  atomicWriteFile: 7,
  addListElement: 8,
  removeListElement: 9,
  createObject: 10,
  deleteObject: 11,
  readProperty: 12,
  readPropertyConditional: 13,
  readPropertyMultiple: 14,
  writeProperty: 15,
  writePropertyMultiple: 16,
  deviceCommunicationControl: 17,
  privateTransfer: 18,
  textMessage: 19,
  reinitializeDevice: 20,
  vtOpen: 21,
  vtClose: 22,
  vtData: 23,
  authenticate: 24,
  requestKey: 25,
  readRange: 26,
  lifeSafetyOperation: 27,
  subscribeCovProperty: 28,
  getEventInformation: 29,
  subscribeCovPropertyMultiple: 30,
  covNotificationMultiple: 31,
  auditNotification: 32,
  auditLogQuery: 33,
} as const;

/** Unconfirmed services (clause 21, BACnetUnconfirmedServiceChoice). */
export const Unconfirmed = {
  iAm: 0,
  iHave: 1,
  covNotification: 2,
  eventNotification: 3,
  privateTransfer: 4,
  textMessage: 5,
  timeSynchronization: 6,
  whoHas: 7,
  whoIs: 8,
  utcTimeSynchronization: 9,
  writeGroup: 10,
  covNotificationMultiple: 11,
  auditNotification: 12,
  whoAmI: 13,
  youAre: 14,
} as const;

/** Where each kind of message stands in `Operation.function`. */
const UNCONFIRMED_FROM = 128;
const NETWORK_FROM = 256;
export const BVLC_FROM = 400;
const CHOICE_MAX = 127;
const BVLC_MAX = 100;

export function confirmedFunction(service: number): number {
  return Math.min(service, CHOICE_MAX);
}

export function unconfirmedFunction(service: number): number {
  return UNCONFIRMED_FROM + Math.min(service, CHOICE_MAX);
}

/** All proprietary messages are one function; the vendor is their sub-function. */
export function networkFunction(type: number): number {
  return NETWORK_FROM + Math.min(type, NetworkMessage.proprietary);
}

export function bvlcFunction(code: number): number {
  return BVLC_FROM + Math.min(code, BVLC_MAX);
}

interface Named {
  readonly name: string;
  readonly verb: number;
}

function named(name: string, verb: number): Named {
  return { name, verb };
}

const CONFIRMED_SERVICES: readonly Named[] = [
  named('AcknowledgeAlarm', Verb.acknowledge),
  named('ConfirmedCOVNotification', Verb.report),
  named('ConfirmedEventNotification', Verb.report),
  named('GetAlarmSummary', Verb.read),
  named('GetEnrollmentSummary', Verb.read),
  named('SubscribeCOV', Verb.subscribe),
  named('AtomicReadFile', Verb['file-read']),
  named('AtomicWriteFile', Verb['file-write']),
  named('AddListElement', Verb.configure),
  named('RemoveListElement', Verb.configure),
  named('CreateObject', Verb.create),
  named('DeleteObject', Verb.delete),
  named('ReadProperty', Verb.read),
  named('ReadPropertyConditional', Verb.read),
  named('ReadPropertyMultiple', Verb.read),
  named('WriteProperty', Verb.write),
  named('WritePropertyMultiple', Verb.write),
  named('DeviceCommunicationControl', Verb.configure),
  named('ConfirmedPrivateTransfer', Verb.other),
  named('ConfirmedTextMessage', Verb.other),
  named('ReinitializeDevice', Verb.restart),
  named('VT-Open', Verb.connect),
  named('VT-Close', Verb.disconnect),
  named('VT-Data', Verb.other),
  named('Authenticate', Verb.authenticate),
  named('RequestKey', Verb.authenticate),
  named('ReadRange', Verb.read),
  named('LifeSafetyOperation', Verb.operate),
  named('SubscribeCOVProperty', Verb.subscribe),
  named('GetEventInformation', Verb.read),
  named('SubscribeCOVPropertyMultiple', Verb.subscribe),
  named('ConfirmedCOVNotificationMultiple', Verb.report),
  named('ConfirmedAuditNotification', Verb.report),
  named('AuditLogQuery', Verb.read),
];

const UNCONFIRMED_SERVICES: readonly Named[] = [
  named('I-Am', Verb.report),
  named('I-Have', Verb.report),
  named('UnconfirmedCOVNotification', Verb.report),
  named('UnconfirmedEventNotification', Verb.report),
  named('UnconfirmedPrivateTransfer', Verb.other),
  named('UnconfirmedTextMessage', Verb.other),
  named('TimeSynchronization', Verb['set-time']),
  named('Who-Has', Verb.enumerate),
  named('Who-Is', Verb.enumerate),
  named('UTCTimeSynchronization', Verb['set-time']),
  named('WriteGroup', Verb.write),
  named('UnconfirmedCOVNotificationMultiple', Verb.report),
  named('UnconfirmedAuditNotification', Verb.report),
  named('Who-Am-I', Verb.report),
  named('You-Are', Verb.configure),
];

const NETWORK_MESSAGES: readonly (Named | undefined)[] = [
  named('Who-Is-Router-To-Network', Verb.enumerate),
  named('I-Am-Router-To-Network', Verb.report),
  named('I-Could-Be-Router-To-Network', Verb.report),
  named('Reject-Message-To-Network', Verb.report),
  named('Router-Busy-To-Network', Verb.report),
  named('Router-Available-To-Network', Verb.report),
  named('Initialize-Routing-Table', Verb.configure),
  named('Initialize-Routing-Table-Ack', Verb.report),
  named('Establish-Connection-To-Network', Verb.configure),
  named('Disconnect-Connection-To-Network', Verb.configure),
  named('Challenge-Request', Verb.authenticate),
  named('Security-Payload', Verb.other),
  named('Security-Response', Verb.other),
  named('Request-Key-Update', Verb.authenticate),
  named('Update-Key-Set', Verb.configure),
  named('Update-Distribution-Key', Verb.configure),
  named('Request-Master-Key', Verb.authenticate),
  named('Set-Master-Key', Verb.configure),
  named('What-Is-Network-Number', Verb.enumerate),
  named('Network-Number-Is', Verb.report),
];

/** Forwarded-NPDU, Original-Unicast-NPDU and their like only carry what is listed above. */
const BVLC_FUNCTIONS: readonly (Named | undefined)[] = [
  named('BVLC-Result', Verb.other),
  named('Write-Broadcast-Distribution-Table', Verb.configure),
  named('Read-Broadcast-Distribution-Table', Verb.read),
  undefined,
  undefined,
  named('Register-Foreign-Device', Verb.configure),
  named('Read-Foreign-Device-Table', Verb.read),
  undefined,
  named('Delete-Foreign-Device-Table-Entry', Verb.configure),
  named('Distribute-Broadcast-To-Network', Verb.other),
  undefined,
  undefined,
  named('Secure-BVLL', Verb.other),
];

/** What the service does where its parameters do not say more. */
export function verbOfConfirmed(service: number): number {
  return CONFIRMED_SERVICES[service]?.verb ?? Verb.other;
}

export function verbOfUnconfirmed(service: number): number {
  return UNCONFIRMED_SERVICES[service]?.verb ?? Verb.other;
}

export function verbOfNetworkMessage(type: number): number {
  return NETWORK_MESSAGES[type]?.verb ?? Verb.other;
}

export function verbOfBvlc(code: number): number {
  return BVLC_FUNCTIONS[code]?.verb ?? Verb.other;
}

/** Sub-function of a write: its priority (1 to 16); a NULL, which gives the priority back, has this much more. */
export const RELINQUISH = 100;
/** Sub-function of the subscribing services that end a subscription. */
export const CANCEL_SUBSCRIPTION = 1;

const COMMUNICATION_STATES = ['enable', 'disable', 'disable-initiation'];
const REINITIALIZED_STATES = [
  'coldstart',
  'warmstart',
  'start-backup',
  'end-backup',
  'start-restore',
  'end-restore',
  'abort-restore',
  'activate-changes',
];
const LIFE_SAFETY_OPERATIONS = [
  'none',
  'silence',
  'silence-audible',
  'silence-visual',
  'reset',
  'reset-alarm',
  'reset-fault',
  'unsilence',
  'unsilence-audible',
  'unsilence-visual',
];

function nameOfSubfunction(code: number, subfunction: number): string {
  if (subfunction < 0) return '';
  switch (code) {
    case Confirmed.writeProperty:
    case Confirmed.writePropertyMultiple:
    case UNCONFIRMED_FROM + Unconfirmed.writeGroup:
      return subfunction > RELINQUISH ? ` relinquish priority ${subfunction - RELINQUISH}` : ` priority ${subfunction}`;
    case Confirmed.subscribeCov:
    case Confirmed.subscribeCovProperty:
    case Confirmed.subscribeCovPropertyMultiple:
      return ' cancel';
    case Confirmed.deviceCommunicationControl:
      return ` ${COMMUNICATION_STATES[subfunction] ?? `state ${subfunction}`}`;
    case Confirmed.reinitializeDevice:
      return ` ${REINITIALIZED_STATES[subfunction] ?? `state ${subfunction}`}`;
    case Confirmed.lifeSafetyOperation:
      return ` ${LIFE_SAFETY_OPERATIONS[subfunction] ?? `operation ${subfunction}`}`;
    case Confirmed.privateTransfer:
    case UNCONFIRMED_FROM + Unconfirmed.privateTransfer:
    case NETWORK_FROM + NetworkMessage.proprietary:
      return ` vendor ${subfunction}`;
    default:
      return ` ${subfunction}`;
  }
}

export function functionName(code: number, subfunction: number): string {
  const sub = nameOfSubfunction(code, subfunction);
  if (code < 0) return '';
  if (code < UNCONFIRMED_FROM) return (CONFIRMED_SERVICES[code]?.name ?? `confirmed service ${code}`) + sub;
  if (code < NETWORK_FROM) {
    const service = code - UNCONFIRMED_FROM;
    return (UNCONFIRMED_SERVICES[service]?.name ?? `unconfirmed service ${service}`) + sub;
  }
  if (code < BVLC_FROM) {
    const type = code - NETWORK_FROM;
    if (type === NetworkMessage.proprietary) return `proprietary network message${sub}`;
    return (NETWORK_MESSAGES[type]?.name ?? `network message ${type}`) + sub;
  }
  return (BVLC_FUNCTIONS[code - BVLC_FROM]?.name ?? `BVLC function ${code - BVLC_FROM}`) + sub;
}

function kind(code: number, subfunction = -1): MessageKind {
  return { function: code, subfunction, name: functionName(code, subfunction) };
}

function withSubfunctions(code: number, from: number, to: number): MessageKind[] {
  return Array.from({ length: to - from + 1 }, (_, index) => kind(code, from + index));
}

function kindsOfConfirmed(service: number): MessageKind[] {
  switch (service) {
    case Confirmed.subscribeCov:
    case Confirmed.subscribeCovProperty:
    case Confirmed.subscribeCovPropertyMultiple:
      return [kind(service), kind(service, CANCEL_SUBSCRIPTION)];
    case Confirmed.writeProperty:
    case Confirmed.writePropertyMultiple:
      return [
        kind(service),
        ...withSubfunctions(service, 1, 16),
        ...withSubfunctions(service, RELINQUISH + 1, RELINQUISH + 16),
      ];
    case Confirmed.deviceCommunicationControl:
      return [kind(service), ...withSubfunctions(service, 0, COMMUNICATION_STATES.length - 1)];
    case Confirmed.reinitializeDevice:
      return [kind(service), ...withSubfunctions(service, 0, REINITIALIZED_STATES.length - 1)];
    case Confirmed.lifeSafetyOperation:
      return [kind(service), ...withSubfunctions(service, 0, LIFE_SAFETY_OPERATIONS.length - 1)];
    default:
      return [kind(service)];
  }
}

export const KINDS: readonly MessageKind[] = [
  ...CONFIRMED_SERVICES.flatMap((_, service) => kindsOfConfirmed(service)),
  ...UNCONFIRMED_SERVICES.map((_, service) => kind(unconfirmedFunction(service))),
  ...NETWORK_MESSAGES.map((_, type) => kind(networkFunction(type))),
  kind(networkFunction(NetworkMessage.proprietary)),
  ...BVLC_FUNCTIONS.flatMap((entry, code) => (entry === undefined ? [] : [kind(bvlcFunction(code))])),
];

/** Operation.space: object type + 1 in ten bits, then fourteen for the property. */
const TYPE_SHIFT = 14;
const TYPE_MASK = 0x3ff;
/** The property is an array of which one element is meant: the object then has the name `instance[index]`. */
const ELEMENT_BIT = 0x2000;
/** Properties from here on are folded: what is left of them after division by PROPERTY_FOLDS is added. */
const PROPERTY_FOLDED_FROM = 0x1000;
const PROPERTY_FOLDS = 0xffe;
/** No property: the object itself. */
const OBJECT_ITSELF = 0x1fff;

/** `property` -1 is the object itself; `index` -1 is the whole property. */
export function spaceOf(objectType: number, property: number, index: number): number {
  let low = property;
  if (property < 0) low = OBJECT_ITSELF;
  else if (property >= PROPERTY_FOLDED_FROM) low = PROPERTY_FOLDED_FROM + (property % PROPERTY_FOLDS);
  return (((objectType + 1) & TYPE_MASK) << TYPE_SHIFT) | (index < 0 ? 0 : ELEMENT_BIT) | low;
}

/** Object types up to 127 are ASHRAE's to give and this one is not given: it holds what is addressed and is no object. */
const OTHER_TYPE = 127;
export const Space = {
  network: spaceOf(OTHER_TYPE, 0, -1),
  objectName: spaceOf(OTHER_TYPE, 1, -1),
  privateService: spaceOf(OTHER_TYPE, 2, -1),
  groupChannel: spaceOf(OTHER_TYPE, 3, -1),
} as const;
const OTHER_SPACE_NAMES = ['network', 'object named', 'private service', 'control group channel'];

export function spaceName(space: number): string {
  if (space === 0) return '';
  const type = ((space >> TYPE_SHIFT) - 1) & TYPE_MASK;
  const property = space & (ELEMENT_BIT - 1);
  if (type === OTHER_TYPE) return OTHER_SPACE_NAMES[property] ?? `other ${property}`;
  const typeName = OBJECT_TYPE_NAMES[type] ?? `object-type-${type}`;
  if (property === OBJECT_ITSELF) return typeName;
  const element = (space & ELEMENT_BIT) === 0 ? '' : ' element';
  if (property < PROPERTY_FOLDED_FROM)
    return `${typeName} ${PROPERTY_NAMES[property] ?? `property-${property}`}${element}`;
  return `${typeName} proprietary-property-${property - PROPERTY_FOLDED_FROM}${element}`;
}

/** Operation.code: BVLC results as they are (below 0x80), then rejections by routers, aborts, rejects, errors. */
const NETWORK_REJECT_FROM = 0x80;
const ABORT_FROM = 0x100;
const REJECT_FROM = 0x200;
const ERROR_SHIFT = 16;
const ERROR_CLASS_MAX = 0x7ffd;
/** The whole service was refused, and how could not be read. */
export const UNREADABLE_ERROR = 0x300;

/** Results that are not assigned are all this one. */
const RESULT_UNKNOWN = 0x7f;

export function codeOfResult(result: number): number {
  return Math.min(result, RESULT_UNKNOWN);
}

export function codeOfNetworkReject(reason: number): number {
  return NETWORK_REJECT_FROM + Math.min(reason, 0x7f);
}

export function codeOfAbort(reason: number): number {
  return ABORT_FROM + reason;
}

export function codeOfReject(reason: number): number {
  return REJECT_FROM + reason;
}

/** The class + 1 in the upper half, so that class 0 and code 0 are a code as well. */
export function codeOfError(errorClass: number, errorCode: number): number {
  return ((Math.min(errorClass, ERROR_CLASS_MAX) + 1) << ERROR_SHIFT) | (errorCode & 0xffff);
}

const ERROR_CLASS_SECURITY = 4;
const ERROR_PASSWORD_FAILURE = 26;
export const PASSWORD_FAILURE = codeOfError(ERROR_CLASS_SECURITY, ERROR_PASSWORD_FAILURE);

const NETWORK_REJECT_NAMES = [
  'other error',
  'no route to the network',
  'router busy',
  'unknown network message',
  'message too long',
  'security error',
  'address invalid',
];

export function codeName(code: number): string {
  if (code >= 1 << ERROR_SHIFT) {
    const errorClass = (code >>> ERROR_SHIFT) - 1;
    const errorCode = code & 0xffff;
    const className = ERROR_CLASS_NAMES[errorClass] ?? `class ${errorClass}`;
    return `${className}: ${ERROR_CODE_NAMES[errorCode] ?? `error ${errorCode}`}`;
  }
  if (code === UNREADABLE_ERROR) return 'error';
  if (code >= REJECT_FROM)
    return `rejected: ${REJECT_REASON_NAMES[code - REJECT_FROM] ?? `reason ${code - REJECT_FROM}`}`;
  if (code >= ABORT_FROM) return `aborted: ${ABORT_REASON_NAMES[code - ABORT_FROM] ?? `reason ${code - ABORT_FROM}`}`;
  if (code >= NETWORK_REJECT_FROM) {
    const reason = code - NETWORK_REJECT_FROM;
    return `rejected by the router: ${NETWORK_REJECT_NAMES[reason] ?? `reason ${reason}`}`;
  }
  if (code === 0) return '';
  return `negative acknowledgement of ${BVLC_FUNCTIONS[FUNCTION_OF_RESULT[code >> 4] ?? -1]?.name ?? `result ${code}`}`;
}

/** BVLC functions by the upper half of the result code that refuses them (J.2.1.2). */
export const FUNCTION_OF_RESULT: readonly (number | undefined)[] = [
  undefined,
  Bvlc.writeBroadcastTable,
  Bvlc.readBroadcastTable,
  Bvlc.registerForeignDevice,
  Bvlc.readForeignTable,
  Bvlc.deleteForeignEntry,
  Bvlc.distributeBroadcast,
];

const NO_ROUTE = 1;

/** A router says so of networks that are not there. */
export function isAbsent(code: number): boolean {
  return code === codeOfNetworkReject(NO_ROUTE);
}

/**
 * Operation.unit: network << 8 | address for addresses of one octet (MS/TP, ARCNET) of networks below this one. Other
 * addresses, and what a BBMD forwards for others, are twenty bits of a hash above it.
 */
const HASHED_FROM = 0xf0_0000;
const HASHED_MASK = 0x0f_ffff;
const EVERY_ADDRESS = 0xff;

export function unitOf(network: number, bytes: Uint8Array, at: number, length: number): number {
  const exact = (network << 8) | (length === 0 ? EVERY_ADDRESS : bytes[at]!);
  if (length <= 1 && exact < HASHED_FROM) return exact;
  let hash = Math.imul(0x811c9dc5 ^ network, 0x01000193);
  for (let index = at; index < at + length; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193);
  return HASHED_FROM | ((hash ^ (hash >>> 12)) & HASHED_MASK);
}

function unitName(unit: number): string {
  if (unit >= HASHED_FROM) return `routed device #${(unit & HASHED_MASK).toString(16).padStart(5, '0')}`;
  const address = unit & EVERY_ADDRESS;
  return `network ${unit >> 8} ${address === EVERY_ADDRESS ? 'every address' : `address ${address}`}`;
}

export const UNITS: ProtocolUnits = { name: unitName, isHostItself: () => false, areBehind: true };

/** Rules that can be broken, and what is said of it. */
export const RULES = {
  'length-too-short': 'the message is shorter than its header',
  'length-mismatch': 'the length in the header is not that of the datagram',
  'function-unknown': 'the BVLC function is not assigned',
  'result-unknown': 'the BVLC result code is not assigned',
  'table-size-invalid': 'the table does not consist of whole entries',
  'npdu-version-unknown': 'the version of the network layer is not 1',
  'npdu-reserved-bits': 'reserved bits of the network control octet are set',
  'npdu-address-invalid': 'a network address is cut short or not allowed there',
  'network-message-unknown': 'the type of the network message is reserved',
  'network-message-cut-short': 'the network message is shorter than its type needs',
  'apdu-cut-short': 'the application message is shorter than its header',
  'apdu-type-reserved': 'the type of the application message is reserved',
  'service-unknown': 'the service is not assigned',
  'broadcast-confirmed': 'a confirmed request was sent to everybody',
  'parameters-invalid': 'the parameters of the service do not have its form',
  'segments-missing': 'segments of the message were not seen',
  'segments-too-many': 'the segmented message is larger than what is kept',
} as const;
export type Rule = keyof typeof RULES;
