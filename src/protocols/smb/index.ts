// SMB: the protocol's entry in the list, and the running decoder that ties framing and conversations together.
import { u32be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import type { KindSink, MessageContext, Protocol, ProtocolDecoder } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import { NtlmExchanges } from '../ntlm.ts';
import { OpenLogins } from '../open-logins.ts';
import { RpcCalls } from '../rpc-calls.ts';
import { Conversations, tell, type Body } from './conversations.ts';
import { KINDS, RPC_FUNCTIONS, kindName, statusName } from './names.ts';
import {
  FRAME_BYTES_MAX,
  FRAME_HEADER_BYTES,
  Magic,
  SessionPacket,
  declaredSize,
  looksLike,
  netbiosName,
  sizeOfFrame,
  speaker,
} from './parse.ts';
import { Pipes } from './pipes.ts';
import { Smb1Reader } from './smb1.ts';
import { Smb2Reader } from './smb2.ts';
import { MESSAGE_KINDS, tellKinds } from './kinds.ts';

export const smb: Protocol = {
  name: 'smb',
  title: 'SMB',
  transports: ['tcp'],
  ports: [445, 139],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: kindName,
  spaceName: (space) => (space === 1 ? 'name' : ''),
  codeName: statusName,
  family: 'it',
  kinds: KINDS,
  messageKinds: MESSAGE_KINDS,
  summary:
    'Windows file sharing (SMB 1 to 3): logins that can be tested, shares, files that are read, written, deleted',
  start: (index) => new SmbDecoder(index),
};

class SmbDecoder implements ProtocolDecoder {
  readonly #conversations: Conversations;
  readonly #ntlm = new NtlmExchanges('smb');
  readonly #pipeLogins = new OpenLogins('smb');
  readonly #smb1: Smb1Reader;
  readonly #smb2: Smb2Reader;

  constructor(index: number) {
    const pipes = new Pipes(new RpcCalls(index, RPC_FUNCTIONS, this.#ntlm, this.#pipeLogins));
    this.#conversations = new Conversations(index, pipes);
    this.#smb1 = new Smb1Reader(this.#conversations, this.#ntlm, pipes);
    this.#smb2 = new Smb2Reader(this.#conversations, this.#ntlm, pipes);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    return speaker(bytes, start, end);
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    const body = this.#bodyOf(context);
    if (body !== null) return Math.min(body.rest, end - start, FRAME_BYTES_MAX);
    return sizeOfFrame(bytes, start, end);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const body = this.#bodyOf(context);
    if (body !== null) this.#goOn(context, body, bytes, start, end);
    else if (end - start < FRAME_HEADER_BYTES) return;
    else if (bytes[start] === SessionPacket.request) sessionRequest(context, bytes, start, end);
    else if (bytes[start] === SessionPacket.message && end - start >= 2 * FRAME_HEADER_BYTES) {
      this.#message(context, bytes, start, end);
    }
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    if (this.#bodyOf(context) === null && end - start >= FRAME_HEADER_BYTES) tellKinds(bytes, start, end, tell);
  }

  gap(flow: number, fromClient: boolean): void {
    const conversation = this.#conversations.get(flow);
    // An exchange of which a part is lost cannot be tested; the requests may still be answered.
    if (conversation !== undefined && conversation.bodies[fromClient ? 0 : 1] === null) this.#ntlm.forget(flow);
  }

  /** In the middle of a long message it is known where the next one begins. */
  resumes(flow: number, fromClient: boolean, _context: MessageContext, lostBytes: number): boolean {
    const bodies = this.#conversations.get(flow)?.bodies;
    const side = fromClient ? 0 : 1;
    const body = bodies?.[side] ?? null;
    if (bodies === undefined || body === null) return false;
    if (lostBytes < 0 || lostBytes > body.rest) {
      bodies[side] = null;
      return false;
    }
    skip(body, lostBytes);
    if (body.rest === 0) bodies[side] = null;
    return true;
  }

  closed(flow: number, context: MessageContext): void {
    this.#conversations.closed(flow, context);
    this.#pipeLogins.settle(context, flow, 'unknown');
    this.#ntlm.forget(flow);
    this.#ntlm.forget(`${flow} pipe`);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#pipeLogins.tick(timeUs, context);
  }

  #bodyOf(context: MessageContext): Body | null {
    return this.#conversations.get(context.flow)?.bodies[context.fromClient ? 0 : 1] ?? null;
  }

  /** A message, or the beginning of a long one. */
  #message(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
    const conversation = this.#conversations.of(context);
    const size = declaredSize(bytes, start);
    const message = start + FRAME_HEADER_BYTES;
    // Bytes behind the message belong to the next.
    const stop = Math.min(end, start + size);
    const messageSize = size - FRAME_HEADER_BYTES;
    let body: Body | null = null;
    switch (u32be(bytes, message)) {
      case Magic.smb1:
        body = this.#smb1.read(context, conversation, bytes, message, stop, messageSize);
        break;
      case Magic.smb2:
        body = this.#smb2.read(context, conversation, bytes, message, stop, messageSize);
        break;
      case Magic.encrypted:
        tell(context, conversation, context.server, 'smb-encryption', 'encrypted');
        break;
      case Magic.compressed:
        tell(context, conversation, context.server, 'smb-compression', 'compressed');
        break;
      default:
    }
    const rest = size - (end - start);
    if (rest <= 0) return;
    body ??= { rest, dataRest: 0, file: null, isWrite: false, offset: 0 };
    body.rest = rest;
    body.dataRest = Math.min(body.dataRest, rest);
    conversation.bodies[context.fromClient ? 0 : 1] = body;
  }

  /** The next bytes of a long message. */
  #goOn(context: MessageContext, body: Body, bytes: Uint8Array, start: number, end: number): void {
    const stop = Math.min(end, start + body.rest);
    const data = Math.min(body.dataRest, stop - start);
    if (body.file !== null && data > 0) {
      this.#conversations.transfers.piece(context, body.file, body.isWrite, body.offset, bytes, start, start + data);
    }
    skip(body, stop - start);
    if (body.rest === 0) this.#conversations.of(context).bodies[context.fromClient ? 0 : 1] = null;
  }
}

function skip(body: Body, size: number): void {
  const data = Math.min(body.dataRest, size);
  body.rest -= size;
  body.dataRest -= data;
  body.offset += data;
}

/** Who is called, and who calls (RFC 1002 4.3.2). `*SMBSERVER` stands for whoever it is. */
function sessionRequest(context: MessageContext, bytes: Uint8Array, start: number, end: number): void {
  if (end - start < FRAME_HEADER_BYTES + 68) return;
  for (const [host, at] of [
    [context.server, start + 4],
    [context.client, start + 38],
  ] as const) {
    const name = netbiosName(bytes, at);
    const text = printable(name, 0, name.length).trim();
    if (!text.startsWith('*')) claim(context, host, -1, 'name', text, 'netbios session', Trust.selfDeclared);
  }
}
