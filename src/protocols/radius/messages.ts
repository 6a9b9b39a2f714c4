// The numbers of RADIUS (RFC 2865, 2866, 2869, 3579, 5176), with their names.

export const Code = {
  request: 1,
  accept: 2,
  reject: 3,
  accounting: 4,
  accountingResponse: 5,
  challenge: 11,
  statusServer: 12,
  statusClient: 13,
  disconnect: 40,
  disconnectAck: 41,
  disconnectNak: 42,
  change: 43,
  changeAck: 44,
  changeNak: 45,
} as const;

export const CODES: ReadonlySet<number> = new Set<number>(Object.values(Code));

/** Codes that a client says. */
export const CLIENT_CODES: ReadonlySet<number> = new Set<number>([
  Code.request,
  Code.accounting,
  Code.statusServer,
  Code.disconnect,
  Code.change,
]);

export const Attribute = {
  userName: 1,
  userPassword: 2,
  chapPassword: 3,
  framedAddress: 8,
  vendorSpecific: 26,
  callingStation: 31,
  nasIdentifier: 32,
  chapChallenge: 60,
  eapMessage: 79,
  errorCause: 101,
} as const;

/** RFC 2548: attributes of Microsoft. */
export const MICROSOFT = 311;
export const MicrosoftAttribute = { response: 1, challenge: 11, response2: 25 } as const;

/** Messages that change something at the network access server (RFC 5176). */
export const FUNCTION_NAMES: ReadonlyMap<number, string> = new Map([
  [Code.disconnect, 'Disconnect-Request'],
  [Code.change, 'CoA-Request'],
]);

/** Error-Cause (RFC 5176 3.5). */
export const CAUSE_NAMES: ReadonlyMap<number, string> = new Map([
  [401, 'unsupported attribute'],
  [402, 'missing attribute'],
  [403, 'NAS identification mismatch'],
  [404, 'invalid request'],
  [405, 'unsupported service'],
  [406, 'unsupported extension'],
  [501, 'administratively prohibited'],
  [502, 'request not routable'],
  [503, 'session context not found'],
  [504, 'session context not removable'],
  [506, 'resources unavailable'],
  [507, 'request initiated'],
]);

/** A refusal without an Error-Cause. */
export const SOME_CAUSE = 1;
