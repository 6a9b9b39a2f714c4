// MySQL and MariaDB: the protocol's entry in the list, and the running decoder that ties framing and sessions together.
import {
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { COMMAND_NAMES, Command, ERROR_NAMES, KIND_NAMES, functionName } from './messages.ts';
import { FRAME_BYTES_MAX, HEADER_BYTES, isCommand, isGreeting, isResponse, looksLike } from './parse.ts';
import { Sessions } from './session.ts';
import { MESSAGE_KINDS } from './kinds.ts';

export const mysql: Protocol = {
  name: 'mysql',
  title: 'MySQL',
  transports: ['tcp'],
  ports: [3306],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName,
  spaceName: () => '',
  codeName: (code) => ERROR_NAMES.get(code) ?? `error ${code}`,
  family: 'it',
  kinds: [...COMMAND_NAMES.keys()].flatMap((command) =>
    (command === Command.shutdown ? [-1] : [...KIND_NAMES.keys()]).map((kind) => ({
      function: command,
      subfunction: kind,
      name: functionName(command, kind),
    })),
  ),
  messageKinds: MESSAGE_KINDS,
  summary: 'MySQL and MariaDB: versions, logins and their outcome, statements that reach files, libraries or accounts',
  start: (protocol) => new MysqlDecoder(protocol),
};

class MysqlDecoder implements ProtocolDecoder {
  readonly #sessions: Sessions;

  constructor(protocol: number) {
    this.#sessions = new Sessions(protocol);
  }

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return looksLike(bytes, start, end);
  }

  speaker(bytes: Uint8Array, start: number, end: number): number {
    if (end - start <= HEADER_BYTES) return Speaker.unknown;
    if (isGreeting(bytes, start, end)) return Speaker.server;
    return isCommand(bytes, start, end) || isResponse(bytes, start, end) ? Speaker.client : Speaker.server;
  }

  frameSize(bytes: Uint8Array, start: number, end: number, context: MessageContext): number {
    return this.#sessions.frameSize(bytes, start, end, context);
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#sessions.decode(bytes, start, end, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, context: MessageContext, tell: KindSink): void {
    this.#sessions.tellKinds(bytes, start, end, context, tell);
  }

  gap(flow: number, fromClient: boolean): void {
    this.#sessions.gap(flow, fromClient);
  }

  resumes(flow: number, fromClient: boolean, _context: MessageContext, lostBytes: number): boolean {
    return this.#sessions.resumes(flow, fromClient, lostBytes);
  }

  closed(flow: number, context: MessageContext): void {
    this.#sessions.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#sessions.tick(timeUs, context);
  }
}
