// Turns the bytes of a conversation, in order, into messages of a protocol: recognises the protocol by content, cuts
// the stream into frames, keeps the beginning of a frame until its end arrives, and finds the next frame after a loss.
import { i32be, u16be } from '../bytes/endian.ts';
import type { FactSink } from '../facts/facts.ts';
import { emptyOperation } from '../facts/operation.ts';
import {
  LATER_BYTES_MAX,
  Match,
  NEED_MORE,
  Speaker,
  type HostNaming,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
  type SecretMarker,
} from '../facts/protocol.ts';
import { Column, FlowFlag, FlowTable, GIVEN_UP, LINK_PROTOCOL, NO_PROTOCOL } from './flow-table.ts';
import type { HeldSegments } from './held-segments.ts';
import { AddressKind, type HostTable } from './hosts.ts';
import { SecretPlaces } from './secret-places.ts';

/** A conversation's payloads are tried this often before it is left unrecognised; on a usual port oftener. */
const TRIES_MAX = 8;
const TRIES_ON_USUAL_PORT_MAX = 64;
/**
 * An unrecognised stream's beginning is kept up to here, so that it does not matter how it is cut into segments: a
 * protocol has to recognise itself in so many bytes.
 */
const BEGINNING_BYTES_MAX = 64;
const BEGINNINGS_AT_ONCE = 1024;
/** So many buffers for beginnings wait for the next one who needs one. */
const SPARE_BEGINNINGS_MAX = 4096;
/** Buffers of this size and more are kept for the next one who needs one. */
const SPARE_BYTES_MIN = 1024;
/** After this many segments in vain only every 64th is looked at for the next frame. */
const SEARCHES_EAGER = 32;

/** What a conversation needs only while a frame is incomplete or segments are out of place. */
export interface StreamState {
  readonly carry: [Uint8Array, Uint8Array];
  readonly carryLength: [number, number];
  readonly carryFrame: [number, number];
  readonly carryTimeUs: [number, number];
  readonly carryAcknowledgment: [number, number];
  held: HeldSegments | null;
}

/** One shape for all protocols, so that the calls below see one kind of object. */
class Entry {
  readonly protocol: Protocol;
  readonly decoder: ProtocolDecoder;
  readonly isTcp: boolean;
  readonly isUdp: boolean;
  readonly isLink: boolean;
  readonly isIp: boolean;
  readonly frameBytesMax: number;
  /** Its conversations may be announced by others. */
  readonly isAnnounced: boolean;
  constructor(protocol: Protocol, index: number) {
    this.protocol = protocol;
    this.decoder = protocol.start(index);
    this.isTcp = protocol.transports.includes('tcp');
    this.isUdp = protocol.transports.includes('udp');
    this.isLink = protocol.transports.includes('link');
    this.isIp = protocol.transports.includes('ip');
    this.frameBytesMax = protocol.frameBytesMax;
    this.isAnnounced = this.decoder.isAnnounced !== undefined;
  }
}

/** What the reader asks of the tracker, which owns the rows. */
export interface RowEvents {
  /** Content says the server spoke first: swap the roles. */
  flip(row: number): void;
  identified(row: number): void;
  violation(row: number, fromClient: boolean, protocol: string, rule: string, detail: string): void;
}

