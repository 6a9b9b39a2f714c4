// The one record every frame is decoded into. Numbers only; `bytes` is borrowed from the capture's batch (or from the
// fragment table, for a datagram put together again).

/** Problems a frame can have; each becomes a violation of `layer`, `rule`. */
export const PACKET_PROBLEMS = [
  { layer: 'none', rule: 'none' },
  { layer: 'ethernet', rule: 'frame-too-short' },
  { layer: 'ethernet', rule: 'length-exceeds-frame' },
  { layer: 'vlan', rule: 'tag-too-short' },
  { layer: 'vlan', rule: 'too-many-tags' },
  { layer: 'mpls', rule: 'stack-too-short' },
  { layer: 'pppoe', rule: 'header-too-short' },
  { layer: 'pppoe', rule: 'length-exceeds-frame' },
  { layer: 'arp', rule: 'too-short' },
  { layer: 'ipv4', rule: 'header-too-short' },
  { layer: 'ipv4', rule: 'header-length-invalid' },
  { layer: 'ipv4', rule: 'total-length-invalid' },
  { layer: 'ipv4', rule: 'total-length-exceeds-frame' },
  { layer: 'ipv4', rule: 'version-invalid' },
  { layer: 'ipv4', rule: 'fragment-overlap' },
  { layer: 'ipv4', rule: 'fragment-beyond-maximum' },
  { layer: 'ipv4', rule: 'fragments-dropped' },
  { layer: 'ipv6', rule: 'header-too-short' },
  { layer: 'ipv6', rule: 'version-invalid' },
  { layer: 'ipv6', rule: 'payload-length-exceeds-frame' },
  { layer: 'ipv6', rule: 'extension-too-short' },
  { layer: 'ipv6', rule: 'too-many-extensions' },
  { layer: 'ipv6', rule: 'fragment-overlap' },
  { layer: 'ipv6', rule: 'fragments-dropped' },
  { layer: 'tcp', rule: 'header-too-short' },
  { layer: 'tcp', rule: 'data-offset-invalid' },
  { layer: 'udp', rule: 'header-too-short' },
  { layer: 'udp', rule: 'length-invalid' },
  { layer: 'icmp', rule: 'header-too-short' },
  { layer: 'gre', rule: 'header-too-short' },
  { layer: 'vxlan', rule: 'header-too-short' },
  { layer: 'erspan', rule: 'header-too-short' },
  { layer: 'ip', rule: 'tunnel-too-deep' },
  { layer: 'hsr', rule: 'tag-too-short' },
  { layer: 'cooked', rule: 'header-too-short' },
  { layer: 'null', rule: 'header-too-short' },
  { layer: 'geneve', rule: 'header-too-short' },
  { layer: 'link', rule: 'header-too-short' },
  { layer: 'wireless', rule: 'header-too-short' },
  { layer: 'wireless', rule: 'subframe-exceeds-frame' },
  { layer: 'gre', rule: 'payload-length-exceeds-packet' },
] as const;

export const PACKET_PROBLEMS_MAX = 8;

/** Lowest bits first, as in the TCP header. */
export const TcpFlag = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 } as const;

export const EtherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd, vlan: 0x8100 } as const;

/** Stands for the EtherType of a wireless frame whose content is encrypted; it is none (IEEE 802.3, 3.2.6). */
export const PROTECTED_WIRELESS = 0x0100;

export const IpProtocol = { icmp: 1, ipip: 4, tcp: 6, udp: 17, ipv6: 41, gre: 47, icmp6: 58 } as const;

const NO_BYTES = new Uint8Array(0);

export class Packet {
  /** Filled by the pipeline. */
  frame = 0.5;
  timeUs = 0.5;

  bytes: Uint8Array = NO_BYTES;
  /** The same bytes: reads four at once. */
  view: DataView = new DataView(NO_BYTES.buffer);
  /** The frame as captured: bytes[frameStart..frameEnd). */
  frameStart = 0;
  frameEnd = 0;
  /** Bytes on the wire; more than frameEnd - frameStart where the capture cut the frame. */
  originalLength = 0;

