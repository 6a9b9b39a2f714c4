// Finds the number of a host by what it is called: its segment and its address.
import { AddressKind, type HostTable } from '../flow/hosts.ts';
import { addressRange, plainIpv4 } from './host-pattern.ts';

const WORD = 0xffff_ffffn;

/** Made where it is new; 0 where the text is no address, or there is no room. */
export function namedHost(hosts: HostTable, segment: string, address: string): number {
  const plain = plainIpv4(address);
  if (plain >= 0) return hosts.hostOf(hosts.segmentNamed(segment), AddressKind.ipv4, 0, 0, 0, plain | 0);
  const range = addressRange(address);
  if (range === null) return 0;
  const { kind, value } = range;
  const word = (shift: bigint): number => Number((value >> shift) & WORD) | 0;
  const number = hosts.segmentNamed(segment);
  if (kind === 'ipv4') return hosts.hostOf(number, AddressKind.ipv4, 0, 0, 0, word(0n));
  if (kind === 'mac') return hosts.hostOf(number, AddressKind.mac, 0, 0, word(32n), word(0n));
  return hosts.hostOf(number, AddressKind.ipv6, word(96n), word(64n), word(32n), word(0n));
}
