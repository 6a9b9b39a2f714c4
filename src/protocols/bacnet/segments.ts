// Puts segmented requests and answers together again (5.4, 20.1.2.7): bounded in number and size, retried and swapped
// segments allowed for. Rare messages: plain code with objects.
import type { MessageContext } from '../../facts/protocol.ts';

/** More open messages than this: the oldest is given up. */
const OPEN_MAX = 64;
/** A message is not larger than this; a file is read in pieces. */
const MESSAGE_BYTES_MAX = 256 * 1024;
/** All open messages together. */
const KEPT_BYTES_MAX = 4 * 1024 * 1024;
/** Segments that may be kept before the one in front of them has come: the largest window (20.1.2.8). */
const AHEAD_MAX = 127;
const SEGMENTS_MAX = 1024;
/** A message to which nothing was added for so long is given up: four tries of the usual timeout. */
const IDLE_US = 20_000_000;

/** Who said it and how it is paired: kept, because a message may end without one of its own segments. */
export interface SegmentedMessage {
  readonly flow: number;
  readonly client: number;
  readonly server: number;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly fromClient: boolean;
  readonly isRequest: boolean;
  readonly invokeId: number;
  readonly service: number;
  readonly sourceUnit: number;
  readonly destinationUnit: number;
  /** Of the segment that came last. */
  timeUs: number;
  frame: number;
}

interface Open extends SegmentedMessage {
  readonly segments: (Uint8Array | undefined)[];
  /** How many of the first segments are there without a gap. */
  whole: number;
  /** How many there are in all, -1 before the last is seen. */
  total: number;
  size: number;
}

/** What a segment says of the message it belongs to. */
export interface Segment {
  readonly isRequest: boolean;
  readonly invokeId: number;
  readonly service: number;
  readonly sequence: number;
  readonly moreFollows: boolean;
  readonly sourceUnit: number;
  readonly destinationUnit: number;
}

/** Gets the parameters of a service; `isWhole` is false where the end or a piece is missing. */
export type WholeMessage = (message: SegmentedMessage, bytes: Uint8Array, isWhole: boolean) => void;

export class Segments {
  readonly #open: Open[] = [];
  readonly #deliver: WholeMessage;
  #keptBytes = 0;

  constructor(deliver: WholeMessage) {
    this.#deliver = deliver;
  }

  /** Takes in bytes[start..end), the segment's part of the parameters. False where there is no room for it. */
  add(context: MessageContext, segment: Segment, bytes: Uint8Array, start: number, end: number): boolean {
    let open = this.#find(context, segment);
    if (open !== undefined && segment.sequence === 0 && open.segments[0] !== undefined) {
      // The same beginning again is a retry, another one is a new message.
      if (!isEqual(open.segments[0], bytes, start, end)) {
        this.#giveUp(open);
        open = undefined;
      }
    }
    open ??= this.#begin(context, segment);
    open.timeUs = context.timeUs;
    open.frame = context.frame;
    const index = placeOf(open.whole, segment.sequence);
    if (index < 0 || index >= SEGMENTS_MAX || open.segments[index] !== undefined) return index < SEGMENTS_MAX;
    const size = end - start;
    if (open.size + size > MESSAGE_BYTES_MAX || this.#keptBytes + size > KEPT_BYTES_MAX) {
      this.#giveUp(open);
      return false;
    }
    while (open.segments.length <= index) open.segments.push(undefined);
    open.segments[index] = bytes.slice(start, end);
    open.size += size;
    this.#keptBytes += size;
    if (!segment.moreFollows) open.total = index + 1;
    while (open.segments[open.whole] !== undefined) open.whole++;
    if (open.whole === open.total) this.#giveUp(open);
    return true;
  }

  /** The conversation is over. */
  closed(flow: number): void {
    if (this.#open.length === 0) return;
    for (const open of this.#open.filter((one) => one.flow === flow)) this.#giveUp(open);
  }

  tick(timeUs: number): void {
    if (this.#open.length === 0) return;
    for (const open of this.#open.filter((one) => timeUs - one.timeUs > IDLE_US)) this.#giveUp(open);
  }

  #find(context: MessageContext, segment: Segment): Open | undefined {
    return this.#open.find(
      (open) =>
        open.flow === context.flow &&
        open.fromClient === context.fromClient &&
        open.isRequest === segment.isRequest &&
        open.invokeId === segment.invokeId &&
        open.sourceUnit === segment.sourceUnit &&
        open.destinationUnit === segment.destinationUnit,
    );
  }

  #begin(context: MessageContext, segment: Segment): Open {
    if (this.#open.length >= OPEN_MAX) this.#giveUp(this.#open[0]!);
    const { flow, client, server, clientPort, serverPort, fromClient, timeUs, frame } = context;
    const { isRequest, invokeId, service, sourceUnit, destinationUnit } = segment;
    const open: Open = {
      flow,
      client,
      server,
      clientPort,
      serverPort,
      fromClient,
      isRequest,
      invokeId,
      service,
      sourceUnit,
      destinationUnit,
      timeUs,
      frame,
      segments: [],
      whole: 0,
      total: -1,
      size: 0,
    };
    this.#open.push(open);
    return open;
  }

  /** Hands over what is there without a gap, and forgets it. */
  #giveUp(open: Open): void {
    this.#open.splice(this.#open.indexOf(open), 1);
    this.#keptBytes -= open.size;
    const pieces = open.segments.slice(0, open.whole) as Uint8Array[];
    const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    this.#deliver(open, bytes, open.whole === open.total);
  }
}

/** Sequence numbers count modulo 256; the place is the nearest one to where the message stands. -1: before its start. */
function placeOf(whole: number, sequence: number): number {
  const ahead = (sequence - whole) & 0xff;
  return ahead <= AHEAD_MAX ? whole + ahead : whole + ahead - 0x100;
}

function isEqual(piece: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (piece.length !== end - start) return false;
  for (let index = 0; index < piece.length; index++) if (piece[index] !== bytes[start + index]) return false;
  return true;
}
