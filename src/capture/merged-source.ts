// Hands out the frames of several files in time order, in runs as long as the order allows. A file is opened when its
// first frame is due and closed behind its last, so that a thousand files that follow one another need one buffer.
import type { ByteInput } from './byte-input.ts';
import { BUFFER_BYTES, FileReader, newFile } from './file-reader.ts';
import type { CaptureFile, CaptureSource, FrameBatch } from './frames.ts';
import { emptyBatch } from './record-walker.ts';
import { countBatch } from './single-source.ts';

/** Enough to reach the first frame of most files when they are looked at before the start. */
const LOOK_BYTES = 64 * 1024;
/** Runs longer than this are handed out in parts, unless they are a whole batch. */
const RUN_FRAMES_MAX = 8192;

/** One of the files. */
class Lane {
  readonly index: number;
  readonly file: CaptureFile;
  /** Null before the file is due and after its end. */
  reader: FileReader | null = null;
  /** The next frame of the reader's batch. */
  position = 0;
  /** Time of the next frame, or of the first where the file is not open yet. */
  timeUs = NaN;
  bytesRead = 0;
  bytesTotal = -1;
  reopen: (() => ByteInput | null) | null = null;

  constructor(index: number, path: string) {
    this.index = index;
    this.file = newFile(path);
  }

  /** Should this file's next frame come before the other's? Ties go by the order in which the files were given. */
  precedes(other: Lane): boolean {
    return this.timeUs < other.timeUs || (this.timeUs === other.timeUs && this.index < other.index);
  }
}

export class MergedSource implements CaptureSource {
  readonly files: readonly CaptureFile[];
  readonly #lanes: readonly Lane[];
  /** Files of which the first frame is not due yet, latest first. */
  #ahead: Lane[] = [];
  /** Files that are being read. */
  #active: Lane[] = [];
  /** The lane whose batch was handed out to its end and must be refilled before anything else. */
  #usedUp: Lane | null = null;
  readonly #bufferBytes: number;
  readonly #run = emptyBatch(RUN_FRAMES_MAX, new Uint8Array(0));

  constructor(paths: readonly string[], bufferBytes = BUFFER_BYTES) {
    this.#lanes = paths.map((path, index) => new Lane(index, path));
    this.files = this.#lanes.map((lane) => lane.file);
    this.#bufferBytes = bufferBytes;
  }

