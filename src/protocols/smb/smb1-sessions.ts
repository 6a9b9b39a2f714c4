// The beginning of SMB 1 conversations (MS-CIFS 2.2.4.52 and 53, MS-SMB 2.2.4.5 and 6): what the server offers, who logs
// in, and what both say of their systems.
import { u16le, u32le } from '../../bytes/endian.ts';
import { secretCopy } from '../../bytes/secret.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim, markSecret } from '../facts-of-messages.ts';
import { type NtlmExchanges, ntlmAttempt } from '../ntlm.ts';
import { NTLM_CHALLENGE_BYTES, NTLM_V1_BYTES } from '../ntlm-responses.ts';
import type { LoginAttempt } from '../open-logins.ts';
import { type Conversation, type Conversations, type Request, tell } from './conversations.ts';
import { Status, isError } from './names.ts';
import { sessionAttempt } from './sessions.ts';
import { type Block, textAt } from './smb1-block.ts';

const TEXT_MAX = 128;
const RESPONSE_BYTES_MAX = 1024;
/** SecurityMode of NEGOTIATE. */
const Mode = { user: 1, encrypted: 2, signingRequired: 8 } as const;
const EXTENDED_SECURITY = 0x8000_0000;

export class Smb1Sessions {
  readonly #conversations: Conversations;
  readonly #ntlm: NtlmExchanges;

  constructor(conversations: Conversations, ntlm: NtlmExchanges) {
    this.#conversations = conversations;
    this.#ntlm = ntlm;
  }

  /** The server has chosen a dialect of SMB 1; 0xffff: it knows none of those offered. */
  negotiated(context: MessageContext, conversation: Conversation, block: Block): void {
    const { bytes, wordsAt: w, words, data, end } = block;
    if (words < 1 || u16le(bytes, w) === 0xffff) return;
    const { server } = context;
    tell(context, conversation, server, 'smb-dialect', words === 17 ? 'SMB 1' : 'SMB 1 before NT LM 0.12');
    if (words !== 17) return;
    const mode = bytes[w + 2]!;
    conversation.isShareLevel = (mode & Mode.user) === 0;
    tell(
      context,
      conversation,
      server,
      'smb-signing',
      (mode & Mode.signingRequired) === 0 ? 'not required' : 'required',
    );
    if ((mode & Mode.encrypted) === 0) tell(context, conversation, server, 'smb-passwords', 'clear');
    if (u32le(bytes, w + 19) >= EXTENDED_SECURITY || bytes[w + 33] !== NTLM_CHALLENGE_BYTES) return;
    if (end - data < NTLM_CHALLENGE_BYTES) return;
    conversation.challenge = bytes.slice(data, data + NTLM_CHALLENGE_BYTES);
  }

