// DCE/RPC over TCP: the protocol's entry in the list, and the running decoder.
import {
  Match,
  NEED_MORE,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { NtlmExchanges } from '../ntlm.ts';
import { OpenLogins } from '../open-logins.ts';
import { RpcCalls, type RpcState, emptyRpcState } from '../rpc-calls.ts';
import { rpcCallName, rpcKinds } from '../rpc-interfaces.ts';
import { RPC_HEADER_BYTES, RpcType, isRpcHeader, rpcSize } from '../rpc-pdu.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

/** A fragment's length has 16 bits. */
const FRAME_BYTES_MAX = 65_535;
const CONNECTIONS_MAX = 8192;

export const dcerpc: Protocol = {
  name: 'dcerpc',
  title: 'DCE/RPC',
  transports: ['tcp'],
  ports: [135],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: rpcCallName,
  spaceName: (space) => (space === 1 ? 'name' : ''),
  codeName: (code) => `fault 0x${code.toString(16).padStart(8, '0')}`,
  family: 'it',
  kinds: rpcKinds(0),
  messageKinds: MESSAGE_KINDS,
  summary: 'Remote procedure calls of Windows: interfaces that are bound, services and tasks that are made, logins',
  start: (index) => new DcerpcDecoder(index),
};

class DcerpcDecoder implements ProtocolDecoder {
  readonly #connections = new Map<number, RpcState>();
  readonly #ntlm = new NtlmExchanges('dcerpc');
  readonly #logins = new OpenLogins('dcerpc');
  readonly #calls: RpcCalls;

  constructor(index: number) {
    this.#calls = new RpcCalls(index, 0, this.#ntlm, this.#logins);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return isRpcHeader(bytes, start, end) ? Match.yes : Match.no;
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (!isRpcHeader(bytes, start, end)) return Speaker.unknown;
    switch (bytes[start + 2]) {
      case RpcType.request:
      case RpcType.bind:
      case RpcType.alterContext:
      case RpcType.auth3:
        return Speaker.client;
      case RpcType.response:
      case RpcType.fault:
      case RpcType.bindAck:
      case RpcType.bindNak:
      case RpcType.alterContextResponse:
        return Speaker.server;
      default:
        return Speaker.unknown;
    }
  }

  frameSize(bytes: Uint8Array, start: number, end: number): number {
    if (end - start < RPC_HEADER_BYTES) return NEED_MORE;
    return isRpcHeader(bytes, start, end) ? rpcSize(bytes, start) : NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    let state = this.#connections.get(context.flow);
    if (state === undefined) {
      if (this.#connections.size >= CONNECTIONS_MAX) {
        for (const oldest of this.#connections.keys()) {
          this.#connections.delete(oldest);
          break;
        }
      }
      state = emptyRpcState();
      this.#connections.set(context.flow, state);
    }
    this.#calls.read(context, state, context.flow, bytes, start, end);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    tellKinds(bytes, start, end, tell);
  }

  /** An exchange of which a part is lost cannot be tested. */
  gap(flow: number): void {
    this.#ntlm.forget(flow);
  }

  closed(flow: number, context: MessageContext): void {
    const state = this.#connections.get(flow);
    if (state !== undefined) this.#calls.closed(context, state);
    this.#connections.delete(flow);
    this.#ntlm.forget(flow);
    this.#logins.settle(context, flow, 'unknown');
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
  }
}
