// What is remembered of a conversation: who is the controlling station, the send and receive numbers of both sides
// (IEC 60870-5-104:2006, clause 5.1), whether data may flow. A bounded table in columns of numbers.
import type { Problems } from './problems.ts';

/** More conversations than this: the one that came first is forgotten, and starts anew as if joined in the middle. */
const FLOWS_MAX = 16_384;
/** Send and receive numbers have 15 bits. */
const NUMBERS = 0x8000;
const HALF = NUMBERS / 2;
/** Both sides' frames may be captured in another order than they were said: so long a wait is no accident. */
const AHEAD_US = 2_000_000;
const UNKNOWN = -1;

export const Roles = { undecided: 0, asConversation: 1, reversed: 2 } as const;
const DataState = { unknown: 0, started: 1, stopped: 2 } as const;

/** Columns of a row; those of the client's direction come first, the server's next to them. */
const At = {
  roles: 0,
  isDual: 1,
  data: 2,
  expected: 3,
  lastReceive: 5,
  ahead: 7,
  /** Bits of control functions that were asked and not yet confirmed, and of those that were ever confirmed. */
  asked: 9,
  confirmed: 11,
  gaps: 13,
  /** The last request to every station: its type, 0 for none. */
  broadcastType: 14,
} as const;
const STRIDE = 15;
/** Columns of times and frames. */
const TimeAt = { ahead: 0, broadcast: 2, broadcastFrame: 3 } as const;
const TIME_STRIDE = 4;

export class FlowStates {
  /** Time of the frame at hand, set by the caller: as an argument it would be an object on the heap. */
  timeUs = 0.5;
  readonly #rows = new Map<number, number>();
  #words = new Int32Array(STRIDE * 64);
  #times = new Float64Array(TIME_STRIDE * 64);
  readonly #free: number[] = [];
  #used = 0;
  #lastFlow = UNKNOWN;
  #lastRow = 0;

