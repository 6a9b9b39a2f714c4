// Files of the File object, firmware through the flash update object and the parts of a program that are uploaded,
// gathered into transfers with a begin, pieces and an end. Rare messages: plain code with objects, bounded.
import type { MessageContext } from '../../facts/protocol.ts';
import { type CarriedTransfer, transferFact } from '../facts-of-messages.ts';

/** More open transfers than this: the oldest ends, incomplete. */
const OPEN_TRANSFERS_MAX = 256;
/** A transfer nothing was added to for this long has ended. */
const IDLE_US = 60_000_000;

/** What is transferred, and how: the same for all its pieces. */
export interface Carried {
  readonly carrier: string;
  readonly direction: 'to-server' | 'to-client';
  readonly name: string;
}

/** Whose transfer it is. */
export interface TransferParties {
  readonly client: number;
  readonly server: number;
  readonly unit: number;
}

interface OpenTransfer extends CarriedTransfer {
  lastUs: number;
  frame: number;
  size: number;
  isComplete: boolean;
  /** Where the next piece belongs. */
  next: number;
  hasGap: boolean;
  /** Something was lost: where a piece belongs has to be told with it. */
  isAdrift: boolean;
  /** Size told at the beginning, -1 where it was not. */
  announced: number;
}

export class Transfers {
  readonly #protocol: string;
  /** The oldest first. */
  readonly #open = new Set<OpenTransfer>();
  readonly #byFlow = new Map<number, OpenTransfer[]>();
  #begun = 0;

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  /** A transfer begins; one of the same kind that was open has ended. `announced`: bytes it will have, -1 unknown. */
  begin(context: MessageContext, parties: TransferParties, carried: Carried, announced: number): void {
    const before = this.#find(context.flow, parties.unit, carried);
    if (before !== undefined) this.#end(context, before, false);
    this.#beginNew(context, parties, carried).announced = announced;
  }

  /** Bytes at `offset` of the whole, -1 where the place is not told: right behind the last ones. */
  piece(
    context: MessageContext,
    parties: TransferParties,
    carried: Carried,
    offset: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    let transfer = this.#find(context.flow, parties.unit, carried);
    if (transfer === undefined) {
      transfer = this.#beginNew(context, parties, carried);
      // Its beginning was not seen.
      transfer.hasGap = offset !== 0;
      transfer.next = Math.max(0, offset);
    }
    if (offset < 0 && transfer.isAdrift) {
      transfer.hasGap = true;
      return;
    }
    const at = offset < 0 ? transfer.next : offset;
    // What is sent again is the same piece again.
    if (at < transfer.next) return;
    if (at > transfer.next) transfer.hasGap = true;
    const limit = transfer.announced < 0 ? end : Math.min(end, start + Math.max(0, transfer.announced - at));
    if (limit <= start) return;
    transfer.next = at + (limit - start);
    transfer.size += limit - start;
    transfer.lastUs = context.timeUs;
    transfer.frame = context.frame;
    context.sink.transfer(
      transferFact(transfer, this.#protocol, 'piece', context.timeUs, context.frame, at, bytes.subarray(start, limit)),
    );
    if (transfer.announced >= 0 && transfer.next >= transfer.announced) this.#end(context, transfer, true);
  }

  /** Bytes right behind the last ones; the first that come are the beginning. */
  continued(
    context: MessageContext,
    parties: TransferParties,
    carried: Carried,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const isBegun = this.#find(context.flow, parties.unit, carried) !== undefined;
    this.piece(context, parties, carried, isBegun ? -1 : 0, bytes, start, end);
  }

  /** The sender says that this was all. */
  end(context: MessageContext, parties: TransferParties, carried: Carried): void {
    const transfer = this.#find(context.flow, parties.unit, carried);
    if (transfer !== undefined) this.#end(context, transfer, true);
  }

  /** Bytes were lost: parts whose place is not told have none any more. */
  gap(flow: number): void {
    for (const transfer of this.#byFlow.get(flow) ?? []) transfer.isAdrift = true;
  }

  closed(flow: number, context: MessageContext): void {
    const open = this.#byFlow.get(flow);
    if (open === undefined) return;
    for (const transfer of [...open]) this.#end(context, transfer, false);
  }

  tick(timeUs: number, context: MessageContext): void {
    if (this.#open.size === 0) return;
    for (const transfer of this.#open) if (timeUs - transfer.lastUs > IDLE_US) this.#end(context, transfer, false);
  }

  #find(flow: number, unit: number, { carrier, direction, name }: Carried): OpenTransfer | undefined {
    const open = this.#byFlow.get(flow);
    if (open === undefined) return undefined;
    for (const transfer of open) {
      if (transfer.unit === unit && transfer.name === name && transfer.carrier === carrier) {
        if (transfer.direction === direction) return transfer;
      }
    }
    return undefined;
  }

  #beginNew(context: MessageContext, parties: TransferParties, carried: Carried): OpenTransfer {
    if (this.#open.size >= OPEN_TRANSFERS_MAX) {
      const oldest = this.#open.values().next();
      if (oldest.done !== true) this.#end(context, oldest.value, false);
    }
    const transfer: OpenTransfer = {
      id: `${this.#protocol}-${++this.#begun}`,
      flow: context.flow,
      client: parties.client,
      server: parties.server,
      unit: parties.unit,
      carrier: carried.carrier,
      direction: carried.direction,
      name: carried.name,
      lastUs: context.timeUs,
      frame: context.frame,
      size: 0,
      next: 0,
      isComplete: false,
      hasGap: false,
      isAdrift: false,
      announced: -1,
    };
    this.#open.add(transfer);
    const ofFlow = this.#byFlow.get(transfer.flow);
    if (ofFlow === undefined) this.#byFlow.set(transfer.flow, [transfer]);
    else ofFlow.push(transfer);
    context.sink.transfer(transferFact(transfer, this.#protocol, 'begun', context.timeUs, context.frame));
    return transfer;
  }

  #end(context: MessageContext, transfer: OpenTransfer, isEndSeen: boolean): void {
    this.#open.delete(transfer);
    const ofFlow = this.#byFlow.get(transfer.flow)!;
    if (ofFlow.length === 1) this.#byFlow.delete(transfer.flow);
    else ofFlow.splice(ofFlow.indexOf(transfer), 1);
    const timeUs = isEndSeen ? context.timeUs : transfer.lastUs;
    const frame = isEndSeen ? context.frame : transfer.frame;
    const isWhole = transfer.announced < 0 || transfer.announced === transfer.size;
    transfer.isComplete = isEndSeen && isWhole && !transfer.hasGap;
    context.sink.transfer(transferFact(transfer, this.#protocol, 'ended', timeUs, frame));
  }
}
