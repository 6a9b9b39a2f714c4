// The common packet format (volume 2, 2-6): a count, then items of type, length and data. One record, refilled for each.
import { i32le, u16le, u32le } from '../../bytes/endian.ts';

export const Item = {
  nullAddress: 0x0000,
  identity: 0x000c,
  legacyPccc: 0x0091,
  connectedAddress: 0x00a1,
  connectedData: 0x00b1,
  unconnectedData: 0x00b2,
  services: 0x0100,
  socketToTarget: 0x8000,
  socketToOriginator: 0x8001,
  sequencedAddress: 0x8002,
  unconnectedUdp: 0x8003,
} as const;

/** Four are the most that are specified for one message; a list of identities may have more. */
const ITEMS_MAX = 64;

export class Items {
  count = 0;
  /** Of the address item: connection id (32 bits taken as signed) and, for a sequenced one, its number. */
  connection = 0;
  hasConnection = false;
  sequence = -1;
  /** The first data item: its type, -1 without, and its bytes. */
  dataType = -1;
  dataStart = 0;
  dataEnd = 0;
  /** Offset of what does not fit, -1 where all does; `missing`: bytes that are not there. */
  problemAt = -1;
  missing = 0;

  /** Reads bytes[start..end), which begins with the count; returns where the items end. */
  read(bytes: Uint8Array, start: number, end: number): number {
    this.count = 0;
    this.connection = 0;
    this.hasConnection = false;
    this.sequence = -1;
    this.dataType = -1;
    this.dataStart = end;
    this.dataEnd = end;
    this.problemAt = -1;
    this.missing = 0;
    if (start + 2 > end) return this.#cut(start, 2, end);
    const count = Math.min(u16le(bytes, start), ITEMS_MAX);
    let at = start + 2;
    for (let index = 0; index < count; index++) {
      if (at + 4 > end) return this.#cut(at, 4, end);
      const type = u16le(bytes, at);
      const length = u16le(bytes, at + 2);
      const itemStart = at + 4;
      const itemEnd = itemStart + length;
      this.count++;
      this.#item(bytes, type, itemStart, Math.min(itemEnd, end));
      if (itemEnd > end) return this.#cut(at, length + 4, end);
      at = itemEnd;
    }
    return at;
  }

  #cut(at: number, size: number, end: number): number {
    this.problemAt = at;
    this.missing = at + size - end;
    return end;
  }

  #item(bytes: Uint8Array, type: number, start: number, end: number): void {
    const size = end - start;
    switch (type) {
      case Item.connectedAddress:
      case Item.sequencedAddress:
        if (size < 4) return;
        this.connection = i32le(bytes, start);
        this.hasConnection = true;
        if (type === Item.sequencedAddress && size >= 8) this.sequence = u32le(bytes, start + 4);
        return;
      case Item.connectedData:
      case Item.unconnectedData:
      case Item.unconnectedUdp:
      case Item.legacyPccc:
      case Item.identity:
      case Item.services:
        if (this.dataType >= 0) return;
        this.dataType = type;
        this.dataStart = start;
        this.dataEnd = end;
        return;
      default:
    }
  }
}
