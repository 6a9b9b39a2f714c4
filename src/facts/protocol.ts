// The contract of a protocol: one folder under protocols/ and one line in protocols/index.ts.
import type { FactSink } from './facts.ts';
import type { FrameReference } from './frame-reference.ts';
import type { Operation } from './operation.ts';

/** `frameSize`: the bytes so far do not say how long the frame is. */
export const NEED_MORE = 0;
/** `frameSize`: these bytes cannot be the start of a frame of this protocol. */
export const NOT_THIS_PROTOCOL = -1;

/**
 * What `looksLike` answers. `maybe` is enough on a usual port, `yes` on any. `later`: so far it may be the beginning of
 * this protocol, more of the stream will tell (TCP only; at most LATER_BYTES_MAX bytes are kept for it).
 */
export const Match = { no: 0, maybe: 1, yes: 2, later: 3 } as const;

/** So much of a stream's beginning a protocol may ask to see before it recognises itself. */
export const LATER_BYTES_MAX = 4096;

/** `speaker`: who says such a message. */
export const Speaker = { unknown: 0, client: 1, server: 2 } as const;

/** Numbers of hosts that a message names by their address. They are in the segment of the conversation. */
export interface HostNaming {
  /** The address in network byte order stands at `bytes[at..at + 4)`. 0: it names no single host, or there is no room. */
  ofIpv4(bytes: Uint8Array, at: number): number;
  /** The same for the 16 bytes at `at`. */
  ofIpv6(bytes: Uint8Array, at: number): number;
  /** The same for the six bytes of a MAC address at `at`. */
  ofMac(bytes: Uint8Array, at: number): number;
  /** Is the host of this number a broadcast or multicast address, that of nobody alone? */
  isGroup(host: number): boolean;
}

/** Told where a secret stands, so that it can be masked wherever frames are written. */
export interface SecretMarker {
  /**
   * bytes[start..end) of the message that is being decoded is secret, as it stands on the wire. Where `bytes` is not
   * what was handed to the decoder (a message put together from several), all of the message is taken for secret.
   */
  mark(bytes: Uint8Array, start: number, end: number): void;
}

/** Nobody is known: for tests of parsers. */
export const NO_HOSTS: HostNaming = { ofIpv4: () => 0, ofIpv6: () => 0, ofMac: () => 0, isGroup: () => false };

/** One record, refilled by the flow stage for each message; borrowed until `decode` returns. */
export interface MessageContext {
  timeUs: number;
  /** The frame that holds the last byte of the message. */
  frame: FrameReference;
  /** Number of the conversation: valid until `closed` is called with it. */
  flow: number;
  client: number;
  server: number;
  clientPort: number;
  serverPort: number;
  fromClient: boolean;
  isTcp: boolean;
  /** To be filled and handed to `sink.operation`. Filled by the flow stage: nothing. */
  readonly operation: Operation;
  readonly sink: FactSink;
  readonly hosts: HostNaming;
  /** Absent in tests of parsers. */
  readonly secrets?: SecretMarker;
  /**
   * TCP only, for rare messages: where `bytes[at]` of what is being decoded stands in the stream of its direction,
   * modulo 2 ** 32, lost bytes counted. In `gap` and `resumes` 0 is the byte behind the lost ones. Absent in tests of parsers.
   */
  readonly positionOf?: (at: number) => number;
  /**
   * TCP only: up to where the sender of this message has seen the stream of the other direction (the acknowledgment number
   * of the segment that the message ends in), modulo 2 ** 32. Absent in tests of parsers.
   */
  readonly acknowledged?: () => number;
}

/**
 * What a protocol is for; decides what its speakers are taken for, and who judges its operations: `management` operates
 * machines themselves (SNMP, IPMI), `it` is everything that offices speak as well.
 */
export type ProtocolFamily = 'process' | 'building' | 'messaging' | 'management' | 'it';

/** A kind of message: what `Operation.function` and `subfunction` (-1: whatever it is) can be, and its name. */
export interface MessageKind {
  readonly function: number;
  readonly subfunction: number;
  readonly name: string;
}

/**
 * Told the kind of a message, and what else of it another decoder shows as well: a version, a code, the type of a
 * question. `carried`: the protocol it is of, where that is another one than the decoder's. Outside the hot path: whoever
 * counts kinds or compares them hears of them, no analysis does.
 */
export type KindSink = (kind: string, detail?: string, carried?: string) => void;

