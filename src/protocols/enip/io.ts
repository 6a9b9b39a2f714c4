// Implicit I/O of EtherNet/IP on UDP 2222 (volume 2, 3-2): recognised, and its sequence numbers left alone. It is a
// conversation and nothing else: the data have no meaning without the configuration of both ends.
import { u16le } from '../../bytes/endian.ts';
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { violation } from '../facts-of-messages.ts';
import { Item } from './items.ts';

/** Count of items, then the sequenced address: type, length, connection, sequence; then the type and length of the data. */
const DATA_AT = 2 + 4 + 8 + 4;
export const IO_FRAME_BYTES_MAX = 65_507;

export const IO_KINDS: readonly string[] = ['connected data'];

export class EnipIoDecoder implements ProtocolDecoder {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    if (!isIo(bytes, start, end)) return Match.no;
    return start + DATA_AT + u16le(bytes, start + DATA_AT - 2) === end ? Match.yes : Match.no;
  }

  speaker(): number {
    return Speaker.unknown;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (isIo(bytes, start, end) && start + DATA_AT + u16le(bytes, start + DATA_AT - 2) <= end) return;
    const detail = `${end - start} bytes that are no address and data`;
    violation(context, this.#name, 'io-malformed', detail, bytes, start, end);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    if (isIo(bytes, start, end)) tell(IO_KINDS[0]!);
  }

  gap(): void {
    // Datagrams have no gaps.
  }

  closed(): void {
    // Nothing is kept.
  }

  tick(): void {
    // Nothing waits.
  }
}

function isIo(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    start + DATA_AT <= end &&
    u16le(bytes, start) === 2 &&
    u16le(bytes, start + 2) === Item.sequencedAddress &&
    u16le(bytes, start + 4) === 8 &&
    u16le(bytes, start + DATA_AT - 4) === Item.connectedData
  );
}
