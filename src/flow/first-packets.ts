// Keeps the sizes, directions and gaps of the first 32 packets of a conversation in rows of typed arrays, and turns them
// into a trait of both ends, once.
import type { FactSink, Transport } from '../facts/facts.ts';

/** Packets of a conversation that are kept. */
export const FIRST_PACKETS = 32;
/** Sizes are kept in 15 bits, with the direction beside them. */
const SIZE_MAX = 0x7fff;
/** Rows at the start; doubled as needed, up to the conversations that are kept at once. */
const ROWS_AT_START = 4096;

/** What is told of a conversation besides its packets. */
export interface FirstPacketsOf {
  readonly timeUs: number;
  readonly frame: number;
  readonly client: number;
  readonly server: number;
  readonly transport: Transport;
  readonly serverPort: number;
  readonly packets: number;
  readonly clientIsA: boolean;
  readonly hasServerSpoken: boolean;
}

export class FirstPackets {
  /** Size × 2, plus 1 from end A of the key. */
  private sizes = new Uint16Array(ROWS_AT_START * FIRST_PACKETS);
  /** Power of ten of the gap before the packet, in microseconds. */
  private gaps = new Uint8Array(ROWS_AT_START * FIRST_PACKETS);
  private readonly sink: FactSink;

  constructor(sink: FactSink) {
    this.sink = sink;
  }

  /** The packet number `index` (0 to 31) of the conversation in `row`. */
  note(row: number, index: number, size: number, isFromA: boolean, gapUs: number): void {
    const at = row * FIRST_PACKETS + index;
    if (at >= this.sizes.length) this.grow(at);
    this.sizes[at] = ((size > SIZE_MAX ? SIZE_MAX : size) << 1) | (isFromA ? 1 : 0);
    this.gaps[at] = decade(gapUs);
  }

  /** `client tcp 443 c0.0 s0.4 c517.3 …`: role, transport, port of the server; sender, payload bytes, power of ten of the gap. */
  tell(row: number, of: FirstPacketsOf): void {
    const { timeUs, frame, client, server } = of;
    const start = row * FIRST_PACKETS;
    const count = Math.min(of.packets, FIRST_PACKETS);
    let text = `${of.transport} ${of.serverPort}`;
    for (let at = start; at < start + count; at++) {
      const size = this.sizes[at]!;
      text += `${((size & 1) === 1) === of.clientIsA ? ' c' : ' s'}${size >> 1}.${this.gaps[at]!}`;
    }
    const trait = 'first-packets';
    this.sink.trait({ fact: 'trait', timeUs, frame, host: client, trait, value: `client ${text}` });
    if (!of.hasServerSpoken) return;
    this.sink.trait({ fact: 'trait', timeUs, frame, host: server, trait, value: `server ${text}` });
  }

  /** Nothing more will be told: the memory is given back at once. */
  giveBack(): void {
    this.sizes.buffer.transfer(0);
    this.gaps.buffer.transfer(0);
  }

  private grow(at: number): void {
    let length = this.sizes.length;
    while (length <= at) length *= 2;
    const sizes = new Uint16Array(length);
    sizes.set(this.sizes);
    // Given back at once, not when garbage is collected next.
    this.sizes.buffer.transfer(0);
    this.sizes = sizes;
    const gaps = new Uint8Array(length);
    gaps.set(this.gaps);
    this.gaps.buffer.transfer(0);
    this.gaps = gaps;
  }
}

/** 0 below 10 µs, 1 below 100 µs … 9 from 1000 s on. */
function decade(gapUs: number): number {
  let power = 0;
  for (let rest = gapUs; rest >= 10 && power < 9; rest /= 10) power++;
  return power;
}
