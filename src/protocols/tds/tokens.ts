// Walks the tokens at the beginning of a result (MS-TDS 2.2.7), as far as the length of each stands behind it.
import { i32le, u16le } from '../../bytes/endian.ts';
import { DONE_ERROR, DONE_FIRST, SOME_ERROR, Token } from './messages.ts';
import { countedText } from './parse.ts';

const TOKENS_MAX = 32;
const TEXT_CHARACTERS_MAX = 128;

export interface ResultSummary {
  /** Number of the first ERROR, 0 where there is none. */
  error: number;
  isLoginAccepted: boolean;
  /** Of LOGINACK: `Microsoft SQL Server`, and its version. */
  program: string;
  version: string;
  /** The server's own name, from INFO or ERROR. */
  server: string;
}

export function readTokens(bytes: Uint8Array, start: number, end: number): ResultSummary {
  const summary: ResultSummary = { error: 0, isLoginAccepted: false, program: '', version: '', server: '' };
  let at = start;
  for (let count = 0; count < TOKENS_MAX && at + 3 <= end; count++) {
    const token = bytes[at]!;
    if (token >= DONE_FIRST) {
      if ((u16le(bytes, at + 1) & DONE_ERROR) !== 0 && summary.error === 0) summary.error = SOME_ERROR;
      break;
    }
    if (!SIZED.has(token)) break;
    const body = at + 3;
    const stop = body + u16le(bytes, at + 1);
    if (stop > end) break;
    if (token === Token.error || token === Token.info) readMessage(summary, bytes, body, stop, token === Token.error);
    else if (token === Token.loginAck) readLoginAck(summary, bytes, body, stop);
    at = stop;
  }
  return summary;
}

/** Number, state, class, text, server, procedure, line. */
function readMessage(summary: ResultSummary, bytes: Uint8Array, body: number, end: number, isError: boolean): void {
  if (end - body < 8) return;
  if (isError && summary.error === 0) summary.error = Math.abs(i32le(bytes, body)) || SOME_ERROR;
  const server = body + 8 + 2 * u16le(bytes, body + 6);
  summary.server ||= countedText(bytes, server, end, 1, TEXT_CHARACTERS_MAX);
}

/** Interface, TDS version, program, its version. */
function readLoginAck(summary: ResultSummary, bytes: Uint8Array, body: number, end: number): void {
  if (end - body < 6) return;
  summary.isLoginAccepted = true;
  summary.program = countedText(bytes, body + 5, end, 1, TEXT_CHARACTERS_MAX).replace(/(?:\\x00)+$/, '');
  const version = body + 6 + 2 * bytes[body + 5]!;
  if (version + 4 > end) return;
  summary.version = `${bytes[version]!}.${bytes[version + 1]!}.${(bytes[version + 2]! << 8) | bytes[version + 3]!}`;
}

const SIZED: ReadonlySet<number> = new Set<number>(Object.values(Token));
