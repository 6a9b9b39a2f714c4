// Commands of Redis that are read, by number, and the errors of its answers.
import type { MessageKind } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';

/** Numbers of our own: the protocol has words only. */
export const Command = {
  other: 0,
  auth: 1,
  hello: 2,
  info: 3,
  configSet: 4,
  replicaOf: 5,
  moduleLoad: 6,
  aclSetUser: 7,
  flush: 8,
  shutdown: 9,
  /** From here on the server speaks unasked: subscriptions, MONITOR. */
  subscribe: 10,
  /** A replica asks for everything. */
  replicate: 11,
} as const;

/** The first word, the second or '', and the command. */
const WORDS: readonly (readonly [string, string, number])[] = [
  ['AUTH', '', Command.auth],
  ['HELLO', '', Command.hello],
  ['INFO', '', Command.info],
  ['CONFIG', 'SET', Command.configSet],
  ['SLAVEOF', '', Command.replicaOf],
  ['REPLICAOF', '', Command.replicaOf],
  ['MODULE', 'LOAD', Command.moduleLoad],
  ['MODULE', 'LOADEX', Command.moduleLoad],
  ['ACL', 'SETUSER', Command.aclSetUser],
  ['FLUSHALL', '', Command.flush],
  ['FLUSHDB', '', Command.flush],
  ['SHUTDOWN', '', Command.shutdown],
  ['SUBSCRIBE', '', Command.subscribe],
  ['PSUBSCRIBE', '', Command.subscribe],
  ['SSUBSCRIBE', '', Command.subscribe],
  ['MONITOR', '', Command.subscribe],
  ['CLIENT', 'REPLY', Command.subscribe],
  ['SYNC', '', Command.replicate],
  ['PSYNC', '', Command.replicate],
];
export const FIRST_WORDS: readonly string[] = WORDS.map(([first]) => first);

/** Does the command at this index of FIRST_WORDS need a second word; which. */
export function secondWord(index: number): string {
  return WORDS[index]![1];
}

export function commandOf(index: number): number {
  return WORDS[index]![2];
}

/** Verbs of the commands that change the server; all others are no operations. */
export const VERBS: Readonly<Record<number, number>> = {
  [Command.configSet]: Verb.configure,
  [Command.replicaOf]: Verb.configure,
  [Command.moduleLoad]: Verb.configure,
  [Command.aclSetUser]: Verb.configure,
  [Command.flush]: Verb.delete,
  [Command.shutdown]: Verb.stop,
};

export const KINDS: readonly MessageKind[] = [
  { function: Command.configSet, subfunction: -1, name: 'CONFIG SET' },
  { function: Command.replicaOf, subfunction: -1, name: 'REPLICAOF' },
  { function: Command.moduleLoad, subfunction: -1, name: 'MODULE LOAD' },
  { function: Command.aclSetUser, subfunction: -1, name: 'ACL SETUSER' },
  { function: Command.flush, subfunction: -1, name: 'FLUSHALL' },
  { function: Command.shutdown, subfunction: -1, name: 'SHUTDOWN' },
];

/** The first word of an error; its index and 1 is the code of a refused operation. */
export const ERRORS = ['ERR', 'NOAUTH', 'WRONGPASS', 'NOPERM', 'DENIED', 'READONLY', 'LOADING', 'BUSY', 'EXECABORT'];
/** An error with any other word. */
export const OTHER_ERROR = ERRORS.length + 1;