  /** MAC addresses as 16 + 32 bits (the 32 signed); outermost Ethernet header. hasMac is false for links without. */
  hasMac = false;
  sourceMacHigh = 0;
  sourceMacLow = 0;
  destinationMacHigh = 0;
  destinationMacLow = 0;
  /** VLAN id of the outermost tag, and of the next one; -1 where there is none. */
  vlan = -1;
  innerVlan = -1;
  /** EtherType after all tags; an 802.3 length field is given as 0, with LLC's DSAP in `llcSap` (-1: none). */
  etherType = 0;
  llcSap = -1;
  /** Where what follows an 802.3 length ends, before padding; says something only where `llcSap` is not -1. */
  llcEnd = 0;
  /** Behind Ethernet's tags: where the link payload starts; it ends at frameEnd or before padding where known. */
  linkPayloadStart = 0;
  /**
   * How many tunnels (GRE, VXLAN, Geneve, IP in IP …) were opened; everything below is of the innermost packet. A frame
   * that a switch mirrored over ERSPAN counts as seen on its own link.
   */
  tunnelDepth = 0;
  /**
   * A `Layer` (layers.ts) where the record is not of all that the frame holds: it carries another packet, which `decodeInner` makes
   * the record's; else 0. That packet starts and ends here: captured, on the wire, and as the header in front says.
   */
  innerLayer = 0;
  innerAt = 0;
  innerEnd = 0;
  innerWireEnd = 0;
  innerSaidEnd = 0;

  /** 0 where the frame carries no IP (or none that could be read), else 4 or 6. */
  ipVersion = 0;
  /** Where the addresses stand in `bytes`: 4 or 16 bytes each. */
  sourceAt = 0;
  destinationAt = 0;
  /** The addresses of an IPv4 packet, 32 bits, signed; else 0. */
  sourceIpv4 = 0;
  destinationIpv4 = 0;
  /** IPv4 identification; IPv6: 0, or the low 16 bits of the fragment identification. */
  ipId = 0;
  ipTtl = 0;
  /** Where the IP header starts; where the IP payload (behind extension headers) starts and ends. */
  ipStart = 0;
  ipPayloadStart = 0;
  ipPayloadEnd = 0;
  /** The IP header says the payload is this much longer than what was captured. */
  ipPayloadMissing = 0;
  /** IP protocol number behind extension headers, -1 without IP. */
  ipProtocol = -1;
  /** A fragment: transport fields are not decoded until the fragment table has the whole. */
  isFragment = false;
  /** In bytes. */
  fragmentOffset = 0;
  moreFragments = false;
  /** Full fragment identification (IPv6 has 32 bits, signed). */
  fragmentId = 0;

  /** True where the transport header (TCP, UDP, ICMP) was read. */
  hasTransport = false;
  /** For ICMP: type and code. */
  sourcePort = 0;
  destinationPort = 0;
  /** 32 bits, signed. */
  tcpSequence = 0;
  tcpAcknowledgment = 0;
  tcpFlags = 0;
  tcpWindow = 0;
  tcpOptionsStart = 0;
  tcpOptionsEnd = 0;
  /** Checksum field of TCP or UDP, as it stands. */
  transportChecksum = 0;
  /** Bytes of the transport's payload that were captured: bytes[payloadStart..payloadEnd). */
  payloadStart = 0;
  payloadEnd = 0;
  /** Payload bytes that were on the wire but not captured. */
  payloadMissing = 0;

  /** ARP, where etherType is arp and it was read: operation 1 request, 2 reply; addresses at these offsets. */
  hasArp = false;
  arpOperation = 0;
  arpSenderMacAt = 0;
  arpSenderIpAt = 0;
  arpTargetMacAt = 0;
  arpTargetIpAt = 0;

  /** A PRP trailer or HSR tag was there: LAN id or path and sequence number tell copies apart. */
  hasRedundancyTag = false;
  redundancySequence = 0;

  problemCount = 0;
  /** Index in PACKET_PROBLEMS and offset from frameStart, for each problem. */
  readonly problem = new Int32Array(PACKET_PROBLEMS_MAX);
  readonly problemOffset = new Int32Array(PACKET_PROBLEMS_MAX);

  /** What offsets are in from now on. */
  show(bytes: Uint8Array): void {
    if (this.bytes === bytes) return;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Notes a problem; more than fit are dropped. `at` is an offset in `bytes`. */
  addProblem(problem: number, at: number): void {
    if (this.problemCount >= PACKET_PROBLEMS_MAX) return;
    this.problem[this.problemCount] = problem;
    this.problemOffset[this.problemCount] = at - this.frameStart;
    this.problemCount++;
  }
}
