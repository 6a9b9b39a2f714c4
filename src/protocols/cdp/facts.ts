// What a CDP frame says of its sender, as claims and traits.
import { u16be, u32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';

/** Types of elements. */
const Element = {
  deviceId: 1,
  addresses: 2,
  portId: 3,
  capabilities: 4,
  version: 5,
  platform: 6,
  nativeVlan: 10,
  systemName: 20,
  managementAddresses: 22,
} as const;
const CAPABILITIES = [
  'router',
  'transparent-bridge',
  'source-route-bridge',
  'switch',
  'host',
  'igmp',
  'repeater',
  'phone',
];
const TEXT_MAX = 255;
const ADDRESSES_MAX = 8;
/** Protocols of an address: a network layer identifier of one byte (IP), or SNAP's with the EtherType of IPv6 last. */
const NETWORK_LAYER_ID = 1;
const NETWORK_LAYER_IP = 0xcc;

/** `elements`: type, start and end of each. The device is the host of its first address, else that of the sender's MAC. */
export function tellOfSender(elements: readonly number[], bytes: Uint8Array, context: MessageContext): void {
  const host = addressed(elements, bytes, context) || (context.fromClient ? context.client : context.server);
  for (let index = 0; index < elements.length; index += 3) {
    const start = elements[index + 1]!;
    const end = elements[index + 2]!;
    switch (elements[index]) {
      case Element.deviceId:
        trait(context, host, 'cdp-device', text(bytes, start, end));
        claim(context, host, -1, 'name', text(bytes, start, end), 'cdp device id');
        break;
      case Element.systemName:
        claim(context, host, -1, 'name', text(bytes, start, end), 'cdp system name');
        break;
      case Element.portId:
        trait(context, host, 'cdp-port', text(bytes, start, end));
        break;
      case Element.capabilities:
        if (end - start >= 4) trait(context, host, 'cdp-capabilities', capabilities(u32be(bytes, start)));
        break;
      case Element.version:
        ofVersion(text(bytes, start, end), host, context);
        break;
      case Element.platform:
        ofPlatform(text(bytes, start, end), host, context);
        break;
      case Element.nativeVlan:
        if (end - start >= 2) trait(context, host, 'cdp-native-vlan', String(u16be(bytes, start)));
        break;
      case Element.addresses:
        trait(
          context,
          host,
          'cdp-addresses',
          ipv4Addresses(bytes, start, end)
            .map((at) => dotted(bytes, at))
            .join(','),
        );
        break;
      default:
    }
  }
}

/** Its management address, else the address of the port that sent the frame. */
function addressed(elements: readonly number[], bytes: Uint8Array, context: MessageContext): number {
  for (const wanted of [Element.managementAddresses, Element.addresses]) {
    for (let index = 0; index < elements.length; index += 3) {
      if (elements[index] !== wanted) continue;
      const [at] = ipv4Addresses(bytes, elements[index + 1]!, elements[index + 2]!);
      if (at !== undefined && u32be(bytes, at) !== 0) return context.hosts.ofIpv4(bytes, at);
    }
  }
  return 0;
}

/** Where IPv4 addresses stand: a count, then of each the protocol's type, length and name, and the address's length. */
function ipv4Addresses(bytes: Uint8Array, start: number, end: number): number[] {
  const found: number[] = [];
  let at = start + 4;
  while (at + 2 <= end && found.length < ADDRESSES_MAX) {
    const protocolSize = bytes[at + 1]!;
    const addressAt = at + 2 + protocolSize + 2;
    if (addressAt > end) break;
    const size = u16be(bytes, addressAt - 2);
    if (addressAt + size > end) break;
    const isIp = bytes[at] === NETWORK_LAYER_ID && protocolSize === 1 && bytes[at + 2] === NETWORK_LAYER_IP;
    if (isIp && size === 4) found.push(addressAt);
    at = addressAt + size;
  }
  return found;
}

/** `Cisco IOS Software, C3560 Software (…), Version 12.2(25)SEB4, RELEASE SOFTWARE (fc1)`, and lines below. */
function ofVersion(version: string, host: number, context: MessageContext): void {
  const [line = ''] = version.split(/\\x0[ad]|\n/);
  trait(context, host, 'cdp-software', line);
  const number = /[Vv]ersion:? ?([^\s,\\]+)/.exec(version)?.[1] ?? '';
  claim(context, host, -1, 'firmware', number, 'cdp version');
}

function ofPlatform(platform: string, host: number, context: MessageContext): void {
  const isCisco = /^cisco /i.test(platform);
  claim(context, host, -1, 'model', isCisco ? platform.slice(6) : platform, 'cdp platform');
  if (isCisco) claim(context, host, -1, 'vendor', 'Cisco', 'cdp platform', Trust.inferred);
}

function capabilities(bits: number): string {
  return CAPABILITIES.filter((_, bit) => (bits & (1 << bit)) !== 0).join(',');
}

function dotted(bytes: Uint8Array, at: number): string {
  return bytes.subarray(at, at + 4).join('.');
}

function text(bytes: Uint8Array, start: number, end: number): string {
  let last = end;
  while (last > start && (bytes[last - 1] === 0 || bytes[last - 1] === 0x20)) last--;
  return printable(bytes, start, last, TEXT_MAX);
}

function trait(context: MessageContext, host: number, name: string, value: string): void {
  if (value === '') return;
  const { timeUs, frame } = context;
  context.sink.trait({ fact: 'trait', timeUs, frame, host, trait: name, value });
}
