// Puts the segments of a TCP conversation in order. A segment in its place is handed on as it is, nothing copied; one
// behind a hole, or one that answers bytes not yet seen, is held until what it waits for comes or is declared lost.
import { secretCopy } from '../bytes/secret.ts';
import { TcpFlag, type Packet } from '../packet/packet.ts';
import { Column, FlowFlag, FlowTable, GIVEN_UP } from './flow-table.ts';
import { HeldSegments, type HeldSegment } from './held-segments.ts';
import type { MessageReader } from './message-reader.ts';
import { StreamJumps } from './stream-jumps.ts';

/** A hole that the receiver has acknowledged was lost on the way to us: wait no longer than this for a late frame. */
const LOST_AFTER_PACKETS = 8;
const LOST_AFTER_US = 200_000;
/** A hole that nobody acknowledged is retransmitted by the sender. */
const RETRANSMITTED_WITHIN_US = 30e6;
/** A receiver that is heard says by then what it has. */
const ACKNOWLEDGED_WITHIN_US = 1e6;
/** So often in a row the other direction's bytes never came: the capture holds one direction only. */
const CAUSAL_MISSES_MAX = 4;
/** No window is larger: a jump beyond is another stream, or nonsense. */
const WINDOW_MAX = 1 << 24;
const ENDED = FlowFlag.endClient | FlowFlag.endServer;
/** Bytes held for all conversations together, with what a segment takes besides its own. */
const HELD_BYTES_IN_ALL_MAX = 64 << 20;
const HELD_SEGMENT_BYTES = 384;

export interface StreamEvents {
  /** `lostBytes`: -1 where it is unknown. */
  gap(row: number, fromClient: boolean, lostBytes: number): void;
  violation(row: number, fromClient: boolean, protocol: string, rule: string, detail: string): void;
}

export class StreamOrder {
  /** Segments that brought nothing new. */
  retransmitted = 0;
  /** Segments that had to be held. */
  held = 0;
  private heldBytes = 0;
  private readonly table: FlowTable;
  private readonly reader: MessageReader;
  private readonly events: StreamEvents;
  /** Rows that hold segments. */
  private readonly waiting = new Set<number>();
  private readonly jumps = new StreamJumps();
  private flippedRow = 0;
  /** Frame and time of the segment that `after` is told of: doubles, not handed over as arguments. */
  private lastFrame = 0.5;
  private lastTimeUs = 0.5;

  constructor(table: FlowTable, reader: MessageReader, events: StreamEvents) {
    this.table = table;
    this.reader = reader;
    this.events = events;
  }

  /** Roles of the row were swapped while one of its segments is being read. */
  hasFlipped(row: number): void {
    this.flippedRow = row;
    this.jumps.flip(row);
  }

  segment(row: number, base: number, fromClient: boolean, packet: Packet): void {
    const { words } = this.table;
    const { payloadStart, payloadEnd, payloadMissing, tcpFlags } = packet;
    const length = payloadEnd - payloadStart;
    const flags = words[base + Column.flags]!;
    const isFin = (tcpFlags & TcpFlag.fin) !== 0;
    const stream = words[base + Column.stream]! === 0 ? null : this.reader.stream(row);
    const heldSegments = stream === null ? null : stream.held;
    if (heldSegments === null && length === 0 && payloadMissing === 0 && !isFin) return;
    if (words[base + Column.protocol] === GIVEN_UP) return;
    if (length > 0 && words[base + Column.causalMisses] !== 0) this.isHeardAgain(words, base, fromClient);

    const nextAt = base + (fromClient ? Column.nextFromClient : Column.nextFromServer);
    if ((flags & (fromClient ? FlowFlag.syncClient : FlowFlag.syncServer)) === 0) {
      if (length === 0 && payloadMissing === 0) return;
      words[nextAt] = packet.tcpSequence;
      words[base + Column.flags]! |= fromClient ? FlowFlag.syncClient : FlowFlag.syncServer;
    }
    if (heldSegments === null) {
      const ahead = (packet.tcpSequence - words[nextAt]!) | 0;
      if (ahead === 0 && !this.isAnswerTooEarly(words, base, fromClient, tcpFlags, packet.tcpAcknowledgment)) {
        words[nextAt] = (packet.tcpSequence + length) | 0;
        this.flippedRow = 0;
        if (length > 0) {
          if ((flags & ENDED) !== 0)
            words[base + Column.flags]! &= ~(fromClient ? FlowFlag.endClient : FlowFlag.endServer);
          const { reader } = this;
          reader.frame = packet.frame;
          reader.timeUs = packet.timeUs;
          reader.acknowledgment = packet.tcpAcknowledgment;
          reader.streamBytes(row, fromClient, packet.bytes, payloadStart, payloadEnd);
        }
        if (payloadMissing > 0 || isFin) {
          this.lastFrame = packet.frame;
          this.lastTimeUs = packet.timeUs;
          this.after(row, base, fromClient, payloadMissing, isFin);
        }
        return;
      }
    }
    this.outOfPlace(row, base, fromClient, packet);
  }

