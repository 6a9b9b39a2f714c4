// The header of an application message (20.1), into one record of numbers. No state.
import { Pdu, type Rule } from './messages.ts';

const Flag = { segmented: 0x08, moreFollows: 0x04, fromServer: 0x01 } as const;

/** One record, refilled for each message. */
export class ApduHeader {
  type = -1;
  isSegmented = false;
  moreFollows = false;
  /** Segment-ACK and Abort: the server says it. */
  isFromServer = false;
  invokeId = 0;
  sequence = 0;
  /** Service choice; -1 where the type has none. */
  service = -1;
  /** Reason of a Reject or an Abort. */
  reason = 0;
  /** Where the parameters of the service begin. */
  start = 0;
  rule: Rule | '' = '';

  /** False where the header is not whole or its type is reserved: see `rule`. */
  parse(bytes: Uint8Array, start: number, end: number): boolean {
    this.rule = '';
    this.isSegmented = this.moreFollows = this.isFromServer = false;
    this.invokeId = this.sequence = this.reason = 0;
    this.service = -1;
    this.start = start;
    this.type = -1;
    if (start >= end) {
      this.rule = 'apdu-cut-short';
      return false;
    }
    const first = bytes[start]!;
    this.type = first >> 4;
    if (this.type > Pdu.abort) {
      this.rule = 'apdu-type-reserved';
      return false;
    }
    const isWhole = this.#fields(bytes, start, end, first);
    if (!isWhole) this.rule = 'apdu-cut-short';
    return isWhole;
  }

  #fields(bytes: Uint8Array, start: number, end: number, first: number): boolean {
    switch (this.type) {
      case Pdu.confirmedRequest:
        return this.#segmentable(bytes, start + 2, end, first);
      case Pdu.complexAck:
        return this.#segmentable(bytes, start + 1, end, first);
      case Pdu.unconfirmedRequest:
        if (end - start < 2) return false;
        this.service = bytes[start + 1]!;
        this.start = start + 2;
        return true;
      case Pdu.segmentAck:
        this.isFromServer = (first & Flag.fromServer) !== 0;
        if (end - start < 4) return false;
        this.invokeId = bytes[start + 1]!;
        this.sequence = bytes[start + 2]!;
        this.start = start + 4;
        return true;
      default:
        return this.#short(bytes, start, end, first);
    }
  }

  /** Confirmed-Request and Complex-ACK from the invoke id on. */
  #segmentable(bytes: Uint8Array, at: number, end: number, first: number): boolean {
    this.isSegmented = (first & Flag.segmented) !== 0;
    this.moreFollows = this.isSegmented && (first & Flag.moreFollows) !== 0;
    const size = this.isSegmented ? 4 : 2;
    if (at + size > end) return false;
    this.invokeId = bytes[at]!;
    if (this.isSegmented) this.sequence = bytes[at + 1]!;
    this.service = bytes[at + size - 1]!;
    this.start = at + size;
    return true;
  }

  /** Simple-ACK and Error: invoke id, service. Reject and Abort: invoke id, reason. */
  #short(bytes: Uint8Array, start: number, end: number, first: number): boolean {
    if (end - start < 3) return false;
    this.invokeId = bytes[start + 1]!;
    this.start = start + 3;
    if (this.type === Pdu.reject || this.type === Pdu.abort) {
      this.reason = bytes[start + 2]!;
      this.isFromServer = this.type === Pdu.reject || (first & Flag.fromServer) !== 0;
    } else this.service = bytes[start + 2]!;
    return true;
  }
}
