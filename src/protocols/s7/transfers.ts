// Blocks and files on their way, with begin, pieces and end: one transfer of a kind at a time for each conversation and
// upload. Rare messages: plain code with objects, bounded.
import type { MessageContext } from '../../facts/protocol.ts';
import type { TransferDetail } from '../../facts/facts.ts';
import { type CarriedTransfer, transferFact } from '../facts-of-messages.ts';
import { BlockEnds } from './block-ends.ts';
import { PiecePlaces } from './piece-places.ts';

/** More open transfers than this: the oldest ends, incomplete. */
const OPEN_TRANSFERS_MAX = 256;
/** A transfer nothing was added to for this long has ended. */
const IDLE_US = 60_000_000;

interface OpenTransfer extends CarriedTransfer {
  readonly space: number;
  readonly first: number;
  lastUs: number;
  frame: number;
  size: number;
  /** Told at the beginning, or by the block's own header; -1 where it was not. */
  announced: number;
  isComplete: boolean;
  /** The beginning was not seen, or bytes of the conversation were lost since. */
  hasGap: boolean;
  readonly ends: BlockEnds;
  readonly places: PiecePlaces;
  details?: readonly TransferDetail[];
}

export interface TransferStart {
  /** Names the transfer within its conversation. */
  readonly key: string;
  readonly client: number;
  readonly server: number;
  readonly isDownload: boolean;
  readonly carrier: string;
  readonly name: string;
  /** The block as an operation names it. */
  readonly space: number;
  readonly first: number;
  /** Bytes told beforehand, -1 where they were not. */
  readonly announced: number;
  /** False: it was found under way. */
  readonly isFromStart: boolean;
}

export class Transfers {
  readonly #protocol: string;
  readonly #open = new Map<string, OpenTransfer>();
  #begun = 0;

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  /** Space, first and bytes so far of an open transfer. */
  find(
    flow: number,
    key: string,
  ): { readonly space: number; readonly first: number; readonly name: string; readonly size: number } | undefined {
    return this.#open.get(`${flow} ${key}`);
  }

  begin(context: MessageContext, start: TransferStart): void {
    const key = `${context.flow} ${start.key}`;
    this.#end(context, key, false);
    if (this.#open.size >= OPEN_TRANSFERS_MAX) {
      const oldest = this.#open.keys().next();
      if (oldest.done !== true) this.#end(context, oldest.value, false);
    }
    const transfer: OpenTransfer = {
      id: `${this.#protocol}-${++this.#begun}`,
      flow: context.flow,
      client: start.client,
      server: start.server,
      unit: -1,
      carrier: start.carrier,
      direction: start.isDownload ? 'to-server' : 'to-client',
      name: start.name,
      space: start.space,
      first: start.first,
      lastUs: context.timeUs,
      frame: context.frame,
      size: 0,
      announced: start.announced,
      isComplete: false,
      hasGap: !start.isFromStart,
      ends: new BlockEnds(),
      places: new PiecePlaces(start.isFromStart),
    };
    this.#open.set(key, transfer);
    context.sink.transfer(transferFact(transfer, this.#protocol, 'begun', context.timeUs, context.frame));
  }

  /** The key of the only transfer of this conversation and direction; null where there is none, or several. */
  only(flow: number, isDownload: boolean): string | null {
    const direction = isDownload ? 'to-server' : 'to-client';
    let only: string | null = null;
    for (const [key, transfer] of this.#open) {
      if (transfer.flow !== flow || transfer.direction !== direction) continue;
      if (only !== null) return null;
      only = key.slice(key.indexOf(' ') + 1);
    }
    return only;
  }

  /** The next bytes of a transfer that `begin` was called for; `reference`: of the job that carries them. */
  piece(context: MessageContext, key: string, bytes: Uint8Array, start: number, end: number, reference: number): void {
    const transfer = this.#open.get(`${context.flow} ${key}`);
    if (transfer === undefined) return;
    const { timeUs, frame } = context;
    transfer.lastUs = timeUs;
    transfer.frame = frame;
    transfer.size += end - start;
    transfer.ends.piece(bytes, start, end);
    const copy = bytes.slice(start, end);
    const offset = transfer.places.piece(copy, timeUs, frame, reference);
    if (offset >= 0)
      context.sink.transfer(transferFact(transfer, this.#protocol, 'piece', timeUs, frame, offset, copy));
  }

  /** The block's own header says how long it is. */
  announce(context: MessageContext, key: string, size: number): void {
    const transfer = this.#open.get(`${context.flow} ${key}`);
    if (transfer !== undefined) transfer.announced = size;
  }

  /** `isOk`: the end was reached and no error was told. */
  end(context: MessageContext, key: string, isOk: boolean): void {
    this.#end(context, `${context.flow} ${key}`, isOk);
  }

  /** Bytes of this conversation were lost: what is under way has a hole. */
  gap(flow: number): void {
    if (this.#open.size === 0) return;
    for (const transfer of this.#open.values()) {
      if (transfer.flow !== flow) continue;
      transfer.hasGap = true;
      transfer.places.hole();
    }
  }

  closed(flow: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const [key, transfer] of this.#open) if (transfer.flow === flow) this.#end(context, key, false);
  }

  tick(timeUs: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const [key, transfer] of this.#open) if (timeUs - transfer.lastUs > IDLE_US) this.#end(context, key, false);
  }

  #end(context: MessageContext, key: string, isOk: boolean): void {
    const transfer = this.#open.get(key);
    if (transfer === undefined) return;
    this.#open.delete(key);
    // As many bytes as were announced are all of them, whatever else of the conversation was lost.
    const isAll = transfer.announced < 0 ? !transfer.hasGap : transfer.announced === transfer.size;
    transfer.isComplete = isOk && isAll;
    const details = transfer.ends.details(transfer.isComplete);
    if (details.length > 0) transfer.details = details;
    this.#handHeld(context, transfer);
    const frame = isOk ? context.frame : transfer.frame;
    const timeUs = isOk ? context.timeUs : transfer.lastUs;
    context.sink.transfer(transferFact(transfer, this.#protocol, 'ended', timeUs, frame));
  }

  /** Pieces behind a hole, now that all is known of it; where they belong is not: they are as good as lost. */
  #handHeld(context: MessageContext, transfer: OpenTransfer): void {
    const { held } = transfer.places;
    const offsets = transfer.places.offsets(transfer.announced);
    for (const [index, { bytes, timeUs, frame }] of held.entries()) {
      if (offsets === null) transfer.size -= bytes.length;
      else {
        const at = offsets[index]!;
        context.sink.transfer(transferFact(transfer, this.#protocol, 'piece', timeUs, frame, at, bytes));
      }
    }
  }
}