  /** Something else than the next bytes in order: a retransmission, an overlap, a hole, or an answer before its question. */
  private outOfPlace(row: number, base: number, fromClient: boolean, packet: Packet): void {
    const { words } = this.table;
    const direction = fromClient ? 0 : 1;
    const nextAt = base + (fromClient ? Column.nextFromClient : Column.nextFromServer);
    const length = packet.payloadEnd - packet.payloadStart;
    const isFin = (packet.tcpFlags & TcpFlag.fin) !== 0;
    const ahead = (packet.tcpSequence - words[nextAt]!) | 0;
    const existing = this.reader.stream(row)?.held ?? null;
    if (ahead > WINDOW_MAX || ahead < -WINDOW_MAX) {
      // Another stream under the same ports (its SYN was not seen): start over.
      this.dropHeld(row);
      words[nextAt] = packet.tcpSequence;
      this.events.gap(row, fromClient, -1);
      this.segment(row, base, fromClient, packet);
      return;
    }
    const wholeLength = length + packet.payloadMissing;
    if (this.hasEndedFalsely(words, base, fromClient, ahead, length)) {
      this.segment(row, base, fromClient, packet);
      return;
    }
    if (ahead < 0 && ahead + wholeLength <= 0) {
      if (this.jumps.isTakenBack(row, fromClient, packet.tcpSequence, wholeLength, words[nextAt]!)) {
        words[nextAt] = packet.tcpSequence;
        this.segment(row, base, fromClient, packet);
        return;
      }
      if (wholeLength > 0) this.retransmitted++;
      if (existing !== null) this.drain(row, packet.timeUs, true);
      return;
    }
    if (wholeLength === 0 && !isFin) {
      if (existing !== null) {
        if ((packet.tcpFlags & TcpFlag.ack) !== 0) existing.acknowledge(direction, packet.tcpAcknowledgment);
        this.drain(row, packet.timeUs, true);
      }
      return;
    }
    const stream = this.reader.streamOrNew(row);
    let held = stream.held;
    if (held === null) {
      held = stream.held = new HeldSegments();
      held.sinceUs = packet.timeUs;
      this.waiting.add(row);
    }
    const hasAcknowledgment = (packet.tcpFlags & TcpFlag.ack) !== 0;
    if (hasAcknowledgment) held.acknowledge(direction, packet.tcpAcknowledgment);
    const contradicts = held.insert(direction, {
      sequence: packet.tcpSequence,
      acknowledgment: packet.tcpAcknowledgment,
      hasAcknowledgment,
      bytes: secretCopy(packet.bytes, packet.payloadStart, packet.payloadEnd),
      missing: packet.payloadMissing,
      isFin,
      frame: packet.frame,
      timeUs: packet.timeUs,
    });
    this.held++;
    this.heldBytes += length + HELD_SEGMENT_BYTES;
    if (contradicts)
      this.events.violation(row, fromClient, 'tcp', 'overlap-differs', 'overlapping segments carry different bytes');
    this.drain(row, packet.timeUs, true);
  }

