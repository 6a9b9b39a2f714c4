// The messages of LDAP (RFC 4511 4.2 to 4.14) by their tags, and the names of results.

/** Identifier octets of `protocolOp`: class APPLICATION. */
export const Operation = {
  bindRequest: 0x60,
  bindResponse: 0x61,
  unbindRequest: 0x42,
  searchRequest: 0x63,
  searchEntry: 0x64,
  searchDone: 0x65,
  modifyRequest: 0x66,
  modifyResponse: 0x67,
  addRequest: 0x68,
  addResponse: 0x69,
  deleteRequest: 0x4a,
  deleteResponse: 0x6b,
  modifyNameRequest: 0x6c,
  modifyNameResponse: 0x6d,
  compareRequest: 0x6e,
  compareResponse: 0x6f,
  abandonRequest: 0x50,
  searchReference: 0x73,
  extendedRequest: 0x77,
  extendedResponse: 0x78,
  intermediateResponse: 0x79,
} as const;

/** Requests; all other messages are the server's. */
export const REQUESTS: ReadonlySet<number> = new Set([
  Operation.bindRequest,
  Operation.unbindRequest,
  Operation.searchRequest,
  Operation.modifyRequest,
  Operation.addRequest,
  Operation.deleteRequest,
  Operation.modifyNameRequest,
  Operation.compareRequest,
  Operation.abandonRequest,
  Operation.extendedRequest,
]);

/** Messages that begin with an LDAPResult (RFC 4511 4.1.9). */
export const RESULTS: ReadonlySet<number> = new Set([
  Operation.bindResponse,
  Operation.searchDone,
  Operation.modifyResponse,
  Operation.addResponse,
  Operation.deleteResponse,
  Operation.modifyNameResponse,
  Operation.compareResponse,
  Operation.extendedResponse,
]);

/** Messages that begin with an octet string: a name. */
export const NAMED: ReadonlySet<number> = new Set([
  Operation.searchRequest,
  Operation.searchEntry,
  Operation.modifyRequest,
  Operation.addRequest,
  Operation.modifyNameRequest,
  Operation.compareRequest,
  Operation.searchReference,
]);

/** How a client shows who it is (RFC 4511 4.2; the last three: Microsoft's Sicily, MS-ADTS 5.1.1.1.3). */
export const Authentication = {
  simple: 0x80,
  sasl: 0xa3,
  sicilyDiscovery: 0x89,
  sicilyNegotiate: 0x8a,
  sicilyResponse: 0x8b,
} as const;

/** Result codes that decide something here (RFC 4511, appendix A). */
export const Result = { success: 0, saslBindInProgress: 14 } as const;

export const Tag = { extendedName: 0x80, serverCredentials: 0x87 } as const;

/** StartTLS (RFC 4511 4.14): 1.3.6.1.4.1.1466.20037. */
export const START_TLS = '1.3.6.1.4.1.1466.20037';
