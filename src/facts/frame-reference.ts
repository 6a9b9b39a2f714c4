// One number that names a frame: which input file it is in and its 1-based number there.

/** `file * 2^32 + frame`: exact in a double for two million files of four billion frames. 0 means "no frame". */
export type FrameReference = number;

const FRAMES_PER_FILE = 0x1_0000_0000;

export function frameReference(file: number, frame: number): FrameReference {
  return file * FRAMES_PER_FILE + frame;
}

/** 0-based index of the input file. */
export function fileOf(reference: FrameReference): number {
  return Math.floor(reference / FRAMES_PER_FILE);
}

/** 1-based number of the frame in its file. */
export function frameOf(reference: FrameReference): number {
  return reference % FRAMES_PER_FILE;
}