  /** Held segments that waited long enough are read; a gap is declared before them. */
  tick(timeUs: number): void {
    for (const row of this.waiting) this.drain(row, timeUs, false);
  }

  /** The conversation ends: everything held is read, with gaps where something is missing. */
  closed(row: number): void {
    this.jumps.forget(row);
    const held = this.reader.stream(row)?.held;
    if (held === null || held === undefined) return;
    while (held.count > 0) {
      this.deliverReady(row, held);
      if (held.count > 0) this.force(row, held, Infinity);
    }
    this.release(row);
  }

  /** A direction that was missing speaks: losses now and then do not make a capture one-sided. */
  private isHeardAgain(words: Int32Array, base: number, fromClient: boolean): void {
    const misses = words[base + Column.causalMisses]!;
    if (fromClient ? misses > 0 : misses < 0) return;
    words[base + Column.causalMisses] = 0;
    words[base + Column.flags]! &= ~FlowFlag.oneSided;
  }

  /**
   * Bytes that reach beyond a FIN show that it was not of this stream (forged, or of an earlier connection on the same
   * ports): its number is given back to the byte that has it. A retransmission ends before it, a probe on it.
   */
  private hasEndedFalsely(
    words: Int32Array,
    base: number,
    fromClient: boolean,
    ahead: number,
    length: number,
  ): boolean {
    const flag = fromClient ? FlowFlag.endClient : FlowFlag.endServer;
    if (ahead >= 0 || ahead + length <= 0 || (words[base + Column.flags]! & flag) === 0) return false;
    words[base + Column.flags]! &= ~flag;
    const nextAt = base + (fromClient ? Column.nextFromClient : Column.nextFromServer);
    words[nextAt] = (words[nextAt]! - 1) | 0;
    return true;
  }

  private isAnswerTooEarly(
    words: Int32Array,
    base: number,
    fromClient: boolean,
    tcpFlags: number,
    acknowledgment: number,
  ): boolean {
    if ((tcpFlags & TcpFlag.ack) === 0) return false;
    const flags = words[base + Column.flags]!;
    if ((flags & (fromClient ? FlowFlag.syncServer : FlowFlag.syncClient)) === 0) return false;
    const other = words[base + (fromClient ? Column.nextFromServer : Column.nextFromClient)]!;
    const ahead = (acknowledgment - other) | 0;
    return ahead > 0 && ahead < WINDOW_MAX && (flags & FlowFlag.oneSided) === 0;
  }

  /** After the captured bytes of a segment: what the capture cut from it, and the number that a FIN takes. */
  private after(row: number, base: number, fromClient: boolean, missing: number, isFin: boolean): void {
    const isClient = this.flippedRow === row ? !fromClient : fromClient;
    this.flippedRow = 0;
    const at = base + (isClient ? Column.nextFromClient : Column.nextFromServer);
    const { words } = this.table;
    if (missing > 0) {
      words[at] = (words[at]! + missing) | 0;
      this.events.gap(row, isClient, missing);
    }
    if (!isFin) return;
    words[at] = (words[at]! + 1) | 0;
    words[base + Column.flags]! |= isClient ? FlowFlag.endClient : FlowFlag.endServer;
    this.reader.frame = this.lastFrame;
    this.reader.timeUs = this.lastTimeUs;
    this.reader.ended(row, isClient);
  }

