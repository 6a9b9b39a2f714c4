// What a mail server says of itself when a connection begins: its software, and the host that it is.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { claim, Trust } from '../facts-of-messages.ts';

const GREETING_CHARACTERS_MAX = 256;

/** Names that come without a version behind them, or with words in between. */
const PRODUCTS: readonly RegExp[] = [
  /Microsoft Exchange\b.*? version \d[\d.]*/i,
  /Microsoft ESMTP MAIL Service(?:, Version: \d[\d.]*)?/i,
  /\bPostfix\b(?: \([^()]{1,40}\))?/,
  /\bSendmail \d[\w./]*/i,
  /\bCyrus (?:IMAP4?|POP3) v?\d[\w.-]*/i,
  /\bCourier-(?:IMAP|POP3|MTA)\b/i,
  /\b(?:hMailServer|MailEnable|OpenSMTPD|Haraka|Gimap|Zimbra)\b/i,
  /\bdovecot\b/i,
  /\b\w+ ESMTP server$/,
  // A name and its version: Exim 4.69, CMailServer 5.2.
  /\b[A-Z][A-Za-z]+(?:[-/][A-Za-z]+)?[ /]v?\d+\.\d[\w.]*/,
];

/** A name with at least one dot (RFC 1123 2.1), and no address. */
const HOST_NAME = /^(?=.{3,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,62}$/i;

/** The greeting of the server, from behind its code: bytes[start..end). */
export function claimsOfGreeting(
  context: MessageContext,
  protocol: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const text = printable(bytes, start, end, GREETING_CHARACTERS_MAX);
  const source = `${protocol} greeting`;
  const software = softwareOf(text);
  if (software !== '') claim(context, context.server, -1, 'application', software, source, Trust.selfDeclared);
  const host = hostOf(text);
  if (host !== '') claim(context, context.server, -1, 'name', host, source, Trust.hint);
}

/** The name that a client gives itself; an address in brackets is none. */
export function claimsOfClient(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
  const name = printable(bytes, start, end, GREETING_CHARACTERS_MAX);
  if (HOST_NAME.test(name)) claim(context, context.client, -1, 'name', name, 'smtp ehlo', Trust.hint);
}

export function softwareOf(greeting: string): string {
  for (const product of PRODUCTS) {
    const found = product.exec(greeting);
    if (found !== null) return found[0];
  }
  return '';
}

/** SMTP puts it first (RFC 5321 4.2); POP3 into the time stamp of APOP (RFC 1939 clause 7). */
function hostOf(greeting: string): string {
  const stamp = /<[^<>@]+@([^<>@]+)>/.exec(greeting)?.[1] ?? '';
  if (HOST_NAME.test(stamp)) return stamp;
  const first = /^\S+/.exec(greeting)?.[0] ?? '';
  return HOST_NAME.test(first) ? first : '';
}
