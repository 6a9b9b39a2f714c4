// PPP inside PPPoE sessions (RFC 2516, RFC 1661): the logins with PAP (RFC 1334), CHAP (RFC 1994) and EAP before IP begins.
import { u16be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import {
  Match,
  NOT_THIS_PROTOCOL,
  Speaker,
  type KindSink,
  type MessageContext,
  type Protocol,
  type ProtocolDecoder,
} from '../../facts/protocol.ts';
import { CHAP_RESPONSE_BYTES, chapTest } from '../chap.ts';
import { markSecret } from '../facts-of-messages.ts';
import { MS_CHAP_BYTES, MS_CHAP_V2_CHALLENGE_BYTES, msChapTest, msChapV2Test } from '../ms-chap.ts';
import { OpenLogins, secretOf, type LoginAttempt } from '../open-logins.ts';
import { EapLogins } from './eap-logins.ts';
import { PPP_KINDS, tellPpp } from './kinds.ts';

const ETHER_TYPE = 0x8864;
const FRAME_BYTES_MAX = 9216;
const PPPOE_BYTES = 6;
/** Version 1, type 1, code 0: session data. */
const SESSION_DATA = 0x1100;
const Carried = { pap: 0xc023, chap: 0xc223, eap: 0xc227 } as const;
const Pap = { request: 1, ack: 2, nak: 3 } as const;
const Chap = { challenge: 1, response: 2, success: 3, failure: 4 } as const;
const HEADER_BYTES = 4;
const USER_CHARACTERS_MAX = 255;
/** Links with a challenge that waits for its response. */
const LINKS_MAX = 4096;

export const ppp: Protocol = {
  name: 'ppp',
  title: 'PPP',
  transports: ['link'],
  ports: [ETHER_TYPE],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: (code) => `code ${code}`,
  spaceName: () => '',
  codeName: (code) => `code ${code}`,
  family: 'it',
  kinds: [],
  messageKinds: PPP_KINDS,
  summary: 'Logins of PPPoE sessions with PAP, CHAP and EAP, and their outcome',
  start: () => new PppDecoder(),
};

interface Challenge {
  readonly identifier: number;
  readonly value: Uint8Array;
}

class PppDecoder implements ProtocolDecoder {
  readonly #logins = new OpenLogins('ppp');
  readonly #eap = new EapLogins('ppp');
  readonly #challenges = new Map<number, Challenge>();

  looksLike(bytes: Uint8Array, start: number, end: number): number {
    return end - start > PPPOE_BYTES && u16be(bytes, start) === SESSION_DATA ? Match.yes : Match.no;
  }

  speaker(): number {
    return Speaker.unknown;
  }

  frameSize(): number {
    return NOT_THIS_PROTOCOL;
  }

  decode(bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (end - start < PPPOE_BYTES + 2 + HEADER_BYTES || u16be(bytes, start) !== SESSION_DATA) return;
    const carried = u16be(bytes, start + PPPOE_BYTES);
    const body = start + PPPOE_BYTES + 2;
    const frameEnd = Math.min(end, start + PPPOE_BYTES + u16be(bytes, start + 4));
    const stop = Math.min(frameEnd, body + u16be(bytes, body + 2));
    if (stop < body + HEADER_BYTES) return;
    if (carried === Carried.pap) this.#pap(bytes, body, stop, context);
    else if (carried === Carried.chap) this.#chap(bytes, body, stop, context);
    else if (carried === Carried.eap) this.#eap.packet(bytes, body, stop, context);
  }

  tellKinds(bytes: Uint8Array, start: number, end: number, _context: MessageContext, tell: KindSink): void {
    if (end - start > PPPOE_BYTES && u16be(bytes, start) === SESSION_DATA)
      tellPpp(bytes, start + PPPOE_BYTES, end, tell);
  }

  gap(): void {}

  closed(flow: number, context: MessageContext): void {
    this.#challenges.delete(flow);
    this.#logins.settle(context, flow, 'unknown');
    this.#eap.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
    this.#eap.tick(timeUs, context);
  }

  /** RFC 1334 2: the name and the password, each behind its length. */
  #pap(bytes: Uint8Array, body: number, end: number, context: MessageContext): void {
    const code = bytes[body];
    if (code === Pap.ack || code === Pap.nak) {
      this.#logins.settle(context, context.flow, code === Pap.ack ? 'accepted' : 'refused');
      return;
    }
    const userStart = body + HEADER_BYTES + 1;
    if (code !== Pap.request || userStart > end) return;
    const userEnd = userStart + bytes[userStart - 1]!;
    if (userEnd + 1 > end || userEnd + 1 + bytes[userEnd]! > end) return;
    markSecret(context, bytes, userEnd + 1, userEnd + 1 + bytes[userEnd]!);
    const secret = secretOf(bytes, userEnd + 1, userEnd + 1 + bytes[userEnd]!);
    const user = printable(bytes, userStart, userEnd, USER_CHARACTERS_MAX);
    // The same request once more.
    if (this.#logins.isOpen(context.flow)) this.#logins.drop(context.flow);
    this.#begin({ mechanism: 'clear', user, secret }, context);
  }

  #chap(bytes: Uint8Array, body: number, end: number, context: MessageContext): void {
    const code = bytes[body];
    const identifier = bytes[body + 1]!;
    if (code === Chap.success || code === Chap.failure) {
      this.#logins.settle(context, context.flow, code === Chap.success ? 'accepted' : 'refused');
      return;
    }
    const start = body + HEADER_BYTES + 1;
    if (start > end || start + bytes[start - 1]! > end) return;
    const stop = start + bytes[start - 1]!;
    if (code === Chap.challenge) {
      if (this.#challenges.size >= LINKS_MAX) this.#challenges.clear();
      this.#challenges.set(context.flow, { identifier, value: bytes.slice(start, stop) });
    } else if (code === Chap.response) {
      if (this.#logins.isOpen(context.flow)) this.#logins.drop(context.flow);
      const user = printable(bytes, stop, end, USER_CHARACTERS_MAX);
      this.#begin(this.#response(user, identifier, bytes.slice(start, stop), context.flow), context);
    }
  }

  #response(user: string, identifier: number, response: Uint8Array, flow: number): LoginAttempt {
    const challenge = this.#challenges.get(flow);
    const value = challenge?.identifier === identifier ? challenge.value : null;
    if (response.length === MS_CHAP_BYTES) return microsoftAttempt(user, value, response);
    const attempt = { mechanism: 'ppp-chap', user, secret: null };
    if (response.length !== CHAP_RESPONSE_BYTES || value === null) return attempt;
    return { ...attempt, recompute: chapTest(identifier, value, response) };
  }

  /** Who proves himself is the client, whoever of the two was seen first. */
  #begin(attempt: LoginAttempt, context: MessageContext): void {
    const { client, server, fromClient } = context;
    const parties = fromClient ? { client, server } : { client: server, server: client };
    this.#logins.begin({ ...context, ...parties }, attempt);
  }
}

/** Which version it is was negotiated before; the challenge tells. */
function microsoftAttempt(user: string, challenge: Uint8Array | null, response: Uint8Array): LoginAttempt {
  const isSecond = challenge?.length === MS_CHAP_V2_CHALLENGE_BYTES;
  const attempt = { mechanism: isSecond ? 'ppp-ms-chap-v2' : 'ppp-ms-chap', user, secret: null };
  if (challenge === null) return attempt;
  const recompute = isSecond ? msChapV2Test(user, challenge, response) : msChapTest(challenge, response);
  return recompute === null ? attempt : { ...attempt, recompute };
}