/** Devices behind a host: Modbus units, CIP slots, DNP3 link addresses, BACnet networks. */
export interface ProtocolUnits {
  /** `unit 5`, `slot 2`, `outstation 10`, `network 3 address 12`. */
  name(unit: number): string;
  /** The unit stands for the host itself, as Modbus 0 and 255 do. */
  isHostItself(unit: number): boolean;
  /** True: a unit that answers is a device of its own. False: only where the host answers for several. */
  readonly areBehind: boolean;
}

/** What a protocol says of itself; no state. */
export interface Protocol {
  /** Stable, lower-case: `modbus`. */
  readonly name: string;
  readonly title: string;
  /**
   * `link`: directly on Ethernet, `ip`: directly on IP; a datagram each, and the sender of a multicast is the client.
   */
  readonly transports: readonly ('tcp' | 'udp' | 'link' | 'ip')[];
  /**
   * Usual server ports: a hint for who is the server and for which protocol is tried first, never a proof. Of `link` the
   * EtherTypes, and below 0x600 the service access points of LLC (the payload starts with the LLC header); of `ip` the
   * IP protocol numbers: only what has one of these is shown. Such a protocol has one transport.
   */
  readonly ports: readonly number[];
  /** No frame is longer: more is NOT_THIS_PROTOCOL. */
  readonly frameBytesMax: number;
  functionName(code: number, subfunction: number): string;
  spaceName(space: number): string;
  /** Name of an error code of a refused operation. */
  codeName(code: number): string;
  /** Does the code mean that the device behind the one that answers is not there? Absent: no code does. */
  isAbsent?(code: number): boolean;
  /** Functions that only tools of engineering ask for, whatever their verb: those that watch a program at work. */
  isEngineering?(code: number): boolean;
  readonly family: ProtocolFamily;
  /** Absent: the protocol knows no devices behind a host, and every `unit` is -1. */
  readonly units?: ProtocolUnits;
  /** Every kind of message that is decoded, in the order of the specification: docs/protocols.md lists them. */
  readonly kinds: readonly MessageKind[];
  /**
   * Every kind that `tellKinds` of the decoder can name, of a protocol whose messages mostly are no operations. Absent: the
   * kinds of its messages are those of its operations.
   */
  readonly messageKinds?: readonly string[];
  /** One line for `1sec protocols`. */
  readonly summary: string;
  /** State for one analysis; nothing is kept at module level. */
  start(index: number): ProtocolDecoder;
}

/**
 * The running decoder. All calls are made on the hot path: numbers, borrowed bytes, no exceptions, no allocation for
 * an ordinary message. `bytes` may be larger than start..end and is valid until the call returns.
 */
export interface ProtocolDecoder {
  /** Is this payload (the start of a stream, of a segment after a gap, or a datagram) of this protocol? See Match. */
  looksLike(bytes: Uint8Array, start: number, end: number): number;
  /** Who would say this message? See Speaker. Asked once, for a conversation joined in the middle. */
  speaker(bytes: Uint8Array, start: number, end: number): number;
  /**
   * TCP only: NEED_MORE, NOT_THIS_PROTOCOL, or the size in bytes of the frame at `start` (may reach past `end`: then
   * the rest is waited for). Never more than `frameBytesMax`.
   */
  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number;
  /** A whole frame or datagram. Total: never throws, whatever the bytes; problems become Violations. */
  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void;
  /** Bytes of one direction were lost: forget what waited for them. `context` names the conversation. */
  gap(flow: number, fromClient: boolean, context: MessageContext): void;
  /**
   * Names each message that begins in what `decode` is about to be given, and changes nothing. Nothing is named of the
   * rest of a message that came in pieces. Called by listeners outside the hot path only, so it may allocate.
   */
  tellKinds?(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void;
  /**
   * Has a message of another conversation announced this one (a file's data connection)? Asked before any content is
   * looked at; `context` names the conversation, nothing of it was decoded. The content cannot contradict it.
   */
  isAnnounced?(context: MessageContext): boolean;
  /**
   * TCP only, after `gap`: `lostBytes` are missing (-1: nobody knows how many). True: the decoder knows what it is in
   * the middle of, and `frameSize` is asked for what follows. False or absent: the next frame has to be found.
   */
  resumes?(flow: number, fromClient: boolean, context: MessageContext, lostBytes: number): boolean;
  /** TCP only: the sender of this direction has closed it, and everything up to there was handed over or told lost. */
  ended?(flow: number, fromClient: boolean, context: MessageContext): void;
  /** The conversation is over: hand over what is unanswered, forget the rest. `context` names the conversation. */
  closed(flow: number, context: MessageContext): void;
  /**
   * A second of packet time has passed: hand over requests that waited too long, a bounded number. The decoder keeps
   * what it needs (flow, hosts, ports) with each pending request.
   */
  tick(timeUs: number, context: MessageContext): void;
}
