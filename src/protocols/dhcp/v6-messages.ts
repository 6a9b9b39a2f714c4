// The code tables of DHCPv6, with the names of RFC 8415.

/** Option codes that are read (RFC 8415 21; 23: RFC 3646; 39: RFC 4704; 79: RFC 6939). */
export const Option6 = {
  clientIdentifier: 1,
  serverIdentifier: 2,
  addresses: 3,
  temporaryAddresses: 4,
  address: 5,
  optionRequest: 6,
  relayMessage: 9,
  status: 13,
  vendorClass: 16,
  nameServers: 23,
  prefixes: 25,
  prefix: 26,
  fullName: 39,
  clientLinkAddress: 79,
} as const;

/** Message types (RFC 8415 7.3). */
export const Message6 = { advertise: 2, reply: 7, reconfigure: 10, relayForward: 12, relayReply: 13 } as const;

export const FUNCTION_NAMES_6: ReadonlyMap<number, string> = new Map([
  [1, 'Solicit'],
  [2, 'Advertise'],
  [3, 'Request'],
  [4, 'Confirm'],
  [5, 'Renew'],
  [6, 'Rebind'],
  [7, 'Reply'],
  [8, 'Release'],
  [9, 'Decline'],
  [10, 'Reconfigure'],
  [11, 'Information-request'],
  [12, 'Relay-forward'],
  [13, 'Relay-reply'],
]);

/** What a server says; the rest is said by clients, or by a relay for them. */
export function isOfServer(type: number): boolean {
  return type === Message6.advertise || type === Message6.reply || type === Message6.reconfigure || type === 13;
}
