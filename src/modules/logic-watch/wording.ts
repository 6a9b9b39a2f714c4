// Says what a part of a program is: name, size, whether it is whole, hash, and what its header tells.
import { grouped, showable } from '../../bytes/text.ts';
import type { Transfer } from '../../facts/facts.ts';

const GAPS_TOLD_MAX = 3;

export function partName({ name }: Transfer): string {
  return name === '' ? 'a part without a name' : showable(name, 120);
}

/** `DB1, 500 bytes, whole, SHA-256 …, header: …`. */
export function partText(transfer: Transfer): string {
  const { size, sha256, details = [], kind } = transfer;
  const words = [
    `${partName(transfer)}${kind === '' || kind === 'data' ? '' : ` [${kind}]`}`,
    `${grouped(size)} bytes`,
  ];
  words.push(completeness(transfer));
  if (sha256 !== '' && transfer.isComplete) words.push(`SHA-256 ${sha256}`);
  if (details.length > 0) words.push(`header: ${details.map(([name, value]) => `${name} ${value}`).join(', ')}`);
  return words.join(', ');
}

function completeness({ isComplete, missing, missingBytes, size }: Transfer): string {
  if (missingBytes > 0) {
    const list = missing.slice(0, GAPS_TOLD_MAX).map((gap) => `${grouped(gap.size)} at ${grouped(gap.offset)}`);
    return `${grouped(missingBytes)} bytes were not seen (${list.join(', ')}${missing.length > list.length ? ' …' : ''})`;
  }
  if (isComplete) return 'whole';
  return size === 0 ? 'nothing of it was seen' : 'not known to be whole';
}
