// Turns packets into conversations: finds or makes the row, decides who is the client, counts, and hands the bytes of
// datagrams and of TCP streams on in order. Everything is bounded; when the table is full the longest idle go first.
import type { Conversation, ConversationPhase, FactSink, Transport } from '../facts/facts.ts';
import type { Protocol } from '../facts/protocol.ts';
import { i32be } from '../bytes/endian.ts';
import { IpProtocol, TcpFlag, type Packet } from '../packet/packet.ts';
import { FIRST_PACKETS, FirstPackets } from './first-packets.ts';
import { Column, DoubleColumn, FlowFlag, FlowTable, LINK_PROTOCOL, NO_PROTOCOL } from './flow-table.ts';
import { AddressKind, type HostTable } from './hosts.ts';
import { MessageReader, type RowEvents } from './message-reader.ts';
import { StreamOrder } from './stream-order.ts';
import { TcpStacks } from './tcp-stack.ts';

export interface FlowLimits {
  /** Conversations kept at once. */
  readonly flowsMax: number;
}

export const DEFAULT_FLOW_LIMITS: FlowLimits = { flowsMax: 262_144 };

/** Idle for so long, a conversation is closed. Packet time, microseconds. */
const IDLE_US = { tcp: 3600e6, tcpUnanswered: 60e6, udp: 300e6, other: 3600e6, closing: 5e6 };
/** A living conversation is reported again after this long. */
const UPDATE_US = 60e6;
/** Each tick looks at one of so many parts of the table. */
const SWEEP_PARTS = 16;
/** When the table is full, the longest idle of this many rows makes room. */
const EVICTION_SAMPLE = 64;
/** More packets than payloads that are looked at to recognise a protocol, in both directions. */
const SETTLED_PACKETS = 160;
/** Violations handed on for one conversation; further ones are counted. */
const VIOLATIONS_PER_FLOW = 64;

export class FlowTracker implements RowEvents {
  readonly table: FlowTable;
  readonly reader: MessageReader;
  readonly order: StreamOrder;
  private readonly stacks: TcpStacks;
  private readonly firstPackets: FirstPackets | null;
  /** By protocol: controls a process or a building. */
  private readonly isControl: readonly boolean[];
  /** Conversations since the start. */
  opened = 0;
  /** Conversations closed early because the table was full. */
  forgotten = 0;
  violationsWithheld = 0;
  private readonly hosts: HostTable;
  private readonly sink: FactSink;
  private readonly limitedSink: FactSink;
  private sweepPart = 0;
  private evictionHand = 1;
  private lastVlan = -1;
  private lastInnerVlan = -1;
  private lastSegment = 0;
  /** Closing rows, oldest first, so that they need not wait for the sweep. */
  private readonly closingRows: number[] = [];
  private clock = 0;

  constructor(
    sink: FactSink,
    hosts: HostTable,
    protocols: readonly Protocol[],
    limits: FlowLimits = DEFAULT_FLOW_LIMITS,
    isTellingFirstPackets = false,
  ) {
    this.sink = sink;
    this.hosts = hosts;
    this.table = new FlowTable(limits.flowsMax);
    this.limitedSink = this.limited(sink);
    this.reader = new MessageReader(this.table, protocols, this.limitedSink, this, hosts);
    this.order = new StreamOrder(this.table, this.reader, this);
    this.stacks = new TcpStacks(sink);
    this.isControl = protocols.map(({ family }) => family === 'process' || family === 'building');
    this.firstPackets = isTellingFirstPackets ? new FirstPackets(sink) : null;
  }

