// Names the kinds of messages of mail: commands, and replies by their code or first word (RFC 1939, RFC 5321, RFC 9051).
import type { KindSink } from '../../facts/protocol.ts';

const POP3_COMMANDS = 'USER PASS APOP AUTH CAPA STLS STAT LIST RETR DELE NOOP RSET QUIT TOP UIDL LANG UTF8'.split(' ');
const SMTP_COMMANDS = 'EHLO HELO LHLO AUTH STARTTLS DATA BDAT MAIL RCPT RSET NOOP QUIT VRFY EXPN HELP'.split(' ');
const SMTP_REPLIES = [
  ...[211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 432, 450, 451, 452, 454, 455],
  ...[500, 501, 502, 503, 504, 521, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555],
];
const IMAP_COMMANDS = [
  ...'CAPABILITY NOOP LOGOUT STARTTLS AUTHENTICATE LOGIN ENABLE SELECT EXAMINE CREATE DELETE RENAME SUBSCRIBE'.split(
    ' ',
  ),
  ...'UNSUBSCRIBE LIST LSUB NAMESPACE STATUS APPEND IDLE CLOSE UNSELECT EXPUNGE SEARCH FETCH STORE COPY MOVE'.split(
    ' ',
  ),
  ...'UID CHECK ID GETQUOTAROOT'.split(' '),
];
const IMAP_STATES = ['OK', 'NO', 'BAD', 'BYE', 'PREAUTH'];

export const OTHER_COMMAND = 'other command';
export const POP3_KINDS: readonly string[] = [...POP3_COMMANDS, OTHER_COMMAND, '+OK', '-ERR'];
export const SMTP_KINDS: readonly string[] = [...SMTP_COMMANDS, OTHER_COMMAND, ...SMTP_REPLIES.map(replyKind)];
export const IMAP_KINDS: readonly string[] = [
  ...IMAP_COMMANDS,
  OTHER_COMMAND,
  ...IMAP_STATES.map(stateKind),
  'untagged',
  'continuation',
];

function commandIn(commands: readonly string[], word: string): string {
  const upper = word.toUpperCase();
  return commands.includes(upper) ? upper : OTHER_COMMAND;
}

export const pop3Command = (word: string): string => commandIn(POP3_COMMANDS, word);
export const smtpCommand = (word: string): string => commandIn(SMTP_COMMANDS, word);

export function replyKind(code: number): string {
  return `reply ${code}`;
}

/** Of the answer that ends a command. */
export function stateKind(state: string): string {
  return `response ${state.toUpperCase()}`;
}

export function tellPop3(text: string, fromClient: boolean, tell: KindSink): void {
  const word = /^\S+/.exec(text)?.[0].toUpperCase() ?? '';
  if (fromClient && word !== '') tell(pop3Command(word));
  else if (word === '+OK' || word === '-ERR') tell(word);
}

export function tellSmtp(text: string, fromClient: boolean, tell: KindSink): void {
  const word = /^\S+/.exec(text)?.[0].toUpperCase() ?? '';
  if (fromClient && word !== '') tell(smtpCommand(word));
  const code = fromClient ? null : /^(\d{3})(?: |$)/.exec(text);
  // The lines before the last have a hyphen there.
  if (code !== null) tell(replyKind(Number(code[1])));
}

export function tellImap(text: string, fromClient: boolean, tell: KindSink): void {
  const [tag = '', word = ''] = text.split(' ');
  if (fromClient) {
    if (word !== '') tell(commandIn(IMAP_COMMANDS, word));
  } else if (tag === '*') tell('untagged');
  else if (tag === '+') tell('continuation');
  else if (IMAP_STATES.includes(word.toUpperCase())) tell(stateKind(word));
}
