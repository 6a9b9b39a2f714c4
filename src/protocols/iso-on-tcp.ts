// The decoder of a protocol that stands on ISO transport over TCP: frames packets, tells connections, puts data units
// together, and hands each whole one to the protocol above, which also says whether a stream is its own.
import { Match, Speaker, type MessageContext, type ProtocolDecoder } from '../facts/protocol.ts';
import { violation } from './facts-of-messages.ts';
import { PendingOperations } from './pending-operations.ts';
import { Connections } from './iso-connections.ts';
import { TsduReassembly } from './iso-reassembly.ts';
import { Beginning, CotpHeader, StreamBeginning, Tpdu, firstTpdu, readCotp, tpktSize } from './iso-packets.ts';

/** Class 0 agrees on at most 8,192 bytes of a TPDU; RFC 1006 allows more, which nobody was seen to use. */
export const FRAME_BYTES_MAX = 16_384;
const MESSAGE_BYTES_MAX = 65_535;
const PENDING_MAX = 32_768;
const TIMEOUT_US = 10_000_000;

/** Answers of `fits`; `malformed`: its header, with lengths that contradict it: enough on the usual port only. */
export const Fit = { no: -1, undecided: 0, yes: 1, malformed: 2 } as const;
const MATCHES: Readonly<Record<number, number>> = {
  [Fit.no]: Match.no,
  [Fit.undecided]: Match.later,
  [Fit.yes]: Match.yes,
  [Fit.malformed]: Match.maybe,
};

/** What a protocol above the transport does; all of it total, as ProtocolDecoder asks. */
export interface UpperProtocol {
  /**
   * Is what begins at `at` this protocol's? See Fit; only the bytes up to `end` are there. `dataEnd`: where the data unit
   * ends (it may lie behind `end`); `isEnd`: it is the last of its message.
   */
  fits(bytes: Uint8Array, at: number, end: number, dataEnd: number, isEnd: boolean): number;
  /** Who would say this? 1 the client, -1 the server, 0 not to be told. */
  speaker(bytes: Uint8Array, at: number, end: number): number;
  message(bytes: Uint8Array, start: number, end: number, context: MessageContext): void;
  gap(flow: number, fromClient: boolean): void;
  closed(flow: number, context: MessageContext): void;
  tick(timeUs: number, context: MessageContext): void;
}

export interface IsoOnTcpOptions {
  readonly protocol: number;
  readonly protocolName: string;
  /** Space of connections, named by the transport selector they are made to. */
  readonly connectionSpace: number;
  readonly tsapName: (tsap: Uint8Array) => string;
  upper(pending: PendingOperations): UpperProtocol;
}

export class IsoOnTcpDecoder implements ProtocolDecoder {
  readonly #name: string;
  readonly #pending = new PendingOperations(PENDING_MAX, TIMEOUT_US);
  readonly #connections: Connections;
  readonly #upper: UpperProtocol;
  readonly #reassembly = new TsduReassembly(MESSAGE_BYTES_MAX);
  readonly #beginning = new StreamBeginning();
  readonly #header = new CotpHeader();

  constructor(options: IsoOnTcpOptions) {
    const { protocol, protocolName, connectionSpace, tsapName } = options;
    this.#name = protocolName;
    this.#connections = new Connections({
      protocol,
      protocolName,
      pending: this.#pending,
      space: connectionSpace,
      tsapName,
    });
    this.#upper = options.upper(this.#pending);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    const beginning = this.#beginning;
    const found = beginning.read(bytes, start, end, FRAME_BYTES_MAX);
    if (found !== Beginning.data) return found === Beginning.undecided ? Match.later : Match.no;
    const { dataStart, isEnd } = beginning.header;
    const fit = this.#upper.fits(bytes, dataStart, end, beginning.packetEnd, isEnd);
    return MATCHES[fit] ?? Match.no;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    const type = firstTpdu(bytes, start, end);
    if (type === Tpdu.connectionRequest) return Speaker.client;
    if (type === Tpdu.connectionConfirm) return Speaker.server;
    const beginning = this.#beginning;
    if (beginning.read(bytes, start, end, FRAME_BYTES_MAX) !== Beginning.data) return Speaker.unknown;
    const said = this.#upper.speaker(bytes, beginning.header.dataStart, Math.min(end, beginning.packetEnd));
    return said > 0 ? Speaker.client : said < 0 ? Speaker.server : Speaker.unknown;
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    return tpktSize(bytes, start, end, FRAME_BYTES_MAX);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const header = this.#header;
    this.#connections.beforeMessage(context);
    if (!readCotp(bytes, start, end, header)) {
      this.#violation(context, 'tpdu-header-wrong', 'its length indicator cannot be', bytes, start, end, start + 4);
      return;
    }
    if (header.type !== Tpdu.data) {
      this.#connections.message(bytes, start, end, header, context);
      return;
    }
    const { flow, fromClient } = context;
    if (header.isEnd && !this.#reassembly.isOpen(flow, fromClient)) {
      // Empty data units keep a connection alive.
      if (header.dataStart < end) this.#upper.message(bytes, header.dataStart, end, context);
      return;
    }
    // Some tools put an empty data unit without the mark before each message, as an acknowledgement.
    if (header.dataStart === end && !header.isEnd) return;
    const done = this.#reassembly.append(flow, fromClient, bytes, header.dataStart, end, header.isEnd);
    if (done === 'more') return;
    if (done === 'too-long') {
      const detail = `more than ${MESSAGE_BYTES_MAX} bytes`;
      this.#violation(context, 'message-too-long', detail, bytes, start, end, header.dataStart);
    }
    this.#upper.message(this.#reassembly.buffer, 0, this.#reassembly.length, context);
  }

  gap(flow: number, fromClient: boolean): void {
    this.#reassembly.forget(flow, fromClient);
    this.#upper.gap(flow, fromClient);
    this.#pending.markGap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#reassembly.forget(flow, true);
    this.#reassembly.forget(flow, false);
    this.#connections.closed(flow, context);
    this.#pending.closed(flow, context);
    this.#upper.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pending.tick(timeUs, context);
    this.#upper.tick(timeUs, context);
  }

  #violation(
    context: MessageContext,
    rule: string,
    detail: string,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: number,
  ): void {
    violation(context, this.#name, rule, detail, bytes, start, end, at);
  }
}
