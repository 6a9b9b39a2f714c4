// What a directory server says of itself in its root entry (RFC 4512 5.1, MS-ADTS 3.1.1.3.2).
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { BerReader, BerTag } from '../ber.ts';
import { claim, Trust } from '../facts-of-messages.ts';
import { indexOfWord } from '../text-lines.ts';

/** The attributes that are read, in upper case. */
const ATTRIBUTES = ['VENDORNAME', 'VENDORVERSION', 'DNSHOSTNAME', 'DEFAULTNAMINGCONTEXT', 'DSSERVICENAME'] as const;
/** Attributes of one entry that are looked at. */
const ATTRIBUTES_MAX = 128;
const SOURCE = 'ldap root entry';

/** An answer to a search, its contents at bytes[start..end). False: it is not the root entry. */
export function readRoot(bytes: Uint8Array, start: number, end: number, context: MessageContext): boolean {
  // The root has the empty name.
  if (end - start < 2 || bytes[start] !== BerTag.octetString || bytes[start + 1] !== 0) return false;
  const list = new BerReader();
  const attribute = new BerReader();
  const field = new BerReader();
  if (!list.expect(BerTag.sequence, bytes, start + 2, end)) return false;
  const values = ATTRIBUTES.map(() => '');
  let at = list.start;
  for (let count = 0; count < ATTRIBUTES_MAX && attribute.expect(BerTag.sequence, bytes, at, list.end); count++) {
    at = attribute.end;
    if (!field.expect(BerTag.octetString, bytes, attribute.start, attribute.end)) continue;
    const index = indexOfWord(bytes, field.start, field.end, ATTRIBUTES);
    if (index >= 0) values[index] = firstValue(field, bytes, field.end, attribute.end);
  }
  tell(context, values);
  return true;
}

/** The first of a set of values that begins at `at`. */
function firstValue(field: BerReader, bytes: Uint8Array, at: number, end: number): string {
  if (!field.expect(BerTag.set, bytes, at, end)) return '';
  if (!field.expect(BerTag.octetString, bytes, field.start, field.end)) return '';
  return printable(bytes, field.start, field.end);
}

function tell(context: MessageContext, values: readonly string[]): void {
  const [vendor, version, host, naming, service] = values as [string, string, string, string, string];
  const { server } = context;
  if (vendor !== '') claim(context, server, -1, 'application', `${vendor} ${version}`, SOURCE);
  claim(context, server, -1, 'name', host, SOURCE);
  // Only a domain controller has the name of its own settings there.
  if (service !== '' && naming !== '') claim(context, server, -1, 'role', 'domain controller', SOURCE, Trust.inferred);
  if (naming === '') return;
  const { timeUs, frame, sink } = context;
  sink.trait({ fact: 'trait', timeUs, frame, host: server, trait: 'ldap-naming-context', value: naming });
}
