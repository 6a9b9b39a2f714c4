// What is remembered of a master and an outstation that talk in one conversation: fragments that are being put together,
// the selection that waits for its operate, the response that goes on in the next fragment. Bounded: a conversation that
// uses ever new addresses forgets its oldest pair, and all conversations together forget the oldest of them.

const PAIRS_MAX = 65_536;
const PAIRS_PER_FLOW_MAX = 256;

/** Segments of one direction on their way to a fragment. */
export class Reassembly {
  buffer: Uint8Array | null = null;
  length = 0;
  /** Transport sequence of the segment that comes next. */
  nextSequence = 0;
  /** A first segment was seen since the last loss: what does not fit then breaks a rule. */
  isInStep = false;
}

/** A response that goes on in a fragment with this sequence; -1 where none does. */
export interface Continuation {
  nextSequence: number;
  timeUs: number;
  requestFrame: number;
  verb: number;
  function: number;
  subfunction: number;
}

export class Association {
  readonly flow: number;
  readonly master: number;
  readonly outstation: number;
  next: Association | null = null;
  readonly fromMaster = new Reassembly();
  readonly fromOutstation = new Reassembly();
  /** The master is who the conversation takes for the server. */
  isReversed = false;
  /** Number of the last request that was answered: those before it are not answered any more. */
  serialAtAnswer = 0;
  /** Internal indications of the last response, -1 while none was seen. */
  indications = -1;
  /** What was last claimed of the outstation's state. */
  toldState = '';
  /** When the master asked for something first, -1 while it has not. */
  firstRequestUs = -1;
  /** The master has polled classes. */
  isPolled = false;
  /** A disable of unsolicited responses is not answered yet. */
  hasOpenDisable = false;
  /** Stands for the objects of the select that waits for its operate, -1 where none does. */
  selected = -1;
  selectedSequence = 0;
  /** Something the master said was lost since: it may have been a select. */
  isSelectUnknown = false;
  readonly continued: Continuation = {
    nextSequence: -1,
    timeUs: 0.5,
    requestFrame: 0.5,
    verb: 0,
    function: 0,
    subfunction: 0,
  };

  constructor(flow: number, master: number, outstation: number) {
    this.flow = flow;
    this.master = master;
    this.outstation = outstation;
  }
}

export class Associations {
  readonly #byFlow = new Map<number, Association>();
  #count = 0;
  /** Called with what is forgotten. */
  readonly #forget: (association: Association) => void;

  constructor(forget: (association: Association) => void) {
    this.#forget = forget;
  }

  /** The pair of addresses in this conversation, made where it is new. */
  of(flow: number, master: number, outstation: number): Association {
    const first = this.#byFlow.get(flow);
    let length = 0;
    for (let one: Association | null = first ?? null; one !== null; one = one.next) {
      if (one.outstation === outstation && one.master === master) return one;
      length++;
    }
    const made = new Association(flow, master, outstation);
    if (this.#count >= PAIRS_MAX) this.#forgetOldestFlow(flow);
    made.next = first ?? null;
    if (length >= PAIRS_PER_FLOW_MAX) this.#forgetOldestOf(made);
    this.#byFlow.set(flow, made);
    this.#count++;
    return made;
  }

  first(flow: number): Association | null {
    return this.#byFlow.get(flow) ?? null;
  }

  closed(flow: number): void {
    for (let one = this.first(flow); one !== null; one = one.next) {
      this.#forget(one);
      this.#count--;
    }
    this.#byFlow.delete(flow);
  }

  #forgetOldestFlow(newest: number): void {
    for (const flow of this.#byFlow.keys()) {
      if (flow === newest) continue;
      this.closed(flow);
      return;
    }
  }

  #forgetOldestOf(newest: Association): void {
    let before = newest;
    let last = newest;
    for (let one = newest.next; one !== null; one = one.next) {
      before = last;
      last = one;
    }
    this.#forget(last);
    this.#count--;
    before.next = null;
  }
}