  request(context: MessageContext, conversation: Conversation, request: Request, block: Block): void {
    const { bytes, wordsAt: w, words, data, end } = block;
    if (words === 12) {
      const token = Math.min(end, data + u16le(bytes, w + 14));
      request.attempt = sessionAttempt(this.#ntlm, context, context.flow, bytes, data, token);
      this.#systems(context, context.client, block, token, false);
    } else if (words === 13) {
      const passwords = u16le(bytes, w + 14) + u16le(bytes, w + 16);
      if (passwords > end - data || passwords > RESPONSE_BYTES_MAX) return;
      const user = textAt(block, data + passwords, TEXT_MAX);
      const domain = textAt(block, user.next, TEXT_MAX);
      request.attempt = bareAttempt(context, conversation, block, user.text, domain.text);
      this.#systems(context, context.client, block, domain.next, false);
    }
  }

  answer(context: MessageContext, conversation: Conversation, request: Request, block: Block, status: number): void {
    const { bytes, wordsAt: w, words, data, end } = block;
    if (words === 4) {
      const token = Math.min(end, data + u16le(bytes, w + 6));
      this.#ntlm.read(context, context.flow, bytes, data, token);
      this.#systems(context, context.server, block, token, false);
    } else if (words === 3) this.#systems(context, context.server, block, data, true);
    if (status === Status.moreProcessing) {
      this.#conversations.login(context, request, 'unknown');
      return;
    }
    this.#conversations.login(context, request, isError(status) ? 'refused' : 'accepted');
    if (words >= 3 && (u16le(bytes, w + 4) & 1) !== 0) {
      tell(context, conversation, context.server, 'smb-session', 'guest');
    }
  }

  /** Where a server asks for a password for each share (MS-CIFS 2.2.4.55.1), it stands in TREE_CONNECT_ANDX. */
  shareAttempt(context: MessageContext, conversation: Conversation, block: Block): LoginAttempt | null {
    const { bytes, wordsAt: w, data, end } = block;
    const stop = data + u16le(bytes, w + 6);
    // One byte is none; 24 are a response, which stands for no user.
    if (stop - data <= 1 || stop > end || stop - data > RESPONSE_BYTES_MAX || stop - data === NTLM_V1_BYTES)
      return null;
    markSecret(context, bytes, data, stop);
    // Behind SESSION_SETUP with a password this one is not looked at.
    if (!conversation.isShareLevel) return null;
    return { mechanism: 'clear', user: '', secret: upToZero(bytes.subarray(data, stop)) };
  }

  /** Native operating system and LAN manager, and the domain of the server. */
  #systems(context: MessageContext, host: number, block: Block, at: number, hasDomain: boolean): void {
    const system = textAt(block, at, TEXT_MAX);
    const manager = textAt(block, system.next, TEXT_MAX);
    claim(context, host, -1, 'operating-system', system.text, 'smb 1 native os', Trust.selfDeclared);
    // Windows repeats itself here; Samba tells its version.
    if (manager.text.startsWith('Samba'))
      claim(context, host, -1, 'application', manager.text, 'smb 1', Trust.selfDeclared);
    if (!hasDomain) return;
    const domain = textAt(block, manager.next, TEXT_MAX).text;
    const { timeUs, frame, sink } = context;
    if (domain !== '') sink.trait({ fact: 'trait', timeUs, frame, host, trait: 'smb-domain', value: domain });
  }
}

/** Responses to the challenge of NEGOTIATE without a security token, or the password itself. */
function bareAttempt(
  context: MessageContext,
  conversation: Conversation,
  block: Block,
  user: string,
  domain: string,
): LoginAttempt {
  const { bytes, wordsAt: w, data, isUnicode } = block;
  const middle = data + u16le(bytes, w + 14);
  const end = middle + u16le(bytes, w + 16);
  const lm = secretCopy(bytes, data, middle);
  const nt = secretCopy(bytes, middle, end);
  if (user === '' && nt.length === 0 && lm.length <= 1) {
    return { mechanism: 'ntlm-anonymous', user, secret: null };
  }
  const isResponse = nt.length >= NTLM_V1_BYTES || lm.length === NTLM_V1_BYTES;
  if (isResponse) return ntlmAttempt({ user, domain, lm, nt, isExtended: false }, conversation.challenge, user);
  markSecret(context, bytes, data, end);
  return { mechanism: 'clear', user, secret: clearSecret(lm, nt, isUnicode) };
}

/** The password as it would be typed, in UTF-8, without the zero that ends it; it is never made text. */
function clearSecret(lm: Uint8Array, nt: Uint8Array, isUnicode: boolean): Uint8Array {
  const hasBoth = nt.length > 1;
  const secret = hasBoth && isUnicode ? utf8Of(nt) : upToZero(hasBoth ? nt : lm);
  lm.fill(0);
  nt.fill(0);
  return secret;
}

function upToZero(bytes: Uint8Array): Uint8Array {
  const zero = bytes.indexOf(0);
  return secretCopy(bytes, 0, zero < 0 ? bytes.length : zero);
}

/** UTF-16 to its first zero as UTF-8; halves of characters become three bytes that no text has. */
function utf8Of(bytes: Uint8Array): Uint8Array {
  const target = new Uint8Array(new ArrayBuffer(bytes.length * 2));
  let size = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    const unit = u16le(bytes, at);
    if (unit === 0) break;
    if (unit < 0x80) target[size++] = unit;
    else if (unit < 0x800) {
      target[size++] = 0xc0 | (unit >> 6);
      target[size++] = 0x80 | (unit & 0x3f);
    } else {
      target[size++] = 0xe0 | (unit >> 12);
      target[size++] = 0x80 | ((unit >> 6) & 0x3f);
      target[size++] = 0x80 | (unit & 0x3f);
    }
  }
  const used = secretCopy(target, 0, size);
  target.fill(0);
  return used;
}
