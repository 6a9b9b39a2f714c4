// Segments of files, gathered into transfers with a begin, pieces and an end (IEC 60870-5-101:2003, clause 6.11). Rare
// messages: plain code with objects, bounded.
import { CONTENT_UNSEEN, type Transfer } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';

/** More open transfers than this: the oldest ends, incomplete. */
const OPEN_TRANSFERS_MAX = 256;
/** A transfer nothing was added to for this long has ended. */
const IDLE_US = 60_000_000;

/** One file of one station, towards one side. */
export interface FilePlace {
  readonly client: number;
  readonly server: number;
  readonly unit: number;
  readonly address: number;
  readonly file: number;
  readonly isToServer: boolean;
}

interface OpenTransfer extends FilePlace {
  readonly id: string;
  readonly flow: number;
  lastUs: number;
  frame: number;
  size: number;
  /** -1 where it was not told. */
  announced: number;
  /** Nothing is missing so far. */
  isWhole: boolean;
  section: number;
  sectionStart: number;
  /** Length of the section that was told, -1 where it was not. */
  sectionSize: number;
  sectionSum: number;
  fileSum: number;
  /** Something was lost since the last segment. */
  isInterrupted: boolean;
  /** It is not known where what follows belongs, before the next section begins. */
  isAdrift: boolean;
  /** Where the frame of the last segment ended in the stream, -1: not known; the longest frame, and what it carries. */
  lastEnd: number;
  frameBytes: number;
  segmentBytes: number;
}

/** Where a frame stands in the stream, modulo 2 ** 32; `start` -1: not known. */
export interface FramePlace {
  readonly start: number;
  readonly size: number;
}

export class Transfers {
  readonly #protocol: string;
  readonly #open = new Map<string, OpenTransfer>();
  #begun = 0;

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  /** The file is ready, `size` bytes long. */
  ready(context: MessageContext, place: FilePlace, size: number): void {
    const key = keyOf(context.flow, place);
    this.#end(context, key, false);
    this.#begin(context, key, place, size, true);
  }

  /** A section of `size` bytes is ready: the same number again means that it comes once more. */
  section(context: MessageContext, place: FilePlace, section: number, size: number, frame: FramePlace): void {
    const transfer = this.#of(context, place);
    if (section === transfer.section) {
      transfer.size = transfer.sectionStart;
      transfer.fileSum = (transfer.fileSum - transfer.sectionSum) & 0xff;
    } else if (section !== transfer.section + 1) transfer.isWhole = false;
    this.#startSection(transfer, section);
    transfer.sectionSize = size;
    transfer.lastEnd = endOf(frame);
    transfer.isInterrupted = false;
  }

  piece(
    context: MessageContext,
    place: FilePlace,
    section: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    frame: FramePlace,
  ): void {
    const transfer = this.#of(context, place);
    if (section !== transfer.section) {
      if (section !== transfer.section + 1) transfer.isWhole = false;
      this.#startSection(transfer, section);
      // It is not known how much of the new section came before.
      if (transfer.isInterrupted) transfer.isAdrift = true;
    } else if (transfer.isInterrupted) skipLost(transfer, frame, end - start);
    transfer.isInterrupted = false;
    transfer.lastEnd = endOf(frame);
    if (end - start > transfer.segmentBytes) {
      transfer.segmentBytes = end - start;
      transfer.frameBytes = frame.size;
    }
    if (transfer.isAdrift) return;
    for (let at = start; at < end; at++) {
      transfer.sectionSum = (transfer.sectionSum + bytes[at]!) & 0xff;
      transfer.fileSum = (transfer.fileSum + bytes[at]!) & 0xff;
    }
    transfer.lastUs = context.timeUs;
    transfer.frame = context.frame;
    this.#hand(context, transfer, 'piece', transfer.size, bytes.slice(start, end), false);
    transfer.size += end - start;
  }

  /** Sum of what came of the current section or of the file, modulo 256; -1 where not all of it was seen. */
  sum(context: MessageContext, place: FilePlace, isFile: boolean): number {
    const transfer = this.#open.get(keyOf(context.flow, place));
    if (transfer?.isWhole !== true || transfer.isInterrupted) return -1;
    return isFile ? transfer.fileSum : transfer.sectionSum;
  }

  ended(context: MessageContext, place: FilePlace, isGood: boolean): void {
    this.#end(context, keyOf(context.flow, place), isGood);
  }

