// A file that was carried in a capture, as each of the two read it: what the comparison knows of it.
import { createHash } from 'node:crypto';

/** Our protocols, and what tshark calls what it exports of them. */
export const EXPORTED: Readonly<Record<string, string>> = { ftp: 'ftp-data', http: 'http', tftp: 'tftp', smb: 'smb' };

export interface CarriedFile {
  readonly protocol: string;
  readonly name: string;
  readonly bytes: Buffer;
  readonly sha1: string;
}

export function carriedFile(protocol: string, name: string, bytes: Buffer): CarriedFile {
  return { protocol, name, bytes, sha1: createHash('sha1').update(bytes).digest('hex') };
}

/** A file that is there twice has to be there twice: what each of two lists has that the other has not. */
export function unmatched<A extends CarriedFile, B extends CarriedFile>(
  theirs: readonly A[],
  ours: readonly B[],
): { readonly theirs: A[]; readonly ours: B[]; readonly same: number } {
  const waiting = new Map<string, B[]>();
  for (const file of ours) {
    const key = `${file.protocol} ${file.sha1}`;
    const list = waiting.get(key);
    if (list === undefined) waiting.set(key, [file]);
    else list.push(file);
  }
  // The first of two alike is the one that both have.
  const alone = theirs.filter((file) => waiting.get(`${file.protocol} ${file.sha1}`)?.shift() === undefined);
  const rest = new Set([...waiting.values()].flat());
  return { theirs: alone, ours: ours.filter((file) => rest.has(file)), same: theirs.length - alone.length };
}
