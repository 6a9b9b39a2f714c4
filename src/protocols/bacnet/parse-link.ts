// The link layer (7, J.2) and the network layer (6.2) of a datagram or an Ethernet frame, into one record of numbers. No
// state.
import { u16be } from '../../bytes/endian.ts';
import { Match } from '../../facts/protocol.ts';
import { BVLL_TYPE, Bvlc, NetworkMessage, type Rule, unitOf } from './messages.ts';

const BVLC_HEADER_SIZE = 4;
/** Service access points of both ends, and the control field of unnumbered information. */
const LLC_HEADER_SIZE = 3;
export const LLC_SERVICE_ACCESS_POINT = 0x82;
const LLC_UNNUMBERED = 0x03;
const IP_PORT_SIZE = 6;
const NPDU_VERSION = 1;
const GLOBAL_NETWORK = 0xffff;
/** No address on any network layer is longer. */
const ADDRESS_BYTES_MAX = 20;
const NOWHERE = -1;
const NO_RULE = '';

const Control = { networkMessage: 0x80, reserved: 0x50, destination: 0x20, source: 0x08 } as const;

/** One datagram. One record, refilled for each. */
export class LinkMessage {
  /** Function of the virtual link layer, -1 where there is no header. */
  bvlc = -1;
  /** What follows the header of the virtual link layer. */
  bodyStart = 0;
  end = 0;
  /** Forwarded-NPDU: where the address of the original sender stands (four octets and a port), else -1. */
  originAt = -1;
  /** There is a network layer, and it was understood. */
  hasNetworkLayer = false;
  isBroadcast = false;
  /** Units (see `unitOf`) of whom it is for and whom it is from; -1: the host itself. */
  destinationUnit = -1;
  sourceUnit = -1;
  /** Type of the network message, -1 where it carries an application message. */
  networkMessage = -1;
  /** Vendor of a proprietary network message, else -1. */
  vendor = -1;
  /** Where the parameters of the network message, or the application message, begin. */
  payloadStart = 0;
  /** What is wrong with it, '' if nothing, and where. */
  rule: Rule | '' = NO_RULE;
  ruleAt = 0;

  /** A datagram of UDP. */
  parse(bytes: Uint8Array, start: number, end: number): void {
    this.#clear(start, end);
    if (end - start < BVLC_HEADER_SIZE) {
      this.#broken('length-too-short', start);
      return;
    }
    // Senders are met that write a length of their own; what follows is read to the end of the datagram.
    if (u16be(bytes, start + 2) !== end - start) this.#broken('length-mismatch', start + 2);
    this.bvlc = bytes[start + 1]!;
    this.bodyStart = start + BVLC_HEADER_SIZE;
    this.#body(bytes);
  }

  /** What a frame of Ethernet carries behind its header, from the LLC header on (7.1). */
  parseFrame(bytes: Uint8Array, start: number, end: number, isToGroup: boolean): void {
    this.#clear(start, end);
    this.isBroadcast = isToGroup;
    this.bodyStart = Math.min(start + LLC_HEADER_SIZE, end);
    this.#network(bytes, this.bodyStart);
  }