  /** Bytes of one direction were lost. */
  gap(flow: number): void {
    if (this.#open.size === 0) return;
    for (const transfer of this.#open.values()) if (transfer.flow === flow) transfer.isInterrupted = true;
  }

  closed(flow: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const [key, transfer] of this.#open) if (transfer.flow === flow) this.#end(context, key, false);
  }

  tick(timeUs: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const [key, transfer] of this.#open) if (timeUs - transfer.lastUs > IDLE_US) this.#end(context, key, false);
  }

  #startSection(transfer: OpenTransfer, section: number): void {
    const isNext = section === transfer.section + 1;
    // Of the section before something is missing: by its length it is known where this one begins.
    const { isAdrift, isInterrupted, sectionSize } = transfer;
    if (isNext && sectionSize >= 0 && transfer.size < transfer.sectionStart + sectionSize) {
      transfer.size = transfer.sectionStart + sectionSize;
      transfer.isWhole = false;
    } else if (isAdrift || isInterrupted || section > transfer.section + 1) transfer.isWhole = false;
    transfer.isAdrift = section > transfer.section + 1 || (isNext && sectionSize < 0 && (isAdrift || isInterrupted));
    transfer.section = section;
    transfer.sectionStart = transfer.size;
    transfer.sectionSize = -1;
    transfer.sectionSum = 0;
    transfer.lastEnd = -1;
  }

  #of(context: MessageContext, place: FilePlace): OpenTransfer {
    const key = keyOf(context.flow, place);
    return this.#open.get(key) ?? this.#begin(context, key, place, -1, false);
  }

  #begin(context: MessageContext, key: string, place: FilePlace, announced: number, isWhole: boolean): OpenTransfer {
    if (this.#open.size >= OPEN_TRANSFERS_MAX) {
      for (const oldest of this.#open.keys()) {
        this.#end(context, oldest, false);
        break;
      }
    }
    const { timeUs, frame, flow } = context;
    const transfer: OpenTransfer = {
      ...place,
      id: `${this.#protocol}-${++this.#begun}`,
      flow,
      lastUs: timeUs,
      frame,
      size: 0,
      announced,
      isWhole,
      section: 0,
      sectionStart: 0,
      sectionSize: -1,
      sectionSum: 0,
      fileSum: 0,
      isInterrupted: false,
      isAdrift: false,
      lastEnd: -1,
      frameBytes: 0,
      segmentBytes: 0,
    };
    this.#open.set(key, transfer);
    this.#hand(context, transfer, 'begun', -1, NO_BYTES, false);
    return transfer;
  }

  #end(context: MessageContext, key: string, isGood: boolean): void {
    const transfer = this.#open.get(key);
    if (transfer === undefined) return;
    this.#open.delete(key);
    const isComplete = isGood && transfer.isWhole && transfer.announced === transfer.size;
    this.#hand(context, transfer, 'ended', -1, NO_BYTES, isComplete);
  }

  #hand(
    context: MessageContext,
    transfer: OpenTransfer,
    phase: Transfer['phase'],
    offset: number,
    bytes: Uint8Array,
    isComplete: boolean,
  ): void {
    const { id, flow, client, server, unit, address, file, isToServer, size } = transfer;
    context.sink.transfer({
      fact: 'transfer',
      phase,
      timeUs: context.timeUs,
      // A tick has no frame, and another conversation's proves nothing: then it is the last one that carried something.
      frame: context.frame === 0 || context.flow !== flow ? transfer.frame : context.frame,
      flow,
      client,
      server,
      unit,
      protocol: this.#protocol,
      carrier: 'file transfer',
      direction: isToServer ? 'to-server' : 'to-client',
      transfer: id,
      name: `file ${file} of object ${address}`,
      offset,
      bytes,
      size: phase === 'ended' ? size : 0,
      isComplete,
      ...CONTENT_UNSEEN,
    });
  }
}

function endOf({ start, size }: FramePlace): number {
  return start < 0 ? -1 : (start + size) >>> 0;
}

/** The segments that were lost are as long as the longest; where their frames do not fill the loss, nobody knows. */
function skipLost(transfer: OpenTransfer, { start, size }: FramePlace, segment: number): void {
  const { lastEnd } = transfer;
  const frameBytes = Math.max(transfer.frameBytes, size);
  const segmentBytes = Math.max(transfer.segmentBytes, segment);
  const between = start < 0 || lastEnd < 0 ? -1 : (start - lastEnd) >>> 0;
  if (between === 0) return;
  transfer.isWhole = false;
  const segments = between / frameBytes;
  if (between > 0 && Number.isInteger(segments)) transfer.size += segments * segmentBytes;
  else transfer.isAdrift = true;
}

function keyOf(flow: number, { unit, address, file, isToServer }: FilePlace): string {
  return `${flow} ${unit} ${address} ${file} ${isToServer ? 1 : 0}`;
}

const NO_BYTES = new Uint8Array(0);
