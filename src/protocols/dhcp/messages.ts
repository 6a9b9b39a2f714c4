// The code tables of DHCP, with the names of RFC 2131 and RFC 2132.

/** Option codes that are read (RFC 2132; 81: RFC 4702; 82: RFC 3046). */
export const Option = {
  pad: 0,
  router: 3,
  dnsServer: 6,
  hostName: 12,
  requestedAddress: 50,
  overload: 52,
  messageType: 53,
  serverIdentifier: 54,
  parameterList: 55,
  vendorClass: 60,
  fullName: 81,
  relayAgent: 82,
  end: 255,
} as const;

/** Message types (RFC 2132 9.6); BOOTP has none. */
export const MessageType = { bootp: 0, discover: 1, request: 3, ack: 5, nak: 6, inform: 8 } as const;

export const FUNCTION_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'DHCPDISCOVER'],
  [2, 'DHCPOFFER'],
  [3, 'DHCPREQUEST'],
  [4, 'DHCPDECLINE'],
  [5, 'DHCPACK'],
  [6, 'DHCPNAK'],
  [7, 'DHCPRELEASE'],
  [8, 'DHCPINFORM'],
]);
