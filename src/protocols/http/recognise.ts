// Is this HTTP/1.x? By its start line, on any port; what asks for MQTT over WebSocket belongs to MQTT.
import { LATER_BYTES_MAX, Match } from '../../facts/protocol.ts';
import { Start, headEnd, methodOf, startOf } from './head.ts';
import { isFirstSettings } from './http2-frames.ts';
import { Method, ascii } from './messages.ts';
import { beginsWithWord, wordAt } from './text-in-bytes.ts';

/** `yes` for a start line; `later` while it is not whole, or while a head may still ask for MQTT. */
export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  const kind = startOf(bytes, start, end);
  if (kind === Start.no) return isFirstSettings(bytes, start, end) ? Match.yes : Match.no;
  if (kind === Start.cut) return end - start < LATER_BYTES_MAX ? Match.later : Match.no;
  if (!mayUpgrade(bytes, start, end, kind)) return Match.yes;
  const stop = headEnd(bytes, start, start, Math.min(end, start + LATER_BYTES_MAX));
  if (stop < 0) return end - start < LATER_BYTES_MAX ? Match.later : Match.yes;
  return asksForMqtt(bytes, start, stop) ? Match.no : Match.yes;
}

/** A WebSocket is asked for with GET and begins with status 101 (RFC 6455 4.1). */
function mayUpgrade(bytes: Uint8Array, start: number, end: number, kind: number): boolean {
  if (kind === Start.response) return bytes[start + 9] === 0x31 && bytes[start + 11] === 0x31;
  return end - start > 4 && methodOf(bytes, start, start + 3) === Method.get && bytes[start + 3] === 0x20;
}

const PROTOCOL = ascii('\nsec-websocket-protocol:');
const MQTT = ascii('mqtt');

function asksForMqtt(bytes: Uint8Array, start: number, end: number): boolean {
  const at = wordAt(bytes, start, end, PROTOCOL);
  if (at < 0) return false;
  for (let value = at + PROTOCOL.length; value < end && bytes[value] !== 0x0a; value++) {
    if (beginsWithWord(bytes, value, end, MQTT)) return true;
  }
  return false;
}
