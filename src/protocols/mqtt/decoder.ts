// The running decoder: frames a conversation on TCP or in WebSocket frames, long packets in pieces, and hands packets on to
// the session.
import { u32be } from '../../bytes/endian.ts';
import {
  Match,
  NEED_MORE,
  NOT_THIS_PROTOCOL,
  Speaker,
  type MessageContext,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { violation } from '../facts-of-messages.ts';
import { type FlowState, Mode, type Side } from './flows.ts';
import {
  FURTHER_PIECE_BYTES,
  PIECE_BYTES,
  firstPieceSize,
  looksLikePackets,
  packetSize,
  speakerOfPackets,
} from './framing.ts';
import { MqttPacket } from './packet.ts';
import { parsePacket } from './parse.ts';
import { MqttSession, type PacketListener } from './session.ts';
import { FrameHeader, Opcode, headSize, isHeadStart, looksLikeHead, unmask } from './websocket.ts';

/** So much of a frame's payload is looked at to recognise it. */
const LOOKED_AT_BYTES = 4096;

export class MqttDecoder implements ProtocolDecoder {
  readonly #session: MqttSession;
  readonly #packet = new MqttPacket();
  readonly #header = new FrameHeader();
  readonly #looked = new Uint8Array(LOOKED_AT_BYTES);
  readonly #unmasked = new Uint8Array(PIECE_BYTES);
  readonly #listener: PacketListener | null;

  constructor(index: number, ports: readonly number[], listener: PacketListener | null = null) {
    this.#session = new MqttSession(index, ports);
    this.#listener = listener;
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    const packets = looksLikePackets(bytes, start, end);
    if (packets === Match.yes) return packets;
    const head = looksLikeHead(bytes, start, end);
    if (head !== Match.no) return head;
    const frames = this.#looksLikeFrame(bytes, start, end);
    return frames === Match.no ? packets : frames;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (end - start >= 4 && isHeadStart(bytes, start, end))
      return bytes[start] === 0x47 ? Speaker.client : Speaker.server;
    if (looksLikePackets(bytes, start, end) !== Match.no) return speakerOfPackets(bytes, start, end);
    if (this.#looksLikeFrame(bytes, start, end) === Match.no) return Speaker.unknown;
    // RFC 6455, clause 5.1: a client masks, a server does not.
    return bytes[start + 1]! >= 0x80 ? Speaker.client : Speaker.server;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const state = this.#session.states.of(context.flow);
    const side = state.sides[context.fromClient ? 0 : 1];
    if (state.mode === Mode.unknown) {
      const mode = this.#modeOf(bytes, start, end);
      if (mode === Mode.unknown) return NEED_MORE;
      state.mode = mode;
    }
    if (state.mode === Mode.webSocket) return this.#framePieceSize(side, bytes, start, end);
    const { place } = side;
    if (place.isLost) {
      const passed = place.passed(bytes, start, end);
      if (passed > 0) return passed;
    }
    const size = this.#pieceSize(side, bytes, start, end, state.version);
    if (size === NOT_THIS_PROTOCOL) place.forget();
    else if (size === NEED_MORE || start + size > end) place.waits(bytes, start, end, side.left > 0);
    return size;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const state = this.#session.states.of(context.flow);
    const side = state.sides[context.fromClient ? 0 : 1];
    if (state.mode === Mode.webSocket) this.#frame(state, side, bytes, start, end, context);
    else if (!side.place.read(start, end)) this.#piece(state, side, bytes, start, end, context);
  }

  gap(flow: number, fromClient: boolean): void {
    this.#session.gap(flow, fromClient);
  }

  resumes(flow: number, fromClient: boolean, _context: MessageContext, lostBytes: number): boolean {
    return this.#session.resumes(flow, fromClient, lostBytes);
  }

  closed(flow: number, context: MessageContext): void {
    this.#session.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#session.tick(timeUs, context);
  }

  /** Unknown only while the first bytes may be those of an HTTP head. */
  #modeOf(bytes: Uint8Array, start: number, end: number): number {
    if (isHeadStart(bytes, start, end)) return end - start < 4 ? Mode.unknown : Mode.webSocket;
    if (looksLikePackets(bytes, start, end) !== Match.no) return Mode.packets;
    return this.#looksLikeFrame(bytes, start, end) === Match.no ? Mode.packets : Mode.webSocket;
  }

  /** The first frame of a conversation joined in the middle: whole and binary, packets inside. */
  #looksLikeFrame(bytes: Uint8Array, start: number, end: number): number {
    const header = this.#header;
    const size = header.read(bytes, start, end);
    const isData = header.opcode === Opcode.binary && header.isFinal && header.reservedBits === 0;
    if (size <= 0 || !isData || header.payloadSize < 2) return Match.no;
    const from = start + size;
    const stop = Math.min(end, from + header.payloadSize, from + LOOKED_AT_BYTES);
    if (!header.isMasked) return looksLikePackets(bytes, from, stop);
    unmask(bytes, from, stop, u32be(bytes, header.maskAt), 0, this.#looked, 0);
    return looksLikePackets(this.#looked, 0, stop - from);
  }

  /** A packet, or a piece of a long one. */
  #pieceSize(side: Side, bytes: Uint8Array, start: number, end: number, version: number): number {
    if (side.left > 0) return Math.min(side.left, end - start, FURTHER_PIECE_BYTES);
    const size = packetSize(bytes, start, end);
    return size <= PIECE_BYTES ? size : firstPieceSize(bytes, start, end, version);
  }

  #piece(state: FlowState, side: Side, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (side.left > 0) {
      side.left = Math.max(0, side.left - (end - start));
      this.#session.more(context, side, bytes, start, end);
      this.#listener?.piece(bytes, start, end, side.left === 0, context);
      return;
    }
    const packet = this.#packet;
    parsePacket(bytes, start, end, state.version, packet);
    side.place.packetBegins(bytes, start, end, packet.size);
    if (packet.size > end - start) side.left = packet.size - (end - start);
    this.#session.packet(context, state, side, packet, bytes, start, end);
    this.#listener?.packet(packet, bytes, context, this.#session.topic);
  }

  /** An HTTP head, a WebSocket frame, or a piece of a long one. */
  #framePieceSize(side: Side, bytes: Uint8Array, start: number, end: number): number {
    if (side.frameLeft > 0) return Math.min(side.frameLeft, FURTHER_PIECE_BYTES);
    if (!side.isFramed && isHeadStart(bytes, start, end)) {
      return end - start < 4 ? NEED_MORE : headSize(bytes, start, end);
    }
    const size = this.#header.read(bytes, start, end);
    return size <= 0 ? size : Math.min(size + this.#header.payloadSize, PIECE_BYTES);
  }

  #frame(state: FlowState, side: Side, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (side.frameLeft > 0) {
      side.frameLeft = Math.max(0, side.frameLeft - (end - start));
      this.#frameBytes(state, side, bytes, start, end, context);
      return;
    }
    if (!side.isFramed && end - start >= 4 && isHeadStart(bytes, start, end)) {
      side.isFramed = true;
      return;
    }
    side.isFramed = true;
    const header = this.#header;
    const size = header.read(bytes, start, end);
    if (size <= 0) return;
    side.opcode = header.opcode;
    side.isMasked = header.isMasked;
    side.mask = header.isMasked ? u32be(bytes, header.maskAt) : 0;
    side.maskPhase = 0;
    side.frameLeft = Math.max(0, size + header.payloadSize - (end - start));
    this.#checkFrame(side, bytes, start, end, context);
    this.#frameBytes(state, side, bytes, start + size, end, context);
  }

  #checkFrame(side: Side, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const header = this.#header;
    if (header.reservedBits !== 0 && !side.isPacked) {
      side.isPacked = true;
      violation(context, 'mqtt', 'websocket-reserved-bits', `bits ${header.reservedBits}`, bytes, start, end);
    }
    // MQTT 5.0, clause 6: binary data frames only.
    if (header.opcode === Opcode.text) {
      violation(context, 'mqtt', 'websocket-not-binary', 'a text frame', bytes, start, end);
    }
    if (context.fromClient && !header.isMasked) {
      violation(
        context,
        'mqtt',
        'websocket-mask-missing',
        'a frame of the client without mask',
        bytes,
        start,
        end,
        start + 1,
      );
    }
  }

  /** Payload of a frame: control frames are stepped over, data goes on without its mask. */
  #frameBytes(
    state: FlowState,
    side: Side,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): void {
    if (side.opcode >= Opcode.close || side.isPacked || end <= start) return;
    if (!side.isMasked) {
      this.#inner(state, side, bytes, start, end, context);
      return;
    }
    unmask(bytes, start, end, side.mask, side.maskPhase, this.#unmasked, 0);
    side.maskPhase = (side.maskPhase + (end - start)) & 3;
    this.#inner(state, side, this.#unmasked, 0, end - start, context);
  }

  /** Bytes of the stream inside the frames: packets may be split over frames, and several may stand in one. */
  #inner(state: FlowState, side: Side, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (side.isLost) {
      if (looksLikePackets(bytes, start, end) === Match.no) return;
      side.isLost = false;
    }
    if (side.carryLength === 0) {
      const rest = this.#packets(state, side, bytes, start, end, context);
      if (rest < end) this.#keep(side, bytes, rest, end, context);
      return;
    }
    if (!this.#keep(side, bytes, start, end, context)) return;
    const { carry, carryLength } = side;
    const rest = this.#packets(state, side, carry, 0, carryLength, context);
    side.carryLength = carryLength - rest;
    if (side.carryLength > 0) carry.copyWithin(0, rest, carryLength);
    else this.#session.states.releaseCarry(side);
  }

  /** Reads as many packets as are whole; returns where the rest starts. */
  #packets(
    state: FlowState,
    side: Side,
    bytes: Uint8Array,
    start: number,
    end: number,
    context: MessageContext,
  ): number {
    let at = start;
    while (at < end) {
      const size = this.#pieceSize(side, bytes, at, end, state.version);
      if (size === NEED_MORE || at + size > end) return at;
      if (size === NOT_THIS_PROTOCOL) {
        side.isLost = true;
        violation(context, 'mqtt', 'packet-lost', 'no packet starts here', bytes, at, end);
        return end;
      }
      this.#piece(state, side, bytes, at, at + size, context);
      at += size;
    }
    return at;
  }

  /** Adds bytes to what waits for its rest; false where there is no room for them. */
  #keep(side: Side, bytes: Uint8Array, start: number, end: number, context: MessageContext): boolean {
    if (this.#session.states.keep(side, bytes, start, end)) return true;
    side.isLost = true;
    violation(context, 'mqtt', 'packet-lost', 'too many packets are incomplete', bytes, start, end);
    return false;
  }
}