  private drain(row: number, timeUs: number, isPacket: boolean): void {
    const held = this.reader.stream(row)?.held;
    if (held === null || held === undefined) {
      this.waiting.delete(row);
      return;
    }
    const before = held.count;
    this.deliverReady(row, held);
    if (held.count < before) {
      held.waitedPackets = 0;
      held.sinceUs = timeUs;
    } else if (isPacket) held.waitedPackets++;
    while (held.count > 0 && this.hasWaitedEnough(row, held, timeUs)) {
      this.force(row, held, timeUs);
      this.deliverReady(row, held);
      held.waitedPackets = 0;
      // What waits now has waited since it came, not since the hole before it was given up.
      held.sinceUs = Math.min(
        held.byDirection[0][0]?.timeUs ?? timeUs,
        held.byDirection[1][0]?.timeUs ?? timeUs,
        timeUs,
      );
    }
    if (held.count === 0) this.release(row);
  }

  /** Reads every held segment whose turn has come. */
  private deliverReady(row: number, held: HeldSegments): void {
    const base = row * FlowTable.stride;
    for (let isProgress = true; isProgress;) {
      isProgress = false;
      for (const direction of [0, 1] as const) {
        const first = held.byDirection[direction][0];
        if (first === undefined) continue;
        const { words } = this.table;
        const fromClient = direction === 0;
        const nextAt = base + (fromClient ? Column.nextFromClient : Column.nextFromServer);
        if (((first.sequence - words[nextAt]!) | 0) > 0) continue;
        if (
          first.hasAcknowledgment &&
          this.isAnswerTooEarly(words, base, fromClient, TcpFlag.ack, first.acknowledgment)
        )
          continue;
        // Only now that it is read: two segments that wait for each other would take a jump back for ever.
        const length = first.bytes.length + first.missing;
        if (this.jumps.isTakenBack(row, fromClient, first.sequence, length, words[nextAt]!))
          words[nextAt] = first.sequence;
        const ahead = (first.sequence - words[nextAt]!) | 0;
        held.takeFirst(direction);
        this.heldBytes -= first.bytes.length + HELD_SEGMENT_BYTES;
        this.deliver(row, base, fromClient, first, -ahead);
        isProgress = true;
        break;
      }
    }
  }

  private deliver(row: number, base: number, fromClient: boolean, segment: HeldSegment, already: number): void {
    const { words } = this.table;
    const nextAt = base + (fromClient ? Column.nextFromClient : Column.nextFromServer);
    const length = segment.bytes.length;
    const skip = already - (this.hasEndedFalsely(words, base, fromClient, -already, length) ? 1 : 0);
    this.flippedRow = 0;
    if (length > skip) {
      words[base + Column.flags]! &= ~(fromClient ? FlowFlag.endClient : FlowFlag.endServer);
      if (words[base + Column.causalMisses] !== 0) this.isHeardAgain(words, base, fromClient);
      words[nextAt] = (segment.sequence + length) | 0;
      this.reader.frame = segment.frame;
      this.reader.timeUs = segment.timeUs;
      this.reader.acknowledgment = segment.acknowledgment;
      this.reader.streamBytes(row, fromClient, segment.bytes, skip, length);
      segment.bytes.fill(0);
    } else if (length + segment.missing + (segment.isFin ? 1 : 0) <= skip) {
      segment.bytes.fill(0);
      this.retransmitted++;
      return;
    }
    if (segment.missing > 0 || segment.isFin) {
      this.lastFrame = segment.frame;
      this.lastTimeUs = segment.timeUs;
      this.after(row, base, fromClient, segment.missing, segment.isFin);
    }
  }

  private hasWaitedEnough(row: number, held: HeldSegments, timeUs: number): boolean {
    if (held.isOverLimit() || this.heldBytes > HELD_BYTES_IN_ALL_MAX) return true;
    const waitedUs = timeUs - held.sinceUs;
    if (waitedUs > RETRANSMITTED_WITHIN_US) return true;
    if (held.waitedPackets < LOST_AFTER_PACKETS && waitedUs < LOST_AFTER_US) return false;
    // Lost on the way to us, if its receiver has it; else the sender will send it again.
    const base = row * FlowTable.stride;
    const { words } = this.table;
    for (const direction of [0, 1] as const) {
      const first = held.byDirection[direction][0];
      if (first === undefined) continue;
      const next = words[base + (direction === 0 ? Column.nextFromClient : Column.nextFromServer)]!;
      const isHole = ((first.sequence - next) | 0) > 0;
      if (!isHole) return true;
      const other = direction === 0 ? 1 : 0;
      if (held.hasAcknowledged[other] && ((held.acknowledged[other] - next) | 0) > 0) return true;
    }
    return false;
  }

