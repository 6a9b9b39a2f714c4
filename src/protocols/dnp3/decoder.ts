// The running decoder: takes a link frame apart, answers for the link layer itself, and hands whole application
// fragments to the session.
import { NEED_MORE, NOT_THIS_PROTOCOL, type MessageContext, type ProtocolDecoder } from '../../facts/protocol.ts';
import type { Association, Reassembly } from './associations.ts';
import {
  Address,
  HEADER_SIZE,
  LinkHeader,
  Primary,
  Secondary,
  USER_DATA_MAX,
  copyUserData,
  frameBytes,
  frameSizeAt,
  isBroadcast,
  isStart,
  looksLikeDnp3,
  speakerOf,
} from './link.ts';
import { LinkSession } from './link-session.ts';
import { Problems } from './problems.ts';
import { Dnp3Session } from './session.ts';
import { FRAGMENT_BYTES_USUAL, Segment, Transport } from './transport.ts';

export class Dnp3Decoder implements ProtocolDecoder {
  readonly #header = new LinkHeader();
  readonly #problems: Problems;
  readonly #session: Dnp3Session;
  readonly #links: LinkSession;
  readonly #transport = new Transport();
  readonly #userData = new Uint8Array(USER_DATA_MAX);
  readonly #copy = { damagedAt: -1 };

  constructor(index: number, name: string) {
    this.#problems = new Problems(name);
    this.#session = new Dnp3Session(index, name, this.#problems, (association) => {
      this.#transport.drop(association.fromMaster);
      this.#transport.drop(association.fromOutstation);
    });
    this.#links = new LinkSession(index);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLikeDnp3(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return speakerOf(bytes, start, end);
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    return frameSizeAt(bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#problems.clear();
    let at = start;
    while (at < end) {
      const size = frameSizeAt(bytes, at, end);
      // Only a datagram, or the cut end of a stream, holds less or more than one frame.
      const next = size === NEED_MORE || size === NOT_THIS_PROTOCOL ? end : Math.min(end, at + size);
      if (isStart(bytes, at, next) && next - at >= HEADER_SIZE) this.#frame(bytes, at, next, context);
      else this.#problems.add(context, 'bytes-between-frames', -1, bytes, at, next, at, next - at);
      at = next;
    }
  }

  gap(flow: number, fromClient: boolean): void {
    for (let one = this.#session.firstOf(flow); one !== null; one = one.next) {
      const isFromMaster = fromClient !== one.isReversed;
      this.#transport.lost(isFromMaster ? one.fromMaster : one.fromOutstation);
      if (isFromMaster) one.isSelectUnknown = true;
      else one.continued.nextSequence = -1;
    }
    this.#session.gap(flow);
    this.#links.gap(flow);
  }

  closed(flow: number, context: MessageContext): void {
    this.#links.closed(flow, context);
    this.#session.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#links.tick(timeUs, context);
    this.#session.tick(timeUs, context);
  }

  /** bytes[start..end) begins with the start octets and holds at least a header. */
  #frame(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const header = this.#header;
    header.read(bytes, start);
    const { isFromMaster, source, destination } = header;
    const unit = isFromMaster ? destination : source;
    if (!header.isCrcRight) {
      // Neither addresses nor length can be believed (clause 9.2.4).
      this.#problems.add(context, 'header-crc-wrong', -1, bytes, start, end, start + HEADER_SIZE - 2);
      return;
    }
    if (header.isTooShort) {
      this.#problems.add(context, 'link-length-too-short', unit, bytes, start, end, start + 2, header.length);
      return;
    }
    this.#checkAddresses(bytes, start, end, unit, context);
    const size = header.userDataSize;
    const frameSize = frameBytes(size);
    if (end - start < frameSize) {
      const there = end - start;
      this.#problems.add(context, 'frame-cut-short', unit, bytes, start, end, end, frameSize, there);
    }
    if (!header.isUserData) {
      this.#linkFunction(bytes, start, end, unit, context);
      return;
    }
    const copied = copyUserData(bytes, start, end, size, this.#userData, this.#copy);
    const association = this.#session.association(
      context.flow,
      isFromMaster ? source : destination,
      isFromMaster ? destination : source,
    );
    association.isReversed = isFromMaster !== context.fromClient;
    const reassembly = isFromMaster ? association.fromMaster : association.fromOutstation;
    if (copied < size) {
      // The receiver drops the frame, and with it what it belonged to.
      const { damagedAt } = this.#copy;
      if (end - start >= frameSize) {
        this.#problems.add(context, 'block-crc-wrong', unit, bytes, start, end, damagedAt);
      }
      this.#transport.lost(reassembly);
      return;
    }
    if (size === 0)
      this.#problems.add(context, 'transport-header-missing', unit, bytes, start, end, start + HEADER_SIZE);
    else this.#segment(reassembly, association, size, isFromMaster, context);
  }

  #segment(
    reassembly: Reassembly,
    association: Association,
    size: number,
    isFromMaster: boolean,
    context: MessageContext,
  ): void {
    const transport = this.#transport;
    const userData = this.#userData;
    const unit = association.outstation;
    const sequence = userData[0]! & 0x3f;
    const segment = transport.take(reassembly, userData, 0, size);
    if (transport.hasUnfinished) this.#problems.add(context, 'transport-unfinished', unit, userData, 0, size, 0);
    if (transport.isLong) {
      this.#problems.add(context, 'fragment-too-long', unit, userData, 0, size, 0, FRAGMENT_BYTES_USUAL);
    }
    switch (segment) {
      case Segment.whole:
        this.#session.fragment(transport.bytes, transport.start, transport.end, association, isFromMaster, context);
        return;
      case Segment.outOfSequence:
        this.#problems.add(context, 'transport-out-of-sequence', unit, userData, 0, size, 0, sequence);
        return;
      case Segment.firstMissing:
        this.#problems.add(context, 'transport-first-missing', unit, userData, 0, size, 0, sequence);
        return;
      default:
    }
  }

  #checkAddresses(bytes: Uint8Array, start: number, end: number, unit: number, context: MessageContext): void {
    const { source, destination, isFromMaster } = this.#header;
    if (source >= Address.reservedFirst) {
      this.#problems.add(context, 'source-address-reserved', unit, bytes, start, end, start + 6, source);
    }
    if (destination >= Address.reservedFirst && destination < Address.self) {
      this.#problems.add(context, 'destination-address-reserved', unit, bytes, start, end, start + 4, destination);
    }
    if (isBroadcast(destination) && !isFromMaster) {
      this.#problems.add(context, 'broadcast-by-outstation', unit, bytes, start, end, start + 4, destination);
    }
  }

  #linkFunction(bytes: Uint8Array, start: number, end: number, unit: number, context: MessageContext): void {
    const header = this.#header;
    const { function: code, userDataSize } = header;
    if (!(header.isPrimary ? isPrimaryAssigned(code) : isSecondaryAssigned(code))) {
      this.#problems.add(context, 'link-function-unassigned', unit, bytes, start, end, start + 3, code);
    } else if (userDataSize > 0) {
      const at = start + HEADER_SIZE;
      this.#problems.add(context, 'link-data-unexpected', unit, bytes, start, end, at, code, userDataSize);
    }
    this.#links.frame(header, context);
  }
}

function isPrimaryAssigned(code: number): boolean {
  return code <= Primary.unconfirmedUserData || code === Primary.requestLinkStatus;
}

function isSecondaryAssigned(code: number): boolean {
  return (
    code === Secondary.ack ||
    code === Secondary.nack ||
    code === Secondary.linkStatus ||
    code === Secondary.notFunctioning ||
    code === Secondary.notSupported
  );
}
