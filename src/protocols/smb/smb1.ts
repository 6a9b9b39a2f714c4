// Reads the messages of SMB 1 (MS-CIFS 2.2.4, MS-SMB 2.2.4): a header, words and bytes, and AndX chains of them.
import { u16le, u32le } from '../../bytes/endian.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import type { NtlmExchanges } from '../ntlm.ts';
import { type Body, type Conversation, type Conversations, type Request, withShare } from './conversations.ts';
import type { OpenFile } from './files.ts';
import { SMB1_FUNCTIONS, Smb1, isError } from './names.ts';
import { openVerb } from './opening.ts';
import type { Pipes } from './pipes.ts';
import { Smb1Sessions } from './smb1-sessions.ts';
import { type Block, Smb1Flag, textAt } from './smb1-block.ts';

const HEADER_BYTES = 32;
const CHAIN_MAX = 8;
const ANDX_COMMANDS: ReadonlySet<number> = new Set([0x24, 0x2d, 0x2e, 0x2f, 0x73, 0x74, 0x75, 0xa2]);
/** TRANS_TRANSACT_NMPIPE (MS-CIFS 2.2.5.6). */
const TRANSACT_PIPE = 0x26;
const MESSAGE_PIPE = 2;
const NAME_MAX = 256;

export class Smb1Reader {
  readonly #conversations: Conversations;
  readonly #pipes: Pipes;
  readonly #sessions: Smb1Sessions;

  constructor(conversations: Conversations, ntlm: NtlmExchanges, pipes: Pipes) {
    this.#conversations = conversations;
    this.#pipes = pipes;
    this.#sessions = new Smb1Sessions(conversations, ntlm);
  }

  /** A message in bytes[start..end), `size` bytes long where it is longer than that. Gives what the rest belongs to. */
  read(
    context: MessageContext,
    conversation: Conversation,
    bytes: Uint8Array,
    start: number,
    end: number,
    size: number,
  ): Body | null {
    if (end - start < HEADER_BYTES + 3) return null;
    const isAnswer = (bytes[start + 9]! & 0x80) !== 0;
    let command = bytes[start + 4]!;
    let at = start + HEADER_BYTES;
    for (let count = 0; count < CHAIN_MAX; count++) {
      const block = blockAt(command, bytes, start, at, end, size);
      if (block === null) return null;
      const body = isAnswer
        ? this.#answer(context, conversation, block, count)
        : this.#request(context, conversation, block, count);
      if (body !== null) return body;
      if (!ANDX_COMMANDS.has(command) || block.words < 2) return null;
      command = bytes[at + 1]!;
      const next = start + u16le(bytes, at + 3);
      if (command === Smb1.none || next <= at || end - next < 3) return null;
      at = next;
    }
    return null;
  }