export class MessageReader {
  readonly entries: readonly Entry[];
  /** Indexes of the entries whose conversations may be announced. */
  private readonly announced: readonly number[];
  /** Messages decoded, per protocol. */
  readonly messages: Float64Array;
  /** Directions in which a protocol's frames were lost and not found again soon. */
  quietDirections = 0;
  /**
   * Frame and time of the bytes handed over next, set by the caller: as arguments each would be an object on the heap.
   */
  frame = 0.5;
  timeUs = 0.5;
  /** What the segment that is handed over next acknowledges, set by the caller. */
  acknowledgment = 0;
  /** Exceptions of a decoder: our bug; the conversation is left alone from then on. */
  decoderFaults = 0;
  readonly faultNotes: string[] = [];
  private readonly table: FlowTable;
  private readonly events: RowEvents;
  private readonly context: MessageContext;
  private readonly usualPorts = new Uint8Array(65536);
  /** EtherTypes and service access points of the protocols that are spoken on the link. */
  private readonly linkTypes = new Set<number>();
  /** Numbers of the protocols that are spoken on IP itself. */
  private readonly ipProtocols = new Uint8Array(256);
  private readonly streams: (StreamState | null)[] = [null];
  private readonly freeStreams: number[] = [];
  private readonly spareCarries: Uint8Array[] = [];
  private readonly spareBeginnings: Uint8Array[] = [];
  /** What beginnings are cut from, and how far. */
  private beginnings = new ArrayBuffer(0);
  private beginningsEnd = 0;
  private join = new Uint8Array(4096);
  /** Where secrets passed. */
  readonly secrets = new SecretPlaces();
  /** End of the bytes of the stream that are being read. */
  private readEnd = 0;
  /** The message that is being decoded. */
  private messageBytes = NO_BYTES;
  private messageStart = 0;
  private messageEnd = 0;

  constructor(table: FlowTable, protocols: readonly Protocol[], sink: FactSink, events: RowEvents, hosts: HostTable) {
    this.table = table;
    this.events = events;
    this.entries = protocols.map((protocol, index) => new Entry(protocol, index));
    this.announced = this.entries.flatMap(({ isAnnounced }, index) => (isAnnounced ? [index] : []));
    for (const { protocol, isLink, isIp } of this.entries)
      for (const port of protocol.ports) {
        if (isLink) this.linkTypes.add(port);
        else if (isIp) this.ipProtocols[port] = 1;
        else this.usualPorts[port] = 1;
      }
    this.messages = new Float64Array(protocols.length);
    this.context = {
      timeUs: 0.5,
      frame: 0.5,
      flow: 0,
      client: 0,
      server: 0,
      clientPort: 0,
      serverPort: 0,
      fromClient: true,
      isTcp: true,
      operation: emptyOperation(),
      sink,
      hosts: this.naming(hosts),
      secrets: this.marker(hosts),
      positionOf: (at) => this.positionOf(at),
      acknowledged: () => this.acknowledgment >>> 0,
    };
  }

  /** What is read ends with the last byte that is there: `next` is the sequence number behind it. */
  private positionOf(at: number): number {
    const { context } = this;
    const next = context.fromClient ? Column.nextFromClient : Column.nextFromServer;
    const behind = this.table.words[context.flow * FlowTable.stride + next]!;
    return (behind - (this.readEnd - at)) >>> 0;
  }

  /** Hosts named in a message, in the segment of the conversation that `context` is filled for. */
  private naming(hosts: HostTable): HostNaming {
    const named = (kind: number, a: number, b: number, c: number, d: number): number => {
      const host = hosts.hostOf(hosts.segmentNumber(this.context.client), kind, a, b, c, d);
      return hosts.isBroadcastOrMulticast(host) ? 0 : host;
    };
    return {
      ofIpv4: (bytes, at) => named(AddressKind.ipv4, 0, 0, 0, i32be(bytes, at)),
      ofIpv6: (bytes, at) =>
        named(AddressKind.ipv6, i32be(bytes, at), i32be(bytes, at + 4), i32be(bytes, at + 8), i32be(bytes, at + 12)),
      ofMac: (bytes, at) => named(AddressKind.mac, 0, 0, u16be(bytes, at), i32be(bytes, at + 2)),
      isGroup: (host) => hosts.isBroadcastOrMulticast(host),
    };
  }