  /**
   * Looks at the next file, in the order given, for the time of its first frame. Gives in plain words why it is no
   * capture, null when it is one.
   */
  async look(index: number, input: ByteInput): Promise<string | null> {
    const lane = this.#lanes[index]!;
    lane.bytesTotal = input.bytesTotal;
    // What can be had only once is kept open; the rest is read again when it is due, by a reader with a full buffer.
    const again = input.reopen();
    again?.close();
    const file = again === null ? lane.file : newFile(lane.file.path);
    const reader = new FileReader(input, file, index, again === null ? this.#bufferBytes : LOOK_BYTES);
    lane.reader = reader;
    const problem = await reader.begin();
    if (problem !== null) return problem;
    const hasFrames = await reader.read();
    if (hasFrames) {
      lane.timeUs = reader.batch.timeUs[0]!;
      if (again === null) {
        this.#active.push(lane);
        return null;
      }
      lane.reopen = () => reader.reopen();
      this.#ahead.push(lane);
    } else {
      lane.file.damage = file.damage;
      lane.bytesRead = reader.inputBytesRead;
    }
    reader.close();
    lane.reader = null;
    return null;
  }

  /** All files were looked at. */
  begin(): void {
    this.#ahead.sort((a, b) => (a.precedes(b) ? 1 : -1));
  }

  inputBytesRead(): number {
    return this.#lanes.reduce((sum, lane) => sum + (lane.reader?.inputBytesRead ?? lane.bytesRead), 0);
  }

  inputBytesTotal(): number {
    if (this.#lanes.some((lane) => lane.bytesTotal < 0)) return -1;
    return this.#lanes.reduce((sum, lane) => sum + lane.bytesTotal, 0);
  }

  next(): Promise<FrameBatch | null> | FrameBatch | null {
    for (;;) {
      const filling = this.#usedUp === null ? this.#openDue() : this.#refill(this.#usedUp);
      if (filling instanceof Promise) return filling.then(() => this.next());
      if (filling) continue;
      return this.#active.length === 0 ? null : this.#handOut();
    }
  }

  close(): void {
    for (const lane of this.#lanes) lane.reader?.close();
    this.#active = [];
    this.#ahead = [];
    this.#usedUp = null;
  }

  /** Opens the earliest file that is not open yet if its first frame is the next of all. True where it did. */
  #openDue(): Promise<boolean> | boolean {
    const due = this.#ahead.at(-1);
    if (due === undefined || this.#active.some((lane) => lane.precedes(due))) return false;
    this.#ahead.pop();
    const input = due.reopen?.() ?? null;
    if (input === null) {
      due.file.damage = { offset: 0, message: 'cannot be opened a second time' };
      return true;
    }
    const reader = new FileReader(input, due.file, due.index, this.#bufferBytes);
    due.reader = reader;
    this.#active.push(due);
    this.#usedUp = due;
    const problem = reader.begin();
    return problem instanceof Promise
      ? problem.then((message) => this.#begun(due, message))
      : this.#begun(due, problem);
  }

  #begun(lane: Lane, problem: string | null): true {
    if (problem !== null) lane.file.damage = { offset: 0, message: problem };
    return true;
  }

  #refill(lane: Lane): Promise<boolean> | boolean {
    const isRead = lane.reader?.read() ?? false;
    return typeof isRead === 'boolean' ? this.#refilled(lane, isRead) : isRead.then((is) => this.#refilled(lane, is));
  }

  #refilled(lane: Lane, isRead: boolean): true {
    this.#usedUp = null;
    if (isRead && lane.reader !== null) {
      lane.position = 0;
      lane.timeUs = lane.reader.batch.timeUs[0]!;
    } else {
      this.#end(lane);
    }
    return true;
  }

  #end(lane: Lane): void {
    this.#active = this.#active.filter((other) => other !== lane);
    lane.bytesRead = lane.reader?.inputBytesRead ?? lane.bytesRead;
    lane.reader?.close();
    lane.reader = null;
  }

  /** The longest run of one file that no frame of another comes before. */
  #handOut(): FrameBatch | null {
    let first = this.#active[0]!;
    for (const lane of this.#active) if (lane.precedes(first)) first = lane;
    let second = this.#ahead.at(-1);
    for (const lane of this.#active) {
      if (lane !== first && (second === undefined || lane.precedes(second))) second = lane;
    }
    const reader = first.reader!;
    const { batch } = reader;
    const from = first.position;
    const limit = second === undefined ? Infinity : second.timeUs;
    const isTieOurs = second === undefined || first.index < second.index;
    const end = endOfRun(batch, from, limit, isTieOurs);
    if (from === 0 && end === batch.count) {
      this.#usedUp = first;
      countBatch(first.file, batch, reader.batchBytes);
      return batch;
    }
    const run = this.#run;
    const stop = Math.min(end, from + RUN_FRAMES_MAX);
    countBatch(first.file, run, copyRun(batch, from, stop, run));
    if (stop === batch.count) {
      this.#usedUp = first;
    } else {
      first.position = stop;
      first.timeUs = batch.timeUs[stop]!;
    }
    return run;
  }
}

/** Behind the last frame of the run that starts at `from`; the first one belongs to it in any case. */
function endOfRun(batch: FrameBatch, from: number, limit: number, isTieOurs: boolean): number {
  const { timeUs, count } = batch;
  let end = from + 1;
  while (end < count && (timeUs[end]! < limit || (isTieOurs && timeUs[end] === limit))) end++;
  return end;
}

/** Fills `run` with entries from..end-1; gives the sum of their captured lengths. */
function copyRun(batch: FrameBatch, from: number, end: number, run: FrameBatch): number {
  let capturedBytes = 0;
  for (let index = from; index < end; index++) {
    const at = index - from;
    const captured = batch.capturedLength[index]!;
    run.offset[at] = batch.offset[index]!;
    run.capturedLength[at] = captured;
    run.originalLength[at] = batch.originalLength[index]!;
    run.timeUs[at] = batch.timeUs[index]!;
    run.linkType[at] = batch.linkType[index]!;
    run.frame[at] = batch.frame[index]!;
    capturedBytes += captured;
  }
  run.bytes = batch.bytes;
  run.count = end - from;
  return capturedBytes;
}
