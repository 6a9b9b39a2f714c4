// The S7comm decoder: frames packets of ISO transport, puts their data units together, recognises S7comm by the message
// that the first of them holds.
import { Match, Speaker, type MessageContext, type ProtocolDecoder } from '../../facts/protocol.ts';
import { printable } from '../../bytes/text.ts';
import { Connections } from '../iso-on-tcp/connections.ts';
import { TsduReassembly } from '../iso-on-tcp/reassembly.ts';
import { Beginning, CotpHeader, StreamBeginning, Tpdu, firstTpdu, readCotp, tpktSize } from '../iso-on-tcp/tpkt.ts';
import { PendingOperations } from '../pending-operations.ts';
import { violation } from '../facts-of-messages.ts';
import { Place, spaceOf } from './areas.ts';
import { fitsS7comm, speakerOf } from './message.ts';
import { S7Session } from './session.ts';

/** Class 0 agrees on at most 8,192 bytes of a TPDU; RFC 1006 allows more, controllers do not use it. */
export const FRAME_BYTES_MAX = 16_384;
const MESSAGE_BYTES_MAX = 65_535;
const PENDING_MAX = 32_768;
const TIMEOUT_US = 10_000_000;

export class S7commDecoder implements ProtocolDecoder {
  readonly #name: string;
  readonly #pending = new PendingOperations(PENDING_MAX, TIMEOUT_US);
  readonly #connections: Connections;
  readonly #session: S7Session;
  readonly #reassembly = new TsduReassembly(MESSAGE_BYTES_MAX);
  readonly #beginning = new StreamBeginning();
  readonly #header = new CotpHeader();

  constructor(index: number, name: string) {
    this.#name = name;
    this.#connections = new Connections({
      protocol: index,
      protocolName: name,
      pending: this.#pending,
      space: spaceOf(Place.connection),
      tsapName,
    });
    this.#session = new S7Session(index, name, this.#pending);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    const beginning = this.#beginning;
    const found = beginning.read(bytes, start, end, FRAME_BYTES_MAX);
    if (found !== Beginning.data) return found === Beginning.undecided ? Match.later : Match.no;
    const { dataStart, isEnd } = beginning.header;
    const fit = fitsS7comm(bytes, dataStart, end, beginning.packetEnd, isEnd);
    return fit > 0 ? Match.yes : fit === 0 ? Match.later : Match.no;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    const type = firstTpdu(bytes, start, end);
    if (type === Tpdu.connectionRequest) return Speaker.client;
    if (type === Tpdu.connectionConfirm) return Speaker.server;
    const beginning = this.#beginning;
    if (beginning.read(bytes, start, end, FRAME_BYTES_MAX) !== Beginning.data) return Speaker.unknown;
    const said = speakerOf(bytes, beginning.header.dataStart, Math.min(end, beginning.packetEnd));
    return said > 0 ? Speaker.client : said < 0 ? Speaker.server : Speaker.unknown;
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    return tpktSize(bytes, start, end, FRAME_BYTES_MAX);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const header = this.#header;
    this.#connections.beforeMessage(context);
    if (!readCotp(bytes, start, end, header)) {
      violation(
        context,
        this.#name,
        'tpdu-header-wrong',
        'its length indicator cannot be',
        bytes,
        start,
        end,
        start + 4,
      );
      return;
    }
    if (header.type !== Tpdu.data) {
      this.#connections.message(bytes, start, end, header, context);
      return;
    }
    const { flow, fromClient } = context;
    if (header.isEnd && !this.#reassembly.isOpen(flow, fromClient)) {
      // Empty data units are sent to keep a connection alive.
      if (header.dataStart < end) this.#session.message(bytes, header.dataStart, end, context);
      return;
    }
    // Older tools put an empty data unit without the mark before each message.
    if (header.dataStart === end && !header.isEnd) return;
    const done = this.#reassembly.append(flow, fromClient, bytes, header.dataStart, end, header.isEnd);
    if (done === 'more') return;
    if (done === 'too-long') {
      const detail = `more than ${MESSAGE_BYTES_MAX} bytes`;
      violation(context, this.#name, 'message-too-long', detail, bytes, start, end, header.dataStart);
    }
    this.#session.message(this.#reassembly.buffer, 0, this.#reassembly.length, context);
  }

  gap(flow: number, fromClient: boolean): void {
    this.#reassembly.forget(flow, fromClient);
    this.#session.gap(flow);
    this.#pending.markGap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#reassembly.forget(flow, true);
    this.#reassembly.forget(flow, false);
    this.#connections.closed(flow, context);
    this.#pending.closed(flow, context);
    this.#session.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pending.tick(timeUs, context);
    this.#session.tick(timeUs, context);
  }
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