  private marker(hosts: HostTable): SecretMarker {
    return {
      mark: (bytes, start, end) => {
        const isOfMessage = bytes === this.messageBytes && start >= this.messageStart && end <= this.messageEnd;
        const first = isOfMessage ? start : this.messageStart;
        const last = isOfMessage ? end : this.messageEnd;
        const { context } = this;
        const client = { address: hosts.address(context.client), port: context.clientPort };
        const server = { address: hosts.address(context.server), port: context.serverPort };
        const [sender, receiver] = context.fromClient ? [client, server] : [server, client];
        const sequence = context.isTcp ? this.positionOf(first) | 0 : null;
        this.secrets.note(sender, receiver, this.messageBytes, first, last, sequence);
      },
    };
  }

  isUsualPort(port: number): boolean {
    return this.usualPorts[port] === 1;
  }

  /** Bytes of one direction, in order, none missing since the last call or `gap`. Borrowed until it returns. */
  streamBytes(row: number, fromClient: boolean, bytes: Uint8Array, start: number, end: number): void {
    const base = row * FlowTable.stride;
    const words = this.table.words;
    if (words[base + Column.protocol] === GIVEN_UP) return;
    const index = words[base + Column.stream]!;
    if (index !== 0) {
      const stream = this.streams[index]!;
      const direction = fromClient ? 0 : 1;
      if (stream.carryLength[direction] > 0) {
        this.continueCarry(row, fromClient, stream, bytes, start, end);
        return;
      }
    }
    const rest = this.readStream(row, fromClient, bytes, start, end);
    if (rest < end && rest >= 0) this.keep(row, this.isStillFromClient(row, fromClient), bytes, rest, end);
  }

  /** Is the payload of link frames with this EtherType, or this service access point, looked at? */
  isLinkType(type: number): boolean {
    return this.linkTypes.has(type);
  }

  /** Is the payload of IP packets with this protocol number looked at? -1: there is none. */
  isIpProtocol(protocol: number): boolean {
    return this.ipProtocols[protocol] === 1;
  }

  /** A whole datagram, or the payload of a link frame or of an IP packet. */
  datagram(row: number, fromClient: boolean, bytes: Uint8Array, start: number, end: number): void {
    const base = row * FlowTable.stride;
    const words = this.table.words;
    let index = words[base + Column.protocol]!;
    if (index === GIVEN_UP) return;
    let speaksClient = fromClient;
    if (index === NO_PROTOCOL) {
      index = this.identify(row, fromClient, bytes, start, end, false);
      if (index < 0) return;
      speaksClient = this.isStillFromClient(row, fromClient);
    }
    this.fillContext(row, speaksClient, false);
    this.messages[index]!++;
    this.messageBytes = bytes;
    this.messageStart = start;
    this.messageEnd = end;
    try {
      this.entries[index]!.decoder.decode(bytes, start, end, this.context);
    } catch (error) {
      this.fault(row, error);
    }
  }

  /**
   * So many bytes of one direction will never come (-1: unknown): what was begun is dropped, and the next frame has to
   * be found unless the decoder knows what it is in the middle of.
   */
  gap(row: number, fromClient: boolean, lostBytes: number): void {
    const base = row * FlowTable.stride;
    const words = this.table.words;
    this.dropCarry(row, fromClient);
    // Of an announced conversation the beginning may be what is missing.
    if (words[base + Column.protocol] === NO_PROTOCOL) this.identifyAnnounced(row, fromClient);
    const index = words[base + Column.protocol]!;
    if (index < 0) return;
    words[base + Column.flags]! |= fromClient ? FlowFlag.searchClient : FlowFlag.searchServer;
    words[base + (fromClient ? Column.searchesClient : Column.searchesServer)] = 0;
    const { decoder } = this.entries[index]!;
    this.readEnd = 0;
    try {
      this.fillContext(row, fromClient, (words[base + Column.meta]! & 0xff) === 6);
      decoder.gap(row, fromClient, this.context);
      if (decoder.resumes?.(row, fromClient, this.context, lostBytes) === true)
        words[base + Column.flags]! &= ~(fromClient ? FlowFlag.searchClient : FlowFlag.searchServer);
    } catch (error) {
      this.fault(row, error);
    }
  }

