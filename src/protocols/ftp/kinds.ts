// Names the kinds of messages of FTP: commands (RFC 959 4.1 and those that came later), and replies by their code (4.2).
import type { KindSink } from '../../facts/protocol.ts';
import { textLineEnd } from '../text-lines.ts';
import { Command, OTHER_NAMES } from './messages.ts';
import { commandStart, replyCode } from './parse.ts';

const REPLIES = [
  ...[110, 120, 125, 150, 200, 202, 211, 212, 213, 214, 215, 220, 221, 225, 226, 227, 229, 230, 234, 250, 257],
  ...[331, 332, 334, 350, 421, 425, 426, 430, 431, 434, 450, 451, 452],
  ...[500, 501, 502, 503, 504, 522, 530, 532, 533, 534, 550, 551, 552, 553],
];

const OTHER_COMMAND = 'other command';
const COMMANDS: ReadonlySet<string> = new Set([...Object.keys(Command), ...OTHER_NAMES.map(([name]) => name)]);

export const MESSAGE_KINDS: readonly string[] = [...COMMANDS, OTHER_COMMAND, ...REPLIES.map(replyKind)];

export function replyKind(code: number): string {
  return `reply ${code}`;
}

/** The words of commands are written in either case; XPWD and its like are what they were before (RFC 1123 4.1.3.1). */
export function commandKind(word: string): string {
  const upper = word.toUpperCase();
  return COMMANDS.has(upper) ? upper : OTHER_COMMAND;
}

/** One line, its line feed included. */
export function tellLine(bytes: Uint8Array, start: number, end: number, fromClient: boolean, tell: KindSink): void {
  if (!fromClient) {
    const code = replyCode(bytes, start, end);
    if (code > 0) tell(replyKind(code));
    return;
  }
  const from = commandStart(bytes, start, end);
  if (textLineEnd(bytes, from, end) === 0) return;
  const word = /^[^\s]*/.exec(
    Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(end - from, 64)).toString('latin1'),
  );
  if (word !== null && word[0] !== '') tell(commandKind(word[0]));
}
