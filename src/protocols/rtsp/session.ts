// Follows RTSP conversations: what both sides say of themselves, the session that is described, and who logs in.
import { printable } from '../../bytes/text.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { authParameters } from '../digest.ts';
import { Trust, claim, markSecret, violation } from '../facts-of-messages.ts';
import { HeaderLogins } from '../header-logins.ts';
import { type HeaderMessage, hasAt, latin1 } from '../header-messages.ts';
import { Field, RULES } from './messages.ts';

/** Conversations whose sayings are remembered, so that each is told once. */
const FLOWS_MAX = 16_384;
const TEXT_CHARACTERS_MAX = 128;
const SDP_LINES_MAX = 64;

/** Bits of what was told of a conversation. */
const Told = { server: 1, userAgent: 2, realm: 4, session: 8 } as const;

export class Conversations {
  readonly #logins = new HeaderLogins('rtsp', false);
  readonly #told = new Map<number, number>();

  message(message: HeaderMessage, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (message.problemAt >= 0) {
      const rule = 'header-without-colon';
      violation(context, 'rtsp', rule, RULES[rule], bytes, start, end, message.problemAt);
    }
    if (message.isAnswer) this.#answer(message, bytes, context);
    else this.#request(message, bytes, context);
  }

  closed(flow: number, context: MessageContext): void {
    this.#told.delete(flow);
    this.#logins.closed(flow, context);
  }

  tick(timeUs: number, context: MessageContext): void {
    this.#logins.tick(timeUs, context);
  }

  #request(message: HeaderMessage, bytes: Uint8Array, context: MessageContext): void {
    this.#say(Told.userAgent, message, Field.userAgent, bytes, context);
    // RFC 2326 10.3: a client that announces describes what it will send.
    this.#describe(message, bytes, context);
    markUserInfo(message, bytes, context);
    if (!message.has(Field.authorization)) return;
    this.#logins.request(context, bytes, {
      start: message.starts[Field.authorization]!,
      end: message.ends[Field.authorization]!,
      method: Buffer.from(bytes.subarray(message.methodStart, message.methodEnd)).toString('latin1'),
      bodyStart: message.bodyStart,
      bodyEnd: message.bodyEnd,
      sequence: message.numberOf(bytes, Field.sequence),
    });
  }

  #answer(message: HeaderMessage, bytes: Uint8Array, context: MessageContext): void {
    this.#say(Told.server, message, Field.server, bytes, context);
    this.#describe(message, bytes, context);
    let isStale = false;
    if (message.has(Field.challenge)) {
      const parameters = authParameters(bytes, message.starts[Field.challenge]!, message.ends[Field.challenge]!);
      isStale = parameters.get('stale')?.toLowerCase() === 'true';
      this.#realm(parameters.get('realm') ?? '', context);
    }
    this.#logins.answer(context, message.numberOf(bytes, Field.sequence), message.status, isStale);
  }

  /** Software of the side that speaks. */
  #say(bit: number, message: HeaderMessage, field: number, bytes: Uint8Array, context: MessageContext): void {
    if (!message.has(field) || !this.#isNew(context.flow, bit)) return;
    const value = printable(bytes, message.starts[field]!, message.ends[field]!, TEXT_CHARACTERS_MAX);
    claim(context, speakerOf(context), -1, 'application', value, 'rtsp header', Trust.selfDeclared);
  }

  /** Many cameras put their model or serial number there. */
  #realm(realm: string, context: MessageContext): void {
    if (realm === '' || !this.#isNew(context.flow, Told.realm)) return;
    const raw = latin1(realm);
    tellTrait(context, 'rtsp-realm', printable(raw, 0, raw.length, TEXT_CHARACTERS_MAX));
  }

  /** The session's name and the tool that made the description (RFC 8866 5.3, 6.2). */
  #describe(message: HeaderMessage, bytes: Uint8Array, context: MessageContext): void {
    const { bodyStart, bodyEnd } = message;
    if (!hasAt(bytes, bodyStart, bodyEnd, VERSION_LINE) || !this.#isNew(context.flow, Told.session)) return;
    let at = bodyStart;
    for (let line = 0; line < SDP_LINES_MAX && at < bodyEnd; line++) {
      const feed = bytes.indexOf(0x0a, at);
      const stop = feed < 0 || feed > bodyEnd ? bodyEnd : feed;
      if (hasAt(bytes, at, stop, MEDIA_LINE)) return;
      if (hasAt(bytes, at, stop, NAME_LINE)) {
        tellTrait(context, 'rtsp-session-name', valueOf(bytes, at + NAME_LINE.length, stop));
      } else if (hasAt(bytes, at, stop, TOOL_LINE)) {
        const tool = valueOf(bytes, at + TOOL_LINE.length, stop);
        claim(context, speakerOf(context), -1, 'application', tool, 'sdp tool', Trust.selfDeclared);
      }
      at = stop + 1;
    }
  }

  #isNew(flow: number, bit: number): boolean {
    const told = this.#told.get(flow);
    if (told === undefined && this.#told.size >= FLOWS_MAX) return false;
    if (((told ?? 0) & bit) !== 0) return false;
    this.#told.set(flow, (told ?? 0) | bit);
    return true;
  }
}

const VERSION_LINE = latin1('v=');
const MEDIA_LINE = latin1('m=');
const NAME_LINE = latin1('s=');
const TOOL_LINE = latin1('a=tool:');

/** `rtsp://user:password@host/`: few clients send it, and nobody is to read it elsewhere (RFC 3986 3.2.1). */
function markUserInfo(message: HeaderMessage, bytes: Uint8Array, context: MessageContext): void {
  const { uriStart, uriEnd } = message;
  const slashes = bytes.indexOf(0x2f, uriStart) + 2;
  let sign = slashes;
  while (sign < uriEnd && bytes[sign] !== 0x40 && bytes[sign] !== 0x2f) sign++;
  if (slashes > uriStart + 1 && sign < uriEnd && bytes[sign] === 0x40) markSecret(context, bytes, slashes, sign);
}

function speakerOf(context: MessageContext): number {
  return context.fromClient ? context.client : context.server;
}

function valueOf(bytes: Uint8Array, start: number, end: number): string {
  return printable(bytes, start, bytes[end - 1] === 0x0d ? end - 1 : end, TEXT_CHARACTERS_MAX).trim();
}

/** An empty value, or the dash that stands for none (RFC 8866 5.3), says nothing. */
function tellTrait(context: MessageContext, trait: string, value: string): void {
  if (value === '' || value === '-') return;
  const { timeUs, frame, sink } = context;
  sink.trait({ fact: 'trait', timeUs, frame, host: speakerOf(context), trait, value });
}
