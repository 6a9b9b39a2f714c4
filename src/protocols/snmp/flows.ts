// What is remembered of a conversation over SNMP: logins whose outcome is awaited, and what was already told.
import type { FrameReference } from '../../facts/frame-reference.ts';

/** Conversations with a memory; more are decoded without logins and claims. */
const FLOWS_MAX = 16_384;
/** Marks of what was told, in one conversation; then it may be told again. */
const TOLD_MAX = 128;

export interface OpenLogin {
  readonly timeUs: number;
  readonly frame: FrameReference;
  readonly client: number;
  readonly server: number;
  readonly mark: number;
  /** Version 3: pairs it with its answer. */
  readonly messageId: number;
  readonly user: string;
  /** Community; overwritten when the outcome is told. Null in version 3. */
  readonly secret: Uint8Array | null;
  /** Version 3 with authentication: what a candidate is tested with. */
  readonly challenge: Challenge | null;
}

export interface Challenge {
  readonly engineId: Uint8Array;
  /** The whole message, authentication parameters zeroed. */
  readonly message: Uint8Array;
  readonly authentication: Uint8Array;
}

export interface FlowState {
  readonly open: OpenLogin[];
  readonly told: Set<number>;
  /** request-id of the last InformRequest: its answer is no operation of its own. */
  informId: number;
  /** Row of entPhysicalTable that is a chassis; -1 while none was seen. */
  chassis: number;
}

export class Flows {
  readonly #states = new Map<number, FlowState>();

  /** Undefined where there is no room. */
  of(flow: number): FlowState | undefined {
    let state = this.#states.get(flow);
    if (state === undefined && this.#states.size < FLOWS_MAX) {
      state = { open: [], told: new Set(), informId: Number.NaN, chassis: -1 };
      this.#states.set(flow, state);
    }
    return state;
  }

  known(flow: number): FlowState | undefined {
    return this.#states.get(flow);
  }

  forget(flow: number): void {
    this.#states.delete(flow);
  }
}

/** True the first time. */
export function tellOnce(state: FlowState, mark: number): boolean {
  if (state.told.has(mark)) return false;
  if (state.told.size >= TOLD_MAX) state.told.clear();
  state.told.add(mark);
  return true;
}

/** A mark of bytes and what they are (FNV-1a): says whether the same was seen before, and not what it was. */
export function markOf(kind: number, bytes: Uint8Array, start: number, end: number): number {
  let mark = 0x811c9dc5 ^ kind;
  for (let at = start; at < end; at++) mark = Math.imul(mark ^ bytes[at]!, 0x01000193);
  return mark;
}
