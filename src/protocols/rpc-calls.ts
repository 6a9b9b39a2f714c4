// Follows DCE/RPC on one connection or named pipe: which interfaces are bound, who logs in, which calls are made and what
// became of them. What carries it hands over whole messages, or their beginnings.
import { u16le, u32le } from '../bytes/endian.ts';
import type { MessageContext } from '../facts/protocol.ts';
import { setAnswered, startOperation } from './facts-of-messages.ts';
import type { NtlmExchanges } from './ntlm.ts';
import type { OpenLogins } from './open-logins.ts';
import { RPC_INTERFACES, type RpcCall, rpcInterfaceIndex } from './rpc-interfaces.ts';
import {
  RpcType,
  forEachContext,
  isFirstFragment,
  isRpcHeader,
  isSealed,
  rpcCallId,
  rpcSize,
  stubName,
  stubStart,
  tokenStart,
} from './rpc-pdu.ts';

const CONTEXTS_MAX = 64;
const CALLS_MAX = 256;
const NAMES_MAX = 16;
/** Messages that stand one behind the other in one write to a pipe. */
const MESSAGES_MAX = 64;

interface Call {
  readonly timeUs: number;
  readonly frame: number;
  readonly index: number;
  readonly call: RpcCall;
  readonly name: string;
}

/** What is kept of a connection or pipe. */
export interface RpcState {
  readonly contexts: Map<number, number>;
  readonly calls: Map<number, Call>;
  readonly told: Set<string>;
}

export function emptyRpcState(): RpcState {
  return { contexts: new Map(), calls: new Map(), told: new Set() };
}

export class RpcCalls {
  readonly #protocol: number;
  readonly #base: number;
  readonly #ntlm: NtlmExchanges;
  readonly #logins: OpenLogins;

  /** `base`: function of the first interface's operations. */
  constructor(protocol: number, base: number, ntlm: NtlmExchanges, logins: OpenLogins) {
    this.#protocol = protocol;
    this.#base = base;
    this.#ntlm = ntlm;
    this.#logins = logins;
  }

  /** Messages in bytes[start..end), said by `context.fromClient`; the last may be cut. `key`: of the connection or pipe. */
  read(
    context: MessageContext,
    state: RpcState,
    key: number | string,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    let at = start;
    for (let count = 0; count < MESSAGES_MAX && isRpcHeader(bytes, at, end); count++) {
      const size = rpcSize(bytes, at);
      this.#message(context, state, key, bytes, at, Math.min(end, at + size));
      at += size;
    }
  }

  /** Nobody will answer any more. */
  closed(context: MessageContext, state: RpcState): void {
    for (const call of state.calls.values()) context.sink.operation(this.#operation(context, call));
    state.calls.clear();
  }

  #message(
    context: MessageContext,
    state: RpcState,
    key: number | string,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const type = bytes[start + 2]!;
    const isOfClient = type === RpcType.request || type === RpcType.bind || type === RpcType.alterContext;
    if (isOfClient ? !context.fromClient : context.fromClient && type !== RpcType.auth3) return;
    switch (type) {
      case RpcType.bind:
      case RpcType.alterContext:
        forEachContext(bytes, start, end, (number, uuid) => {
          bind(context, state, number, uuid);
        });
        this.#token(context, key, bytes, start, end);
        return;
      case RpcType.bindAck:
      case RpcType.alterContextResponse:
      case RpcType.auth3:
        this.#token(context, key, bytes, start, end);
        return;
      case RpcType.request:
        if (isFirstFragment(bytes, start)) this.#request(context, state, bytes, start, end);
        return;
      case RpcType.response:
        this.#logins.settle(context, context.flow, 'accepted');
        this.#answered(context, state, bytes, start, 0);
        return;
      case RpcType.fault: {
        const status = end - start >= 28 ? u32le(bytes, start + 24) : 0;
        // Access denied, to the first call behind the login: the login may still be good.
        this.#logins.settle(context, context.flow, 'unknown');
        this.#answered(context, state, bytes, start, status === 0 ? 1 : status);
        return;
      }
      default:
    }
  }

  #token(context: MessageContext, key: number | string, bytes: Uint8Array, start: number, end: number): void {
    const token = tokenStart(bytes, start, end);
    if (token === end) return;
    const attempt = this.#ntlm.read(context, key, bytes, token, end);
    if (attempt !== null) this.#logins.begin(context, attempt);
  }

  #request(context: MessageContext, state: RpcState, bytes: Uint8Array, start: number, end: number): void {
    if (end - start < 24) return;
    const index = state.contexts.get(u16le(bytes, start + 20));
    if (index === undefined) return;
    const opnum = u16le(bytes, start + 22);
    const call = RPC_INTERFACES[index]?.calls.find((each) => each.opnum === opnum);
    if (call === undefined) return;
    const stub = stubStart(bytes, start);
    const token = tokenStart(bytes, start, end);
    const name = isSealed(bytes, start, end) ? '' : stubName(bytes, stub, token === end ? end : token - 8, call.object);
    const id = rpcCallId(bytes, start);
    const before = state.calls.get(id);
    if (before !== undefined) context.sink.operation(this.#operation(context, before));
    else if (state.calls.size >= CALLS_MAX) this.closed(context, state);
    state.calls.set(id, { timeUs: context.timeUs, frame: context.frame, index, call, name });
  }

  #answered(context: MessageContext, state: RpcState, bytes: Uint8Array, start: number, status: number): void {
    const id = rpcCallId(bytes, start);
    const call = state.calls.get(id);
    if (call === undefined) return;
    state.calls.delete(id);
    const operation = this.#operation(context, call);
    setAnswered(operation, context, status);
    context.sink.operation(operation);
  }

  #operation(context: MessageContext, made: Call): MessageContext['operation'] {
    const operation = startOperation(context, this.#protocol);
    operation.timeUs = made.timeUs;
    operation.requestFrame = made.frame;
    operation.verb = made.call.verb;
    operation.function = this.#base + made.index;
    operation.subfunction = made.call.opnum;
    if (made.name !== '') {
      const name = Buffer.from(made.name, 'utf8');
      operation.nameBytes = name;
      operation.nameEnd = name.length;
      operation.space = 1;
      operation.count = 1;
    }
    return operation;
  }
}

/** A context is asked for; the interfaces that a server is asked for are told once. */
function bind(context: MessageContext, state: RpcState, number: number, uuid: string): void {
  const index = rpcInterfaceIndex(uuid);
  if (state.contexts.size < CONTEXTS_MAX || state.contexts.has(number)) state.contexts.set(number, index);
  const value = RPC_INTERFACES[index]?.name ?? uuid;
  if (state.told.has(value) || state.told.size >= NAMES_MAX) return;
  state.told.add(value);
  const { timeUs, frame, sink, server } = context;
  sink.trait({ fact: 'trait', timeUs, frame, host: server, trait: 'rpc-interface', value });
}
