// Named pipes of SMB: DCE/RPC passes through them, cut into reads and writes as it pleases both sides. A file whose content
// begins with such a message is a pipe, too, where the connection to its share was not seen.
import type { MessageContext } from '../../facts/protocol.ts';
import { type RpcCalls, type RpcState, emptyRpcState } from '../rpc-calls.ts';
import { RPC_HEADER_BYTES, isRpcHeader, rpcSize } from '../rpc-pdu.ts';
import type { OpenFile } from './files.ts';

/** Fragments of a pipe have at most 4280 or 5840 bytes; of a larger one the beginning is read. */
const KEPT_BYTES_MAX = 8192;
/** Pipes that keep the beginning of a message; those of others are read as far as they go. */
const KEEPING_MAX = 512;

interface Pipe {
  readonly state: RpcState;
  /** The beginning of a message of the client, of the server. */
  readonly kept: [Uint8Array, Uint8Array];
  /** Bytes of each side that belong to a message already read. */
  readonly rest: [number, number];
}

export class Pipes {
  readonly #calls: RpcCalls;
  readonly #pipes = new WeakMap<OpenFile, Pipe>();
  #keeping = 0;

  constructor(calls: RpcCalls) {
    this.#calls = calls;
  }

  /** Is this a pipe? */
  is(file: OpenFile, bytes: Uint8Array, start: number, end: number): boolean {
    file.isPipe ||= file.read === null && file.written === null && file.size <= 0 && isRpcHeader(bytes, start, end);
    return file.isPipe;
  }

  /** Bytes that were written to or read from it. */
  said(context: MessageContext, file: OpenFile, bytes: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    const pipe = this.#of(file);
    const side = context.fromClient ? 0 : 1;
    const skipped = Math.min(pipe.rest[side], end - start);
    pipe.rest[side] -= skipped;
    if (skipped === end - start) return;
    const kept = pipe.kept[side];
    if (kept.length === 0) this.#read(context, pipe, side, bytes, start + skipped, end);
    else {
      const joined = new Uint8Array(kept.length + end - start);
      joined.set(kept);
      joined.set(bytes.subarray(start, end), kept.length);
      this.#keep(pipe, side, NONE);
      this.#read(context, pipe, side, joined, 0, joined.length);
    }
  }

  /** The pipe was closed. */
  closed(context: MessageContext, file: OpenFile): void {
    const pipe = this.#pipes.get(file);
    if (pipe === undefined) return;
    this.forget(file);
    this.#calls.closed(context, pipe.state);
  }

  forget(file: OpenFile): void {
    const pipe = this.#pipes.get(file);
    if (pipe === undefined) return;
    this.#keep(pipe, 0, NONE);
    this.#keep(pipe, 1, NONE);
    this.#pipes.delete(file);
  }

  #read(context: MessageContext, pipe: Pipe, side: 0 | 1, bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (isRpcHeader(bytes, at, end) && rpcSize(bytes, at) <= end - at) at += rpcSize(bytes, at);
    const key = `${context.flow} pipe`;
    this.#calls.read(context, pipe.state, key, bytes, start, at);
    if (at === end) return;
    const isBeginning = end - at < RPC_HEADER_BYTES ? bytes[at] === 5 : isRpcHeader(bytes, at, end);
    if (!isBeginning) return;
    if (this.#keeping < KEEPING_MAX && end - at < KEPT_BYTES_MAX) {
      this.#keep(pipe, side, bytes.slice(at, end));
      return;
    }
    if (end - at < RPC_HEADER_BYTES) return;
    this.#calls.read(context, pipe.state, key, bytes, at, end);
    pipe.rest[side] = rpcSize(bytes, at) - (end - at);
  }

  #keep(pipe: Pipe, side: 0 | 1, bytes: Uint8Array): void {
    this.#keeping += Number(bytes.length > 0) - Number(pipe.kept[side].length > 0);
    pipe.kept[side] = bytes;
  }

  #of(file: OpenFile): Pipe {
    const known = this.#pipes.get(file);
    if (known !== undefined) return known;
    const made: Pipe = { state: emptyRpcState(), kept: [NONE, NONE], rest: [0, 0] };
    this.#pipes.set(file, made);
    return made;
  }
}

const NONE = new Uint8Array(0);