  /** The sender of one direction has closed it, and nothing of it is still to come. */
  ended(row: number, fromClient: boolean): void {
    const index = this.table.words[row * FlowTable.stride + Column.protocol]!;
    if (index < 0) return;
    const { decoder } = this.entries[index]!;
    if (decoder.ended === undefined) return;
    try {
      this.fillContext(row, fromClient, true);
      decoder.ended(row, fromClient, this.context);
    } catch (error) {
      this.fault(row, error);
    }
  }

  /** The conversation ends: its decoder hands over what waits, everything kept for it is given back. */
  closed(row: number, timeUs: number): void {
    const base = row * FlowTable.stride;
    const index = this.table.words[base + Column.protocol]!;
    if (index >= 0) {
      this.frame = 0;
      this.timeUs = timeUs;
      this.fillContext(row, true, (this.table.words[base + Column.meta]! & 0xff) === 6);
      try {
        this.entries[index]!.decoder.closed(row, this.context);
      } catch (error) {
        this.fault(row, error);
      }
    }
    this.releaseStream(row);
  }

  tick(timeUs: number): void {
    for (const entry of this.entries) {
      this.context.timeUs = timeUs;
      this.context.frame = 0;
      try {
        entry.decoder.tick(timeUs, this.context);
      } catch (error) {
        this.fault(0, error);
      }
    }
  }

  stream(row: number): StreamState | null {
    return this.streams[this.table.words[row * FlowTable.stride + Column.stream]!]!;
  }

  streamOrNew(row: number): StreamState {
    const at = row * FlowTable.stride + Column.stream;
    const words = this.table.words;
    let index = words[at]!;
    if (index === 0) {
      index = this.freeStreams.pop() ?? this.streams.push(null) - 1;
      words[at] = index;
      this.streams[index] = {
        carry: [NO_BYTES, NO_BYTES],
        carryLength: [0, 0],
        carryFrame: [0, 0],
        carryTimeUs: [0, 0],
        carryAcknowledgment: [0, 0],
        held: null,
      };
    }
    return this.streams[index]!;
  }

  /** Gives the row's state back when nothing is kept in it any more. */
  releaseStreamIfIdle(row: number): void {
    const stream = this.stream(row);
    if (stream?.held === null && stream.carryLength[0] === 0 && stream.carryLength[1] === 0) this.releaseStream(row);
  }

  /** Roles of the row were swapped: so are the sides of what is kept. */
  flipStream(row: number): void {
    const stream = this.stream(row);
    if (stream === null) return;
    stream.carry.reverse();
    stream.carryLength.reverse();
    stream.carryFrame.reverse();
    stream.carryTimeUs.reverse();
    stream.carryAcknowledgment.reverse();
    const held = stream.held;
    if (held !== null) {
      const [client, server] = held.byDirection;
      const other = client.splice(0, client.length, ...server);
      server.splice(0, server.length, ...other);
      held.acknowledged.reverse();
      held.hasAcknowledged.reverse();
    }
  }

  private isStillFromClient(row: number, fromClient: boolean): boolean {
    return this.hasFlipped === row ? !fromClient : fromClient;
  }

  /** A protocol that was tried just now asks for more of the stream. */
  private isLater = false;

  /** The bytes that are tried now were tried a moment ago, behind others. */
  private isTriedAgain = false;

  /** Row whose roles `identify` has just swapped, else 0. */
  private hasFlipped = 0;

