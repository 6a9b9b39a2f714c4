// A client and a server that talk HTTP over a wire on which segments are lost at the tap, for tests: what is sent through the
// flow stage to the decoder, as a capture would show it. No part of the program.
import type { FactSink } from '../../facts/facts.ts';
import { HostTable } from '../../flow/hosts.ts';
import { FlowTracker } from '../../flow/tracker.ts';
import { IpProtocol, Packet, TcpFlag } from '../../packet/packet.ts';
import { http } from './index.ts';

const CLIENT = 0x0a000001;
const SERVER = 0x0a000002;
const FIRST_US = 1_700_000_000_000_000;

/** One TCP connection. What each side acknowledges is all that it was sent, whether the tap saw it or not. */
export class Wire {
  /** The names of the files that were told, and what was in them. */
  readonly files: { name: string; text: string }[] = [];
  readonly #tracker: FlowTracker;
  readonly #record = new Packet();
  readonly #next = [1000, 0x7fffff00];
  #frame = 0;
  #timeUs = FIRST_US;

  constructor() {
    const open = new Map<string, { name: string; text: string }>();
    const ignore = (): void => undefined;
    const sink: FactSink = {
      operation: ignore,
      conversation: ignore,
      login: ignore,
      claim: ignore,
      violation: ignore,
      trait: ignore,
      transfer: (fact) => {
        if (fact.phase === 'begun') {
          const file = { name: fact.name, text: '' };
          open.set(fact.transfer, file);
          this.files.push(file);
        } else if (fact.phase === 'piece') open.get(fact.transfer)!.text += Buffer.from(fact.bytes).toString('latin1');
      },
    };
    this.#tracker = new FlowTracker(sink, new HostTable(), [http]);
  }

  /** One segment; `notReceived`: so many bytes that the other side sent last have not arrived yet. */
  send(fromClient: boolean, text: string, isLost: boolean, notReceived = 0): this {
    const own = fromClient ? 0 : 1;
    const record = this.#record;
    const bytes = Buffer.alloc(8 + text.length);
    bytes.writeInt32BE(fromClient ? CLIENT : SERVER, 0);
    bytes.writeInt32BE(fromClient ? SERVER : CLIENT, 4);
    bytes.write(text, 8, 'latin1');
    record.bytes = bytes;
    record.ipVersion = 4;
    record.ipProtocol = IpProtocol.tcp;
    record.hasTransport = true;
    record.sourceAt = 0;
    record.destinationAt = 4;
    record.sourcePort = fromClient ? 50_000 : 80;
    record.destinationPort = fromClient ? 80 : 50_000;
    record.tcpSequence = this.#next[own]! | 0;
    record.tcpAcknowledgment = (this.#next[1 - own]! - notReceived) | 0;
    record.tcpFlags = TcpFlag.ack;
    record.payloadStart = 8;
    record.payloadEnd = bytes.length;
    record.payloadMissing = 0;
    record.originalLength = 54 + text.length;
    record.frame = ++this.#frame;
    this.#next[own]! += text.length;
    this.wait(100);
    record.timeUs = this.#timeUs;
    if (!isLost) this.#tracker.packet(record);
    return this;
  }

  wait(us: number): this {
    this.#timeUs += us;
    return this;
  }

  end(): this {
    this.#tracker.end(this.#timeUs);
    return this;
  }
}
