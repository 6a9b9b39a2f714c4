// Compares what two decoders read from the same frames, message by message, and counts agreement.

/** One message as one decoder read it. */
export interface Reading {
  readonly frame: number;
  readonly protocol: string;
  /** `function 3`: together with the protocol the row it is counted in. */
  readonly function: string;
  readonly side: 'request' | 'answer';
  /** Field by name, in a spelling both sides use. */
  readonly fields: ReadonlyMap<string, string>;
}

export interface Difference {
  readonly frame: number;
  readonly protocol: string;
  readonly function: string;
  readonly side: 'request' | 'answer';
  readonly detail: string;
}

export interface Agreement {
  readonly protocol: string;
  readonly function: string;
  /** Messages the other decoder saw, or only we did. */
  total: number;
  agreed: number;
  /** Of these, the messages that the other decoder leaves out unless it reads each segment for itself. */
  ofSegments: number;
}

export class Comparison {
  readonly rows = new Map<string, Agreement>();
  readonly differences: Difference[] = [];

  /**
   * Adds one capture. A field that only we have is no difference: the other decoder does not show everything. `segments` is
   * what it reads of each segment for itself: asked only for messages of frames in which it otherwise has none.
   */
  add(ours: readonly Reading[], theirs: readonly Reading[], segments: readonly Reading[] = []): void {
    const ourFrames = byFrame(ours);
    const theirFrames = byFrame(theirs);
    const segmentFrames = byFrame(segments);
    for (const frame of [...new Set([...ourFrames.keys(), ...theirFrames.keys()])].sort((a, b) => a - b)) {
      const their = theirFrames.get(frame);
      if (their === undefined) this.#segment(frame, ourFrames.get(frame)!, segmentFrames.get(frame) ?? []);
      else this.#frame(frame, ourFrames.get(frame) ?? [], their);
    }
  }

  /** A frame of which the other decoder shows nothing, as it says that its bytes came before. */
  #segment(frame: number, ours: readonly Reading[], theirs: readonly Reading[]): void {
    const left = new Set(theirs);
    for (const our of ours) {
      const same = [...left].find((their) => isSameKind(our, their) && fieldDifference(our, their) === '');
      if (same === undefined) this.#differ(frame, our, 'only we have this message');
      else {
        left.delete(same);
        this.#count(our, true).ofSegments++;
      }
    }
  }

  get total(): number {
    return [...this.rows.values()].reduce((sum, row) => sum + row.total, 0);
  }

  get ofSegments(): number {
    return [...this.rows.values()].reduce((sum, row) => sum + row.ofSegments, 0);
  }

  get agreed(): number {
    return [...this.rows.values()].reduce((sum, row) => sum + row.agreed, 0);
  }

  /** Each of theirs takes the first of ours that says the same, then the first of the same kind that is left. */
  #frame(frame: number, ours: readonly Reading[], theirs: readonly Reading[]): void {
    const left = new Set(ours);
    const unmatched: Reading[] = [];
    for (const their of theirs) {
      const same = [...left].find((our) => isSameKind(our, their) && fieldDifference(our, their) === '');
      if (same === undefined) unmatched.push(their);
      else {
        left.delete(same);
        this.#count(their, true);
      }
    }
    for (const their of unmatched) {
      const like = [...left].find((our) => isSameKind(our, their)) ?? [...left][0];
      if (like === undefined) this.#differ(frame, their, 'only tshark has this message');
      else {
        left.delete(like);
        const kind = isSameKind(like, their) ? '' : `we read ${like.protocol} ${like.function} ${like.side}; `;
        this.#differ(frame, their, kind + fieldDifference(like, their));
      }
    }
    for (const our of left) this.#differ(frame, our, 'only we have this message');
  }

  #differ(frame: number, reading: Reading, detail: string): void {
    this.#count(reading, false);
    const { protocol, function: name, side } = reading;
    this.differences.push({ frame, protocol, function: name, side, detail });
  }

  #count(reading: Reading, isAgreed: boolean): Agreement {
    const key = `${reading.protocol} ${reading.function}`;
    let row = this.rows.get(key);
    if (row === undefined) {
      row = { protocol: reading.protocol, function: reading.function, total: 0, agreed: 0, ofSegments: 0 };
      this.rows.set(key, row);
    }
    row.total++;
    if (isAgreed) row.agreed++;
    return row;
  }
}

function byFrame(readings: readonly Reading[]): Map<number, Reading[]> {
  const frames = new Map<number, Reading[]>();
  for (const reading of readings) {
    const list = frames.get(reading.frame);
    if (list === undefined) frames.set(reading.frame, [reading]);
    else list.push(reading);
  }
  return frames;
}

function isSameKind(our: Reading, their: Reading): boolean {
  return our.protocol === their.protocol && our.function === their.function && our.side === their.side;
}

/** Every field of theirs that ours does not have or has otherwise; '' where they agree. */
function fieldDifference(our: Reading, their: Reading): string {
  const parts: string[] = [];
  for (const [name, value] of their.fields) {
    const ourValue = our.fields.get(name);
    if (ourValue !== value) parts.push(`${name}: ${ourValue ?? 'nothing'} here, ${value} in tshark`);
  }
  return parts.join('; ');
}
