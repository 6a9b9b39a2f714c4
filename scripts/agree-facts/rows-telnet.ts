// The row of Telnet's users: tshark shows what is typed, a character or a line in each frame; who logs in is put together here.
import { userRow, type Fields, type Row } from './row.ts';

/** The question for a user, at the end of what the server has said. */
const PROMPT = /(?:log ?in|user(?: ?name|id)?|account) ?[:>] ?$/i;
const TEXT_MAX = 512;

interface Typing {
  /** The last that the server said. */
  shown: string;
  /** What the client has typed since it was asked; null: it was not asked. */
  typed: string | null;
  serverPort: string;
}

/** Frames come in their order; a number that is not above the last begins another capture. */
class TypedUsers {
  readonly #streams = new Map<string, Typing>();
  #lastFrame = 0;

  users(fields: Fields): string[] {
    const frame = Number(fields('frame.number')[0]);
    if (frame <= this.#lastFrame) this.#streams.clear();
    this.#lastFrame = frame;
    const text = fields('telnet.data').map(plain).join('');
    const stream = fields('tcp.stream')[0];
    const port = fields('tcp.srcport')[0];
    if (text === '' || stream === undefined || port === undefined) return [];
    const typing = this.#streams.get(stream) ?? { shown: '', typed: null, serverPort: '' };
    this.#streams.set(stream, typing);
    if (typing.typed !== null && port !== typing.serverPort) return typedUser(typing, text);
    if (typing.typed === null) {
      typing.shown = `${typing.serverPort === port ? typing.shown : ''}${text}`.slice(-TEXT_MAX);
      typing.serverPort = port;
      if (PROMPT.test(typing.shown)) typing.typed = '';
    }
    return [];
  }
}

/** Takes what was typed; the user, once the line has ended. */
function typedUser(typing: Typing, text: string): string[] {
  const typed = `${typing.typed ?? ''}${text}`;
  typing.typed = typed;
  const line = /^([^\r\n]*)[\r\n]/.exec(typed);
  if (line === null) return [];
  typing.typed = null;
  typing.shown = '';
  return [erased(line[1]!)];
}

/** Backspace and delete take a character back. */
function erased(line: string): string {
  let text = '';
  for (const character of line) text = /[\b\x7f]/.test(character) ? text.slice(0, -1) : text + character;
  return text;
}

/** tshark writes what does not show as in C. */
function plain(text: string): string {
  const named: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', b: '\b', '\\': '\\' };
  return text
    .replace(/\\x([0-9a-f]{2})|\\([0-7]{3})/gi, (_, hex: string | undefined, octal: string | undefined) =>
      String.fromCharCode(hex === undefined ? parseInt(octal ?? '0', 8) : parseInt(hex, 16)),
    )
    .replace(/\\([rntb\\])/g, (_, letter: string) => named[letter]!);
}

const typedUsers = new TypedUsers();

export const TELNET_ROWS: readonly Row[] = [
  userRow('telnet', 'telnet', ['telnet.data', 'tcp.stream', 'tcp.srcport', 'frame.number'], (fields) =>
    typedUsers.users(fields),
  ),
];
