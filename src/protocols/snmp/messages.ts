// The code tables of SNMP, with the names of the specifications.

export const NAME = 'snmp';

/** msgVersion (RFC 1157 4, RFC 3416 via RFC 1901 3, RFC 3412 6). */
export const Version = { v1: 0, v2c: 1, v3: 3 } as const;

/** Protocol data units by the number of their context tag (RFC 1157 4.1, RFC 3416 3). */
export const Pdu = {
  get: 0,
  getNext: 1,
  response: 2,
  set: 3,
  trapV1: 4,
  getBulk: 5,
  inform: 6,
  trapV2: 7,
  report: 8,
} as const;
/** A context-specific constructed tag is this, plus the number. */
export const PDU_TAG = 0xa0;
/** The data unit is encrypted: nobody knows which. */
export const NO_PDU = -1;

export const PDU_NAMES: ReadonlyMap<number, string> = new Map([
  [Pdu.get, 'GetRequest'],
  [Pdu.getNext, 'GetNextRequest'],
  [Pdu.response, 'Response'],
  [Pdu.set, 'SetRequest'],
  [Pdu.trapV1, 'Trap'],
  [Pdu.getBulk, 'GetBulkRequest'],
  [Pdu.inform, 'InformRequest'],
  [Pdu.trapV2, 'SNMPv2-Trap'],
  [Pdu.report, 'Report'],
]);

/** Codes of a Report: this, plus the number of the counter of usmStats (RFC 3414 5). */
export const REPORT_CODE = 256;
export const UsmStats = {
  unsupportedSecLevels: 1,
  notInTimeWindows: 2,
  unknownUserNames: 3,
  unknownEngineIds: 4,
  wrongDigests: 5,
  decryptionErrors: 6,
} as const;

/** error-status (RFC 3416 3), and what Reports say. */
export const CODE_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'tooBig'],
  [2, 'noSuchName'],
  [3, 'badValue'],
  [4, 'readOnly'],
  [5, 'genErr'],
  [6, 'noAccess'],
  [7, 'wrongType'],
  [8, 'wrongLength'],
  [9, 'wrongEncoding'],
  [10, 'wrongValue'],
  [11, 'noCreation'],
  [12, 'inconsistentValue'],
  [13, 'resourceUnavailable'],
  [14, 'commitFailed'],
  [15, 'undoFailed'],
  [16, 'authorizationError'],
  [17, 'notWritable'],
  [18, 'inconsistentName'],
  [REPORT_CODE, 'Report'],
  [REPORT_CODE + UsmStats.unsupportedSecLevels, 'usmStatsUnsupportedSecLevels'],
  [REPORT_CODE + UsmStats.notInTimeWindows, 'usmStatsNotInTimeWindows'],
  [REPORT_CODE + UsmStats.unknownUserNames, 'usmStatsUnknownUserNames'],
  [REPORT_CODE + UsmStats.unknownEngineIds, 'usmStatsUnknownEngineIDs'],
  [REPORT_CODE + UsmStats.wrongDigests, 'usmStatsWrongDigests'],
  [REPORT_CODE + UsmStats.decryptionErrors, 'usmStatsDecryptionErrors'],
]);

/** Types of values beside those of ASN.1 (RFC 2578 2, RFC 3416 3). */
export const ValueTag = {
  ipAddress: 0x40,
  counter32: 0x41,
  gauge32: 0x42,
  timeTicks: 0x43,
  opaque: 0x44,
  counter64: 0x46,
} as const;

/** msgFlags (RFC 3412 6.4). */
export const Flag = { authenticated: 1, encrypted: 2, reportable: 4 } as const;
export const USER_SECURITY_MODEL = 3;
