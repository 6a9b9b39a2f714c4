// The connections that Forward Open makes inside a conversation: their ids in both directions, where they lead, and the
// number that stands for them in the keys of waiting requests.

/** Of one conversation: more, and the oldest is forgotten. */
const PER_FLOW_MAX = 32;
/** Conversations with connections: more, and the oldest is forgotten. */
const FLOWS_MAX = 16_384;

export class Connection {
  /** Small number, unique within its conversation for as long as PER_FLOW_MAX younger ones do not come. */
  readonly index: number;
  /** Ids of the data to the target and to the originator, 32 bits taken as signed: such a number needs no object. */
  toTarget = 0;
  isTargetKnown = false;
  toOriginator = 0;
  isOriginatorKnown = false;
  /** Connection serial number, and the originator's vendor and serial number: together unique. */
  serial = -1;
  vendor = -1;
  originator = -1;
  unit = -1;
  classId = -1;
  /** Messages go over it; I/O is kept only until its answer. */
  isExplicit = true;
  /** What the electronic key of its path asks for, 0 where any will do. */
  keyVendor = 0;
  keyProductCode = 0;
  /** The last sequence count of a request. */
  sequence = -1;

  constructor(index: number) {
    this.index = index;
  }

  learnTarget(id: number): void {
    this.toTarget = id;
    this.isTargetKnown = true;
  }

  learnOriginator(id: number): void {
    this.toOriginator = id;
    this.isOriginatorKnown = true;
  }
}

interface FlowConnections {
  readonly open: Connection[];
  made: number;
}

export class Connections {
  /** One of them leads to Data Highway Plus, where it is no service that tells an answer. */
  hasHighway = false;
  readonly #flows = new Map<number, FlowConnections>();

  /** The connection over which a request with this id goes; made where none is known: it was open before. */
  ofRequest(flow: number, id: number): Connection {
    const known = this.#flows.get(flow);
    if (known !== undefined) {
      for (const connection of known.open)
        if (connection.toTarget === id && connection.isTargetKnown) return connection;
    }
    const connection = this.add(flow);
    connection.learnTarget(id);
    return connection;
  }

  /** The connection over which an answer with this id comes, null where none is known. */
  ofAnswer(flow: number, id: number): Connection | null {
    const known = this.#flows.get(flow);
    if (known === undefined) return null;
    for (const connection of known.open) {
      if (connection.toOriginator === id && connection.isOriginatorKnown) return connection;
    }
    return null;
  }

  /** Connections of the conversation whose answers were not seen yet. */
  withoutAnswer(flow: number): readonly Connection[] {
    const open = this.#flows.get(flow)?.open;
    return open === undefined ? NONE : open.filter(({ isOriginatorKnown }) => !isOriginatorKnown);
  }

  bySerial(flow: number, serial: number, vendor: number, originator: number): Connection | null {
    const open = this.#flows.get(flow)?.open;
    if (open === undefined) return null;
    for (let index = open.length - 1; index >= 0; index--) {
      const connection = open[index]!;
      if (connection.serial === serial && connection.vendor === vendor && connection.originator === originator)
        return connection;
    }
    return null;
  }

  add(flow: number): Connection {
    let known = this.#flows.get(flow);
    if (known === undefined) {
      if (this.#flows.size >= FLOWS_MAX) {
        for (const oldest of this.#flows.keys()) {
          this.#flows.delete(oldest);
          break;
        }
      }
      known = { open: [], made: 0 };
      this.#flows.set(flow, known);
    }
    if (known.open.length >= PER_FLOW_MAX) known.open.shift();
    const connection = new Connection(known.made++ & (PER_FLOW_MAX * 2 - 1));
    known.open.push(connection);
    return connection;
  }

  remove(flow: number, connection: Connection): void {
    const open = this.#flows.get(flow)?.open;
    const at = open?.indexOf(connection) ?? -1;
    if (at >= 0) open!.splice(at, 1);
  }

  closed(flow: number): void {
    this.#flows.delete(flow);
  }
}

const NONE: readonly Connection[] = [];
