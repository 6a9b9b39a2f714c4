// Commands and reply codes of FTP, with the words of RFC 959, 2228, 2428 and 3659.
import { Verb } from '../../facts/verbs.ts';

/** Numbers of the commands; `Operation.function` where a command is an operation. They are never reused. */
export const Command = {
  USER: 1,
  PASS: 2,
  ACCT: 3,
  CWD: 4,
  CDUP: 5,
  SMNT: 6,
  QUIT: 7,
  REIN: 8,
  PORT: 9,
  PASV: 10,
  TYPE: 11,
  STRU: 12,
  MODE: 13,
  RETR: 14,
  STOR: 15,
  STOU: 16,
  APPE: 17,
  ALLO: 18,
  REST: 19,
  RNFR: 20,
  RNTO: 21,
  ABOR: 22,
  DELE: 23,
  RMD: 24,
  MKD: 25,
  PWD: 26,
  LIST: 27,
  NLST: 28,
  SITE: 29,
  SYST: 30,
  STAT: 31,
  HELP: 32,
  NOOP: 33,
  AUTH: 34,
  ADAT: 35,
  PBSZ: 36,
  PROT: 37,
  CCC: 38,
  EPRT: 39,
  EPSV: 40,
  MDTM: 41,
  SIZE: 42,
  MLST: 43,
  MLSD: 44,
  FEAT: 45,
  OPTS: 46,
  CLNT: 47,
  LANG: 48,
  HOST: 49,
} as const;

/** RFC 1123 4.1.3.1: the experimental names that are still in use. */
export const OTHER_NAMES: readonly (readonly [string, number])[] = [
  ['XCWD', Command.CWD],
  ['XCUP', Command.CDUP],
  ['XPWD', Command.PWD],
  ['XMKD', Command.MKD],
  ['XRMD', Command.RMD],
];

const BY_LETTERS: ReadonlyMap<number, number> = new Map(
  [...Object.entries(Command), ...OTHER_NAMES].map(([name, command]) => [lettersOf(name), command]),
);

function lettersOf(name: string): number {
  let letters = 0;
  for (const letter of Buffer.from(name, 'latin1')) letters = (letters << 8) | letter;
  return letters;
}

/** `letters`: up to four upper-case letters, the last in the lowest byte. 0: no command of FTP. */
export function commandOfLetters(letters: number): number {
  return BY_LETTERS.get(letters) ?? 0;
}

/** What is told of `SITE` (RFC 959 4.1.3): the services that run or change something. */
export const Site = { EXEC: 1, CHMOD: 2 } as const;

interface OperationKind {
  readonly function: number;
  readonly subfunction: number;
  readonly name: string;
  readonly verb: number;
}

/** Commands that change or read something of the server. Storing is judged by who stored before, as any writing. */
export const OPERATION_KINDS: readonly OperationKind[] = [
  { function: Command.RETR, subfunction: -1, name: 'RETR (retrieve)', verb: Verb['file-read'] },
  { function: Command.STOR, subfunction: -1, name: 'STOR (store)', verb: Verb.create },
  { function: Command.STOU, subfunction: -1, name: 'STOU (store unique)', verb: Verb.create },
  { function: Command.APPE, subfunction: -1, name: 'APPE (append)', verb: Verb.create },
  { function: Command.RNTO, subfunction: -1, name: 'RNTO (rename to)', verb: Verb.configure },
  { function: Command.DELE, subfunction: -1, name: 'DELE (delete)', verb: Verb.delete },
  { function: Command.RMD, subfunction: -1, name: 'RMD (remove directory)', verb: Verb.delete },
  { function: Command.MKD, subfunction: -1, name: 'MKD (make directory)', verb: Verb.create },
  { function: Command.SITE, subfunction: Site.EXEC, name: 'SITE EXEC (run a program)', verb: Verb.configure },
  { function: Command.SITE, subfunction: Site.CHMOD, name: 'SITE CHMOD (change permissions)', verb: Verb.configure },
];

export function operationKind(command: number, subfunction: number): OperationKind | undefined {
  return OPERATION_KINDS.find((kind) => kind.function === command && kind.subfunction === subfunction);
}

/** Does a data connection follow, and a file on it? */
export function isFileCommand(command: number): boolean {
  return isStoring(command) || command === Command.RETR;
}

export function isStoring(command: number): boolean {
  return command === Command.STOR || command === Command.STOU || command === Command.APPE;
}

export function isListing(command: number): boolean {
  return command === Command.LIST || command === Command.NLST || command === Command.MLSD;
}

/** Reply codes this decoder looks at. */
export const Reply = {
  ready: 220,
  loggedIn: 230,
  securityAgreed: 234,
  superfluous: 202,
  systemType: 215,
  fileStatus: 213,
  passive: 227,
  extendedPassive: 229,
  needPassword: 331,
  needAccount: 332,
  notAvailable: 421,
  notLoggedIn: 530,
} as const;

/** RFC 959 4.2.1, the codes of refusal. */
export const REPLY_NAMES: ReadonlyMap<number, string> = new Map([
  [421, 'service not available'],
  [425, 'cannot open data connection'],
  [426, 'connection closed, transfer aborted'],
  [450, 'file unavailable (busy)'],
  [451, 'local error in processing'],
  [452, 'insufficient storage'],
  [500, 'command unrecognised'],
  [501, 'syntax error in parameters'],
  [502, 'command not implemented'],
  [503, 'bad sequence of commands'],
  [504, 'parameter not implemented'],
  [530, 'not logged in'],
  [532, 'need account for storing files'],
  [550, 'file unavailable'],
  [551, 'page type unknown'],
  [552, 'storage allocation exceeded'],
  [553, 'file name not allowed'],
]);
