// What the head of an answer says of the login that its request carried.
import type { Login } from '../../facts/facts.ts';
import type { Exchange } from './exchange.ts';
import type { Head } from './head.ts';
import { outcomeOf } from './logins.ts';
import { ascii } from './messages.ts';
import { pathEnd, pathStart, lastPart } from './names.ts';
import { wordAt } from './text-in-bytes.ts';

const STALE = ascii('stale=');
const TRUE = ascii('true');
/** A redirect to a path with one of these leads back to the form. */
const BACK = ['login', 'logon', 'signin', 'error', 'fail', 'denied', 'invalid'].map(ascii);

export function judge(exchange: Exchange, head: Head, bytes: Uint8Array): Login['outcome'] {
  if (exchange.login === null) return 'unknown';
  const { judged } = exchange.login;
  const hasSession = head.has('set-cookie');
  return outcomeOf(judged, head.status, hasSession, leadsAway(exchange, head, bytes), isStale(head, bytes));
}

function leadsAway(exchange: Exchange, head: Head, bytes: Uint8Array): boolean {
  if (!head.has('location')) return false;
  const start = head.start('location');
  const end = head.end('location');
  if (BACK.some((word) => wordAt(bytes, start, end, word) >= 0)) return false;
  const path = pathStart(bytes, start, end);
  return lastPart(bytes, path, pathEnd(bytes, path, end)) !== exchange.name;
}

/** RFC 7616 3.3: the nonce is too old, the password may be right. */
function isStale(head: Head, bytes: Uint8Array): boolean {
  const start = head.start('www-authenticate');
  const end = head.end('www-authenticate');
  const at = wordAt(bytes, start, end, STALE);
  return at >= 0 && wordAt(bytes, at, Math.min(end, at + 12), TRUE) >= 0;
}
