// Compares the messages that two decoders found in the same capture, by frame, protocol and kind, and counts agreement.

/** One message as one decoder read it. */
export interface Message {
  readonly frame: number;
  readonly protocol: string;
  readonly kind: string;
  /** What else both show of it; '' for nothing. */
  readonly detail: string;
  /** The decoder calls it malformed itself: what it shows of it is a guess. */
  readonly isDoubtful?: boolean;
}

/** `tshark` or `here`: that side alone has the message. `both`: they read it differently. */
export type Side = 'tshark' | 'here' | 'both';

export interface Disagreement {
  readonly side: Side;
  readonly frame: number;
  readonly protocol: string;
  readonly kind: string;
  readonly detail: string;
  /** Of `both`: what we read. */
  readonly ours: string;
}

export interface Agreed {
  readonly protocol: string;
  readonly kind: string;
  theirs: number;
  ours: number;
  agreed: number;
  disagreements: number;
}

export class MessageComparison {
  /** By protocol and kind. */
  readonly rows = new Map<string, Agreed>();
  /** By protocol: messages that tshark calls malformed, and that are not the same here: nobody is right or wrong. */
  readonly doubtful = new Map<string, number>();

  /**
   * Adds one capture; what differs is returned. `framesOf`: the frames from which the other decoder has put together what it
   * shows in this one: we name the one that ends the message, which segments out of order or sent again may change.
   */
  add(
    ours: readonly Message[],
    theirs: readonly Message[],
    framesOf: (frame: number) => ReadonlySet<number>,
  ): Disagreement[] {
    const left = new Remaining(ours);
    const open: Message[] = [];
    for (const their of theirs) {
      if (left.take(their.frame, their, 'detail') !== null) this.#agree(their);
      else open.push(their);
    }
    const unmatched: Message[] = [];
    for (const their of open) {
      const frames = [...framesOf(their.frame)];
      if (frames.some((frame) => left.take(frame, their, 'detail') !== null)) this.#agree(their);
      else unmatched.push(their);
    }
    const found: Disagreement[] = [];
    for (const their of unmatched) {
      if (their.isDoubtful === true) {
        this.doubtful.set(their.protocol, (this.doubtful.get(their.protocol) ?? 0) + 1);
        continue;
      }
      const our = left.take(their.frame, their, 'kind') ?? left.take(their.frame, their, 'protocol');
      found.push(this.#differ(our === null ? 'tshark' : 'both', their, our));
    }
    for (const our of left.all()) found.push(this.#differ('here', our, null));
    return found;
  }

  #agree(message: Message): void {
    const row = this.#row(message);
    row.theirs++;
    row.ours++;
    row.agreed++;
  }

  #differ(side: Side, message: Message, our: Message | null): Disagreement {
    const row = this.#row(message);
    if (side !== 'here') row.theirs++;
    if (side !== 'tshark') row.ours++;
    row.disagreements++;
    const { frame, protocol, kind, detail } = message;
    return { side, frame, protocol, kind, detail, ours: our === null ? '' : wordsOf(our) };
  }

  #row({ protocol, kind }: Message): Agreed {
    const key = `${protocol} ${kind}`;
    let row = this.rows.get(key);
    if (row === undefined) {
      row = { protocol, kind, theirs: 0, ours: 0, agreed: 0, disagreements: 0 };
      this.rows.set(key, row);
    }
    return row;
  }
}

export function wordsOf({ kind, detail }: Pick<Message, 'kind' | 'detail'>): string {
  return detail === '' ? kind : `${kind} (${detail})`;
}

/** Our messages that nobody has matched yet, by frame. */
class Remaining {
  readonly #byFrame = new Map<number, Message[]>();

  constructor(messages: readonly Message[]) {
    for (const message of messages) {
      const list = this.#byFrame.get(message.frame);
      if (list === undefined) this.#byFrame.set(message.frame, [message]);
      else list.push(message);
    }
  }

  /** The first of the frame that is the same as far as asked for; it is taken away. */
  take(frame: number, like: Message, sameness: 'detail' | 'kind' | 'protocol'): Message | null {
    const list = this.#byFrame.get(frame) ?? [];
    const index = list.findIndex(
      ({ protocol, kind, detail }) =>
        protocol === like.protocol &&
        (sameness === 'protocol' || kind === like.kind) &&
        (sameness !== 'detail' || detail === like.detail),
    );
    return index < 0 ? null : list.splice(index, 1)[0]!;
  }

  all(): Message[] {
    return [...this.#byFrame.values()].flat();
  }
}
