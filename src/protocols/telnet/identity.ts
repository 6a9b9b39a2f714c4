// What a server shows before it asks for a user, and what a client tells of its terminal and its user.
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';

/** Systems that name themselves above the prompt. Anybody may write anything there: hints. */
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [
    /\b(?:Ubuntu|Debian GNU\/Linux|Raspbian GNU\/Linux|CentOS(?: Linux)?|Fedora|Red Hat[\w ]*?|openSUSE)(?: release)? [\d.]+(?: LTS)?/i,
    '',
  ],
  [/\b(?:Open|Net|Free)BSD(?:\/\w+)?/i, ''],
  [/\bKernel (\d[\w.+-]*)/i, 'Linux '],
  [/\bLinux (\d[\w.+-]*)/i, 'Linux '],
  [/\b(?:SunOS|VxWorks|QNX(?: Neutrino)?|AIX|HP-UX|RouterOS|OpenWrt|uClinux|Nucleus(?: RTOS)?)(?: [\d.]+\w*)?/i, ''],
  [/\bMicrosoft Telnet S\w+/i, 'Windows'],
  [/\bMikroTik v?[\d.]+/i, ''],
];

/** One line of what stands above the prompt. */
export function claimBanner(context: MessageContext, line: string): boolean {
  for (const [pattern, name] of SYSTEMS) {
    const found = pattern.exec(line);
    if (found === null) continue;
    const value = name === 'Windows' ? name : name + (found[1] ?? found[0]);
    claim(context, context.server, -1, 'operating-system', value, 'telnet banner', Trust.hint);
    const host = /^\S*BSD\/\w+ \(([\w.-]+)\)/.exec(line);
    if (host !== null) claim(context, context.server, -1, 'name', host[1]!, 'telnet banner', Trust.hint);
    return true;
  }
  return false;
}

/** `plc1 login:` (getty); `localhost` is nobody's name. */
export function claimPrompt(context: MessageContext, line: string): void {
  const found = /^([A-Za-z0-9][\w.-]{0,62}) login: ?$/.exec(line);
  if (found === null || /^(?:localhost|please|your|the|enter)\b/i.test(found[1]!)) return;
  claim(context, context.server, -1, 'name', found[1]!, 'telnet prompt', Trust.hint);
}
