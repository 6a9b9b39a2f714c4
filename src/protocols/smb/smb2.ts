// Reads the messages of SMB 2 and 3 (MS-SMB2 2.2): chains of requests and answers, sessions, trees, files.
import { u16le, u32le } from '../../bytes/endian.ts';
import { hex } from '../../bytes/text.ts';
import { printableUtf16 } from '../../bytes/utf16.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import type { NtlmExchanges } from '../ntlm.ts';
import { type Body, type Conversation, type Conversations, type Request, tell, withShare } from './conversations.ts';
import type { OpenFile } from './files.ts';
import { Smb2, Status, isError } from './names.ts';
import { openVerb } from './opening.ts';
import { NAME_MAX, exchangeKey, keyOf, nameAt, tellNegotiated, u64 } from './smb2-fields.ts';
import type { Pipes } from './pipes.ts';
import { sessionAttempt } from './sessions.ts';

const HEADER_BYTES = 64;
/** Messages of a chain that are read. */
const CHAIN_MAX = 64;
const SERVER_TO_CLIENT = 0x1;
const ASYNC = 0x2;
const FILE_ID_BYTES = 16;
const PIPE_SHARE = 2;
/** Classes of FileInformation that change where a file is (MS-FSCC 2.4). */
const RENAME = 10;
const DISPOSITION = 13;
const DISPOSITION_EX = 64;
/** FSCTL_PIPE_TRANSCEIVE (MS-FSCC 2.3.49): a write and the read that answers it. */
const PIPE_TRANSCEIVE = 0x0011_c017;

export class Smb2Reader {
  readonly #conversations: Conversations;
  readonly #ntlm: NtlmExchanges;
  readonly #pipes: Pipes;
  /** The request that opened the last file of the chain. */
  #opener: Request | null = null;

  constructor(conversations: Conversations, ntlm: NtlmExchanges, pipes: Pipes) {
    this.#conversations = conversations;
    this.#ntlm = ntlm;
    this.#pipes = pipes;
  }

  /** A chain in bytes[start..end); `size` bytes long where it is longer than that. Gives what the rest belongs to. */
  read(
    context: MessageContext,
    conversation: Conversation,
    bytes: Uint8Array,
    start: number,
    end: number,
    size: number,
  ): Body | null {
    this.#opener = null;
    let at = start;
    for (let count = 0; count < CHAIN_MAX && end - at >= HEADER_BYTES + 2; count++) {
      const next = u32le(bytes, at + 20);
      const isLast = next < HEADER_BYTES || next > end - at;
      const body = this.#message(context, conversation, bytes, at, isLast ? end : at + next, size - (at - start));
      if (isLast) return body;
      at += next;
    }
    return null;
  }

