// Turns the address of a declaration (one address, a subnet, a MAC address) into what an address can be compared with.
import { isIPv4, isIPv6 } from 'node:net';

export interface AddressRange {
  readonly kind: 'ipv4' | 'ipv6' | 'mac';
  readonly value: bigint;
  /** How many of the leading bits count. */
  readonly prefix: number;
}

const DOT = 46;
const ZERO = 48;
const NINE = 57;
const BITS = { ipv4: 32, ipv6: 128, mac: 48 } as const;

/** The 32 bits of a plain IPv4 address; -1: the text is none. */
export function plainIpv4(text: string): number {
  let value = 0;
  let part = -1;
  let parts = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (part < 0) return -1;
      value = value * 256 + part;
      part = -1;
      parts++;
    } else if (code >= ZERO && code <= NINE && part !== 0) {
      part = Math.max(0, part) * 10 + code - ZERO;
      if (part > 255) return -1;
    } else return -1;
  }
  return parts === 4 && part >= 0 ? value * 256 + part : -1;
}

/** Null where the text is none of the three. */
export function addressRange(text: string): AddressRange | null {
  const [, address, length] = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  if (address === undefined) return null;
  const kind = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : isMac(address) ? 'mac' : null;
  if (kind === null || (kind === 'mac' && length !== undefined)) return null;
  const prefix = length === undefined ? BITS[kind] : Number(length);
  const value = kind === 'ipv4' ? ipv4Value(address) : kind === 'ipv6' ? ipv6Value(address) : macValue(address);
  return prefix > BITS[kind] || value === null ? null : { kind, value, prefix };
}

/** The subnet that is meant where bits beyond the prefix are set: `192.0.2.0/24` for `192.0.2.5/24`; null: none are. */
export function subnetMeant(text: string): string | null {
  const range = addressRange(text);
  if (range === null || range.kind === 'mac') return null;
  const spare = BigInt(BITS[range.kind] - range.prefix);
  const network = (range.value >> spare) << spare;
  if (network === range.value) return null;
  return `${range.kind === 'ipv4' ? ipv4Text(network) : ipv6Text(network)}/${range.prefix}`;
}

export function isInRange(address: AddressRange, range: AddressRange): boolean {
  if (address.kind !== range.kind) return false;
  const spare = BigInt(BITS[range.kind] - range.prefix);
  return address.value >> spare === range.value >> spare;
}

function isMac(text: string): boolean {
  return /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}$/i.test(text);
}

function macValue(text: string): bigint {
  return BigInt(`0x${text.replace(/[:-]/g, '')}`);
}

function ipv4Value(text: string): bigint {
  return text.split('.').reduce((value, part) => value * 256n + BigInt(part), 0n);
}

/** Null with a zone (`fe80::1%eth0`), which says nothing about the network. */
function ipv6Value(text: string): bigint | null {
  if (text.includes('%')) return null;
  const [head = '', tail = ''] = text.replace(/[0-9.]+$/, ipv4AsGroups).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n);
}

/** The dotted end of `::ffff:192.0.2.1` as two groups; a plain last group stays. */
function ipv4AsGroups(text: string): string {
  if (!isIPv4(text)) return text;
  const value = ipv4Value(text);
  return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
}

/** As this program writes addresses. */
export function ipText(value: bigint, kind: 'ipv4' | 'ipv6'): string {
  return kind === 'ipv4' ? ipv4Text(value) : ipv6Text(value);
}

function ipv4Text(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
}

function ipv6Text(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
