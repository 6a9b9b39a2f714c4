// One capture as the two decoders see it, for the rules that explain differences: what a frame or its stream holds.
import type { Disagreement, Message } from './compare.ts';
import type { TheirCapture, TheirFrame } from './theirs.ts';

export interface Difference extends Disagreement {
  readonly capture: string;
  /** Empty where nobody knows. */
  readonly why: string;
}

export class CaptureView {
  readonly capture: string;
  readonly #ours: ReadonlyMap<number, readonly Message[]>;
  readonly #theirs: ReadonlyMap<number, readonly Message[]>;
  readonly #frames: ReadonlyMap<number, TheirFrame>;
  readonly #streams = new Map<string, number[]>();

  constructor(capture: string, ours: readonly Message[], theirs: TheirCapture) {
    this.capture = capture;
    this.#ours = Map.groupBy(ours, ({ frame }) => frame);
    this.#theirs = Map.groupBy(theirs.messages, ({ frame }) => frame);
    this.#frames = theirs.frames;
    for (const [frame, { fields }] of theirs.frames) {
      const stream = fields('tcp.stream')[0];
      if (stream === undefined) continue;
      const frames = this.#streams.get(stream);
      if (frames === undefined) this.#streams.set(stream, [frame]);
      else frames.push(frame);
    }
  }

  ours(frame: number): readonly Message[] {
    return this.#ours.get(frame) ?? [];
  }

  theirs(frame: number): readonly Message[] {
    return this.#theirs.get(frame) ?? [];
  }

  stack(frame: number): readonly string[] {
    return this.#frames.get(frame)?.stack ?? [];
  }

  values(frame: number, field: string): readonly string[] {
    return this.#frames.get(frame)?.fields(field) ?? [];
  }

  value(frame: number, field: string): string {
    return this.values(frame, field)[0] ?? '';
  }

  /** All frames of the TCP stream of a frame, in their order; none where it is no TCP. */
  stream(frame: number): readonly number[] {
    return this.#streams.get(this.value(frame, 'tcp.stream')) ?? [];
  }

  /** Frames of the stream before this one that the same side sent. */
  before(frame: number): readonly number[] {
    const port = this.value(frame, 'tcp.srcport');
    return this.stream(frame).filter((other) => other < frame && this.value(other, 'tcp.srcport') === port);
  }
}
