// Which addresses are of the outside.

/** Neither a private address nor of the network of the other one. */
export function isFar(from: string, address: string): boolean {
  if (/^(10|127|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\.|^f[cde]|^::/i.test(address)) return false;
  return networkOf(from) !== networkOf(address);
}

/** The first 16 bits of an IPv4 address, the first 48 of an IPv6 address. */
function networkOf(address: string): string {
  return address
    .split(/[.:]/)
    .slice(0, address.includes(':') ? 3 : 2)
    .join();
}
