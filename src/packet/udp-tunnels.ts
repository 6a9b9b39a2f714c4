// Datagrams that carry a packet between two hosts that are themselves of interest: told apart from others by what they
// hold, not by their port alone, and left to `decodeInner`, so that the datagram's own conversation is seen, too.

import { AYIYA_PORT, leaveAyiya } from './ayiya.ts';
import { GTP_PORT, leaveGtp } from './gtp.ts';
import type { Cursor } from './layers.ts';
import type { Packet } from './packet.ts';
import { TEREDO_PORT, leaveTeredo } from './teredo.ts';

/** No such datagram's payload has fewer bytes. */
export const CARRIED_SIZE_MIN = 28;

/** With the cursor at a payload of at least that size. */
export function leaveCarried(packet: Packet, cursor: Cursor): void {
  const { sourcePort, destinationPort } = packet;
  if (destinationPort === GTP_PORT || sourcePort === GTP_PORT) leaveGtp(packet, cursor);
  else if (destinationPort === AYIYA_PORT || sourcePort === AYIYA_PORT) leaveAyiya(packet, cursor);
  else if (packet.bytes[cursor.at]! >> 4 === 6 || destinationPort === TEREDO_PORT || sourcePort === TEREDO_PORT) {
    leaveTeredo(packet, cursor);
  }
}
