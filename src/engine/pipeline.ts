// The way of the data on one screen: frames → packets → conversations → messages → facts. What the facts are handed to
// (inventory, modules, a listener) is the sink's matter.
import type { FrameBatch } from '../capture/frames.ts';
import type { FactSink } from '../facts/facts.ts';
import type { Protocol } from '../facts/protocol.ts';
import { AddressKind, HostTable } from '../flow/hosts.ts';
import { ArpAsking } from '../flow/arp-asking.ts';
import { FlowTracker, type FlowLimits } from '../flow/tracker.ts';
import { decodeFrame, decodeInner } from '../packet/decode.ts';
import { DuplicateFilter } from '../packet/duplicates.ts';
import { FragmentTable } from '../packet/fragments.ts';
import { EtherType, IpProtocol, PACKET_PROBLEMS, Packet } from '../packet/packet.ts';
import { i32be, u16be } from '../bytes/endian.ts';

/** Violations of the layers below the protocols handed on for each rule; further ones are counted. */
const PACKET_VIOLATIONS_PER_RULE = 1000;
const SECOND_US = 1e6;
/** Neighbour discovery: what a message of the own link comes with, its types, and its option behind target and header. */
const LOCAL_HOP_LIMIT = 255;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;
const NEIGHBOUR_OPTION_AT = 24;
const NEIGHBOUR_SIZE = 32;
const SOURCE_LINK_ADDRESS = 1;
const TARGET_LINK_ADDRESS = 2;

const ArpOperation = { request: 1, reply: 2 } as const;

export interface Clockwork {
  /** A second of packet time has passed, however many: called before the packet that shows it. */
  tick(timeUs: number): void;
}

export class Pipeline {
  readonly packet = new Packet();
  readonly hosts: HostTable;
  readonly flows: FlowTracker;
  readonly fragments = new FragmentTable();
  frames = 0;
  bytes = 0;
  duplicates = 0;
  /** Frames of a link type that is not decoded, or that hold nothing of a host: control of a wireless network or a line. */
  otherLinkFrames = 0;
  /** Frames whose time was earlier than that of a frame before: taken as now. */
  timeJumps = 0;
  /** How often each entry of PACKET_PROBLEMS was seen. */
  readonly problems = new Float64Array(PACKET_PROBLEMS.length);
  nowUs = 0;
  private readonly duplicateFilter: DuplicateFilter | null;
  private readonly sink: FactSink;
  private readonly clockwork: Clockwork;
  private readonly arpAsking: ArpAsking;
  private nextTickUs = 0;

  constructor(
    sink: FactSink,
    clockwork: Clockwork,
    protocols: readonly Protocol[],
    hosts: HostTable,
    options: {
      readonly keepDuplicates?: boolean;
      readonly duplicateSeed?: number;
      readonly flowLimits?: FlowLimits;
      /** Tell the sizes, directions and gaps of the first packets of each conversation. */
      readonly firstPackets?: boolean;
    } = {},
  ) {
    this.sink = sink;
    this.arpAsking = new ArpAsking(sink);
    this.clockwork = clockwork;
    this.hosts = hosts;
    this.flows = new FlowTracker(sink, hosts, protocols, options.flowLimits, options.firstPackets === true);
    this.duplicateFilter = options.keepDuplicates === true ? null : new DuplicateFilter(options.duplicateSeed);
  }

  batch(batch: FrameBatch): void {
    const { count } = batch;
    for (let index = 0; index < count; index++) this.frame(batch, index);
  }

  // The times and the frame's reference are doubles: handed over as arguments each would be an object on the heap.
  private frame(batch: FrameBatch, index: number): void {
    const { packet } = this;
    const { bytes } = batch;
    const originalLength = batch.originalLength[index]!;
    const timeUs = batch.timeUs[index]!;
    this.frames++;
    this.bytes += originalLength;
    if (timeUs >= this.nowUs) {
      this.nowUs = timeUs;
      if (timeUs >= this.nextTickUs) this.tick();
    } else this.timeJumps++;
    packet.timeUs = this.nowUs;
    packet.frame = batch.frame[index]!;
    const start = batch.offset[index]!;
    decodeFrame(packet, bytes, start, start + batch.capturedLength[index]!, originalLength, batch.linkType[index]!);
    if (packet.problemCount > 0) this.reportProblems(0);
    // Duplicates are told by the frame's own time, in whole numbers of 32 bits.
    if (this.duplicateFilter !== null && this.duplicateFilter.isDuplicate(packet, timeUs | 0)) {
      this.duplicates++;
      return;
    }
    this.decoded();
    // The outer packet first, then what it carries.
    while (packet.innerLayer !== 0) {
      const isAnother = decodeInner(packet);
      if (packet.problemCount > 0) this.reportProblems(0);
      if (isAnother) this.decoded();
    }
  }

