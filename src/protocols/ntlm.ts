// NTLM authentication (MS-NLMP 2.2.1), as SMB, HTTP, RDP, DCE/RPC and LDAP carry it, bare or inside SPNEGO (RFC 4178):
// finds the message in a token, keeps the server's challenge, and turns the client's response into a login attempt that
// can be tested. What both sides say of themselves becomes claims.
import { u16le, u32le } from '../bytes/endian.ts';
import { printable } from '../bytes/text.ts';
import { printableUtf16, textOfUtf16 } from '../bytes/utf16.ts';
import type { MessageContext } from '../facts/protocol.ts';
import { Trust, claim, trait } from './facts-of-messages.ts';
import { NTLM_CHALLENGE_BYTES, ntlmKind, ntlmTest, type NtlmResponse } from './ntlm-responses.ts';
import type { LoginAttempt } from './open-logins.ts';

export const NtlmMessage = { negotiate: 1, challenge: 2, authenticate: 3 } as const;

/** NEGOTIATE flags (2.2.2.5). */
const Flag = { unicode: 0x1, extendedSecurity: 0x8_0000, version: 0x200_0000 } as const;
/** Identifiers of AV_PAIR (2.2.2.1). */
const Pair = { end: 0, computer: 1, domain: 2, dnsComputer: 3, dnsDomain: 4, dnsForest: 5 } as const;

const SIGNATURE = Uint8Array.of(0x4e, 0x54, 0x4c, 0x4d, 0x53, 0x53, 0x50, 0);
/** The signature stands near the beginning of a token, behind object identifiers. */
const SEARCH_BYTES_MAX = 4096;
/** Responses of NTLMv2 hold the server's AV pairs; longer ones are nobody's. */
const RESPONSE_BYTES_MAX = 4096;
const PAIRS_MAX = 32;
const NAME_CHARACTERS_MAX = 256;
/** Exchanges whose challenge is kept; the oldest is forgotten. */
const CHALLENGES_MAX = 4096;
const WINDOWS_RELEASES: ReadonlyMap<string, string> = new Map([
  ['5.0', 'Windows 2000'],
  ['5.1', 'Windows XP'],
  ['5.2', 'Windows XP x64 or Server 2003'],
  ['6.0', 'Windows Vista or Server 2008'],
  ['6.1', 'Windows 7 or Server 2008 R2'],
  ['6.2', 'Windows 8 or Server 2012'],
  ['6.3', 'Windows 8.1 or Server 2012 R2'],
  ['10.0', 'Windows 10 or later'],
]);

/** Where in bytes[start..end) an NTLM message begins: at the start, or behind what SPNEGO puts before it; -1: nowhere. */
export function findNtlm(bytes: Uint8Array, start: number, end: number): number {
  const stop = Math.min(end, bytes.length, start + SEARCH_BYTES_MAX) - SIGNATURE.length - 4;
  for (let at = start; at <= stop; at++) {
    if (bytes[at] === SIGNATURE[0] && isSignature(bytes, at)) return at;
  }
  return -1;
}

/** 1 to 3, see NtlmMessage; 0: it is none. `at` is what `findNtlm` gives. */
export function ntlmMessageType(bytes: Uint8Array, at: number, end: number): number {
  if (at < 0 || end - at < SIGNATURE.length + 4 || !isSignature(bytes, at)) return 0;
  const type = u32le(bytes, at + SIGNATURE.length);
  return type <= NtlmMessage.authenticate ? type : 0;
}

/** The exchanges of one protocol's conversations. */
export class NtlmExchanges {
  /** The server's challenge by conversation, or by whatever names the exchange. */
  readonly #challenges = new Map<number | string, Uint8Array>();
  readonly #source: string;

  /** `protocol`: what carries it, for the source of claims: `smb`. */
  constructor(protocol: string) {
    this.#source = `${protocol} ntlm`;
  }

  /**
   * Reads the token in bytes[start..end), said by `context.fromClient`. Gives the attempt where the client answers the
   * challenge: who settles it decides by what the server says next. `key` names the exchange: `context.flow`, unless
   * a conversation carries several at a time.
   */
  read(
    context: MessageContext,
    key: number | string,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): LoginAttempt | null {
    const at = findNtlm(bytes, start, end);
    switch (ntlmMessageType(bytes, at, end)) {
      case NtlmMessage.negotiate:
        this.#challenges.delete(key);
        return null;
      case NtlmMessage.challenge:
        this.#challenge(context, key, bytes, at, end);
        return null;
      case NtlmMessage.authenticate:
        return this.#authenticate(context, key, bytes, at, end);
      default:
        return null;
    }
  }

  /** The exchange is over. */
  forget(key: number | string): void {
    this.#challenges.delete(key);
  }

  /** CHALLENGE_MESSAGE (2.2.1.2). */
  #challenge(context: MessageContext, key: number | string, bytes: Uint8Array, at: number, end: number): void {
    if (end - at < 32) return;
    if (this.#challenges.size >= CHALLENGES_MAX) {
      for (const oldest of this.#challenges.keys()) {
        this.#challenges.delete(oldest);
        break;
      }
    }
    this.#challenges.set(key, bytes.slice(at + 24, at + 24 + NTLM_CHALLENGE_BYTES));
    const field = fieldOf(bytes, at, end, 40);
    const names = field === null ? new Map<number, string>() : pairsOf(bytes, field.start, field.end);
    const { server } = context;
    const name = names.get(Pair.dnsComputer) ?? names.get(Pair.computer) ?? '';
    claim(context, server, -1, 'name', name, this.#source, Trust.selfDeclared);
    const domain = names.get(Pair.dnsDomain) ?? names.get(Pair.domain) ?? '';
    // A machine without a domain is its own.
    if (domain !== name && domain !== names.get(Pair.computer)) trait(context, server, 'ntlm-domain', domain);
    if (end - at >= 56) this.#system(context, server, bytes, at + 48, u32le(bytes, at + 20));
  }