  /** Reads as many messages as are whole; returns where the rest starts, `end` where nothing is to be kept. */
  private readStream(row: number, fromClient: boolean, bytes: Uint8Array, start: number, end: number): number {
    const base = row * FlowTable.stride;
    const words = this.table.words;
    this.hasFlipped = 0;
    let index = words[base + Column.protocol]!;
    let speaksClient = fromClient;
    if (index === NO_PROTOCOL) {
      index = this.identify(row, fromClient, bytes, start, end, true);
      if (index === GIVEN_UP) return end;
      if (index < 0) return end - start <= (this.isLater ? LATER_BYTES_MAX : BEGINNING_BYTES_MAX) ? start : end;
      if (this.hasFlipped === row) speaksClient = !fromClient;
      this.readKeptOfOtherSide(row, speaksClient);
    }
    const entry = this.entries[index]!;
    if ((words[base + Column.flags]! & (speaksClient ? FlowFlag.searchClient : FlowFlag.searchServer)) !== 0) {
      if (!this.isFrameStart(row, speaksClient, entry, bytes, start, end)) return end;
    }
    this.fillContext(row, speaksClient, true);
    return this.readFrames(row, index, entry, bytes, start, end);
  }

  private readFrames(row: number, index: number, entry: Entry, bytes: Uint8Array, start: number, end: number): number {
    this.readEnd = end;
    this.messageBytes = bytes;
    const { decoder, frameBytesMax } = entry;
    const { context, messages } = this;
    let at = start;
    try {
      while (at < end) {
        const size = decoder.frameSize(bytes, at, end, context);
        if (size === NEED_MORE) {
          if (end - at < frameBytesMax) return at;
          return this.lost(row, entry, end);
        }
        if (size < 0 || size > frameBytesMax) return this.lost(row, entry, end);
        if (at + size > end) return at;
        messages[index]!++;
        this.messageStart = at;
        this.messageEnd = at + size;
        decoder.decode(bytes, at, at + size, context);
        at += size;
      }
    } catch (error) {
      this.fault(row, error);
      return end;
    }
    return at;
  }

  /** What stands here is no frame: drop the rest of the segment and look for the next frame at the next segment's start. */
  private lost(row: number, entry: Entry, end: number): number {
    const { fromClient } = this.context;
    const base = row * FlowTable.stride;
    this.table.words[base + Column.flags]! |= fromClient ? FlowFlag.searchClient : FlowFlag.searchServer;
    this.table.words[base + (fromClient ? Column.searchesClient : Column.searchesServer)] = 0;
    this.events.violation(row, fromClient, entry.protocol.name, 'frame-lost', 'no frame of the protocol starts here');
    return end;
  }

  private isFrameStart(
    row: number,
    fromClient: boolean,
    entry: Entry,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    const base = row * FlowTable.stride;
    const words = this.table.words;
    const column = base + (fromClient ? Column.searchesClient : Column.searchesServer);
    const searches = words[column]!;
    if (searches >= SEARCHES_EAGER && (searches & 63) !== 0) {
      words[column] = searches + 1;
      return false;
    }
    const match = entry.decoder.looksLike(bytes, start, end);
    if (match === Match.no || match === Match.later) {
      words[column] = searches + 1;
      if (searches + 1 === SEARCHES_EAGER) this.quietDirections++;
      return false;
    }
    words[column] = 0;
    words[base + Column.flags]! &= ~(fromClient ? FlowFlag.searchClient : FlowFlag.searchServer);
    return true;
  }

