// Follows every transfer from its first piece to its end: what kind of file it is, which stretches are missing, the hash
// of the whole. Nothing of a file stays in memory but its beginning and pieces that came before their turn.
import { createHash } from 'node:crypto';
import type { Transfer } from '../facts/facts.ts';
import { KIND_BYTES, contentKind } from './content-kinds.ts';
import { GatheredPieces } from './gathered-pieces.ts';

/** Transfers followed at once; the one that was silent longest loses its hash first. */
const OPEN_MAX = 1024;
/** Bytes of all transfers together that wait for what comes before them. */
const WAITING_BYTES_MAX = 8 << 20;
/** Stretches of one transfer that are apart from each other. */
const ISLANDS_MAX = 256;
/** Missing stretches that are told; all are counted. */
export const MISSING_TOLD_MAX = 16;

/** Where pieces may be kept on disk. No call throws: a disk that is full costs files, not the analysis. */
export interface TransferSpool {
  /** A handle, -1 where this one is not kept. */
  open(transfer: Transfer): number;
  write(handle: number, offset: number, bytes: Uint8Array): void;
  /** The hash of what was kept, empty where it is not whole: for files whose pieces came out of order. */
  hash(handle: number, size: number): string;
  close(handle: number, transfer: Transfer): void;
}

interface Stretch {
  start: number;
  end: number;
}

interface Open {
  /** What was told first of it: who, what name. */
  readonly first: Transfer;
  /** Null once a piece had to be let go. */
  hash: WholeHash | null;
  /** Everything before is there, and hashed. */
  next: number;
  /** What is there behind holes, in order, apart from each other. */
  readonly islands: Stretch[];
  readonly waiting: Map<number, Uint8Array>;
  waitingBytes: number;
  head: Uint8Array;
  headLength: number;
  /** So many stretches that no more can be told apart. */
  isScattered: boolean;
  readonly handle: number;
}

export class TransferRecorder {
  readonly #open = new Map<string, Open>();
  readonly #spool: TransferSpool | null;
  #waitingBytes = 0;

  constructor(spool: TransferSpool | null = null) {
    this.#spool = spool;
  }

  /** The same fact; at the end with kind, hash and missing stretches. */
  transfer(transfer: Transfer): Transfer {
    if (transfer.phase === 'ended') return this.#ended(transfer);
    const open = this.#open.get(transfer.transfer) ?? this.#begin(transfer);
    if (transfer.phase === 'piece' && transfer.offset >= 0) {
      this.#piece(open, transfer.offset, transfer.bytes);
      if (open.handle >= 0) this.#spool?.write(open.handle, transfer.offset, transfer.bytes);
    }
    return transfer;
  }

