// Which conversations give a person or a program the run of a host: remote sessions by their protocol.
import type { Conversation } from '../facts/facts.ts';
import type { Protocol } from '../facts/protocol.ts';

/** By their names. */
export const REMOTE_PROTOCOLS: ReadonlySet<string> = new Set(['ssh', 'telnet', 'vnc', 'rdp']);
/** Windows Remote Management is HTTP on ports of its own. */
const WINRM_PORTS = new Set([5985, 5986]);

/** `ssh`, `winrm` …; empty: no remote session. */
export function remoteService(protocols: readonly Protocol[], conversation: Conversation): string {
  const { protocol, serverPort, transport } = conversation;
  const name = protocols[protocol]?.name ?? '';
  if (REMOTE_PROTOCOLS.has(name)) return name;
  const mayBeWinrm = transport === 'tcp' && (name === 'http' || name === 'tls');
  return mayBeWinrm && WINRM_PORTS.has(serverPort) ? 'winrm' : '';
}
