// Turns addresses into texts whose order is that of the addresses.

/** An address with every part at full width, so that text order is numeric order. */
export function sortableAddress(address: string): string {
  if (address.includes('.') && !address.includes(':')) {
    return address
      .split('.')
      .map((part) => part.padStart(3, '0'))
      .join('.');
  }
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after].map((part) => part.padStart(4, '0')).join(':');
}
