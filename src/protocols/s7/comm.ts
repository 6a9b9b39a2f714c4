// S7comm on its transport: what its messages look like, and how transport selectors are to be read.
import { printable } from '../../bytes/text.ts';
import { IsoOnTcpDecoder, type UpperProtocol } from '../iso-on-tcp.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { Place, spaceOf } from './areas.ts';
import { fitsS7comm, speakerOf } from './message.ts';
import { S7Session } from './session.ts';

export function s7commDecoder(index: number, name: string): IsoOnTcpDecoder {
  return new IsoOnTcpDecoder({
    protocol: index,
    protocolName: name,
    connectionSpace: spaceOf(Place.connection),
    tsapName,
    upper: (pending) => upper(index, name, pending),
  });
}

function upper(index: number, name: string, pending: PendingOperations): UpperProtocol {
  const session = new S7Session(index, name, pending);
  return {
    fits: fitsS7comm,
    speaker: speakerOf,
    message: (bytes, start, end, context) => session.message(bytes, start, end, context),
    gap: (flow, fromClient) => session.gap(flow, fromClient),
    closed: (flow, context) => session.closed(flow, context),
    tick: (timeUs, context) => session.tick(timeUs, context),
  };
}

/** Kinds of connection in the first byte of a transport selector. */
const CONNECTION_TYPES: Readonly<Record<number, string>> = { 1: 'PG', 2: 'OP', 3: 'basic' };

/** A selector of two bytes is a kind of connection, then rack and slot; a longer one is text. */
export function tsapName(tsap: Uint8Array): string {
  const type = tsap.length === 2 ? CONNECTION_TYPES[tsap[0]!] : undefined;
  if (type !== undefined) return `${type} rack ${tsap[1]! >> 5} slot ${tsap[1]! & 31}`;
  const isText = tsap.length > 2 && tsap.every((byte) => byte >= 0x20 && byte < 0x7f);
  return isText ? printable(tsap, 0, tsap.length, 48) : Buffer.from(tsap).toString('hex');
}
