// What is kept of a conversation from one packet to the next: one bounded table, the oldest conversation forgotten first.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { ConnectedClient } from './clients.ts';
import type { OpenTransfer } from './transfers.ts';
import type { SparkplugNode } from './sparkplug-nodes.ts';
import { StreamPlace } from './stream-place.ts';

/** Conversations of which something is known. */
const FLOWS_MAX = 65_536;
/** Topic aliases of one direction, and the bytes of a topic kept for one (MQTT 5.0, clause 3.3.2.3.4). */
const ALIASES_MAX = 1024;
const ALIAS_BYTES_MAX = 1024;
/** Of all conversations together: bytes of topics kept for aliases, and of packets that wait for their rest. */
const ALL_ALIAS_BYTES_MAX = 8 * 1024 * 1024;
const ALL_CARRY_BYTES_MAX = 64 * 1024 * 1024;
const CARRY_BYTES_MIN = 256;

/** Packets on TCP, or in WebSocket frames. */
export const Mode = { unknown: 0, packets: 1, webSocket: 2 } as const;

/** One direction of a conversation. */
export class Side {
  /** Bytes of the packet that is read in pieces which are still to come. */
  left = 0;
  /** Where those bytes go, null: nowhere. */
  transfer: OpenTransfer | null = null;
  /** Topics by alias, null while none was set. */
  aliases: Map<number, Uint8Array> | null = null;
  /** Bytes were lost: an alias that is not known may have been set in them. */
  hasGap = false;
  readonly place = new StreamPlace();

  /** WebSocket: the HTTP head is over. */
  isFramed = false;
  /** Frames have extension bits: what is in them is packed, and not read. */
  isPacked = false;
  frameLeft = 0;
  opcode = 0;
  isMasked = false;
  mask = 0;
  maskPhase = 0;
  /** Beginning of a packet that goes on in the next frame. */
  carry: Uint8Array = NO_BYTES;
  carryLength = 0;
  /** What came in the last frame was no packet. */
  isLost = false;
}

/** What is needed to tell a login once its outcome is known. */
export interface OpenLogin {
  readonly timeUs: number;
  readonly frame: number;
  readonly client: number;
  readonly server: number;
  readonly mechanism: string;
  readonly user: string;
  /** Forgotten when the login is told; null: nothing to test. */
  secret: Uint8Array | null;
}

export class FlowState {
  mode: number = Mode.unknown;
  version = 0;
  /** The side that the conversation takes for the server speaks as the client does. */
  isReversed = false;
  /** The beginning was seen: there was a CONNECT. */
  isConnected = false;
  isRefused = false;
  /** Packets of the client before a CONNECT. */
  packetsBefore = 0;
  clientId = '';
  keepAlive = 0;
  login: OpenLogin | null = null;
  /** The client as the broker knows it, while it is connected. */
  connected: ConnectedClient | null = null;
  /** The Sparkplug edge node that speaks here, and the bdSeq of the death that its CONNECT left; -1: none. */
  node: SparkplugNode | null = null;
  willBdSeq = -1;
  /** The device that announced itself here; `several`: it speaks for many. */
  announced = '';
  /** Announcements read so far. */
  announcements = 0;
  readonly sides: readonly [Side, Side] = [new Side(), new Side()];
}

export class FlowStates {
  readonly #states = new Map<number, FlowState>();
  #aliasBytes = 0;
  #carryBytes = 0;
  #lastFlow = -1;
  #last: FlowState | null = null;

  /** The state of the conversation, a new one where there was none. */
  of(flow: number): FlowState {
    if (flow === this.#lastFlow && this.#last !== null) return this.#last;
    let state = this.#states.get(flow);
    if (state === undefined) {
      forgetOldest(this.#states, FLOWS_MAX, (oldest) => this.delete(oldest));
      state = new FlowState();
      this.#states.set(flow, state);
    }
    this.#lastFlow = flow;
    this.#last = state;
    return state;
  }

  /** The state where there is one. */
  known(flow: number): FlowState | undefined {
    return this.#states.get(flow);
  }

  delete(flow: number): void {
    const state = this.#states.get(flow);
    if (state === undefined) return;
    for (const side of state.sides) {
      this.clearAliases(side);
      this.releaseCarry(side);
    }
    this.#states.delete(flow);
    if (flow === this.#lastFlow) this.#last = null;
  }

  /** A topic is to be known by its alias; not where there is no room for it. */
  setAlias(side: Side, alias: number, bytes: Uint8Array, start: number, end: number): void {
    side.aliases ??= new Map();
    const old = side.aliases.get(alias)?.length ?? -1;
    const size = Math.min(end - start, ALIAS_BYTES_MAX);
    const isFull = old < 0 && side.aliases.size >= ALIASES_MAX;
    if (isFull || this.#aliasBytes + size - Math.max(0, old) > ALL_ALIAS_BYTES_MAX) {
      this.#aliasBytes -= Math.max(0, old);
      side.aliases.delete(alias);
      side.hasGap = true;
      return;
    }
    this.#aliasBytes += size - Math.max(0, old);
    side.aliases.set(alias, bytes.slice(start, start + size));
  }

  clearAliases(side: Side): void {
    if (side.aliases !== null) for (const topic of side.aliases.values()) this.#aliasBytes -= topic.length;
    side.aliases = null;
    side.hasGap = false;
  }

  /** Adds bytes to what waits for its rest; false where there is no room: then nothing waits any more. */
  keep(side: Side, bytes: Uint8Array, start: number, end: number): boolean {
    const needed = side.carryLength + end - start;
    if (needed > side.carry.length) {
      const size = Math.max(CARRY_BYTES_MIN, 2 ** Math.ceil(Math.log2(needed)));
      if (this.#carryBytes + size - side.carry.length > ALL_CARRY_BYTES_MAX) {
        this.releaseCarry(side);
        return false;
      }
      const longer = new Uint8Array(size);
      longer.set(side.carry.subarray(0, side.carryLength));
      this.#carryBytes += size - side.carry.length;
      side.carry = longer;
    }
    side.carry.set(bytes.subarray(start, end), side.carryLength);
    side.carryLength = needed;
    return true;
  }

  releaseCarry(side: Side): void {
    this.#carryBytes -= side.carry.length;
    side.carry = NO_BYTES;
    side.carryLength = 0;
  }

  /** Bytes of this direction were lost; what is known of the packet that they are of may stay. */
  lose(side: Side, isPacketKept: boolean): void {
    this.releaseCarry(side);
    if (!isPacketKept) {
      side.left = 0;
      side.transfer = null;
    }
    side.frameLeft = 0;
    side.isLost = false;
    side.hasGap = true;
  }
}

const NO_BYTES = new Uint8Array(0);