  packet(packet: Packet): void {
    const { hosts, table } = this;
    this.clock = packet.timeUs;
    if (packet.vlan !== this.lastVlan || packet.innerVlan !== this.lastInnerVlan) {
      this.lastVlan = packet.vlan;
      this.lastInnerVlan = packet.innerVlan;
      this.lastSegment = hosts.segmentOf(packet.vlan, packet.innerVlan);
    }
    const segment = this.lastSegment;
    const { bytes } = packet;
    let source: number;
    let destination: number;
    let kind: number;
    let protocol: number;
    let sourcePort = packet.sourcePort;
    let destinationPort = packet.destinationPort;
    if (packet.ipVersion === 4) {
      kind = AddressKind.ipv4;
      source = packet.sourceIpv4;
      destination = packet.destinationIpv4;
      protocol = packet.ipProtocol;
    } else if (packet.ipVersion === 6) {
      kind = AddressKind.ipv6;
      source = this.host6(segment, bytes, packet.sourceAt);
      destination = this.host6(segment, bytes, packet.destinationAt);
      protocol = packet.ipProtocol;
    } else {
      if (!packet.hasMac) return;
      kind = AddressKind.mac;
      source = hosts.hostOf(segment, kind, 0, 0, packet.sourceMacHigh, packet.sourceMacLow);
      destination = hosts.hostOf(segment, kind, 0, 0, packet.destinationMacHigh, packet.destinationMacLow);
      protocol = LINK_PROTOCOL;
      destinationPort = packet.etherType !== 0 ? packet.etherType : packet.llcSap & 0xff;
      sourcePort = destinationPort;
    }
    if (!packet.hasTransport || (protocol !== IpProtocol.tcp && protocol !== IpProtocol.udp)) {
      if (protocol !== LINK_PROTOCOL) {
        // ICMP's type and code, and protocols without ports: one conversation a pair.
        sourcePort = 0;
        destinationPort = 0;
      }
    }
    const sourceIsA = source < destination || (source === destination && sourcePort <= destinationPort);
    const addressA = sourceIsA ? source : destination;
    const addressB = sourceIsA ? destination : source;
    const ports = sourceIsA ? (sourcePort << 16) | destinationPort : (destinationPort << 16) | sourcePort;
    // IP protocol (or LINK_PROTOCOL), kind of address, segment.
    const meta = (protocol & 0xff) | (kind << 8) | (segment << 12);
    let row = table.find(addressA, addressB, ports, meta);
    if (
      row !== 0 &&
      protocol === IpProtocol.tcp &&
      (packet.tcpFlags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn &&
      this.isNewConnection(row, packet)
    ) {
      this.close(row, packet.timeUs);
      row = 0;
    }
    if (row === 0) {
      row = this.create(
        packet,
        addressA,
        addressB,
        ports,
        meta,
        kind,
        segment,
        source,
        destination,
        sourcePort,
        destinationPort,
        sourceIsA,
      );
    }
    const base = row * FlowTable.stride;
    const doubleBase = row * FlowTable.doubleStride;
    const { words, doubles } = table;
    const flags = words[base + Column.flags]!;
    const fromClient = ((flags & FlowFlag.clientIsA) !== 0) === sourceIsA;
    const clientPackets = words[base + Column.clientPackets]!;
    const serverPackets = words[base + Column.serverPackets]!;
    const seen = clientPackets + serverPackets;
    if (fromClient) {
      words[base + Column.clientPackets] = clientPackets + 1;
      doubles[doubleBase + DoubleColumn.clientBytes]! += packet.originalLength;
    } else {
      words[base + Column.serverPackets] = serverPackets + 1;
      doubles[doubleBase + DoubleColumn.serverBytes]! += packet.originalLength;
    }
    if (seen < FIRST_PACKETS && this.firstPackets !== null) {
      const gapUs = packet.timeUs - doubles[doubleBase + DoubleColumn.lastUs]!;
      this.firstPackets.note(row, seen, sizeOf(packet), sourceIsA, gapUs);
    }
    doubles[doubleBase + DoubleColumn.lastUs] = packet.timeUs;
    doubles[doubleBase + DoubleColumn.frames + (seen & 7)] = packet.frame;
    if (seen === FIRST_PACKETS - 1) this.tellFirstPackets(row, packet.timeUs);

    if (protocol === IpProtocol.tcp) {
      if (packet.hasTransport) this.tcp(row, base, fromClient, packet);
      return;
    }
    if ((flags & FlowFlag.answered) === 0 && !fromClient) {
      this.noteHops(base, packet);
      this.answered(row);
    }
    if (protocol === IpProtocol.udp) {
      if (packet.payloadEnd > packet.payloadStart && packet.payloadMissing === 0) {
        this.reader.frame = packet.frame;
        this.reader.timeUs = packet.timeUs;
        this.reader.datagram(row, fromClient, bytes, packet.payloadStart, packet.payloadEnd);
      }
    } else this.payloadWithoutPorts(row, protocol, fromClient, packet);
    this.ensureOpened(row);
  }

  /** Neither TCP nor UDP: the payload of a link frame or of an IP packet, where a protocol has its number. */
  private payloadWithoutPorts(row: number, protocol: number, fromClient: boolean, packet: Packet): void {
    const { reader } = this;
    let start = packet.ipPayloadStart;
    let end = packet.ipPayloadEnd;
    if (protocol === LINK_PROTOCOL) {
      const isLlc = packet.etherType === 0;
      if (packet.tunnelDepth !== 0 || !reader.isLinkType(isLlc ? packet.llcSap : packet.etherType)) return;
      start = packet.linkPayloadStart;
      end = isLlc ? packet.llcEnd : packet.frameEnd;
    } else if (!reader.isIpProtocol(protocol) || packet.isFragment || packet.ipPayloadMissing !== 0) return;
    reader.frame = packet.frame;
    reader.timeUs = packet.timeUs;
    reader.datagram(row, fromClient, packet.bytes, start, end);
  }

  /** A second of packet time has passed: overdue segments, closed and idle conversations. */
  tick(timeUs: number): void {
    this.clock = timeUs;
    this.order.tick(timeUs);
    this.reader.tick(timeUs);
    const { table } = this;
    let closed = 0;
    for (; closed < this.closingRows.length; closed++) {
      const row = this.closingRows[closed]!;
      if (!table.isUsed(row) || (table.words[row * FlowTable.stride + Column.flags]! & FlowFlag.closing) === 0)
        continue;
      if (table.doubles[row * FlowTable.doubleStride + DoubleColumn.lastUs]! + IDLE_US.closing > timeUs) break;
      this.close(row, timeUs);
    }
    if (closed > 0) this.closingRows.splice(0, closed);
    this.sweepPart = (this.sweepPart + 1) % SWEEP_PARTS;
    for (let row = 1 + this.sweepPart; row < table.top; row += SWEEP_PARTS) {
      if (table.isUsed(row)) this.sweep(row, timeUs);
    }
  }

  /** No more packets: everything still open is closed, in the order in which it was opened. */
  end(timeUs: number): void {
    this.clock = timeUs;
    const rows: number[] = [];
    for (let row = 1; row < this.table.top; row++) if (this.table.isUsed(row)) rows.push(row);
    const firstUs = (row: number): number => this.table.doubles[row * FlowTable.doubleStride + DoubleColumn.firstUs]!;
    rows.sort((a, b) => firstUs(a) - firstUs(b) || a - b);
    for (const row of rows) this.close(row, timeUs);
  }

  /** Nothing more comes: what is kept of conversations is given back, before much is made of the whole. */
  giveBack(): void {
    this.table.giveBack();
    this.firstPackets?.giveBack();
  }

  flip(row: number): void {
    const base = row * FlowTable.stride;
    const { words, doubles } = this.table;
    swap(words, base + Column.client, base + Column.server);
    swap(words, base + Column.clientPort, base + Column.serverPort);
    swap(words, base + Column.clientPackets, base + Column.serverPackets);
    swap(words, base + Column.nextFromClient, base + Column.nextFromServer);
    const tries = words[base + Column.tries]!;
    words[base + Column.tries] = (tries << 16) | (tries >>> 16);
    swap(words, base + Column.searchesClient, base + Column.searchesServer);
    const doubleBase = row * FlowTable.doubleStride;
    swap(doubles, doubleBase + DoubleColumn.clientBytes, doubleBase + DoubleColumn.serverBytes);
    let flags = words[base + Column.flags]! ^ FlowFlag.clientIsA;
    flags = swapBits(flags, FlowFlag.syncClient, FlowFlag.syncServer);
    flags = swapBits(flags, FlowFlag.finClient, FlowFlag.finServer);
    flags = swapBits(flags, FlowFlag.searchClient, FlowFlag.searchServer);
    flags = swapBits(flags, FlowFlag.endClient, FlowFlag.endServer);
    words[base + Column.flags] = flags;
    this.reader.flipStream(row);
    this.order.hasFlipped(row);
  }

  identified(row: number): void {
    this.ensureOpened(row);
    this.report(row, 'identified', this.clock);
  }

  violation(row: number, fromClient: boolean, protocol: string, rule: string, detail: string): void {
    const base = row * FlowTable.stride;
    const { words } = this.table;
    this.limitedSink.violation({
      fact: 'violation',
      timeUs: this.clock,
      frame: this.lastFrame(row),
      flow: row,
      client: words[base + Column.client]!,
      server: words[base + Column.server]!,
      unit: -1,
      fromClient,
      protocol,
      rule,
      detail,
      offset: -1,
      bytes: new Uint8Array(0),
    });
  }

  /** Bytes of one direction are missing for good. */
  gap(row: number, fromClient: boolean, lostBytes: number): void {
    this.table.words[row * FlowTable.stride + Column.gaps]!++;
    this.reader.gap(row, fromClient, lostBytes);
  }

  private host6(segment: number, bytes: Uint8Array, at: number): number {
    return this.hosts.hostOf(
      segment,
      AddressKind.ipv6,
      i32be(bytes, at),
      i32be(bytes, at + 4),
      i32be(bytes, at + 8),
      i32be(bytes, at + 12),
    );
  }

  private create(
    packet: Packet,
    addressA: number,
    addressB: number,
    ports: number,
    meta: number,
    kind: number,
    segment: number,
    source: number,
    destination: number,
    sourcePort: number,
    destinationPort: number,
    sourceIsA: boolean,
  ): number {
    const { table, hosts } = this;
    if (table.isFull()) this.evict(packet.timeUs);
    const row = table.insert(addressA, addressB, ports, meta);
    const base = row * FlowTable.stride;
    let sourceHost = source;
    let destinationHost = destination;
    if (kind === AddressKind.ipv4) {
      sourceHost = hosts.hostOf(segment, kind, 0, 0, 0, source);
      destinationHost = hosts.hostOf(segment, kind, 0, 0, 0, destination);
    }
    if (packet.hasMac && packet.tunnelDepth === 0) {
      this.bind(packet, sourceHost, packet.sourceMacHigh, packet.sourceMacLow);
      this.bind(packet, destinationHost, packet.destinationMacHigh, packet.destinationMacLow);
      if (isLowered(packet.ipTtl)) hosts.noteRouted(sourceHost);
    }
    let sourceIsClient = true;
    let flags = 0;
    const isTcp = (meta & 0xff) === IpProtocol.tcp && packet.hasTransport;
    if (isTcp && (packet.tcpFlags & TcpFlag.syn) !== 0) {
      sourceIsClient = (packet.tcpFlags & TcpFlag.ack) === 0;
      flags |= FlowFlag.oriented | FlowFlag.seenFromStart;
    } else if (sourcePort !== destinationPort) {
      const sourceRank = this.serverRank(sourcePort);
      const destinationRank = this.serverRank(destinationPort);
      if (sourceRank !== destinationRank) {
        sourceIsClient = destinationRank > sourceRank;
        if (Math.max(sourceRank, destinationRank) === 3) flags |= FlowFlag.oriented;
      } else if (isTcp && sourcePort !== destinationPort) sourceIsClient = destinationPort < sourcePort;
    }
    if (hosts.isBroadcastOrMulticast(destinationHost)) sourceIsClient = true;
    if (sourceIsClient === sourceIsA) flags |= FlowFlag.clientIsA;
    const { words, doubles } = table;
    words[base + Column.flags] = flags;
    words[base + Column.client] = sourceIsClient ? sourceHost : destinationHost;
    words[base + Column.server] = sourceIsClient ? destinationHost : sourceHost;
    words[base + Column.clientPort] = sourceIsClient ? sourcePort : destinationPort;
    words[base + Column.serverPort] = sourceIsClient ? destinationPort : sourcePort;
    words[base + Column.protocol] = NO_PROTOCOL;
    words[base + Column.initialSequence] = packet.tcpSequence;
    const doubleBase = row * FlowTable.doubleStride;
    doubles[doubleBase + DoubleColumn.firstUs] = packet.timeUs;
    doubles[doubleBase + DoubleColumn.lastUs] = packet.timeUs;
    doubles[doubleBase + DoubleColumn.reportedUs] = packet.timeUs;
    this.opened++;
    return row;
  }

  /** How much a port looks like a server's: 3 a decoded protocol's own, 2 well-known, 1 registered, 0 ephemeral. */
  private serverRank(port: number): number {
    if (this.reader.isUsualPort(port)) return 3;
    return port < 1024 ? 2 : port < 32768 ? 1 : 0;
  }

  private bind(packet: Packet, host: number, high: number, low: number): void {
    if (this.hosts.bindMac(host, high, low, false) !== 0) this.reportBinding(packet, host);
  }

  /** A host's MAC address was learned or has changed. */
  reportBinding(packet: Packet, host: number): void {
    const mac = this.hosts.mac(host);
    if (mac === '') return;
    this.sink.trait({
      fact: 'trait',
      timeUs: packet.timeUs,
      frame: packet.frame,
      host,
      trait: 'address-binding',
      value: mac,
    });
  }

  /** At the first packet of a server. */
  private noteHops(base: number, packet: Packet): void {
    if (packet.ipVersion === 0 || !packet.hasMac || packet.tunnelDepth > 0 || !isLowered(packet.ipTtl)) return;
    this.hosts.noteRouted(this.table.words[base + Column.server]!);
  }

  private isNewConnection(row: number, packet: Packet): boolean {
    const base = row * FlowTable.stride;
    const { words } = this.table;
    const flags = words[base + Column.flags]!;
    // The same SYN once more is a retransmission.
    if ((flags & FlowFlag.seenFromStart) !== 0 && words[base + Column.initialSequence] === packet.tcpSequence)
      return false;
    return words[base + Column.serverPackets]! + words[base + Column.clientPackets]! > 0;
  }

  private tcp(row: number, base: number, fromClient: boolean, packet: Packet): void {
    const tcpFlags = packet.tcpFlags;
    const { words } = this.table;
    const flags = words[base + Column.flags]!;
    if (!fromClient && (flags & FlowFlag.answerReported) === 0) {
      this.noteHops(base, packet);
      if ((tcpFlags & TcpFlag.rst) === 0) this.answered(row);
      else this.refused(row);
    }
    if ((tcpFlags & (TcpFlag.syn | TcpFlag.rst)) !== 0) {
      this.tcpControl(row, base, fromClient, packet);
      return;
    }
    if ((flags & FlowFlag.opened) === 0 && packet.payloadEnd === packet.payloadStart) {
      // Joined in the middle: wait for a payload, which may tell the roles, before anything is said.
      if ((tcpFlags & TcpFlag.fin) === 0) return;
    }
    this.order.segment(row, base, fromClient, packet);
    if ((words[base + Column.flags]! & FlowFlag.opened) === 0) this.ensureOpened(row);
    if ((tcpFlags & TcpFlag.fin) !== 0) this.fin(row, base, fromClient);
  }

  private tcpControl(row: number, base: number, fromClient: boolean, packet: Packet): void {
    const { words } = this.table;
    if ((packet.tcpFlags & TcpFlag.rst) !== 0) {
      this.ensureOpened(row);
      this.startClosing(row, base);
      return;
    }
    this.stacks.note(packet, words[base + (fromClient ? Column.client : Column.server)]!);
    const at = base + (fromClient ? Column.nextFromClient : Column.nextFromServer);
    const sync = fromClient ? FlowFlag.syncClient : FlowFlag.syncServer;
    if ((words[base + Column.flags]! & sync) === 0) {
      words[at] = (packet.tcpSequence + 1) | 0;
      words[base + Column.flags]! |= sync;
    }
    this.ensureOpened(row);
    // A SYN may carry data (TCP Fast Open): it starts one number later.
    if (packet.payloadEnd > packet.payloadStart) {
      packet.tcpSequence = (packet.tcpSequence + 1) | 0;
      this.order.segment(row, base, fromClient, packet);
    }
  }

  private fin(row: number, base: number, fromClient: boolean): void {
    const { words } = this.table;
    // After a flip the sides changed, but a FIN is only weighed together with the other one.
    const flags = (words[base + Column.flags]! |= fromClient ? FlowFlag.finClient : FlowFlag.finServer);
    if ((flags & FlowFlag.finClient) !== 0 && (flags & FlowFlag.finServer) !== 0) this.startClosing(row, base);
  }

  private startClosing(row: number, base: number): void {
    const { words } = this.table;
    if ((words[base + Column.flags]! & FlowFlag.closing) !== 0) return;
    words[base + Column.flags]! |= FlowFlag.closing;
    this.closingRows.push(row);
  }

  private answered(row: number): void {
    const base = row * FlowTable.stride;
    const { words } = this.table;
    const flags = words[base + Column.flags]!;
    words[base + Column.flags] = flags | FlowFlag.answered | FlowFlag.answerReported;
    if ((flags & FlowFlag.opened) !== 0 && (flags & FlowFlag.answered) === 0) this.report(row, 'answered', this.clock);
  }

  private refused(row: number): void {
    const base = row * FlowTable.stride;
    this.ensureOpened(row);
    this.table.words[base + Column.flags]! |= FlowFlag.refused | FlowFlag.answerReported;
    this.report(row, 'refused', this.clock);
  }

  private ensureOpened(row: number): void {
    const at = row * FlowTable.stride + Column.flags;
    const flags = this.table.words[at]!;
    if ((flags & FlowFlag.opened) !== 0) return;
    this.table.words[at] = flags | FlowFlag.opened;
    this.report(row, 'opened', this.clock);
    if ((flags & FlowFlag.answered) !== 0) this.report(row, 'answered', this.clock);
  }

  private sweep(row: number, timeUs: number): void {
    const base = row * FlowTable.stride;
    const doubleBase = row * FlowTable.doubleStride;
    const { words, doubles } = this.table;
    const idle = timeUs - doubles[doubleBase + DoubleColumn.lastUs]!;
    const flags = words[base + Column.flags]!;
    const protocol = words[base + Column.meta]! & 0xff;
    let most = IDLE_US.other;
    if ((flags & FlowFlag.closing) !== 0) most = IDLE_US.closing;
    else if (protocol === IpProtocol.udp) most = IDLE_US.udp;
    else if (protocol === IpProtocol.tcp)
      most = (flags & FlowFlag.answered) === 0 ? IDLE_US.tcpUnanswered : IDLE_US.tcp;
    if (idle > most) {
      this.close(row, timeUs);
    } else if (
      doubles[doubleBase + DoubleColumn.lastUs]! - doubles[doubleBase + DoubleColumn.reportedUs]! >=
      UPDATE_US
    ) {
      doubles[doubleBase + DoubleColumn.reportedUs] = doubles[doubleBase + DoubleColumn.lastUs]!;
      if ((flags & FlowFlag.opened) !== 0) this.report(row, 'updated', timeUs);
    }
  }

  /** Makes room: of some rows in turn, the longest idle one goes. */
  private evict(timeUs: number): void {
    const { table } = this;
    let victim = 0;
    let oldest = Infinity;
    for (let looked = 0; looked < EVICTION_SAMPLE; looked++) {
      if (this.evictionHand >= table.top) this.evictionHand = 1;
      const row = this.evictionHand++;
      if (!table.isUsed(row)) continue;
      const last = table.doubles[row * FlowTable.doubleStride + DoubleColumn.lastUs]!;
      if (last < oldest) {
        oldest = last;
        victim = row;
      }
    }
    if (victim === 0) return;
    this.forgotten++;
    this.close(victim, timeUs);
  }

  private close(row: number, timeUs: number): void {
    this.order.closed(row);
    this.reader.closed(row, timeUs);
    this.ensureOpened(row);
    if (packetsOf(this.table.words, row * FlowTable.stride) < FIRST_PACKETS) this.tellFirstPackets(row, timeUs);
    this.report(row, 'closed', timeUs);
    this.table.remove(row);
  }

  /** Not of what controls a process or a building: those devices are known by what they say. */
  private tellFirstPackets(row: number, timeUs: number): void {
    const told = this.firstPackets;
    if (told === null) return;
    const base = row * FlowTable.stride;
    const { words } = this.table;
    const protocol = words[base + Column.protocol]!;
    if (protocol >= 0 && this.isControl[protocol] === true) return;
    told.tell(row, {
      timeUs,
      frame: this.lastFrame(row),
      client: words[base + Column.client]!,
      server: words[base + Column.server]!,
      transport: transportOf(words[base + Column.meta]! & 0xff),
      serverPort: this.shownServerPort(words, base),
      packets: packetsOf(words, base),
      clientIsA: (words[base + Column.flags]! & FlowFlag.clientIsA) !== 0,
      hasServerSpoken: words[base + Column.serverPackets]! > 0,
    });
  }

  private lastFrame(row: number): number {
    const seen = packetsOf(this.table.words, row * FlowTable.stride);
    return this.table.doubles[row * FlowTable.doubleStride + DoubleColumn.frames + ((seen - 1) & 7)]!;
  }

  /** The last eight frames, or all, oldest first. */
  private lastFrames(row: number): number[] {
    const { words, doubles } = this.table;
    const seen = packetsOf(words, row * FlowTable.stride);
    const start = row * FlowTable.doubleStride + DoubleColumn.frames;
    const first = Math.max(0, seen - 8);
    const frames = [doubles[start + (first & 7)]!];
    for (let at = first + 1; at < seen; at++) frames.push(doubles[start + (at & 7)]!);
    return frames;
  }

  /** From row `from` on, what is known of at most `most` open conversations that had a packet since; gives the row after. */
  openSince(sinceUs: number, from: number, most: number, visit: (conversation: Conversation) => void): number {
    const { table } = this;
    let row = Math.max(1, from);
    for (let visited = 0; row < table.top && visited < most; row++) {
      if (!table.isUsed(row) || table.doubles[row * FlowTable.doubleStride + DoubleColumn.lastUs]! < sinceUs) continue;
      if (!this.isSettled(row)) continue;
      visit(this.conversationOf(row, 'updated', this.clock));
      visited++;
    }
    return row < table.top ? row : 0;
  }

  /** It was told of, and its sides will not change places any more. */
  private isSettled(row: number): boolean {
    const base = row * FlowTable.stride;
    const { words } = this.table;
    const flags = words[base + Column.flags]!;
    if ((flags & FlowFlag.opened) === 0) return false;
    const packets = packetsOf(words, base);
    return (flags & FlowFlag.oriented) !== 0 || packets > SETTLED_PACKETS;
  }

  private report(row: number, phase: ConversationPhase, timeUs: number): void {
    this.sink.conversation(this.conversationOf(row, phase, timeUs));
  }

  private conversationOf(row: number, phase: ConversationPhase, timeUs: number): Conversation {
    const base = row * FlowTable.stride;
    const doubleBase = row * FlowTable.doubleStride;
    const { words, doubles } = this.table;
    const flags = words[base + Column.flags]!;
    const frame = this.lastFrame(row);
    // At its beginning the newest frame says all; later the last eight.
    const isBeginning = phase === 'opened' || phase === 'answered' || phase === 'identified';
    const frames = isBeginning ? [frame] : this.lastFrames(row);
    const protocol = words[base + Column.protocol]!;
    return {
      fact: 'conversation',
      phase,
      timeUs,
      frame,
      flow: row,
      client: words[base + Column.client]!,
      server: words[base + Column.server]!,
      transport: transportOf(words[base + Column.meta]! & 0xff),
      clientPort: words[base + Column.clientPort]!,
      serverPort: this.shownServerPort(words, base),
      protocol: protocol < 0 ? -1 : protocol,
      firstUs: doubles[doubleBase + DoubleColumn.firstUs]!,
      lastUs: doubles[doubleBase + DoubleColumn.lastUs]!,
      clientPackets: words[base + Column.clientPackets]!,
      serverPackets: words[base + Column.serverPackets]!,
      clientBytes: doubles[doubleBase + DoubleColumn.clientBytes]!,
      serverBytes: doubles[doubleBase + DoubleColumn.serverBytes]!,
      gaps: words[base + Column.gaps]!,
      isSeenFromStart: (flags & FlowFlag.seenFromStart) !== 0,
      isAnswered: (flags & FlowFlag.answered) !== 0,
      frames,
    };
  }

  private shownServerPort(words: Int32Array, base: number): number {
    const protocol = words[base + Column.meta]! & 0xff;
    return transportOf(protocol) === 'ip' ? protocol : words[base + Column.serverPort]!;
  }

  /** Hands facts on, but no more violations of one conversation than anybody reads. */
  private limited(sink: FactSink): FactSink {
    return {
      operation: (operation) => sink.operation(operation),
      conversation: (conversation) => sink.conversation(conversation),
      login: (login) => sink.login(login),
      transfer: (transfer) => sink.transfer(transfer),
      claim: (claim) => sink.claim(claim),
      trait: (trait) => sink.trait(trait),
      violation: (violation) => {
        if (violation.flow > 0) {
          const count = ++this.table.words[violation.flow * FlowTable.stride + Column.violations]!;
          if (count > VIOLATIONS_PER_FLOW) {
            this.violationsWithheld++;
            return;
          }
        }
        sink.violation(violation);
      },
    };
  }
}

/** What TCP and UDP carry; of other packets the whole frame. */
function sizeOf(packet: Packet): number {
  return packet.hasTransport ? packet.payloadEnd - packet.payloadStart + packet.payloadMissing : packet.originalLength;
}

function packetsOf(words: Int32Array, base: number): number {
  return words[base + Column.clientPackets]! + words[base + Column.serverPackets]!;
}

function transportOf(protocol: number): Transport {
  switch (protocol) {
    case IpProtocol.tcp:
      return 'tcp';
    case IpProtocol.udp:
      return 'udp';
    case IpProtocol.icmp:
    case IpProtocol.icmp6:
      return 'icmp';
    case LINK_PROTOCOL:
      return 'link';
    default:
      return 'ip';
  }
}

function swap(array: Int32Array | Float64Array, a: number, b: number): void {
  const kept = array[a]!;
  array[a] = array[b]!;
  array[b] = kept;
}

function swapBits(flags: number, a: number, b: number): number {
  const isDifferent = ((flags & a) !== 0) !== ((flags & b) !== 0);
  return isDifferent ? flags ^ (a | b) : flags;
}

/**
 * Systems begin with 64, 128 or 255; what lies a little below came through routers. 60, 250 and whatever is low are
 * first values of some devices, and say nothing.
 */
function isLowered(ttl: number): boolean {
  if (ttl === 60 || ttl === 250) return false;
  return (ttl >= 57 && ttl <= 63) || (ttl >= 121 && ttl <= 127) || (ttl >= 248 && ttl <= 254);
}