  /** Which protocol this is, or NO_PROTOCOL (try again), or GIVEN_UP. Sets roles where content tells them. */
  private identify(
    row: number,
    fromClient: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    isTcp: boolean,
  ): number {
    const base = row * FlowTable.stride;
    const words = this.table.words;
    const clientPort = words[base + Column.clientPort]!;
    const serverPort = words[base + Column.serverPort]!;
    this.hasFlipped = 0;
    const ipProtocol = words[base + Column.meta]! & 0xff;
    const isLink = ipProtocol === LINK_PROTOCOL;
    const isNumbered = isLink || this.isIpProtocol(ipProtocol);
    const index = isNumbered
      ? this.matchNumber(bytes, start, end, isLink, isLink ? serverPort : ipProtocol)
      : this.match(row, fromClient, bytes, start, end, isTcp);
    if (index >= 0) {
      words[base + Column.protocol] = index;
      if ((words[base + Column.flags]! & FlowFlag.oriented) === 0) {
        const speaker = this.entries[index]!.decoder.speaker(bytes, start, end);
        if (speaker !== Speaker.unknown) {
          words[base + Column.flags]! |= FlowFlag.oriented;
          if ((speaker === Speaker.client) !== fromClient) {
            this.events.flip(row);
            this.hasFlipped = row;
          }
        }
      }
      this.events.identified(row);
      return index;
    }
    // Who waits for more of the stream is bounded by its bytes; a segment that was tried already counts once.
    if ((isTcp && this.isLater) || this.isTriedAgain) return NO_PROTOCOL;
    const triesOfBoth = (words[base + Column.tries]! += fromClient ? 1 : 0x10000);
    const tries = fromClient ? triesOfBoth & 0xffff : triesOfBoth >>> 16;
    const isUsual = isNumbered || this.isUsualPort(serverPort) || this.isUsualPort(clientPort);
    const most = isUsual ? TRIES_ON_USUAL_PORT_MAX : TRIES_MAX;
    if (tries < most) return NO_PROTOCOL;
    words[base + Column.protocol] = GIVEN_UP;
    this.dropCarry(row, true);
    this.dropCarry(row, false);
    return GIVEN_UP;
  }

  /** Has a message of another conversation announced the one that `context` names? */
  private announcedBy(isTcp: boolean): number {
    for (let at = 0; at < this.announced.length; at++) {
      const entry = this.entries[this.announced[at]!]!;
      if ((isTcp ? entry.isTcp : entry.isUdp) && entry.decoder.isAnnounced!(this.context)) return this.announced[at]!;
    }
    return NO_PROTOCOL;
  }

  private identifyAnnounced(row: number, fromClient: boolean): void {
    if (this.announced.length === 0) return;
    this.fillContext(row, fromClient, true);
    const index = this.announcedBy(true);
    if (index === NO_PROTOCOL) return;
    this.table.words[row * FlowTable.stride + Column.protocol] = index;
    this.events.identified(row);
  }

