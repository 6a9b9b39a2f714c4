// What is kept of each SMB conversation: requests that wait for their answer, trees, open files, and the rest of a long
// message. Requests become operations and logins when they are answered.
import { forgetOldest } from '../../bytes/forgetting.ts';
import type { Login } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { setAnswered, startOperation } from '../facts-of-messages.ts';
import { loginTests } from '../clear-secret.ts';
import type { LoginAttempt } from '../open-logins.ts';
import { FileTransfers, type OpenFile } from './files.ts';
import type { Pipes } from './pipes.ts';

const CONVERSATIONS_MAX = 8192;
/** More credits than this are not followed: the oldest request counts as unanswered. */
const REQUESTS_MAX = 1024;
const TREES_MAX = 256;
const FILES_MAX = 1024;
const NAME_BYTES_MAX = 512;

/** A request that waits. */
export interface Request {
  readonly command: number;
  readonly timeUs: number;
  readonly frame: number;
  /** Of the operation that it becomes; -1: of none. */
  verb: number;
  function: number;
  subfunction: number;
  name: string;
  tree: number;
  file: OpenFile | null;
  /** The request of the same chain that opens the file. */
  opener: Request | null;
  fileKey: string;
  offset: number;
  /** DesiredAccess of what opens a file. */
  access: number;
  attempt: LoginAttempt | null;
}

export interface Tree {
  readonly name: string;
  isPipes: boolean;
}

/** What is still to come of a long message. */
export interface Body {
  /** Bytes of the message. */
  rest: number;
  /** Bytes of them that belong to the file; they come first. */
  dataRest: number;
  readonly file: OpenFile | null;
  readonly isWrite: boolean;
  offset: number;
}

export interface Conversation {
  readonly requests: Map<number, Request>;
  readonly trees: Map<number, Tree>;
  readonly files: Map<string, OpenFile>;
  readonly bodies: [client: Body | null, server: Body | null];
  /** Traits already told, with their values. */
  readonly told: Map<string, string>;
  /** The challenge of SMB 1's NEGOTIATE. */
  challenge: Uint8Array | null;
  /** SMB 1: every share has a password of its own. */
  isShareLevel: boolean;
}

export class Conversations {
  readonly transfers = new FileTransfers();
  readonly #protocol: number;
  readonly #pipes: Pipes;
  readonly #all = new Map<number, Conversation>();

  constructor(protocol: number, pipes: Pipes) {
    this.#protocol = protocol;
    this.#pipes = pipes;
  }

  get(flow: number): Conversation | undefined {
    return this.#all.get(flow);
  }

  of(context: MessageContext): Conversation {
    const known = this.#all.get(context.flow);
    if (known !== undefined) return known;
    if (this.#all.size >= CONVERSATIONS_MAX) {
      for (const flow of this.#all.keys()) {
        this.#forget(flow);
        break;
      }
    }
    const made: Conversation = {
      requests: new Map(),
      trees: new Map(),
      files: new Map(),
      bodies: [null, null],
      told: new Map(),
      challenge: null,
      isShareLevel: false,
    };
    this.#all.set(context.flow, made);
    return made;
  }

  /** Keeps a request until its answer comes. */
  begin(context: MessageContext, conversation: Conversation, key: number, command: number): Request {
    const { requests } = conversation;
    const before = requests.get(key);
    // Its number is used anew: no answer came.
    if (before !== undefined) this.unanswered(context, before);
    if (requests.size >= REQUESTS_MAX) {
      for (const [oldest, request] of requests) {
        requests.delete(oldest);
        this.unanswered(context, request);
        break;
      }
    }
    const request: Request = {
      command,
      timeUs: context.timeUs,
      frame: context.frame,
      verb: -1,
      function: command,
      subfunction: -1,
      name: '',
      tree: 0,
      file: null,
      opener: null,
      fileKey: '',
      offset: 0,
      access: 0,
      attempt: null,
    };
    requests.set(key, request);
    return request;
  }

