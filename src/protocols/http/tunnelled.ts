// Tells by the first bytes what passes in a tunnel that a web proxy has opened: TLS and HTTP are what it is for.
import { Start, startOf } from './head.ts';
import { isFirstSettings } from './http2-frames.ts';
import { ascii } from './messages.ts';
import { beginsWithWord } from './text-in-bytes.ts';

const SSH = ascii('ssh-');
const HANDSHAKE = 0x16;
/** So few bytes tell nothing. */
const BYTES_MIN = 4;

/** `SSH`, `no TLS`; empty for the ordinary, and where it cannot be told. A server that speaks first is none of TLS. */
export function contentOfTunnel(bytes: Uint8Array, start: number, end: number, fromClient: boolean): string {
  if (end - start < BYTES_MIN) return '';
  if (beginsWithWord(bytes, start, end, SSH)) return 'SSH';
  const isTls = bytes[start] === HANDSHAKE && bytes[start + 1] === 3;
  if (isTls || startOf(bytes, start, end) !== Start.no || isFirstSettings(bytes, start, end)) return '';
  return fromClient ? 'no TLS' : '';
}
