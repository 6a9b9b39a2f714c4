// ID of IMAP (RFC 2971): what a client or a server says of its software and of the system below it.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { claim } from '../facts-of-messages.ts';
import { quotedEnd } from './imap-login.ts';

/** RFC 2971 3.3: at most 30 fields; names have at most 30 characters, values 1024. */
const STRINGS_MAX = 60;
const NAME_CHARACTERS_MAX = 30;
const VALUE_CHARACTERS_MAX = 100;
const QUOTE = 0x22;

/** Claims of the list ("name" "value" …) at bytes[start..end). A NIL in place of a value ends it. */
export function claimsOfId(
  context: MessageContext,
  host: number,
  source: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const fields = new Map<string, string>();
  let name: string | null = null;
  let at = bytes.indexOf(QUOTE, start);
  for (let count = 0; count < STRINGS_MAX && at >= start && at < end; count++) {
    const stop = quotedEnd(bytes, at + 1, end);
    const text = printable(bytes, at + 1, stop, name === null ? NAME_CHARACTERS_MAX : VALUE_CHARACTERS_MAX);
    if (name === null) name = text.toLowerCase();
    else {
      fields.set(name, text);
      name = null;
    }
    at = bytes.indexOf(QUOTE, stop + 1);
  }
  const of = (key: string): string => fields.get(key) ?? '';
  const software = of('name') === '' ? of('vendor') : of('name');
  if (software !== '') claim(context, host, -1, 'application', `${software} ${of('version')}`, source);
  if (of('os') !== '') claim(context, host, -1, 'operating-system', `${of('os')} ${of('os-version')}`, source);
}