  #request(context: MessageContext, conversation: Conversation, block: Block, order: number): Body | null {
    const request = this.#conversations.begin(context, conversation, requestKey(block, order), block.command);
    request.function = SMB1_FUNCTIONS + block.command;
    request.tree = u16le(block.bytes, block.message + 24);
    const { bytes, wordsAt: w, words, data } = block;
    switch (block.command) {
      case Smb1.negotiate:
        return null;
      case Smb1.sessionSetup:
        this.#sessions.request(context, conversation, request, block);
        return null;
      case Smb1.treeConnect:
        if (words < 4) return null;
        request.verb = Verb.connect;
        request.name = textAt(block, data + u16le(bytes, w + 6), NAME_MAX).text;
        request.attempt = this.#sessions.shareAttempt(context, conversation, block);
        return null;
      case Smb1.ntCreate:
      case Smb1.openAndX:
        this.#open(conversation, request, block);
        return null;
      case Smb1.close:
        if (words >= 1) request.fileKey = fileKey(bytes, w);
        return null;
      case Smb1.readAndX:
        if (words < 10) return null;
        request.fileKey = fileKey(bytes, w + 4);
        request.offset = u32le(bytes, w + 6) + (words >= 12 ? u32le(bytes, w + 20) * 0x1_0000_0000 : 0);
        return null;
      case Smb1.writeAndX:
        return this.#write(context, conversation, request, block);
      case Smb1.transaction:
        this.#transaction(context, conversation, request, block);
        return null;
      case Smb1.delete:
      case Smb1.rename:
      case Smb1.createDirectory:
      case Smb1.deleteDirectory:
        this.#change(conversation, request, block);
        return null;
      default:
        return null;
    }
  }

  #answer(context: MessageContext, conversation: Conversation, block: Block, order: number): Body | null {
    const key = requestKey(block, order);
    const request = conversation.requests.get(key);
    const status = statusOf(block);
    if (block.command === Smb1.negotiate) this.#sessions.negotiated(context, conversation, block);
    if (request?.command !== block.command) return null;
    const conversations = this.#conversations;
    if (request.command !== Smb1.transaction || !isError(status)) conversation.requests.delete(key);
    const { bytes, wordsAt: w, words } = block;
    switch (request.command) {
      case Smb1.sessionSetup:
        this.#sessions.answer(context, conversation, request, block, status);
        return null;
      case Smb1.treeConnect: {
        conversations.answered(context, request, status);
        conversations.login(context, request, isError(status) ? 'refused' : 'accepted');
        const service = textAt({ ...block, isUnicode: false }, block.data, 8).text;
        const tree = u16le(bytes, block.message + 24);
        if (status === 0) conversations.tree(conversation, tree, request.name, service === 'IPC');
        return null;
      }
      case Smb1.ntCreate:
      case Smb1.openAndX:
        conversations.answered(context, request, status);
        if (!isError(status)) this.#opened(context, conversation, request, block);
        return null;
      case Smb1.close:
        if (!isError(status)) conversations.close(context, conversation, request.fileKey);
        return null;
      case Smb1.readAndX:
        if (isError(status) || words < 12) return null;
        return this.#data(
          context,
          conversation,
          request,
          block,
          false,
          u16le(bytes, w + 10),
          u16le(bytes, w + 12),
          w + 14,
        );
      case Smb1.transaction:
        this.#transactionAnswer(context, request, block);
        return null;
      default:
        conversations.answered(context, request, status);
        return null;
    }
  }

  /** 2.2.4.64.1 and 2.2.4.41.1. */
  #open(conversation: Conversation, request: Request, block: Block): void {
    const { bytes, wordsAt: w, words, data, command } = block;
    if (words < (command === Smb1.ntCreate ? 24 : 15)) return;
    request.name = withShare(conversation, request.tree, textAt(block, data, NAME_MAX).text);
    if (conversation.trees.get(request.tree)?.isPipes === true) return;
    if (command === Smb1.ntCreate) {
      request.access = u32le(bytes, w + 15);
      request.verb = openVerb(request.access, u32le(bytes, w + 35), u32le(bytes, w + 39));
      return;
    }
    // AccessMode: 1 and 2 write. OpenMode: 0x10 makes the file where it is not there.
    if ((u16le(bytes, w + 16) & 0x10) !== 0) request.verb = Verb.create;
    else if ((u16le(bytes, w + 6) & 3) !== 0) request.verb = Verb.write;
  }

  /** 2.2.4.64.2 and 2.2.4.41.2. */
  #opened(context: MessageContext, conversation: Conversation, request: Request, block: Block): void {
    const { bytes, wordsAt: w, words, command } = block;
    const isNt = command === Smb1.ntCreate;
    if (words < (isNt ? 34 : 15)) return;
    const isPipes = conversation.trees.get(request.tree)?.isPipes === true;
    request.fileKey = fileKey(bytes, isNt ? w + 5 : w + 4);
    request.file = this.#conversations.open(context, conversation, request.fileKey, {
      name: request.name,
      isPipe: isPipes || (isNt && u16le(bytes, w + 63) === MESSAGE_PIPE),
      client: context.client,
      server: context.server,
      size: isNt ? u32le(bytes, w + 55) + u32le(bytes, w + 59) * 0x1_0000_0000 : u32le(bytes, w + 12),
      read: null,
      written: null,
    });
  }

  /** 2.2.4.43.1. */
  #write(context: MessageContext, conversation: Conversation, request: Request, block: Block): Body | null {
    const { bytes, wordsAt: w, words } = block;
    if (words < 12) return null;
    request.fileKey = fileKey(bytes, w + 4);
    request.offset = u32le(bytes, w + 6) + (words >= 14 ? u32le(bytes, w + 24) * 0x1_0000_0000 : 0);
    return this.#data(context, conversation, request, block, true, u16le(bytes, w + 20), u16le(bytes, w + 22), w + 18);
  }

  /** Content: low half of its length, its offset from the header, and where the high half of the length stands. */
  #data(
    context: MessageContext,
    conversation: Conversation,
    request: Request,
    block: Block,
    isWrite: boolean,
    low: number,
    offset: number,
    high: number,
  ): Body | null {
    const { bytes, message, end, size } = block;
    const data = message + offset;
    const length = low + u16le(bytes, high) * 0x1_0000;
    if (offset < HEADER_BYTES || length > size - offset || data > end) return null;
    const file = this.#fileOf(context, conversation, request);
    const here = Math.min(length, end - data);
    if (this.#pipes.is(file, bytes, data, end)) {
      this.#pipes.said(context, file, bytes, data, data + here);
      return null;
    }
    const { transfers } = this.#conversations;
    transfers.piece(context, file, isWrite, request.offset, bytes, data, data + here);
    return here === length ? null : { rest: 0, dataRest: length - here, file, isWrite, offset: request.offset + here };
  }

  /** 2.2.4.33.1: what is written to a pipe, whose answer is read at once. */
  #transaction(context: MessageContext, conversation: Conversation, request: Request, block: Block): void {
    const { bytes, wordsAt: w, words, message, end } = block;
    if (words < 16 || bytes[w + 26]! < 2 || u16le(bytes, w + 28) !== TRANSACT_PIPE) return;
    request.fileKey = fileKey(bytes, w + 30);
    request.file = this.#fileOf(context, conversation, request, true);
    const data = message + u16le(bytes, w + 24);
    this.#pipes.said(context, request.file, bytes, data, Math.min(end, data + u16le(bytes, w + 22)));
  }

  /** 2.2.4.33.2. */
  #transactionAnswer(context: MessageContext, request: Request, block: Block): void {
    const { bytes, wordsAt: w, words, message, end } = block;
    if (words < 10 || request.file === null) return;
    const data = message + u16le(bytes, w + 14);
    this.#pipes.said(context, request.file, bytes, data, Math.min(end, data + u16le(bytes, w + 12)));
  }

  /** Names stand behind a byte that says what they are (2.2.4.7 and others). */
  #change(conversation: Conversation, request: Request, block: Block): void {
    const first = textAt(block, block.data + 1, NAME_MAX);
    request.name = withShare(conversation, request.tree, first.text);
    switch (block.command) {
      case Smb1.rename:
        request.verb = Verb.configure;
        request.name += ` -> ${textAt(block, first.next + 1, NAME_MAX).text}`;
        return;
      case Smb1.createDirectory:
        request.verb = Verb.create;
        return;
      default:
        request.verb = Verb.delete;
    }
  }

  #fileOf(context: MessageContext, conversation: Conversation, request: Request, isPipe = false): OpenFile {
    const known = request.file ?? conversation.files.get(request.fileKey);
    if (known !== undefined) return known;
    return this.#conversations.open(context, conversation, request.fileKey, {
      name: withShare(conversation, request.tree, `file ${request.fileKey}`),
      isPipe: isPipe || conversation.trees.get(request.tree)?.isPipes === true,
      client: context.client,
      server: context.server,
      size: -1,
      read: null,
      written: null,
    });
  }
}

