// What opening a file is for: reading it, making it, changing it, deleting it (MS-SMB2 2.2.13, MS-CIFS 2.2.4.64.1).
import { Verb } from '../../facts/verbs.ts';

/** CreateDisposition. */
const Disposition = { supersede: 0, open: 1, create: 2, openIf: 3, overwrite: 4, overwriteIf: 5 } as const;
const DELETE_ON_CLOSE = 0x1000;
/** FILE_WRITE_DATA, FILE_APPEND_DATA, GENERIC_WRITE. */
const WRITING = 0x4000_0006;

/** The verb of an operation; -1: the file is only looked at. */
export function openVerb(access: number, disposition: number, options: number): number {
  if ((options & DELETE_ON_CLOSE) !== 0) return Verb.delete;
  if (disposition === Disposition.supersede || disposition === Disposition.create) return Verb.create;
  if (disposition >= Disposition.overwrite) return Verb.create;
  // Opened, or made where it is not there.
  return (access & WRITING) === 0 ? -1 : disposition === Disposition.openIf ? Verb.create : Verb.write;
}