  #message(
    context: MessageContext,
    conversation: Conversation,
    bytes: Uint8Array,
    at: number,
    end: number,
    size: number,
  ): Body | null {
    if (u16le(bytes, at + 4) !== HEADER_BYTES) return null;
    const command = u16le(bytes, at + 12);
    const flags = u32le(bytes, at + 16);
    const key = u32le(bytes, at + 24) + u32le(bytes, at + 28) * 0x1_0000_0000;
    if ((flags & SERVER_TO_CLIENT) === 0) {
      const request = this.#conversations.begin(context, conversation, key, command);
      request.tree = (flags & ASYNC) === 0 ? u32le(bytes, at + 36) : 0;
      return this.#request(context, conversation, request, bytes, at, end, size);
    }
    const request = conversation.requests.get(key);
    const status = u32le(bytes, at + 8);
    // An interim answer: the real one comes later.
    if (status === Status.pending) return null;
    conversation.requests.delete(key);
    if (request?.command !== command) {
      if (command === Smb2.negotiate && status === 0)
        tellNegotiated(context, conversation, bytes, at + HEADER_BYTES, end);
      return null;
    }
    return this.#answer(context, conversation, request, status, bytes, at, end, size);
  }

  #request(
    context: MessageContext,
    conversation: Conversation,
    request: Request,
    bytes: Uint8Array,
    at: number,
    end: number,
    size: number,
  ): Body | null {
    const body = at + HEADER_BYTES;
    switch (request.command) {
      case Smb2.sessionSetup:
        if (end - body < 24) return null;
        request.attempt = sessionAttempt(
          this.#ntlm,
          context,
          exchangeKey(context, bytes, at),
          bytes,
          at + u16le(bytes, body + 12),
          end,
        );
        return null;
      case Smb2.treeConnect:
        request.verb = Verb.connect;
        request.name = nameAt(bytes, at, end, body + 4);
        return null;
      case Smb2.create:
        this.#create(conversation, request, bytes, at, end);
        return null;
      case Smb2.close:
        this.#refer(conversation, request, bytes, body + 8, end);
        return null;
      case Smb2.read:
        this.#refer(conversation, request, bytes, body + 16, end);
        request.offset = u64(bytes, body + 8, end);
        return null;
      case Smb2.write:
        return this.#write(context, conversation, request, bytes, at, end, size);
      case Smb2.ioctl:
        this.#ioctl(context, conversation, request, bytes, at, end);
        return null;
      case Smb2.setInfo:
        this.#setInfo(conversation, request, bytes, at, end);
        return null;
      default:
        return null;
    }
  }

  #answer(
    context: MessageContext,
    conversation: Conversation,
    request: Request,
    status: number,
    bytes: Uint8Array,
    at: number,
    end: number,
    size: number,
  ): Body | null {
    const body = at + HEADER_BYTES;
    const conversations = this.#conversations;
    switch (request.command) {
      case Smb2.negotiate:
        if (status === 0) tellNegotiated(context, conversation, bytes, at + HEADER_BYTES, end);
        return null;
      case Smb2.sessionSetup:
        this.#sessionAnswer(context, conversation, request, status, bytes, at, end);
        return null;
      case Smb2.treeConnect:
        conversations.answered(context, request, status);
        if (status !== 0 || end - body < 16) return null;
        conversations.tree(conversation, u32le(bytes, at + 36), request.name, bytes[body + 2] === PIPE_SHARE);
        return null;
      case Smb2.create:
        this.#created(context, conversation, request, status, bytes, at, end);
        return null;
      case Smb2.close:
        if (!isError(status)) conversations.close(context, conversation, keyOf(request));
        return null;
      case Smb2.read:
        return this.#readAnswer(context, conversation, request, status, bytes, at, end, size);
      case Smb2.write:
        if (isError(status) && request.file !== null) conversations.transfers.refused(request.file);
        return null;
      case Smb2.ioctl:
        this.#ioctlAnswer(context, request, status, bytes, at, end);
        return null;
      default:
        conversations.answered(context, request, isError(status) ? status : 0);
        return null;
    }
  }

  /** 2.2.6; the status of the last answer is what became of the login. */
  #sessionAnswer(
    context: MessageContext,
    conversation: Conversation,
    request: Request,
    status: number,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): void {
    const body = at + HEADER_BYTES;
    const token = at + Math.max(u16le(bytes, body + 4), HEADER_BYTES + 8);
    if (end - body >= 8) this.#ntlm.read(context, exchangeKey(context, bytes, at), bytes, token, end);
    if (status === Status.moreProcessing) {
      if (request.attempt !== null) this.#conversations.login(context, request, 'unknown');
      return;
    }
    this.#conversations.login(context, request, status === 0 ? 'accepted' : 'refused');
    if (status !== 0 || end - body < 8) return;
    const flags = u16le(bytes, body + 2);
    const kind = (flags & 1) !== 0 ? 'guest' : (flags & 2) !== 0 ? 'anonymous' : (flags & 4) !== 0 ? 'encrypted' : '';
    tell(context, conversation, context.server, 'smb-session', kind);
  }

  /** 2.2.13. */
  #create(conversation: Conversation, request: Request, bytes: Uint8Array, at: number, end: number): void {
    const body = at + HEADER_BYTES;
    this.#opener = request;
    if (end - body < 48) return;
    request.access = u32le(bytes, body + 24);
    request.name = withShare(conversation, request.tree, nameAt(bytes, at, end, body + 44));
    request.verb = openVerb(request.access, u32le(bytes, body + 36), u32le(bytes, body + 40));
    if (conversation.trees.get(request.tree)?.isPipes === true) request.verb = -1;
  }

  /** 2.2.14. */
  #created(
    context: MessageContext,
    conversation: Conversation,
    request: Request,
    status: number,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): void {
    const body = at + HEADER_BYTES;
    this.#conversations.answered(context, request, status);
    if (isError(status) || end - body < 80) return;
    request.fileKey = hex(bytes, body + 64, body + 64 + FILE_ID_BYTES);
    request.file = this.#conversations.open(context, conversation, request.fileKey, {
      name: request.name,
      isPipe: conversation.trees.get(request.tree)?.isPipes === true,
      client: context.client,
      server: context.server,
      size: u64(bytes, body + 48, end),
      read: null,
      written: null,
    });
  }

  /** 2.2.21. */
  #write(
    context: MessageContext,
    conversation: Conversation,
    request: Request,
    bytes: Uint8Array,
    at: number,
    end: number,
    size: number,
  ): Body | null {
    const body = at + HEADER_BYTES;
    if (end - body < 32) return null;
    this.#refer(conversation, request, bytes, body + 16, end);
    const file = this.#fileOf(context, conversation, request);
    const offset = u64(bytes, body + 8, end);
    const data = at + u16le(bytes, body + 2);
    if (file === null) return null;
    if (!this.#pipes.is(file, bytes, data, end))
      return this.#data(context, file, true, offset, bytes, data, u32le(bytes, body + 4), at, end, size);
    this.#pipes.said(context, file, bytes, data, Math.min(end, data + u32le(bytes, body + 4)));
    return null;
  }

  /** 2.2.20. */
  #readAnswer(
    context: MessageContext,
    conversation: Conversation,
    request: Request,
    status: number,
    bytes: Uint8Array,
    at: number,
    end: number,
    size: number,
  ): Body | null {
    const body = at + HEADER_BYTES;
    const file = this.#fileOf(context, conversation, request);
    if (file === null) return null;
    if (status === Status.endOfFile && file.size < 0) file.size = request.offset;
    if (isError(status) || end - body < 16) return null;
    const data = at + bytes[body + 2]!;
    const length = u32le(bytes, body + 4);
    if (!this.#pipes.is(file, bytes, data, end))
      return this.#data(context, file, false, request.offset, bytes, data, length, at, end, size);
    this.#pipes.said(context, file, bytes, data, Math.min(end, data + length));
    return null;
  }

  /** Content of a file from `data` on, `length` bytes of it; what does not stand before `end` follows in pieces. */
  #data(
    context: MessageContext,
    file: OpenFile,
    isWrite: boolean,
    offset: number,
    bytes: Uint8Array,
    data: number,
    length: number,
    at: number,
    end: number,
    size: number,
  ): Body | null {
    if (data < at + HEADER_BYTES || length > size - (data - at) || data > end) return null;
    const here = Math.min(length, end - data);
    this.#conversations.transfers.piece(context, file, isWrite, offset, bytes, data, data + here);
    if (here === length) return null;
    return { rest: 0, dataRest: length - here, file, isWrite, offset: offset + here };
  }

  /** 2.2.31: only what passes through a pipe is looked at. */
  #ioctl(
    context: MessageContext,
    conversation: Conversation,
    request: Request,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): void {
    const body = at + HEADER_BYTES;
    if (end - body < 32 || u32le(bytes, body + 4) !== PIPE_TRANSCEIVE) return;
    this.#refer(conversation, request, bytes, body + 8, end);
    const file = request.file ?? request.opener?.file;
    if (file === undefined || file === null) return;
    const input = at + u32le(bytes, body + 24);
    this.#pipes.said(context, file, bytes, input, Math.min(end, input + u32le(bytes, body + 28)));
  }

  /** 2.2.32. */
  #ioctlAnswer(
    context: MessageContext,
    request: Request,
    status: number,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): void {
    const body = at + HEADER_BYTES;
    if (request.file === null || isError(status) || end - body < 40) return;
    const output = at + u32le(bytes, body + 32);
    this.#pipes.said(context, request.file, bytes, output, Math.min(end, output + u32le(bytes, body + 36)));
  }

  /** 2.2.39: a file is given another name, or marked to be deleted. */
  #setInfo(conversation: Conversation, request: Request, bytes: Uint8Array, at: number, end: number): void {
    const body = at + HEADER_BYTES;
    if (end - body < 32 || bytes[body + 2] !== 1) return;
    this.#refer(conversation, request, bytes, body + 16, end);
    const kind = bytes[body + 3]!;
    const buffer = at + u16le(bytes, body + 8);
    if (buffer >= end) return;
    const name = request.file?.name ?? request.opener?.name ?? '';
    if (kind === RENAME && end - buffer >= 20) {
      const from = buffer + 20;
      const target = printableUtf16(bytes, from, Math.min(end, from + u32le(bytes, buffer + 16)), NAME_MAX);
      request.verb = Verb.configure;
      request.name = `${name} -> ${target}`;
    } else if ((kind === DISPOSITION || kind === DISPOSITION_EX) && (bytes[buffer]! & 1) !== 0) {
      request.verb = Verb.delete;
      request.name = name;
    }
    request.subfunction = kind === DISPOSITION_EX ? DISPOSITION : kind;
  }

  /** Notes which file a request is about; all ones stand for the one that the chain has opened (3.3.5.2.7.2). */
  #refer(conversation: Conversation, request: Request, bytes: Uint8Array, at: number, end: number): void {
    if (end - at < FILE_ID_BYTES) return;
    if (u32le(bytes, at) === 0xffff_ffff && u32le(bytes, at + 8) === 0xffff_ffff) {
      request.opener = this.#opener;
      return;
    }
    request.fileKey = hex(bytes, at, at + FILE_ID_BYTES);
    request.file = conversation.files.get(request.fileKey) ?? null;
  }

  /** The file of a request; one whose opening was not seen is known by its number alone. */
  #fileOf(context: MessageContext, conversation: Conversation, request: Request): OpenFile | null {
    if (request.opener !== null) return request.opener.file;
    const known = request.file ?? conversation.files.get(request.fileKey);
    if (known !== undefined) return known;
    if (request.fileKey === '') return null;
    const tree = conversation.trees.get(request.tree);
    return this.#conversations.open(context, conversation, request.fileKey, {
      name: withShare(conversation, request.tree, `file ${request.fileKey}`),
      isPipe: tree?.isPipes === true,
      client: context.client,
      server: context.server,
      size: -1,
      read: null,
      written: null,
    });
  }
}
