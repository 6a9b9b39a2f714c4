// Says what a part of a program is: name, size, whether it is whole, hash, and what its header tells.
import { grouped, showable } from '../../bytes/text.ts';
import { ENDING_WORDS } from '../plain-words.ts';
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
  if (isComparable(transfer)) words.push(`SHA-256 ${sha256}`);
  if (details.length > 0) words.push(`header: ${details.map(([name, value]) => `${name} ${value}`).join(', ')}`);
  return words.join(', ');
}

/** Every byte of it was seen, as far as anybody can tell where it ends. */
export function isComparable({ isComplete, sha256, ending }: Transfer): boolean {
  return sha256 !== '' && (isComplete || ending !== undefined);
}

function completeness({ isComplete, missing, missingBytes, size, sha256, ending }: Transfer): string {
  if (missingBytes > 0) {
    const list = missing.slice(0, GAPS_TOLD_MAX).map((gap) => `${grouped(gap.size)} at ${grouped(gap.offset)}`);
    return `${grouped(missingBytes)} bytes were not seen (${list.join(', ')}${missing.length > list.length ? ' …' : ''})`;
  }
  if (isComplete) return ending === undefined ? 'whole' : `whole (${ENDING_WORDS[ending]})`;
  if (ending !== undefined && sha256 !== '')
    return `without a gap, its end not told by the protocol (${ENDING_WORDS[ending]})`;
  return size === 0 ? 'nothing of it was seen' : 'not known to be whole';
}
