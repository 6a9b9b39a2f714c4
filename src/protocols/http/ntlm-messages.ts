// The little that HTTP needs of NTLM (MS-NLMP 2.2.1): which of the three messages a token holds, and who logs in.
import { showable } from '../../bytes/text.ts';
import { patternAt } from './text-in-bytes.ts';
import { ascii } from './messages.ts';

export const NtlmType = { negotiate: 1, challenge: 2, authenticate: 3 } as const;

export interface NtlmMessage {
  readonly type: number;
  /** The message itself, its wrapping taken off. */
  readonly bytes: Uint8Array;
  /** Printable; empty except in the message of type 3. */
  readonly user: string;
  /** A test of candidates against the answer to `challenge` (the message of type 2); null where there is none. */
  test(challenge: Uint8Array): ((candidate: string) => boolean) | null;
}

const SIGNATURE = ascii('NTLMSSP\0');
/** Where the message of type 3 says how long the user's name is, and where its flags stand. */
const USER_FIELDS = 36;
const FLAGS = 60;
const NEGOTIATE_UNICODE = 1;
const USER_BYTES_MAX = 512;

/** `token`: NTLM as it is, or inside SPNEGO (RFC 4178). Null where it is none. */
export function ntlmMessage(token: Uint8Array): NtlmMessage | null {
  const at = patternAt(token, 0, token.length, SIGNATURE);
  if (at < 0 || token.length - at < SIGNATURE.length + 4) return null;
  const bytes = token.subarray(at);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const type = view.readUInt32LE(SIGNATURE.length);
  return { type, bytes, user: type === NtlmType.authenticate ? userOf(view) : '', test: () => null };
}

function userOf(message: Buffer): string {
  if (message.length < USER_FIELDS + 8) return '';
  const length = Math.min(message.readUInt16LE(USER_FIELDS), USER_BYTES_MAX);
  const start = message.readUInt32LE(USER_FIELDS + 4);
  if (start + length > message.length) return '';
  const isUnicode = message.length < FLAGS + 4 || (message.readUInt32LE(FLAGS) & NEGOTIATE_UNICODE) !== 0;
  return showable(message.toString(isUnicode ? 'utf16le' : 'latin1', start, start + length).toWellFormed());
}