  /** AUTHENTICATE_MESSAGE (2.2.1.3). */
  #authenticate(
    context: MessageContext,
    key: number | string,
    bytes: Uint8Array,
    at: number,
    end: number,
  ): LoginAttempt | null {
    const challenge = this.#challenges.get(key) ?? null;
    this.#challenges.delete(key);
    const [lm, nt, domain, user, workstation] = [12, 20, 28, 36, 44].map((where) => fieldOf(bytes, at, end, where));
    if (!lm || !nt || !domain || !user || !workstation || nt.end - nt.start > RESPONSE_BYTES_MAX) return null;
    const hasFlags = end - at >= 64 && Math.min(lm.start, nt.start, domain.start, user.start) >= at + 64;
    const flags = hasFlags ? u32le(bytes, at + 60) : Flag.unicode;
    const isUnicode = (flags & Flag.unicode) !== 0;
    const station = shownText(bytes, workstation, isUnicode);
    claim(context, context.client, -1, 'name', station, this.#source, Trust.selfDeclared);
    if (hasFlags && end - at >= 72) this.#system(context, context.client, bytes, at + 64, flags);
    return ntlmAttempt(
      {
        user: rawText(bytes, user, isUnicode),
        domain: rawText(bytes, domain, isUnicode),
        lm: bytes.slice(lm.start, Math.min(lm.end, lm.start + 64)),
        nt: bytes.slice(nt.start, nt.end),
        isExtended: (flags & Flag.extendedSecurity) !== 0,
      },
      challenge,
      shownText(bytes, user, isUnicode),
    );
  }

  /** VERSION (2.2.2.10), there where the flag says so. Build 0 is of no Windows: others put in what they please. */
  #system(context: MessageContext, host: number, bytes: Uint8Array, at: number, flags: number): void {
    const build = u16le(bytes, at + 2);
    const release = WINDOWS_RELEASES.get(`${bytes[at]!}.${bytes[at + 1]!}`);
    if ((flags & Flag.version) === 0 || build === 0 || release === undefined) return;
    const version = `${release} (${bytes[at]!}.${bytes[at + 1]!}.${build})`;
    claim(context, host, -1, 'operating-system', version, this.#source, Trust.selfDeclared);
  }
}

/** An attempt to log in with responses that were found elsewhere than in a message, as SMB 1 carries them. */
export function ntlmAttempt(response: NtlmResponse, challenge: Uint8Array | null, user: string): LoginAttempt {
  const kind = ntlmKind(response);
  const recompute = ntlmTest(response, challenge);
  const isBlind = recompute === undefined && kind !== 'anonymous';
  // Without the challenge nothing can be recomputed.
  const mechanism = isBlind ? `ntlm-${kind}-no-challenge` : `ntlm-${kind}`;
  const base = { mechanism, user, secret: null };
  return recompute === undefined ? base : { ...base, recompute };
}

interface Field {
  readonly start: number;
  readonly end: number;
}

/** Length, allocated length and offset of a field stand at `at + where`; null: it leaves the message. */
function fieldOf(bytes: Uint8Array, at: number, end: number, where: number): Field | null {
  if (end - at < where + 8) return null;
  const length = u16le(bytes, at + where);
  const offset = u32le(bytes, at + where + 4);
  if (length === 0) return { start: end, end };
  return offset > end - at || length > end - at - offset ? null : { start: at + offset, end: at + offset + length };
}

/** AV_PAIR structures: what is named, the first of each kind. */
function pairsOf(bytes: Uint8Array, start: number, end: number): Map<number, string> {
  const pairs = new Map<number, string>();
  let at = start;
  for (let count = 0; count < PAIRS_MAX && end - at >= 4; count++) {
    const id = u16le(bytes, at);
    const length = u16le(bytes, at + 2);
    if (id === Pair.end || length > end - at - 4) break;
    if (id <= Pair.dnsForest && length > 0 && !pairs.has(id)) {
      pairs.set(id, printableUtf16(bytes, at + 4, at + 4 + length, NAME_CHARACTERS_MAX));
    }
    at += 4 + length;
  }
  return pairs;
}

function shownText(bytes: Uint8Array, field: Field, isUnicode: boolean): string {
  const { start, end } = field;
  return isUnicode
    ? printableUtf16(bytes, start, end, NAME_CHARACTERS_MAX)
    : printable(bytes, start, end, NAME_CHARACTERS_MAX);
}

function rawText(bytes: Uint8Array, field: Field, isUnicode: boolean): string {
  const stop = Math.min(field.end, field.start + NAME_CHARACTERS_MAX * 2);
  if (isUnicode) return textOfUtf16(bytes, field.start, stop);
  return Buffer.from(bytes.subarray(field.start, stop)).toString('latin1');
}

function isSignature(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < SIGNATURE.length; index++) if (bytes[at + index] !== SIGNATURE[index]) return false;
  return true;
}