  /** The request was answered with this status: hands over the operation that it was. `status` 0: obeyed. */
  answered(context: MessageContext, request: Request, status: number): void {
    if (request.verb < 0) return;
    const operation = this.#operation(context, request);
    setAnswered(operation, context, status);
    context.sink.operation(operation);
  }

  unanswered(context: MessageContext, request: Request): void {
    this.login(context, request, 'unknown');
    if (request.verb >= 0) context.sink.operation(this.#operation(context, request));
  }

  /** Hands over the login that a request was, once. */
  login(context: MessageContext, request: Request, outcome: Login['outcome']): void {
    const { attempt, timeUs, frame } = request;
    if (attempt === null) return;
    request.attempt = null;
    const { mechanism, user, secret, recompute } = attempt;
    const { flow, client, server, sink } = context;
    const base = {
      fact: 'login',
      timeUs,
      frame,
      flow,
      client,
      server,
      protocol: 'smb',
      mechanism,
      user,
      outcome,
    } as const;
    sink.login({ ...base, ...loginTests(secret, recompute) });
    secret?.fill(0);
  }

  /** A tree was connected. */
  tree(conversation: Conversation, id: number, name: string, isPipes: boolean): void {
    forgetOldest(conversation.trees, TREES_MAX);
    conversation.trees.set(id, { name, isPipes });
  }

  /** A file was opened, or is used whose opening was not seen. */
  open(context: MessageContext, conversation: Conversation, key: string, file: OpenFile): OpenFile {
    this.close(context, conversation, key);
    if (conversation.files.size >= FILES_MAX) {
      for (const oldest of conversation.files.keys()) {
        this.close(context, conversation, oldest);
        break;
      }
    }
    conversation.files.set(key, file);
    return file;
  }

  close(context: MessageContext, conversation: Conversation, key: string): void {
    const file = conversation.files.get(key);
    if (file === undefined) return;
    conversation.files.delete(key);
    this.#ended(context, file);
  }

  closed(flow: number, context: MessageContext): void {
    const conversation = this.#all.get(flow);
    if (conversation === undefined) return;
    this.#all.delete(flow);
    for (const request of conversation.requests.values()) this.unanswered(context, request);
    for (const file of conversation.files.values()) this.#ended(context, file);
  }

  /** Room is needed. Nothing is handed over: `context` would name another conversation. */
  #forget(flow: number): void {
    for (const file of this.#all.get(flow)?.files.values() ?? []) this.#pipes.forget(file);
    this.#all.delete(flow);
  }

  #ended(context: MessageContext, file: OpenFile): void {
    this.transfers.ended(context, file);
    if (file.isPipe) this.#pipes.closed(context, file);
  }

  #operation(context: MessageContext, request: Request): MessageContext['operation'] {
    const operation = startOperation(context, this.#protocol);
    operation.timeUs = request.timeUs;
    operation.requestFrame = request.frame;
    operation.verb = request.verb;
    operation.function = request.function;
    operation.subfunction = request.subfunction;
    if (request.name !== '') {
      const name = Buffer.from(request.name, 'utf8').subarray(0, NAME_BYTES_MAX);
      operation.nameBytes = name;
      operation.nameEnd = name.length;
      operation.space = 1;
      operation.count = 1;
    }
    return operation;
  }
}

/** Tells something of a host once for each value. */
export function tell(
  context: MessageContext,
  conversation: Conversation,
  host: number,
  trait: string,
  value: string,
): void {
  const key = `${host} ${trait}`;
  if (value === '' || conversation.told.get(key) === value) return;
  conversation.told.set(key, value);
  const { timeUs, frame, sink } = context;
  sink.trait({ fact: 'trait', timeUs, frame, host, trait, value });
}

/** The name of a file with that of its share before it, where the share is known. */
export function withShare(conversation: Conversation, tree: number, name: string): string {
  const share = conversation.trees.get(tree)?.name ?? '';
  if (share === '') return name;
  return name.startsWith('\\') ? share + name : `${share}\\${name}`;
}
