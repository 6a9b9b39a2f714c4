// Finds what is of use in a SOAP message of WS-Discovery, without an XML parser: the action, and the texts of four elements,
// whatever prefix their names have.
import { printable } from '../../bytes/text.ts';

const TEXT_MAX = 8192;
const VALUE_MAX = 1024;

export interface DiscoveryMessage {
  /** `Hello`, `Bye`, `Probe`, `ProbeMatches`, `Resolve`, `ResolveMatches`. */
  readonly action: string;
  readonly address: string;
  readonly types: string;
  readonly scopes: readonly string[];
  readonly xAddrs: readonly string[];
}

/** The namespaces of WS-Discovery 2005/04 and 1.1. */
const MARKS = ['schemas.xmlsoap.org/ws/2005/04/discovery', 'docs.oasis-open.org/ws-dd/ns/discovery/2009/01'];

/** Begins with an element or a declaration, and names a namespace of WS-Discovery. */
export function isDiscovery(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  // A byte order mark.
  if (bytes[at] === 0xef) at += 3;
  while (at < end && bytes[at]! <= 0x20) at++;
  if (at + 64 > end || bytes[at] !== 0x3c) return false;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(end - at, TEXT_MAX));
  return MARKS.some((mark) => text.includes(mark));
}

export function readDiscovery(bytes: Uint8Array, start: number, end: number): DiscoveryMessage {
  const text = Buffer.from(bytes.subarray(start, Math.min(end, start + TEXT_MAX))).toString('utf8');
  const words = (name: string): string[] =>
    elementText(text, name)
      .split(/\s+/)
      .filter((word) => word !== '');
  return {
    action: /\/(\w{1,32})$/.exec(elementText(text, 'Action'))?.[1] ?? '',
    address: elementText(text.slice(Math.max(0, text.search(/<[\w-]{0,32}:?Body[\s>]/))), 'Address'),
    types: words('Types').join(' '),
    scopes: words('Scopes'),
    xAddrs: words('XAddrs'),
  };
}

/** The text of the first element of that local name; empty where there is none or it does not end. */
function elementText(text: string, name: string): string {
  const opened = new RegExp(`<(?:[\\w-]{1,32}:)?${name}(?:\\s[^<>]{0,512})?>`).exec(text);
  if (opened === null) return '';
  const from = opened.index + opened[0].length;
  const to = text.indexOf('<', from);
  if (to < 0) return '';
  const value = Buffer.from(text.slice(from, to).trim());
  return printable(value, 0, value.length, VALUE_MAX);
}