  /** The row of the conversation, which all other calls take; valid until the next one is asked for or closed. */
  row(flow: number): number {
    if (flow === this.#lastFlow) return this.#lastRow;
    const row = this.#rows.get(flow) ?? this.#insert(flow);
    this.#lastFlow = flow;
    this.#lastRow = row;
    return row;
  }

  delete(flow: number): void {
    const row = this.#rows.get(flow);
    if (row === undefined) return;
    this.#rows.delete(flow);
    this.#free.push(row);
    this.#lastFlow = UNKNOWN;
  }

  get size(): number {
    return this.#rows.size;
  }

  roles(row: number): number {
    return this.#words[row * STRIDE + At.roles]!;
  }

  setRoles(row: number, roles: number): void {
    this.#words[row * STRIDE + At.roles] = roles;
  }

  /** Both sides have started a data transfer of their own. */
  isDual(row: number): boolean {
    return this.#words[row * STRIDE + At.isDual] === 1;
  }

  setDual(row: number): void {
    this.#words[row * STRIDE + At.isDual] = 1;
  }

  /** Stretches that the capture does not hold, so far. */
  gaps(row: number): number {
    return this.#words[row * STRIDE + At.gaps]!;
  }

  /** Frames of a direction (0 client, 1 server) were lost: its numbers go on somewhere. */
  gap(row: number, direction: number): void {
    const at = row * STRIDE;
    const words = this.#words;
    words[at + At.gaps]!++;
    words[at + At.expected + direction] = UNKNOWN;
    words[at + At.lastReceive + direction] = UNKNOWN;
    words[at + At.ahead + 1 - direction] = UNKNOWN;
    words[at + At.data] = DataState.unknown;
    words[at + At.confirmed] = 0;
    words[at + At.confirmed + 1] = 0;
    words[at + At.asked] = 0;
    words[at + At.asked + 1] = 0;
  }

  /** The send number of an I frame; `at` is where it stands. */
  sent(row: number, direction: number, number: number, problems: Problems, at: number): void {
    const words = this.#words;
    const column = row * STRIDE + At.expected + direction;
    const expected = words[column]!;
    if (expected !== UNKNOWN && number !== expected) {
      const distance = (number - expected) & (NUMBERS - 1);
      if (distance < HALF) {
        problems.add('send-number-gap', `send number ${number}, expected ${expected}`, at);
      } else {
        problems.add('send-number-repeated', `send number ${number} again, expected ${expected}`, at);
      }
      // What the other side acknowledges is no longer known to be behind or ahead.
      words[row * STRIDE + At.ahead + 1 - direction] = UNKNOWN;
    }
    words[column] = (number + 1) & (NUMBERS - 1);
    this.#caughtUp(row, 1 - direction, problems, at);
  }

  /** The receive number of an I or S frame acknowledges what the other side has sent. */
  received(row: number, direction: number, number: number, problems: Problems, at: number): void {
    const words = this.#words;
    const base = row * STRIDE;
    const last = words[base + At.lastReceive + direction]!;
    if (last !== UNKNOWN && ((number - last) & (NUMBERS - 1)) >= HALF) {
      problems.add('receive-number-back', `receive number ${number} after ${last}`, at);
    }
    words[base + At.lastReceive + direction] = number;
    this.#caughtUp(row, direction, problems, at);
    const expected = words[base + At.expected + 1 - direction]!;
    if (expected === UNKNOWN || words[base + At.ahead + direction] !== UNKNOWN) return;
    const ahead = (number - expected) & (NUMBERS - 1);
    if (ahead === 0 || ahead >= HALF) return;
    words[base + At.ahead + direction] = number;
    this.#times[row * TIME_STRIDE + TimeAt.ahead + direction] = this.timeUs;
  }

  /** Was something acknowledged before it was sent, and still has not been sent? */
  #caughtUp(row: number, direction: number, problems: Problems, at: number): void {
    const words = this.#words;
    const base = row * STRIDE;
    const ahead = words[base + At.ahead + direction]!;
    if (ahead === UNKNOWN) return;
    const expected = words[base + At.expected + 1 - direction]!;
    if (expected === UNKNOWN || ((expected - ahead) & (NUMBERS - 1)) < HALF) {
      words[base + At.ahead + direction] = UNKNOWN;
      return;
    }
    if (this.timeUs - this.#times[row * TIME_STRIDE + TimeAt.ahead + direction]! < AHEAD_US) return;
    words[base + At.ahead + direction] = UNKNOWN;
    // Frames of the other side are missing without a gap in the stream: its numbers are taken from the next one.
    words[base + At.expected + 1 - direction] = UNKNOWN;
    problems.add('receive-number-ahead', `${ahead} acknowledged, ${expected} is the next to be sent`, at);
  }

  /** A control function was asked for; `bit` stands for it. */
  controlAsked(row: number, direction: number, bit: number): void {
    this.#words[row * STRIDE + At.asked + direction]! |= bit;
  }

  /** It was confirmed to `direction`. False: although it was not asked, on a conversation where that is known. */
  controlConfirmed(row: number, direction: number, bit: number): boolean {
    const words = this.#words;
    const asked = row * STRIDE + At.asked + direction;
    const confirmed = row * STRIDE + At.confirmed + direction;
    const wasAsked = (words[asked]! & bit) !== 0;
    const isKnown = (words[confirmed]! & bit) !== 0;
    words[asked]! &= ~bit;
    if (wasAsked) words[confirmed]! |= bit;
    return wasAsked || !isKnown;
  }

  dataStarts(row: number): void {
    this.#words[row * STRIDE + At.data] = DataState.started;
  }

  dataStops(row: number): void {
    this.#words[row * STRIDE + At.data] = DataState.stopped;
  }

  isStopped(row: number): boolean {
    return this.#words[row * STRIDE + At.data] === DataState.stopped;
  }

  /** A request to every station went out. */
  setBroadcast(row: number, type: number, timeUs: number, frame: number): void {
    this.#words[row * STRIDE + At.broadcastType] = type;
    this.#times[row * TIME_STRIDE + TimeAt.broadcast] = timeUs;
    this.#times[row * TIME_STRIDE + TimeAt.broadcastFrame] = frame;
  }

  broadcastType(row: number): number {
    return this.#words[row * STRIDE + At.broadcastType]!;
  }

  broadcastTimeUs(row: number): number {
    return this.#times[row * TIME_STRIDE + TimeAt.broadcast]!;
  }

  broadcastFrame(row: number): number {
    return this.#times[row * TIME_STRIDE + TimeAt.broadcastFrame]!;
  }

  #insert(flow: number): number {
    if (this.#rows.size >= FLOWS_MAX) {
      for (const oldest of this.#rows.keys()) {
        this.delete(oldest);
        break;
      }
    }
    const row = this.#free.pop() ?? this.#used++;
    if ((row + 1) * STRIDE > this.#words.length) {
      const words = new Int32Array(this.#words.length * 2);
      words.set(this.#words);
      this.#words = words;
      const times = new Float64Array(this.#times.length * 2);
      times.set(this.#times);
      this.#times = times;
    }
    const at = row * STRIDE;
    this.#words.fill(0, at, at + STRIDE);
    this.#words.fill(UNKNOWN, at + At.expected, at + At.asked);
    this.#times.fill(0, row * TIME_STRIDE, row * TIME_STRIDE + TIME_STRIDE);
    this.#rows.set(flow, row);
    return row;
  }
}