/** Words and bytes at `at`; null where they do not begin before `end`. */
function blockAt(
  command: number,
  bytes: Uint8Array,
  message: number,
  at: number,
  end: number,
  size: number,
): Block | null {
  if (end - at < 3) return null;
  const words = bytes[at]!;
  const data = at + 1 + words * 2 + 2;
  if (data > end) return null;
  const flags2 = u16le(bytes, message + 10);
  return {
    command,
    bytes,
    message,
    wordsAt: at + 1,
    words,
    data,
    end,
    size,
    isUnicode: (flags2 & Smb1Flag.unicode) !== 0,
  };
}

/** Multiplex and process identifier, and the place in the chain. */
function requestKey(block: Block, order: number): number {
  const { bytes, message } = block;
  return u16le(bytes, message + 30) + u16le(bytes, message + 26) * 0x1_0000 + (order + 1) * 0x1_0000_0000;
}

/** An NT status; of a DOS error (2.2.2.4) one that is no NT status: class and code with the highest bits set. */
function statusOf(block: Block): number {
  const { bytes, message } = block;
  if ((u16le(bytes, message + 10) & Smb1Flag.ntStatus) !== 0) return u32le(bytes, message + 5);
  const errorClass = bytes[message + 5]!;
  return errorClass === 0 ? 0 : 0xe000_0000 + errorClass * 0x1_0000 + u16le(bytes, message + 7);
}

function fileKey(bytes: Uint8Array, at: number): string {
  return String(u16le(bytes, at));
}
