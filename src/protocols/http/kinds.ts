// Names the kinds of messages of HTTP: the method of a request, the status of a response (RFC 9110 9.3 and 15), and of HTTP/2
// the types of frames (RFC 9113 6).
import type { KindSink } from '../../facts/protocol.ts';
import { Start, startOf } from './head.ts';
import { METHODS } from './messages.ts';

const STATUSES = [
  ...[100, 101, 102, 103],
  ...[200, 201, 202, 203, 204, 205, 206, 207],
  ...[300, 301, 302, 303, 304, 305, 307, 308],
  ...[
    400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426, 429, 431,
  ],
  ...[500, 501, 502, 503, 504, 505, 511],
];

/** RFC 9113 6. */
const FRAMES = [
  ...['DATA', 'HEADERS', 'PRIORITY', 'RST_STREAM', 'SETTINGS', 'PUSH_PROMISE', 'PING', 'GOAWAY', 'WINDOW_UPDATE'],
  'CONTINUATION',
];

export const MESSAGE_KINDS: readonly string[] = [
  ...METHODS,
  ...STATUSES.map(statusKind),
  ...FRAMES.map((_, type) => frameKind(type)),
];

/** Of HTTP/2. */
export function frameKind(type: number): string {
  return `frame ${FRAMES[type] ?? `type ${type}`}`;
}

export function statusKind(status: number): string {
  return `status ${status}`;
}

/** bytes[start..end) is a head, from its first byte on. */
export function tellHead(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.min(end - start, 64)).toString('latin1');
  if (startOf(bytes, start, end) === Start.response) tell(statusKind(Number(text.slice(9, 12))));
  else tell(text.slice(0, text.indexOf(' ')));
}