  /** Declares lost what the earliest held segment waits for. */
  private force(row: number, held: HeldSegments, timeUs: number): void {
    const base = row * FlowTable.stride;
    const { words } = this.table;
    const client = held.byDirection[0][0];
    const server = held.byDirection[1][0];
    const direction = server === undefined || (client !== undefined && client.frame <= server.frame) ? 0 : 1;
    const first = held.byDirection[direction][0]!;
    const fromClient = direction === 0;
    const nextAt = base + (fromClient ? Column.nextFromClient : Column.nextFromServer);
    if (this.isDenied(held, base, direction, timeUs)) {
      this.heldBytes -= held.dropLast(direction) + HELD_SEGMENT_BYTES;
      return;
    }
    if (first.hasAcknowledgment && this.isAnswerTooEarly(words, base, fromClient, TcpFlag.ack, first.acknowledgment)) {
      const otherAt = base + (fromClient ? Column.nextFromServer : Column.nextFromClient);
      const lostBytes = (first.acknowledgment - words[otherAt]!) | 0;
      this.jumps.note(row, !fromClient, words[otherAt]!, first.acknowledgment);
      words[otherAt] = first.acknowledgment;
      const misses = words[base + Column.causalMisses]!;
      const more = fromClient ? Math.max(0, misses) + 1 : Math.min(0, misses) - 1;
      words[base + Column.causalMisses] = more;
      // A direction of which segments wait here is not missing.
      const isSilent = (fromClient ? server : client) === undefined;
      if (Math.abs(more) >= CAUSAL_MISSES_MAX && isSilent) words[base + Column.flags]! |= FlowFlag.oneSided;
      this.events.gap(row, !fromClient, lostBytes);
    }
    const lostBytes = (first.sequence - words[nextAt]!) | 0;
    if (lostBytes > 0) {
      this.jumps.note(row, fromClient, words[nextAt]!, first.sequence);
      words[nextAt] = first.sequence;
      this.events.gap(row, fromClient, lostBytes);
    }
  }

  /**
   * Too much waits behind bytes that the receiver does not have either, or has had no time to say so: they are not lost on
   * the way to us, and what is furthest ahead may be forged so that we pass over what really follows.
   */
  private isDenied(held: HeldSegments, base: number, direction: 0 | 1, timeUs: number): boolean {
    if (!held.isOverLimit() && this.heldBytes <= HELD_BYTES_IN_ALL_MAX) return false;
    const { words } = this.table;
    const next = words[base + (direction === 0 ? Column.nextFromClient : Column.nextFromServer)]!;
    if (((held.byDirection[direction][0]!.sequence - next) | 0) <= 0) return false;
    const other = direction === 0 ? 1 : 0;
    if (held.hasAcknowledged[other]) return ((held.acknowledged[other] - next) | 0) <= 0;
    const flags = words[base + Column.flags]!;
    const isOtherHeard = (flags & (other === 0 ? FlowFlag.syncClient : FlowFlag.syncServer)) !== 0;
    return isOtherHeard && (flags & FlowFlag.oneSided) === 0 && timeUs - held.sinceUs < ACKNOWLEDGED_WITHIN_US;
  }

  private dropHeld(row: number): void {
    const stream = this.reader.stream(row);
    if (stream?.held === null || stream === null) return;
    this.heldBytes -= stream.held.bytes + stream.held.count * HELD_SEGMENT_BYTES;
    this.release(row);
  }

  private release(row: number): void {
    const stream = this.reader.stream(row);
    if (stream !== null) {
      stream.held = null;
      this.reader.releaseStreamIfIdle(row);
    }
    this.waiting.delete(row);
  }
}