  #begin(transfer: Transfer): Open {
    if (this.#open.size >= OPEN_MAX) {
      for (const [id, oldest] of this.#open) {
        this.#letGo(oldest);
        this.#open.delete(id);
        if (oldest.handle >= 0) this.#spool?.close(oldest.handle, { ...oldest.first, isComplete: false });
        break;
      }
    }
    const open: Open = {
      // The bytes are borrowed.
      first: { ...transfer, bytes: NO_BYTES },
      hash: new WholeHash(),
      next: 0,
      islands: [],
      waiting: new Map(),
      waitingBytes: 0,
      head: NO_BYTES,
      headLength: 0,
      isScattered: false,
      handle: this.#spool?.open(transfer) ?? -1,
    };
    this.#open.set(transfer.transfer, open);
    return open;
  }

  #piece(open: Open, offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (offset < KIND_BYTES) keepHead(open, offset, bytes);
    if (offset > open.next) {
      this.#behindHole(open, offset, bytes);
      return;
    }
    // What comes again is not looked at: the first of two contradicting pieces counts.
    if (end <= open.next) return;
    open.hash?.update(open.next, offset === open.next ? bytes : bytes.subarray(open.next - offset));
    open.next = end;
    if (open.islands.length > 0) this.#joinIslands(open);
  }

  #behindHole(open: Open, offset: number, bytes: Uint8Array): void {
    addIsland(open, offset, offset + bytes.length);
    if (open.hash === null) return;
    if (this.#waitingBytes + bytes.length > WAITING_BYTES_MAX || open.waiting.size >= ISLANDS_MAX) {
      this.#letGo(open);
      return;
    }
    if ((open.waiting.get(offset)?.length ?? 0) >= bytes.length) return;
    this.#forget(open, offset);
    open.waiting.set(offset, bytes.slice());
    open.waitingBytes += bytes.length;
    this.#waitingBytes += bytes.length;
  }

  #joinIslands(open: Open): void {
    while (open.islands.length > 0 && open.islands[0]!.start <= open.next) {
      const island = open.islands.shift()!;
      if (island.end > open.next) this.#hashWaiting(open, island.end);
      open.next = Math.max(open.next, island.end);
    }
  }

  /** The pieces up to `end` have their turn. */
  #hashWaiting(open: Open, end: number): void {
    if (open.hash === null) return;
    const due = [...open.waiting.keys()].filter((offset) => offset < end).sort((a, b) => a - b);
    for (const offset of due) {
      const bytes = open.waiting.get(offset)!;
      if (offset <= open.next && offset + bytes.length > open.next) {
        open.hash.update(open.next, bytes.subarray(open.next - offset));
        open.next = offset + bytes.length;
        if (offset < KIND_BYTES) keepHead(open, offset, bytes);
      }
      this.#forget(open, offset);
    }
    if (open.next < end) this.#letGo(open);
  }

  #forget(open: Open, offset: number): void {
    const length = open.waiting.get(offset)?.length ?? 0;
    open.waiting.delete(offset);
    open.waitingBytes -= length;
    this.#waitingBytes -= length;
  }

  /** The hash can no longer be made from what passes. */
  #letGo(open: Open): void {
    open.hash = null;
    this.#waitingBytes -= open.waitingBytes;
    open.waitingBytes = 0;
    open.waiting.clear();
  }

  #ended(transfer: Transfer): Transfer {
    const open = this.#open.get(transfer.transfer);
    if (open === undefined) return transfer;
    this.#open.delete(transfer.transfer);
    const last = open.islands.at(-1);
    const reach = last?.end ?? open.next;
    const missing = missingIn(open);
    const missingBytes = missing.reduce((sum, { size }) => sum + size, 0);
    const isWhole = missing.length === 0 && !open.isScattered;
    let sha256 = '';
    if (isWhole && reach > 0) {
      sha256 = open.hash?.digest() ?? (open.handle < 0 ? '' : (this.#spool?.hash(open.handle, reach) ?? ''));
    }
    this.#letGo(open);
    const told: Transfer = {
      ...transfer,
      isComplete: transfer.isComplete && isWhole,
      kind: hasBeginning(open) ? contentKind(open.head, 0, open.headLength) : '',
      sha256,
      missing: missing.slice(0, MISSING_TOLD_MAX),
      missingBytes,
    };
    if (open.handle >= 0) this.#spool?.close(open.handle, told);
    return told;
  }
}

/** SHA-256 of bytes that come in their order. */
class WholeHash {
  readonly #hash = createHash('sha256');
  readonly #gathered = new GatheredPieces((_offset, bytes) => this.#hash.update(bytes));

  update(offset: number, bytes: Uint8Array): void {
    this.#gathered.piece(offset, bytes);
  }

  digest(): string {
    this.#gathered.flush();
    return this.#hash.digest('hex');
  }
}

/** Stretches that nobody saw, before the last one that was seen. */
function missingIn(open: Open): { offset: number; size: number }[] {
  const missing: { offset: number; size: number }[] = [];
  let at = open.next;
  for (const { start, end } of open.islands) {
    if (start > at) missing.push({ offset: at, size: start - at });
    at = Math.max(at, end);
  }
  return missing;
}

function hasBeginning(open: Open): boolean {
  return open.headLength > 0 && open.next > 0;
}

/** Bytes of the beginning, as far as they join on to what is kept of it. */
function keepHead(open: Open, offset: number, bytes: Uint8Array): void {
  if (offset > open.headLength) return;
  const skip = open.headLength - offset;
  const count = Math.min(bytes.length - skip, KIND_BYTES - open.headLength);
  if (count <= 0) return;
  if (open.head.length < open.headLength + count) {
    const larger = new Uint8Array(Math.min(KIND_BYTES, Math.max(256, 2 * (open.headLength + count))));
    larger.set(open.head.subarray(0, open.headLength));
    open.head = larger;
  }
  open.head.set(bytes.subarray(skip, skip + count), open.headLength);
  open.headLength += count;
}

/** Adds [start, end) to the stretches, which stay in order and apart. */
function addIsland(open: Open, start: number, end: number): void {
  const { islands } = open;
  let first = islands.length;
  while (first > 0 && islands[first - 1]!.end >= start) first--;
  let last = first;
  const joined = { start, end };
  while (last < islands.length && islands[last]!.start <= end) {
    joined.start = Math.min(joined.start, islands[last]!.start);
    joined.end = Math.max(joined.end, islands[last]!.end);
    last++;
  }
  if (last === first && islands.length >= ISLANDS_MAX) {
    open.isScattered = true;
    return;
  }
  islands.splice(first, last - first, joined);
}

const NO_BYTES = new Uint8Array(0);