  #clear(start: number, end: number): void {
    this.bvlc = -1;
    this.originAt = NOWHERE;
    this.hasNetworkLayer = false;
    this.isBroadcast = false;
    this.destinationUnit = this.sourceUnit = -1;
    this.networkMessage = this.vendor = -1;
    this.bodyStart = this.payloadStart = start;
    this.end = end;
    this.rule = NO_RULE;
  }

  #body(bytes: Uint8Array): void {
    switch (this.bvlc) {
      case Bvlc.forwarded:
        this.isBroadcast = true;
        if (this.end - this.bodyStart < IP_PORT_SIZE) {
          this.#broken('length-too-short', this.bodyStart);
          return;
        }
        this.originAt = this.bodyStart;
        this.sourceUnit = unitOf(0, bytes, this.bodyStart, IP_PORT_SIZE);
        this.#network(bytes, this.bodyStart + IP_PORT_SIZE);
        return;
      case Bvlc.distributeBroadcast:
      case Bvlc.broadcast:
        this.isBroadcast = true;
        this.#network(bytes, this.bodyStart);
        return;
      case Bvlc.unicast:
        this.#network(bytes, this.bodyStart);
        return;
      default:
        if (this.bvlc > Bvlc.secure) this.#broken('function-unknown', this.bodyStart - 3);
    }
  }

  #network(bytes: Uint8Array, start: number): void {
    const { end } = this;
    if (end - start < 2) {
      this.#broken('length-too-short', start);
      return;
    }
    if (bytes[start] !== NPDU_VERSION) {
      this.#broken('npdu-version-unknown', start);
      return;
    }
    const control = bytes[start + 1]!;
    if ((control & Control.reserved) !== 0) this.#broken('npdu-reserved-bits', start + 1);
    let at = start + 2;
    if ((control & Control.destination) !== 0) at = this.#address(bytes, at, true);
    if (at !== NOWHERE && (control & Control.source) !== 0) at = this.#address(bytes, at, false);
    // The hop count stands behind both addresses and belongs to the first.
    if (at !== NOWHERE && (control & Control.destination) !== 0) at = at < end ? at + 1 : NOWHERE;
    if (at === NOWHERE) {
      this.#broken('npdu-address-invalid', start + 2);
      return;
    }
    this.payloadStart = at;
    if ((control & Control.networkMessage) === 0) {
      this.hasNetworkLayer = true;
      return;
    }
    this.#networkMessage(bytes, at);
  }

  #networkMessage(bytes: Uint8Array, start: number): void {
    const { end } = this;
    if (start >= end || (bytes[start]! >= NetworkMessage.proprietary && start + 3 > end)) {
      this.#broken('network-message-cut-short', Math.min(start, end));
      return;
    }
    this.hasNetworkLayer = true;
    this.networkMessage = bytes[start]!;
    this.payloadStart = start + 1;
    if (this.networkMessage < NetworkMessage.proprietary) return;
    this.vendor = u16be(bytes, start + 1);
    this.payloadStart = start + 3;
  }

  /** Network, length, address. Returns where it ends, NOWHERE where it does not. */
  #address(bytes: Uint8Array, at: number, isDestination: boolean): number {
    if (this.end - at < 3) return NOWHERE;
    const network = u16be(bytes, at);
    const length = bytes[at + 2]!;
    const next = at + 3 + length;
    if (next > this.end || length > ADDRESS_BYTES_MAX) return NOWHERE;
    if (isDestination) {
      if (length === 0) this.isBroadcast = true;
      if (network !== GLOBAL_NETWORK) this.destinationUnit = unitOf(network, bytes, at + 3, length);
      return next;
    }
    // A sender has an address (6.2.2.1).
    if (length === 0 || network === 0 || network === GLOBAL_NETWORK) return NOWHERE;
    this.sourceUnit = unitOf(network, bytes, at + 3, length);
    return next;
  }

  /** The first problem is the one that is told. */
  #broken(rule: Rule, at: number): void {
    if (this.rule !== NO_RULE) return;
    this.rule = rule;
    this.ruleAt = at;
  }
}

/** Sizes of what follows the header where it is fixed (J.2), -1 where it is not. */
const BODY_SIZES: readonly number[] = [2, -1, 0, -1, -1, 2, 0, -1, 6, -1, -1, -1, -1];
const TABLE_ENTRY_SIZE = 10;

/**
 * `yes` where type, function, the exact length of the datagram and the form of what follows agree: about forty bits
 * that nothing else has by chance. `maybe`: the type and a function, with another length.
 */
export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  const size = end - start;
  if (size < BVLC_HEADER_SIZE || bytes[start] !== BVLL_TYPE) return Match.no;
  const code = bytes[start + 1]!;
  if (code > Bvlc.secure) return Match.no;
  const length = u16be(bytes, start + 2);
  if (length < BVLC_HEADER_SIZE) return Match.no;
  const isFormed = isBodyFormed(bytes, code, start + BVLC_HEADER_SIZE, end);
  if (length === size && isFormed) return Match.yes;
  return isFormed || length === size ? Match.maybe : Match.no;
}

/** A frame of Ethernet, from its LLC header on: `yes` where both service access points are BACnet's and a network layer follows. */
export function frameLooksLike(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < LLC_HEADER_SIZE || bytes[start] !== LLC_SERVICE_ACCESS_POINT) return Match.no;
  if (bytes[start + 1] !== LLC_SERVICE_ACCESS_POINT || bytes[start + 2] !== LLC_UNNUMBERED) return Match.no;
  return isNetworkLayer(bytes, start + LLC_HEADER_SIZE, end) ? Match.yes : Match.no;
}

function isBodyFormed(bytes: Uint8Array, code: number, body: number, end: number): boolean {
  const size = end - body;
  switch (code) {
    case Bvlc.writeBroadcastTable:
    case Bvlc.readBroadcastTableAck:
    case Bvlc.readForeignTableAck:
      return size % TABLE_ENTRY_SIZE === 0;
    case Bvlc.forwarded:
      return isNetworkLayer(bytes, body + IP_PORT_SIZE, end);
    case Bvlc.distributeBroadcast:
    case Bvlc.unicast:
    case Bvlc.broadcast:
      return isNetworkLayer(bytes, body, end);
    case Bvlc.secure:
      return size > 0;
    default:
      return size === BODY_SIZES[code];
  }
}

function isNetworkLayer(bytes: Uint8Array, at: number, end: number): boolean {
  return end - at >= 3 && bytes[at] === NPDU_VERSION && (bytes[at + 1]! & Control.reserved) === 0;
}
