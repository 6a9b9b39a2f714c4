// Tells what an address is good for by the ranges that the RFCs set aside, and which subnet it is likely to be in.

/** `local`: does not leave its link or means nobody; `private`: of a site; `public`: of the Internet. */
export type AddressScope = 'local' | 'multicast' | 'private' | 'public';

/** First address and length of IPv4 ranges that are not of the Internet: RFC 6890 and those it lists. */
const SPECIAL_IPV4: readonly (readonly [a: number, b: number, c: number, length: number, scope: AddressScope])[] = [
  [0, 0, 0, 8, 'local'],
  [10, 0, 0, 8, 'private'],
  [100, 64, 0, 10, 'private'],
  [127, 0, 0, 8, 'local'],
  [169, 254, 0, 16, 'local'],
  [172, 16, 0, 12, 'private'],
  [192, 0, 0, 24, 'private'],
  [192, 0, 2, 24, 'private'],
  [192, 168, 0, 16, 'private'],
  [198, 18, 0, 15, 'private'],
  [198, 51, 100, 24, 'private'],
  [203, 0, 113, 24, 'private'],
  [224, 0, 0, 4, 'multicast'],
  [240, 0, 0, 4, 'local'],
];
const RANGES = SPECIAL_IPV4.map(([a, b, c, length, scope]) => ({
  first: (a * 256 + b) * 65_536 + c * 256,
  size: 2 ** (32 - length),
  scope,
}));
/** The same for nftables and other lists. */
export const PRIVATE_IPV4: readonly string[] = SPECIAL_IPV4.map(([a, b, c, length]) => `${a}.${b}.${c}.0/${length}`);
/** The only unicast addresses of the Internet (RFC 4291), and what is set aside within them. */
export const PUBLIC_IPV6 = '2000::/3';
export const DOCUMENTATION_IPV6 = '2001:db8::/32';

/** Of an address as a host directory writes it; a MAC address is `local`. */
export function scopeOf(address: string): AddressScope {
  if (address.includes('.') && !address.includes(':')) return scopeOfIpv4(address);
  const groups = ipv6Groups(address);
  if (groups === null) return 'local';
  const first = groups[0]!;
  if (first >= 0xff00) return 'multicast';
  if ((first & 0xffc0) === 0xfe80) return 'local';
  if (first === 0 && groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return scopeOfIpv4([groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.'));
  }
  if ((first & 0xfe00) === 0xfc00 || (first === 0x2001 && groups[1] === 0xdb8)) return 'private';
  // NAT64 (RFC 6052) leads to the Internet as well.
  return (first & 0xe000) === 0x2000 || (first === 0x64 && groups[1] === 0xff9b) ? 'public' : 'local';
}

function scopeOfIpv4(address: string): AddressScope {
  const value = ipv4Value(address);
  for (const { first, size, scope } of RANGES) if (value >= first && value < first + size) return scope;
  return 'public';
}

/** The subnet a host is taken to be in, as no packet tells the mask: /24, and /64 for IPv6; empty for others. */
export function subnetOf(address: string): string {
  if (address.includes('.') && !address.includes(':')) return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
  const groups = ipv6Groups(address);
  if (groups === null) return '';
  const head = groups.slice(0, 4);
  while (head.length > 1 && head[head.length - 1] === 0) head.pop();
  return `${head.map((group) => group.toString(16)).join(':')}::/64`;
}

/** A number to sort IPv4 addresses by. */
export function ipv4Value(address: string): number {
  let value = 0;
  let part = 0;
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (code === 0x2e) {
      value = value * 256 + part;
      part = 0;
    } else part = part * 10 + code - 0x30;
  }
  return value * 256 + part;
}

/** Null where the text is no IPv6 address as this program writes them. */
function ipv6Groups(address: string): number[] | null {
  const halves = address.split('::');
  if (halves.length > 2 || !address.includes(':')) return null;
  const [before, after] = [halves[0]!, halves[1] ?? ''].map((half) => (half === '' ? [] : half.split(':')));
  if (halves.length === 1 && before!.length !== 8) return null;
  const zeros = new Array<string>(Math.max(0, 8 - before!.length - after!.length)).fill('0');
  const groups = [...before!, ...zeros, ...after!].map((group) => parseInt(group, 16));
  return groups.length === 8 && groups.every((group) => group >= 0 && group <= 0xffff) ? groups : null;
}