  /** What the record shows now. */
  private decoded(): void {
    const { packet } = this;
    if (packet.isFragment) {
      const known = packet.problemCount;
      const isWhole = this.fragments.add(packet);
      if (packet.problemCount > known) this.reportProblems(known);
      if (!isWhole) return;
    }
    if (packet.ipVersion !== 0) {
      if (packet.ipProtocol === IpProtocol.icmp6 && packet.ipTtl === LOCAL_HOP_LIMIT) this.neighbour();
      this.flows.packet(packet);
    } else if (packet.hasArp) this.arp();
    else if (!packet.hasMac) this.otherLinkFrames++;
    else if (packet.etherType !== EtherType.arp) this.flows.packet(packet);
  }

  /** Live only: no frame came, but the clock went on, so that what is overdue can end. */
  passTime(timeUs: number): void {
    // Before the first frame nothing can be overdue.
    if (this.nowUs === 0 || timeUs <= this.nowUs) return;
    this.nowUs = timeUs;
    if (timeUs >= this.nextTickUs) this.tick();
  }

  end(): void {
    this.flows.end(this.nowUs);
  }

  private tick(): void {
    const isFirst = this.nextTickUs === 0;
    this.nextTickUs = Math.floor(this.nowUs / SECOND_US) * SECOND_US + SECOND_US;
    if (isFirst) return;
    this.flows.tick(this.nowUs);
    this.clockwork.tick(this.nowUs);
  }

  /** ARP says which MAC address stands behind an address; probes (sender 0.0.0.0) say nothing yet. */
  private arp(): void {
    const { packet, hosts } = this;
    const { bytes } = packet;
    const address = i32be(bytes, packet.arpSenderIpAt);
    if (address === 0) return;
    const segment = hosts.segmentOf(packet.vlan, packet.innerVlan);
    const host = hosts.hostOf(segment, AddressKind.ipv4, 0, 0, 0, address);
    const at = packet.arpSenderMacAt;
    if (hosts.bindMac(host, u16be(bytes, at), i32be(bytes, at + 2), true) !== 0) this.flows.reportBinding(packet, host);
    const target = i32be(bytes, packet.arpTargetIpAt);
    if (target === address) return;
    if (packet.arpOperation === ArpOperation.request) this.arpAsking.asked(host, target, packet.timeUs, packet.frame);
    else if (packet.arpOperation === ArpOperation.reply) {
      this.arpAsking.answered(hosts.hostOf(segment, AddressKind.ipv4, 0, 0, 0, target), address);
    }
  }

  /** Neighbour discovery says the same for IPv6 (RFC 4861 4.3, 4.4), in messages that no router hands on. */
  private neighbour(): void {
    const { packet, hosts } = this;
    const { bytes, ipPayloadStart: start, ipPayloadEnd: end } = packet;
    if (end - start < NEIGHBOUR_SIZE || packet.tunnelDepth > 0) return;
    const isAdvertised = bytes[start] === NEIGHBOUR_ADVERTISEMENT;
    if (!isAdvertised && bytes[start] !== NEIGHBOUR_SOLICITATION) return;
    const option = start + NEIGHBOUR_OPTION_AT;
    if (bytes[option] !== (isAdvertised ? TARGET_LINK_ADDRESS : SOURCE_LINK_ADDRESS) || bytes[option + 1] !== 1) return;
    const at = isAdvertised ? start + 8 : packet.sourceAt;
    // The unspecified address asks whether another one is free, a multicast address is nobody's.
    if (bytes[at] === 0 || bytes[at] === 0xff) return;
    const segment = hosts.segmentOf(packet.vlan, packet.innerVlan);
    const [a, b, c, d] = [i32be(bytes, at), i32be(bytes, at + 4), i32be(bytes, at + 8), i32be(bytes, at + 12)];
    const host = hosts.hostOf(segment, AddressKind.ipv6, a, b, c, d);
    const isNew = hosts.bindMac(host, u16be(bytes, option + 2), i32be(bytes, option + 4), true) !== 0;
    if (isNew) this.flows.reportBinding(packet, host);
  }

  private reportProblems(from: number): void {
    const { packet } = this;
    for (let index = from; index < packet.problemCount; index++) {
      const problem = packet.problem[index]!;
      const count = ++this.problems[problem]!;
      if (count > PACKET_VIOLATIONS_PER_RULE) continue;
      const { layer, rule } = PACKET_PROBLEMS[problem]!;
      const offset = packet.problemOffset[index]!;
      const at = packet.frameStart + offset;
      this.sink.violation({
        fact: 'violation',
        timeUs: packet.timeUs,
        frame: packet.frame,
        flow: -1,
        client: 0,
        server: 0,
        unit: -1,
        fromClient: true,
        protocol: layer,
        rule,
        detail: '',
        offset,
        bytes: packet.bytes.slice(at, Math.min(packet.frameEnd, at + 32)),
      });
    }
  }
}
