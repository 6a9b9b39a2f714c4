// Bodies that come in blocks (RFC 7959), and firmware in one message: each a transfer of its own, by conversation, direction
// and Uri-Path. Rare messages: plain objects, bounded.
import { showable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { transferFact, type CarriedTransfer } from '../facts-of-messages.ts';

/** More open transfers than this: the oldest ends, incomplete. */
const OPEN_MAX = 256;
const IDLE_US = 60_000_000;

interface OpenTransfer extends CarriedTransfer {
  size: number;
  isComplete: boolean;
  lastUs: number;
  frame: number;
  /** Where the next block begins if none is missing. */
  next: number;
}

export class Transfers {
  readonly #open = new Map<string, OpenTransfer>();
  #begun = 0;

  /** A block was seen: `block` is the option's number (clause 2.2), -1 where the body is in one piece. */
  piece(
    context: MessageContext,
    parties: Pick<MessageContext, 'client' | 'server'>,
    direction: CarriedTransfer['direction'],
    name: string,
    block: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const exponent = block < 0 ? 0 : block & 7;
    if (exponent === 7) return;
    const offset = block < 0 ? 0 : Math.floor(block / 16) * 2 ** (exponent + 4);
    const isLast = block < 0 || (block & 8) === 0;
    const key = `${context.flow} ${direction} ${parties.client} ${name}`;
    let transfer = this.#open.get(key);
    if (transfer !== undefined && offset === 0 && transfer.next > 0) {
      this.#end(key, transfer, context, false);
      transfer = undefined;
    }
    // A block that was sent again.
    if (transfer !== undefined && offset < transfer.next) return;
    transfer ??= this.#begin(context, parties, direction, key, name);
    if (offset !== transfer.next) transfer.isComplete = false;
    transfer.next = offset + end - start;
    transfer.size += end - start;
    transfer.lastUs = context.timeUs;
    transfer.frame = context.frame;
    const piece = bytes.subarray(start, end);
    context.sink.transfer(transferFact(transfer, 'coap', 'piece', context.timeUs, context.frame, offset, piece));
    if (isLast) this.#end(key, transfer, context, true);
  }

  closed(flow: number, context: MessageContext): void {
    for (const [key, transfer] of this.#open) if (transfer.flow === flow) this.#end(key, transfer, context, false);
  }

  tick(timeUs: number, context: MessageContext): void {
    for (const [key, transfer] of this.#open) {
      if (timeUs - transfer.lastUs >= IDLE_US) this.#end(key, transfer, context, false);
    }
  }

  #begin(
    context: MessageContext,
    parties: Pick<MessageContext, 'client' | 'server'>,
    direction: CarriedTransfer['direction'],
    key: string,
    name: string,
  ): OpenTransfer {
    if (this.#open.size >= OPEN_MAX) {
      for (const [oldKey, oldest] of this.#open) {
        this.#end(oldKey, oldest, context, false);
        break;
      }
    }
    const transfer: OpenTransfer = {
      id: `coap ${++this.#begun}`,
      flow: context.flow,
      client: parties.client,
      server: parties.server,
      unit: -1,
      carrier: 'CoAP block-wise',
      direction,
      name: showable(name),
      size: 0,
      isComplete: true,
      lastUs: context.timeUs,
      frame: context.frame,
      next: 0,
    };
    this.#open.set(key, transfer);
    context.sink.transfer(transferFact(transfer, 'coap', 'begun', context.timeUs, context.frame));
    return transfer;
  }

  #end(key: string, transfer: OpenTransfer, context: MessageContext, isWhole: boolean): void {
    this.#open.delete(key);
    if (!isWhole) transfer.isComplete = false;
    context.sink.transfer(transferFact(transfer, 'coap', 'ended', transfer.lastUs, transfer.frame));
  }
}