  /** Which of the protocols on the link, or on IP, that have this number. */
  private matchNumber(bytes: Uint8Array, start: number, end: number, isLink: boolean, number: number): number {
    const { entries } = this;
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index]!;
      if ((isLink ? !entry.isLink : !entry.isIp) || !entry.protocol.ports.includes(number)) continue;
      if (entry.decoder.looksLike(bytes, start, end) !== Match.no) return index;
    }
    return NO_PROTOCOL;
  }

  private match(
    row: number,
    fromClient: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    isTcp: boolean,
  ): number {
    const { entries, context } = this;
    this.isLater = false;
    this.fillContext(row, fromClient, isTcp);
    const { clientPort, serverPort } = context;
    const announced = this.announcedBy(isTcp);
    if (announced !== NO_PROTOCOL) return announced;
    if (this.isUsualPort(serverPort) || this.isUsualPort(clientPort)) {
      for (let index = 0; index < entries.length; index++) {
        const entry = entries[index]!;
        if (isTcp ? !entry.isTcp : !entry.isUdp) continue;
        if (!entry.protocol.ports.includes(serverPort) && !entry.protocol.ports.includes(clientPort)) continue;
        const match = entry.decoder.looksLike(bytes, start, end);
        if (match === Match.maybe || match === Match.yes) return index;
      }
    }
    for (let index = 0; index < entries.length; index++) {
      const entry = entries[index]!;
      if (isTcp ? !entry.isTcp : !entry.isUdp) continue;
      const match = entry.decoder.looksLike(bytes, start, end);
      if (match === Match.yes) return index;
      if (match === Match.later && isTcp) this.isLater = true;
    }
    return NO_PROTOCOL;
  }

  private fillContext(row: number, fromClient: boolean, isTcp: boolean): void {
    const base = row * FlowTable.stride;
    const { words } = this.table;
    const { context } = this;
    context.timeUs = this.timeUs;
    context.frame = this.frame;
    context.flow = row;
    context.client = words[base + Column.client]!;
    context.server = words[base + Column.server]!;
    context.clientPort = words[base + Column.clientPort]!;
    context.serverPort = words[base + Column.serverPort]!;
    context.fromClient = fromClient;
    context.isTcp = isTcp;
  }

  /** The segment continues what was kept: join, read, keep the new rest. */
  private continueCarry(
    row: number,
    fromClient: boolean,
    stream: StreamState,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const direction = fromClient ? 0 : 1;
    const kept = stream.carryLength[direction];
    const total = kept + (end - start);
    const waited = stream.carry[direction];
    let carry = waited;
    if (total > waited.length)
      carry = this.isKnown(row) ? this.enlarged(waited, kept, total) : this.joined(waited, kept, total);
    carry.set(bytes.subarray(start, end), kept);
    // While it is read the carry belongs to nobody, so that `gap` or `flip` inside cannot touch it.
    stream.carry[direction] = NO_BYTES;
    stream.carryLength[direction] = 0;
    let rest = this.readStream(row, fromClient, carry, 0, total);
    const isUnrecognised = this.table.words[row * FlowTable.stride + Column.protocol] === NO_PROTOCOL;
    const speaksClient = this.isStillFromClient(row, fromClient);
    if (isUnrecognised || this.isSearching(row, speaksClient)) {
      // What was kept may be the tail of a message whose head was never seen: the new segment gets a try of its own.
      this.isTriedAgain = true;
      const own = this.readStream(row, speaksClient, bytes, start, end);
      this.isTriedAgain = false;
      if (this.table.words[row * FlowTable.stride + Column.protocol]! >= 0) {
        rest = total;
        if (own < end) this.keep(row, this.isStillFromClient(row, speaksClient), bytes, own, end);
      }
    }
    if (carry === this.join) this.spare(waited);
    if (rest < total) this.keep(row, speaksClient, carry, rest, total);
    if (carry !== this.join) this.spare(carry);
    this.releaseStreamIfIdle(row);
  }

  private isKnown(row: number): boolean {
    return this.table.words[row * FlowTable.stride + Column.protocol]! >= 0;
  }

  /** The beginning of an unrecognised stream is joined in one place for all: little of it is kept afterwards. */
  private joined(waited: Uint8Array, kept: number, needed: number): Uint8Array {
    if (needed > this.join.length) {
      this.join.fill(0);
      this.join = new Uint8Array(2 ** Math.ceil(Math.log2(needed)));
    }
    for (let at = 0; at < kept; at++) this.join[at] = waited[at]!;
    return this.join;
  }

  private isSearching(row: number, fromClient: boolean): boolean {
    const flags = this.table.words[row * FlowTable.stride + Column.flags]!;
    return (flags & (fromClient ? FlowFlag.searchClient : FlowFlag.searchServer)) !== 0;
  }

  /** The other side's beginning waited for the protocol to be known: read it before this side goes on. */
  private readKeptOfOtherSide(row: number, fromClient: boolean): void {
    const stream = this.stream(row);
    if (stream === null) return;
    const direction = fromClient ? 1 : 0;
    const length = stream.carryLength[direction];
    if (length === 0) return;
    const carry = stream.carry[direction];
    stream.carry[direction] = NO_BYTES;
    stream.carryLength[direction] = 0;
    const index = this.table.words[row * FlowTable.stride + Column.protocol]!;
    const entry = this.entries[index]!;
    if (entry.decoder.looksLike(carry, 0, length) !== Match.no) {
      const { frame, timeUs, acknowledgment } = this;
      this.frame = stream.carryFrame[direction];
      this.timeUs = stream.carryTimeUs[direction];
      this.acknowledgment = stream.carryAcknowledgment[direction];
      this.fillContext(row, !fromClient, true);
      const rest = this.readFrames(row, index, entry, carry, 0, length);
      if (rest < length) this.keep(row, !fromClient, carry, rest, length);
      this.frame = frame;
      this.timeUs = timeUs;
      this.acknowledgment = acknowledgment;
    }
    this.spare(carry);
  }

  private keep(row: number, fromClient: boolean, bytes: Uint8Array, start: number, end: number): void {
    const stream = this.streamOrNew(row);
    const direction = fromClient ? 0 : 1;
    const length = end - start;
    let carry = stream.carry[direction];
    if (carry.length < length) carry = stream.carry[direction] = this.enlarged(carry, 0, length);
    carry.set(bytes.subarray(start, end));
    stream.carryLength[direction] = length;
    stream.carryFrame[direction] = this.frame;
    stream.carryTimeUs[direction] = this.timeUs;
    stream.carryAcknowledgment[direction] = this.acknowledgment;
  }

  private dropCarry(row: number, fromClient: boolean): void {
    const stream = this.stream(row);
    if (stream === null) return;
    const direction = fromClient ? 0 : 1;
    this.spare(stream.carry[direction]);
    stream.carry[direction] = NO_BYTES;
    stream.carryLength[direction] = 0;
    this.releaseStreamIfIdle(row);
  }

  private releaseStream(row: number): void {
    const at = row * FlowTable.stride + Column.stream;
    const index = this.table.words[at]!;
    if (index === 0) return;
    const stream = this.streams[index]!;
    this.spare(stream.carry[0]);
    this.spare(stream.carry[1]);
    this.streams[index] = null;
    this.freeStreams.push(index);
    this.table.words[at] = 0;
  }

  private enlarged(old: Uint8Array, kept: number, needed: number): Uint8Array {
    let larger: Uint8Array | undefined;
    if (needed <= BEGINNING_BYTES_MAX) larger = this.spareBeginnings.pop() ?? this.newBeginning();
    else if (needed > SPARE_BYTES_MIN / 4) larger = this.spareCarries.pop();
    if (larger === undefined || larger.length < needed) larger = new Uint8Array(2 ** Math.ceil(Math.log2(needed)));
    if (kept > 0) larger.set(old.subarray(0, kept));
    this.spare(old);
    return larger;
  }

  /**
   * Cut from a larger piece: an array of its own, so small, would lie in the heap of the engine, which copies it about
   * and leaves what was in it behind.
   */
  private newBeginning(): Uint8Array {
    if (this.beginningsEnd === this.beginnings.byteLength) {
      this.beginnings = new ArrayBuffer(BEGINNING_BYTES_MAX * BEGINNINGS_AT_ONCE);
      this.beginningsEnd = 0;
    }
    const at = this.beginningsEnd;
    this.beginningsEnd += BEGINNING_BYTES_MAX;
    return new Uint8Array(this.beginnings, at, BEGINNING_BYTES_MAX);
  }

  /** Kept for the next one, or forgotten: then nothing stays in it that may be secret. */
  private spare(carry: Uint8Array): void {
    const { length } = carry;
    if (length === BEGINNING_BYTES_MAX && this.spareBeginnings.length < SPARE_BEGINNINGS_MAX)
      this.spareBeginnings.push(carry);
    else if (length >= SPARE_BYTES_MIN && length <= 65536 && this.spareCarries.length < 64)
      this.spareCarries.push(carry);
    else carry.fill(0);
  }

  /** At the end: no byte of the wire stays in what was kept. */
  wipe(): void {
    this.messageBytes = NO_BYTES;
    this.join.fill(0);
    for (const carry of this.spareCarries) carry.fill(0);
    for (const carry of this.spareBeginnings) carry.fill(0);
    for (const stream of this.streams) for (const carry of stream?.carry ?? []) carry.fill(0);
  }

  private fault(row: number, error: unknown): void {
    this.decoderFaults++;
    if (row !== 0) this.table.words[row * FlowTable.stride + Column.protocol] = GIVEN_UP;
    if (this.faultNotes.length < 16) {
      this.faultNotes.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }
}

const NO_BYTES: Uint8Array = new Uint8Array(0);
