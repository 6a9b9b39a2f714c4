// What is kept of a control conversation, and what a command says is about to be carried.
import { printable } from '../../bytes/text.ts';
import { holdsWord } from '../text-lines.ts';
import type { Announcement } from './announced.ts';
import { Site, isFileCommand, isStoring } from './messages.ts';
import * as parse from './parse.ts';
import type { Plan } from './transfers.ts';

export const PATH_BYTES_MAX = 512;

export interface Sent {
  readonly command: number;
  readonly subfunction: number;
  readonly timeUs: number;
  readonly frame: number;
  /** Path of an operation, else null. */
  readonly path: Uint8Array | null;
  readonly plan: Plan | null;
  /** The data address that the command names. */
  readonly address: parse.DataAddress | null;
}

export interface Session {
  /** Encrypted from here on. */
  isOpaque: boolean;
  /** The rest of a line that was too long is passed over, by direction. */
  readonly isInLongLine: [boolean, boolean];
  /** Code of a reply of several lines that is not over yet, else 0. */
  manyCode: number;
  /** A product was found in the greeting. */
  isGreeted: boolean;
  readonly sent: Sent[];
  renamed: Uint8Array | null;
  restart: number;
  isImage: boolean;
  /** What SIZE said last, and of what. */
  sized: string;
  size: number;
  /** The last data address that was announced, until a command uses it. */
  announcement: Announcement | null;
  /** Of the command whose last reply is awaited. */
  plan: Plan | null;
  planned: Announcement | null;
}

export function newSession(): Session {
  return {
    isOpaque: false,
    isInLongLine: [false, false],
    manyCode: 0,
    isGreeted: false,
    sent: [],
    renamed: null,
    restart: 0,
    isImage: false,
    sized: '',
    size: -1,
    announcement: null,
    plan: null,
    planned: null,
  };
}

export function planOf(session: Session, command: number, bytes: Uint8Array, start: number, end: number): Plan {
  const name = printable(bytes, start, end, PATH_BYTES_MAX);
  const isToServer = isStoring(command);
  return {
    isFile: isFileCommand(command),
    isToServer,
    name,
    offset: session.restart,
    isImage: session.isImage,
    toldSize: !isToServer && session.sized === name ? session.size : -1,
    reply: 0,
    isAlone: false,
    file: null,
  };
}

/** `150 Opening BINARY mode data connection for 'robots.txt' (77 bytes).` */
export function tellSize(plan: Plan, bytes: Uint8Array, start: number, end: number): void {
  if (plan.isToServer) return;
  const found = /\((\d{1,15}) bytes?\)/.exec(Buffer.from(bytes.subarray(start, end)).toString('latin1'));
  if (found !== null) plan.toldSize = Number(found[1]);
}

export function siteService(bytes: Uint8Array, start: number, end: number): number {
  if (holdsWord(bytes, start, Math.min(end, start + 5), 'EXEC ')) return Site.EXEC;
  return holdsWord(bytes, start, Math.min(end, start + 6), 'CHMOD ') ? Site.CHMOD : 0;
}

export function pathOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.slice(start, Math.min(end, start + PATH_BYTES_MAX));
}
