// Lays two contents of one part beside each other and says in words where they differ.
import { grouped } from '../../bytes/text.ts';
import type { Content } from './contents.ts';

/** Bytes of a block before its code (load memory of an S7 block). */
const S7_HEADER = 36;
/** Equal bytes between two differences that are told as one. */
const JOINED_WITHIN = 4;
const RANGES_TOLD_MAX = 4;

interface Range {
  readonly start: number;
  end: number;
}

/** `14 of 332 bytes differ: 12 at 64, 2 at 300`; without the bytes of both only that the hash is another. */
export function differenceText(before: Content, now: Content): string {
  if (before.bytes === null || now.bytes === null) {
    return `SHA-256 ${now.sha256.slice(0, 16)}… instead of ${before.sha256.slice(0, 16)}…`;
  }
  const [a, b] = [before.bytes, now.bytes];
  const shorter = Math.min(a.length, b.length);
  const ranges: Range[] = [];
  let differing = 0;
  for (let at = 0; at < shorter; at++) {
    if (a[at] === b[at]) continue;
    differing++;
    const last = ranges.at(-1);
    if (last !== undefined && at - last.end < JOINED_WITHIN) last.end = at + 1;
    else ranges.push({ start: at, end: at + 1 });
  }
  const list = ranges.slice(0, RANGES_TOLD_MAX).map(({ start, end }) => `${grouped(end - start)} at ${grouped(start)}`);
  const more = ranges.length > list.length ? ' …' : '';
  const parts: string[] = [];
  if (differing > 0) parts.push(`${grouped(differing)} of ${grouped(shorter)} bytes differ: ${list.join(', ')}${more}`);
  if (a.length !== b.length) parts.push(`${grouped(b.length)} bytes instead of ${grouped(a.length)}`);
  const isHeaderOnly = now.kind === 's7-block' && a.length === b.length && (ranges.at(-1)?.end ?? 0) <= S7_HEADER;
  if (isHeaderOnly) parts.push('only its header, the code is the same');
  return parts.join('; ');
}
