// S7comm-plus on its transport.
import { IsoOnTcpDecoder, type UpperProtocol } from '../iso-on-tcp.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { tsapName } from './comm.ts';
import { PlusSpace } from './plus-codes.ts';
import { fitsPlus, plusSpeaker } from './plus-message.ts';
import { PlusSession } from './plus-session.ts';

export function s7commPlusDecoder(index: number, name: string): IsoOnTcpDecoder {
  return new IsoOnTcpDecoder({
    protocol: index,
    protocolName: name,
    connectionSpace: PlusSpace.connection,
    tsapName,
    upper: (pending) => upper(index, name, pending),
  });
}

function upper(index: number, name: string, pending: PendingOperations): UpperProtocol {
  const session = new PlusSession(index, name, pending);
  return {
    fits: fitsPlus,
    speaker: plusSpeaker,
    message: (bytes, start, end, context) => session.message(bytes, start, end, context),
    gap: (flow, fromClient) => session.gap(flow, fromClient),
    closed: (flow) => session.closed(flow),
    tick: () => undefined,
  };
}
