// TCP segments and datagrams in any order, overlapping, with losses, through the flow stage and all protocols; the
// tables are kept small, so that making room is tried as well.
import { HostTable } from '../src/flow/hosts.ts';
import { FlowTracker } from '../src/flow/tracker.ts';
import { EtherType, IpProtocol, Packet } from '../src/packet/packet.ts';
import { protocols } from '../src/protocols/index.ts';
import { conversationSeeds } from './corpus.ts';
import { FactSignature } from './fact-signature.ts';
import { Control, scriptOf, walkScript, type Step } from './script.ts';
import type { Run, Target } from './target.ts';

const FLOWS_MAX = 1024;
const CLIENT_PORTS = 4000;
const SEEDS_MAX = 400;

export const streams: Target = {
  name: 'streams',
  summary: 'segments and datagrams into conversations and messages: order, overlaps, losses, table limits',
  bytesMax: 8192,
  seeds: () =>
    conversationSeeds(
      protocols.flatMap((protocol) => protocol.ports),
      SEEDS_MAX,
    ).map(scriptOf),
  open,
};

function open(): Run {
  const player = new Player();
  return (input) => player.play(input);
}

class Player {
  private readonly signature = new FactSignature();
  private readonly tracker: FlowTracker;
  private readonly record = new Packet();
  private readonly ports = protocols.flatMap((protocol) => protocol.ports);
  private conversation = 0;
  private readonly sequence: [number, number] = [0, 0];

  constructor() {
    this.tracker = new FlowTracker(this.signature.sink, new HostTable(), protocols, { flowsMax: FLOWS_MAX });
    this.record.frame = 0;
    this.record.timeUs = 1_700_000_000_000_000;
  }

  play(script: Uint8Array): number[] {
    this.signature.reset();
    this.next();
    walkScript(script, (step) => this.step(script, step));
    this.signature.assertWellFormed();
    const { decoderFaults, faultNotes } = this.tracker.reader;
    if (decoderFaults > 0) throw new Error(`a decoder threw: ${faultNotes.join('; ')}`);
    return [...this.signature.kinds];
  }

  private step(script: Uint8Array, step: Step): void {
    const { record } = this;
    if ((step.control & Control.next) !== 0) this.next();
    record.frame++;
    record.timeUs += 100;
    if ((step.control & Control.second) !== 0) {
      record.timeUs += 1_000_000;
      this.tracker.tick(record.timeUs);
    }
    this.fill(script, step);
    this.tracker.packet(record);
  }

  private fill(script: Uint8Array, step: Step): void {
    const { record, conversation } = this;
    const payload = script.subarray(step.start, step.end);
    const isFromServer = (step.control & Control.fromServer) !== 0;
    const client = [192, 0, 2, 1 + (conversation % 50)];
    const server = [198, 51, 100, 1 + (conversation % 7)];
    const bytes = new Uint8Array(8 + payload.length);
    bytes.set(isFromServer ? [...server, ...client] : [...client, ...server]);
    bytes.set(payload, 8);
    record.bytes = bytes;
    record.frameStart = 0;
    record.frameEnd = bytes.length;
    record.etherType = EtherType.ipv4;
    record.ipVersion = 4;
    record.sourceAt = 0;
    record.destinationAt = 4;
    record.hasTransport = true;
    const clientPort = 40_000 + (conversation % CLIENT_PORTS);
    const serverPort = this.ports[conversation % (this.ports.length + 1)] ?? 10_000;
    record.sourcePort = isFromServer ? serverPort : clientPort;
    record.destinationPort = isFromServer ? clientPort : serverPort;
    record.payloadStart = 8;
    record.payloadEnd = bytes.length;
    record.payloadMissing = (step.control & Control.cut) !== 0 ? 1 + (step.tcpFlags & 15) : 0;
    record.originalLength = bytes.length + record.payloadMissing;
    const isTcp = (step.control & Control.datagram) === 0;
    record.ipProtocol = isTcp ? IpProtocol.tcp : IpProtocol.udp;
    record.tcpFlags = step.tcpFlags & 0x3f;
    if (isTcp) this.number(step, payload.length + record.payloadMissing);
  }

  private number(step: Step, length: number): void {
    const { record, sequence } = this;
    const direction = (step.control & Control.fromServer) === 0 ? 0 : 1;
    const isLost = (step.control & Control.gap) !== 0;
    if (isLost) sequence[direction] += 1 + (step.tcpFlags & 0xff);
    const offset = (step.control & Control.displaced) !== 0 ? step.sequenceOffset : 0;
    record.tcpSequence = (sequence[direction] + offset) | 0;
    record.tcpAcknowledgment = sequence[1 - direction]! | 0;
    record.tcpWindow = 8192;
    if (offset === 0) sequence[direction] += length + (step.tcpFlags & 2 ? 1 : 0) + (step.tcpFlags & 1);
  }

  private next(): void {
    this.conversation++;
    // Some begin just before the sequence number wraps.
    const start = this.conversation % 3 === 0 ? 0xffff_fff0 : Math.imul(this.conversation, 0x9e3779b1) >>> 0;
    this.sequence[0] = start;
    this.sequence[1] = start ^ 0x5555;
  }
}
