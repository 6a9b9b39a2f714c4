// What every capture source gives: batches of frames in one shared buffer.

/** Link types as the pcap formats number them (tcpdump.org/linktypes.html); others are counted and skipped. */
export const LinkType = {
  null: 0,
  ethernet: 1,
  arcnet: 7,
  slip: 8,
  ppp: 9,
  rawOld: 12,
  pppHdlc: 50,
  pppoe: 51,
  atmRfc1483: 100,
  raw: 101,
  ciscoHdlc: 104,
  wireless: 105,
  frameRelay: 107,
  loop: 108,
  linuxCooked1: 113,
  prism: 119,
  sunAtm: 123,
  radiotap: 127,
  arcnetLinux: 129,
  /** What macOS wrote for PKTAP before that had a number of its own. */
  user2: 149,
  avs: 163,
  pppDirection: 166,
  juniperEthernet: 178,
  multilinkFrameRelay: 182,
  erf: 197,
  pppWithDirection: 204,
  ipnet: 226,
  ipv4: 228,
  ipv6: 229,
  nflog: 239,
  infiniband: 242,
  pktap: 258,
  linuxCooked2: 276,
  broadcomTag: 281,
  broadcomTagInFront: 282,
  dsa: 284,
  edsa: 285,
} as const;

/** One record a source, refilled by each `next`; everything in it is borrowed until the next call. */
export interface FrameBatch {
  /** Holds all frames of the batch. */
  bytes: Uint8Array;
  /** How many frames; entries 0..count-1 of the arrays below are valid. */
  count: number;
  /** Where the frame starts in `bytes`. */
  offset: Int32Array;
  /** Bytes of it that are there. */
  capturedLength: Int32Array;
  /** Bytes it had on the wire. */
  originalLength: Int32Array;
  /** Microseconds since 1970. */
  timeUs: Float64Array;
  /** See `LinkType`. */
  linkType: Int32Array;
  /** FrameReference: file index and 1-based number in it. */
  frame: Float64Array;
}

export interface CaptureDamage {
  /** Byte offset in the (decompressed) file at which the damage was noticed. */
  readonly offset: number;
  /** Plain words: "record header says 70,000,000 bytes, more than the limit of 262,144". */
  readonly message: string;
}

export interface CaptureFile {
  /** As given on the command line; `-` for standard input. */
  readonly path: string;
  /** Frames and bytes of frames handed out so far. */
  frames: number;
  bytes: number;
  /** Of the first and last frame handed out; NaN while there is none. */
  firstUs: number;
  lastUs: number;
  damage: CaptureDamage | null;
}

export interface CaptureSource {
  readonly files: readonly CaptureFile[];
  /** Bytes of input consumed so far and in all (-1 where unknown), for progress. */
  inputBytesRead(): number;
  inputBytesTotal(): number;
  /** The next batch, never an empty one; null at the end. Damage ends a file, never throws. */
  next(): Promise<FrameBatch | null> | FrameBatch | null;
  close(): void;
}

/** A file that cannot be opened or is no capture: the person's mistake, told in one line, exit code 2. */
export class CaptureOpenError extends Error {
  override readonly name = 'CaptureOpenError';
}
