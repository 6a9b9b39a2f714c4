// What a greeting, SYST and CLNT say about the two sides.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';

/** Servers that name themselves in a greeting, with their version where they tell it. */
const PRODUCTS: readonly RegExp[] = [
  /\bvsFTPd(?: \d[\w.-]*)?/i,
  /\bProFTPD(?: \d[\w.-]*)?/i,
  /\bPure-FTPd(?: \d[\w.-]*)?/i,
  /\bFileZilla Server(?: (?:version )?\d[\w.]*(?: beta)?)?/i,
  /\bMicrosoft FTP Service(?: \(Version \d[\d.]*\))?/i,
  /\bServ-U FTP(?:[- ]Server)?(?: v\d[\w.]*)?/i,
  /\bNetBSD-ftpd \d+/i,
  /\bNucleus FTP Server(?: \(Version \d[\w.]*\))?/i,
  /\bVxWorks(?: \(?VxWorks ?[\d.]+\)?| [\d.]+)?(?= FTP)/i,
  /\bWu-?ftpd?[- ]\d[\w.]*/i,
  /\bFTP server \(Version \d[^)]*\)/i,
  /(?<![\w.-])[A-Za-z][\w-]*[ -]?FTP[ -]?(?:Server|Service|Daemon|d)\b(?: ?\(?(?:version |v)?\d[\w.]*\)?)?/i,
  /\bpyftpdlib \d[\w.]*/i,
];

/** A greeting that names the system below the server. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Microsoft FTP Service/i, 'Windows'],
  [/\bVxWorks ?\(?(?:VxWorks ?)?([\d.]+)/i, 'VxWorks'],
  [/\bVxWorks\b/i, 'VxWorks'],
  [/\bQNX\b/i, 'QNX'],
  [/\((Debian|Ubuntu|CentOS|Fedora)\)/i, ''],
  [/\bNetBSD\b/i, 'NetBSD'],
  [/\bFreeBSD\b/i, 'FreeBSD'],
];

/** What a reply to SYST holds where it names a system. */
const SYSTEM_NAMES =
  /\bType:|\b(?:unix|linux|windows|vxworks|qnx|\w*bsd|vms|dos|os|netware|nucleus|mqx|\w*rtos|ecos|mac ?os)\b/i;

/** The text of a line of the reply 220: bytes[start..end), without the code. True: it names the server's software. */
export function claimGreeting(context: MessageContext, bytes: Uint8Array, start: number, end: number): boolean {
  const text = printable(bytes, start, end);
  const product = PRODUCTS.map((pattern) => pattern.exec(text)).find((found) => found !== null);
  if (product !== undefined)
    claim(context, context.server, -1, 'application', product[0], 'ftp greeting', Trust.inferred);
  for (const [pattern, name] of SYSTEMS) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const value = `${name} ${found[1] ?? ''}`.trim();
    claim(context, context.server, -1, 'operating-system', value, 'ftp greeting', Trust.hint);
    break;
  }
  // `plant.example.org FTP server (Version 6.00LS) ready.`
  const host = /^([A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+) FTP server\b/.exec(text);
  if (host !== null) claim(context, context.server, -1, 'name', host[1]!, 'ftp greeting', Trust.hint);
  return product !== undefined;
}

/** `UNIX Type: L8 Version: …` (RFC 959 4.1.3, RFC 943); nearly every server says UNIX. */
export function claimSystem(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
  const text = printable(bytes, start, end).trim();
  if (!SYSTEM_NAMES.test(text)) return;
  const version = /\bVersion: (.+)$/i.exec(text);
  const system = text.replace(/ *\bType:.*$/i, '').replace(/^"(.*)"$/, '$1');
  const value = system.replace(/_/g, ' ');
  claim(context, context.server, -1, 'operating-system', value, 'ftp SYST', Trust.hint);
  if (version !== null) claim(context, context.server, -1, 'application', version[1]!, 'ftp SYST', Trust.inferred);
}

/** What the client calls itself. */
export function claimClient(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
  claim(context, context.client, -1, 'application', printable(bytes, start, end), 'ftp CLNT', Trust.inferred);
}
